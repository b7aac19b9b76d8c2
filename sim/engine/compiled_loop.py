"""The event loop of the compiled engine: the SimPy model again, as plain loops over arrays.

The source is Python that Numba compiles and that also runs as it is. Only the mechanics of time
are written a second time here; the routing decisions are the very functions that the SimPy model
calls. Primaries, staffing steps and design changes are sorted already, so only what happens to
contacts in hand goes on a binary heap, as pairs (instant, key) with
`key = kind * KIND_STRIDE + subject`: comparing keys compares kinds, then subjects.

Every array is an argument and nothing is allocated or sliced here: Numba counts references to
arrays, atomically, and those counts would cost more than the events.
"""

from typing import Any

import numba
import numpy as np
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
from sim.records.workload import ON_ABANDONED, ON_ANSWERED, ON_CUT, ON_INTERRUPTED
from sim.routing import rules

KIND_SHIFT = 48
KIND_STRIDE = 1 << KIND_SHIFT
SUBJECT_MASK = KIND_STRIDE - 1
NOBODY = rules.NOBODY

# The places of `progress`, where the loop keeps its scalars while the heap is enlarged.
SPAN, NEXT_STEP, NEXT_CHANGE, NEXT_PRIMARY, HEAP_SIZE, EVENTS = range(6)
PROGRESS_SIZE = 6

inlined = numba.njit(forceinline=True)
choose_group = inlined(rules.choose_group)
choose_class = inlined(rules.choose_class)
may_interrupt = inlined(rules.may_interrupt)
is_better_interruption = inlined(rules.is_better_interruption)


@inlined
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


@inlined
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


@inlined
def list_openings(
    start: int, delay_s: NDArray[Any], n_groups: int, openings_s: NDArray[Any]
) -> None:
    """Write each class's distinct finite delays above 0 into its row of `openings_s`, then inf."""
    for k in range(openings_s.shape[0]):
        n = 0
        for group in range(n_groups):
            delay = delay_s[start + k * n_groups + group]
            known = not 0.0 < delay < np.inf
            for i in range(n):
                known = known or openings_s[k, i] == delay
            if not known:
                openings_s[k, n] = delay
                n += 1
        openings_s[k, n] = np.inf


@inlined
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


@inlined
def next_outside(
    step_s: NDArray[Any], next_step: int, change_s: NDArray[Any], next_change: int
) -> tuple[float, int]:
    """Give the instant and key of the next staffing step or design change; inf for none."""
    instant_s = np.inf
    key = 0
    if next_step < step_s.size:
        instant_s = step_s[next_step]
        key = STAFFING_STEP * KIND_STRIDE + next_step
    if next_change < change_s.size and change_s[next_change] < instant_s:
        instant_s = change_s[next_change]
        key = DESIGN_CHANGE * KIND_STRIDE + next_change
    return instant_s, key


@inlined
def rest_of(
    work: int, trigger: NDArray[Any], child_start: NDArray[Any], child: NDArray[Any]
) -> int:
    """Give the row that stands for the rest of interrupted work, or NOBODY."""
    for i in range(child_start[work], child_start[work + 1]):
        if trigger[child[i]] == ON_INTERRUPTED:
            rest: int = child[i]
            return rest
    return NOBODY


@inlined
def work_of(
    contact: int,
    handle_s: NDArray[Any],
    trigger: NDArray[Any],
    rest_s: NDArray[Any],
    interruptions: bool,  # noqa: FBT001 - plain arguments, for the compiler
) -> float:
    """Give the handle time of a contact, or what was left of it when it was interrupted."""
    whole: float = handle_s[contact]
    if interruptions and trigger[contact] == ON_INTERRUPTED:
        whole = rest_s[contact]
    return whole


