"""Break-even handling penalties on a small centre: where they are known, and what they rest on."""

import csv
import re
from math import isnan

import numpy as np
import pandas as pd
import pytest
from experiment.small_experiment import Watcher, tables, write_experiment

import sim.experiment.break_even as room
import sim.experiment.cells
from sim.config import ConfigError
from sim.config.experiment import BreakEven
from sim.experiment import (
    Silent,
    WrongInput,
    read_manifest,
    read_penalties,
    read_study,
    run_break_even,
    run_experiment,
    write_penalties,
)
from sim.experiment.check import check
from sim.experiment.crossing import TOLERANCE
from sim.experiment.penalty import BREAKS_EVEN, COLUMNS, NEVER_PAYS, PAYS_AT_UPPER

NORTH, EAST = "North, & <b>South</b>", "=East"
SLOW = '\n[designs.slow]\nkind = "merger"\nhandle_factor = 1.5\n'


def write(folder, *, baseline="apart", designs=("together",), more="", centre=""):
    """Write an experiment on two rooms alike, busy two thirds of the time, and give its path."""
    path = write_experiment(folder, replications=6, more=more)
    text = path.read_text(encoding="utf-8").replace("measured_h = 12", "measured_h = 48")
    names = ", ".join(f'"{name}"' for name in (baseline, *designs))
    text = text.replace('"apart", "together"', names).replace('= "apart"', f'= "{baseline}"')
    path.write_text(text, encoding="utf-8")
    place = folder / "centre" / "centre.toml"
    world = re.sub(r"per_day = \d+", "per_day = 400", place.read_text(encoding="utf-8"))
    world = re.sub(r"rostered = \d", "rostered = 4", world)
    place.write_text(world + SLOW + centre, encoding="utf-8")
    return path


def ask(path, *designs, **given):
    options = {"jobs": 1, "progress": Silent()}
    return run_break_even(path, designs=designs, given=given, **options)[1]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Rooms apart against one room."""
    return write(tmp_path_factory.mktemp("apart"))


@pytest.fixture(scope="module")
def against_slow(tmp_path_factory):
    """One room against one in which other forces' calls take 1.5 times as long."""
    return write(tmp_path_factory.mktemp("slow"), baseline="slow")


@pytest.mark.parametrize(
    ("measure", "force"),
    [
        ("service_level", "all"),
        ("service_level", EAST),
        ("service_level", "worst"),
        ("answered_within_30s", "all"),
        ("asa_s", "all"),  # less is better
        ("abandonment", EAST),
    ],
)
def test_against_a_room_at_one_and_a_half_it_breaks_even_there(against_slow, measure, force):
    # At 1.5 the two are the same design on the same weeks: the gain is 0 whatever was drawn. Just
    # beside it other handlers answer, so that the gain is only as smooth as so few weeks make it.
    (found,) = ask(against_slow, channel="emergency", measure=measure, force=force)
    assert found.verdict == BREAKS_EVEN
    assert found.break_even == pytest.approx(1.5, abs=0.06)
    assert found.ci_low - TOLERANCE <= 1.5 <= found.ci_high + TOLERANCE
    assert found.ci_high - found.ci_low < 0.5
    assert found.gain_at_1_low > 0 > found.gain_at_upper_high


def test_between_rooms_apart_sharing_pays_first_and_then_less_and_less(path, tmp_path):
    (found,) = ask(path, channel="emergency")
    assert found.verdict == BREAKS_EVEN
    assert found.gain_at_1_low > 0 > found.gain_at_upper_high
    assert 1 < found.ci_low < found.break_even < found.ci_high < 3

    # The same by running the experiment itself at these factors, and not by the search.
    factors = [1.0, found.ci_low, found.break_even, found.ci_high, 3.0]
    key = "designs.together.handle_factor"
    swept = write(tmp_path, more=f'[vary]\n"{key}" = {factors}\n')
    compared = pd.read_csv(run_experiment(swept, out=tmp_path, jobs=1) / "comparison.csv")
    rows = compared[
        (compared["measure"] == "service_level")
        & (compared["channel"] == "emergency")
        & (compared["force"] == "all")
    ]
    gain = rows["difference"].to_numpy()
    assert (np.diff(gain) < 0).all()
    assert gain[0] == pytest.approx(found.gain_at_1)
    assert gain[-1] == pytest.approx(found.gain_at_upper)
    step = abs(np.gradient(gain, factors)).max() * 2 * TOLERANCE + 2 / 300  # and a call or two
    assert rows["ci_low"].iloc[1] == pytest.approx(0, abs=step)
    assert gain[2] == pytest.approx(0, abs=step)
    assert rows["ci_high"].iloc[3] == pytest.approx(0, abs=step)


