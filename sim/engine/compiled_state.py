"""What the compiled loop reads and writes: columns under the names that the model uses.

Named tuples of plain arrays, because that is what a compiled function can take. The loop never
makes an array: everything is laid out here beforehand, and a heap that is full is made larger here.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.records import NOT_WOKEN, Design, Staffing, Workload
from sim.routing.rules import NOBODY

Column = NDArray[Any]


class Callers(NamedTuple):
    """The columns of a workload, and what is left of interrupted work where a design interrupts."""

    contact_class: Column
    patience_s: Column
    handle_s: Column
    trigger: Column
    follow_delay_s: Column
    child_start: Column
    child: Column
    rest_s: Column


class Steps(NamedTuple):
    """The steps of a staffing."""

    at_s: Column
    group: Column
    staffed: Column
    cut: Column


class Matrices(NamedTuple):
    """A design laid flat: span after span, class after class, group after group."""

    change_s: Column
    delay_s: Column
    contact_rank: Column
    agent_rank: Column
    reserve: Column
    handle_factor: Column
    interrupts: Column
    at_once: Column


class Log(NamedTuple):
    """The columns of a contact log."""

    outcome: Column
    arrival_s: Column
    wait_end_s: Column
    service_end_s: Column
    group: Column
    cut: Column
    desk: Column


class Rooms(NamedTuple):
    """Per group: handlers staffed, and free (staffed minus busy); and who holds several contacts.

    The desks of a group stand together, as many as it ever has handlers; there are none where no
    handler may hold several contacts. `has_room` has room for an answer per group or per class.
    """

    staffed: Column
    free: Column
    desk_holds: Column
    desk_at_once: Column
    has_room: Column


class Queues(NamedTuple):
    """A linked list per class: each contact's `following`, the tail, and what is known of the head.

    `openings_s` has G + 1 places per class: its distinct positive finite delays, and then inf.
    """

    following: Column
    tail: Column
    head_contact: Column
    head_arrival_s: Column
    head_patience_end_s: Column
    openings_s: Column


def callers_of(workload: Workload, design: Design) -> Callers:
    """Give the columns that the loop reads of a workload."""
    return Callers(
        workload.contact_class,
        workload.patience_s,
        workload.handle_s,
        workload.trigger,
        workload.delay_s,
        workload.child_start,
        workload.child,
        workload.handle_s.copy() if design.interrupts.any() else np.empty(0),
    )


def steps_of(staffing: Staffing) -> Steps:
    """Give the columns of a staffing."""
    return Steps(staffing.step_s, staffing.step_group, staffing.step_staffed, staffing.step_cut)


def matrices_of(design: Design) -> Matrices:
    """Give the matrices of a design, laid flat."""
    return Matrices(
        design.change_s,
        design.delay_s.reshape(-1),
        design.contact_rank.reshape(-1),
        design.agent_rank.reshape(-1),
        design.reserve.reshape(-1),
        design.handle_factor.reshape(-1),
        design.interrupts.reshape(-1),
        design.at_once.reshape(-1),
    )


def empty_log(workload: Workload, design: Design) -> Log:
    """Give a log in which nothing has happened yet; without desks where no handler is shared."""
    n = workload.n_contacts
    return Log(
        np.full(n, NOT_WOKEN, dtype=np.int8),
        workload.arrival_s.copy(),  # of the primaries, and infinity for the others
        np.full(n, np.inf),
        np.full(n, np.inf),
        np.full(n, NOBODY),
        np.zeros(n, dtype=np.bool_),
        np.full(n if shares_handlers(design) else 0, NOBODY),
    )


def empty_rooms(staffing: Staffing, design: Design) -> Rooms:
    """Give rooms in which nobody has come on yet."""
    g = design.n_groups
    n_desks = g * int(staffing.step_staffed.max(initial=0)) if shares_handlers(design) else 0
    return Rooms(
        np.zeros(g, dtype=np.int64),
        np.zeros(g, dtype=np.int64),
        np.zeros(n_desks, dtype=np.int64),
        np.zeros(n_desks, dtype=np.int64),
        np.zeros(max(g, design.n_classes), dtype=np.bool_),
    )


def shares_handlers(design: Design) -> bool:
    """Tell whether a handler may hold several contacts at once anywhere."""
    return bool((design.at_once > 1).any())


def empty_queues(workload: Workload, design: Design) -> Queues:
    """Give queues in which nobody waits."""
    k = design.n_classes
    return Queues(
        np.empty(workload.n_contacts, dtype=np.int64),
        np.full(k, NOBODY),
        np.full(k, NOBODY),
        np.full(k, np.inf),
        np.full(k, np.inf),
        np.full(k * (design.n_groups + 1), np.inf),
    )


def most_events_of_a_contact(workload: Workload, design: Design) -> int:
    """Give how many events may be added while one contact is dealt with.

    The openings of other rooms, the ends of patience and of service, all follow-ons of one contact
    (or of all that a handler may hold), and a place for infinity.
    """
    follow_ons = np.diff(workload.child_start).max(initial=0) if workload.child.size else 0
    return design.n_groups + 4 + int(follow_ons) * int(design.at_once.max(initial=1))
