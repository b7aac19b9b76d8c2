"""Whose time a handler spends who holds several contacts at once, read from the log.

A handler with n contacts in hand gives each of them 1/n of the time. So the time of all contacts
adds up to the time of the handlers, and nobody is busier than staffed.
"""

import numpy as np

from sim.measures.columns import FloatArray, IntArray, Spans
from sim.records import ContactLog


def desk_spans(log: ContactLog) -> tuple[Spans, Spans]:
    """Give the spans of handlers who may hold several contacts: each contact's, and occupied.

    A contact has a span for each time in which its handler holds the same contacts, and of each
    its share of the handler; `row` is the contact. A handler is occupied, as one, while there is
    anything in hand; `row` is the group.

    Examples
    --------
    Two chats of one handler, from 0 to 60 s and from 20 to 40 s:

    >>> log = ContactLog([1, 1], [0, 20], [0, 20], [60, 40], [0, 0], desk=[0, 0])
    >>> shares, occupied = desk_spans(log)
    >>> shares.row.tolist(), shares.handlers.tolist()
    ([0, 0, 0, 1], [1.0, 0.5, 1.0, 0.5])
    >>> occupied.from_s.tolist(), occupied.until_s.tolist()
    ([0.0], [60.0])
    """
    rows, begins, ends, instant_s, holds = _desk_events(log)
    count = ends - begins
    which = np.repeat(np.arange(rows.size), count)
    event = np.repeat(begins, count) + np.arange(which.size)
    event -= np.repeat(np.cumsum(count) - count, count)
    shares = Spans(rows[which], instant_s[event], instant_s[event + 1], 1.0 / holds[event])
    opens = np.zeros(instant_s.size, dtype=bool)
    opens[begins] = holds[begins] == 1
    first = np.flatnonzero(opens)
    last = np.flatnonzero(holds == 0)
    group = np.zeros(instant_s.size, dtype=np.int64)
    group[begins] = log.group[rows]
    return shares, Spans(group[first], instant_s[first], instant_s[last], np.ones(first.size))


def occupied_handlers(log: ContactLog) -> Spans:
    """Give the spans in which a handler has anything in hand; `row` is the group."""
    alone = np.flatnonzero((log.group >= 0) & (log.desk < 0))
    _, desks = desk_spans(log)
    return Spans(
        np.concatenate((log.group[alone], desks.row)),
        np.concatenate((log.wait_end_s[alone], desks.from_s)),
        np.concatenate((log.service_end_s[alone], desks.until_s)),
        np.ones(alone.size + desks.row.size),
    )


def any_desk(log: ContactLog) -> bool:
    """Tell whether any handler could hold several contacts; if none, the column is one number."""
    return log.desk.strides != (0,) and bool((log.desk >= 0).any())


def _desk_events(
    log: ContactLog,
) -> tuple[IntArray, IntArray, IntArray, FloatArray, IntArray]:
    """Give the contacts that may share a handler, and the begins and ends at the desks in order.

    The places of each contact's begin and end among the events; the instant of each event; and how
    many contacts its desk holds after it. At one instant begins go first, so that a desk which is
    left and taken again at once counts as one span.
    """
    rows = np.flatnonzero(log.desk >= 0)
    n = rows.size
    instant_s = np.concatenate((log.wait_end_s[rows], log.service_end_s[rows]))
    change = np.repeat((1, -1), n)
    desk = np.tile(log.desk[rows], 2)
    order = np.lexsort((-change, instant_s, desk))
    place = np.empty(2 * n, dtype=np.int64)
    place[order] = np.arange(2 * n)
    # Every desk is empty at its end, so one running sum serves all of them.
    return rows, place[:n], place[n:], instant_s[order], change[order].cumsum()
