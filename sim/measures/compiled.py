"""What the compiled loops take, as columns, and the loops themselves.

Numba is imported when a first week is measured, and not by those who only read results.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit.cache import compiled
from sim.records import OPEN

Column = NDArray[Any]

N_ENDS = 2 * OPEN  # an outcome, within the target time or not
TICKS_PER_S = 1e6


class Calls(NamedTuple):
    """The columns of a workload and its log that measures look at."""

    contact_class: Column
    trigger: Column
    handle_s: Column
    arrival_s: Column
    wait_end_s: Column
    outcome: Column
    group: Column


class Hours(NamedTuple):
    """The hours of the measured window, see `WindowHours`; `offset_h` has one place."""

    edge_s: Column
    hour_of_week: Column
    offset_h: Column


class Handled(NamedTuple):
    """Who answered each contact, from when until when; `desk` is empty where none has any."""

    contact_class: Column
    group: Column
    desk: Column
    from_s: Column
    until_s: Column


class Spans(NamedTuple):
    """Spans of time of handlers; arrays of one length.

    Parameters
    ----------
    row
        What the span is added to: a group, or a force and group.
    from_s, until_s
        Instants in seconds; the end may be inf.
    handlers
        How many each stands for, or how much of one.
    """

    row: Column
    from_s: Column
    until_s: Column
    handlers: Column


class Steps(NamedTuple):
    """The steps of staffing by group, then time; those of group g from `cut[g]` to `cut[g + 1]`.

    A step holds until `until_s`. `seen` has a place per group: calls come nearly in order of time,
    so the next one's step is looked for from the last one's.
    """

    at_s: Column
    until_s: Column
    cut: Column
    seen: Column


class Sums(NamedTuple):
    """What is added up, laid flat: see `ContactSums`.

    `wait_s` and `wait_class` take the waits of those who were answered, but not at once; parted by
    class they are `parted_s`, those of class k from `wait_cut[k]` to `wait_cut[k + 1]`.
    """

    ends: Column
    waited_s: Column
    handle_s: Column
    redials: Column
    answered_by: Column
    at_once: Column
    wait_s: Column
    wait_class: Column
    parted_s: Column
    wait_cut: Column
    wait_place: Column


class Loops(NamedTuple):
    """The loops of `sim.measures.loops`."""

    add_contacts: Callable[[Calls, Hours, Column, Sums], None]
    add_handled: Callable[[Handled, Column, Hours, Steps, Column, Column, Column], int]
    add_spans: Callable[[Spans, Hours, Column], None]
    count_in_hand: Callable[[Spans, Steps, Column], None]
    list_overruns: Callable[[Spans, Steps, Column, Spans], None]


SOURCES = (
    "sim.measures.loops",
    "sim.measures.compiled",
    "sim.records.contact_log",
    "sim.records.horizon",
    "sim.records.workload",
)


@cache
def compiled_loops() -> Loops:
    """Give the loops, compiled (from the cache if they are there), once per process."""
    from numba import types  # noqa: PLC0415 - Numba loads slowly

    from sim.measures import loops  # noqa: PLC0415

    def columns(record: Any, *scalars: Any, read: bool = True) -> Any:  # noqa: ANN401
        """Give the type of a tuple of arrays, only read or written too."""
        return types.NamedTuple([array(scalar, read=read) for scalar in scalars], record)  # type: ignore[no-untyped-call]

    def array(scalar: Any, *, read: bool) -> Any:  # noqa: ANN401 - Numba's own types
        return types.Array(scalar, 1, "C", readonly=read)

    real, whole, tiny = types.float64, types.int64, types.int8
    calls = columns(Calls, whole, tiny, real, real, real, tiny, whole)
    handled = columns(Handled, whole, whole, whole, real, real)
    hours = columns(Hours, real, whole, real)
    sums = columns(Sums, *[real] * 7, whole, real, whole, whole, read=False)
    spans = columns(Spans, whole, real, real, real)
    overruns = columns(Spans, whole, real, real, real, read=False)
    steps = columns(Steps, real, real, whole, whole, read=False)
    force, target_s = array(whole, read=True), array(real, read=True)
    reals, wholes = array(real, read=False), array(whole, read=False)
    signatures = (
        types.none(calls, hours, target_s, sums),
        types.int64(handled, force, hours, steps, reals, wholes, wholes),
        types.none(spans, hours, reals),
        types.none(spans, steps, wholes),
        types.none(spans, steps, wholes, overruns),
    )
    plain = tuple(getattr(loops, name) for name in Loops._fields)
    return Loops(*compiled("the measures", plain, signatures, SOURCES))


def read_only(*columns: NDArray[Any]) -> list[NDArray[Any]]:
    """Give columns as a loop may only read them: in one piece, and frozen."""
    views = [np.ascontiguousarray(column).view() for column in columns]
    for view in views:
        view.setflags(write=False)
    return views
