"""`make bench` prints what a machine can read, and notices a contestant who is wrong."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.engine import ENGINES, simulate

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
LINE = re.compile(
    r"^engine=(\w+) model=reference calls_per_s=(\d+) times_naive=([\d.]+)$", re.MULTILINE
)


def test_the_bench_prints_a_line_per_engine_and_all_agree():
    done = subprocess.run(
        [sys.executable, "run.py", "--models", "reference", "--days", "2", "--rounds", "1"],
        cwd=BENCHMARKS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rates = {name: int(rate) for name, rate, _ in LINE.findall(done.stdout)}
    assert set(rates) >= {*ENGINES, "naive_simpy"}
    assert all(rate > 0 for rate in rates.values())
    agreed = re.findall(r"^check (\w+): (?:the same|all) .*calls", done.stdout, re.MULTILINE)
    assert set(agreed) == set(rates) - {"simpy"}


def test_the_bench_prints_what_the_parts_of_a_real_study_cost():
    done = subprocess.run(
        [sys.executable, "run.py", "--models", "full", "--rounds", "1"],
        cwd=BENCHMARKS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for engine in ENGINES:
        assert re.search(
            rf"^engine={engine} model=full calls_per_s=\d+ ?$", done.stdout, re.MULTILINE
        )
        line = re.search(rf"^replication={engine} model=full .*$", done.stdout, re.MULTILINE)
        assert line is not None
        assert all(float(ms) > 0 for ms in re.findall(r"_ms=([\d.]+)", line[0]))


def test_the_bench_prints_what_a_whole_run_costs():
    few = ["--replications", "2", "--run-rounds", "1", "--no-report"]
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "run.py", "--models", "run", *few],
        cwd=BENCHMARKS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    line = re.search(r"^run=compiled model=run jobs=1 designs=6 .*$", done.stdout, re.MULTILINE)
    assert line is not None
    parts = dict(pair.split("=") for pair in line[0].split())
    model_s = float(parts["draw_s"]) + float(parts["engine_s"])
    assert float(parts["run_cpu_s"]) > model_s > 0  # the whole is more than a part of it
    assert re.search(r"^run model=run jobs=2 .* times_faster=[\d.]+$", done.stdout, re.MULTILINE)


@pytest.fixture
def bench(monkeypatch):
    """Give the benchmarks' modules, which are scripts in a folder of their own."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import outcomes  # noqa: PLC0415
    import reference_model  # noqa: PLC0415

    scenario = reference_model.draw(days=4)
    log = simulate(scenario.workload, scenario.staffing, scenario.design)
    return outcomes, outcomes.Outcomes.of_log(scenario.workload, log)


def test_one_call_that_ends_otherwise_is_noticed(bench):
    outcomes, ours = bench
    answered = ours.answered.copy()
    answered[7] = not answered[7]
    with pytest.raises(outcomes.Disagreement, match="1 calls end otherwise, the first is 7"):
        outcomes.require_same(ours, replace(ours, answered=answered), 0.0)


def test_an_instant_beyond_the_tolerance_is_noticed(bench):
    outcomes, ours = bench
    late = replace(ours, wait_end_s=ours.wait_end_s + 1e-3)
    assert "within 0.001 s" in outcomes.require_same(ours, late, 2e-3)
    with pytest.raises(outcomes.Disagreement, match="an instant differs"):
        outcomes.require_same(ours, late, 1e-6)


def test_waits_three_times_as_long_are_noticed(bench):
    outcomes, ours = bench
    wait_s = ours.wait_end_s - ours.arrival_s
    slower = replace(ours, wait_end_s=ours.arrival_s + 3 * wait_s)
    with pytest.raises(outcomes.Disagreement, match="standard errors away"):
        outcomes.require_alike(ours, slower, 4)


def test_the_reference_model_is_the_one_that_was_agreed(bench):
    """30 and 90 calls an hour on 17 handlers: 16.75 Erlang before anybody gives up."""
    _, ours = bench
    hours = 4 * 24
    offered = np.bincount(ours.contact_class) / hours
    assert np.abs(offered - [30, 90]).max() < 4 * np.sqrt(90 / hours)
    answered = ours.answered
    handle_s = (ours.service_end_s - ours.wait_end_s)[answered]
    for k, mean_s in enumerate((390, 540)):
        mine = handle_s[ours.contact_class[answered] == k]
        assert abs(mine.mean() - mean_s) < 4 * mean_s / np.sqrt(mine.size)