@inlined
def any_interrupts(k: int, start: int, n_groups: int, interrupts: NDArray[Any]) -> bool:
    """Tell whether the class may interrupt work anywhere."""
    row = start + k * n_groups
    found = False
    for at in range(row, row + n_groups):
        found = found or interrupts[at]
    return found


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
    step_cut: NDArray[Any],
    change_s: NDArray[Any],
    delay_s: NDArray[Any],
    contact_rank: NDArray[Any],
    agent_rank: NDArray[Any],
    reserve: NDArray[Any],
    handle_factor: NDArray[Any],
    interrupts: NDArray[Any],
    outcome: NDArray[Any],
    arrival_s: NDArray[Any],
    wait_end_s: NDArray[Any],
    service_end_s: NDArray[Any],
    answered_by: NDArray[Any],
    cut: NDArray[Any],
    rest_s: NDArray[Any],
    staffed: NDArray[Any],
    free: NDArray[Any],
    following: NDArray[Any],
    queue_tail: NDArray[Any],
    head_contact: NDArray[Any],
    head_arrival_s: NDArray[Any],
    openings_s: NDArray[Any],
    heap_s: NDArray[Any],
    heap_key: NDArray[Any],
    progress: NDArray[Any],
) -> int:
    """Go on with the events; give the room that the heap needs, or 0 when nothing more can happen.

    The arguments are, in this order: the columns of the workload (`primary_s` holds the P
    primaries), of the staffing and of the design (laid flat); the columns of the log, to be
    filled; and the state, which is the caller's so that a full heap can be enlarged: what was left
    of interrupted work (one place where no design interrupts); handlers staffed and free; the
    queues as linked lists (`following` is the next in the queue); the positive finite delays of
    each class; the heap; and the scalars.
    """
    n_primary = primary_s.size
    n_classes, n_groups = head_contact.size, free.size
    span = progress[SPAN]
    next_step, next_change = progress[NEXT_STEP], progress[NEXT_CHANGE]
    next_primary, size, events = progress[NEXT_PRIMARY], progress[HEAP_SIZE], progress[EVENTS]
    start = span * n_classes * n_groups
    list_openings(start, delay_s, n_groups, openings_s)
    needed = 0
    interruptions = bool(interrupts.any())
    most = n_groups + 4  # events that one contact may add: its openings, its patience, its end, ...
    for contact in range(child_start.size - 1):
        most = max(most, n_groups + 4 + child_start[contact + 1] - child_start[contact])
    outside_s, outside_key = next_outside(step_s, next_step, change_s, next_change)

    while True:
        # The next event: the earliest of the heap, the primaries, the steps and the changes.
        now_s = np.inf
        key = 0
        from_heap = size > 0
        if from_heap:
            now_s = heap_s[0]
            key = heap_key[0]
        if next_primary < n_primary:
            primary_at_s = primary_s[next_primary]
            primary_key = ARRIVAL * KIND_STRIDE + next_primary
            if primary_at_s < now_s or (primary_at_s == now_s and primary_key < key):
                now_s, key, from_heap = primary_at_s, primary_key, False
        if outside_s < now_s or (outside_s == now_s and outside_key < key):
            now_s, key, from_heap = outside_s, outside_key, False
        if now_s == np.inf:
            break
        kind = key >> KIND_SHIFT
        subject = key & SUBJECT_MASK

        # Is there room for all that this event may put on the heap, and the sentinel?
        room = most
        if kind == STAFFING_STEP:
            room += step_staffed[subject]
            if step_cut[subject]:
                room += child.size
        elif kind == DESIGN_CHANGE:
            waiting = 0
            for k in range(n_classes):
                contact = head_contact[k]
                while contact != NOBODY:
                    waiting += 1
                    contact = following[contact]
            room += waiting * (n_groups + 1)
        if size + room > heap_s.size:
            needed = size + room
            break

        events += 1
        if from_heap:
            size = heap_drop(heap_s, heap_key, size)
        # Which groups' handlers look for work afterwards, and which follow-ons wake.
        serve_from, serve_until = 0, 0
        woken_by = 0

        if kind == SERVICE_END:
            if not cut[subject]:
                serve_from = answered_by[subject]
                serve_until = serve_from + 1
                free[serve_from] += 1
                woken_by = ON_ANSWERED
        elif kind == ARRIVAL or kind == OVERFLOW_OPENING:  # noqa: PLR1714, SIM109 - compiles to two tests
            if kind == ARRIVAL:
                if subject == next_primary:
                    next_primary += 1
                arrival_s[subject] = now_s
                outcome[subject] = OPEN
            if outcome[subject] == OPEN:
                k = contact_class[subject]
                group = choose_group(
                    now_s,
                    arrival_s[subject],
                    subject,
                    k,
                    start,
                    delay_s,
                    contact_rank,
                    reserve,
                    free,
                )
                if (
                    group == NOBODY
                    and interruptions
                    and any_interrupts(k, start, n_groups, interrupts)
                ):
                    # The work in hand is what has a service end on the heap and was not cut off.
                    work, rank, begun_s = NOBODY, 0, -np.inf
                    for i in range(size):
                        other = heap_key[i] & SUBJECT_MASK
                        if (
                            heap_key[i] >> KIND_SHIFT == SERVICE_END
                            and not cut[other]
                            and rest_of(other, trigger, child_start, child) != NOBODY
                            and may_interrupt(
                                now_s,
                                arrival_s[subject],
                                k,
                                start,
                                delay_s,
                                agent_rank,
                                interrupts,
                                free,
                                contact_class[other],
                                answered_by[other],
                            )
                        ):
                            other_rank = contact_rank[start + k * n_groups + answered_by[other]]
                            if is_better_interruption(
                                other_rank, wait_end_s[other], other, rank, begun_s, work
                            ):
                                work, rank, begun_s = other, other_rank, wait_end_s[other]
                    if work != NOBODY:
                        group = answered_by[work]
                        end_s = service_end_s[work]
                        rest_share = (end_s - now_s) / (end_s - begun_s)
                        rest = rest_of(work, trigger, child_start, child)
                        rest_s[rest] = (
                            work_of(work, handle_s, trigger, rest_s, interruptions) * rest_share
                        )
                        cut[work] = True
                        service_end_s[work] = now_s
                        free[group] += 1
                        for i in range(child_start[work], child_start[work + 1]):
                            if trigger[child[i]] == ON_INTERRUPTED:
                                key = ARRIVAL * KIND_STRIDE + child[i]
                                woken_s = now_s + follow_delay_s[child[i]]
                                size = heap_push(heap_s, heap_key, size, woken_s, key)
                if group != NOBODY:
                    length_s = work_of(subject, handle_s, trigger, rest_s, interruptions)
                    end_s = now_s + length_s * handle_factor[start + k * n_groups + group]
                    free[group] -= 1
                    outcome[subject] = ANSWERED
                    wait_end_s[subject] = now_s
                    service_end_s[subject] = end_s
                    answered_by[subject] = group
                    key = SERVICE_END * KIND_STRIDE + subject
                    size = heap_push(heap_s, heap_key, size, end_s, key)
                    if kind == OVERFLOW_OPENING:
                        tidy_queue(k, outcome, arrival_s, following, head_contact, head_arrival_s)
                elif kind == ARRIVAL:
                    if head_contact[k] == NOBODY:
                        head_contact[k] = subject
                        head_arrival_s[k] = now_s
                    else:
                        following[queue_tail[k]] = subject
                    following[subject] = NOBODY
                    queue_tail[k] = subject
                    i = 0
                    while openings_s[k, i] < np.inf:
                        opening_s = now_s + openings_s[k, i]
                        if opening_s > now_s:
                            key = OVERFLOW_OPENING * KIND_STRIDE + subject
                            size = heap_push(heap_s, heap_key, size, opening_s, key)
                        i += 1
                    if patience_s[subject] < np.inf:
                        key = PATIENCE_END * KIND_STRIDE + subject
                        size = heap_push(heap_s, heap_key, size, now_s + patience_s[subject], key)
        elif kind == PATIENCE_END:
            if outcome[subject] == OPEN:
                outcome[subject] = ABANDONED
                wait_end_s[subject] = now_s
                k = contact_class[subject]
                tidy_queue(k, outcome, arrival_s, following, head_contact, head_arrival_s)
                woken_by = ON_ABANDONED
        elif kind == STAFFING_STEP:
            next_step += 1
            outside_s, outside_key = next_outside(step_s, next_step, change_s, next_change)
            serve_from = step_group[subject]
            serve_until = serve_from + 1
            if step_cut[subject]:
                for contact in range(outcome.size):
                    if (
                        answered_by[contact] == serve_from
                        and service_end_s[contact] > now_s
                        and not cut[contact]
                    ):
                        cut[contact] = True
                        service_end_s[contact] = now_s
                        free[serve_from] += 1
                        for i in range(child_start[contact], child_start[contact + 1]):
                            if trigger[child[i]] == ON_CUT:
                                key = ARRIVAL * KIND_STRIDE + child[i]
                                woken_s = now_s + follow_delay_s[child[i]]
                                size = heap_push(heap_s, heap_key, size, woken_s, key)
            free[serve_from] += step_staffed[subject] - staffed[serve_from]
            staffed[serve_from] = step_staffed[subject]
        else:
            next_change += 1
            outside_s, outside_key = next_outside(step_s, next_step, change_s, next_change)
            span = subject
            start = span * n_classes * n_groups
            list_openings(start, delay_s, n_groups, openings_s)
            serve_from, serve_until = 0, n_groups

        # Follow-ons are woken before the handler takes the next contact; they arrive later, if
        # only by their place in the order of ties.
        if woken_by != 0 and child.size > 0:
            for i in range(child_start[subject], child_start[subject + 1]):
                if trigger[child[i]] == woken_by:
                    key = ARRIVAL * KIND_STRIDE + child[i]
                    size = heap_push(heap_s, heap_key, size, now_s + follow_delay_s[child[i]], key)

        for group in range(serve_from, serve_until):
            while free[group] > 0:
                k = choose_class(
                    now_s,
                    group,
                    start,
                    delay_s,
                    agent_rank,
                    reserve,
                    free,
                    head_arrival_s,
                    head_contact,
                )
                if k == NOBODY:
                    break
                contact = head_contact[k]
                length_s = work_of(contact, handle_s, trigger, rest_s, interruptions)
                end_s = now_s + length_s * handle_factor[start + k * n_groups + group]
                free[group] -= 1
                outcome[contact] = ANSWERED
                wait_end_s[contact] = now_s
                service_end_s[contact] = end_s
                answered_by[contact] = group
                key = SERVICE_END * KIND_STRIDE + contact
                size = heap_push(heap_s, heap_key, size, end_s, key)
                tidy_queue(k, outcome, arrival_s, following, head_contact, head_arrival_s)

        if kind == DESIGN_CHANGE:
            for k in range(n_classes):
                contact = head_contact[k]
                while contact != NOBODY:
                    if outcome[contact] == OPEN:
                        i = 0
                        while openings_s[k, i] < np.inf:
                            opening_s = arrival_s[contact] + openings_s[k, i]
                            if opening_s > now_s:
                                key = OVERFLOW_OPENING * KIND_STRIDE + contact
                                size = heap_push(heap_s, heap_key, size, opening_s, key)
                            i += 1
                    contact = following[contact]

    progress[SPAN] = span
    progress[NEXT_STEP], progress[NEXT_CHANGE] = next_step, next_change
    progress[NEXT_PRIMARY], progress[HEAP_SIZE], progress[EVENTS] = next_primary, size, events
    return needed
