"""Three rooms to two: what was calibrated, crime recording as work of its own, and who pays."""

import csv
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from sim.config import Centre, evidence, load_centre, load_experiment
from sim.experiment import run_experiment

ROOT = Path(__file__).parents[2]
NAME = "bedfordshire_cambridgeshire_hertfordshire"
FOLDER = ROOT / "configs" / NAME
FORCES = BEDS, CAMBS, HERTS = ("Bedfordshire", "Cambridgeshire", "Hertfordshire")
CHANNELS = ("emergency", "non_emergency", "crime_recording")
FULL, CUT = 0, 1  # points of the short version: all posts; 100 of 800 gone

SHORT = f"""
question = "A short version"
centre = "{FOLDER.as_posix()}"
designs = ["isolation", "three_to_two", "merger"]
baseline = "isolation"
seed = 20151127
[horizon]
warm_up_h = 24
measured_h = 168
[replications]
min = 8
[vary]
"staffing.scale" = [1.0, 0.875]
"""


@cache
def centre() -> Centre:
    return load_centre(FOLDER)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("three_to_two")
    path = folder / "short.toml"
    path.write_text(SHORT, encoding="utf-8")
    return run_experiment(path, out=folder, jobs=1)


@pytest.fixture(scope="module")
def values(results):
    """By point, design, force, channel and measure."""
    rows = pd.read_csv(results / "summary.csv")
    rows = rows[rows["period"] == "all"]
    return rows.set_index(["point", "design", "force", "channel", "measure"])["value"].sort_index()


def test_every_figure_has_a_source_and_every_assumption_a_range():
    figures = evidence(centre())
    assert len(figures) > 70
    assert [figure.key for figure in figures if not figure.source] == []
    assert [figure.key for figure in figures if figure.assumed and figure.low is None] == []


def test_sources_named_by_key_are_rows_of_the_evidence():
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert all(None not in row and row["source"] for row in rows.values())
    sources = tomllib.loads((FOLDER / "centre.toml").read_text(encoding="utf-8"))["sources"]
    assert sources
    assert all(rows[key]["source"] == reference for key, reference in sources.items())


def test_the_hours_of_the_week_are_those_of_the_east_midlands():
    other = ROOT / "configs" / "east_midlands" / "hour_of_week.csv"
    assert (FOLDER / "hour_of_week.csv").read_bytes() == other.read_bytes()


def test_volumes_stand_as_the_evidence_has_them():
    a_year = {
        (force, channel): 365 * contacts.per_day.value
        for force, known in centre().forces.items()
        for channel, contacts in known.contacts.items()
    }
    assert a_year[BEDS, "emergency"] == pytest.approx(110_000, rel=0.005)
    assert a_year[CAMBS, "emergency"] == pytest.approx(130_142, rel=0.005)
    assert a_year[CAMBS, "non_emergency"] == pytest.approx(320_897, rel=0.005)
    assert a_year[HERTS, "non_emergency"] == pytest.approx(9_587 / 0.021, rel=0.005)
    heads = {force: known.population.value for force, known in centre().forces.items()}
    a_head = sum(a_year[force, "non_emergency"] for force in (CAMBS, HERTS)) / (
        heads[CAMBS] + heads[HERTS]
    )
    assert a_year[BEDS, "non_emergency"] / heads[BEDS] == pytest.approx(a_head, rel=0.02)


def test_crime_recording_follows_both_channels_and_has_teams_and_a_target_of_its_own():
    known = centre()
    for channel in ("emergency", "non_emergency"):
        (follow_on,) = known.channels[channel].follow_on
        assert follow_on.to == "crime_recording"
        assert follow_on.share.value == pytest.approx(167 / 1178, abs=0.005)
    assert known.channels["crime_recording"].answer_within_s.assumed
    assert all("crime_recording" not in force.contacts for force in known.forces.values())
    recorders = [group for group in known.groups.values() if "crime_recording" in group.answers]
    assert [group.answers for group in recorders] == [("crime_recording",)] * 3


