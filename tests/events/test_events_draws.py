"""What events draw: the right numbers of it, and nobody else's draws moved."""

import numpy as np
import pytest
from events.tiny_centre import DAY, class_of, drawer_of, events_of, tiny_centre
from workload.small_centres import z_of_mean

from sim.config import layout_of
from sim.engine import simulate
from sim.experiment.events import design_during
from sim.records import ON_CUT, Staffing
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan
from sim.workload.events.levels import during
from sim.workload.events.ring_back import root_of

SEED = 7
HOUR_S = 3600.0
REDIAL = {"share": 0.7, "delay_mean_s": 30, "max_attempts": 2}
SURGE = {"kind": "surge", "starts": "mon 10:30", "lasts_h": 2.5, "forces": ["North"], "factor": 2.5}
DARK = {
    "kind": "site_outage",
    "groups": ["north"],
    "starts": "mon 12:00",
    "lasts_h": 2,
    "ring_back": {"share": 0.9, "delay_mean_s": 30},
    "fallback_after_s": 30,
}
ABSENT = {
    "kind": "absence",
    "groups": ["south"],
    "share": 0.25,
    "starts": "mon 08:00",
    "lasts_h": 8,
}
FAILURE = {
    "kind": "telephony_failure",
    "from": "emergency",
    "to": "routine",
    "share": 0.6,
    "starts": "mon 15:00",
    "lasts_h": 3,
}


@pytest.fixture(scope="module")
def centre():
    return tiny_centre(redial=REDIAL)


@pytest.fixture(scope="module")
def plan(centre):
    return WorkloadPlan(centre, DAY)


def primaries(workload, contact_class=None):
    """Give the primaries' instants, of one class or all."""
    p = workload.n_primary
    of_class = workload.contact_class[:p] == contact_class
    return workload.arrival_s[:p][of_class if contact_class is not None else slice(None)]


def test_a_surge_brings_factor_less_one_times_the_usual_number_on_top(centre, plan):
    drawer = drawer_of(centre, SURGE)
    start_s, end_s = 10.5 * HOUR_S, 13 * HOUR_S
    extra = []
    for replication in range(150):
        usual = plan.draw(SEED, replication)
        surged = drawer.workload(usual, SEED, replication)
        more = np.setdiff1d(primaries(surged), primaries(usual))
        assert ((more >= start_s) & (more < end_s)).all()
        assert np.isin(primaries(usual), primaries(surged)).all()
        for channel in ("emergency", "routine"):
            k = class_of("North", channel)
            extra.append(np.isin(primaries(surged, k), more).sum())
    expected = 1.5 * 10 * 2.5  # of each channel's 10 an hour, for two hours and a half
    assert abs(z_of_mean(extra, expected)) < 4
    # Poisson: the variance is the mean; the standard error of a ratio of both is sqrt(2 / n).
    assert abs(np.var(extra, ddof=1) / expected - 1) < 4 * np.sqrt(2 / len(extra))


def test_a_surge_leaves_the_other_forces_and_every_usual_contact_alone(centre, plan):
    usual = plan.draw(SEED, 0)
    surged = drawer_of(centre, SURGE).workload(usual, SEED, 0)
    south = class_of("South", "emergency")
    assert np.array_equal(primaries(surged, south), primaries(usual, south))
    for instant_s in primaries(usual):
        row = np.searchsorted(primaries(usual), instant_s)
        here = np.searchsorted(primaries(surged), instant_s)
        for column in ("contact_class", "patience_s", "handle_s"):
            assert getattr(usual, column)[row] == getattr(surged, column)[here]
        children = np.flatnonzero(usual.parent == row)
        theirs = np.flatnonzero(surged.parent == here)
        assert np.array_equal(usual.patience_s[children], surged.patience_s[theirs])


def test_incidents_are_reported_to_each_force_that_sees_them(centre, plan):
    incidents = {"count": 3, "calls_mean": 20, "spread_mean_s": 300, "seen_by": ["North", "South"]}
    drawer = drawer_of(centre, {**SURGE, "factor": None, "forces": None, "incidents": incidents})
    counts, late_s = [], []
    for replication in range(100):
        usual = plan.draw(SEED, replication)
        both = drawer.workload(usual, SEED, replication)
        for force in ("North", "South"):
            k = class_of(force, "emergency")
            more = np.setdiff1d(primaries(both, k), primaries(usual, k))
            counts.append(more.size)
            late_s.append(more.mean() - 10.5 * HOUR_S)
            assert more.min() >= 10.5 * HOUR_S
        assert primaries(both, class_of("North", "routine")).size == (
            primaries(usual, class_of("North", "routine")).size
        )
    assert abs(z_of_mean(counts, 60)) < 4
    # Incidents are even over 2.5 h; each call follows after 300 s on average.
    assert abs(z_of_mean(late_s, 1.25 * HOUR_S + 300)) < 4


def test_each_handler_is_absent_with_the_given_probability_during_the_event_only(centre):
    drawer = drawer_of(centre, ABSENT)
    there = []
    for replication in range(300):
        staffing = drawer.staffing(Staffing.constant([20, 20]), SEED, replication)
        south = staffing.step_group == 1
        assert staffing.step_s[south].tolist() == [0, 8 * HOUR_S, 16 * HOUR_S]
        assert staffing.step_staffed[~south].tolist() == [20]
        first, during_event, last = staffing.step_staffed[south].tolist()
        assert first == last == 20
        there.append(during_event)
    assert abs(z_of_mean(there, 15)) < 4
    assert abs(np.var(there, ddof=1) / (20 * 0.25 * 0.75) - 1) < 4 * np.sqrt(2 / 300)


