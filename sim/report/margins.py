"""What a design gives less what it must give, at each point of a sweep and along one axis.

A margin against the target or against the baseline at the same values stands in the tables. One
against the baseline *as now* is between two points of a sweep: it is taken week by week from
`kpi.parquet`, since both points meet the same callers where the key leaves them alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sim.experiment.statistics import ratio_difference
from sim.report.crossing import Crossing, crossing, in_whole_numbers, worst
from sim.report.estimate import Estimate
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep

FEW_LINES = 6

Place = tuple[int, DesignName]  # a point and a design
Weekly = dict[tuple[str, str, str], np.ndarray]


@dataclass(frozen=True, eq=False)
class Margins:
    """The margins of what is asked over a sweep; the baseline as now is the report's own point."""

    sweep: Sweep
    holds: str

    def worst(
        self, point: int, design: DesignName, forces: Sequence[str], channel: Channel
    ) -> Estimate:
        """Give the margin of the force that is worst off."""
        return worst(self.of(point, design, force, channel) for force in forces)

    def of(self, point: int, design: DesignName, force: str, channel: Channel) -> Estimate:
        """Give a design's margin at a point."""
        study = self.sweep.study
        if self.holds == "as_now":
            now = study.point, study.baseline
            return self.change((point, design), now, force, channel)
        if self.holds == "baseline":
            there = self._studies[point]
            return there.difference(design.name, force, channel.name, SERVICE_LEVEL)
        level, target = self.sweep.level(point, design, force, channel), channel.target_share
        return Estimate(
            level.value - target, level.low - target, level.high - target, level.replications
        )

    def change(self, ours: Place, theirs: Place, force: str, channel: Channel) -> Estimate:
        """Give by how much more one design at one point answers in time than another elsewhere."""
        one, other = (
            self._weeks(point).get((design.name, force, channel.name))
            for point, design in (ours, theirs)
        )
        if one is None or other is None:
            return Estimate()
        weeks = min(len(one), len(other))
        change = ratio_difference(*(part[:weeks, None] for part in (*one.T, *other.T)))
        value, low, high = (float(end[0]) for end in change[:3])
        return Estimate(value, low, high, int(change.replications[0]))

    def _weeks(self, point: int) -> Weekly:
        """Give by design, force and channel: numerator and denominator of each week."""
        if point not in self._read:
            rows = self.sweep.study.results.weeks(SERVICE_LEVEL, point)
            self._read[point] = _by_label(rows)
        return self._read[point]

    @cached_property
    def _studies(self) -> dict[int, Study]:
        return {point: Study(self.sweep.study.results, point) for point in self.sweep.points}

    @cached_property
    def _read(self) -> dict[int, Weekly]:
        """What was read already, by point."""
        return {}


def _by_label(rows: pd.DataFrame) -> Weekly:
    rows = rows.sort_values("replication", kind="stable")
    groups = rows.groupby(["design", "force", "channel"], observed=True, sort=False)
    return {
        (str(design), str(force), str(channel)): part[["numerator", "denominator"]].to_numpy(float)
        for (design, force, channel), part in groups
    }


@dataclass(frozen=True, eq=False)
class Along:
    """The points along one axis, in the order of its values, with the other axes held."""

    margins: Margins
    axis: Axis
    points: tuple[int, ...]

    @property
    def sweep(self) -> Sweep:
        """The sweep of which they are points."""
        return self.margins.sweep

    @property
    def held(self) -> str:
        """At which values the other axes are held."""
        return self.sweep.held_at(self.points[0], self.axis)

    @property
    def values(self) -> tuple[float, ...]:
        """The axis's value at each point."""
        return tuple(float(self.sweep.value(point, self.axis)) for point in self.points)

    def crossing(self, design: DesignName, forces: Sequence[str], channel: Channel) -> Crossing:
        """Give how far what is asked holds under a design, for all of these forces."""
        margins = [self.margins.worst(point, design, forces, channel) for point in self.points]
        found = crossing(self.values, margins)
        return in_whole_numbers(found) if self.axis.whole else found

    def staff(self, design: DesignName, row: str) -> tuple[float, ...]:
        """Give the handlers at the desk on average at each point."""
        return tuple(self.sweep.handlers(point, design, row) for point in self.points)

    def change(
        self, design: DesignName, places: tuple[int, int], force: str, channel: Channel
    ) -> Estimate:
        """Give by how much more a design answers in time at one place than at another."""
        ours, theirs = ((self.points[place], design) for place in places)
        return self.margins.change(ours, theirs, force, channel)

    def weeks_on_target(
        self, point: int, design: DesignName, force: str, channel: Channel
    ) -> tuple[int, int] | None:
        """Give in how many weeks, of how many, the target was met at a point."""
        study = Study(self.sweep.study.results, point)
        return study.weeks_on_target(design.name, force, channel.name)


def lines_along(sweep: Sweep, key: str | None, holds: str) -> Iterator[Along]:
    """Give the points along the key that is asked about, for each combination of the others.

    In order if there are few, else with the combination that the report is about first. Nothing
    where the key holds text, or where points were drawn.
    """
    axis = None if key is None else sweep.axis_of(key)
    if axis is None or sweep.sampled or not axis.numeric:
        return
    margins, lines = Margins(sweep, holds), sweep.lines(axis)
    if len(lines) > FEW_LINES:
        lines.sort(key=lambda line: sweep.study.point not in line)
    for line in lines:
        yield Along(margins, axis, tuple(line))