def test_rotas_are_whole_people():
    shifts = [shift for group in centre().groups.values() for shift in group.shifts]
    assert all(shift.rostered.value.is_integer() for shift in shifts)


def test_the_experiment_asks_designs_that_the_centre_has_and_sweeps_the_posts_to_go():
    experiment = load_experiment(ROOT / "experiments" / f"{NAME}.toml")
    assert set(experiment.designs) <= set(centre().designs)
    assert experiment.baseline == "isolation"
    assert {1.0, 1 - 100 / 800} <= set(experiment.vary["staffing.scale"])


def test_cambridgeshire_alone_answers_and_puts_through_as_it_reported(values):
    alone = values[FULL, "isolation", CAMBS]
    assert 0.92 < alone["emergency", "service_level"] < 0.97  # about 95%
    assert 0.91 < alone["non_emergency", "service_level"] < 0.97  # 95%
    assert 150 < alone["crime_recording", "asa_s"] < 270  # 208 s one February, 2014-15


def test_hertfordshire_alone_waits_as_it_reported_and_bedfordshire_answers_most(values):
    alone = values[FULL, "isolation", HERTS, "non_emergency"]
    assert 9 < alone["asa_s"] < 22  # 17.6 s in 2010-14
    assert 0.018 < alone["abandonment"] < 0.042  # 2.1% in 2014, 3.1% in 2013
    for channel in ("emergency", "non_emergency"):
        assert values[FULL, "isolation", BEDS, channel, "service_level"] > 0.85


def test_about_one_answered_call_in_seven_becomes_a_crime_to_record(values):
    alone = values[FULL, "isolation", "all"]
    first = alone["crime_recording", "offered"] - alone["crime_recording", "redials"]
    calls = alone["emergency", "answered"] + alone["non_emergency", "answered"]
    assert first / calls == pytest.approx(0.14, abs=0.01)


def test_with_two_rooms_kempston_is_empty_and_its_hours_are_elsewhere(results):
    kpi = pd.read_parquet(results / "kpi.parquet", filters=[("measure", "==", "staffed_h")])
    kpi = kpi[(kpi["period"] == "all") & (kpi["point"] == FULL) & (kpi["group"] != "")]
    kpi = kpi.astype({"design": str, "group": str})
    hours = kpi.groupby(["design", "group"])["value"].mean()
    assert hours["three_to_two", BEDS] == hours["three_to_two", f"{BEDS} recording"] == 0
    for team in ("", " recording"):
        before, after = (
            sum(hours[design, force + team] for force in FORCES)
            for design in ("isolation", "three_to_two")
        )
        # The same posts, but rounding and absence are drawn for each room: 1% of standard error.
        assert after == pytest.approx(before, rel=0.04)


def test_with_all_posts_two_rooms_serve_every_force_better_on_every_channel(results):
    rows = pd.read_csv(results / "comparison.csv")
    rows = rows[(rows["measure"] == "service_level") & (rows["point"] == FULL)]
    changes = rows.set_index(["design", "force", "channel"]).sort_index()
    for force in FORCES:
        for channel in CHANNELS:
            assert changes.loc[("three_to_two", force, channel), "ci_low"] > 0
    gain = changes.loc["three_to_two", "difference"]
    assert gain[CAMBS, "emergency"] < min(gain[BEDS, "emergency"], gain[HERTS, "emergency"])


def test_with_100_of_800_posts_gone_999_still_gains_and_recording_and_cambridgeshire_pay(values):
    def change(force: str, channel: str) -> float:
        after = values[CUT, "three_to_two", force, channel, "service_level"]
        return after - values[FULL, "isolation", force, channel, "service_level"]

    assert change("all", "emergency") > 0.01
    assert change(BEDS, "emergency") > 0.03
    assert change(CAMBS, "non_emergency") < -0.025
    assert change(HERTS, "crime_recording") < -0.01