def test_the_worst_off_force_breaks_even_first(path):
    (worst,), *single = (ask(path, channel="emergency", force=f) for f in ("worst", NORTH, EAST))
    by_force = {part.force: part for (part,) in single}
    first = min(by_force.values(), key=lambda part: part.break_even)
    assert worst.break_even == pytest.approx(first.break_even, abs=2 * TOLERANCE)
    assert worst.worst_force == first.force
    assert worst.gain_at_1 == min(part.gain_at_1 for part in by_force.values())
    assert worst.gain_at_1_low == min(part.gain_at_1_low for part in by_force.values())
    assert worst.gain_at_upper_high == min(part.gain_at_upper_high for part in by_force.values())
    assert first.worst_force == ""


def test_what_never_breaks_even_says_so(path, tmp_path):
    (early,) = ask(path, channel="emergency", upper=1.02)
    assert early.verdict == PAYS_AT_UPPER
    assert isnan(early.break_even)
    assert isnan(early.ci_high)
    (found,) = ask(write(tmp_path, baseline="together", designs=("slow",)), channel="emergency")
    # At 1 the two are the same, so nothing is gained.
    assert found.verdict == NEVER_PAYS
    assert isnan(found.break_even)
    assert found.gain_at_1 == 0
    assert (found.ci_low, found.declared) == (1, 1.5)


def test_every_design_that_has_the_option_is_asked_and_one_may_be_named(tmp_path):
    path = write(tmp_path, designs=("together", "buddies"))
    question = {"channel": "emergency", "replications": 2, "upper": 1.1}
    assert [found.design for found in ask(path, **question)] == ["together", "buddies"]
    # Designs of the centre that the experiment does not ask about may be named as well.
    named = ask(path, "slow", "buddies", **question)
    assert [(found.design, found.declared) for found in named] == [("slow", 1.5), ("buddies", 1.1)]
    assert {found.replications for found in named} == {2}


def test_a_design_is_searched_with_its_own_changes(tmp_path):
    more_staff = (
        '[designs.staffed]\nkind = "merger"\nhandle_factor = 1\n'
        '[designs.staffed.changes]\nsource = "test"\n"groups.east.scale" = 1.5\n'
    )
    path = write(tmp_path, centre=more_staff)
    plain, staffed = ask(path, "together", "staffed", channel="emergency", replications=4)
    assert staffed.gain_at_1 > plain.gain_at_1
    assert isnan(staffed.break_even) or staffed.break_even > plain.break_even + 0.1


def test_every_point_of_a_sweep_has_its_own(tmp_path):
    path = write(tmp_path, more='[vary]\n"staffing.scale" = [1.0, 3.0]\n')
    first, second = ask(path, channel="emergency", replications=3)
    assert (first.point, second.point) == (0, 1)
    assert first.gain_at_1 > second.gain_at_1_high  # with more handlers there is less to gain


@pytest.mark.parametrize(("engine", "jobs"), [("simpy", 1), ("compiled", 2)])
def test_engines_and_workers_give_the_same(path, engine, jobs):
    given = {"channel": "emergency", "replications": 2, "upper": 1.2}
    options = {"given": given, "engine": engine, "jobs": jobs}
    assert repr(run_break_even(path, **options)[1]) == repr(ask(path, **given))  # nan, too


WRONG = {
    "channel": ("emergancy", 'did you mean "emergency"?'),
    "force": ("=east", 'did you mean "=East"?'),
    "measure": ("service_levl", 'did you mean "service_level"?'),
}


@pytest.mark.parametrize("part", WRONG)
def test_a_wrong_question_is_refused_before_anything_runs(path, tmp_path, part):
    value, said = WRONG[part]
    question = {"channel": "emergency"} | {part: value}
    with pytest.raises(ConfigError, match=f"--{part}") as caught:
        ask(path, **question)
    assert said in str(caught.value)
    table = "\n".join(f'{key} = "{name}"' for key, name in question.items())
    asked = write(tmp_path, more=f"[break_even]\n{table}\n")
    for refuse in (check, lambda file: run_experiment(file, out=tmp_path / "results")):
        with pytest.raises(ConfigError, match=rf"break_even\.{part}") as caught:
            refuse(asked)
        assert said in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_a_measure_that_the_channel_lacks_is_refused(path):
    with pytest.raises(ConfigError, match="unknown measure"):
        ask(path, channel="all", measure="answered_within_30s")


