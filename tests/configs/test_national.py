"""England and Wales, 2023-24: the file is what its script makes, and one country fits in memory."""

import csv
import runpy
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.config import Centre, evidence, layout_of, load_centre, load_experiment
from sim.engine import simulate
from sim.records import ANSWERED, Horizon
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "national"
HORIZON = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
SEED = 20240331
TRANSFER_S = 3  # on the clock of police.uk
PUBLISHED = 0.808  # of 999 within 10 s on that clock, UK, February 2023 to February 2024


@cache
def centre() -> Centre:
    return load_centre(FOLDER)


@cache
def rows() -> dict[str, dict[str, str]]:
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


@cache
def drawn():
    plan, drawer = WorkloadPlan(centre(), HORIZON), StaffingDrawer(centre(), HORIZON)
    return plan.draw(SEED, 0), drawer.draw(SEED, 0)


@cache
def service(name: str) -> dict[tuple[str, str], float]:
    """Give the share answered in time, by channel and by force or "all": 10 s and 30 s."""
    layout, entry = layout_of(centre()), centre().designs[name]
    calls, staff = drawn()
    design = build_design(entry.kind, layout, HORIZON, entry.options)
    log = simulate(calls, staff, design, engine="compiled")
    k = calls.contact_class
    measured = (log.arrival_s >= HORIZON.measured_from_s) & (
        log.arrival_s < HORIZON.measured_until_s
    )
    wait_s = np.where(log.outcome == ANSWERED, log.wait_s, np.inf)
    within_s = np.where(layout.urgent, 10 - TRANSFER_S, 30)[k]
    offered, in_time = (
        np.bincount(k[chosen], minlength=layout.n_classes)
        for chosen in (measured, measured & (wait_s < within_s))
    )
    of_channel = {"emergency": layout.urgent, "non_emergency": ~layout.urgent}
    everybody = {
        ("all", channel): in_time[of].sum() / offered[of].sum()
        for channel, of in of_channel.items()
    }
    return everybody | {
        (force, channel): in_time[k] / offered[k]
        for force in layout.forces
        for channel in layout.channels
        for k in [layout.class_of(force, channel)]
    }


def test_the_centre_is_what_its_script_makes():
    made = runpy.run_path(str(FOLDER / "make_centre.py"))["centre_toml"]()
    assert (FOLDER / "centre.toml").read_text(encoding="utf-8") == made


def test_every_figure_has_a_source_and_every_assumption_a_range():
    known = evidence(centre())
    assert len(known) > 300
    assert [figure.key for figure in known if not figure.source] == []
    assert [figure.key for figure in known if figure.assumed and figure.low is None] == []
    assert all(row["source"] for row in rows().values())


def test_published_sources_named_by_key_are_rows_of_the_evidence():
    sources = tomllib.loads((FOLDER / "centre.toml").read_text(encoding="utf-8"))["sources"]
    published = {
        key: text
        for key, text in sources.items()
        if not text.startswith(("assumption", "inferred"))
    }
    assert published
    assert all(
        rows().get(key, {}).get("source") == reference for key, reference in published.items()
    )


def test_the_profiles_are_those_of_the_east_midlands():
    other = FOLDER.parent / "east_midlands" / "hour_of_week.csv"
    assert (FOLDER / "hour_of_week.csv").read_bytes() == other.read_bytes()


def test_the_calls_of_the_forces_add_up_to_the_published_totals():
    for channel, total in (("emergency", 12_500_000), ("non_emergency", 19_500_000)):
        per_day = [force.contacts[channel].per_day.value for force in centre().forces.values()]
        assert len(per_day) == 43
        assert 366 * sum(per_day) == pytest.approx(total, rel=1e-3)


def test_the_forces_with_a_published_november_keep_its_proportions():
    november = {
        row["who"]: float(row["value"].split(";")[0])
        for key, row in rows().items()
        if key.startswith("calls_999_")
    }
    assert len(november) == 34
    scales = {
        force: centre().forces[force].contacts["emergency"].per_day.value * 30 / calls
        for force, calls in november.items()
    }
    assert max(scales.values()) == pytest.approx(min(scales.values()), rel=0.01)