def test_levels_change_inside_a_span_as_they_would_have_outside():
    staffing = Staffing(1, [0.0, 10.0, 20.0, 30.0, 40.0], [0] * 5, [1, 3, 2, 4, 5])
    halved = during(staffing, 0, (15.0, 35.0), np.arange(6) // 2, cut=True)
    assert halved.step_s.tolist() == [0, 10, 15, 20, 30, 35, 40]
    assert halved.step_staffed.tolist() == [1, 3, 1, 1, 2, 4, 5]
    assert halved.step_cut.tolist() == [False, False, True] + [False] * 4
    on_steps = during(staffing, 0, (10.0, 30.0), np.zeros(6, int))
    assert on_steps.step_s.tolist() == [0, 10, 20, 30, 40]
    assert on_steps.step_staffed.tolist() == [1, 0, 0, 4, 5]


def test_those_who_might_ring_back_do_so_with_the_share_and_delay(centre, plan):
    drawer = drawer_of(centre, DARK)
    candidates = again = 0
    delays = []
    for replication in range(30):
        usual = plan.draw(SEED, replication)
        dark = drawer.workload(usual, SEED, replication)
        new = np.flatnonzero(dark.trigger == ON_CUT)
        rang_s = usual.arrival_s[root_of(usual)]
        candidates += int((rang_s <= 12 * HOUR_S).sum())
        again += new.size
        delays += dark.delay_s[new].tolist()
        parent = dark.parent[new]
        assert np.unique(parent).size == parent.size
        assert (dark.arrival_s[root_of(dark)[parent]] <= 12 * HOUR_S).all()
        assert np.array_equal(dark.contact_class[new], dark.contact_class[parent])
        assert np.array_equal(dark.handle_s[new], dark.handle_s[parent])
        assert not np.isin(dark.patience_s[new], usual.patience_s).any()
        below = np.arange(usual.n_contacts, dark.n_contacts)
        below = below[dark.trigger[below] != ON_CUT]  # redials of those who rang back
        assert below.size
        assert (dark.parent[below] >= usual.n_contacts).all()
        assert np.array_equal(dark.handle_s[below], dark.handle_s[dark.parent[below]])
    assert abs(again - 0.9 * candidates) < 4 * np.sqrt(0.9 * 0.1 * candidates)
    assert abs(z_of_mean(delays, 30)) < 4


def test_an_outage_only_adds_below_what_is_there(centre, plan):
    usual = plan.draw(SEED, 0)
    dark = drawer_of(centre, DARK).workload(usual, SEED, 0)
    rows = slice(usual.n_contacts)
    for column in ("contact_class", "arrival_s", "patience_s", "handle_s", "trigger", "parent"):
        assert np.array_equal(getattr(dark, column)[rows], getattr(usual, column))


def test_a_failure_diverts_a_share_of_the_callers_of_its_hours(centre, plan):
    drawer = drawer_of(centre, FAILURE)
    came = moved = 0
    for replication in range(60):
        usual = plan.draw(SEED, replication)
        failed = drawer.workload(usual, SEED, replication)
        p = usual.n_primary
        changed = failed.contact_class[:p] != usual.contact_class[:p]
        urgent = usual.contact_class[:p] % 2 == 0
        here = (usual.arrival_s[:p] >= 15 * HOUR_S) & (usual.arrival_s[:p] < 18 * HOUR_S)
        assert not changed[~(urgent & here)].any()
        came += int((urgent & here).sum())
        moved += int(changed.sum())
        assert np.array_equal(failed.handle_s, usual.handle_s)
    assert abs(moved - 0.6 * came) < 4 * np.sqrt(0.6 * 0.4 * came)


def test_one_event_more_leaves_the_draws_of_the_others_as_they_were(centre, plan):
    usual = plan.draw(SEED, 0)
    alone = drawer_of(centre, SURGE).workload(usual, SEED, 0)
    south = {**SURGE, "forces": ["South"]}
    both = drawer_of(centre, SURGE, south).workload(usual, SEED, 0)
    for channel in ("emergency", "routine"):
        k = class_of("North", channel)
        assert np.array_equal(primaries(alone, k), primaries(both, k))


def test_the_name_of_an_event_names_its_streams(centre, plan):
    usual = plan.draw(SEED, 0)
    one = drawer_of(centre, SURGE).workload(usual, SEED, 0)
    again = drawer_of(centre, SURGE).workload(usual, SEED, 0)
    other = drawer_of(centre, SURGE | {"name": "another"}).workload(usual, SEED, 0)
    assert np.array_equal(one.arrival_s, again.arrival_s)
    assert not np.array_equal(one.arrival_s, other.arrival_s)


@pytest.mark.parametrize("kind", ["isolation", "networked", "merger"])
def test_the_engines_agree_when_everything_happens_at_once(centre, plan, kind):
    events = (DARK, SURGE, ABSENT, FAILURE, {**DARK, "starts": "mon 18:00", "groups": ["south"]})
    drawer = drawer_of(centre, *events)
    options = {"networked": {"after_s": 5, "handle_factor": 1.1}, "merger": {"handle_factor": 1}}
    layout = layout_of(centre)
    design = build_design(kind, layout, DAY, options.get(kind, {}))
    design = design_during(design, events_of(*events), layout, DAY)
    workload = drawer.workload(plan.draw(SEED, 0), SEED, 0)
    staffing = drawer.staffing(StaffingDrawer(centre, DAY).draw(SEED, 0), SEED, 0)
    log = simulate(workload, staffing, design, "simpy")
    assert log.cut.any()
    assert log.equals(simulate(workload, staffing, design, "compiled"))