@pytest.mark.parametrize("design", ["apart", "togehter"])
def test_a_design_without_the_option_is_refused(path, design):
    with pytest.raises(ConfigError, match=f'--design = "{design}".*option handle_factor'):
        ask(path, design, channel="emergency")


def test_where_no_design_has_the_option_there_is_nothing_to_ask(tmp_path):
    path = write(tmp_path, designs=())
    with pytest.raises(ConfigError, match="no design but the baseline has the option"):
        ask(path, channel="emergency")


def test_where_nobody_calls_there_is_nothing_to_gain(tmp_path):
    path = write(tmp_path)
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8")
    centre.write_text(text[::-1].replace("004 = yad_rep", "0 = yad_rep", 1)[::-1], encoding="utf-8")
    with pytest.raises(ConfigError, match='--channel = "other": nobody calls on other'):
        ask(path, channel="other", force=EAST, replications=2)
    (found,) = ask(path, channel="other", force="worst", replications=2)
    assert found.worst_force == NORTH


def test_an_engine_that_is_none_is_refused(path):
    with pytest.raises(WrongInput, match="simpy"):
        run_break_even(path, engine="simpie")


BREAK_EVEN = (
    '[break_even]\nchannel = "emergency"\nforce = "worst"\nupper = 1.25\nreplications = 2\n'
)


def test_an_experiment_that_asks_leaves_the_table_with_the_others(tmp_path):
    path = write(tmp_path, more=BREAK_EVEN)
    text = path.read_text(encoding="utf-8").replace("min = 6", "min = 2")
    path.write_text(text, encoding="utf-8")
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    manifest = read_manifest(folder)
    assert "break_even.csv" in manifest["files"]
    assert manifest["experiment"]["break_even"]["upper"] == 1.25
    found = read_penalties(folder / "break_even.csv")
    assert repr(found) == repr(ask(path))  # the command asks what the file asks
    assert (found[0].force, found[0].upper, found[0].replications) == ("worst", 1.25, 2)
    with (folder / "break_even.csv").open(encoding="utf-8-sig", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS

    again = run_experiment(path, out=tmp_path / "again", jobs=2, engine="simpy")
    name = "break_even.csv"
    assert (again / name).read_bytes() == (folder / name).read_bytes()

    # Asked no more, the table goes, and no other changes.
    before = tables(folder)
    path.write_text(text.replace(BREAK_EVEN, ""), encoding="utf-8")
    run_experiment(path, out=tmp_path / "results", jobs=1)
    assert not (folder / name).exists()
    assert name not in read_manifest(folder)["files"]
    assert tables(folder) == before


def test_the_table_is_read_as_it_was_written(path, tmp_path):
    found = ask(path, channel="emergency", force=EAST, replications=2, upper=1.05)
    table = tmp_path / "table.csv"
    with table.open("wb") as file:
        write_penalties(file, found)
    assert repr(read_penalties(table)) == repr(found)
    assert "'=East" in table.read_text(encoding="utf-8-sig")  # a formula in a spreadsheet


def test_progress_is_told_and_an_interruption_ends_it(path, monkeypatch):
    watcher = Watcher()
    run_break_even(
        path, given={"channel": "emergency", "replications": 3}, jobs=1, progress=watcher
    )
    assert watcher.finished
    steps = [more for _, _, more in watcher.rounds]
    assert steps
    assert set(steps) == {3}
    # The baseline, the two ends, and each factor tried between them.
    assert watcher.replications == 3 * (3 + len(steps))

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.experiment.cells, "run_cells", interrupted)
    watcher = Watcher()
    with pytest.raises(KeyboardInterrupt):
        run_break_even(path, given={"channel": "emergency"}, jobs=1, progress=watcher)
    assert watcher.finished


def test_a_question_has_defaults_and_bounds():
    asked = BreakEven(channel="emergency")
    assert (asked.measure, asked.force, asked.upper) == ("service_level", "all", 3)
    for wrong in ({"upper": 1}, {"upper": 1000}, {"replications": 1}, {"uper": 3}):
        with pytest.raises(ValueError, match="validation error"):
            BreakEven(channel="emergency", **wrong)


def test_the_replications_of_the_experiment_are_used_unless_others_are_asked(path):
    study = read_study(path, replications=1)
    assert room.plan_search(study, BreakEven(channel="emergency")).replications == 2
    assert room.plan_search(study, BreakEven(channel="emergency", replications=9)).replications == 9