def test_101_by_population_is_as_far_off_as_its_range_says():
    checks = {
        "Leicestershire": 303_000 / 365,
        "Cambridgeshire": (17_348 + 16_374) / 59,
        "Cumbria": (18_055 + 16_771 + 18_494) / 90,
        "Lancashire": 2_200,
        "North Yorkshire": 18_000 / 30.5,
        "West Midlands": 61_511 / 31,
    }
    for force, published in checks.items():
        per_day = centre().forces[force].contacts["non_emergency"].per_day
        assert per_day.range is not None
        assert per_day.range[0] <= published <= per_day.range[1]


def test_ten_regions_hold_every_force_once():
    for name in ("regional_pools", "regional_999"):
        regions = centre().designs[name].options["groups"]
        assert len(regions) == 10
        assert sorted(force for region in regions for force in region) == sorted(centre().forces)


def test_rotas_are_whole_people_by_one_rule_and_large_rooms_need_fewer_for_a_call():
    groups = centre().groups
    shifts = [shift for group in groups.values() for shift in group.shifts]
    assert all(shift.rostered.value.is_integer() for shift in shifts)
    assert {group.reserve["non_emergency"].value for group in groups.values()} == {1}

    def posts_per_call(force: str) -> float:
        calls = sum(c.per_day.value for c in centre().forces[force].contacts.values())
        daily = [shift for shift in groups[force].shifts if shift.days == "all"]
        return sum(shift.rostered.value for shift in daily) / calls

    small, middle, large = map(posts_per_call, ("City of London", "Kent", "Metropolitan"))
    assert small > 1.5 * middle
    assert middle > 1.05 * large


def test_separate_rooms_come_near_the_national_figure_whatever_their_size():
    found = service("isolation")
    assert found["all", "emergency"] == pytest.approx(PUBLISHED, abs=0.05)
    calls = {name: f.contacts["emergency"].per_day.value for name, f in centre().forces.items()}
    by_size = sorted(calls, key=calls.__getitem__)
    small, large = (
        np.mean([found[force, "emergency"] for force in forces])
        for forces in (by_size[:14], by_size[-14:])
    )
    assert small == pytest.approx(large, abs=0.06)  # published: no relation to size


def test_regional_pools_do_more_than_half_of_what_one_national_pool_does():
    separate, regional, national = (
        service(name)["all", "emergency"]
        for name in ("isolation", "regional_pools", "national_pool")
    )
    assert regional > separate + 0.05
    assert national > regional + 0.02
    assert (regional - separate) / (national - separate) > 0.5


def test_london_gains_least_from_its_region_and_as_others_do_from_the_country():
    gains = {
        name: service(name)["Metropolitan", "emergency"]
        - service("isolation")["Metropolitan", "emergency"]
        for name in ("regional_pools", "national_pool")
    }
    assert gains["regional_pools"] < 0.06
    assert gains["national_pool"] > gains["regional_pools"] + 0.05


def test_pooling_999_alone_leaves_fewer_101_calls_in_time_in_many_forces():
    alone, pooled = service("isolation"), service("national_999")
    fewer = [
        force
        for force in centre().forces
        if pooled[force, "non_emergency"] < alone[force, "non_emergency"]
    ]
    assert pooled["all", "emergency"] > alone["all", "emergency"] + 0.05
    assert len(fewer) > 10
    assert "Metropolitan" not in fewer


@pytest.mark.parametrize("name", ["national", "national_999"])
def test_the_experiments_ask_designs_that_the_centre_has(name):
    experiment = load_experiment(ROOT / "experiments" / f"{name}.toml")
    assert set(experiment.designs) <= set(centre().designs)
    assert experiment.baseline == "isolation"
    assert experiment.replications.min >= 5
