"""An experiment with events, from its file to its tables."""

import csv
import json

import numpy as np
import pytest
from events.test_events_config import ABSENCE, FAILURE, OUTAGE, RING_BACK, SURGE
from experiment.small_experiment import tables, write_experiment

from sim.config import evidence
from sim.experiment import read_manifest, read_study, run_experiment
from sim.experiment.identity import point_digest
from sim.experiment.results import EVENTS, TIMELINE
from sim.experiment.tables import CSV_ENCODING, as_named
from sim.experiment.trace import trace_file

DARK = OUTAGE + RING_BACK + "fallback_after_s = 30\n"
NOTHING = ABSENCE.replace("share = 0.2", "share = 0.0")
LATER_ABSENCE = ABSENCE.replace('"north"', '"east"')

REPLICATION = 6  # in which a call is in hand when the room goes dark


def rows(folder, name=EVENTS):
    with (folder / name).open(encoding=CSV_ENCODING, newline="") as file:
        return [{k: as_named(v) for k, v in row.items()} for row in csv.DictReader(file)]


def run(folder, more, **options):
    path = write_experiment(folder, more=more)
    return run_experiment(path, out=folder / "out", jobs=1, **options)


@pytest.fixture(scope="module")
def dark(tmp_path_factory):
    return run(tmp_path_factory.mktemp("dark"), DARK)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    return run(tmp_path_factory.mktemp("calm"), "")


def test_every_event_design_force_channel_and_measure_has_a_row(dark):
    found = rows(dark)
    assert {row["event"] for row in found} == {"dark"}
    assert {row["design"] for row in found} == {"apart", "together"}
    counted = [row for row in found if not row["measure"].startswith("recovery")]
    assert len(counted) == 2 * 6 * 3 * 3
    recovery = [row for row in found if row["measure"] == "recovery_s"]
    assert {row["channel"] for row in recovery} == {"emergency"}
    assert all(row["replications"] == "4" for row in found if row["measure"] == "offered")


def test_differences_are_between_with_and_without(dark):
    for row in rows(dark):
        if row["value_with"] and row["value_without"]:
            difference = float(row["value_with"]) - float(row["value_without"])
            assert float(row["difference"]) == pytest.approx(difference, abs=1e-9)


def test_a_dark_room_hurts_its_own_force_when_apart(dark):
    row = next(
        row
        for row in rows(dark)
        if (row["design"], row["force"], row["channel"], row["measure"])
        == ("apart", "North, & <b>South</b>", "all", "service_level")
    )
    assert float(row["difference"]) < -0.2
    staffed = [
        row
        for row in rows(dark, TIMELINE)
        if (row["design"], row["force"], row["measure"])
        == ("apart", "North, & <b>South</b>", "staffed")
    ]
    with_event = {float(row["minute"]): float(row["value_with"]) for row in staffed}
    without = {float(row["minute"]): float(row["value_without"]) for row in staffed}
    assert with_event[0] == with_event[115] == 0
    assert with_event[-5] == without[-5] > 0
    assert with_event[120] == without[120] > 0


def test_the_run_without_is_the_experiment_without_events(dark, calm, tmp_path):
    """An event in which nothing happens gives both: the same tables, and no difference at all."""
    idle = run(tmp_path, NOTHING)
    assert tables(idle) == tables(calm)
    for name in (EVENTS, TIMELINE):
        for row in rows(idle, name):
            assert row["value_with"] == row["value_without"]
            assert float(row["difference"] or 0) == 0
    without = {
        label(row): row["value_without"] for row in rows(dark) if "recovery" not in label(row)
    }
    again = {label(row): row["value_without"] for row in rows(run(tmp_path, NOTHING + DARK))}
    assert without.items() <= again.items()


def label(row):
    return tuple(row[name] for name in ("event", "design", "force", "channel", "measure"))


def test_the_normal_tables_are_those_with_events(dark, calm):
    assert tables(dark)["kpi.parquet"] != tables(calm)["kpi.parquet"]
    manifest = read_manifest(dark)
    assert {EVENTS, TIMELINE} <= manifest["files"].keys()
    facts = [fact["key"] for fact in manifest["evidence"]]
    assert facts[-2:] == ["events.0.ring_back.share", "events.0.ring_back.delay_mean_s"]


def test_without_events_there_is_no_table_of_them_and_the_same_digest(calm, tmp_path):
    assert not (calm / EVENTS).exists()
    assert EVENTS not in read_manifest(calm)["files"]
    folder = run(tmp_path, DARK)
    again = run(tmp_path, "")
    assert folder == again
    assert not (again / EVENTS).exists()
    assert not (again / TIMELINE).exists()
    assert tables(again) == tables(calm)
    study = read_study(tmp_path / "small.toml")
    point = study.points[0]
    assert point.digest == point_digest(point.centre, study.horizon, study.experiment.seed)
    assert len(evidence(point.centre)) == len(read_manifest(again)["evidence"])


def test_engines_and_workers_give_the_same_bytes(tmp_path):
    more = DARK + SURGE + FAILURE + LATER_ABSENCE
    folders = []
    for number, options in enumerate(({}, {"engine": "simpy"}, {"jobs": 2})):
        path = write_experiment(tmp_path / str(number), more=more, replications=2)
        folders.append(run_experiment(path, out=path.parent / "out", **{"jobs": 1} | options))
    first, *others = [
        tables(folder) | {name: (folder / name).read_bytes() for name in (EVENTS, TIMELINE)}
        for folder in folders
    ]
    assert all(other == first for other in others)


def test_an_event_counts_in_the_store_and_its_wording_does_not(tmp_path):
    def digest(more):
        return read_study(write_experiment(tmp_path, more=more)).points[0].digest

    assert digest(DARK) != digest("")
    assert digest(DARK.replace("lasts_h = 2", "lasts_h = 3")) != digest(DARK)
    assert digest(DARK.replace("share = 0.9", "share = 0.8")) != digest(DARK)
    assert digest(DARK.replace('source = "test"', 'source = "a survey"')) == digest(DARK)


def test_a_varied_experiment_names_the_point_of_each_row(tmp_path):
    folder = run(tmp_path, DARK + '[vary]\n"staffing.scale" = [1.0, 2.0]\n')
    found = rows(folder)
    assert {(row["point"], row["staffing.scale"]) for row in found} == {("0", "1.0"), ("1", "2.0")}


def test_a_trace_shows_the_cut(tmp_path):
    from sim.experiment import trace  # noqa: PLC0415 - the name is that of a module too

    path = write_experiment(tmp_path, more=DARK)
    out = tmp_path / "trace.csv"
    trace_file(out, lambda file: trace(path, file, design="apart", replication=REPLICATION))
    events = [row["event"] for row in rows(tmp_path, "trace.csv")]
    assert events.count("design") == 2
    assert "cut" in events


def test_the_manifest_holds_the_events_as_asked(dark):
    asked = json.loads((dark / "manifest.json").read_text(encoding="utf-8"))["experiment"]["events"]
    assert [event["name"] for event in asked] == ["dark"]
    assert np.isclose(asked[0]["ring_back"]["share"]["value"], 0.9)
