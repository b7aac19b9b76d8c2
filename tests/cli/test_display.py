"""How a run is watched."""

import io
from math import nan

import pytest
from rich.console import Console

from sim.cli.display import Bar, Log, introduction
from sim.cli.tables import interval, percent, points
from sim.experiment import Estimate
from sim.experiment.progress import Precision, precise

REACHED = Precision("999 service level, Leicestershire", "share", 0.0113, 0.005)


def test_a_log_has_a_line_per_round_and_one_now_and_then(capfd):
    log = Log(every_s=0.0)
    log.start("study", points=1, designs=3, found=2, wanted=4)
    log.advance(1, 1000)
    log.advance(1, 1000)
    log.precision(0, REACHED, 10)
    log.finish()
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "study: 3 designs, 2 replications found in the store."
    assert lines[1].startswith("3 of 4 replications, ")
    assert "contacts/s, 0:0" in lines[1]
    assert lines[3] == (
        "999 service level, Leicestershire: half-width 1.1 points, wanted 0.5; "
        "10 more replications."
    )
    assert lines[4].startswith("4 of 14 replications")


def test_a_log_is_not_flooded(capfd):
    log = Log()
    log.start("study", points=1, designs=1, found=0, wanted=1000)
    for _ in range(1000):
        log.advance(1, 10)
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_a_long_sweep_has_few_lines_and_each_tells_of_the_point_furthest_off(capfd):
    log = Log(every_s=0.0)
    log.start("study", points=2000, designs=3, found=0, wanted=4000)
    log.started_s -= 1000  # as if it had gone on for long: lines are 50 s apart
    for point in range(2000):
        log.advance(2, 1000)
        log.precision(point, Precision("999", "share", 0.001 * (point % 7), 0.005), 0)
        log.point_done()
    log.last_s -= 60
    log.advance(1, 1000)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) <= 3
    assert "4,001 of 4,000 replications, 2,000 of 2,000 points done, " in lines[-1]
    assert lines[-1].endswith("; furthest off is point 6, 999: half-width 0.6 points, wanted 0.5.")


def test_a_bar_shows_rate_time_and_precision():
    screen = io.StringIO()
    bar = Bar(Console(file=screen, force_terminal=True, width=180, color_system=None))
    bar.start("study [bold]", points=2, designs=3, found=1, wanted=4)
    bar.advance(2, 5000)
    bar.point_done()
    bar.precision(1, REACHED, 10)
    bar.notice("Something [red]odd[/red].")
    bar.progress.refresh()
    bar.finish()
    shown = screen.getvalue()
    assert "study [bold]: 3 designs, 2 points" in shown
    assert "3/14" in shown
    assert "1 of 2 points done" in shown
    assert "contacts/s" in shown
    assert "half-width 1.1 points, wanted 0.5" in shown
    assert "Something [red]odd[/red]." in shown


def test_a_bar_that_never_started_can_end():
    Bar(Console(file=io.StringIO())).finish()


def test_words_for_what_is_known():
    assert introduction("x", 1, 1, 0, 9) == "x: 1 design."
    assert introduction("x", 1, 1, 1, 9) == "x: 1 design, 1 replication found in the store."
    assert precise(Precision("", "", nan, 0.01)) == "half-width unknown, wanted 0.01"
    assert precise(Precision("101 asa s", "s", 0.25, 2)) == "101 asa s: half-width 0.25 s, wanted 2"


def test_a_log_names_the_point_where_there_are_several(capfd):
    log = Log()
    log.start("study", points=2, designs=3, found=0, wanted=4)
    log.precision(1, REACHED, 0)
    assert capfd.readouterr().err.splitlines()[1] == (
        "Point 1: 999 service level, Leicestershire: half-width 1.1 points, wanted 0.5."
    )


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        (Estimate(0.931, 0.92, 0.942), "93.1 (92.0 to 94.2)"),
        (Estimate(0.931, nan, nan), "93.1 (no interval)"),
        (Estimate(nan, nan, nan), "no calls"),
    ],
)
def test_a_figure_never_stands_without_its_interval(estimate, shown):
    assert interval(estimate, percent) == shown


def test_differences_carry_their_sign():
    assert interval(Estimate(-0.031, -0.04, 0.001), points) == "-3.1 (-4.0 to +0.1)"
