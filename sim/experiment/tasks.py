"""Tasks handed out to any `concurrent.futures` executor, a few at a time, taken back as they end.

A few only: what is to be done next may hang on what has come of the others.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from typing import TypeVar

from sim.experiment.errors import WORKER_KILLED, CannotGoOn

_AHEAD = 2  # per worker, so that none waits while a result is written
_LOOK_UP_S = 0.5  # Windows cannot interrupt a wait without a limit

T = TypeVar("T")
R = TypeVar("R")


def ahead(jobs: int) -> int:
    """Give how many tasks are handed out at a time to so many workers."""
    return 1 if jobs == 1 else _AHEAD * jobs


def ended(
    next_task: Callable[[], T | None], submit: Callable[[T], Future[R]], at_a_time: int
) -> Iterator[tuple[T, Future[R]]]:
    """Give each task with its future when it has ended, until there is no other and none at work.

    Parameters
    ----------
    next_task
        Gives a task, None if there is none for now; asked again whenever one has ended.
    at_a_time
        How many are handed out.

    Raises
    ------
    CannotGoOn
        If the workers are gone.
    """
    at_work: dict[Future[R], T] = {}
    try:
        while True:
            while len(at_work) < at_a_time and (task := next_task()) is not None:
                at_work[submit(task)] = task
            if not at_work:
                return
            for future in wait(at_work, _LOOK_UP_S, FIRST_COMPLETED).done:
                if isinstance(error := future.exception(), BrokenExecutor):
                    raise error
                yield at_work.pop(future), future
    except BrokenExecutor as error:
        raise CannotGoOn(WORKER_KILLED) from error
