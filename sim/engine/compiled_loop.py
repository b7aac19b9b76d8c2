"""The event loop of the compiled engine: the SimPy model again, as plain loops over arrays.

The source is Python that Numba compiles and that also runs as it is. Only the mechanics of time
are written a second time here; the routing decisions are the very functions that the SimPy model
calls. Primaries, staffing steps and design changes are sorted already, so only what happens to
contacts in hand goes on a binary heap, as pairs (instant, key) with
`key = kind * KIND_STRIDE + subject`: comparing keys compares kinds, then subjects.
"""

from typing import Any

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from sim.engine.order import (
    ARRIVAL,
    DESIGN_CHANGE,
    OVERFLOW_OPENING,
    PATIENCE_END,
    SERVICE_END,
    STAFFING_STEP,
)
from sim.records.contact_log import ABANDONED, ANSWERED, OPEN
from sim.records.workload import ON_ABANDONED, ON_ANSWERED
from sim.routing import rules

KIND_SHIFT = 48
KIND_STRIDE = 1 << KIND_SHIFT
SUBJECT_MASK = KIND_STRIDE - 1
NOBODY = rules.NOBODY
ROOM = 3  # events that one contact may add besides its openings, and the sentinel

choose_group = register_jitable(rules.choose_group)
choose_class = register_jitable(rules.choose_class)


@register_jitable
def heap_push(
    heap_s: NDArray[Any], heap_key: NDArray[Any], size: int, instant_s: float, key: int
) -> int:
    """Put an event on the heap and give the new size; the arrays must have room."""
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        parent_s = heap_s[parent]
        if parent_s < instant_s or (parent_s == instant_s and heap_key[parent] <= key):
            break
        heap_s[child] = parent_s
        heap_key[child] = heap_key[parent]
        child = parent
    heap_s[child] = instant_s
    heap_key[child] = key
    return size + 1


@register_jitable
def heap_drop(heap_s: NDArray[Any], heap_key: NDArray[Any], size: int) -> int:
    """Take the first event off the heap and give the new size.

    The freed place becomes a sentinel, so that a node with one child needs no test of its own and
    the smaller child is found without a branch.
    """
    last = size - 1
    instant_s = heap_s[last]
    key = heap_key[last]
    heap_s[last] = np.inf
    parent = 0
    child = 1
    while child < last:
        left_s = heap_s[child]
        right_s = heap_s[child + 1]
        if left_s == right_s:
            child += heap_key[child + 1] < heap_key[child]
        else:
            child += right_s < left_s
        child_s = heap_s[child]
        if instant_s < child_s or (instant_s == child_s and key <= heap_key[child]):
            break
        heap_s[parent] = child_s
        heap_key[parent] = heap_key[child]
        parent = child
        child = 2 * parent + 1
    heap_s[parent] = instant_s
    heap_key[parent] = key
    return last


@register_jitable
def double(array: NDArray[Any]) -> NDArray[Any]:
    """Give the array with as much room again behind it."""
    return np.concatenate((array, np.empty_like(array)))


@register_jitable
def list_openings(delay_s: NDArray[Any], openings_s: NDArray[Any]) -> None:
    """Write into each row of `openings_s` the distinct positive finite delays, then inf."""
    for k in range(delay_s.shape[0]):
        openings_s[k, :] = np.inf
        n = 0
        for group in range(delay_s.shape[1]):
            delay = delay_s[k, group]
            known = not 0.0 < delay < np.inf
            for i in range(n):
                known = known or openings_s[k, i] == delay
            if not known:
                openings_s[k, n] = delay
                n += 1


@register_jitable
def tidy_queue(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    k: int,
    outcome: NDArray[Any],
    arrival_s: NDArray[Any],
    following: NDArray[Any],
    head_contact: NDArray[Any],
    head_arrival_s: NDArray[Any],
) -> None:
    """Drop from the head of a queue whoever no longer waits, and note the new head."""
    contact = head_contact[k]
    while contact != NOBODY and outcome[contact] != OPEN:
        contact = following[contact]
    head_contact[k] = contact
    head_arrival_s[k] = np.inf if contact == NOBODY else arrival_s[contact]


