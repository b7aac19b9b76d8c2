"""Four forces, about 2017: what the world rests on, and which groups gain by sharing."""

import csv
import tomllib
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.config import Centre, evidence, layout_of, load_centre, load_experiment
from sim.engine import simulate
from sim.experiment import run_experiment
from sim.records import ANSWERED, ContactLog, Horizon
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "yorkshire_humber"
EXPERIMENT = ROOT / "experiments" / "yorkshire_humber.toml"
HORIZON = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
SEED = 2010
WEEKS = 6
FORCES = ("Humberside", "North Yorkshire", "South Yorkshire", "West Yorkshire")


@cache
def centre() -> Centre:
    return load_centre(FOLDER)


@cache
def weeks():
    plan, drawer = WorkloadPlan(centre(), HORIZON), StaffingDrawer(centre(), HORIZON)
    return [(plan.draw(SEED, week), drawer.draw(SEED, week)) for week in range(WEEKS)]


@cache
def logs(name: str) -> list[ContactLog]:
    entry = centre().designs[name]
    design = build_design(entry.kind, layout_of(centre()), HORIZON, entry.options)
    return [simulate(calls, staff, design, engine="compiled") for calls, staff in weeks()]


@cache
def figures(name: str) -> dict[tuple[str, str, str], float]:
    """Give, by force and channel, the share in time and given up, and the mean wait in seconds."""
    layout = layout_of(centre())
    in_time_s = np.array([channel.answer_within_s.value for channel in centre().channels.values()])
    total = np.zeros((4, layout.n_classes))
    for (calls, _), log in zip(weeks(), logs(name), strict=True):
        k = calls.contact_class
        measured = (log.arrival_s >= HORIZON.measured_from_s) & (
            log.arrival_s < HORIZON.measured_until_s
        )
        answered = measured & (log.outcome == ANSWERED)
        wait_s = np.where(answered, log.wait_s, np.inf)
        in_time = wait_s <= in_time_s[layout.class_channel[k]]
        for row, chosen in enumerate((measured, answered, in_time)):
            total[row] += np.bincount(k[chosen], minlength=layout.n_classes)
        total[3] += np.bincount(k[answered], log.wait_s[answered], layout.n_classes)
    offered, answered, in_time, waited = total
    each = {"in time": in_time / offered, "given up": 1 - answered / offered}
    each["mean wait"] = waited / answered
    return {
        (force, channel, what): float(values[layout.class_of(force, channel)])
        for force in layout.forces
        for channel in layout.channels
        for what, values in each.items()
    }


def gain(name: str, force: str, channel: str) -> float:
    found, alone = figures(name), figures("isolation")
    return found[force, channel, "in time"] - alone[force, channel, "in time"]


def test_every_figure_has_a_source_and_every_assumption_a_range():
    known = evidence(centre())
    assert len(known) > 60
    assert [figure.key for figure in known if not figure.source] == []
    assert [figure.key for figure in known if figure.assumed and figure.low is None] == []


def test_sources_named_by_key_are_rows_of_the_evidence():
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row["source"] for row in csv.DictReader(file)}
    sources = tomllib.loads((FOLDER / "centre.toml").read_text(encoding="utf-8"))["sources"]
    published = {key: text for key, text in sources.items() if not text.startswith("assumption")}
    assert published
    assert all(rows[key] == reference for key, reference in published.items())
    assert all(rows.values())


def test_the_profiles_are_those_of_the_east_midlands():
    other = FOLDER.parent / "east_midlands" / "hour_of_week.csv"
    assert (FOLDER / "hour_of_week.csv").read_bytes() == other.read_bytes()


def test_volumes_are_those_of_the_evidence():
    per_day = {
        (name, channel): contacts.per_day.value
        for name, force in centre().forces.items()
        for channel, contacts in force.contacts.items()
    }
    assert per_day["Humberside", "emergency"] == pytest.approx(11_400 / 31, abs=1)
    assert sum(per_day["Humberside", c] for c in centre().channels) == pytest.approx(
        275_000 / 181, abs=1
    )
    assert per_day["North Yorkshire", "emergency"] == pytest.approx(53_779 / 275, abs=1)
    assert per_day["North Yorkshire", "non_emergency"] == pytest.approx(224_138 / 275, abs=1)
    assert per_day["South Yorkshire", "non_emergency"] == pytest.approx(666_000 / 366, abs=1)
    assert per_day["South Yorkshire", "emergency"] == pytest.approx(1820 * 227 / 580, abs=1)
    assert 1000 < per_day["West Yorkshire", "emergency"] < 1569
    assert 1922 < per_day["West Yorkshire", "non_emergency"] < 4500 - 1270


