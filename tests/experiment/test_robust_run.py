"""Robust conclusions of a small experiment, from its file to its tables."""

import csv

import numpy as np
import pytest
from experiment.small_experiment import Watcher, interrupted_after, tables, write_experiment

from sim.config import ConfigError
from sim.config.robust import Conclusion, Robust
from sim.experiment import read_manifest, read_status, read_study, run_experiment
from sim.experiment.check import check
from sim.experiment.robust import find_robust, plan_robust
from sim.experiment.robust.tables import ROBUST_TABLES, ROWS, columns_of, read_rows

NORTH, EAST = "North, & <b>South</b>", "=East"
ROBUST = """
[robust]
n = 8
replications = 3
leave_out = ["channels.*.handle", "staffing"]
together = {"All rotas" = ["groups.*.shifts"]}
"""
CONCLUSIONS = """
[[robust.conclusions]]
design = "together"
beats = "apart"
channel = "emergency"
[[robust.conclusions]]
design = "apart"
meets_target = true
channel = "emergency"
force = "=East"
[[robust.conclusions]]
design = "together"
beats = "apart"
channel = "all"
measure = "asa_s"
"""
RANGES = {
    "mean_s = 200": "mean_s = {value = 200, range = [100, 300]}",
    "rostered = 3": "rostered = {value = 3, range = [2, 6]}",
    "rostered = 2": "rostered = {value = 2, range = [1, 5]}",
    "after_s = 20": 'after_s = {value = 20, range = [5, 30], source = "test"}',
    "handle_factor = 1.0": 'handle_factor = {value = 1, range = [1, 1.5], source = "test"}',
    "absence_share = 0.05": "absence_share = {value = 0.05, range = [0.0, 0.1]}",
}
ASSUMED = ["All rotas", "designs.together.handle_factor"]


def write(folder, more=ROBUST + CONCLUSIONS, centre="", replications=2):
    """Write an experiment on a centre with declared ranges, and give its path."""
    path = write_experiment(folder, replications=replications, more=more)
    place = folder / "centre" / "centre.toml"
    text = place.read_text(encoding="utf-8")
    for plain, ranged in RANGES.items():
        assert plain in text
        text = text.replace(plain, ranged, 1)
    place.write_text(text + centre, encoding="utf-8")
    return path


def planned(path):
    study = read_study(path)
    return plan_robust(study, study.experiment.robust)


def refused(folder, **parts):
    """Give what is said of an experiment whose `[robust]` holds these parts."""
    table = "\n".join(f"{key} = {value}" for key, value in parts.items())
    with pytest.raises(ConfigError) as caught:
        planned(write(folder, more=f"[robust]\n{table}\n"))
    return str(caught.value)


@pytest.fixture(scope="module")
def ran_few(tmp_path_factory):
    """The same with as few sets and weeks as can be."""
    folder = tmp_path_factory.mktemp("few")
    few = ROBUST.replace("n = 8", "n = 2").replace("replications = 3", "replications = 2")
    path = write(folder, more=few + CONCLUSIONS)
    return path, run_experiment(path, out=folder / "results", jobs=1)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A finished run: the experiment's file, and its results folder."""
    folder = tmp_path_factory.mktemp("robust")
    path = write(folder)
    return path, run_experiment(path, out=folder / "results", jobs=1)


def rows(folder, name):
    return read_rows(folder / name, ROWS[name])


def test_the_ranges_that_matter_are_drawn_and_those_of_other_designs_are_not(tmp_path):
    plan = planned(write(tmp_path))
    assert [one.name for one in plan.assumptions] == ASSUMED
    assert [one.key for one in plan.assumptions[0].ranges] == [
        "groups.north.shifts.0.rostered",
        "groups.east.shifts.0.rostered",
    ]
    assert plan.designs == ("apart", "together")
    assert (plan.sets, plan.all_sets) == (8 * 4, 8 * 4 + 5)
    chosen = planned(write(tmp_path, more='[robust]\nkeys = ["channels", "staffing.*"]\n'))
    assert [one.name for one in chosen.assumptions] == [
        "channels.emergency.handle.mean_s",
        "staffing.absence_share",
    ]


