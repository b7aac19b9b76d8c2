"""The loops over contacts and spans: what is added up, one after the other.

The source is Python that Numba compiles (see `compiled`) and that also runs as it is. Everything
that follows from the sums is NumPy's, in `contacts` and `rooms`.
"""

import numpy as np

from sim.jit.options import inlined
from sim.measures.columns import (
    N_ENDS,
    TICKS_PER_S,
    Calls,
    Column,
    Handled,
    Hours,
    Spans,
    Steps,
    Sums,
)
from sim.records.contact_log import ANSWERED
from sim.records.horizon import HOURS_PER_WEEK, SECONDS_PER_HOUR
from sim.records.workload import ON_ABANDONED, ON_INTERRUPTED


@inlined
def index_of(instant_s: float, hours: Hours) -> int:
    """Give the index of the hour of an instant in the window; its very end is in the last."""
    since_h = (instant_s - hours.edge_s[0]) / SECONDS_PER_HOUR + hours.offset_h[0]
    return min(int(since_h), hours.hour_of_week.size - 1)


def add_contacts(calls: Calls, hours: Hours, answer_within_s: Column, sums: Sums) -> None:
    """Add up the contacts that arrived in the window, and part their waits by class.

    `answer_within_s` is by class. A follow-on that was never woken arrived at inf, which is in no
    window. The rest of interrupted work is no contact of its own: the contact was answered when the
    work began. Waits are rounded to the microsecond: the difference of two instants days after the
    start is not exact, and a wait of exactly 10 s must be one wherever it lies.
    """
    opens_s, closes_s = hours.edge_s[0], hours.edge_s[-1]
    n_groups = sums.answered_by.size // max(answer_within_s.size, 1)
    n_waits = 0
    for row in range(calls.arrival_s.size):
        arrival_s = calls.arrival_s[row]
        trigger = calls.trigger[row]
        if not opens_s <= arrival_s < closes_s or trigger == ON_INTERRUPTED:
            continue
        k = calls.contact_class[row]
        outcome = calls.outcome[row]
        wait_s = np.rint((calls.wait_end_s[row] - arrival_s) * TICKS_PER_S) / TICKS_PER_S
        hour = k * HOURS_PER_WEEK + hours.hour_of_week[index_of(arrival_s, hours)]
        in_time = wait_s <= answer_within_s[k]
        sums.ends[hour * N_ENDS + 2 * (outcome - ANSWERED) + in_time] += 1
        sums.handle_s[hour] += calls.handle_s[row]
        if trigger == ON_ABANDONED:
            sums.redials[k] += 1
        if outcome != ANSWERED:
            continue
        sums.waited_s[hour] += wait_s
        sums.answered_by[k * n_groups + calls.group[row]] += 1
        if wait_s == 0:
            sums.at_once[k] += 1
        else:
            sums.wait_s[n_waits] = wait_s
            sums.wait_class[n_waits] = k
            sums.wait_cut[k + 1] += 1
            n_waits += 1
    for k in range(answer_within_s.size):
        sums.wait_cut[k + 1] += sums.wait_cut[k]
    for wait in range(n_waits):
        k = sums.wait_class[wait]
        sums.parted_s[sums.wait_place[k] + sums.wait_cut[k]] = sums.wait_s[wait]
        sums.wait_place[k] += 1


@inlined
def add_span(  # noqa: PLR0913, PLR0917 - columns
    row: int, from_s: float, until_s: float, handlers: float, hours: Hours, seconds: Column
) -> None:
    """Add the seconds of a span in each hour of the window; it is split at the full hours."""
    edge_s, n_hours = hours.edge_s, hours.hour_of_week.size
    from_s, until_s = max(from_s, edge_s[0]), min(until_s, edge_s[-1])
    if not from_s < until_s:
        return
    hour = index_of(from_s, hours)
    while from_s < until_s:
        stop_s = min(until_s, edge_s[hour + 1])
        seconds[row * n_hours + hour] += handlers * (stop_s - from_s)
        from_s = stop_s
        hour += 1


@inlined
def first_step(group: int, from_s: float, steps: Steps) -> int:
    """Give the first step of a group at an instant or after it."""
    step: int = steps.seen[group]
    while step > steps.cut[group] and steps.at_s[step - 1] >= from_s:
        step -= 1
    while step < steps.cut[group + 1] and steps.at_s[step] < from_s:
        step += 1
    steps.seen[group] = step
    return step


@inlined
def count_steps(group: int, from_s: float, until_s: float, steps: Steps, busy: Column) -> int:
    """Count a call in hand at each step of its group between its begin and its end."""
    first = step = first_step(group, from_s, steps)
    while step < steps.cut[group + 1] and steps.at_s[step] < until_s:
        busy[step] += 1
        step += 1
    return step - first


def add_handled(  # noqa: PLR0913, PLR0917 - columns
    handled: Handled,
    class_force: Column,
    hours: Hours,
    steps: Steps,
    given_s: Column,
    busy: Column,
    found: Column,
) -> int:
    """Add up the time that handlers give to one contact at a time, by force, group and hour.

    Counts the calls in hand at each step of their own group, too; `found` takes the rows of those
    that are in hand at any, and how many they are is given.
    """
    n_groups, n_found = steps.seen.size, 0
    for row in range(handled.group.size):
        group = handled.group[row]
        if group < 0 or (handled.desk.size > 0 and handled.desk[row] >= 0):
            continue
        from_s, until_s = handled.from_s[row], handled.until_s[row]
        of_force = class_force[handled.contact_class[row]] * n_groups + group
        add_span(of_force, from_s, until_s, 1.0, hours, given_s)
        if count_steps(group, from_s, until_s, steps, busy) > 0:
            found[n_found] = row
            n_found += 1
    return n_found


def add_spans(spans: Spans, hours: Hours, seconds: Column) -> None:
    """Add the seconds that spans have in each hour of the window, by row and hour."""
    for span in range(spans.row.size):
        row, from_s, until_s = spans.row[span], spans.from_s[span], spans.until_s[span]
        add_span(row, from_s, until_s, spans.handlers[span], hours, seconds)


def count_in_hand(calls: Spans, steps: Steps, busy: Column) -> None:
    """Count the calls in hand at each step of their own group."""
    for call in range(calls.row.size):
        count_steps(calls.row[call], calls.from_s[call], calls.until_s[call], steps, busy)


def list_overruns(calls: Spans, steps: Steps, over: Column, overruns: Spans) -> None:
    """List the first calls to end after each step, as many as it has too few handlers.

    The calls are in order of their end; `over` is used up; `overruns` has a place for each.
    """
    n_listed = 0
    for call in range(calls.row.size):
        group, until_s = calls.row[call], calls.until_s[call]
        step = first_step(group, calls.from_s[call], steps)
        while step < steps.cut[group + 1] and steps.at_s[step] < until_s:
            if over[step] > 0:
                over[step] -= 1
                overruns.row[n_listed] = group
                overruns.from_s[n_listed] = steps.at_s[step]
                overruns.until_s[n_listed] = min(until_s, steps.until_s[step])
                overruns.handlers[n_listed] = 1.0
                n_listed += 1
            step += 1
