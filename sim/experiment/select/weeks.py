"""What every choice needs: the weeks of candidates, and the rows that tell what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.experiment.cells import CellRuns, Wanted
from sim.experiment.errors import WrongInput
from sim.experiment.progress import Progress
from sim.experiment.scenario import Point
from sim.experiment.select.plan import Candidate, Selection, nobody_calls, unknown_under
from sim.experiment.select.rules import linearised, skewness
from sim.experiment.select.table import MEETS, OUT, Choice
from sim.experiment.statistics import divide, ratio_difference, ratio_interval
from sim.experiment.tables import bounded
from sim.measures import DEFINITIONS

Floats = NDArray[np.float64]
Known = Callable[[Point, str], Floats]  # of a point and a design's digest, shape (2, R, M)


class Weeks:
    """The weeks of candidates, run when they are wanted."""

    def __init__(
        self, cells: NDArray[np.intp], runs: CellRuns, progress: Progress, known: Known | None
    ) -> None:
        self._cells, self._runs, self._known = cells, runs, known
        self.progress = progress
        self._taken: set[tuple[str, str]] = set()

    def of(self, candidates: Sequence[Candidate], start: int, stop: int) -> list[Floats]:
        """Run some weeks, and give each candidate's weeks up to there, shape (2, stop, cells)."""
        by_point: dict[int, list[Candidate]] = {}
        for one in candidates:
            by_point.setdefault(one.point.index, []).append(one)
            self._take(one.point, one.point.design_digests[one.design])
        self.progress.lengthen(len(by_point) * (stop - start))
        self._runs.run(
            Wanted(some[0].point, tuple(one.design for one in some), start, stop)
            for some in by_point.values()
        )
        return [self.first(one, stop) for one in candidates]

    def first(self, candidate: Candidate, weeks: int) -> Floats:
        """Give numerators and denominators of the first weeks, shape (2, weeks, cells)."""
        return self._runs.tally(candidate.point, candidate.design, weeks)

    def _take(self, point: Point, design: str) -> None:
        """Take over what the experiment itself has run of a point and a design's digest, once."""
        if self._known is not None and (point.digest, design) not in self._taken:
            self._taken.add((point.digest, design))
            self._runs.know(point, design, self._known(point, design)[:, :, self._cells])


@dataclass(frozen=True)
class Choosing:
    """What both kinds of choice need: the question, the weeks, and how a row is made."""

    selection: Selection
    number: int
    weeks: Weeks

    @property
    def sense(self) -> int:
        """1 where more of the measure is better, -1 where less is."""
        return self.selection.sense

    def called(
        self, candidates: Sequence[Candidate], tallies: Sequence[Floats]
    ) -> NDArray[np.intp]:
        """Give the cells that anything is known of; the rest has no calls and does not count."""
        known = np.array([tally[1].any(axis=0) for tally in tallies])
        selection = self.selection
        where = f"{selection.study.path}: select:"
        if not known.any():
            raise WrongInput(f"{where} {nobody_calls(selection)}.")
        some = known.any(axis=0)
        for candidate, cells in zip(candidates, known, strict=True):
            for pair in (selection.pairs[at] for at in np.flatnonzero(some > cells)):
                when = f"in the first {tallies[0].shape[1]} weeks"
                said = unknown_under(selection, pair, candidate, when)
                raise WrongInput(f"{where} {said}; ask about service_level.")
        return np.flatnonzero(some)

    def row(
        self,
        candidate: Candidate,
        verdict: str,
        weeks: int,
        *,
        by: Candidate | None = None,
        further: int = 0,
    ) -> Choice:
        """Give a candidate's row, with the cell that decides over so many weeks."""
        measure = self.selection.measure
        unit = DEFINITIONS[measure].unit
        base = Choice(
            point=candidate.point.index,
            design=candidate.design,
            contest=self.number,
            verdict=verdict,
            rostered_h_per_week=candidate.rostered_h,
            replications=weeks,
            by=by.design if by else "",
            by_point=by.point.index if by else None,
            behind=nan,
            behind_low=nan,
            behind_high=nan,
            force="",
            channel="",
            measure=measure,
            value=nan,
            ci_low=nan,
            ci_high=nan,
            unit=unit,
            target=nan,
            skewness=nan,
            further=further,
        )
        if not weeks:
            return base
        if by is not None and verdict == OUT:
            base = self._behind(base, candidate, by)
        units = np.array([unit] * len(self.selection.pairs))
        tally, least = self.weeks.first(candidate, weeks), self._least(candidate, weeks)
        interval = bounded(ratio_interval(*tally), units, 0.0)
        targets = np.array(candidate.targets)
        force, channel = self.selection.pairs[least]
        return replace(
            base,
            force=force,
            channel=channel,
            value=float(interval.value[least]),
            ci_low=float(interval.low[least]),
            ci_high=float(interval.high[least]),
            target=float(targets[least]),
            skewness=nan
            if np.isnan(targets[least])
            else float(skewness(linearised(*tally))[least]),
        )

    def _least(self, candidate: Candidate, weeks: int) -> int:
        """Give the cell in which a candidate is worst, or comes closest to missing a target."""
        numerator, denominator = self.weeks.first(candidate, weeks).sum(axis=1)
        targets = np.nan_to_num(np.array(candidate.targets), nan=0.0)
        return int(np.nanargmin(self.sense * divide(numerator, denominator) - targets))

    def _behind(self, row: Choice, candidate: Candidate, by: Candidate) -> Choice:
        """Enter how far a candidate is behind a better one, each where it is worst."""
        parts = [
            part[:, [self._least(one, row.replications)]]
            for one in (by, candidate)
            for part in self.weeks.first(one, row.replications)
        ]
        lead = ratio_difference(*parts)
        ends = sorted(self.sense * float(end[0]) for end in (lead.low, lead.high))
        ahead = self.sense * float(lead.value[0])
        return replace(row, behind=ahead, behind_low=ends[0], behind_high=ends[1])

    def done(self, candidates: int) -> None:
        """Count candidates that need no more weeks."""
        for _ in range(candidates):
            self.weeks.progress.point_done()

    def tell(self, row: Choice) -> None:
        """Say that a candidate has been decided."""
        several = len(self.selection.study.points) > 1
        name = row.design + (f" at point {row.point}" if several else "")
        does = "meets its targets" if row.verdict == MEETS else f"misses {row.channel}, {row.force}"
        said = f"{name}, {row.rostered_h_per_week:,.0f} h a week: {does}, after {row.replications}"
        self.weeks.progress.notice(f"{said} weeks.")