def test_without_conclusions_every_gain_and_every_target_is_asked(tmp_path):
    plan = planned(write(tmp_path, more="[robust]\n"))
    asked = [(one.design, one.against, one.force, one.channel) for one in plan.claims]
    places = [(f, c) for c in ("emergency", "other") for f in ("all", NORTH, EAST)]
    assert asked == [
        *(("together", "apart", *place) for place in places),
        *((design, "", *place) for design in ("apart", "together") for place in places),
    ]
    assert {one.measure for one in plan.claims} == {"service_level"}
    assert len(plan.assumptions) == 5
    assert check(plan.study.path).robust.sets == 64 * 7


def test_a_further_conclusion_on_the_same_measure_needs_no_other_cells(tmp_path):
    first = '[[robust.conclusions]]\ndesign = "together"\nbeats = "apart"\nchannel = "emergency"\n'
    second = first.replace("emergency", "other") + 'force = "=East"\n'
    few, more = (
        planned(write(tmp_path, more=f"[robust]\n{text}")) for text in (first, first + second)
    )
    np.testing.assert_array_equal(few.cells, more.cells)


def test_the_tables_say_what_was_asked(ran):
    path, folder = ran
    held = rows(folder, "robust.csv")
    assert [(row.design, row.against, row.force, row.measure) for row in held] == [
        ("together", "apart", "all", "service_level"),
        ("apart", "", EAST, "service_level"),
        ("together", "apart", "all", "asa_s"),
    ]
    for row in held:
        assert row.holds + row.cannot_tell + row.fails == pytest.approx(1)
        assert row.holds_low <= row.holds <= row.holds_high
        assert (row.sets, row.impossible, row.all_sets, row.replications) == (16, 0, 32, 3)
        assert row.from_assumptions + row.from_weeks + row.from_both == pytest.approx(1)
    swings = rows(folder, "robust_tornado.csv")
    assert [swing.assumption for swing in swings[::2][:2]] == ASSUMED
    assert (swings[0].end, swings[0].value, swings[1].value) == ("lower", 2, 6)
    indices = rows(folder, "robust_indices.csv")
    assert {row.assumption for row in indices} == set(ASSUMED)
    assert {row.rows for row in indices} == {8}
    manifest = read_manifest(folder)
    assert set(ROBUST_TABLES) <= manifest["files"].keys()
    assert manifest["experiment"]["robust"]["n"] == 8
    assert read_study(path).digest == manifest["digest"]


def test_more_handlers_meet_a_target_and_it_is_they_who_decide(ran):
    _, folder = ran
    _, lonely, _ = rows(folder, "robust.csv")
    swings = [row for row in rows(folder, "robust_tornado.csv") if row.conclusion == 2]
    rotas = {row.end: row for row in swings if row.assumption == "All rotas"}
    assert rotas["lower"].change < 0 < rotas["upper"].change
    assert rotas["upper"].there == pytest.approx(lonely.own + rotas["upper"].change)
    factor = [row for row in swings if row.assumption == "designs.together.handle_factor"]
    assert [row.change for row in factor] == [0, 0]  # rooms apart know no other forces' calls
    total = {
        row.assumption: row.total
        for row in rows(folder, "robust_indices.csv")
        if row.conclusion == 2
    }
    assert max(total, key=total.get) == "All rotas"
    assert total["designs.together.handle_factor"] == 0


def test_every_set_stands_in_a_table_and_the_shares_follow_from_it(ran):
    _, folder = ran
    with (folder / "robust_sets.csv").open(encoding="utf-8-sig", newline="") as file:
        sets = list(csv.DictReader(file))
    assert len(sets) == 37
    assert (sets[0]["table"], sets[0]["groups.north.shifts.0.rostered"]) == ("own", "3.0")
    drawn = [row for row in sets if row["table"] in {"A", "B"}]
    for row in rows(folder, "robust.csv"):
        verdicts = [one[f"conclusion_{row.conclusion}_verdict"] for one in drawn]
        assert row.holds == verdicts.count("holds") / 16
        assert row.fails == verdicts.count("fails") / 16
        assert sets[0][f"conclusion_{row.conclusion}_margin"] == repr(row.own)


