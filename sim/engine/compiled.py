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
from sim.records import ContactLog, Design, Staffing, Workload

logger = logging.getLogger(__name__)

CACHE_VARIABLE = "SIM_CACHE_DIR"
"""Environment variable that names another folder for compiled code."""

_SOURCES = (
    "sim.engine.compiled_loop",
    "sim.engine.order",
    "sim.routing.rules",
    "sim.records.contact_log",
    "sim.records.workload",
)

EventLoop = Callable[..., int]
_numba_config: Any = numba.config  # its names are made at import, unseen by a type checker
_FIRST_HEAP = 1024
_lock = threading.Lock()
_loops: dict[str, EventLoop] = {}


def simulate_compiled(workload: Workload, staffing: Staffing, design: Design) -> ContactLog:
    """Give the contact log of one replication, by the compiled loop."""
    n, n_classes, n_groups = workload.n_contacts, design.n_classes, design.n_groups
    log = (
        np.zeros(n, dtype=np.int8),
        *(np.full(n, np.inf) for _ in range(3)),
        np.full(n, compiled_loop.NOBODY),
        np.zeros(n, dtype=np.bool_),
    )
    inputs = (
        workload.contact_class,
        workload.arrival_s[: workload.n_primary],
        workload.patience_s,
        workload.handle_s,
        workload.trigger,
        workload.delay_s,
        workload.child_start,
        workload.child,
        staffing.step_s,
        staffing.step_group,
        staffing.step_staffed,
        staffing.step_cut,
        design.change_s,
        *(
            matrix.reshape(-1)
            for matrix in (
                design.delay_s,
                design.contact_rank,
                design.agent_rank,
                design.reserve,
                design.handle_factor,
                design.interrupts,
            )
        ),
    )
    rooms = (
        workload.handle_s.copy() if design.interrupts.any() else np.empty(1),  # rest_s
        np.zeros(n_groups, dtype=np.int64),  # staffed
        np.zeros(n_groups, dtype=np.int64),  # free
        np.empty(n, dtype=np.int64),  # following, written before it is read
        np.full(n_classes, compiled_loop.NOBODY),  # queue_tail
        np.full(n_classes, compiled_loop.NOBODY),  # head_contact
        np.full(n_classes, np.inf),  # head_arrival_s
        np.full((n_classes, n_groups + 1), np.inf),  # openings_s
    )
    progress = np.zeros(compiled_loop.PROGRESS_SIZE, dtype=np.int64)
    progress[compiled_loop.NEXT_CHANGE] = 1
    heap_s, heap_key = np.empty(_FIRST_HEAP), np.empty(_FIRST_HEAP, dtype=np.int64)
    go_on = event_loop()
    while needed := go_on(*inputs, *log, *rooms, heap_s, heap_key, progress):
        heap_s = np.resize(heap_s, 2 * needed)
        heap_key = np.resize(heap_key, 2 * needed)
    for column in log:
        column.setflags(write=False)
    return ContactLog(*log)


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
        dispatcher = numba.njit(nogil=True, cache=folder is not None, error_model="numpy")(
            compiled_loop.run_events
        )
    finally:
        _numba_config.CACHE_DIR = before
    dispatcher.compile(_signature())
    loop: EventLoop = dispatcher
    return loop


def _signature() -> Any:  # noqa: ANN401 - Numba's own type
    def array(scalar: Any, ndim: int = 1, *, written: bool = False) -> Any:  # noqa: ANN401
        return types.Array(scalar, ndim, "C", readonly=not written)

    real, whole, tiny, truth = types.float64, types.int64, types.int8, types.boolean
    workload = (whole, real, real, real, tiny, real, whole, whole)
    staffing = (real, whole, whole, truth)
    design = (real, real, whole, whole, whole, real, truth)
    log = (tiny, real, real, real, whole, truth)
    rooms = (real, whole, whole, whole, whole, whole, real)
    return types.int64(
        *(array(scalar) for scalar in workload + staffing + design),
        *(array(scalar, written=True) for scalar in log + rooms),
        array(real, 2, written=True),
        *(array(scalar, written=True) for scalar in (real, whole, whole)),
    )


def _why_not_writable(folder: Path) -> str | None:
    """Give the reason why nothing can be written to the folder, or None if something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
