"""What an experiment asks beyond its tables, each a search of its own over a few cells.

The break-even penalty of each design. Planned before anything is run, so that a wrong question is
refused at once; answered after the tables' weeks, while there is time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from sim.experiment.break_even import Search, find_penalties, plan_search
from sim.experiment.budget import Budget
from sim.experiment.penalty import Penalty
from sim.experiment.progress import Progress
from sim.experiment.runner import PointRun
from sim.experiment.scenario import Study
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


@dataclass(frozen=True)
class Further:
    """The further questions of a study, checked against it."""

    search: Search | None

    @classmethod
    def of(cls, study: Study) -> Self:
        """Plan what a study asks.

        Raises
        ------
        ConfigError
            If it cannot be asked of its centre.
        """
        break_even = study.experiment.break_even
        return cls(search=None if break_even is None else plan_search(study, break_even))

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
        del runs
        penalties: Sequence[Penalty] = ()
        if self.search is not None and budget.over():
            progress.notice("No time was left to search for break-even penalties.")
        elif self.search is not None:
            penalties = find_penalties(
                replace(self.search, study=whole),
                engine=means.engine,
                jobs=means.jobs,
                scheduler=means.scheduler,
                progress=progress,
                store=store,
            )
        return Found(penalties)
