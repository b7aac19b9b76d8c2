"""How many replications make a task, and with it a file of the store.

One each loses least when a run is killed, but every file costs a few milliseconds until it is
safely on the disk, one after the other: short weeks or many workers would wait for them. So a task
takes as many as keep a worker busy for `BLOCK_S`. How replications are cut into tasks changes no
figure.
"""

import time
from collections.abc import Callable

BLOCK_S = 2.0
_TASKS_LEFT = 4  # per worker, before tasks get smaller, so that all workers finish together


class Pace:
    """The size of tasks, by what replications have taken since the start.

    Parameters
    ----------
    workers
        How many work at a time.
    fixed
        Always this many replications; by the pace unless given.
    clock
        Gives seconds.

    Attributes
    ----------
    done
        Replications finished since the start; whoever hands out tasks counts them.

    Examples
    --------
    >>> seconds = iter([0.0, 10.0, 10.0])
    >>> pace = Pace(2, clock=lambda: next(seconds))
    >>> pace.done = 40  # half a second of a worker's time each
    >>> pace.block(queued=1000), pace.block(queued=16)
    (4, 2)
    """

    def __init__(
        self,
        workers: int,
        fixed: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.done = 0
        self._workers, self._fixed, self._clock = workers, fixed, clock
        self._started_s = clock()

    def block(self, queued: int) -> int:
        """Give the replications of the next task while so many wait to be handed out."""
        if self._fixed is not None:
            return self._fixed
        worked_s = self._workers * (self._clock() - self._started_s)  # waiting counts as work
        lasting = BLOCK_S * self.done / max(worked_s, 1e-9)
        return max(1, min(int(lasting), queued // (_TASKS_LEFT * self._workers)))
