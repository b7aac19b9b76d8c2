"""Every assumption set, run: its cells week by week, and the targets that hold in it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.config import ConfigError
from sim.experiment.asked import note_sets
from sim.experiment.cells import CellRuns, Wanted
from sim.experiment.progress import Progress
from sim.experiment.robust.plan import RobustPlan
from sim.experiment.robust.sets import AssumptionSets
from sim.experiment.scenario import Point, resolve_point, targets_of
from sim.experiment.store import Store

_POINTS_HELD = 32  # whole centres in memory at a time
_MOST_WEEKS = 10  # per task: what is lost at most when a run is killed
_NO_KEYS: Mapping[str, str | float] = MappingProxyType({})

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What came of the sets.

    Parameters
    ----------
    tallies
        By design: numerators and denominators, shape (2, R, S, cells); nan for an impossible set.
    targets
        By design: the share that each channel promises, shape (S, channels).
    impossible
        By number of a set: why there can be no such centre.
    """

    tallies: Mapping[str, Floats]
    targets: Mapping[str, Floats]
    impossible: Mapping[int, str]


@dataclass(frozen=True)
class Means:
    """Where and how the weeks are run."""

    executor: Executor
    jobs: int
    engine: str
    progress: Progress
    store: Store | None


def run_sets(plan: RobustPlan, sets: AssumptionSets, means: Means) -> Outcomes:
    """Run every set on the same weeks under every design that a conclusion is about.

    Raises
    ------
    ConfigError
        If the centre's own values are refused.
    CannotGoOn
        If the machine gives out; what was finished is stored.
    """
    size, weeks = len(sets.places), plan.asked.replications
    channels = len(plan.study.points[0].layout.channels)
    tallies = {
        design: np.full((2, weeks, size, plan.cells.size), np.nan) for design in plan.designs
    }
    targets = {design: np.full((size, channels), np.nan) for design in plan.designs}
    impossible: dict[int, str] = {}
    points = _points(plan, sets, means.progress, impossible)
    while held := list(islice(points, _POINTS_HELD)):
        if means.store is not None:
            known = [(one.digest, [one.design_digests[d] for d in plan.designs]) for one in held]
            note_sets(means.store, plan.study.digest, held[0].index, known)
        refused: dict[str, ConfigError] = {}
        runs = CellRuns(
            plan.study,
            plan.cells,
            executor=means.executor,
            jobs=means.jobs,
            engine=means.engine,
            progress=means.progress,
            store=means.store,
            block=min(weeks, _MOST_WEEKS),
            refused=refused,
        )
        runs.run(Wanted(point, plan.designs, 0, weeks) for point in held)
        for point in held:
            means.progress.point_done()
            if point.digest in refused:
                _refuse(sets, point.index, refused[point.digest], impossible)
                continue
            for design in plan.designs:
                tallies[design][:, :, point.index] = runs.tally(point, design, weeks)
                promised = targets_of(point.centre_under(design)).target_share
                targets[design][point.index] = promised
    return Outcomes(tallies, targets, impossible)


def _points(
    plan: RobustPlan, sets: AssumptionSets, progress: Progress, impossible: dict[int, str]
) -> Iterator[Point]:
    """Give the sets that can be read, one centre at a time; note those that cannot."""
    path, experiment = plan.study.path, plan.study.experiment
    for number in range(len(sets.places)):
        try:
            point = resolve_point(path, experiment, number, sets.values(number), _NO_KEYS)
        except ConfigError as error:
            _refuse(sets, number, error, impossible)
            progress.advance(plan.asked.replications, 0)
            progress.point_done()
        else:
            yield point


def _refuse(
    sets: AssumptionSets, number: int, error: ConfigError, impossible: dict[int, str]
) -> None:
    """Note why a set cannot be; the centre's own values must."""
    if number == sets.own:
        raise error
    impossible[number] = str(error.problems[0])
