"""The world of late 2015: its profiles, its sources, and the finding that it must reproduce."""

import csv
import runpy
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.config import Centre, evidence, layout_of, load_centre, load_experiment, profile_of
from sim.engine import simulate
from sim.records import ANSWERED, Horizon
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "east_midlands"
HORIZON = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
SEED = 20151217


@cache
def centre() -> Centre:
    return load_centre(FOLDER)


@cache
def unanswered(reserve: int, weeks: int) -> dict[tuple[str, str], float]:
    """Give, by force and channel, the share not answered in time in separate rooms."""
    kept = {f"groups.{force}.reserve.non_emergency": reserve for force in centre().forces}
    world = load_centre(FOLDER, kept)
    layout = layout_of(world)
    design = build_design("isolation", layout, HORIZON, {})
    plan, drawer = WorkloadPlan(world, HORIZON), StaffingDrawer(world, HORIZON)
    in_time_s = np.array([channel.answer_within_s.value for channel in world.channels.values()])
    offered, in_time = np.zeros(layout.n_classes), np.zeros(layout.n_classes)
    for week in range(weeks):
        workload = plan.draw(SEED, week)
        log = simulate(workload, drawer.draw(SEED, week), design, engine="simpy")
        of_class = workload.contact_class
        counted = (log.arrival_s >= HORIZON.measured_from_s) & (
            log.arrival_s < HORIZON.measured_until_s
        )
        good = counted & (log.outcome == ANSWERED)
        good[good] = log.wait_s[good] <= in_time_s[layout.class_channel[of_class[good]]]
        offered += np.bincount(of_class[counted], minlength=layout.n_classes)
        in_time += np.bincount(of_class[good], minlength=layout.n_classes)
    return {
        (force, channel): 1 - in_time[k] / offered[k]
        for force in layout.forces
        for channel in layout.channels
        if offered[k := layout.class_of(force, channel)]
    }


def test_northamptonshire_alone_reproduces_both_published_figures():
    found = unanswered(reserve=1, weeks=12)
    assert 0.12 <= found["Northamptonshire", "emergency"] <= 0.16
    assert 0.51 <= found["Northamptonshire", "non_emergency"] <= 0.57


def test_the_two_figures_cannot_be_had_together_without_the_reserve():
    # With simple priority a 999 caller waits whenever every handler is busy, as a 101 caller does.
    found = unanswered(reserve=0, weeks=5)
    assert found["Northamptonshire", "emergency"] > 0.25
    assert found["Northamptonshire", "non_emergency"] < 0.51


def test_the_other_two_rooms_come_near_what_they_reported_in_other_years():
    found = unanswered(reserve=1, weeks=12)
    for force in ("Leicestershire", "Nottinghamshire"):
        assert 0.03 < found[force, "emergency"] < 0.11  # reported: 4% (2020), 11% (2021-22)
    assert 0.25 < found["Leicestershire", "non_emergency"] < 0.40  # reported: 32% (2020)


def test_every_figure_has_a_source_and_every_assumption_a_range():
    figures = evidence(centre())
    assert len(figures) > 50
    assert [figure.key for figure in figures if not figure.source] == []
    assert [figure.key for figure in figures if figure.assumed and figure.low is None] == []


def test_handle_times_rotas_and_redial_are_declared_as_assumptions():
    assumed = {figure.key for figure in evidence(centre()) if figure.assumed}
    for key in (
        "channels.emergency.handle.long_mean_s",
        "channels.non_emergency.handle.long_mean_s",
        "channels.emergency.redial.share",
        *(
            f"groups.{force}.shifts.{shift}.rostered"
            for force in centre().groups
            for shift in range(4)
        ),
    ):
        assert key in assumed


def test_rotas_are_whole_people_and_every_room_keeps_the_same_reserve():
    groups = centre().groups.values()
    assert all(shift.rostered.value.is_integer() for group in groups for shift in group.shifts)
    assert [group.reserve["non_emergency"].value for group in groups] == [1] * 3