def run_events(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop, by design
    contact_class: NDArray[Any],
    primary_s: NDArray[Any],
    patience_s: NDArray[Any],
    handle_s: NDArray[Any],
    trigger: NDArray[Any],
    follow_delay_s: NDArray[Any],
    child_start: NDArray[Any],
    child: NDArray[Any],
    step_s: NDArray[Any],
    step_group: NDArray[Any],
    step_staffed: NDArray[Any],
    change_s: NDArray[Any],
    delay_s: NDArray[Any],
    contact_rank: NDArray[Any],
    agent_rank_by_group: NDArray[Any],
    delay_by_group_s: NDArray[Any],
    reserve: NDArray[Any],
    reserve_by_group: NDArray[Any],
    handle_factor: NDArray[Any],
    outcome: NDArray[Any],
    arrival_s: NDArray[Any],
    wait_end_s: NDArray[Any],
    service_end_s: NDArray[Any],
    answered_by: NDArray[Any],
) -> int:
    """Fill the five columns of the log, the last five arguments; give the number of events.

    Shapes as in the records; `primary_s` holds the P primaries, `*_by_group` are (T, G, K).
    """
    n_primary = primary_s.size
    n_classes, n_groups = delay_s.shape[1], delay_s.shape[2]
    n_steps, n_spans = step_s.size, change_s.size

    staffed = np.zeros(n_groups, dtype=np.int64)
    free = np.zeros(n_groups, dtype=np.int64)
    following = np.full(outcome.size, NOBODY)  # the next contact in the queue
    queue_tail = np.full(n_classes, NOBODY)
    head_contact = np.full(n_classes, NOBODY)
    head_arrival_s = np.full(n_classes, np.inf)
    openings_s = np.full((n_classes, n_groups + 1), np.inf)
    list_openings(delay_s[0], openings_s)

    heap_s = np.empty(1024, dtype=np.float64)
    heap_key = np.empty(1024, dtype=np.int64)
    size = 0
    span, next_step, next_change, next_primary = 0, 0, 1, 0
    events = 0

    while True:
        # The next event: the earliest of the heap, the primaries, the steps and the changes.
        now_s = np.inf
        key = 0
        if size > 0:
            now_s = heap_s[0]
            key = heap_key[0]
        from_heap = size > 0
        if next_primary < n_primary:
            outside_s = primary_s[next_primary]
            outside_key = ARRIVAL * KIND_STRIDE + next_primary
            if outside_s < now_s or (outside_s == now_s and outside_key < key):
                now_s, key, from_heap = outside_s, outside_key, False
        if next_step < n_steps:
            outside_s = step_s[next_step]
            outside_key = STAFFING_STEP * KIND_STRIDE + next_step
            if outside_s < now_s or (outside_s == now_s and outside_key < key):
                now_s, key, from_heap = outside_s, outside_key, False
        if next_change < n_spans:
            outside_s = change_s[next_change]
            outside_key = DESIGN_CHANGE * KIND_STRIDE + next_change
            if outside_s < now_s or (outside_s == now_s and outside_key < key):
                now_s, key, from_heap = outside_s, outside_key, False
        if now_s == np.inf:
            return events
        events += 1
        if from_heap:
            size = heap_drop(heap_s, heap_key, size)
        kind = key >> KIND_SHIFT
        subject = key & SUBJECT_MASK

        # Which groups' handlers look for work afterwards: from serve_from up to serve_until.
        serve_from, serve_until = 0, 0
        woken_by = np.int8(0)

        if kind == SERVICE_END:
            group = answered_by[subject]
            free[group] += 1
            woken_by = np.int8(ON_ANSWERED)
            serve_from, serve_until = group, group + 1
        elif kind == ARRIVAL or kind == OVERFLOW_OPENING:  # noqa: PLR1714, SIM109 - compiles to two tests
            k = contact_class[subject]
            if kind == ARRIVAL:
                if subject == next_primary:
                    next_primary += 1
                arrival_s[subject] = now_s
                outcome[subject] = OPEN
            if outcome[subject] == OPEN:
                group = choose_group(
                    now_s,
                    arrival_s[subject],
                    delay_s[span, k],
                    contact_rank[span, k],
                    reserve[span, k],
                    free,
                )
                if size + n_groups + ROOM > heap_s.size:
                    heap_s, heap_key = double(heap_s), double(heap_key)
                if group != NOBODY:
                    end_s = now_s + handle_s[subject] * handle_factor[span, k, group]
                    free[group] -= 1
                    outcome[subject] = ANSWERED
                    wait_end_s[subject] = now_s
                    service_end_s[subject] = end_s
                    answered_by[subject] = group
                    size = heap_push(
                        heap_s, heap_key, size, end_s, SERVICE_END * KIND_STRIDE + subject
                    )
                    if kind == OVERFLOW_OPENING:
                        tidy_queue(k, outcome, arrival_s, following, head_contact, head_arrival_s)
                elif kind == ARRIVAL:
                    if head_contact[k] == NOBODY:
                        head_contact[k] = subject
                        head_arrival_s[k] = now_s
                    else:
                        following[queue_tail[k]] = subject
                    queue_tail[k] = subject
                    i = 0
                    while openings_s[k, i] < np.inf:
                        opening_s = now_s + openings_s[k, i]
                        if opening_s > now_s:
                            size = heap_push(
                                heap_s,
                                heap_key,
                                size,
                                opening_s,
                                OVERFLOW_OPENING * KIND_STRIDE + subject,
                            )
                        i += 1
                    if patience_s[subject] < np.inf:
                        size = heap_push(
                            heap_s,
                            heap_key,
                            size,
                            now_s + patience_s[subject],
                            PATIENCE_END * KIND_STRIDE + subject,
                        )
        elif kind == PATIENCE_END:
            if outcome[subject] == OPEN:
                outcome[subject] = ABANDONED
                wait_end_s[subject] = now_s
                tidy_queue(
                    contact_class[subject],
                    outcome,
                    arrival_s,
                    following,
                    head_contact,
                    head_arrival_s,
                )
                woken_by = np.int8(ON_ABANDONED)
        elif kind == STAFFING_STEP:
            next_step += 1
            group = step_group[subject]
            free[group] += step_staffed[subject] - staffed[group]
            staffed[group] = step_staffed[subject]
            serve_from, serve_until = group, group + 1
        else:
            next_change += 1
            span = subject
            list_openings(delay_s[span], openings_s)
            serve_from, serve_until = 0, n_groups

        # Follow-ons are woken before the handler takes the next contact; they arrive later, if
        # only by their place in the order of ties.
        if woken_by != 0:
            for i in range(child_start[subject], child_start[subject + 1]):
                woken = child[i]
                if trigger[woken] == woken_by:
                    if size + ROOM > heap_s.size:
                        heap_s, heap_key = double(heap_s), double(heap_key)
                    size = heap_push(
                        heap_s,
                        heap_key,
                        size,
                        now_s + follow_delay_s[woken],
                        ARRIVAL * KIND_STRIDE + woken,
                    )

        for group in range(serve_from, serve_until):
            while free[group] > 0:
                k = choose_class(
                    now_s,
                    free[group],
                    delay_by_group_s[span, group],
                    agent_rank_by_group[span, group],
                    reserve_by_group[span, group],
                    head_arrival_s,
                    head_contact,
                )
                if k == NOBODY:
                    break
                contact = head_contact[k]
                end_s = now_s + handle_s[contact] * handle_factor[span, k, group]
                free[group] -= 1
                outcome[contact] = ANSWERED
                wait_end_s[contact] = now_s
                service_end_s[contact] = end_s
                answered_by[contact] = group
                if size + ROOM > heap_s.size:
                    heap_s, heap_key = double(heap_s), double(heap_key)
                size = heap_push(heap_s, heap_key, size, end_s, SERVICE_END * KIND_STRIDE + contact)
                tidy_queue(k, outcome, arrival_s, following, head_contact, head_arrival_s)

        if kind == DESIGN_CHANGE:
            for k in range(n_classes):
                contact = head_contact[k]
                while contact != NOBODY:
                    if outcome[contact] == OPEN:
                        if size + n_groups + ROOM > heap_s.size:
                            heap_s, heap_key = double(heap_s), double(heap_key)
                        i = 0
                        while openings_s[k, i] < np.inf:
                            opening_s = arrival_s[contact] + openings_s[k, i]
                            if opening_s > now_s:
                                size = heap_push(
                                    heap_s,
                                    heap_key,
                                    size,
                                    opening_s,
                                    OVERFLOW_OPENING * KIND_STRIDE + contact,
                                )
                            i += 1
                    contact = following[contact]
