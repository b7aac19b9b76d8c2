"""The compiled engine is trusted only if its cache can never answer with yesterday's rules."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

import sim
from sim.jit.options import called

PROGRAM = """
from sim.engine import simulate
from sim.records import Design, Staffing, Workload
import logging
logging.basicConfig(format="%(message)s")
inf = float("inf")
workload = Workload(1, [0, 0], [0, 1], [inf, inf], [9, 9], [0, 0], [-1, -1], [0, 0])
one = [[[0]]]
log = simulate(workload, Staffing.constant([2]), Design([0], one, one, one, one, [[[1]]]))
print(log.wait_end_s.tolist())
"""

MEASURES = """
from sim.engine import simulate
from sim.measures import Targets, plan_measures, tabulate
from sim.records import Design, Horizon, Layout, Staffing, Workload
inf = float("inf")
workload = Workload(1, [0, 0], [0, 1], [inf, inf], [9, 9], [0, 0], [-1, -1], [0, 0])
one, staffing = [[[0]]], Staffing.constant([2])
design = Design([0], one, one, one, one, [[[1]]])
layout = Layout(("north",), ("999",), ("room",), [0], [[True]], [0], [[0]])
plan = plan_measures(layout, Horizon(0, 1), Targets([10], [0.9], [0]))
tally = tabulate(plan, workload, staffing, simulate(workload, staffing, design, "simpy"))
whole = (plan.period == "all") & (plan.force == "north") & (plan.channel == "999")
found = [whole & (plan.measure == name) for name in ("offered", "redials")]
print([float(tally.numerator[cell][0]) for cell in found])
"""


@pytest.fixture
def project(tmp_path):
    """A copy of the package whose rules may be edited, with a cache folder of its own."""
    shutil.copytree(
        Path(sim.__file__).parent, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def start(project, program=PROGRAM, **environment):
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        cwd=project,
        env={**os.environ, "SIM_CACHE_DIR": str(project / "cache"), "PYTHONPATH": str(project)}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, messages = process.communicate(timeout=120)
    assert process.returncode == 0, messages
    return out.strip(), messages


def test_an_edited_rule_changes_the_answer_although_the_cache_is_warm(project):
    answer, messages = finish(start(project))
    assert answer == "[0.0, 1.0]"
    assert "Compiling the engine; this takes some seconds, once" in messages
    answer, messages = finish(start(project))
    assert (answer, messages) == ("[0.0, 1.0]", "")
    rules = project / "sim" / "routing" / "rules.py"
    source = rules.read_text(encoding="utf-8")
    edited = source.replace("free[group] > reserve[at]", "free[group] > reserve[at] + 1")
    assert edited != source
    rules.write_text(edited, encoding="utf-8")
    answer, _ = finish(start(project))
    assert answer == "[0.0, 9.0]"  # the second caller now waits for the first call to end


def test_two_processes_that_start_on_a_cold_cache_both_succeed(project):
    both = [start(project), start(project)]
    assert [finish(process)[0] for process in both] == ["[0.0, 1.0]"] * 2


def test_without_a_writable_cache_the_run_works_and_says_so(project):
    (project / "cache").write_text("a file where the folder should be", encoding="utf-8")
    answer, messages = finish(start(project))
    assert answer == "[0.0, 1.0]"
    assert "without its cache" in messages
    assert "SIM_CACHE_DIR" in messages


def test_a_damaged_cache_file_is_not_the_end_of_the_run(project):
    finish(start(project))
    for file in (project / "cache").rglob("*.nb[ic]"):
        file.write_bytes(b"not what was written")
    answer, messages = finish(start(project))
    assert answer == "[0.0, 1.0]"
    assert "without its cache" in messages


def test_an_edited_measure_counts_although_the_cache_is_warm(project):
    def measured():
        return finish(start(project, MEASURES))[0]

    assert measured() == "[2.0, 0.0]"  # both contacts are new ones
    loops = project / "sim" / "measures" / "loops.py"
    source = loops.read_text(encoding="utf-8")
    edited = source.replace("if trigger == ON_ABANDONED:", "if trigger != ON_ABANDONED:")
    assert edited != source
    loops.write_text(edited, encoding="utf-8")
    assert measured() == "[2.0, 2.0]"


@pytest.mark.parametrize(
    "tests", ["engine/test_stories.py", "measures/test_measures_by_hand.py"], ids=["log", "cells"]
)
def test_the_same_source_tells_the_same_with_the_jit_off(tests):
    told = ["-k", "compiled"] if "stories" in tests else []
    done = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", *told, str(Path(__file__).parent.parent / tests)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_compiled_functions_count_no_references_to_arrays():
    """The option is Numba's own; if it went away, the engine would be a third slower."""

    def first_of_both(one, other):
        return one[0] + other[0]

    columns = (np.zeros(1), np.zeros(1))
    for compiled, counts in ((numba.njit(first_of_both), True), (called(first_of_both), False)):
        compiled(*columns)
        assert ("NRT_decref" in next(iter(compiled.inspect_llvm().values()))) == counts
