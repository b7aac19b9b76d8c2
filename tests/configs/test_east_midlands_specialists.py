"""Specialists in the East Midlands: the same world, the same posts, only who does what differs."""

import csv
import runpy
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.config import evidence, layout_of, load_changed
from sim.config.rota import days_of, shift_span
from sim.records import Horizon
from sim.routing import build_design

CONFIGS = Path(__file__).parents[2] / "configs"
FOLDER = CONFIGS / "east_midlands_specialists"
WEEK = Horizon(24, 168, 2)
SPECIALISTS = ("dedicated_999", "triage", "digital_desk", "contracted")


@cache
def worlds():
    return load_changed(FOLDER)


def rostered_by_minute(centre):
    """Give the posts on the rota in each minute of the week, breaks apart."""
    posts = np.zeros(7 * 1440)
    for group in centre.groups.values():
        for shift in group.shifts:
            start, end = shift_span(shift)
            for day in days_of(shift):
                minutes = (day * 1440 + np.arange(start, end)) % posts.size
                posts[minutes] += shift.rostered.value
    return posts


def test_the_centre_is_what_its_script_makes():
    made = runpy.run_path(str(FOLDER / "make_centre.py"))["centre_toml"]()
    assert (FOLDER / "centre.toml").read_text(encoding="utf-8") == made


@pytest.mark.parametrize("design", SPECIALISTS)
def test_no_design_has_a_post_more_than_another(design):
    centre, changed = worlds()
    assert np.array_equal(rostered_by_minute(changed[design]), rostered_by_minute(centre))


def test_every_figure_is_that_of_the_east_midlands_but_for_what_is_added():
    base = tomllib.loads((CONFIGS / "east_midlands" / "centre.toml").read_text(encoding="utf-8"))
    made = tomllib.loads((FOLDER / "centre.toml").read_text(encoding="utf-8"))
    assert made["demand"] == base["demand"]
    assert made["staffing"] == base["staffing"]
    assert {name: made["channels"][name] for name in base["channels"]} == base["channels"]
    assert {name: made["designs"][name] for name in base["designs"]} == base["designs"]
    for name, group in base["groups"].items():
        assert made["groups"][name]["shifts"] == group["shifts"]
    for name, force in base["forces"].items():
        contacts = dict(made["forces"][name]["contacts"])
        assert contacts.pop("digital")["per_day"]["value"] > 0
        assert contacts == force["contacts"]
    profile = (CONFIGS / "east_midlands" / "hour_of_week.csv").read_bytes()
    assert (FOLDER / "hour_of_week.csv").read_bytes() == profile


def test_online_contact_is_cambridgeshires_of_2018_by_residents():
    for force in worlds()[0].forces.values():
        day = force.contacts["digital"].per_day
        expected = (14_301 + 14_474) / 365 * force.population.value / 804_841
        assert day.value == pytest.approx(expected, abs=0.5)
        assert day.range[0] < day.value < day.range[1]


def test_every_figure_has_a_source_and_every_assumption_a_range():
    figures = evidence(*worlds())
    assert [figure.key for figure in figures if not figure.source] == []
    assert [figure.key for figure in figures if figure.assumed and figure.low is None] == []


def test_published_sources_named_by_key_are_rows_of_the_evidence():
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row["source"] for row in csv.DictReader(file)}
    for key, reference in worlds()[0].sources.items():
        assert rows[key] == reference


@pytest.mark.parametrize(
    ("design", "caller", "who", "at_once"),
    [
        ("dedicated_999", "emergency", "Leicestershire desk", True),
        ("dedicated_999", "emergency", "Leicestershire", False),
        ("triage", "non_emergency", "Leicestershire desk", True),
        ("triage", "non_emergency", "Leicestershire", False),
        ("triage", "passed_on", "Leicestershire", True),
        ("digital_desk", "digital", "Leicestershire desk", True),
        ("contracted", "non_emergency", "Contractor", True),
    ],
)
def test_the_specialist_is_asked_first(design, caller, who, at_once):
    centre, changed = worlds()
    layout = layout_of(changed[design])
    entry = centre.designs[design]
    built = build_design(entry.kind, layout, WEEK, entry.options)
    k, g = layout.class_of("Leicestershire", caller), layout.groups.index(who)
    assert (built.delay_s[0, k, g] == 0) == at_once
    assert np.isfinite(built.delay_s[0, k, g])


def test_under_contract_the_rooms_do_not_answer_101():
    centre, changed = worlds()
    layout = layout_of(changed["contracted"])
    entry = centre.designs["contracted"]
    built = build_design(entry.kind, layout, WEEK, entry.options)
    k = layout.class_of("Nottinghamshire", "non_emergency")
    assert np.flatnonzero(np.isfinite(built.delay_s[0, k])) == [layout.groups.index("Contractor")]
