"""Runs that are killed, interrupted or doubled: nothing finished is lost, nothing is repeated."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from experiment.small_experiment import Watcher, blocks, tables, write_experiment

from sim.experiment import read_manifest, read_status, run_experiment
from sim.experiment.store import read_block

LONG = 30  # enough that a fast machine is caught in the middle

# A shell that starts a job in the background has it ignore Ctrl-C, and its children inherit that.
LISTENING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from sim.cli import main
main()
"""


@pytest.fixture
def long_run(tmp_path):
    """An experiment that takes a few seconds, and how to start it."""
    path = write_experiment(tmp_path, replications=LONG)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("measured_h = 12", "measured_h = 96"), encoding="utf-8")
    return path


def start(path, out, *options):
    command = [sys.executable, "-c", LISTENING, "run", str(path), "--out", str(out), *options]
    command += ["--engine", "simpy"]  # slow enough to be caught in the middle
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True
    )


def weeks(kept):
    """Give how many replications lie in some blocks."""
    found = [read_block(path) for path in kept]
    return sum(block.stop - block.start for block in found)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def group_is_gone(process):
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.skipif(os.name == "nt", reason="process groups and SIGKILL are POSIX")
def test_a_killed_run_goes_on_where_it_was(long_run, tmp_path):
    out = tmp_path / "results"
    folder = out / long_run.stem
    process = start(long_run, out, "--jobs", "2")
    wait_for(lambda: len(blocks(folder)) >= 3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for(lambda: group_is_gone(process), seconds=20)  # no orphans go on computing
    kept = {block: block.read_bytes() for block in blocks(folder)}
    stored = weeks(kept)
    assert 3 <= stored < LONG
    assert not (folder / "manifest.json").exists()
    status = read_status(folder)
    assert not status.finished
    assert status.points[0].stored == stored

    watcher = Watcher()
    run_experiment(long_run, out=out, jobs=2, progress=watcher)
    assert (watcher.found, watcher.replications) == (stored, LONG - stored)
    assert watcher.notices == []
    assert {block: block.read_bytes() for block in kept} == kept
    fresh = run_experiment(long_run, out=tmp_path / "fresh", jobs=1)
    assert tables(folder) == tables(fresh)


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX")
@pytest.mark.parametrize(
    ("send", "number", "jobs"),
    [
        ("killpg", signal.SIGINT, "1"),  # a terminal sends it to all of them
        ("killpg", signal.SIGINT, "2"),
        ("kill", signal.SIGTERM, "1"),
        ("kill", signal.SIGTERM, "2"),
        ("killpg", signal.SIGTERM, "2"),  # as a machine does that is shut down
    ],
)
def test_ctrl_c_and_sigterm_end_cleanly_and_say_how_to_go_on(
    long_run, tmp_path, send, number, jobs
):
    out = tmp_path / "results"
    folder = out / long_run.stem
    process = start(long_run, out, "--jobs", jobs)
    wait_for(lambda: len(blocks(folder)) >= 3)
    getattr(os, send)(process.pid, number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "run the same command" in errors
    assert "Traceback" not in errors
    assert "leaked" not in errors
    wait_for(lambda: group_is_gone(process), seconds=20)
    kept = weeks(blocks(folder))
    assert 3 <= kept < LONG
    assert not list(folder.rglob("*.tmp"))
    watcher = Watcher()
    run_experiment(long_run, out=out, jobs=2, progress=watcher)
    assert watcher.found == kept


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX")
@pytest.mark.parametrize(
    ("after_s", "number"),
    [(0.0, signal.SIGINT), (0.3, signal.SIGINT), (0.7, signal.SIGINT), (0.3, signal.SIGTERM)],
)
def test_ctrl_c_while_workers_are_starting_prints_one_line(long_run, tmp_path, after_s, number):
    out = tmp_path / "results"
    process = start(long_run, out, "--jobs", "2", "--quiet")
    wait_for((out / long_run.stem / "store" / "plan.json").exists)  # the last thing before them
    time.sleep(after_s)
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.startswith("Interrupted.")
    assert len(errors.splitlines()) == 1
    wait_for(lambda: group_is_gone(process), seconds=20)


def test_two_runs_on_one_folder_do_not_harm_each_other(tmp_path):
    path = write_experiment(tmp_path, replications=8)
    code = (
        "import sys; from pathlib import Path; from sim.experiment import run_experiment\n"
        "run_experiment(Path(sys.argv[1]), out=Path(sys.argv[2]), jobs=1, engine='simpy')"
    )
    out = tmp_path / "results"
    command = [sys.executable, "-c", code, str(path), str(out)]
    both = [subprocess.Popen(command) for _ in range(2)]  # noqa: S603 - our own command
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    fresh = run_experiment(path, out=tmp_path / "fresh", jobs=1)
    folder = out / path.stem
    assert tables(folder) == tables(fresh)
    status = read_status(folder)
    assert status.finished
    assert (status.points[0].stored, status.points[0].damaged, status.set_aside) == (8, 0, 0)
    assert read_manifest(folder)["seed"] == 7


STOPPED_WHILE_RESULTS_ARE_SENT = """
import sys
from concurrent.futures import wait
from multiprocessing import active_children
from sim.experiment.executors import executor_for
if __name__ == "__main__":
    with executor_for("simpy", 2) as executor:
        tasks = [executor.submit(bytes, 20_000_000) for _ in range(12)]
        wait(tasks[:3])
        for worker in active_children() if "with workers" in sys.argv else ():
            worker.terminate()
        raise KeyboardInterrupt
"""


@pytest.mark.parametrize("how", ["alone", "with workers"])
def test_a_run_stopped_while_a_worker_sends_its_result_ends(tmp_path, how):
    """A worker that ended in the middle of sending would leave the run waiting for the rest."""
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED_WHILE_RESULTS_ARE_SENT, encoding="utf-8")
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, script, how], capture_output=True, text=True, check=False, timeout=60
    )
    assert "KeyboardInterrupt" in ended.stderr


IN_A_SMALL_DISK = """
mount -t tmpfs -o size=24k tmpfs "$1" || exit 77
exec "$2" -m sim run "$3" --out "$1" --jobs 1
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux's own mounts")
def test_a_disk_that_is_really_full_ends_the_run_with_one_line(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    path = write_experiment(tmp_path, replications=12)
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", IN_A_SMALL_DISK]
    ended = subprocess.run(  # noqa: S603 - our own command
        [*command, "sh", disk, sys.executable, path], capture_output=True, text=True, check=False
    )
    if ended.returncode == 77 or "unshare" in ended.stderr:
        pytest.skip(f"no mounts for us here: {ended.stderr}")
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert re.match(rf"Error: {disk}.*: the disk is full\. .*run the same command again", last)
    assert "Traceback" not in ended.stderr
