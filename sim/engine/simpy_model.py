"""The SimPy model: the reference that says what a week in the control rooms means.

Contacts arrive, try the groups that the design opens to them, wait in the queue of their class,
are answered, give up, and wake their follow-ons. Everything random was drawn beforehand.

Arrivals, staffing and design changes are SimPy processes. What happens to one contact (its call
ends, another room opens to it, its patience ends) is an event with a callback: a process per call
would cost several times as much and say no more.
"""

from collections import deque
from collections.abc import Callable, Generator
from heapq import heappush
from math import inf

import simpy

from sim.engine.order import (
    ARRIVAL,
    DESIGN_CHANGE,
    OVERFLOW_OPENING,
    PATIENCE_END,
    SERVICE_END,
    STAFFING_STEP,
)
from sim.records import (
    ABANDONED,
    ANSWERED,
    NOT_WOKEN,
    ON_ABANDONED,
    ON_ANSWERED,
    ON_CUT,
    ON_INTERRUPTED,
    OPEN,
    ContactLog,
    Design,
    Staffing,
    Workload,
)
from sim.routing.rules import (
    NOBODY,
    choose_class,
    choose_desk,
    choose_group,
    is_better_interruption,
    may_interrupt,
)

Observer = Callable[[float, str, int, int, int, int], None]
"""Called as `observer(time_s, event, contact, group, waiting, free)`; -1 for no contact or group.

`waiting` counts the contacts waiting in all queues, `free` the free handlers of the group (all
groups if there is none), both after the event.
"""


class Instant(simpy.Event):
    """An event at a known instant that concerns one contact (or one step of staffing or design)."""

    __slots__ = ("subject",)

    def __init__(
        self, env: simpy.Environment, subject: int, callback: Callable[["Instant"], None] | None
    ) -> None:
        """Make an event that has, in SimPy's words, been triggered and waits to be processed."""
        self.env = env
        self.callbacks = [] if callback is None else [callback]
        self._ok = True
        self._value = subject
        self.subject = subject

    def __lt__(self, other: object) -> bool:
        """Let either go first: equal keys are two openings of one contact, the second idle."""
        return False


class CentreEnvironment(simpy.Environment):
    """SimPy's environment with absolute instants and the model's named order at ties.

    SimPy schedules by delay, and `now + (instant - now)` is not always `instant`; and it breaks
    ties by order of scheduling, where the model has an order of its own.
    """

    def at(
        self,
        instant_s: float,
        kind: int,
        subject: int,
        callback: Callable[[Instant], None] | None = None,
    ) -> Instant:
        """Schedule an event at `instant_s`, among ties by `kind` and then by `subject`."""
        event = Instant(self, subject, callback)
        heappush(self._queue, (instant_s, kind, subject, event))  # type: ignore[misc]
        return event


