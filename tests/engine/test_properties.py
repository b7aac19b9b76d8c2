"""What must hold in every centre, whatever the callers, the staff and the design."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import centres, workloads

from sim.engine import ENGINES, simulate
from sim.records import (
    ABANDONED,
    ANSWERED,
    NOT_WOKEN,
    ON_ABANDONED,
    ON_ANSWERED,
    ON_INTERRUPTED,
    OPEN,
    PRIMARY,
    Design,
    Staffing,
    Workload,
)

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))
EXAMPLES = settings(max_examples=40)


def level_at(staffing, instant, *, before=False):
    """Staffed handlers per group just after (or just before) an instant."""
    level = np.zeros(staffing.n_groups, dtype=int)
    seen = staffing.step_s < instant if before else staffing.step_s <= instant
    for group, staffed in zip(staffing.step_group[seen], staffing.step_staffed[seen], strict=True):
        level[group] = staffed
    return level


def span_at(design, instant):
    return int(np.searchsorted(design.change_s, instant, side="right")) - 1


@EXAMPLES
@given(centres())
def test_every_contact_that_arrived_is_answered_abandoned_or_open(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    arrived = np.isfinite(log.arrival_s)
    assert np.array_equal(arrived, log.outcome != NOT_WOKEN)
    assert arrived[: workload.n_primary].all()
    assert np.array_equal(
        log.arrival_s[: workload.n_primary], workload.arrival_s[: workload.n_primary]
    )
    assert np.array_equal(log.group >= 0, log.outcome == ANSWERED)
    assert np.array_equal(np.isfinite(log.service_end_s), log.outcome == ANSWERED)
    assert np.array_equal(
        np.isfinite(log.wait_end_s), (log.outcome == ANSWERED) | (log.outcome == ABANDONED)
    )


@EXAMPLES
@given(centres())
def test_nobody_waits_longer_than_their_patience_and_who_gives_up_waited_just_that(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    gave_up = log.outcome == ABANDONED
    patience_end = log.arrival_s + workload.patience_s
    assert np.array_equal(log.wait_end_s[gave_up], patience_end[gave_up])
    answered = log.outcome == ANSWERED
    assert (log.wait_end_s[answered] <= patience_end[answered]).all()
    assert not np.isfinite(workload.patience_s[log.outcome == OPEN]).any()


@EXAMPLES
@given(centres())
def test_a_follow_on_wakes_exactly_when_its_trigger_comes(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    for row in range(workload.n_primary, workload.n_contacts):
        parent = workload.parent[row]
        woken, instant = log.outcome[row] != NOT_WOKEN, log.service_end_s[parent]
        if workload.trigger[row] == ON_ABANDONED:
            assert woken == (log.outcome[parent] == ABANDONED)
            instant = log.wait_end_s[parent]
        elif workload.trigger[row] == ON_ANSWERED:
            assert woken == (log.outcome[parent] == ANSWERED and not log.cut[parent])
        elif woken:
            assert log.cut[parent]
        if woken:
            assert log.arrival_s[row] == instant + workload.delay_s[row]


@EXAMPLES
@given(centres())
def test_a_group_answers_only_what_the_design_opens_to_it_after_the_delay(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    for row in np.flatnonzero(log.outcome == ANSWERED):
        span, k, group = (
            span_at(design, log.wait_end_s[row]),
            workload.contact_class[row],
            log.group[row],
        )
        spans = {span, max(span - 1, 0)} if log.wait_end_s[row] in design.change_s else {span}
        assert any(
            log.wait_end_s[row] >= log.arrival_s[row] + design.delay_s[s, k, group]
            and is_due(
                log.service_end_s[row],
                log.wait_end_s[row] + workload.handle_s[row] * design.handle_factor[s, k, group],
                whole=not log.cut[row] and workload.trigger[row] != ON_INTERRUPTED,
            )
            for s in spans
        )


def is_due(end, planned, *, whole):
    """A whole call ends when planned; one cut off, and the rest of interrupted work, no later."""
    return end == planned if whole else end <= planned


@EXAMPLES
@given(centres())
def test_no_call_is_begun_by_a_group_with_no_handler_free(engine, centre):
    """Busy handlers never exceed the staff of the moment when the last of them began."""
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    answered = np.flatnonzero(log.outcome == ANSWERED)
    for row in answered:
        begun, group = log.wait_end_s[row], log.group[row]
        same = answered[log.group[answered] == group]
        # Calls of zero length begun at this instant may come and go within it.
        busy = ((log.wait_end_s[same] < begun) & (log.service_end_s[same] > begun)).sum()
        staffed = max(
            level_at(staffing, begun)[group], level_at(staffing, begun, before=True)[group]
        )
        assert busy + 1 <= staffed


@EXAMPLES
@given(centres())
def test_within_a_class_and_group_the_first_to_come_is_answered_first(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    for k in range(workload.n_classes):
        for group in range(design.n_groups):
            rows = np.flatnonzero(
                (workload.contact_class == k) & (log.outcome == ANSWERED) & (log.group == group)
            )
            rows = rows[np.lexsort((rows, log.arrival_s[rows]))]
            assert (np.diff(log.wait_end_s[rows]) >= 0).all()


@EXAMPLES
@given(centres(max_classes=3, max_groups=2, most_at_once=3))
def test_a_handler_holds_no_more_than_may_be_held_and_only_contacts_of_one_number(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    shared = np.flatnonzero(log.desk >= 0)
    assert (log.outcome[shared] == ANSWERED).all()
    for desk in np.unique(log.desk[shared]):
        rows = shared[log.desk[shared] == desk]
        assert np.unique(log.group[rows]).size == 1
        for row in rows:
            begun = log.wait_end_s[row]
            beside = rows[(log.wait_end_s[rows] < begun) & (log.service_end_s[rows] > begun)]
            numbers = [
                {
                    int(design.at_once[span, workload.contact_class[one], log.group[one]])
                    for span in spans_about(design, log.wait_end_s[one])
                }
                for one in (row, *beside)
            ]
            assert beside.size < max(set.intersection(*numbers))


def spans_about(design, instant):
    """The span in force, and at the instant of a change the one before as well."""
    span = span_at(design, instant)
    return {span, max(span - 1, 0)} if instant in design.change_s else {span}


@EXAMPLES
@given(workloads(3), st.integers(1, 4), st.integers(2, 3), st.booleans())
def test_handlers_who_hold_c_chats_each_are_as_good_as_c_times_as_many(
    engine, workload, handlers, at_once, ranked
):
    """In one room that does nothing else: a chat waits only when every place is taken."""
    shape = (1, 3, 1)
    rank = np.arange(3).reshape(shape) * ranked
    zero, one = np.zeros(shape), np.ones(shape)
    log, wide = (
        simulate(
            workload,
            Staffing.constant([staffed]),
            Design([0.0], zero, zero, rank, zero, one, at_once=number * one),
            engine,
        )
        for staffed, number in ((handlers, at_once), (handlers * at_once, 1))
    )
    for column in ("outcome", "arrival_s", "wait_end_s", "service_end_s"):
        assert np.array_equal(getattr(log, column), getattr(wide, column))
    assert len(np.unique(log.desk[log.desk >= 0])) <= handlers


@EXAMPLES
@given(st.one_of(centres(), centres(most_at_once=3)))
def test_nobody_is_idle_while_a_contact_waits_that_they_may_take(engine, centre):
    """Checked between instants: halfway from one event to the next, where no tie can interfere."""
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    times = np.concatenate(
        [
            log.arrival_s,
            log.wait_end_s,
            log.service_end_s,
            staffing.step_s,
            design.change_s,
            *(log.arrival_s + delay for delay in np.unique(design.delay_s)),
        ]
    )
    times = np.unique(times[np.isfinite(times)])
    for before, after in pairwise(times):
        now = (before + after) / 2
        if not before < now < after:
            continue
        span, level = span_at(design, now), level_at(staffing, now)
        in_hand = np.flatnonzero(
            (log.outcome == ANSWERED) & (log.wait_end_s < now) & (log.service_end_s > now)
        )
        handler = np.where(log.desk[in_hand] < 0, -1 - in_hand, log.desk[in_hand])
        _, one_each = np.unique(handler, return_index=True)
        busy = np.bincount(log.group[in_hand[one_each]], minlength=design.n_groups)
        free = level - busy
        waiting = np.flatnonzero((log.arrival_s < now) & (log.wait_end_s > now))
        for row in waiting:
            k = workload.contact_class[row]
            may = (free > design.reserve[span, k]) & (
                now >= log.arrival_s[row] + design.delay_s[span, k]
            )
            assert not may.any()


@EXAMPLES
@given(centres())
def test_doubling_every_time_doubles_every_answer(engine, centre):
    workload, staffing, design = centre
    log = simulate(workload, staffing, design, engine)
    doubled = simulate(
        Workload(
            workload.n_classes,
            workload.contact_class,
            workload.arrival_s * 2,
            workload.patience_s * 2,
            workload.handle_s * 2,
            workload.trigger,
            workload.parent,
            workload.delay_s * 2,
        ),
        Staffing(
            staffing.n_groups,
            staffing.step_s * 2,
            staffing.step_group,
            staffing.step_staffed,
            staffing.step_cut,
        ),
        Design(
            design.change_s * 2,
            design.delay_s * 2,
            design.contact_rank,
            design.agent_rank,
            design.reserve,
            design.handle_factor,
            design.interrupts,
        ),
        engine,
    )
    assert np.array_equal(doubled.outcome, log.outcome)
    assert np.array_equal(doubled.group, log.group)
    assert np.array_equal(doubled.wait_end_s, log.wait_end_s * 2)
    assert np.array_equal(doubled.service_end_s, log.service_end_s * 2)


@EXAMPLES
@given(centres())
def test_a_room_that_may_answer_only_its_own_behaves_as_if_alone(engine, centre):
    """An infinite off-diagonal delay separates the centres."""
    workload, staffing, design = centre
    n_classes, n_groups = design.n_classes, design.n_groups
    owner = np.arange(n_classes) % n_groups
    apart = np.where(owner[:, None] == np.arange(n_groups), design.delay_s, np.inf)
    separate = Design(
        design.change_s,
        apart,
        design.contact_rank,
        design.agent_rank,
        design.reserve,
        design.handle_factor,
    )
    primaries = _only(workload, np.arange(workload.n_contacts) < workload.n_primary)
    together = simulate(primaries, staffing, separate, engine)
    for group in range(n_groups):
        kept = owner[primaries.contact_class] == group
        alone = simulate(_only(primaries, kept), staffing, separate, engine)
        assert np.array_equal(alone.wait_end_s, together.wait_end_s[kept])
        assert np.array_equal(alone.outcome, together.outcome[kept])


@EXAMPLES
@given(centres())
def test_renaming_the_groups_renames_the_log(engine, centre):
    """With the contacts' ranks all different, no tie is left to the index of a group."""
    workload, staffing, design = centre
    n_groups = design.n_groups
    strict = np.broadcast_to(np.arange(n_groups), design.delay_s.shape)
    one_span = design.delay_s[:1]
    new_name = np.arange(n_groups)[::-1]

    def build(order):
        return Design(
            np.zeros(1),
            one_span[:, :, order],
            strict[:1][:, :, order],
            design.agent_rank[:1][:, :, order],
            design.reserve[:1][:, :, order],
            design.handle_factor[:1][:, :, order],
        )

    level = level_at(staffing, np.inf)
    log = simulate(workload, Staffing.constant(list(level)), build(np.arange(n_groups)), engine)
    renamed = simulate(workload, Staffing.constant(list(level[::-1])), build(new_name), engine)
    assert np.array_equal(renamed.wait_end_s, log.wait_end_s)
    answered = log.outcome == ANSWERED
    assert np.array_equal(renamed.group[answered], new_name[log.group[answered]])


def _only(workload, rows):
    """The primaries among `rows`, as a workload."""
    rows = rows & (workload.trigger == PRIMARY)
    return Workload(
        workload.n_classes,
        workload.contact_class[rows],
        workload.arrival_s[rows],
        workload.patience_s[rows],
        workload.handle_s[rows],
        workload.trigger[rows],
        workload.parent[rows],
        workload.delay_s[rows],
    )
