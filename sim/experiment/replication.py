"""One block of replications: draw each week once, run every design on it, tabulate each.

This is the work that a worker does, wherever it runs. A task is small and stands alone; what can
be prepared once per point is kept by the worker between tasks.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from sim.config import layout_of
from sim.config.centre import Centre, DesignEntry
from sim.engine import simulate
from sim.experiment.block import Block
from sim.experiment.scenario import Point, targets_of
from sim.measures import MeasurePlan, plan_measures, tabulate
from sim.records import NOT_WOKEN, Design, Horizon
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan

_POINTS_KEPT = 4  # prepared points per worker: tasks come point after point


@dataclass(frozen=True)
class Recipe:
    """What a worker must know of a point."""

    centre: Centre
    horizon: Horizon
    seed: int
    engine: str
    designs: Mapping[str, DesignEntry]  # by design digest

    @classmethod
    def of(cls, point: Point, horizon: Horizon, seed: int, engine: str) -> Self:
        """Give the recipe of a point; designs that are the same by their matrices stand once."""
        designs = {digest: point.designs[name] for name, digest in point.design_digests.items()}
        return cls(point.centre, horizon, seed, engine, designs)


@dataclass(frozen=True)
class Task:
    """Replications `start` to `stop` - 1 of one point, under the designs of these digests.

    Parameters
    ----------
    point
        The point's index.
    recipe
        The point's recipe, pickled once and for all tasks; it is also the key under which a
        worker finds what it has prepared.
    """

    point: int
    start: int
    stop: int
    designs: tuple[str, ...]
    recipe: bytes


@dataclass(frozen=True)
class Prepared:
    """What all replications of a point share."""

    workload: WorkloadPlan
    staffing: StaffingDrawer
    designs: Mapping[str, Design]
    measures: MeasurePlan
    seed: int
    engine: str


def run_task(task: Task) -> Block:
    """Give the block of tallies that a task asks for."""
    prepared = prepare(task.recipe)
    replications = range(task.start, task.stop)
    cells = len(prepared.measures.measure)
    tallies = {design: np.empty((2, len(replications), cells)) for design in task.designs}
    contacts = 0
    for row, replication in enumerate(replications):
        workload = prepared.workload.draw(prepared.seed, replication)
        staffing = prepared.staffing.draw(prepared.seed, replication)
        for design, tallied in tallies.items():
            log = simulate(workload, staffing, prepared.designs[design], prepared.engine)
            tally = tabulate(prepared.measures, workload, staffing, log)
            tallied[0, row], tallied[1, row] = tally.numerator, tally.denominator
            contacts += int(np.count_nonzero(log.outcome != NOT_WOKEN))
    return Block.pack(task.start, tallies, contacts)


@lru_cache(maxsize=_POINTS_KEPT)
def prepare(recipe: bytes) -> Prepared:
    """Build what the replications of a point share, from its pickled recipe.

    Raises
    ------
    ConfigError
        If the point's demand or staffing contradict themselves.
    """
    known: Recipe = pickle.loads(recipe)  # noqa: S301 - our own bytes, made by this run
    layout = layout_of(known.centre)
    return Prepared(
        workload=WorkloadPlan(known.centre, known.horizon),
        staffing=StaffingDrawer(known.centre, known.horizon),
        designs={
            digest: build_design(entry.kind, layout, known.horizon, entry.options)
            for digest, entry in known.designs.items()
        },
        measures=plan_measures(layout, known.horizon, targets_of(known.centre)),
        seed=known.seed,
        engine=known.engine,
    )