class CentreModel:
    """The control rooms of one replication under one design.

    The state of the model is `staffed`, `free` (staffed minus busy) per group, and one
    first-come-first-served queue per contact class; nothing else decides what happens next.
    """

    def __init__(
        self,
        workload: Workload,
        staffing: Staffing,
        design: Design,
        observer: Observer | None = None,
    ) -> None:
        """Lay out the state at instant 0; lists, because Python reads them faster than arrays."""
        n_groups, n_classes = design.n_groups, design.n_classes
        self.env = CentreEnvironment()
        self.workload, self.staffing, self.design = workload, staffing, design
        self.observer = observer

        self.contact_class: list[int] = workload.contact_class.tolist()
        self.patience_s: list[float] = workload.patience_s.tolist()
        self.handle_s: list[float] = workload.handle_s.tolist()
        # The matrices laid flat: span after span, class after class, group after group.
        self.delay_s: list[float] = design.delay_s.ravel().tolist()
        self.contact_rank: list[int] = design.contact_rank.ravel().tolist()
        self.agent_rank: list[int] = design.agent_rank.ravel().tolist()
        self.reserve: list[int] = design.reserve.ravel().tolist()
        self.interrupts: list[bool] = design.interrupts.ravel().tolist()
        self.at_once: list[int] = design.at_once.ravel().tolist()
        self.handle_factor: list[float] = design.handle_factor.ravel().tolist()
        self.has_children: list[bool] = (
            workload.child_start[1:] > workload.child_start[:-1]
        ).tolist()

        self.staffed = [0] * n_groups
        self.free = [0] * n_groups
        self.queue: list[deque[int]] = [deque() for _ in range(n_classes)]
        self.in_hand: list[dict[int, None]] = [{} for _ in range(n_groups)]  # contacts, as begun
        # Handlers who may hold several contacts: what each holds, and may hold. No group ever has
        # more handlers at work than were once staffed.
        self.desks_per_group = int(staffing.step_staffed.max(initial=0))
        self.shares_handlers = bool((design.at_once > 1).any())
        n_desks = n_groups * self.desks_per_group if self.shares_handlers else 0
        self.desk_holds = [0] * n_desks
        self.desk_at_once = [0] * n_desks
        self.no_room = [False] * max(n_groups, n_classes)
        self.head_arrival_s = [inf] * n_classes
        self.head_contact = [NOBODY] * n_classes

        n = workload.n_contacts
        self.outcome = [NOT_WOKEN] * n
        self.arrival_s: list[float] = [inf] * n
        self.wait_end_s = [inf] * n
        self.service_end_s = [inf] * n
        self.group = [NOBODY] * n
        self.cut = [False] * n
        self.desk = [NOBODY] * n
        self.set_design(0)

    def run(self) -> ContactLog:
        """Let everything happen and give the log."""
        self.env.process(self.arrivals())
        self.env.process(self.staffing_steps())
        self.env.process(self.design_changes())
        self.env.run()
        return ContactLog(
            self.outcome,  # type: ignore[arg-type]
            self.arrival_s,  # type: ignore[arg-type]
            self.wait_end_s,  # type: ignore[arg-type]
            self.service_end_s,  # type: ignore[arg-type]
            self.group,  # type: ignore[arg-type]
            self.cut,  # type: ignore[arg-type]
            self.desk if self.shares_handlers else None,  # type: ignore[arg-type]
        )

    # What comes from outside: contacts, staff, changes of the design.

    def arrivals(self) -> Generator[Instant, None, None]:
        """Let the primaries arrive, one after another."""
        arrival_s = self.workload.arrival_s[: self.workload.n_primary].tolist()
        for contact, instant_s in enumerate(arrival_s):
            yield self.env.at(instant_s, ARRIVAL, contact)
            self.receive(contact)

    def staffing_steps(self) -> Generator[Instant, None, None]:
        """Let staff come on and leave; who is on a call finishes it first, unless it is cut."""
        steps = zip(
            self.staffing.step_s.tolist(),
            self.staffing.step_group.tolist(),
            self.staffing.step_staffed.tolist(),
            self.staffing.step_cut.tolist(),
            strict=True,
        )
        for step, (instant_s, group, staffed, cut) in enumerate(steps):
            yield self.env.at(instant_s, STAFFING_STEP, step)
            if cut:
                for contact in list(self.in_hand[group]):
                    self.break_off(contact, ON_CUT)
            self.free[group] += staffed - self.staffed[group]
            self.staffed[group] = staffed
            if self.observer:
                self.observe("staffing", NOBODY, group)
            self.serve_queues(group)

    def design_changes(self) -> Generator[Instant, None, None]:
        """Let the matrices change; who waits may now be open to other rooms, at once or later."""
        for span, instant_s in enumerate(self.design.change_s.tolist()):
            if span == 0:
                continue
            yield self.env.at(instant_s, DESIGN_CHANGE, span)
            self.set_design(span)
            if self.observer:
                self.observe("design", NOBODY, NOBODY)
            for group in range(len(self.free)):
                self.serve_queues(group)
            for waiting in self.queue:
                for contact in waiting:
                    if self.is_waiting(contact):
                        self.schedule_openings(contact)

    def set_design(self, span: int) -> None:
        """Put the matrices of one span in force."""
        self.span_start = span * self.design.n_classes * self.design.n_groups
        self.openings_s = [
            sorted({delay for delay in delays if 0 < delay < inf})
            for delays in self.design.delay_s[span].tolist()
        ]
        self.class_interrupts: list[bool] = self.design.interrupts[span].any(axis=1).tolist()

    # What happens to one contact.

    def receive(self, contact: int) -> None:
        """Let a contact arrive: it is answered at once or begins to wait."""
        now_s = self.env.now
        k = self.contact_class[contact]
        self.arrival_s[contact] = now_s
        self.outcome[contact] = OPEN
        if self.observer:
            self.observe("arrival", contact, NOBODY)
        group = self.find_handler(contact)
        if group != NOBODY:
            self.answer(contact, group)
            return
        queue = self.queue[k]
        queue.append(contact)
        if len(queue) == 1:
            self.head_arrival_s[k] = now_s
            self.head_contact[k] = contact
        if self.openings_s[k]:
            self.schedule_openings(contact)
        patience_s = self.patience_s[contact]
        if patience_s < inf:
            self.env.at(now_s + patience_s, PATIENCE_END, contact, self.on_patience_end)

    def find_handler(self, contact: int) -> int:
        """Give the group with a free handler for the contact, by interrupting work if need be."""
        k = self.contact_class[contact]
        group = choose_group(
            self.env.now,
            self.arrival_s[contact],
            contact,
            k,
            self.span_start,
            self.delay_s,
            self.contact_rank,
            self.reserve,
            self.free,
            self.groups_with_room(k) if self.shares_handlers else self.no_room,
        )
        if group == NOBODY and self.class_interrupts[k]:
            work = self.find_interruption(contact)
            if work != NOBODY:
                group = self.group[work]
                for shared in self.held_with(work):
                    self.break_off(shared, ON_INTERRUPTED)
        return group

    def find_interruption(self, contact: int) -> int:
        """Give the work that an urgent contact interrupts, or NOBODY."""
        k, best, best_rank, best_begun_s = self.contact_class[contact], NOBODY, 0, -inf
        for group, in_hand in enumerate(self.in_hand):
            rank = self.contact_rank[self.span_start + k * len(self.free) + group]
            for work in in_hand:
                if all(
                    self.is_interruptible(shared, contact) for shared in self.held_with(work)
                ) and is_better_interruption(
                    rank, self.wait_end_s[work], work, best_rank, best_begun_s, best
                ):
                    best, best_rank, best_begun_s = work, rank, self.wait_end_s[work]
        return best

    def is_interruptible(self, work: int, contact: int) -> bool:
        """Tell whether the contact may interrupt this work, if its handler holds nothing else."""
        return self.rest_of(work) != NOBODY and may_interrupt(
            self.env.now,
            self.arrival_s[contact],
            self.contact_class[contact],
            self.span_start,
            self.delay_s,
            self.agent_rank,
            self.interrupts,
            self.free,
            self.contact_class[work],
            self.group[work],
        )

    def held_with(self, work: int) -> list[int]:
        """Give all that the handler of some work holds, the work included."""
        desk = self.desk[work]
        if desk == NOBODY:
            return [work]
        return [other for other in self.in_hand[self.group[work]] if self.desk[other] == desk]

    def rest_of(self, work: int) -> int:
        """Give the row that stands for the rest of interrupted work, or NOBODY."""
        for child in self.children_of(work):
            if self.workload.trigger[child] == ON_INTERRUPTED:
                return child
        return NOBODY

    def schedule_openings(self, contact: int) -> None:
        """Note when further rooms open to a waiting contact; those open by now have been tried."""
        arrival_s = self.arrival_s[contact]
        for delay_s in self.openings_s[self.contact_class[contact]]:
            opening_s = arrival_s + delay_s
            if opening_s > self.env.now:
                self.env.at(opening_s, OVERFLOW_OPENING, contact, self.on_overflow_opening)

    def answer(self, contact: int, group: int) -> None:
        """Let a free handler of `group` take the contact."""
        now_s = self.env.now
        k = self.contact_class[contact]
        at = self.span_start + k * len(self.free) + group
        end_s = now_s + self.handle_s[contact] * self.handle_factor[at]
        if self.at_once[at] == 1:
            self.free[group] -= 1
        else:
            self.add_to_desk(contact, group, self.at_once[at])
        self.outcome[contact] = ANSWERED
        self.wait_end_s[contact] = now_s
        self.service_end_s[contact] = end_s
        self.group[contact] = group
        self.in_hand[group][contact] = None
        self.env.at(end_s, SERVICE_END, contact, self.on_service_end)
        if self.observer:
            self.observe("answer", contact, group)

    def add_to_desk(self, contact: int, group: int, at_once: int) -> None:
        """Give the contact to a handler who holds others like it and has room, or to a free one."""
        first = group * self.desks_per_group
        until = first + self.desks_per_group
        desk = choose_desk(first, until, at_once, self.desk_holds, self.desk_at_once)
        if desk == NOBODY:
            self.free[group] -= 1
            desk = self.desk_holds.index(0, first, until)
            self.desk_at_once[desk] = at_once
        self.desk_holds[desk] += 1
        self.desk[contact] = desk

    def release(self, contact: int) -> None:
        """Take the contact from its handler, who is free if nothing else is in hand."""
        group, desk = self.group[contact], self.desk[contact]
        del self.in_hand[group][contact]
        if desk != NOBODY:
            self.desk_holds[desk] -= 1
        if desk == NOBODY or self.desk_holds[desk] == 0:
            self.free[group] += 1

    def groups_with_room(self, k: int) -> list[bool]:
        """Tell for each group whether one of its handlers has room for another of the class."""
        return [self.has_room(k, group) for group in range(len(self.free))]

    def classes_with_room(self, group: int) -> list[bool]:
        """Tell for each class whether a handler of the group has room for another."""
        return [self.has_room(k, group) for k in range(len(self.queue))]

    def has_room(self, k: int, group: int) -> bool:
        """Tell whether a handler of the group holds contacts and has room for one of the class."""
        at_once = self.at_once[self.span_start + k * len(self.free) + group]
        if at_once == 1:
            return False
        first = group * self.desks_per_group
        until = first + self.desks_per_group
        return choose_desk(first, until, at_once, self.desk_holds, self.desk_at_once) != NOBODY

    def on_service_end(self, event: Instant) -> None:
        """Free the handler, who takes the next contact; wake what follows an answered contact."""
        contact = event.subject
        if self.cut[contact]:
            return
        group = self.group[contact]
        if self.shares_handlers:
            self.release(contact)
        else:
            del self.in_hand[group][contact]
            self.free[group] += 1
        if self.observer:
            self.observe("service_end", contact, group)
        if self.has_children[contact]:
            self.wake_follow_ons(contact, ON_ANSWERED)
        self.serve_queues(group)

    def break_off(self, contact: int, trigger: int) -> None:
        """Take a contact from its handler before it is done, by an outage or for another."""
        now_s = self.env.now
        begun_s, end_s = self.wait_end_s[contact], self.service_end_s[contact]
        if trigger == ON_INTERRUPTED:
            rest_share = (end_s - now_s) / (end_s - begun_s)
            self.handle_s[self.rest_of(contact)] = self.handle_s[contact] * rest_share
        self.cut[contact] = True
        self.service_end_s[contact] = now_s
        self.release(contact)
        if self.observer:
            self.observe("cut", contact, self.group[contact])
        self.wake_follow_ons(contact, trigger)

    def on_overflow_opening(self, event: Instant) -> None:
        """Let a contact that still waits try the rooms that are open to it by now."""
        contact = event.subject
        if not self.is_waiting(contact):
            return
        k = self.contact_class[contact]
        if self.observer:
            self.observe("overflow_opening", contact, NOBODY)
        group = self.find_handler(contact)
        if group != NOBODY:
            self.answer(contact, group)
            self.tidy_queue(k)

    def on_patience_end(self, event: Instant) -> None:
        """Let a contact that still waits give up; wake its redial."""
        contact = event.subject
        if not self.is_waiting(contact):
            return
        self.outcome[contact] = ABANDONED
        self.wait_end_s[contact] = self.env.now
        self.tidy_queue(self.contact_class[contact])
        if self.observer:
            self.observe("abandonment", contact, NOBODY)
        if self.has_children[contact]:
            self.wake_follow_ons(contact, ON_ABANDONED)

    def on_follow_on_arrival(self, event: Instant) -> None:
        """Let a woken follow-on arrive like any other contact."""
        self.receive(event.subject)

    def wake_follow_ons(self, contact: int, trigger: int) -> None:
        """Set the follow-ons of this trigger on their way, in row order."""
        for child in self.children_of(contact):
            if self.workload.trigger[child] == trigger:
                instant_s = self.env.now + float(self.workload.delay_s[child])
                self.env.at(instant_s, ARRIVAL, child, self.on_follow_on_arrival)

    def children_of(self, contact: int) -> list[int]:
        """Give the follow-ons of a contact, in row order."""
        start, stop = self.workload.child_start[contact], self.workload.child_start[contact + 1]
        children: list[int] = self.workload.child[start:stop].tolist()
        return children

    # The queues.

    def serve_queues(self, group: int) -> None:
        """Let the handlers of a group take waiting contacts, as long as there are both."""
        while self.free[group] > 0 or (self.shares_handlers and self.free[group] == 0):
            k = choose_class(
                self.env.now,
                group,
                self.span_start,
                self.delay_s,
                self.agent_rank,
                self.reserve,
                self.free,
                self.head_arrival_s,
                self.head_contact,
                self.classes_with_room(group) if self.shares_handlers else self.no_room,
            )
            if k == NOBODY:
                return
            self.answer(self.head_contact[k], group)
            self.tidy_queue(k)

    def is_waiting(self, contact: int) -> bool:
        """Tell whether the contact has arrived and neither was answered nor gave up."""
        return self.outcome[contact] == OPEN

    def tidy_queue(self, k: int) -> None:
        """Drop from the head of a queue whoever no longer waits, and note the new head."""
        queue = self.queue[k]
        while queue and self.outcome[queue[0]] != OPEN:
            queue.popleft()
        if queue:
            self.head_contact[k] = queue[0]
            self.head_arrival_s[k] = self.arrival_s[queue[0]]
        else:
            self.head_contact[k] = NOBODY
            self.head_arrival_s[k] = inf

    def observe(self, event: str, contact: int, group: int) -> None:
        """Tell the observer what just happened."""
        if self.observer:
            waiting = sum(self.is_waiting(contact) for queue in self.queue for contact in queue)
            free = sum(self.free) if group == NOBODY else self.free[group]
            self.observer(self.env.now, event, contact, group, waiting, free)


def simulate_simpy(
    workload: Workload, staffing: Staffing, design: Design, observer: Observer | None = None
) -> ContactLog:
    """Give the contact log of one replication, by the SimPy model."""
    return CentreModel(workload, staffing, design, observer).run()
