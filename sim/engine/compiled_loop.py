"""The event loop of the compiled engine: the SimPy model again, as plain loops over arrays.

The source is Python that Numba compiles and that also runs as it is. Only the mechanics of time
are written a second time here; the routing decisions are the very functions that the SimPy model
calls. Primaries, staffing steps and design changes are sorted already, so only what happens to
contacts in hand goes on the event list.

The end of patience is an event only where something may follow it, or where it comes at once.
Whoever else has lost patience is noticed when a handler comes to take somebody from the queue, or
another room opens.
"""

import numpy as np

from sim.engine.compiled_contacts import (
    answer,
    count_waiting,
    cut_calls,
    find_interruption,
    give_up,
    give_up_at_last,
    has_gone,
    interrupt,
    list_openings,
    note_all_openings,
    note_openings,
    note_rooms,
    release,
    tidy_queue,
    wake_follow_ons,
)
from sim.engine.compiled_state import Callers, Column, Log, Matrices, Queues, Rooms, Steps
from sim.engine.event_list import (
    KIND_SHIFT,
    KIND_STRIDE,
    OPENINGS_MASK,
    SUBJECT_MASK,
    EventList,
    heap_drop,
    heap_push,
    heap_replace,
    natural,
)
from sim.engine.order import (
    ARRIVAL,
    DESIGN_CHANGE,
    OVERFLOW_OPENING,
    PATIENCE_END,
    SERVICE_END,
    STAFFING_STEP,
)
from sim.jit.options import called, inlined
from sim.records.contact_log import OPEN
from sim.records.workload import ON_ABANDONED, ON_ANSWERED
from sim.routing import rules

NOBODY = rules.NOBODY

# The places of `progress`, where the loop keeps its scalars while the heap is enlarged.
SPAN, NEXT_STEP, NEXT_CHANGE, NEXT_PRIMARY, HEAP_SIZE, FIRST_OPENING, END_OF_OPENINGS = range(7)
GONE_UNTIL, EVENTS = 7, 8
PROGRESS_SIZE = 9

choose_group = inlined(rules.choose_group)
choose_class = inlined(rules.choose_class)


@inlined
def next_outside(
    next_step: int, next_change: int, steps: Steps, matrices: Matrices
) -> tuple[float, int]:
    """Give the instant and key of the next staffing step or design change; inf for none."""
    instant_s = np.inf
    key = 0
    if next_step < steps.at_s.size:
        instant_s = steps.at_s[next_step]
        key = STAFFING_STEP * KIND_STRIDE + next_step
    if next_change < matrices.change_s.size and matrices.change_s[next_change] < instant_s:
        instant_s = matrices.change_s[next_change]
        key = DESIGN_CHANGE * KIND_STRIDE + next_change
    return instant_s, key


@called
def room_outside(key: int, steps: Steps, queues: Queues, n_groups: int, n_follow_ons: int) -> int:
    """Give how many events a staffing step or a design change may add."""
    if key >> KIND_SHIFT == DESIGN_CHANGE:
        return count_waiting(queues) * (n_groups + 1)
    step = key & SUBJECT_MASK
    room: int = steps.staffed[step]
    if steps.cut[step]:
        room += n_follow_ons
    return room


