"""A few cells of many scenarios, week by week: for searches that look at little and need much.

The break-even search, the selection of a design and robust conclusions run hundreds of scenarios
and look at a handful of cells of each. They share this way of getting them done by an executor;
with a store, what has been computed is kept as it comes and never computed again.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import ConfigError
from sim.experiment.block import Block
from sim.experiment.identity import digest_of
from sim.experiment.progress import Progress
from sim.experiment.replication import Recipe, Task, run_cells
from sim.experiment.runner import pickled
from sim.experiment.scenario import Point, Study
from sim.experiment.store import Store
from sim.experiment.tasks import ahead, ended

Floats = NDArray[np.float64]


def cells_digest(cells: NDArray[np.intp]) -> str:
    """Give the digest of which cells are kept, from their indices into a tally."""
    return digest_of(cells.tolist())[:12]


def store_of_cells(store: Store, digest: str) -> Store:
    """Give the store below that of a results folder in which only some cells are kept."""
    return Store(store.folder / f"cells-{digest}")


@dataclass(frozen=True)
class Wanted:
    """Replications `start` to `stop` - 1 of a point, under some of its designs by name."""

    point: Point
    designs: tuple[str, ...]
    start: int
    stop: int


class CellRuns:
    """Numerators and denominators of some cells: those known so far, and more when they are wanted.

    Parameters
    ----------
    study
        Whose horizon and seed hold for every point.
    cells
        Indices into a tally, the same for every point.
    executor, jobs, engine
        Where and how the weeks are run.
    progress
        Told of every week, and of damaged files.
    store
        Of the results folder, in which these cells have a folder of their own; None keeps nothing.
    block
        Replications per task at most.
    refused
        Takes by digest what is wrong with a point that cannot be drawn; without it the first such
        point ends the run.
    """

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        study: Study,
        cells: NDArray[np.intp],
        *,
        executor: Executor,
        jobs: int,
        engine: str,
        progress: Progress,
        store: Store | None = None,
        block: int = 1,
        refused: dict[str, ConfigError] | None = None,
    ) -> None:
        self._study, self._cells, self._engine = study, cells, engine
        self._executor, self._ahead = executor, ahead(jobs)
        self._progress, self._block, self._refused = progress, block, refused
        self._store = store and store_of_cells(store, cells_digest(cells))
        self._held: dict[str, dict[str, dict[int, Floats]]] = {}

    def run(self, wanted: Iterable[Wanted]) -> None:
        """Get done what is missing of some weeks.

        Raises
        ------
        CannotGoOn
            If a worker is killed or a block cannot be written; what was finished is stored.
        """
        tasks = (pair for one in wanted for pair in self._tasks(one))

        def submit(pair: tuple[str, Task]) -> Future[Block]:
            return self._executor.submit(run_cells, pair[1], self._cells)

        for pair, future in ended(lambda: next(tasks, None), submit, self._ahead):
            self._finish(*pair, future)

    def tally(self, point: Point, design: str, replications: int) -> Floats:
        """Give the cells of the first replications under a design, shape (2, R, cells)."""
        held = self._held[point.digest][point.design_digests[design]]
        return np.stack([held[replication] for replication in range(replications)], axis=1)

    def know(self, point: Point, design: str, tally: Floats) -> None:
        """Take note of the first weeks under a design's digest that were run by others.

        Parameters
        ----------
        tally
            Shape (2, R, cells).
        """
        by_week = self._known(point.digest).setdefault(design, {})
        by_week.update(enumerate(tally.swapaxes(0, 1)))

    def _finish(self, digest: str, task: Task, future: Future[Block]) -> None:
        """Keep what a task gives, or what is wrong with its point."""
        try:
            block = future.result()
        except ConfigError as error:
            if self._refused is None:
                raise
            self._refused[digest] = error
            self._progress.advance(task.stop - task.start, 0)
            return
        self._hold(digest, block)
        if self._store is not None:
            self._store.put(digest, block)
        self._progress.advance(task.stop - task.start, block.contacts)

    def _tasks(self, wanted: Wanted) -> Iterator[tuple[str, Task]]:
        """Give what is missing of some weeks as tasks, each with the digest of its point."""
        point = wanted.point
        known = self._known(point.digest)
        digests = tuple(dict.fromkeys(point.design_digests[name] for name in wanted.designs))
        recipe = None
        for start in range(wanted.start, wanted.stop, self._block):
            stop = min(start + self._block, wanted.stop)
            missing = tuple(
                digest
                for digest in digests
                if not all(week in known.get(digest, ()) for week in range(start, stop))
            )
            if not missing:
                self._progress.advance(stop - start, 0)
                continue
            if recipe is None:
                horizon, seed = self._study.horizon, self._study.experiment.seed
                recipe = pickled(Recipe.of(point, horizon, seed, self._engine))
            yield point.digest, Task(point.index, start, stop, missing, recipe)

    def _known(self, digest: str) -> dict[str, dict[int, Floats]]:
        """Give what is known of a point by design and week, what the store holds included."""
        if digest not in self._held:
            self._held[digest] = {}
            store = self._store
            if store is not None:
                for _, block in store.blocks(
                    digest, lambda path: store.set_aside(path, self._progress.notice)
                ):
                    self._hold(digest, block)
        return self._held[digest]

    def _hold(self, digest: str, block: Block) -> None:
        """Take note of a block of a point."""
        for design in block.parts:
            weeks = block.tally(design).swapaxes(0, 1)
            by_week = self._held[digest].setdefault(design, {})
            by_week.update(zip(range(block.start, block.stop), weeks, strict=True))
