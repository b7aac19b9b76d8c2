"""What happens to one contact in the compiled loop: it waits, gives up, is answered, broken off.

The counterparts of the methods of the SimPy model, over the columns of `compiled_state`. Functions
that may put something on the heap take its size and give the new one.
"""

import numpy as np

from sim.engine.compiled_state import Callers, Log, Matrices, Queues, Rooms
from sim.engine.event_list import (
    KIND_SHIFT,
    KIND_STRIDE,
    SUBJECT_MASK,
    EventList,
    heap_push,
    natural,
    note_opening,
)
from sim.engine.order import ARRIVAL, SERVICE_END
from sim.jit.options import called, inlined
from sim.records.contact_log import ABANDONED, ANSWERED, OPEN
from sim.records.workload import ON_CUT, ON_INTERRUPTED
from sim.routing import rules

NOBODY = rules.NOBODY

choose_desk = inlined(rules.choose_desk)
may_interrupt = inlined(rules.may_interrupt)
is_better_interruption = inlined(rules.is_better_interruption)


# Who waits.


@inlined
def has_gone(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact: int, now_s: float, gone_s: float, gone_until: int, callers: Callers, log: Log
) -> bool:
    """Tell whether a contact that was not answered has given up by now.

    Patience that ends at this very instant has ended once the loop has come to the ends of patience
    of this instant (`gone_s`), and there past this contact's index.
    """
    arrival_s = log.arrival_s[contact]
    end_s = arrival_s + callers.patience_s[contact]
    return end_s < now_s or (
        end_s == now_s and gone_s == now_s and contact < gone_until and arrival_s < now_s
    )


@inlined
def tidy_queue(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    k: int,
    now_s: float,
    gone_s: float,
    gone_until: int,
    callers: Callers,
    log: Log,
    queues: Queues,
) -> int:
    """Drop from the head of a queue whoever no longer waits, note the new head; give the number."""
    dropped = 0
    contact = queues.head_contact[k]
    while contact != NOBODY:
        if log.outcome[contact] == OPEN:
            if not has_gone(contact, now_s, gone_s, gone_until, callers, log):
                break
            give_up(contact, callers, log)
        contact = queues.following[contact]
        dropped += 1
    queues.head_contact[k] = contact
    if contact == NOBODY:
        queues.head_patience_end_s[k] = np.inf
    else:
        queues.head_arrival_s[k] = log.arrival_s[contact]
        queues.head_patience_end_s[k] = log.arrival_s[contact] + callers.patience_s[contact]
    return dropped


@inlined
def give_up(contact: int, callers: Callers, log: Log) -> None:
    """Note that a contact's patience has ended."""
    log.outcome[contact] = ABANDONED
    log.wait_end_s[contact] = log.arrival_s[contact] + callers.patience_s[contact]


@called
def give_up_at_last(callers: Callers, log: Log, queues: Queues) -> None:
    """Note who gave up without an event, and was found by nobody by the end of the run."""
    for k in range(queues.head_contact.size):
        contact = queues.head_contact[k]
        while contact != NOBODY:
            if log.outcome[contact] == OPEN and callers.patience_s[contact] < np.inf:
                give_up(contact, callers, log)
            contact = queues.following[contact]


@called
def count_waiting(queues: Queues) -> int:
    """Give how many stand in the queues, whether they still wait or not."""
    waiting = 0
    for k in range(queues.head_contact.size):
        contact = queues.head_contact[k]
        while contact != NOBODY:
            waiting += 1
            contact = queues.following[contact]
    return waiting


# When other rooms open.


@called
def list_openings(start: int, matrices: Matrices, n_groups: int, queues: Queues) -> None:
    """Write each class's distinct finite delays above 0 into its row of `openings_s`, then inf."""
    openings_s = queues.openings_s
    for k in range(queues.head_contact.size):
        first = k * (n_groups + 1)
        n = first
        for group in range(n_groups):
            delay = matrices.delay_s[start + k * n_groups + group]
            known = not 0.0 < delay < np.inf
            for i in range(first, n):
                known = known or openings_s[i] == delay
            if not known:
                openings_s[n] = delay
                n += 1
        openings_s[n] = np.inf


