"""Cells about rooms: hours staffed, hours busy, hours given to other forces."""

from typing import NamedTuple

import numpy as np

from sim.measures.columns import FloatArray, Handled, IntArray, Spans, Steps, read_only
from sim.measures.compiled import compiled_loops
from sim.measures.desks import any_desk, desk_spans
from sim.measures.hours import ROUNDING_H
from sim.measures.plan import MeasurePlan
from sim.records import SECONDS_PER_HOUR, ContactLog, Staffing, Workload

Pair = tuple[FloatArray, FloatArray]


class RoomSums(NamedTuple):
    """Handler hours of a week by hour of the window; F forces, G groups, B hours.

    `room_blocks` takes those of several weeks, each array with an axis of weeks in front.

    Parameters
    ----------
    given_h
        Shape (F, G, B): spent on contacts of a force.
    staffed_h
        Shape (G, B): staffed or overrun.
    """

    given_h: FloatArray
    staffed_h: FloatArray


def room_blocks(plan: MeasurePlan, sums: RoomSums) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Give the pairs of ROOM_MEASURES by hour of the week, of ROOM_TOTAL_MEASURES, of exchange_h.

    Shapes (R, 168, G + F + 1), (R, G + F + 1) and (R, F, G).
    """
    hours, given_h = plan.hours, sums.given_h
    busy = given_h.sum(axis=1)
    all_busy = np.abs(sums.staffed_h - busy) < ROUNDING_H  # equal but for the last digit
    staffed = np.where(all_busy, busy, sums.staffed_h)

    by_week = [_by_room(plan, hours.weekly(cells)).swapaxes(1, 2) for cells in (staffed, busy)]
    occurrences = np.broadcast_to(hours.occurrences[:, None], by_week[0].shape)
    total_staffed, total_busy = (
        _by_room(plan, cells.sum(axis=-1, keepdims=True))[..., 0] for cells in (staffed, busy)
    )
    one = np.ones(total_staffed.shape)
    exchanged = given_h.sum(axis=-1)
    return (
        [(cells, occurrences) for cells in by_week],
        [(total_staffed, one), (total_busy, one), (total_busy, total_staffed)],
        [(exchanged, np.ones(exchanged.shape))],
    )


def _by_room(plan: MeasurePlan, by_group: FloatArray) -> FloatArray:
    """Append to the groups, (R, G, n), the forces and all; a group may belong to no force."""
    by_force = np.zeros((by_group.shape[0], len(plan.layout.forces), by_group.shape[2]))
    for group, home in enumerate(plan.layout.group_force.tolist()):
        if home >= 0:
            by_force[:, home] += by_group[:, group]
    return np.concatenate((by_group, by_force, by_group.sum(axis=1, keepdims=True)), axis=1)


def sum_rooms(
    plan: MeasurePlan, workload: Workload, staffing: Staffing, log: ContactLog
) -> RoomSums:
    """Add up the hours that handlers give to contacts, and those that they are there.

    With L staffed and L + m busy when a span of staffing begins, the next m calls to end are
    overruns, for nobody takes a call before them: every engine answers only with a handler free.
    So staffed + overruns is the larger of staffed and busy, at every instant.
    """
    levels = staffing_spans(staffing)
    steps = _steps(levels, staffing.n_groups)
    busy = np.zeros(levels.row.size, np.int64)
    given_s, in_hand = _add_given(plan, workload, log, steps, busy)
    over = np.maximum(busy - levels.handlers.astype(np.int64), 0)
    n_groups, n_hours = plan.layout.n_groups, plan.hours.n_hours
    staffed_s = np.zeros(n_groups * n_hours)
    for spans in (levels, _overruns(in_hand, steps, over)):
        compiled_loops().add_spans(Spans(*read_only(*spans)), plan.hours.columns, staffed_s)
    return RoomSums(
        given_s.reshape(len(plan.layout.forces), n_groups, n_hours) / SECONDS_PER_HOUR,
        staffed_s.reshape(n_groups, n_hours) / SECONDS_PER_HOUR,
    )


def _add_given(
    plan: MeasurePlan, workload: Workload, log: ContactLog, steps: Steps, busy: IntArray
) -> tuple[FloatArray, Spans]:
    """Give the seconds given to contacts, by force, group and hour, and the calls in hand at steps.

    Parameters
    ----------
    busy
        Is increased, at each step of staffing, by the handlers of its group who have one in hand.
    """
    layout, hours, loops = plan.layout, plan.hours.columns, compiled_loops()
    shared = any_desk(log)
    class_force, *handled = read_only(
        layout.class_force,
        workload.contact_class,
        log.group,
        log.desk if shared else np.zeros(0, dtype=np.int64),
        log.wait_end_s,
        log.service_end_s,
    )
    given_s = np.zeros(len(layout.forces) * layout.n_groups * plan.hours.n_hours)
    found = np.zeros(log.group.size, np.int64)
    n_found = loops.add_handled(Handled(*handled), class_force, hours, steps, given_s, busy, found)
    row = found[:n_found]
    in_hand = Spans(log.group[row], log.wait_end_s[row], log.service_end_s[row], np.ones(n_found))
    if not shared:
        return given_s, in_hand
    shares, occupied = desk_spans(log)
    force = layout.class_force[workload.contact_class[shares.row]]
    given = shares._replace(row=force * layout.n_groups + log.group[shares.row])
    loops.add_spans(Spans(*read_only(*given)), hours, given_s)
    loops.count_in_hand(Spans(*read_only(*occupied)), steps, busy)
    return given_s, Spans(*map(np.concatenate, zip(in_hand, occupied, strict=True)))


def _overruns(in_hand: Spans, steps: Steps, over: IntArray) -> Spans:
    """Give the spans in which a handler finishes a call after the end of the shift.

    Parameters
    ----------
    in_hand
        The calls in hand at any step of staffing.
    over
        By step: how many more handlers are busy than staffed.
    """
    n_over = int(over.sum())
    spans = Spans(np.zeros(n_over, np.int64), *(np.zeros(n_over) for _ in range(3)))
    by_end = np.argsort(in_hand.until_s)
    calls = Spans(*read_only(*(column[by_end] for column in in_hand)))
    compiled_loops().list_overruns(calls, steps, over, spans)
    return spans


def _steps(levels: Spans, n_groups: int) -> Steps:
    """Give spans of staffing as a loop takes them."""
    cut = levels.row.searchsorted(np.arange(n_groups + 1))
    return Steps(levels.from_s, levels.until_s, cut, cut[:-1].copy())


def staffing_spans(staffing: Staffing) -> Spans:
    """Give the spans between the steps of each group, by group, then time; the last never ends."""
    order = np.argsort(staffing.step_group, kind="stable")
    group, from_s = staffing.step_group[order], staffing.step_s[order]
    until_s = np.full(from_s.shape, np.inf)
    same = group[1:] == group[:-1]
    until_s[:-1][same] = from_s[1:][same]
    return Spans(group, from_s, until_s, staffing.step_staffed[order].astype(np.float64))
