"""The two routing decisions, written once and called by both engines.

`choose_group` is made for a contact (on arrival, and when another room opens to it); `choose_class`
is made for a handler (when freed, when staff come on, when the design changes). The compiled engine
compiles this very source, so it keeps to plain loops over one-dimensional sequences and numbers.

Waiting times are never subtracted: `now >= arrival + delay` is the comparison that both engines and
the instants on the event list share; `(a + d) - a < d` holds for some floats.
"""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

NOBODY = -1

Reals = Sequence[float] | NDArray[Any]
Wholes = Sequence[int] | NDArray[Any]


def choose_group(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    now_s: float,
    arrival_s: float,
    delay_s: Reals,
    contact_rank: Wholes,
    reserve: Wholes,
    free: Wholes,
) -> int:
    """Give the agent group that takes this contact now, or NOBODY.

    Lowest contact rank first; ties go to the group with most free handlers, then to the lowest
    index.

    Parameters
    ----------
    now_s, arrival_s
        This instant, and when the contact began to wait.
    delay_s, contact_rank, reserve
        Length G: the rows of the design's matrices for the contact's class.
    free
        Length G: staffed minus busy handlers (negative while handlers overrun their shift).
    """
    chosen = NOBODY
    for group in range(len(free)):
        if (
            free[group] > reserve[group]
            and now_s >= arrival_s + delay_s[group]
            and (
                chosen == NOBODY
                or contact_rank[group] < contact_rank[chosen]
                or (contact_rank[group] == contact_rank[chosen] and free[group] > free[chosen])
            )
        ):
            chosen = group
    return chosen


def choose_class(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    now_s: float,
    free: int,
    delay_s: Reals,
    agent_rank: Wholes,
    reserve: Wholes,
    head_arrival_s: Reals,
    head_contact: Wholes,
) -> int:
    """Give the contact class whose longest-waiting contact a free handler takes now, or NOBODY.

    Lowest agent rank first; ties go to the contact that has waited longest, then to the lowest
    contact index.

    Parameters
    ----------
    now_s
        This instant.
    free
        Staffed minus busy handlers of the handler's group.
    delay_s, agent_rank, reserve
        Length K: the columns of the design's matrices for the group.
    head_arrival_s, head_contact
        Length K: when the first contact of each queue began to wait (inf for an empty queue), and
        its index.
    """
    chosen = NOBODY
    for k in range(len(head_arrival_s)):
        if (
            free > reserve[k]
            and now_s >= head_arrival_s[k] + delay_s[k]
            and (
                chosen == NOBODY
                or agent_rank[k] < agent_rank[chosen]
                or (
                    agent_rank[k] == agent_rank[chosen]
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
    return chosen