@inlined
def note_openings(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact: int,
    k: int,
    now_s: float,
    size: int,
    first_opening: int,
    end_of_openings: int,
    log: Log,
    queues: Queues,
    events: EventList,
) -> tuple[int, int]:
    """Note when further rooms open to a waiting contact; those open by now have been tried."""
    i = k * (queues.openings_s.size // queues.head_contact.size)
    while queues.openings_s[i] < np.inf:
        at_s = log.arrival_s[contact] + queues.openings_s[i]
        if at_s > now_s:
            size, end_of_openings = note_opening(
                events, size, first_opening, end_of_openings, at_s, contact
            )
        i += 1
    return size, end_of_openings


@called
def note_all_openings(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    now_s: float,
    size: int,
    first_opening: int,
    end_of_openings: int,
    log: Log,
    queues: Queues,
    events: EventList,
) -> tuple[int, int]:
    """Note when rooms open to all who wait, under another design."""
    for k in range(queues.head_contact.size):
        contact = queues.head_contact[k]
        while contact != NOBODY:
            if log.outcome[contact] == OPEN:
                size, end_of_openings = note_openings(
                    contact, k, now_s, size, first_opening, end_of_openings, log, queues, events
                )
            contact = queues.following[contact]
    return size, end_of_openings


# Who answers, and what is broken off.


@inlined
def work_of(contact: int, callers: Callers) -> float:
    """Give the handle time of a contact, or what was left of it when it was interrupted."""
    whole_s: float = callers.handle_s[contact]
    if callers.rest_s.size > 0 and callers.trigger[contact] == ON_INTERRUPTED:
        whole_s = callers.rest_s[contact]
    return whole_s


@called
def add_to_desk(contact: int, group: int, at_once: int, rooms: Rooms, log: Log) -> None:
    """Give the contact to a handler who holds others like it and has room, or to a free one."""
    desks_per_group = rooms.desk_holds.size // rooms.free.size
    first = group * desks_per_group
    until = first + desks_per_group
    desk = choose_desk(first, until, at_once, rooms.desk_holds, rooms.desk_at_once)
    if desk == NOBODY:
        rooms.free[group] -= 1
        desk = first
        while rooms.desk_holds[desk] > 0:
            desk += 1
        rooms.desk_at_once[desk] = at_once
    rooms.desk_holds[desk] += 1
    log.desk[contact] = desk


@inlined
def desk_of(contact: int, rooms: Rooms, log: Log) -> int:
    """Give the desk that a contact in hand shares, or NOBODY."""
    desk: int = NOBODY
    if rooms.desk_holds.size > 0:
        desk = log.desk[contact]
    return desk


@inlined
def release(contact: int, rooms: Rooms, log: Log) -> None:
    """Take the contact from its handler, who is free if nothing else is in hand."""
    desk = desk_of(contact, rooms, log)
    if desk != NOBODY:
        rooms.desk_holds[desk] -= 1
    if desk == NOBODY or rooms.desk_holds[desk] == 0:
        rooms.free[log.group[contact]] += 1


@called
def note_rooms(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    first_row: int, step: int, group: int, count: int, matrices: Matrices, rooms: Rooms
) -> None:
    """Note for a class at each group, or for a group at each class, whether a handler has room.

    The matrix is walked from `first_row` by `step`; `group` is NOBODY where each place is a group.
    """
    desks_per_group = rooms.desk_holds.size // rooms.free.size
    for i in range(count):
        at_once = matrices.at_once[first_row + i * step]
        first = (i if group == NOBODY else group) * desks_per_group
        until = first + desks_per_group
        rooms.has_room[i] = at_once > 1 and (
            choose_desk(first, until, at_once, rooms.desk_holds, rooms.desk_at_once) != NOBODY
        )


@inlined
def answer(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact: int,
    k: int,
    group: int,
    now_s: float,
    start: int,
    callers: Callers,
    matrices: Matrices,
    rooms: Rooms,
    log: Log,
) -> float:
    """Let a free handler of `group` take the contact; give the instant of its end."""
    contact, group = natural(contact), natural(group)
    factor = matrices.handle_factor[natural(start + k * rooms.free.size + group)]
    end_s: float = now_s + work_of(contact, callers) * factor
    at_once = matrices.at_once[natural(start + k * rooms.free.size + group)]
    if at_once == 1:
        rooms.free[group] -= 1
    else:
        add_to_desk(contact, group, at_once, rooms, log)
    log.outcome[contact] = ANSWERED
    log.wait_end_s[contact] = now_s
    log.service_end_s[contact] = end_s
    log.group[contact] = group
    return end_s


@inlined
def wake_follow_ons(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact: int, trigger: int, now_s: float, size: int, callers: Callers, events: EventList
) -> int:
    """Set the follow-ons of this trigger on their way; give the new size of the heap."""
    for i in range(callers.child_start[contact], callers.child_start[contact + 1]):
        child = callers.child[i]
        if callers.trigger[child] == trigger:
            woken_s = now_s + callers.follow_delay_s[child]
            size = heap_push(events, size, woken_s, ARRIVAL * KIND_STRIDE + child)
    return size


@inlined
def rest_of(work: int, callers: Callers) -> int:
    """Give the row that stands for the rest of interrupted work, or NOBODY."""
    for i in range(callers.child_start[work], callers.child_start[work + 1]):
        if callers.trigger[callers.child[i]] == ON_INTERRUPTED:
            rest: int = callers.child[i]
            return rest
    return NOBODY


@called
def break_off(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact: int,
    trigger: int,
    now_s: float,
    size: int,
    callers: Callers,
    rooms: Rooms,
    log: Log,
    events: EventList,
) -> int:
    """Take a contact from its handler before it is done; give the new size of the heap."""
    begun_s, end_s = log.wait_end_s[contact], log.service_end_s[contact]
    if trigger == ON_INTERRUPTED:
        rest_share = (end_s - now_s) / (end_s - begun_s)
        callers.rest_s[rest_of(contact, callers)] = work_of(contact, callers) * rest_share
    log.cut[contact] = True
    log.service_end_s[contact] = now_s
    release(contact, rooms, log)
    return wake_follow_ons(contact, trigger, now_s, size, callers, events)


@called
def cut_calls(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    group: int,
    now_s: float,
    size: int,
    callers: Callers,
    rooms: Rooms,
    log: Log,
    events: EventList,
) -> int:
    """Cut off all that a group has in hand; give the new size of the heap."""
    for contact in range(log.outcome.size):
        if (
            log.group[contact] == group
            and log.service_end_s[contact] > now_s
            and not log.cut[contact]
        ):
            size = break_off(contact, ON_CUT, now_s, size, callers, rooms, log, events)
    return size


@called
def interrupt(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    work: int,
    now_s: float,
    size: int,
    callers: Callers,
    rooms: Rooms,
    log: Log,
    events: EventList,
) -> int:
    """Put all aside that the handler of some work holds; give the new size of the heap."""
    desk = desk_of(work, rooms, log)
    size = break_off(work, ON_INTERRUPTED, now_s, size, callers, rooms, log, events)
    i = 0
    while desk != NOBODY and i < size:
        other = events.heap_key[i] & SUBJECT_MASK
        if is_in_hand(i, log, events) and log.desk[other] == desk:
            size = break_off(other, ON_INTERRUPTED, now_s, size, callers, rooms, log, events)
            i = 0  # the heap has moved
        else:
            i += 1
    return size


@inlined
def is_in_hand(place: int, log: Log, events: EventList) -> bool:
    """Tell whether a place of the heap has the end of a contact that was not cut off."""
    key = events.heap_key[place]
    return key >> KIND_SHIFT == SERVICE_END and not log.cut[key & SUBJECT_MASK]


@called
def is_interruptible(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    work: int,
    contact: int,
    k: int,
    now_s: float,
    start: int,
    callers: Callers,
    matrices: Matrices,
    rooms: Rooms,
    log: Log,
) -> bool:
    """Tell whether the contact may interrupt this work, if its handler holds nothing else."""
    return rest_of(work, callers) != NOBODY and may_interrupt(
        now_s,
        log.arrival_s[contact],
        k,
        start,
        matrices.delay_s,
        matrices.agent_rank,
        matrices.interrupts,
        rooms.free,
        callers.contact_class[work],
        log.group[work],
    )


@called
def find_interruption(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact: int,
    k: int,
    now_s: float,
    start: int,
    size: int,
    callers: Callers,
    matrices: Matrices,
    rooms: Rooms,
    log: Log,
    events: EventList,
) -> int:
    """Give the work that an urgent contact interrupts, or NOBODY.

    The work in hand is what has a service end on the heap and was not cut off.
    """
    n_groups = rooms.free.size
    row = start + k * n_groups
    best, best_rank, best_begun_s = NOBODY, 0, -np.inf
    may_anywhere = False
    for at in range(row, row + n_groups):
        may_anywhere = may_anywhere or matrices.interrupts[at]
    for i in range(size if may_anywhere else 0):
        if not is_in_hand(i, log, events):
            continue
        work = events.heap_key[i] & SUBJECT_MASK
        free_to_go = is_interruptible(work, contact, k, now_s, start, callers, matrices, rooms, log)
        desk = desk_of(work, rooms, log)
        if desk != NOBODY:
            for j in range(size):
                other = events.heap_key[j] & SUBJECT_MASK
                if is_in_hand(j, log, events) and log.desk[other] == desk:
                    free_to_go = free_to_go and is_interruptible(
                        other, contact, k, now_s, start, callers, matrices, rooms, log
                    )
        if free_to_go:
            rank, begun_s = matrices.contact_rank[row + log.group[work]], log.wait_end_s[work]
            if is_better_interruption(rank, begun_s, work, best_rank, best_begun_s, best):
                best, best_rank, best_begun_s = work, rank, begun_s
    return best
