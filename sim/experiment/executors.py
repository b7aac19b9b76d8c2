"""Where tasks run: in this process, in several, or on a cluster; the results are the same.

Processes serve both engines. The compiled one releases the GIL, but drawing and tabulating hold it
for more than half of a replication, so that two threads gained little (docs/decisions/0011).

Workers hold a lifeline, a pipe whose other end this process holds. When that end closes, because
the run was interrupted or was killed outright, they go at once: no orphans. Only while one sends
its result it goes on to the end of it: the run would wait for the rest of half a result for ever.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from sim.experiment.cluster import ClusterExecutor, cluster_executor
from sim.experiment.loops import fill_cache
from sim.workers import REPORT, RUN, interruption_held, start_workers_by

_SENT_S = 2.0  # within which a result is sent, or there is none
_between_tasks = threading.Lock()  # a worker's own: held while it runs no task

P = ParamSpec("P")
T = TypeVar("T")


class InlineExecutor(Executor):
    """Runs each task at once, in the thread that submits it."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the task and give its finished future; a Ctrl-C goes straight to the caller."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever the task raises
            future.set_exception(error)
        return future


class _Processes(ProcessPoolExecutor):
    """Starts a worker, when a task needs one, with Ctrl-C held back; workers may end in a task."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand out the task and give its future."""
        with interruption_held():
            return super().submit(_run_in_worker, fn, *args, **kwargs)


@contextmanager
def executor_for(engine: str | None, jobs: int, scheduler: str | None = None) -> Iterator[Executor]:
    """Give an executor of `jobs` workers, ready for the engine, or to draw without one.

    When the block ends by an exception, tasks in hand are dropped rather than waited for.

    Parameters
    ----------
    scheduler
        The address of a Dask scheduler, whose workers take the place of those here.
    """
    if scheduler is not None:
        with cluster_executor(scheduler) as executor:
            yield executor
    elif jobs == 1:
        yield InlineExecutor()
    else:
        yield from _processes(engine, jobs)


def workers_of(executor: Executor, jobs: int) -> int:
    """Give how many tasks an executor does at a time: `jobs`, or what its cluster has."""
    return executor.workers if isinstance(executor, ClusterExecutor) else jobs


def _processes(engine: str | None, jobs: int) -> Iterator[Executor]:
    if engine is not None:
        fill_cache(engine)
    context = start_workers_by(REPORT if engine is None else RUN)
    held, lifeline = context.Pipe(duplex=False)
    pool = _Processes(jobs, context, initializer=_start_worker, initargs=(held,))
    try:
        yield pool
    except BaseException:
        lifeline.close()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    finally:
        pool.shutdown(wait=True)
        lifeline.close()
        held.close()


def _start_worker(lifeline: Connection) -> None:
    """Leave Ctrl-C to the run, and end when the run ends or by SIGTERM, never while sending."""
    _between_tasks.acquire()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # In a thread, so that the result that is being sent is sent meanwhile.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=_leave, daemon=True).start())
    threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()


def _run_in_worker(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a task, in the midst of which the worker may end."""
    _between_tasks.release()
    try:
        return fn(*args, **kwargs)
    finally:
        _between_tasks.acquire()


def _follow(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()  # nothing is ever sent: this waits for the other end to close
    except (EOFError, OSError):
        _leave()


def _leave() -> None:
    """End this worker at once, or when its result is sent."""
    _between_tasks.acquire(timeout=_SENT_S)  # kept: no result is begun any more
    os._exit(1)
