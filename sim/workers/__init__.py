"""How worker processes are started: by a fork server where there is one.

Processes are never forked from the run itself: by then it has threads (the progress display,
pyarrow's), and a fork copies their locks but not the threads that would release them. The fork
server has imported the model already, so that a worker is ready in milliseconds and not in a
second. Where there is none (Windows), workers are started anew (spawn).

A terminal sends Ctrl-C to the run, the fork server and the workers alike, and only the run is to
answer it. Ignoring it in a worker comes too late for one that is still importing; so SIGINT is
held back in this process while others are started, and they inherit that. Ours is delivered as
soon as they are.

This room knows no other, so that a command can start the fork server first of all: while it
imports what it needs itself and reads its files, the fork server does its own imports.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

RUN, REPORT = ("sim.experiment.worker",), ("sim.report.draw",)
"""What the fork server imports for the workers of a run, and for those that draw a report."""


def available_processors() -> int:
    """Give how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_ahead(
    jobs: int | None, scheduler: str | None = None, preload: Sequence[str] = RUN
) -> None:
    """Start the fork server of a command, if it will need one, to import while that begins.

    Parameters
    ----------
    jobs
        Workers; all processors of the machine unless given.
    scheduler
        That of a cluster, whose workers take the place of those here.
    preload
        As `start_workers_by` takes it.
    """
    if scheduler is None and (jobs or available_processors()) > 1:
        start_workers_by(preload)


def start_workers_by(preload: Sequence[str]) -> Any:  # noqa: ANN401 - a context's class differs by platform
    """Give the way in which processes are started here; its fork server, if it has one, is started.

    Parameters
    ----------
    preload
        Modules that the fork server imports first. A fork server that runs already is taken as
        it is: there is one in a process.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver  # noqa: PLC0415 - there is none on Windows

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    # First, because starting it lets SIGINT through again, before the fork server is started.
    resource_tracker.ensure_running()
    with interruption_held():
        forkserver.ensure_running()
    return context


@contextmanager
def interruption_held() -> Iterator[None]:
    """Hold Ctrl-C back until the block ends, and for good from the processes started in it.

    The mask is for those processes, which inherit it. It does not keep a signal from this one,
    whose other threads (those of numpy) take it, so here a handler notes it for later, and SIGTERM
    likewise. That is not masked: it is how a broken pool ends its workers.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    noted: list[int] = []
    ours = threading.current_thread() is threading.main_thread()
    usual = {
        number: signal.signal(number, lambda number, _: noted.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
        if ours and callable(signal.getsignal(number))
    }
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in usual.items():
            signal.signal(number, handler)
        if noted:  # also where the block failed: the same signal may have taken the fork server
            signal.raise_signal(noted[0])
