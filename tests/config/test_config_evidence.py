"""Every figure has its source, and what holds for a class is found."""

import numpy as np
import pytest

from sim.config import (
    burst_calls_per_week,
    evidence,
    follow_on_of,
    handle_of,
    layout_of,
    patience_of,
    profile_of,
    redial_of,
)


def by_key(centre):
    return {figure.key: figure for figure in evidence(centre)}


def test_a_source_of_the_list_is_written_out(folder):
    figure = by_key(folder.load())["channels.emergency.answer_within_s"]
    assert figure.source == "National Call Handling Standards, 2005"
    assert (figure.value, figure.low, figure.high, figure.assumed) == (10, None, None, False)


def test_the_nearest_source_around_a_figure_holds(folder):
    figures = by_key(folder.load())
    assert figures["channels.emergency.redial.share"].source == "assumption: not published"
    assert figures["channels.emergency.redial.delay_mean_s"].source == "a count"
    assert figures['forces."North Shire".contacts.emergency.per_day'].source == "a count"
    assert figures["groups.north.shifts.0.rostered"].source == "rota"


def test_an_assumption_is_marked_with_its_range(folder):
    figure = by_key(folder.load())["forces.South.contacts.emergency.per_day"]
    assert (figure.value, figure.low, figure.high, figure.assumed) == (100, 80, 120, True)


def test_an_option_of_a_design_keeps_its_evidence(folder):
    centre = folder.load()
    figure = by_key(centre)["designs.networked.handle_factor"]
    assert (figure.value, figure.low, figure.high, figure.assumed) == (1.1, 1, 1.3, True)
    assert centre.designs["networked"].options == {"after_s": 20, "handle_factor": 1.1}


def test_a_series_is_listed_with_its_file_and_column(folder):
    figure = by_key(folder.load())["channels.emergency.profile"]
    assert figure.value is None
    assert figure.source == "a count (profiles.csv, column emergency)"


def test_every_figure_of_the_file_is_listed_once(folder):
    keys = [figure.key for figure in evidence(folder.load())]
    assert len(keys) == len(set(keys)) == 28


def test_what_a_force_says_goes_before_what_its_channel_says(folder):
    folder.edit(
        "emergency = {per_day = 200}",
        '[forces."North Shire".contacts.emergency]\nper_day = 200\nfollow_on = []\n'
        'handle = {distribution = "exponential", mean_s = 77}\n'
        'patience = {distribution = "never"}\n'
        'profile = {file = "profiles.csv", column = "posts"}\n'
        "redial = {share = 0.1, delay_mean_s = 5, max_attempts = 1}\n"
        '[forces."North Shire".contacts.non_emergency]\nper_day = 500\n',
    ).edit("non_emergency = {per_day = 500}\n", "")
    folder.edit(
        "[channels.non_emergency]",
        '[[channels.emergency.follow_on]]\nto = "non_emergency"\nshare = 0.1\ndelay_mean_s = 9\n'
        "[channels.non_emergency]",
    )
    centre = folder.load()
    own, shared = ("North Shire", "emergency"), ("South", "emergency")
    assert handle_of(centre, *own).mean_s.value == 77
    assert handle_of(centre, *shared).mean_s.value == 300
    assert patience_of(centre, *own).distribution == "never"
    assert patience_of(centre, *shared).mean_s.value == 1500
    assert profile_of(centre, *own).column == "posts"
    assert profile_of(centre, *shared).column == "emergency"
    assert redial_of(centre, *own).max_attempts == 1
    assert redial_of(centre, *shared).max_attempts == 2
    assert redial_of(centre, "South", "non_emergency") is None
    assert follow_on_of(centre, *own) == ()
    assert [entry.to for entry in follow_on_of(centre, *shared)] == ["non_emergency"]


def test_the_layout_has_the_order_and_skills_of_the_file(folder):
    layout = layout_of(folder.load())
    assert layout.forces == ("North Shire", "South")
    assert layout.channels == ("emergency", "non_emergency")
    assert layout.groups == ("north", "south")
    np.testing.assert_array_equal(layout.group_force, [0, 1])
    np.testing.assert_array_equal(layout.skills, [[True, True], [True, False]])
    np.testing.assert_array_equal(layout.reserve, [[0, 0], [1, 0]])
    np.testing.assert_array_equal(layout.priority, [0, 1])


def test_a_shared_pool_belongs_to_no_force(folder):
    layout = layout_of(folder.edit('force = "South"\n', "").load())
    np.testing.assert_array_equal(layout.group_force, [0, -1])


def test_calls_in_bursts_are_counted_with_those_seen_from_a_neighbour(folder):
    centre = folder.load()
    # 3 incidents of its own and a tenth of the neighbour's 3, seen by nobody else
    mean = sum((1 - 1 / 5) ** i for i in range(30))  # E min(G, 30) = sum of P(G > i)
    assert burst_calls_per_week(centre, "South") == pytest.approx(3.3 * mean)
