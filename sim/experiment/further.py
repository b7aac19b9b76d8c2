"""What an experiment asks beyond its tables, each a search of its own over a few cells.

The break-even penalty of each design, the choice of the best or the cheapest, conclusions over the
declared ranges. Planned before anything is run, so that a wrong question is refused at once;
answered after the tables' weeks, while there is time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Self

from sim.experiment.asked import PlannedChoice, PlannedSets
from sim.experiment.break_even import Search, find_penalties, plan_search
from sim.experiment.budget import Budget
from sim.experiment.cells import cells_digest
from sim.experiment.gather import gather
from sim.experiment.penalty import Penalty
from sim.experiment.progress import Progress
from sim.experiment.robust import RobustAnswer, RobustPlan, find_robust, plan_robust
from sim.experiment.runner import PointRun
from sim.experiment.scenario import Study
from sim.experiment.select import Choice, Selection, find_choices, plan_selection
from sim.experiment.store import Store


@dataclass(frozen=True)
class Means:
    """Who does the work: an engine, and workers here or those of a cluster."""

    engine: str
    jobs: int
    scheduler: str | None = None


@dataclass(frozen=True)
class Found:
    """What was found; empty where it was not asked for, or no time was left."""

    penalties: Sequence[Penalty] = ()
    choices: Sequence[Choice] = ()
    robust: RobustAnswer | None = None


@dataclass(frozen=True)
class Further:
    """The further questions of a study, checked against it."""

    search: Search | None
    selection: Selection | None
    robust: RobustPlan | None

    @classmethod
    def of(cls, study: Study) -> Self:
        """Plan what a study asks.

        Raises
        ------
        ConfigError
            If it cannot be asked of its centre.
        """
        experiment = study.experiment
        break_even, select, robust = experiment.break_even, experiment.select, experiment.robust
        return cls(
            search=None if break_even is None else plan_search(study, break_even),
            selection=None if select is None else plan_selection(study, select),
            robust=None if robust is None else plan_robust(study, robust),
        )

    @property
    def planned_choice(self) -> PlannedChoice | None:
        """What is noted of a choice before it is made."""
        if (asked := self.selection) is None:
            return None
        return PlannedChoice(cells_digest(asked.cells), asked.asked.max_replications)

    @property
    def planned_sets(self) -> PlannedSets | None:
        """What is noted of assumption sets before they are run."""
        if (asked := self.robust) is None:
            return None
        return PlannedSets(cells_digest(asked.cells), asked.all_sets, asked.asked.replications)

    def find(  # noqa: PLR0913, PLR0917 - each is a part of its own
        self,
        whole: Study,
        runs: Mapping[int, PointRun],
        store: Store,
        means: Means,
        budget: Budget,
        progress: Progress,
    ) -> Found:
        """Answer them for the points that could be run.

        Parameters
        ----------
        whole
            The study without the points that failed.
        runs
            What has been run of each point.
        """
        options = {**asdict(means), "progress": progress, "store": store}
        found = Found()
        if self.search is not None and _time_left("break-even penalties", budget, progress):
            search = replace(self.search, study=whole)
            found = replace(found, penalties=find_penalties(search, **options))
        if self.selection is not None and _time_left("a choice", budget, progress):
            if len(runs) < len(self.selection.study.points):
                progress.notice("Nothing is chosen: some points are not there to be compared.")
            else:
                choices = find_choices(
                    self.selection,
                    known=lambda point, design: gather(runs[point.index], design),
                    **options,
                )
                found = replace(found, choices=choices)
        if self.robust is not None and _time_left("conclusions over the ranges", budget, progress):
            found = replace(found, robust=find_robust(self.robust, **options))
        return found


def _time_left(what: str, budget: Budget, progress: Progress) -> bool:
    """Tell whether there is time to search for something, and say so where there is none."""
    over = budget.over()
    if over:
        progress.notice(f"No time was left to search for {what}.")
    return not over
