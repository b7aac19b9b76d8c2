"""The first run on a machine with an empty cache: one process compiles, and says so once."""

import os
import subprocess
import sys

import pytest
from experiment.small_experiment import write_experiment


def run(path, out, cache):
    options = ["--jobs", "2", "--replications", "6", "--no-report", "--quiet"]
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "sim", "run", str(path), "--out", str(out), *options],
        env={**os.environ, "SIM_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    return done.stderr


@pytest.mark.parametrize("writable", [True, False])
def test_only_one_process_compiles_however_many_workers_start(tmp_path, writable):
    path, cache = write_experiment(tmp_path), tmp_path / "cache"
    if not writable:
        cache.write_text("a file where the folder should be", encoding="utf-8")
    told = run(path, tmp_path / "first", cache)
    assert told.count("Compiling the engine") == 1
    assert told.count("Compiling the measures") == 1
    assert ("without its cache" in told) != writable
    if writable:
        assert "Compiling" not in run(path, tmp_path / "second", cache)