def test_the_own_values_and_each_set_are_what_an_experiment_of_their_own_gives(ran, tmp_path):
    _, folder = ran
    path = write(tmp_path, more="", replications=3)
    own = run_experiment(path, out=tmp_path, jobs=1)
    assert {(row["force"], row["difference"]) for row in comparison(own)} >= {
        ("all", repr(rows(folder, "robust.csv")[0].own))
    }
    with (folder / "robust_sets.csv").open(encoding="utf-8-sig", newline="") as file:
        drawn = list(csv.DictReader(file))[30]
    place = tmp_path / "centre" / "centre.toml"
    text = place.read_text(encoding="utf-8")
    for before, key in (
        ("rostered = {value = 3", "groups.north.shifts.0.rostered"),
        ("rostered = {value = 2", "groups.east.shifts.0.rostered"),
        ("handle_factor = {value = 1", "designs.together.handle_factor"),
    ):
        head = before.split(" = {")[0]
        text = text.replace(before, f"{head} = {{value = {drawn[key]}")
    place.write_text(text, encoding="utf-8")
    there = run_experiment(path, out=tmp_path / "there", jobs=1)
    assert {(row["force"], row["difference"]) for row in comparison(there)} >= {
        ("all", drawn["conclusion_1_margin"])
    }


def comparison(folder):
    with (folder / "comparison.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if (row["measure"], row["channel"]) == ("service_level", "emergency")
        ]


def bytes_of(folder):
    return {name: (folder / name).read_bytes() for name in ROBUST_TABLES}


@pytest.mark.parametrize(("engine", "jobs"), [("simpy", 1), ("compiled", 2)])
def test_engines_and_workers_give_the_same_bytes(ran_few, tmp_path, engine, jobs):
    path, folder = ran_few
    again = run_experiment(path, out=tmp_path, jobs=jobs, engine=engine)
    assert bytes_of(again) == bytes_of(folder)


def test_an_interrupted_run_goes_on_where_it_was(ran_few, tmp_path, monkeypatch):
    path, folder = ran_few
    left = interrupted_after(monkeypatch, 5)
    watcher = Watcher()
    with pytest.raises(KeyboardInterrupt):
        run_experiment(path, out=tmp_path, jobs=1, progress=watcher)
    assert watcher.finished
    left[0] = len(list(folder.glob("store/cells-*/*/*.block"))) - 5  # what differs is run once
    again = run_experiment(path, out=tmp_path, jobs=1)
    assert left[0] == 0
    assert bytes_of(again) == bytes_of(folder)


def test_asked_no_more_the_tables_go_and_no_other_changes(tmp_path):
    path = write(tmp_path, more=(ROBUST + CONCLUSIONS).replace("n = 8", "n = 2"))
    folder = run_experiment(path, out=tmp_path / "results", jobs=1, replications=2)
    before = tables(folder)
    write(tmp_path, more="")
    run_experiment(path, out=tmp_path / "results", jobs=1, replications=2)
    assert not any((folder / name).exists() for name in ROBUST_TABLES)
    assert not set(ROBUST_TABLES) & read_manifest(folder)["files"].keys()
    assert tables(folder) == before


def test_fewer_weeks_on_the_command_line_are_fewer_for_each_set_too(tmp_path):
    path = write(tmp_path)
    assert read_study(path, replications=2).experiment.robust.replications == 2
    assert read_study(path, replications=1).experiment.robust.replications == 2
    assert read_study(path, replications=90).experiment.robust.replications == 3


BURSTS = """
[demand.bursts]
channel = "emergency"
incidents_per_week = {value = 10, range = [5, 900]}
calls_mean = 4
calls_max = 30
spread_mean_s = 120
seen_by_two_share = 0
neighbours = {}
source = "test"
"""


def test_sets_that_contradict_themselves_are_counted_and_left_out(tmp_path):
    more = '[robust]\nn = 8\nreplications = 2\nkeys = ["demand", "staffing"]\n'
    plan = planned(write(tmp_path, more=more + CONCLUSIONS, centre=BURSTS))
    watcher = Watcher()
    found = find_robust(plan, engine="compiled", jobs=1, progress=watcher)
    row = found.holdings[0]
    assert 0 < row.impossible < plan.sets
    assert 0 < row.sets < 16
    assert row.holds + row.cannot_tell + row.fails == pytest.approx(1)
    (notice,) = watcher.notices
    # The upper end of the range cannot be either, but is not one of the sets that are drawn.
    assert notice.startswith(f"{row.impossible + 1} of {plan.all_sets} assumption sets contradict")
    assert "bursts" in notice
    assert watcher.replications == plan.all_sets * 2
    (upper,) = (swing for swing in found.swings if swing.conclusion == 1 and swing.value == 900)
    assert np.isnan(upper.change)


def test_where_no_set_can_be_the_experiment_is_refused(tmp_path):
    more = "[robust]\nn = 2\nreplications = 2\nkeys = ['demand']\n"
    never = BURSTS.replace("[5, 900]", "[10, 90000]")
    plan = planned(write(tmp_path, more=more + CONCLUSIONS, centre=never))
    with pytest.raises(ConfigError, match=r"no set of assumptions can be.*bursts"):
        find_robust(plan, engine="compiled", jobs=1, progress=Watcher())


