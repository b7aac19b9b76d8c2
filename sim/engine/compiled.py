"""The compiled engine: the event loop, compiled once per machine, between two records."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import types

from sim.engine import LOOP_SOURCES, compiled_loop
from sim.engine.compiled_state import (
    Callers,
    Log,
    Matrices,
    Queues,
    Rooms,
    Steps,
    callers_of,
    empty_log,
    empty_queues,
    empty_rooms,
    matrices_of,
    most_events_of_a_contact,
    shares_handlers,
    steps_of,
)
from sim.engine.event_list import EventList, empty_event_list, with_room
from sim.jit.cache import compiled
from sim.records import ContactLog, Design, Staffing, Workload

EventLoop = Callable[..., int]


def simulate_compiled(workload: Workload, staffing: Staffing, design: Design) -> ContactLog:
    """Give the contact log of one replication, by the compiled loop."""
    log = empty_log(workload, design)
    state = (
        workload.n_primary,
        most_events_of_a_contact(workload, design),
        callers_of(workload, design),
        steps_of(staffing),
        matrices_of(design),
        log,
        empty_rooms(staffing, design),
        empty_queues(workload, design),
    )
    gone_at_s = np.full(1, -np.inf)
    progress = np.zeros(compiled_loop.PROGRESS_SIZE, dtype=np.int64)
    progress[compiled_loop.NEXT_CHANGE] = 1
    events = empty_event_list()
    go_on = event_loop()
    while needed := go_on(*state, events, gone_at_s, progress):
        events = with_room(events, 2 * needed)
    for column in log:
        column.setflags(write=False)
    return ContactLog(*log[:-1], log.desk if shares_handlers(design) else None)  # type: ignore[arg-type]


@cache
def event_loop() -> EventLoop:
    """Give the event loop, compiled (from the cache if it is there), once per process."""
    (loop,) = compiled("the engine", (compiled_loop.run_events,), (_signature(),), LOOP_SOURCES)
    return loop


def _signature() -> Any:  # noqa: ANN401 - Numba's own type
    """Give the types of the loop's arguments, which are those of every call."""

    def columns(record: Any, *scalars: Any, read: int = 0) -> Any:  # noqa: ANN401
        """Give the type of a tuple of arrays, the first `read` of which are only read."""
        arrays = [types.Array(s, 1, "C", readonly=i < read) for i, s in enumerate(scalars)]
        return types.NamedTuple(arrays, record)  # type: ignore[no-untyped-call]

    real, whole, tiny, truth = types.float64, types.int64, types.int8, types.boolean
    return types.int64(
        whole,
        whole,
        columns(Callers, whole, real, real, tiny, real, whole, whole, real, read=7),
        columns(Steps, real, whole, whole, truth, read=4),
        columns(Matrices, real, real, whole, whole, whole, real, truth, whole, read=8),
        columns(Log, tiny, real, real, real, whole, truth, whole),
        columns(Rooms, whole, whole, whole, whole, truth),
        columns(Queues, whole, whole, whole, real, real, real),
        columns(EventList, real, whole, real, whole),
        types.Array(real, 1, "C"),
        types.Array(whole, 1, "C"),
    )
