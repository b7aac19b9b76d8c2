"""Which replications are still missing, and getting them done by any `concurrent.futures` executor.

Replications come in rounds: `min` first, then `ROUND` at a time until the intervals are narrow
enough or `max` is reached. Whether there is another round is decided from exactly the
replications of the rounds so far, so that neither the number of workers, nor an interruption, nor
what happens to lie in the store changes how many there are.

A fault in the work of one point stops that point alone; the others are finished and stored.
"""

import pickle
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.config.experiment import Replications, Until
from sim.experiment.block import Block
from sim.experiment.errors import ExperimentError
from sim.experiment.pace import Pace
from sim.experiment.precision import PrecisionCell
from sim.experiment.progress import Precision, Progress, Silent, furthest_off
from sim.experiment.replication import Task
from sim.experiment.scenario import Point
from sim.experiment.statistics import ratio_interval
from sim.experiment.store import Store
from sim.experiment.tasks import ahead, ended

ROUND = 10

Work = Callable[[Task], Block]


@dataclass
class Stored:
    """What the store is known to hold of one workload, for all points that share it.

    Parameters
    ----------
    precision_cells
        The cells whose intervals the stopping rules look at.
    blocks
        By design digest and replication: the file that holds it.
    seen
        By design digest and replication: numerators and denominators of `precision_cells`.
    """

    precision_cells: tuple[PrecisionCell, ...] = ()
    blocks: dict[str, dict[int, Path]] = field(default_factory=dict)
    seen: dict[str, dict[int, NDArray[np.float64]]] = field(default_factory=dict)

    def add(self, path: Path, block: Block) -> None:
        """Take note of a finished block."""
        replications = range(block.start, block.stop)
        for design in block.parts:
            self.blocks.setdefault(design, {}).update(dict.fromkeys(replications, path))
            if self.precision_cells:
                indices = [cell.index for cell in self.precision_cells]
                columns = block.tally(design)[:, :, indices].swapaxes(0, 1)
                self.seen.setdefault(design, {}).update(zip(replications, columns, strict=True))

    def holds(self, design: str, replication: int) -> bool:
        """Tell whether a replication has been run under a design."""
        return replication in self.blocks.get(design, ())


@dataclass
class PointRun:
    """How far a point has got.

    Parameters
    ----------
    point, recipe
        The point, and its pickled recipe for the workers.
    wanted
        Replications asked for so far: rounds up to the present one.
    stored
        What is there; the same object for all points of one workload.
    share
        The replications that are to be run here; None for all.
    """

    point: Point
    recipe: bytes
    wanted: int
    stored: Stored
    share: Collection[int] | None = None
    designs: tuple[str, ...] = field(init=False)  # digests, each once

    def __post_init__(self) -> None:
        """Take designs that are the same by their matrices as one."""
        self.designs = tuple(dict.fromkeys(self.point.design_digests.values()))

    @property
    def here(self) -> Collection[int]:
        """The replications of the rounds so far that are to be run here."""
        return range(self.wanted) if self.share is None else self.share

    def missing(self, start: int, stop: int) -> tuple[str, ...]:
        """Give the designs under which some of these replications have still to be run here."""
        here = [r for r in range(start, stop) if r in self.here]
        return tuple(
            design for design in self.designs if not all(self.stored.holds(design, r) for r in here)
        )

    def tasks(self) -> Iterator[Task]:
        """Give what is missing of the present round, in tasks as large as can be."""
        start = 0
        while start < self.wanted:
            designs, stop = self.missing(start, start + 1), start + 1
            while stop < self.wanted and self.missing(stop, stop + 1) == designs:
                stop += 1
            if designs:
                yield Task(self.point.index, start, stop, designs, self.recipe)
            start = stop

    def complete(self) -> int:
        """Give how many replications, from the first on, are there under every design."""
        return next((r for r in range(self.wanted) if self.missing(r, r + 1)), self.wanted)

    def half_widths(self) -> NDArray[np.float64]:
        """Give the half-width of each cell that the stopping rules look at: the widest design's.

        It is nan where there is none yet. A cell in which nothing was ever counted has nothing to
        be precise about.
        """
        halves = [np.zeros(len(self.stored.precision_cells))]
        for design in self.designs if self.stored.precision_cells else ():
            rows = self.stored.seen[design]
            columns = np.stack([rows[replication] for replication in range(self.wanted)])
            numerator, denominator = columns[:, 0], columns[:, 1]
            half_width = ratio_interval(numerator, denominator).half_width
            halves.append(np.where(denominator.any(axis=0), half_width, 0.0))
        widest: NDArray[np.float64] = np.stack(halves).max(axis=0)  # nan if any is
        return widest

    def precision(self, untils: Sequence[Until]) -> tuple[Precision, ...]:
        """Give the interval of each rule that is widest, in the order of the rules."""
        cells, halves = self.stored.precision_cells, self.half_widths()
        reached = []
        for rule, until in enumerate(untils):
            of_rule = [place for place, cell in enumerate(cells) if cell.rule == rule]
            place = of_rule[int(halves[of_rule].argmax())]  # the first nan if there is one
            about, unit = cells[place].about, cells[place].unit
            reached.append(Precision(about, unit, float(halves[place]), until.half_width))
        return tuple(reached)