def test_it_does_not_stand_beside_a_sweep(tmp_path):
    path = write(tmp_path, more='[vary]\n"staffing.scale" = [1, 2]\n[robust]\n')
    with pytest.raises(ConfigError, match=r"robust: cannot stand beside \[vary\]"):
        read_study(path)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"n": 60}, "robust.n = 60: must be a power of two, such as 32 or 64"),
        ({"n": 65536}, "5 assumptions and n = 65536 make 458,752 sets, at most 200,000"),
        ({"replications": 1}, "robust.replications = 1: must be 2 or more"),
        ({"nn": 4}, 'unknown key; did you mean "n"?'),
        (
            {"keys": '["channels.*.handel.mean_s"]'},
            'did you mean "channels.emergency.handle.mean_s"?',
        ),
        ({"keys": '["channels..x"]'}, "is not a dotted key"),
        ({"leave_out": '["designs.buddies"]'}, "unknown key with a range that matters here"),
        ({"keys": '["staffing"]', "leave_out": '["staffing"]'}, "leaves no assumption to draw"),
        ({"together": '{"One" = []}'}, "robust.together.One = []: names no keys"),
        (
            {"together": '{"One" = ["groups"], "Two" = ["groups.east"]}'},
            'groups.east.shifts.0.rostered stands in "One" already',
        ),
        (
            {"together": '{"staffing.absence_share" = ["groups"]}'},
            "is itself a key; give it another name",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path, parts, said):
    assert said in refused(tmp_path, **parts)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("design", "togther", 'robust.conclusions.0.design = "togther"'),
        ("design", "buddies", "unknown design of the experiment"),  # the centre has it
        ("beats", "appart", 'did you mean "apart"?'),
        ("force", "east", 'did you mean "=East"?'),
        ("channel", "emergancy", 'did you mean "emergency"?'),
        ("measure", "service_levl", 'did you mean "service_level"?'),
    ],
)
def test_a_conclusion_about_what_is_not_there_is_refused(tmp_path, part, value, said):
    asked = {"design": "together", "beats": "apart", "channel": "emergency"} | {part: value}
    table = "\n".join(f'{key} = "{name}"' for key, name in asked.items())
    path = write(tmp_path, more=f"[[robust.conclusions]]\n{table}\n")
    for refuse in (check, lambda file: run_experiment(file, out=tmp_path / "results")):
        with pytest.raises(ConfigError) as caught:
            refuse(path)
        assert said in str(caught.value)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "say either beats"),
        ({"beats": "b", "meets_target": True}, "say either beats"),
        ({"beats": "a"}, "a design cannot beat itself"),
        ({"meets_target": True, "measure": "asa_s"}, "a target stands on service_level alone"),
    ],
)
def test_a_conclusion_is_one_of_two_kinds(asked, said):
    with pytest.raises(ValueError, match=said):
        Conclusion(design="a", channel="emergency", **asked)


def test_the_question_has_defaults():
    assert (Robust().n, Robust().replications) == (64, 10)


def test_the_tables_are_read_as_they_were_written(ran):
    _, folder = ran
    for name, kind in ROWS.items():
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            assert tuple(next(csv.reader(file))) == columns_of(kind)
        for row in rows(folder, name):
            for column, value in vars(row).items():
                assert type(value).__name__ == kind.__annotations__[column].__name__


def test_the_status_counts_the_sets_that_are_stored_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.robust.outcomes._POINTS_HELD", 4)
    few = ROBUST.replace("n = 8", "n = 2").replace("replications = 3", "replications = 2")
    path = write(tmp_path, more=few + CONCLUSIONS)
    left = interrupted_after(monkeypatch, 6)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(path, out=tmp_path / "results", jobs=1)
    status = read_status(tmp_path / "results" / "small")
    assert not status.finished
    # Six were run; the centre's own handle factor is the lower end of its range, which makes seven.
    assert (status.sets.stored, status.sets.known, status.sets.sets) == (7, 8, 13)
    left[0], watcher = 100, Watcher()
    folder = run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert (watcher.points, watcher.done) == (13, 13)
    done = read_status(folder)
    assert done.finished
    assert (done.sets.stored, done.sets.known, done.sets.weeks) == (13, 13, 2)
