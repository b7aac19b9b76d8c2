"""The loops over a week, compiled once per machine.

Numba is imported when a first week is measured, and not by those who only read results.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from sim.jit.cache import compiled
from sim.measures.columns import Calls, Column, Handled, Hours, Spans, Steps, Sums


class Loops(NamedTuple):
    """The loops of `sim.measures.loops`."""

    add_contacts: Callable[[Calls, Hours, Column, Sums], None]
    add_handled: Callable[[Handled, Column, Hours, Steps, Column, Column, Column], int]
    add_spans: Callable[[Spans, Hours, Column], None]
    count_in_hand: Callable[[Spans, Steps, Column], None]
    list_overruns: Callable[[Spans, Steps, Column, Spans], None]


SOURCES = (
    "sim.measures.loops",
    "sim.measures.columns",
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