def run_points(  # noqa: PLR0913 - each is a part of its own, and the tests replace them
    runs: Mapping[int, PointRun],
    replications: Replications,
    *,
    store: Store,
    executor: Executor,
    jobs: int,
    work: Work,
    progress: Progress,
    block: int | None = None,
    over: Callable[[], bool] = lambda: False,
) -> dict[int, Exception]:
    """Run what is missing of some points, round by round, and note it in `runs`.

    Parameters
    ----------
    block
        Replications per task; as many as take about `pace.BLOCK_S` unless given.
    over
        Tells when nothing new may be begun, though there were work.

    Returns
    -------
    dict
        By index of a point that could not be finished: the fault in its work.

    Raises
    ------
    CannotGoOn, WrongInput
        If a block cannot be written, or the workers are gone; what was finished is stored.
    """
    rounds = _Rounds(runs, replications, progress, over)
    pace = Pace(jobs, block)
    failed: dict[int, Exception] = {}

    def next_task() -> Task | None:
        return None if over() else rounds.next_task(pace.block(rounds.queued))

    for task, future in ended(next_task, lambda task: executor.submit(work, task), ahead(jobs)):
        if (fault := _fault(future)) is not None:
            failed.setdefault(task.point, fault)
            rounds.give_up(task.point)
            continue
        run, result = runs[task.point], future.result()
        run.stored.add(store.put(run.point.digest, result), result)
        pace.done += task.stop - task.start
        rounds.close(task, result.contacts)
    return failed


def _fault(future: Future[Block]) -> Exception | None:
    """Give what went wrong in a point's work; raise what concerns all of them."""
    error = future.exception()
    if error is None:
        return None
    if isinstance(error, ExperimentError) or not isinstance(error, Exception):
        raise error
    return error


class _Rounds:
    """The tasks that are still to be handed out, and how much of each point's round is left.

    Parameters
    ----------
    queued
        Replications in tasks that are still to be handed out.
    left
        By point that is neither done nor given up: replications of its round not finished.
    """

    def __init__(
        self,
        runs: Mapping[int, PointRun],
        replications: Replications,
        progress: Progress,
        over: Callable[[], bool],
    ) -> None:
        self.runs, self.replications, self.progress = runs, replications, progress
        self.over = over
        self.waiting: deque[Task] = deque()
        self.queued = 0
        self.left: dict[int, int] = {}
        for run in runs.values():
            self.open(run)

    def open(self, run: PointRun) -> None:
        """Queue the next round of a point that has work in it, if there is one."""
        while not (tasks := list(run.tasks())):
            more = next_round(run, self.replications, self.progress)
            if not more:
                self.progress.point_done()
                self.left.pop(run.point.index, None)
                return
            run.wanted += more
        n = sum(task.stop - task.start for task in tasks)
        self.left[run.point.index] = n
        self.queued += n
        self.waiting.extend(tasks)

    def next_task(self, size: int) -> Task | None:
        """Give the next task that has work in it, None if there is none for now.

        It has at most `size` replications. Another point with the same workload may have run what
        this one waits for.
        """
        while self.waiting:
            task = self.waiting.popleft()
            if task.stop - task.start > size:
                cut = task.start + size
                self.waiting.appendleft(replace(task, start=cut))
                task = replace(task, stop=cut)
            self.queued -= task.stop - task.start
            designs = self.runs[task.point].missing(task.start, task.stop)
            if designs:
                return replace(task, designs=designs)
            self.close(task, 0)
        return None

    def close(self, task: Task, contacts: int) -> None:
        """Count a task as done, and open the next round if it was the last of its own."""
        self.progress.advance(task.stop - task.start, contacts)
        if task.point not in self.left:
            return
        self.left[task.point] -= task.stop - task.start
        if not self.left[task.point] and not self.over():
            self.open(self.runs[task.point])

    def give_up(self, point: int) -> None:
        """Hand out no more of a point."""
        self.left.pop(point, None)
        self.waiting = deque(task for task in self.waiting if task.point != point)
        self.queued = sum(task.stop - task.start for task in self.waiting)


def next_round(run: PointRun, replications: Replications, progress: Progress) -> int:
    """Give how many more replications a point needs, 0 when it has enough."""
    if not replications.until or replications.max is None:
        return 0
    furthest = furthest_off(run.precision(replications.until))
    more = 0 if furthest.met else min(ROUND, replications.max - run.wanted)
    progress.precision(run.point.index, furthest, more)
    return more


def skip_stored(run: PointRun, replications: Replications) -> None:
    """Go on to a point's first round that has work in it, or to its last, telling nobody."""
    while next(run.tasks(), None) is None:
        more = next_round(run, replications, Silent())
        if not more:
            return
        run.wanted += more


def find_stored(run: PointRun, store: Store, notice: Callable[[str], None]) -> None:
    """Note which blocks of a point's workload are stored already; set damaged ones aside."""
    for path, found in store.blocks(
        run.point.digest, lambda damaged: store.set_aside(damaged, notice)
    ):
        run.stored.add(path, found)


def pickled(recipe: object) -> bytes:
    """Give a recipe's bytes, the same for each task of a point."""
    return pickle.dumps(recipe, protocol=5)


def done_already(runs: Iterable[PointRun]) -> int:
    """Count the replications of the present rounds that need no work here."""
    return sum(not run.missing(r, r + 1) for run in runs for r in run.here)
