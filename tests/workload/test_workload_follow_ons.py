"""Follow-ons: as many redials, escalations and transfers as the shares say, below their parents."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from small_centres import WEEK_S, a_centre, a_channel, a_force, exponential, z_of_mean

from sim.records import ON_ABANDONED, ON_ANSWERED, PRIMARY, Horizon
from sim.workload import WorkloadPlan
from sim.workload.follow_ons import MAX_HANDOVERS

WEEK = Horizon(warm_up_h=0, measured_h=168)
PER_DAY = 1500
REDIAL = {"share": 0.6, "delay_mean_s": 45, "max_attempts": 3}
ESCALATING = REDIAL | {"escalate_share": 0.25, "escalate_to": "emergency"}
TRANSFER = {"to": "emergency", "share": 0.1, "delay_mean_s": 20}


def constant(seconds):
    return {"distribution": "lognormal", "mean_s": seconds, "cv": 0}


def drawn(emergency=None, routine=None, replication=0):
    """Give a week of two forces; calls of `routine` only, unless channels say otherwise."""
    channels = {"emergency": a_channel(**emergency or {}), "routine": a_channel(**routine or {})}
    forces = {"North": a_force(routine=PER_DAY), "South": a_force(routine=PER_DAY)}
    return WorkloadPlan(a_centre(channels=channels, forces=forces), WEEK).draw(1, replication)


def attempts(workload):
    """Give how many redials lie between each contact and the first of its chain."""
    depth = np.zeros(workload.n_contacts, dtype=int)
    for row in range(workload.n_primary, workload.n_contacts):
        if workload.trigger[row] == ON_ABANDONED:
            depth[row] = depth[workload.parent[row]] + 1
    return depth


def z_of_count(count, n, share):
    return (count - n * share) / np.sqrt(n * share * (1 - share))


def test_each_failed_attempt_is_redialled_with_the_same_share_up_to_the_limit():
    workload = drawn(routine={"redial": REDIAL})
    by_attempt = np.bincount(attempts(workload))
    assert by_attempt.size == 4
    assert by_attempt[0] == workload.n_primary
    for before, after in pairwise(by_attempt):
        assert abs(z_of_count(after, before, 0.6)) < 4


def test_a_caller_redials_in_the_same_class_at_most_once_per_attempt():
    workload = drawn(routine={"redial": REDIAL})
    latent = slice(workload.n_primary, None)
    parent = workload.parent[latent]
    assert np.array_equal(workload.contact_class[latent], workload.contact_class[parent])
    assert np.unique(parent).size == parent.size


@pytest.mark.parametrize(("share", "chain"), [(1, 4), (0, 0)])
def test_everybody_redials_to_the_limit_or_nobody(share, chain):
    workload = drawn(routine={"redial": REDIAL | {"share": share, "max_attempts": 4}})
    assert workload.n_contacts == (1 + chain) * workload.n_primary


def test_no_attempt_is_left_where_none_is_allowed():
    workload = drawn(routine={"redial": REDIAL | {"max_attempts": 0}})
    assert workload.n_contacts == workload.n_primary


def test_whoever_never_gives_up_never_redials():
    workload = drawn(routine={"redial": REDIAL, "patience": {"distribution": "never"}})
    assert workload.n_contacts == workload.n_primary


def test_a_redial_keeps_the_matter_but_not_the_patience():
    workload = drawn(routine={"redial": REDIAL})
    latent = slice(workload.n_primary, None)
    parent = workload.parent[latent]
    assert np.array_equal(workload.handle_s[latent], workload.handle_s[parent])
    assert stats.kstest(workload.patience_s[latent], "expon", (0, 120)).pvalue > 1e-4
    both = np.corrcoef(workload.patience_s[latent], workload.patience_s[parent])[0, 1]
    assert abs(both) * np.sqrt(parent.size) < 4


def test_delays_are_exponential_for_latents_and_0_for_primaries():
    workload = drawn(routine={"redial": REDIAL})
    assert not workload.delay_s[: workload.n_primary].any()
    assert stats.kstest(workload.delay_s[workload.n_primary :], "expon", (0, 45)).pvalue > 1e-4


def test_of_those_who_call_again_a_share_escalates():
    workload = drawn(routine={"redial": ESCALATING})
    depth, routine = attempts(workload), workload.contact_class % 2 == 1
    for attempt in (1, 2, 3):
        here = depth == attempt
        assert abs(z_of_count((here & ~routine).sum(), here.sum(), 0.25)) < 4
        before = ((depth == attempt - 1) & routine).sum()
        assert abs(z_of_count(here.sum(), before, 0.6)) < 4


def test_an_escalated_call_takes_patience_handle_and_further_redials_from_its_new_class():
    workload = drawn(
        emergency={
            "handle": constant(900),
            "patience": constant(9),
            "redial": REDIAL | {"share": 1, "max_attempts": 2},
        },
        routine={"redial": ESCALATING, "handle": constant(100), "patience": constant(60)},
    )
    escalated = workload.contact_class % 2 == 0
    assert set(workload.handle_s[escalated]) == {900.0}
    assert set(workload.patience_s[escalated]) == {9.0}
    assert set(workload.handle_s[~escalated]) == {100.0}
    force, parent = workload.contact_class // 2, workload.parent
    latent = np.arange(workload.n_contacts) >= workload.n_primary
    assert np.array_equal(force[latent], force[parent[latent]])
    # Attempts are counted over the change: of two allowed, an escalated first redial leaves one.
    depth = attempts(workload)
    children = np.diff(workload.child_start)
    assert (children[escalated & (depth == 1)] == 1).all()
    assert (children[escalated & (depth >= 2)] == 0).all()


def test_everybody_who_calls_again_may_escalate():
    workload = drawn(routine={"redial": ESCALATING | {"share": 1, "escalate_share": 1}})
    assert workload.n_contacts == 2 * workload.n_primary
    assert (workload.contact_class[workload.n_primary :] % 2 == 0).all()


def test_any_answered_attempt_may_be_passed_on():
    workload = drawn(
        emergency={"handle": constant(900)}, routine={"redial": REDIAL, "follow_on": [TRANSFER]}
    )
    passed = workload.trigger == ON_ANSWERED
    routine = workload.contact_class % 2 == 1
    parent = workload.parent[passed]
    assert (workload.contact_class[passed] == workload.contact_class[parent] - 1).all()
    assert set(workload.handle_s[passed]) == {900.0}
    assert stats.kstest(workload.delay_s[passed], "expon", (0, 20)).pvalue > 1e-4
    for kind in (workload.trigger == PRIMARY, workload.trigger == ON_ABANDONED):
        followed = kind[parent].sum()
        assert abs(z_of_count(followed, (kind & routine).sum(), 0.1)) < 4


def test_a_contact_may_be_followed_by_several_others_independently():
    callback = {"to": "routine", "share": 0.5, "delay_mean_s": 3600}
    workload = drawn(routine={"follow_on": [TRANSFER | {"share": 0.5}, callback]})
    children = np.diff(workload.child_start)[: workload.n_primary]
    counts = np.bincount(children, minlength=3)
    assert stats.chisquare(counts, workload.n_primary * np.array([0.25, 0.5, 0.25])).pvalue > 1e-4


def test_the_passed_on_redial_afresh():
    workload = drawn(
        emergency={"redial": REDIAL | {"share": 1, "max_attempts": 2}},
        routine={"redial": REDIAL | {"share": 1}, "follow_on": [TRANSFER]},
    )
    passed = np.flatnonzero(workload.trigger == ON_ANSWERED)
    first = workload.child[workload.child_start[passed]]
    second = workload.child[workload.child_start[first]]
    assert (workload.trigger[first] == ON_ABANDONED).all()
    assert (workload.trigger[second] == ON_ABANDONED).all()
    assert not np.diff(workload.child_start)[second].any()


def test_all_who_are_passed_on_redial_wherever_they_came_from():
    # Contacts of both kinds become emergencies that have been passed on once.
    workload = drawn(
        emergency={"redial": REDIAL | {"share": 1, "max_attempts": 1}, "follow_on": [TRANSFER]},
        routine={"redial": ESCALATING, "follow_on": [TRANSFER]},
    )
    emergency = workload.contact_class % 2 == 0
    passed = workload.trigger == ON_ANSWERED
    redialled = np.zeros(workload.n_contacts, dtype=bool)
    redialled[workload.parent[workload.trigger == ON_ABANDONED]] = True
    came_from = workload.contact_class[workload.parent[passed]] % 2
    assert set(came_from) == {0, 1}
    assert redialled[passed & emergency].all()


def test_a_circle_of_follow_ons_comes_to_an_end():
    again = {"to": "routine", "share": 1, "delay_mean_s": 60}
    workload = drawn(routine={"follow_on": [again]})
    assert workload.n_contacts == (1 + MAX_HANDOVERS) * workload.n_primary


def test_parents_stand_above_children_and_primaries_above_latents():
    workload = drawn(
        emergency={"redial": REDIAL, "follow_on": [TRANSFER | {"to": "routine"}]},
        routine={"redial": ESCALATING, "follow_on": [TRANSFER]},
    )
    rows = np.arange(workload.n_contacts)
    assert (workload.parent < rows).all()
    assert ((workload.trigger == PRIMARY) == (rows < workload.n_primary)).all()
    assert np.isposinf(workload.arrival_s[workload.n_primary :]).all()
    assert workload.arrival_s[: workload.n_primary].max() < WEEK_S


def test_follow_ons_leave_the_primaries_as_they_were():
    alone = drawn()
    with_kin = drawn(routine={"redial": ESCALATING, "follow_on": [TRANSFER]})
    assert with_kin.n_contacts > alone.n_contacts
    for column in ("contact_class", "arrival_s", "patience_s", "handle_s"):
        primaries = getattr(with_kin, column)[: alone.n_primary]
        assert np.array_equal(primaries, getattr(alone, column))


def test_the_number_of_redials_is_right_over_replications():
    extra = [
        (w.n_contacts - w.n_primary) / w.n_primary
        for w in (
            drawn(
                routine={"redial": REDIAL | {"share": 0.85}, "patience": exponential(60)},
                replication=r,
            )
            for r in range(20)
        )
    ]
    assert abs(z_of_mean(extra, 0.85 + 0.85**2 + 0.85**3)) < 4