def test_rotas_are_whole_people_and_every_room_keeps_the_same_reserve():
    groups = centre().groups.values()
    assert all(shift.rostered.value.is_integer() for group in groups for shift in group.shifts)
    assert [group.reserve["non_emergency"].value for group in groups] == [1] * 4


def test_separate_rooms_come_near_what_each_force_published():
    found = figures("isolation")
    assert 0.88 < found["Humberside", "emergency", "in time"] < 0.96  # about 90%, 2018
    assert 0.10 < found["Humberside", "non_emergency", "given up"] < 0.17  # 13%, July 2018
    assert 5 < found["North Yorkshire", "emergency", "mean wait"] < 14  # 8 s, 2016
    assert 70 < found["North Yorkshire", "non_emergency", "mean wait"] < 125  # 90 s
    assert 0.10 < found["North Yorkshire", "non_emergency", "given up"] < 0.17  # 13.5%
    assert 40 < found["South Yorkshire", "non_emergency", "mean wait"] < 80  # 60 s, 2017
    assert 2.5 < found["West Yorkshire", "emergency", "mean wait"] < 6.5  # 4.4 to 5.2 s
    assert 75 < found["West Yorkshire", "non_emergency", "mean wait"] < 130  # 98 s, Nov 2016
    assert 0.09 < found["West Yorkshire", "non_emergency", "given up"] < 0.17  # 10 to 17%


def test_the_experiment_asks_every_group_that_four_forces_can_form():
    groups = [
        frozenset(entry.options["groups"][0])
        for entry in centre().designs.values()
        if entry.kind == "regional"
    ]
    assert set(groups) == {frozenset(g) for n in (2, 3, 4) for g in combinations(FORCES, n)}
    assert len(groups) == len(set(groups)) == 11
    assert load_experiment(EXPERIMENT).designs == tuple(centre().designs)


@pytest.mark.parametrize("name", ["humberside_north", "without_west"])
def test_who_is_not_in_the_group_is_served_exactly_as_before(name):
    layout = layout_of(centre())
    outside = [
        force for force in FORCES if force not in centre().designs[name].options["groups"][0]
    ]
    theirs = np.isin(layout.class_force, [layout.forces.index(force) for force in outside])
    for (calls, _), alone, shared in zip(weeks(), logs("isolation"), logs(name), strict=True):
        k = theirs[calls.contact_class]
        assert k.any()
        assert np.array_equal(alone.wait_end_s[k], shared.wait_end_s[k], equal_nan=True)


@pytest.mark.parametrize("name", ["humberside_north", "south_west", "without_west", "all_four"])
def test_every_member_of_a_group_answers_more_999_in_time(name):
    for force in centre().designs[name].options["groups"][0]:
        assert 0.02 < gain(name, force, "emergency") < 0.12


def test_all_four_together_help_each_member_more_than_a_pair_does():
    assert gain("all_four", "Humberside", "emergency") > gain(
        "humberside_north", "Humberside", "emergency"
    )
    for force in ("South Yorkshire", "West Yorkshire"):
        assert gain("all_four", force, "emergency") > gain("south_west", force, "emergency")


def test_south_yorkshires_101_callers_gain_by_small_partners_and_not_by_west_alone():
    small = gain("without_west", "South Yorkshire", "non_emergency")
    west = gain("south_west", "South Yorkshire", "non_emergency")
    assert west < 0.03
    assert small > west + 0.02


def test_the_penalty_is_varied_within_its_range():
    asked = load_experiment(EXPERIMENT.with_name("yorkshire_humber_penalty.toml"))
    declared = centre().designs["all_four"].option_facts["handle_factor"].range
    varied = asked.vary["designs.all_four.handle_factor"]
    assert declared == (min(varied), max(varied))
    assert asked.designs == ("isolation", "all_four")


def test_a_short_version_of_the_experiment_runs(tmp_path):
    text = EXPERIMENT.read_text(encoding="utf-8")
    text = text.replace("../configs/yorkshire_humber", FOLDER.as_posix())
    short = tmp_path / EXPERIMENT.name
    short.write_text(text.replace("measured_h = 168", "measured_h = 24"), encoding="utf-8")
    results = run_experiment(short, out=tmp_path, jobs=1, engine="compiled", replications=2)
    changes = pd.read_csv(results / "comparison.csv")
    assert set(changes["design"]) == set(load_experiment(EXPERIMENT).designs) - {"isolation"}
    together = changes[
        (changes["design"] == "all_four")
        & (changes["force"] == "all")
        & (changes["channel"] == "emergency")
        & (changes["measure"] == "service_level")
    ]
    assert (together["difference"] > 0).all()
    assert len(together) == 1
