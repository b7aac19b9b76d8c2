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
SPECIALISTS = ("dedicated_999", "triage", "digital_desk", "one_chat", "contracted")


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
        assert contacts.pop("web_chat")["per_day"]["value"] > 0
        assert contacts.pop("online_report")["per_day"]["value"] > 0
        assert contacts == force["contacts"]
    profile = (CONFIGS / "east_midlands" / "hour_of_week.csv").read_bytes()
    assert (FOLDER / "hour_of_week.csv").read_bytes() == profile


@pytest.mark.parametrize(("channel", "a_year"), [("web_chat", 14_474), ("online_report", 14_301)])
def test_online_contact_is_cambridgeshires_of_2018_by_residents(channel, a_year):
    for force in worlds()[0].forces.values():
        day = force.contacts[channel].per_day
        expected = a_year / 365 * force.population.value / 804_841
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
        ("digital_desk", "web_chat", "Leicestershire desk", True),
        ("digital_desk", "online_report", "Leicestershire desk", True),
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


def test_two_chats_are_held_at_once_but_one_report_and_nothing_else_differs_from_one_chat():
    centre, changed = worlds()
    layout = layout_of(changed["digital_desk"])
    two, one = (
        build_design(entry.kind, layout, WEEK, entry.options)
        for entry in (centre.designs["digital_desk"], centre.designs["one_chat"])
    )
    desk = layout.groups.index("Leicestershire desk")
    held = {
        channel: two.at_once[0, layout.class_of("Leicestershire", channel), desk]
        for channel in ("web_chat", "online_report", "emergency")
    }
    assert held == {"web_chat": 2, "online_report": 1, "emergency": 1}
    assert (one.at_once == 1).all()
    for matrix in ("delay_s", "contact_rank", "agent_rank", "reserve", "handle_factor"):
        assert np.array_equal(getattr(two, matrix), getattr(one, matrix))
    assert changed["digital_desk"].groups == changed["one_chat"].groups
