"""From the plan to the tables: every set run, every conclusion judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sim.config import ConfigError, Problem
from sim.experiment.executors import executor_for, workers_of
from sim.experiment.files import write_atomically
from sim.experiment.progress import Progress
from sim.experiment.robust.margins import Margins, margins
from sim.experiment.robust.outcomes import Means, Outcomes, run_sets
from sim.experiment.robust.plan import RobustPlan
from sim.experiment.robust.rows import box_sides, holding, influences, swings
from sim.experiment.robust.sets import AssumptionSets, draw_sets
from sim.experiment.robust.tables import (
    BOXES,
    INDICES,
    ROBUST,
    SETS,
    TORNADO,
    BoxSide,
    Holding,
    Influence,
    Swing,
    write_rows,
    write_sets,
)
from sim.experiment.store import Store
from sim.experiment.tables import Value


@dataclass(frozen=True, eq=False)
class RobustAnswer:
    """What came of a plan: the rows of its tables."""

    plan: RobustPlan
    sets: AssumptionSets
    judged: Sequence[Margins]
    holdings: Sequence[Holding]
    influences: Sequence[Influence]
    boxes: Sequence[BoxSide]
    swings: Sequence[Swing]

    def write(self, folder: Path) -> None:
        """Write the five tables into a results folder."""
        for name, write in (
            (ROBUST, partial(write_rows, kind=Holding, rows=self.holdings)),
            (INDICES, partial(write_rows, kind=Influence, rows=self.influences)),
            (BOXES, partial(write_rows, kind=BoxSide, rows=self.boxes)),
            (TORNADO, partial(write_rows, kind=Swing, rows=self.swings)),
        ):
            write_atomically(folder / name, write)
        write = partial(write_sets, header=self._header(), rows=self._set_rows())
        write_atomically(folder / SETS, write)

    def _header(self) -> tuple[str, ...]:
        keys = (one.key for assumption in self.sets.assumptions for one in assumption.ranges)
        each = (
            f"conclusion_{claim.number}_{part}"
            for claim in self.plan.claims
            for part in ("margin", "ci_low", "ci_high", "verdict")
        )
        return ("set", "table", "row", *keys, *each)

    def _set_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `robust_sets.csv`: the values of each set, and each margin there."""
        ranges = [one for assumption in self.sets.assumptions for one in assumption.ranges]
        for number in range(len(self.sets.places)):
            values = self.sets.values(number)
            each: list[Value] = []
            for found in self.judged:
                each += [float(part[number]) for part in found.interval[:3]]
                each.append(str(found.verdicts[number]))
            own = (values.get(one.key, one.value) for one in ranges)
            yield (number, *self.sets.label(number), *own, *each)


def find_robust(  # noqa: PLR0913 - each is a part of its own
    plan: RobustPlan,
    *,
    engine: str,
    jobs: int,
    progress: Progress,
    scheduler: str | None = None,
    store: Store | None = None,
) -> RobustAnswer:
    """Give what becomes of each conclusion over the declared ranges.

    Parameters
    ----------
    store
        Where the weeks are kept as they come; None keeps nothing.

    Raises
    ------
    ConfigError
        If no set that is drawn can be.
    CannotGoOn
        If the machine gives out; what was finished is stored.
    """
    study, weeks = plan.study, plan.asked.replications
    sets = draw_sets(plan.assumptions, plan.asked.n, study.experiment.seed)
    size = len(sets.places)
    progress.start(f"{study.name}, assumptions", size, len(plan.designs), 0, size * weeks, "set")
    try:
        with executor_for(engine, jobs, scheduler) as executor:
            outcomes = run_sets(
                plan, sets, Means(executor, workers_of(executor, jobs), engine, progress, store)
            )
    finally:
        progress.finish()
    _tell_impossible(plan, sets, outcomes, progress)
    judged = [margins(claim, outcomes) for claim in plan.claims]
    explained: list[Influence] = []
    boxes: list[BoxSide] = []
    swung: list[Swing] = []
    holdings: list[Holding] = []
    for claim, found in zip(plan.claims, judged, strict=True):
        indices, said = influences(plan, claim, sets, found)
        sides, box = box_sides(claim, sets, found)
        explained += indices
        boxes += sides
        swung += swings(plan, claim, sets, found, outcomes)
        holdings.append(holding(plan, claim, sets, found, indices=said, box=box))
    return RobustAnswer(plan, sets, judged, holdings, explained, boxes, swung)


def _tell_impossible(
    plan: RobustPlan, sets: AssumptionSets, outcomes: Outcomes, progress: Progress
) -> None:
    """Say how many sets contradict themselves; refuse a sample of nothing else."""
    impossible = outcomes.impossible
    if not impossible:
        return
    first = next(iter(impossible.values()))
    if set(sets.independent.tolist()) <= impossible.keys():
        message = f"no set of assumptions can be; the first is refused with: {first}"
        raise ConfigError([Problem(plan.study.path, message, "robust")])
    progress.notice(
        f"{len(impossible)} of {len(sets.places)} assumption sets contradict themselves and are "
        f"left out; shares are shares of the others. The first: {first}"
    )
