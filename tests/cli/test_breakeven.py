"""`sim breakeven`, and what `sim run` says of break-even handling penalties."""

from dataclasses import replace
from math import nan

import pytest
from experiment.small_experiment import write_experiment

import sim.experiment.cells
import sim.report
from sim.cli.penalties import in_words
from sim.experiment import read_penalties
from sim.experiment.penalty import BREAKS_EVEN, NEVER_PAYS, PAYS_AT_UPPER, Penalty

FOUND = Penalty(
    point=0,
    design="together",
    baseline="apart",
    force="all",
    channel="emergency",
    measure="service_level",
    verdict=BREAKS_EVEN,
    break_even=1.4231,
    ci_low=1.3812,
    ci_high=1.4688,
    worst_force="",
    upper=3.0,
    declared=1.05,
    gain_at_1=0.0512,
    gain_at_1_low=0.0398,
    gain_at_1_high=0.0634,
    gain_at_upper=-0.1,
    gain_at_upper_low=-0.12,
    gain_at_upper_high=-0.08,
    replications=20,
)
PAYS = replace(
    FOUND, verdict=PAYS_AT_UPPER, break_even=nan, ci_low=nan, ci_high=nan,
    gain_at_upper=0.02, gain_at_upper_low=0.01, gain_at_upper_high=0.03,
)  # fmt: skip
NEVER = replace(
    FOUND, verdict=NEVER_PAYS, break_even=nan, ci_low=1.0, ci_high=1.0,
    gain_at_1=-0.02, gain_at_1_low=-0.03, gain_at_1_high=-0.01,
)  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (FOUND, "1.42 times as long (1.38 to 1.47); assumed 1.05"),
        (replace(FOUND, ci_low=1.0), "1.42 times as long (1 or less to 1.47); assumed 1.05"),
        (replace(FOUND, ci_high=nan), "1.42 times as long (1.38 to more than 3); assumed 1.05"),
        (PAYS, "pays even at 3 times: +2.0 points (+1.0 to +3.0); assumed 1.05"),
        (
            replace(PAYS, ci_low=2.8, gain_at_upper_low=-0.01),
            "pays even at 3 times: +2.0 points (-1.0 to +3.0), not certain from 2.80; assumed 1.05",
        ),
        (NEVER, "does not pay even at 1: -2.0 points (-3.0 to -1.0); assumed 1.05"),
        (
            replace(NEVER, ci_high=1.204, gain_at_1_high=0.01, declared=1),
            "does not pay even at 1: -2.0 points (-3.0 to +1.0), not certain up to 1.20; assumed 1",
        ),
        (
            replace(NEVER, measure="asa_s", gain_at_1=-3, gain_at_1_low=-4.1, gain_at_1_high=-2),
            "does not pay even at 1: -3.0 s (-4.1 to -2.0); assumed 1.05",
        ),
    ],
)
def test_a_penalty_is_said_in_words(found, said):
    assert in_words(found) == [said]


def test_the_worst_off_force_is_named():
    worst = replace(FOUND, force="worst", worst_force="=East")
    assert in_words(worst)[1:] == ["first to lose: =East"]


QUICK = ("--jobs", 1, "--replications", 2, "--upper", 1.05)


def test_the_command_prints_a_line_for_each_design_and_writes_the_table(sim_, tmp_path):
    path = write_experiment(tmp_path, more='[vary]\n"staffing.scale" = [1.0, 1.1]\n')
    table = tmp_path / "table.csv"
    asked = ("--design", "buddies", "--design", "together", "--force", "worst", "--out", table)
    status, out, err = sim_("breakeven", path, *QUICK, *asked)
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "How much longer may a call from another force take?"
    assert "999, % answered in target, the force that gains least, against Apart." in " ".join(
        lines
    )
    assert "staffing.scale = 1.0, buddies" in lines
    assert "staffing.scale = 1.1, Together [bold]" in lines
    assert sum("assumed 1" in line for line in lines) == 4
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in out
    assert "small, break-even: 2 designs, 2 points." in err
    assert "buddies: from 1 to 1.05 times as long." in err
    assert [found.design for found in read_penalties(table)] == ["buddies", "together"] * 2
    assert not (tmp_path / "results").exists()  # nothing but the table is left behind


def test_what_the_file_asks_holds_unless_the_command_says_otherwise(sim_, tmp_path):
    more = '[break_even]\nchannel = "other"\nmeasure = "asa_s"\nupper = 1.05\nreplications = 2\n'
    path = write_experiment(tmp_path, more=more)
    status, out, err = sim_("breakeven", path, "--jobs", 1, "--quiet", "--force", "=East")
    assert status == 0
    assert "101, average answer time, =East, against Apart." in out
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--channel", "emergancy"), '--channel = "emergancy": unknown channel'),
        (("--force", "east"), "--force"),
        (("--measure", "offered"), "--measure"),
        (("--design", "apart"), "handle_factor"),
        (("--upper", "1"), "--upper"),
        (("--replications", "1"), "--replications"),
        (("--engine", "x"), "--engine"),
    ],
)
def test_a_wrong_question_ends_with_2_and_no_traceback(sim_, tmp_path, arguments, said):
    status, out, err = sim_("breakeven", write_experiment(tmp_path), *arguments)
    assert status == 2
    assert said in err
    assert out == ""
    assert "Traceback" not in err


def test_an_interruption_ends_with_130(sim_, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.experiment.cells, "run_cells", interrupted)
    status, out, err = sim_("breakeven", write_experiment(tmp_path), *QUICK)
    assert status == 130
    assert err.endswith("Interrupted.\n")
    assert out == ""


@pytest.mark.usefixtures("no_drawing")
def test_a_run_that_is_asked_for_it_tells_it_after_its_answer(sim_, tmp_path):
    more = '[break_even]\nchannel = "emergency"\nupper = 1.05\nreplications = 2\n'
    path = write_experiment(tmp_path, replications=2, more=more)
    status, out, _ = sim_("run", path, "--out", tmp_path / "results", "--jobs", 1)
    assert status == 0
    answer, told = out.split("How much longer may a call from another force take?")
    assert "In time, %" in answer
    assert "\nTogether [bold]\n  " in told
    assert told.rstrip().splitlines()[-1].startswith("Report: ")
