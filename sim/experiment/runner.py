"""Which replications are still missing, and getting them done by any `concurrent.futures` executor.

Replications come in rounds: `min` first, then `ROUND` at a time until the intervals are narrow
enough or `max` is reached. Whether there is another round is decided from exactly the
replications of the rounds so far, so that neither the number of workers, nor an interruption, nor
what happens to lie in the store changes how many there are.
"""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.config.experiment import Replications
from sim.experiment.block import Block
from sim.experiment.errors import CannotGoOn
from sim.experiment.progress import Progress
from sim.experiment.replication import Task
from sim.experiment.scenario import Point
from sim.experiment.statistics import ratio_interval
from sim.experiment.store import Store

ROUND = 10
BLOCK = 1  # replications per task: nothing finished is lost when a run is killed
_AHEAD = 2  # tasks handed out per worker, so that none waits while a block is written
_LOOK_UP_S = 0.5  # Windows cannot interrupt a wait without a limit

Work = Callable[[Task], Block]


@dataclass
class PointRun:
    """How far a point has got.

    Parameters
    ----------
    point, recipe
        The point, and its pickled recipe for the workers.
    wanted
        Replications asked for so far: rounds up to the present one.
    precision_cells
        Indices of the cells whose intervals the stopping rule looks at.
    blocks
        By design digest and replication: the file that holds it.
    seen
        By design digest and replication: numerators and denominators of `precision_cells`.
    """

    point: Point
    recipe: bytes
    wanted: int
    precision_cells: NDArray[np.intp]
    blocks: dict[str, dict[int, Path]] = field(init=False)
    seen: dict[str, dict[int, NDArray[np.float64]]] = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing."""
        self.blocks = {digest: {} for digest in self.point.design_digests.values()}
        self.seen = {digest: {} for digest in self.blocks}

    def add(self, path: Path, block: Block) -> None:
        """Take note of a finished block; designs that nobody asks for any more are passed over."""
        for design in block.parts.keys() & self.blocks.keys():
            replications = range(block.start, block.stop)
            self.blocks[design].update(dict.fromkeys(replications, path))
            if self.precision_cells.size:
                columns = block.tally(design)[:, :, self.precision_cells]
                self.seen[design].update(zip(replications, columns.swapaxes(0, 1), strict=True))

    def missing(self, replication: int) -> tuple[str, ...]:
        """Give the designs under which a replication has still to be run."""
        return tuple(design for design, done in self.blocks.items() if replication not in done)

    def tasks(self, size: int) -> Iterator[Task]:
        """Give what is missing of the present round, at most `size` replications at a time."""
        start = 0
        while start < self.wanted:
            designs, stop = self.missing(start), start + 1
            while stop < min(start + size, self.wanted) and self.missing(stop) == designs:
                stop += 1
            if designs:
                yield Task(self.point.index, start, stop, designs, self.recipe)
            start = stop

    def half_width(self) -> float:
        """Give the widest half-width that the stopping rule looks at; nan if there is none yet.

        A cell in which nothing was ever counted has nothing to be precise about.
        """
        halves = [np.zeros(1)]
        for rows in self.seen.values():
            columns = np.stack([rows[replication] for replication in range(self.wanted)])
            numerator, denominator = columns[:, 0], columns[:, 1]
            counted = denominator.any(axis=0)
            halves.append(ratio_interval(numerator, denominator).half_width[counted])
        return float(np.concatenate(halves).max())  # nan if any is


def run_points(  # noqa: PLR0913 - each is a part of its own, and the tests replace them
    runs: Mapping[int, PointRun],
    replications: Replications,
    *,
    store: Store,
    executor: Executor,
    jobs: int,
    work: Work,
    progress: Progress,
    block: int = BLOCK,
) -> None:
    """Run what is missing of some points, round by round, and note it in `runs`.

    Raises
    ------
    CannotGoOn
        If a block cannot be written or a worker is killed; what was finished is stored.
    """
    try:
        _run_rounds(
            runs,
            replications,
            store=store,
            executor=executor,
            jobs=jobs,
            work=work,
            progress=progress,
            block=block,
        )
    except BrokenExecutor as error:
        raise CannotGoOn(
            "A worker process ended suddenly; most often the machine ran out of memory. "
            "Nothing finished is lost: run the same command again, with fewer --jobs."
        ) from error


def _run_rounds(  # noqa: PLR0913 - see run_points
    runs: Mapping[int, PointRun],
    replications: Replications,
    *,
    store: Store,
    executor: Executor,
    jobs: int,
    work: Work,
    progress: Progress,
    block: int,
) -> None:
    """Hand out tasks and take in blocks until no point wants another round."""
    waiting: deque[Task] = deque()
    left: dict[int, int] = {}
    at_work: dict[Future[Block], Task] = {}

    def open_rounds(run: PointRun) -> None:
        """Put the next round that has work in it in the queue, if there is one."""
        while not (tasks := list(run.tasks(block))):
            more = next_round(run, replications, progress)
            if not more:
                return
            run.wanted += more
        left[run.point.index] = len(tasks)
        waiting.extend(tasks)

    for run in runs.values():
        open_rounds(run)
    while waiting or at_work:
        while waiting and len(at_work) < _AHEAD * jobs:
            task = waiting.popleft()
            at_work[executor.submit(work, task)] = task
            if jobs == 1:
                break
        finished = wait(at_work, _LOOK_UP_S, FIRST_COMPLETED).done
        for future in finished:
            task = at_work.pop(future)
            run = runs[task.point]
            result = future.result()
            run.add(store.put(run.point.digest, result), result)
            progress.advance(task.stop - task.start, result.contacts)
            left[task.point] -= 1
            if not left[task.point]:
                open_rounds(run)


def next_round(run: PointRun, replications: Replications, progress: Progress) -> int:
    """Give how many more replications a point needs, 0 when it has enough."""
    until, most = replications.until, replications.max
    if until is None or most is None:
        return 0
    half_width = run.half_width()
    enough = half_width <= until.half_width  # false for nan
    more = 0 if enough else min(ROUND, most - run.wanted)
    progress.precision(run.point.index, half_width, until.half_width, more)
    return more


def find_stored(run: PointRun, store: Store, notice: Callable[[str], None]) -> None:
    """Note which blocks of a point are in the store already; set damaged ones aside."""
    for path, found in store.blocks(
        run.point.digest, lambda damaged: store.set_aside(damaged, notice)
    ):
        run.add(path, found)


def pickled(recipe: object) -> bytes:
    """Give a recipe's bytes, the same for each task of a point."""
    return pickle.dumps(recipe, protocol=5)


def done_already(runs: Iterable[PointRun]) -> int:
    """Count the replications of the present rounds that need no work."""
    return sum(not run.missing(replication) for run in runs for replication in range(run.wanted))
