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
_lock = threading.Lock()
_loops: dict[str, EventLoop] = {}


def simulate_compiled(
    workload: Workload, staffing: Staffing, design: Design, loop: EventLoop | None = None
) -> ContactLog:
    """Give the contact log of one replication, by the compiled loop (or its plain source)."""
    n = workload.n_contacts
    outcome = np.zeros(n, dtype=np.int8)
    arrival_s, wait_end_s, service_end_s = (np.full(n, np.inf) for _ in range(3))
    group = np.full(n, compiled_loop.NOBODY)
    (loop or event_loop())(
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
        design.change_s,
        design.delay_s,
        design.contact_rank,
        design.agent_rank.transpose(0, 2, 1).copy(),
        design.delay_s.transpose(0, 2, 1).copy(),
        design.reserve,
        design.reserve.transpose(0, 2, 1).copy(),
        design.handle_factor,
        outcome,
        arrival_s,
        wait_end_s,
        service_end_s,
        group,
    )
    for column in (outcome, arrival_s, wait_end_s, service_end_s, group):
        column.setflags(write=False)
    return ContactLog(outcome, arrival_s, wait_end_s, service_end_s, group)


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

    real, whole, tiny = types.float64, types.int64, types.int8
    return types.int64(
        array(whole),
        *[array(real)] * 3,
        array(tiny),
        array(real),
        *[array(whole)] * 2,
        array(real),
        *[array(whole)] * 2,
        array(real),
        array(real, 3),
        array(whole, 3),
        array(whole, 3, written=True),
        array(real, 3, written=True),
        array(whole, 3),
        array(whole, 3, written=True),
        array(real, 3),
        array(tiny, written=True),
        *[array(real, written=True)] * 3,
        array(whole, written=True),
    )


def _why_not_writable(folder: Path) -> str | None:
    """Give the reason why nothing can be written to the folder, or None if something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