def run_events(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop, by design
    n_primary: int,
    most: int,
    callers: Callers,
    steps: Steps,
    matrices: Matrices,
    log: Log,
    rooms: Rooms,
    queues: Queues,
    events: EventList,
    gone_at_s: Column,
    progress: Column,
) -> int:
    """Go on with the events; give the room that the heap needs, or 0 when nothing more can happen.

    `most` is how many events one contact may add to the heap at once. The state is the caller's,
    so that a full heap can be enlarged.
    """
    n_classes, n_groups = queues.head_contact.size, rooms.free.size
    free, outcome = rooms.free, log.outcome
    span, next_step, next_change = progress[SPAN], progress[NEXT_STEP], progress[NEXT_CHANGE]
    next_primary, size = progress[NEXT_PRIMARY], progress[HEAP_SIZE]
    first_opening, end_of_openings = progress[FIRST_OPENING], progress[END_OF_OPENINGS]
    # Ends of patience at `gone_s` have been dealt with up to this contact.
    gone_s, gone_until = gone_at_s[0], progress[GONE_UNTIL]
    n_events = progress[EVENTS]
    queued = count_waiting(queues)
    start = span * n_classes * n_groups
    list_openings(start, matrices, n_groups, queues)
    shared = rooms.desk_holds.size > 0  # whether a handler may hold several contacts
    interruptions = bool(matrices.interrupts.any())
    outside_s, outside_key = next_outside(next_step, next_change, steps, matrices)
    opening_s = events.opening_s[first_opening & OPENINGS_MASK]
    primary_s = log.arrival_s[next_primary] if next_primary < n_primary else np.inf
    needed = 0

    while True:
        if size + most > events.heap_s.size:
            needed = size + most
            break
        # The next event: the earliest of the heap, the primaries, the row of openings, and what
        # comes from outside.
        now_s = events.heap_s[0]
        key = events.heap_key[0]
        from_heap = True
        if primary_s <= now_s and (primary_s < now_s or ARRIVAL * KIND_STRIDE + next_primary < key):
            now_s, key, from_heap = primary_s, ARRIVAL * KIND_STRIDE + next_primary, False
        if opening_s <= now_s or outside_s <= now_s:
            if min(now_s, opening_s, outside_s) == np.inf:
                break
            opening_key = (
                OVERFLOW_OPENING * KIND_STRIDE
                + events.opening_contact[first_opening & OPENINGS_MASK]
            )
            if opening_s < now_s or (opening_s == now_s and opening_key < key):
                now_s, key, from_heap = opening_s, opening_key, False
            if outside_s < now_s or (outside_s == now_s and outside_key < key):
                now_s, key, from_heap = outside_s, outside_key, False
                room = size + most + room_outside(key, steps, queues, n_groups, callers.child.size)
                if room > events.heap_s.size:
                    needed = room
                    break
        kind = key >> KIND_SHIFT
        subject = key & SUBJECT_MASK

        n_events += 1
        # Which groups' handlers look for work afterwards, and whether the first place of the heap
        # is still taken by this event: the contact that is answered next may have it.
        serve_from, serve_until = 0, 0
        first_is_over = False

        if kind == SERVICE_END:
            first_is_over = True
            if not log.cut[subject]:
                serve_from = natural(log.group[subject])
                serve_until = serve_from + 1
                release(subject, rooms, log)
                if callers.child.size > 0:
                    size = wake_follow_ons(subject, ON_ANSWERED, now_s, size, callers, events)
        elif kind == ARRIVAL or kind == OVERFLOW_OPENING:  # noqa: PLR1714, SIM109 - compiles to two tests
            if from_heap:
                size = heap_drop(events, size)
            if kind == ARRIVAL:
                if from_heap:
                    log.arrival_s[subject] = now_s
                else:
                    next_primary += 1
                    primary_s = log.arrival_s[next_primary] if next_primary < n_primary else np.inf
                outcome[subject] = OPEN
                waits = True
            else:
                if not from_heap:
                    first_opening += 1
                    while (
                        first_opening < end_of_openings
                        and outcome[events.opening_contact[first_opening & OPENINGS_MASK]] != OPEN
                    ):
                        first_opening += 1
                    opening_s = events.opening_s[first_opening & OPENINGS_MASK]
                waits = outcome[subject] == OPEN and not has_gone(
                    subject, now_s, gone_s, gone_until, callers, log
                )
            if waits:
                k = natural(callers.contact_class[subject])
                if shared:
                    note_rooms(start + k * n_groups, 1, NOBODY, n_groups, matrices, rooms)
                group = choose_group(
                    now_s,
                    log.arrival_s[subject],
                    subject,
                    k,
                    start,
                    matrices.delay_s,
                    matrices.contact_rank,
                    matrices.reserve,
                    free,
                    rooms.has_room,
                )
                if group == NOBODY and interruptions:
                    work = find_interruption(
                        subject, k, now_s, start, size, callers, matrices, rooms, log, events
                    )
                    if work != NOBODY:
                        group = log.group[work]
                        size = interrupt(work, now_s, size, callers, rooms, log, events)
                if group != NOBODY:
                    end_s = answer(subject, k, group, now_s, start, callers, matrices, rooms, log)
                    size = heap_push(events, size, end_s, SERVICE_END * KIND_STRIDE + subject)
                    if kind == OVERFLOW_OPENING:
                        queued -= tidy_queue(k, now_s, gone_s, gone_until, callers, log, queues)
                elif kind == ARRIVAL:
                    patience_end_s = now_s + callers.patience_s[subject]
                    queued += 1
                    if queues.head_contact[k] == NOBODY:
                        queues.head_contact[k] = subject
                        queues.head_arrival_s[k] = now_s
                        queues.head_patience_end_s[k] = patience_end_s
                    else:
                        queues.following[queues.tail[k]] = subject
                    queues.following[subject] = NOBODY
                    queues.tail[k] = subject
                    size, end_of_openings = note_openings(
                        subject,
                        k,
                        now_s,
                        size,
                        first_opening,
                        end_of_openings,
                        log,
                        queues,
                        events,
                    )
                    opening_s = events.opening_s[first_opening & OPENINGS_MASK]
                    if patience_end_s < np.inf and (
                        callers.child_start[subject] < callers.child_start[subject + 1]
                        or patience_end_s == now_s
                    ):
                        key = PATIENCE_END * KIND_STRIDE + subject
                        size = heap_push(events, size, patience_end_s, key)
        elif kind == PATIENCE_END:
            size = heap_drop(events, size)
            gone_until = max(gone_until, subject) if gone_s == now_s else subject
            gone_s = now_s
            if outcome[subject] == OPEN:
                give_up(subject, callers, log)
                queued -= tidy_queue(
                    callers.contact_class[subject], now_s, gone_s, gone_until, callers, log, queues
                )
                size = wake_follow_ons(subject, ON_ABANDONED, now_s, size, callers, events)
        elif kind == STAFFING_STEP:
            next_step += 1
            outside_s, outside_key = next_outside(next_step, next_change, steps, matrices)
            serve_from = steps.group[subject]
            serve_until = serve_from + 1
            if steps.cut[subject]:
                size = cut_calls(serve_from, now_s, size, callers, rooms, log, events)
            free[serve_from] += steps.staffed[subject] - rooms.staffed[serve_from]
            rooms.staffed[serve_from] = steps.staffed[subject]
        else:
            next_change += 1
            outside_s, outside_key = next_outside(next_step, next_change, steps, matrices)
            span = subject
            start = span * n_classes * n_groups
            list_openings(start, matrices, n_groups, queues)
            serve_from, serve_until = 0, n_groups

        # Handlers take whom they may, as long as there are both.
        for group in range(serve_from, serve_until):
            while (free[group] > 0 or (shared and free[group] == 0)) and queued > 0:
                for k in range(n_classes):
                    if queues.head_patience_end_s[k] <= now_s:
                        queued -= tidy_queue(k, now_s, gone_s, gone_until, callers, log, queues)
                if shared:
                    note_rooms(start + group, n_groups, group, n_classes, matrices, rooms)
                k = choose_class(
                    now_s,
                    group,
                    start,
                    matrices.delay_s,
                    matrices.agent_rank,
                    matrices.reserve,
                    free,
                    queues.head_arrival_s,
                    queues.head_contact,
                    rooms.has_room,
                )
                if k == NOBODY:
                    break
                contact = queues.head_contact[k]
                end_s = answer(contact, k, group, now_s, start, callers, matrices, rooms, log)
                key = SERVICE_END * KIND_STRIDE + contact
                if first_is_over:
                    heap_replace(events, size, end_s, key)
                    first_is_over = False
                else:
                    size = heap_push(events, size, end_s, key)
                queued -= tidy_queue(k, now_s, gone_s, gone_until, callers, log, queues)
        if first_is_over:
            size = heap_drop(events, size)

        if kind == DESIGN_CHANGE:
            size, end_of_openings = note_all_openings(
                now_s, size, first_opening, end_of_openings, log, queues, events
            )
            opening_s = events.opening_s[first_opening & OPENINGS_MASK]

    if needed == 0:
        give_up_at_last(callers, log, queues)
    progress[SPAN], progress[NEXT_STEP], progress[NEXT_CHANGE] = span, next_step, next_change
    progress[NEXT_PRIMARY], progress[HEAP_SIZE] = next_primary, size
    progress[FIRST_OPENING], progress[END_OF_OPENINGS] = first_opening, end_of_openings
    gone_at_s[0], progress[GONE_UNTIL] = gone_s, gone_until
    progress[EVENTS] = n_events
    return needed
