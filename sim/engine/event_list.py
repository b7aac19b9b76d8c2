"""The event list of the compiled loop: a binary heap, and a row of openings that need no heap.

An event is a pair (instant, key) with `key = kind * KIND_STRIDE + subject`: comparing keys compares
kinds, then subjects. Other rooms mostly open to callers in the order in which they came, so an
opening that is later than the last one noted is only put at the end of a row (a ring of places).
Both keep infinity in the place after the last, which spares tests for the end.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.order import OVERFLOW_OPENING
from sim.jit.options import inlined

KIND_SHIFT = 48
KIND_STRIDE = 1 << KIND_SHIFT
SUBJECT_MASK = KIND_STRIDE - 1

OPENINGS_SIZE = 4096  # a power of two; when the row is full, openings go on the heap
OPENINGS_MASK = OPENINGS_SIZE - 1


class EventList(NamedTuple):
    """The heap, and the row of openings."""

    heap_s: NDArray[Any]
    heap_key: NDArray[Any]
    opening_s: NDArray[Any]
    opening_contact: NDArray[Any]


def empty_event_list(room: int = 1024) -> EventList:
    """Give an event list with nothing on it."""
    return EventList(
        np.full(room, np.inf),
        np.zeros(room, dtype=np.int64),
        np.full(OPENINGS_SIZE, np.inf),
        np.zeros(OPENINGS_SIZE, dtype=np.int64),
    )


def with_room(events: EventList, room: int) -> EventList:
    """Give the same event list with more room on the heap."""
    return events._replace(
        heap_s=np.resize(events.heap_s, room), heap_key=np.resize(events.heap_key, room)
    )


@inlined
def natural(index: int) -> int:
    """Give an index that is not negative, so that the compiler knows it.

    Numba otherwise asks at every access whether the index counts from the end.
    """
    return index & SUBJECT_MASK


@inlined
def heap_push(events: EventList, size: int, instant_s: float, key: int) -> int:
    """Put an event on the heap and give the new size; there must be two places more."""
    heap_s, heap_key = events.heap_s, events.heap_key
    heap_s[size + 1] = np.inf
    child = natural(size)
    while child > 0:
        parent = natural((child - 1) >> 1)
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
def heap_replace(events: EventList, size: int, instant_s: float, key: int) -> None:
    """Put an event on the heap in place of the first."""
    heap_s, heap_key = events.heap_s, events.heap_key
    parent = 0
    child = 1
    while child < size:
        child = natural(child)
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


@inlined
def heap_drop(events: EventList, size: int) -> int:
    """Take the first event off the heap and give the new size."""
    last = size - 1
    instant_s = events.heap_s[last]
    events.heap_s[last] = np.inf
    if last > 0:
        heap_replace(events, last, instant_s, events.heap_key[last])
    return last


@inlined
def note_opening(  # noqa: PLR0913, PLR0917 - plain arguments, for the compiler
    events: EventList, size: int, first: int, end: int, instant_s: float, contact: int
) -> tuple[int, int]:
    """Note an opening, in the row if it is the last; give the heap's size and the row's end."""
    last = (end - 1) & OPENINGS_MASK
    in_order = first == end or (
        end - first < OPENINGS_MASK
        and (
            events.opening_s[last] < instant_s
            or (events.opening_s[last] == instant_s and events.opening_contact[last] < contact)
        )
    )
    if in_order:
        events.opening_s[end & OPENINGS_MASK] = instant_s
        events.opening_contact[end & OPENINGS_MASK] = contact
        end += 1
        events.opening_s[end & OPENINGS_MASK] = np.inf
    else:
        size = heap_push(events, size, instant_s, OVERFLOW_OPENING * KIND_STRIDE + contact)
    return size, end
