"""Cells about rooms: hours staffed, hours busy, hours given to other forces."""

from dataclasses import replace

import numpy as np

from sim.measures.by_code import FloatArray, parting
from sim.measures.desks import handler_shares, occupied_handlers
from sim.measures.hours import ROUNDING_H, Spans, handler_hours
from sim.measures.plan import MeasurePlan
from sim.records import ContactLog, Staffing, Workload

Pair = tuple[FloatArray, FloatArray]


def room_blocks(
    plan: MeasurePlan, workload: Workload, staffing: Staffing, log: ContactLog
) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Give the pairs of ROOM_MEASURES by hour of the week, of ROOM_TOTAL_MEASURES, of exchange_h.

    Shapes (168, G + F + 1), (G + F + 1,) and (F, G).
    """
    hours, forces, groups = plan.hours, len(plan.layout.forces), plan.layout.n_groups
    shares = handler_shares(log)
    force = plan.layout.class_force[workload.contact_class[shares.row]]
    given = replace(shares, row=force * groups + log.group[shares.row])
    given_h = handler_hours(hours, given, forces * groups).reshape(forces, groups, hours.n_hours)
    busy = given_h.sum(axis=0)
    staffed = handler_hours(hours, staffing_spans(staffing), groups)
    staffed += handler_hours(hours, overruns(staffing, occupied_handlers(log)), groups)
    all_busy = np.abs(staffed - busy) < ROUNDING_H  # equal but for the last digit
    staffed[all_busy] = busy[all_busy]

    by_week = [_by_room(plan, hours.weekly(cells)).T for cells in (staffed, busy)]
    occurrences = np.broadcast_to(hours.occurrences[:, None], by_week[0].shape)
    total_staffed, total_busy = (_by_room(plan, cells.sum(axis=1)) for cells in (staffed, busy))
    one = np.ones(total_staffed.shape)
    return (
        [(cells, occurrences) for cells in by_week],
        [(total_staffed, one), (total_busy, one), (total_busy, total_staffed)],
        [(given_h.sum(axis=2), np.ones((forces, groups)))],
    )


def _by_room(plan: MeasurePlan, by_group: FloatArray) -> FloatArray:
    """Append to the rows of groups those of forces and of all; a group may belong to no force."""
    home = plan.layout.group_force
    by_force = np.zeros((len(plan.layout.forces), *by_group.shape[1:]))
    np.add.at(by_force, home[home >= 0], by_group[home >= 0])
    return np.concatenate((by_group, by_force, by_group.sum(axis=0, keepdims=True)))


def staffing_spans(staffing: Staffing) -> Spans:
    """Give the spans between the steps of each group, by group, then time; the last never ends."""
    order = np.argsort(staffing.step_group, kind="stable")
    group, from_s = staffing.step_group[order], staffing.step_s[order]
    until_s = np.full(from_s.shape, np.inf)
    same = group[1:] == group[:-1]
    until_s[:-1][same] = from_s[1:][same]
    return Spans(group, from_s, until_s, staffing.step_staffed[order].astype(np.float64))


def overruns(staffing: Staffing, calls: Spans) -> Spans:
    """Give the spans in which a handler finishes a call after the end of the shift.

    With L staffed and L + m busy when a span of staffing begins, the next m calls to end are
    overruns, for nobody takes a call before them: every engine answers only with a handler free.
    So staffed + overruns is the larger of staffed and busy, at every instant.
    """
    levels = staffing_spans(staffing)
    staffed = staffing.step_staffed[np.argsort(staffing.step_group, kind="stable")]
    calls = _in_hand_at_a_step(staffing, calls)
    of_group = np.arange(staffing.n_groups + 1)
    level_cut = levels.row.searchsorted(of_group)
    parted = parting(calls.row, staffing.n_groups)
    call_cut = calls.row[parted].searchsorted(of_group)
    answer_s, end_s = calls.from_s[parted], calls.until_s[parted]

    found = [Spans(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))]
    for group in range(staffing.n_groups):
        level = slice(level_cut[group], level_cut[group + 1])
        call = slice(call_cut[group], call_cut[group + 1])
        from_s, until_s = levels.from_s[level], levels.until_s[level]
        ends_s = np.sort(end_s[call])
        ended = ends_s.searchsorted(from_s, "right")
        busy = np.sort(answer_s[call]).searchsorted(from_s, "right") - ended
        over = np.maximum(busy - staffed[level], 0)
        which = np.repeat(np.arange(over.size), over)
        nth = np.arange(which.size) - np.repeat(np.cumsum(over) - over, over)
        last_s = np.minimum(ends_s[ended[which] + nth], until_s[which])
        found.append(Spans(np.full(which.size, group), from_s[which], last_s))
    return Spans(
        np.concatenate([spans.row for spans in found]),
        np.concatenate([spans.from_s for spans in found]),
        np.concatenate([spans.until_s for spans in found]),
    )


def _in_hand_at_a_step(staffing: Staffing, calls: Spans) -> Spans:
    """Give the calls in hand while some group steps: a small part, and no others matter."""
    step_s = np.append(np.unique(staffing.step_s), np.inf)
    next_step_s = step_s[step_s.searchsorted(calls.from_s)]
    in_hand = np.flatnonzero(next_step_s < calls.until_s)
    return Spans(calls.row[in_hand], calls.from_s[in_hand], calls.until_s[in_hand])
