"""The routing decisions, written once and called by both engines.

`choose_group` is made for a contact (on arrival, and when another room opens to it); `choose_class`
is made for a handler (when freed, when staff come on, when the design changes);
`choose_desk` finds the handler who holds contacts and has room for one more;
`is_better_interruption` compares two pieces of work that an urgent contact may interrupt. The
compiled engine compiles this very source, so it keeps to plain loops over one-dimensional
sequences and numbers.

Waiting times are never subtracted: `now >= arrival + delay` is the comparison that both engines and
the instants on the event list share; `(a + d) - a < d` holds for some floats.
"""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

NOBODY = -1

Reals = Sequence[float] | NDArray[Any]
Wholes = Sequence[int] | NDArray[Any]
Truths = Sequence[bool] | NDArray[Any]


def choose_group(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    now_s: float,
    arrival_s: float,
    contact: int,
    k: int,
    start: int,
    delay_s: Reals,
    contact_rank: Wholes,
    reserve: Wholes,
    free: Wholes,
    has_room: Truths,
) -> int:
    """Give the agent group that takes a contact of class `k` now, or NOBODY.

    Lowest contact rank first; ties go to the group with most free handlers, and then round the
    groups by the contact's index, so that no group is favoured for its place in a list.

    Parameters
    ----------
    now_s, arrival_s, contact
        This instant, when the contact began to wait, and its index.
    k, start
        The contact's class, and where the matrices now in force begin.
    delay_s, contact_rank, reserve
        The design's matrices laid flat: span after span, class after class, group after group.
    free
        Length G: staffed minus busy handlers (negative while handlers overrun their shift).
    has_room
        Length G: whether a handler of the group holds contacts and has room for this one too,
        which needs no free handler; but nobody takes more while handlers overrun their shift.
    """
    chosen = NOBODY
    n_groups = len(free)
    row = start + k * n_groups
    group = contact % n_groups
    for _ in range(n_groups):
        at = row + group
        if (
            (free[group] > reserve[at] or (has_room[group] and free[group] >= 0))
            and now_s >= arrival_s + delay_s[at]
            and (
                chosen == NOBODY
                or contact_rank[at] < contact_rank[row + chosen]
                or (contact_rank[at] == contact_rank[row + chosen] and free[group] > free[chosen])
            )
        ):
            chosen = group
        group += 1
        if group == n_groups:
            group = 0
    return chosen


def choose_class(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    now_s: float,
    group: int,
    start: int,
    delay_s: Reals,
    agent_rank: Wholes,
    reserve: Wholes,
    free: Wholes,
    head_arrival_s: Reals,
    head_contact: Wholes,
    has_room: Truths,
) -> int:
    """Give the contact class whose longest-waiting contact a handler of `group` takes, or NOBODY.

    Lowest agent rank first; ties go to the contact that has waited longest, then to the lowest
    contact index.

    Parameters
    ----------
    now_s
        This instant.
    group, start
        The handler's group, and where the matrices now in force begin.
    delay_s, agent_rank, reserve
        The design's matrices laid flat: span after span, class after class, group after group.
    free
        Length G: staffed minus busy handlers.
    head_arrival_s, head_contact
        Length K: when the first contact of each queue began to wait, and its index; NOBODY for an
        empty queue.
    has_room
        Length K: whether a handler of the group holds contacts and has room for one of the class.
    """
    chosen = NOBODY
    chosen_rank = 0
    for k in range(len(head_contact)):
        if head_contact[k] == NOBODY:
            continue
        at = start + k * len(free) + group
        rank = agent_rank[at]
        if (
            (free[group] > reserve[at] or (has_room[k] and free[group] >= 0))
            and now_s >= head_arrival_s[k] + delay_s[at]
            and (
                chosen == NOBODY
                or rank < chosen_rank
                or (
                    rank == chosen_rank
                    and (
                        head_arrival_s[k] < head_arrival_s[chosen]
                        or (
                            head_arrival_s[k] == head_arrival_s[chosen]
                            and head_contact[k] < head_contact[chosen]
                        )
                    )
                )
            )
        ):
            chosen = k
            chosen_rank = rank
    return chosen


def choose_desk(
    first: int, until: int, at_once: int, desk_holds: Wholes, desk_at_once: Wholes
) -> int:
    """Give the handler who takes one more of the contacts that may be held `at_once`, or NOBODY.

    Of those with room the one who holds most, so that others come free; ties go to the lowest
    number. A handler holds only contacts that may be held by the same number.

    Parameters
    ----------
    first, until
        The group's desks: numbers from `first` to before `until`.
    at_once
        How many of the contact's class the group's handlers may hold.
    desk_holds, desk_at_once
        How many contacts the handler at each desk holds (0 for nobody there), and may hold.
    """
    chosen = NOBODY
    for desk in range(first, until):
        if (
            0 < desk_holds[desk] < at_once
            and desk_at_once[desk] == at_once
            and (chosen == NOBODY or desk_holds[desk] > desk_holds[chosen])
        ):
            chosen = desk
    return chosen


def may_interrupt(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    now_s: float,
    arrival_s: float,
    k: int,
    start: int,
    delay_s: Reals,
    agent_rank: Wholes,
    interrupts: Wholes,
    free: Wholes,
    work_class: int,
    work_group: int,
) -> bool:
    """Tell whether a contact of class `k` may interrupt work of another class in hand at a group.

    The design must let the class interrupt there, the group must be open to it by now, the work
    must be less urgent to that group's handlers, and none of them may be overrunning the shift.
    """
    at = start + k * len(free) + work_group
    work_at = start + work_class * len(free) + work_group
    return (
        bool(interrupts[at])
        and free[work_group] >= 0
        and now_s >= arrival_s + delay_s[at]
        and agent_rank[work_at] > agent_rank[at]
    )


def is_better_interruption(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    contact_rank: int,
    begun_s: float,
    work: int,
    best_rank: int,
    best_begun_s: float,
    best_work: int,
) -> bool:
    """Tell whether one piece of work is rather to be interrupted than the best so far.

    Lowest contact rank of its group first; ties go to what was begun last, then to the highest
    contact index.
    """
    if best_work == NOBODY or contact_rank != best_rank:
        return best_work == NOBODY or contact_rank < best_rank
    if begun_s != best_begun_s:
        return begun_s > best_begun_s
    return work > best_work