def test_populations_and_volumes_are_those_of_the_evidence():
    forces = centre().forces
    assert [force.population.value for force in forces.values()] == [1017697, 691952, 1091482]
    assert forces["Northamptonshire"].contacts["non_emergency"].per_day.value == pytest.approx(
        (613_000 - 184_000) / 548, abs=0.5
    )
    assert forces["Leicestershire"].contacts["non_emergency"].per_day.value == pytest.approx(
        333_000 / 366, abs=0.5
    )
    assert forces["Nottinghamshire"].contacts["non_emergency"].per_day.value == pytest.approx(
        296_484 / 275, abs=0.5
    )
    for force in forces.values():
        calls = force.contacts["emergency"].per_day.value
        assert 90 <= 365 * calls / force.population.value * 1000 <= 180
        assert 2.4 <= force.contacts["non_emergency"].per_day.value / calls <= 3


def week(channel: str) -> np.ndarray:
    """Give a channel's profile, shape (7, 24), Monday first."""
    profile = profile_of(centre(), "Northamptonshire", channel)
    assert profile is not None
    assert len(profile.values) == 168
    return np.array(profile.values).reshape(7, 24)


def test_999_peaks_from_18_to_22_every_weekday_and_has_its_trough_at_04():
    shape = week("emergency")
    for day in shape[:4]:
        assert set(np.argsort(day)[-4:]) == {18, 19, 20, 21}
    for day in shape:
        assert day.argmin() == 4
        assert 0.30 <= day[4] / day[18:22].max() <= 0.35


def test_999_on_weekend_nights_is_twice_that_of_other_nights():
    nights = week("emergency")[:, :4].sum(axis=1)
    assert nights[5:] == pytest.approx(2 * nights[0], rel=1e-3)
    assert nights[:5] == pytest.approx(nights[0])


def test_999_runs_on_from_friday_and_saturday_evening_into_the_night():
    hours = week("emergency").ravel()
    for evening in (4 * 24 + 22, 5 * 24 + 22):  # Friday and Saturday, 22:00 to 02:00
        assert hours[evening : evening + 4].min() > 0.85 * hours[evening - 4 : evening].max()
    monday = hours[22:26]
    assert monday.min() < 0.5 * hours[18:22].max()
    assert all(later < earlier for earlier, later in pairwise(monday))


def test_non_emergency_calls_come_by_day_and_friday_is_to_saturday_as_758_to_716():
    shape = week("non_emergency")
    day = shape.mean(axis=0)
    assert day[9:16].min() > 0.9 * day.max()  # crime calls
    assert day[16:24].sum() > 0.3 * day.sum()  # incident calls
    assert day[:7].sum() < 0.1 * day.sum()
    assert shape[4].sum() / shape[5].sum() == pytest.approx(758 / 716, rel=1e-3)


def test_the_profiles_are_what_their_script_makes():
    made = runpy.run_path(str(FOLDER / "make_profiles.py"))["csv_text"]()
    assert (FOLDER / "hour_of_week.csv").read_text(encoding="utf-8") == made


def test_sources_named_by_key_are_rows_of_the_evidence():
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row["source"] for row in csv.DictReader(file)}
    sources = tomllib.loads((FOLDER / "centre.toml").read_text(encoding="utf-8"))["sources"]
    assert sources
    assert all(rows[key] == reference for key, reference in sources.items())
    assert all(rows.values())


@pytest.mark.parametrize("name", ["separate_or_merged", "northamptonshire_2015"])
def test_the_experiments_ask_designs_that_the_centre_has(name):
    experiment = load_experiment(ROOT / "experiments" / f"{name}.toml")
    assert set(experiment.designs) <= set(centre().designs)
    assert experiment.baseline == "isolation"
    layout = layout_of(centre())
    for design in experiment.designs:
        entry = centre().designs[design]
        built = build_design(entry.kind, layout, HORIZON, entry.options)
        assert np.isfinite(built.delay_s).any(axis=2).all()
