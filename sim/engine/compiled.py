"""The compiled engine: compiles the event loop once per machine, and runs it without the GIL.

Numba keeps compiled code on disk and looks only at the file of the function that was compiled, so
an edit to the routing rules would go unnoticed. The cache folder is therefore named by a hash of
every source that goes into the loop.
"""

import hashlib
import importlib
import logging
import os
import platform
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from platformdirs import user_cache_path

from sim.engine import compiled_loop
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
from sim.engine.jit import OPTIONS
from sim.records import ContactLog, Design, Staffing, Workload

logger = logging.getLogger(__name__)

CACHE_VARIABLE = "SIM_CACHE_DIR"
"""Environment variable that names another folder for compiled code."""

_SOURCES = (
    "sim.engine.compiled_loop",
    "sim.engine.compiled_contacts",
    "sim.engine.compiled_state",
    "sim.engine.event_list",
    "sim.engine.jit",
    "sim.engine.order",
    "sim.routing.rules",
    "sim.records.contact_log",
    "sim.records.workload",
)

EventLoop = Callable[..., int]
_numba_config: Any = numba.config  # its names are made at import, unseen by a type checker
_lock = threading.Lock()
_loops: dict[str, EventLoop] = {}


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


def event_loop() -> EventLoop:
    """Give the event loop, compiled (from the cache if it is there), once per process."""
    loop = _loops.get("loop")
    if loop is None:
        with _lock:
            loop = _loops.get("loop") or _compile()
            _loops["loop"] = loop
    return loop


def cache_folder() -> Path:
    """Give the folder for compiled code: named by the sources, Numba, Python and the machine."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        file = importlib.import_module(name).__file__
        digest.update(Path(str(file)).read_bytes())
    digest.update(f"{numba.__version__} {platform.python_version()} {platform.machine()}".encode())
    chosen = os.environ.get(CACHE_VARIABLE)
    parent = Path(chosen) if chosen else user_cache_path("joint-contact-centres")
    return parent / f"compiled-{digest.hexdigest()[:16]}"


def _compile() -> EventLoop:
    if _numba_config.DISABLE_JIT:
        return compiled_loop.run_events
    folder = cache_folder()
    problem = _why_not_writable(folder)
    if problem is None:
        if not any(folder.glob("**/*.nbi")):
            logger.warning("Compiling the engine; this takes some seconds, once on this machine.")
        try:
            return _jit(folder)
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of unpickling
            problem = f"{type(error).__name__}: {error}"
    logger.warning(
        "Compiling the engine without its cache (%s: %s); set %s to a folder that can be written "
        "to be spared these seconds in every run.",
        folder,
        problem,
        CACHE_VARIABLE,
    )
    return _jit(None)


def _jit(folder: Path | None) -> EventLoop:
    """Compile the loop for the one signature that records have, with a cache in `folder` if any."""
    before = _numba_config.CACHE_DIR
    _numba_config.CACHE_DIR = str(folder or "")
    try:
        dispatcher = numba.njit(nogil=True, cache=folder is not None, **OPTIONS)(
            compiled_loop.run_events
        )
    finally:
        _numba_config.CACHE_DIR = before
    dispatcher.compile(_signature())
    loop: EventLoop = dispatcher
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


def _why_not_writable(folder: Path) -> str | None:
    """Give the reason why nothing can be written to the folder, or None if something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
