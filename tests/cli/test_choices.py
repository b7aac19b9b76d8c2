"""What `sim run` says of a choice."""

import pytest
from experiment.small_experiment import write_experiment

from sim.cli.display import Log
from sim.cli.status import print_status
from sim.cli.tables import console
from sim.experiment.status import ChoiceStatus, SetsStatus, Status

ASKED = (
    '[vary]\n"staffing.scale" = [0.5, 3.0]\n[select]\ngoal = "cheapest"\ntolerance = 0.05\n'
    "first_replications = 6\nmax_replications = 40\n"
)


@pytest.mark.usefixtures("no_drawing")
def test_a_run_that_is_asked_to_choose_tells_it_after_its_answer(sim_, tmp_path):
    path = write_experiment(tmp_path, 2, ASKED)
    status, out, err = sim_("run", path, "--out", tmp_path / "results", "--jobs", 1)
    assert status == 0
    answer, told = out.split("\nWhich to choose\n")
    assert "In time, %" in answer
    words = " ".join(told.split())
    assert "“Apart” with staffing.scale = 3.0 is the cheapest of 4 candidates that meets" in words
    assert "with a probability of at least 95%, give or take 5 points of a target: 2,520" in words
    assert "2,520 handler hours on the rota a week" in words
    assert "The guarantee:" in words
    assert "staffing.scale = 0.5, Together [bold] misses after" in words
    *lines, last = told.rstrip().splitlines()
    assert max(map(len, lines)) <= 100
    assert last.startswith("Report: ")
    assert "apart at point 0, 420 h a week: misses" in err
    lines = err.splitlines()
    assert "small, selection: 2 designs, 4 candidates." in lines
    assert "4 of 4 candidates done" in lines[-1]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            ChoiceStatus(8, 1240, 600, made=False, damaged=0),
            "Choice: not made yet; 1,240 weeks of its 8 candidates are stored, of each at most 600",
        ),
        (ChoiceStatus(8, 1240, 600, made=True, damaged=2), "2 damaged files are run again."),
    ],
)
def test_the_status_tells_of_a_choice(choice, said, capsys):
    print_status(Status("x.toml", None, False, None, (), 0, 0, choice=choice), console())
    assert said in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("stored", "finished", "said"),
    [
        (7, False, "7 stored with all of their 6 weeks, of 8 read so far; 13 in all."),
        (13, True, "all 13 stored with all of their 6 weeks."),
        (12, True, "12 of 13 stored with all of their 6 weeks; the others contradict themselves."),
    ],
)
def test_the_status_tells_of_assumption_sets(stored, finished, said, capsys):
    sets = SetsStatus(13, 8, stored, 6, damaged=0)
    print_status(Status("x.toml", None, finished, None, (), 0, 0, sets=sets), console())
    assert f"Assumption sets: {said}" in " ".join(capsys.readouterr().out.split())


def test_a_log_counts_weeks_that_are_added(capfd):
    log = Log()
    log.start("study, selection", points=1, designs=2, found=0, wanted=0)
    log.lengthen(20)
    log.advance(20, 9)
    log.finish()
    last = capfd.readouterr().err.splitlines()[-1]
    assert last.startswith("20 of 20 replications")
    assert last.endswith(", 0:00 left of this round.")  # nobody knows how many rounds there will be
