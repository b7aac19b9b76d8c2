"""Cells about rooms: hours staffed, hours busy, hours given to other forces."""

import numpy as np

from sim.measures.by_code import FloatArray
from sim.measures.compiled import Spans, Steps, compiled_loops, read_only
from sim.measures.desks import handler_shares, occupied_handlers
from sim.measures.hours import ROUNDING_H, handler_hours
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
    occupied = occupied_handlers(log, shares)
    force = plan.layout.class_force[workload.contact_class[shares.row]]
    given = shares._replace(row=force * groups + log.group[shares.row])
    given_h = handler_hours(hours, given, forces * groups).reshape(forces, groups, hours.n_hours)
    busy = given_h.sum(axis=0)
    staffed = handler_hours(hours, staffing_spans(staffing), groups)
    staffed += handler_hours(hours, overruns(staffing, occupied), groups)
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
    n_steps, loops = levels.row.size, compiled_loops()
    steps = _steps(levels, staffing.n_groups)
    calls = Spans(*read_only(*calls))
    busy, found = np.zeros(n_steps, np.int64), np.zeros(calls.row.size, np.int64)
    in_hand = found[: loops.count_in_hand(calls, steps, busy, found)]
    over = np.maximum(busy - levels.handlers.astype(np.int64), 0)
    n_over = int(over.sum())
    spans = Spans(np.zeros(n_over, np.int64), np.zeros(n_over), np.zeros(n_over), np.zeros(0))
    by_end = in_hand[np.argsort(calls.until_s[in_hand])]
    loops.list_overruns(calls, by_end, steps, over, spans)
    return spans


def _steps(levels: Spans, n_groups: int) -> Steps:
    """Give spans of staffing as a loop takes them."""
    cut = levels.row.searchsorted(np.arange(n_groups + 1))
    return Steps(levels.from_s, levels.until_s, cut, cut[:-1].copy())
