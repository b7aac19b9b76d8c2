"""What a design gives less what it must give, at each value of a varied key.

A margin against the target or against the baseline at the same values stands in the tables. One
against the baseline *as now* is between two points of a sweep: it is taken week by week from
`kpi.parquet`, since both points meet the same callers where the key leaves them alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sim.config.reading import Reading
from sim.experiment.statistics import ratio_difference
from sim.report.estimate import Estimate
from sim.report.reach import Reach, reach
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

FEW_LINES = 6


@dataclass(frozen=True, eq=False)
class Along:
    """The points along one key, with the other varied keys held.

    Parameters
    ----------
    study
        The point that the report is about; the baseline as now is read there.
    key
        The varied key.
    held
        The values of the other varied keys.
    points
        By value of the key, in order.
    """

    study: Study
    key: str
    held: Mapping[str, str]
    points: tuple[tuple[float, Study], ...]
    holds: str

    def reach(self, design: DesignName, force: str, channel: Channel) -> Reach:
        """Give how far a design holds what is asked."""
        margins = [self._margin(point, design, force, channel) for _, point in self.points]
        return reach([value for value, _ in self.points], margins)

    def _margin(self, point: Study, design: DesignName, force: str, channel: Channel) -> Estimate:
        if self.holds == "as_now":
            return self._since_now(point, design, force, channel)
        if self.holds == "baseline":
            return point.difference(design.name, force, channel.name, SERVICE_LEVEL)
        level = point.estimate(design.name, force, channel.name, SERVICE_LEVEL)
        target = channel.target_share
        return Estimate(
            level.value - target, level.low - target, level.high - target, level.replications
        )

    def _since_now(
        self, point: Study, design: DesignName, force: str, channel: Channel
    ) -> Estimate:
        ours = self._weeks[point.point].get((design.name, force, channel.name))
        now = self._weeks[self.study.point].get((self.study.baseline.name, force, channel.name))
        if ours is None or now is None:
            return Estimate()
        weeks = min(len(ours), len(now))
        found = ratio_difference(
            *(part[:weeks, None] for part in (*ours.T, *now.T)),
        )
        value, low, high = (float(end[0]) for end in found[:3])
        return Estimate(value, low, high, int(found.replications[0]))

    @cached_property
    def _weeks(self) -> dict[int, dict[tuple[str, str, str], np.ndarray]]:
        """By point and by design, force and channel: numerator and denominator of each week."""
        wanted = {self.study.point, *(point.point for _, point in self.points)}
        return {
            point: _by_label(self.study.results.weeks(SERVICE_LEVEL, point)) for point in wanted
        }


def _by_label(rows: pd.DataFrame) -> dict[tuple[str, str, str], np.ndarray]:
    rows = rows.sort_values("replication", kind="stable")
    groups = rows.groupby(["design", "force", "channel"], observed=True, sort=False)
    return {
        (str(design), str(force), str(channel)): part[["numerator", "denominator"]].to_numpy(float)
        for (design, force, channel), part in groups
    }


def lines_along(study: Study, asked: Reading) -> Iterator[Along]:
    """Give the points along the key that is asked about, for each combination of the others.

    In order if there are few, else with the combination that the report is about first. Nothing
    where the key holds text.
    """
    key = asked.along
    if key is None:
        return
    others = {
        tuple((name, value) for name, value in values.items() if name != key)
        for values in study.results.varied.values()
    }
    here = tuple((name, value) for name, value in study.varied.items() if name != key)
    few = len(others) <= FEW_LINES
    for held in sorted(others, key=lambda pairs: (not few and pairs != here, _in_order(pairs))):
        start = next(
            point
            for point, values in study.results.varied.items()
            if all(values[name] == value for name, value in held)
        )
        try:
            points = tuple(
                (float(value), point) for value, point in Study(study.results, start).along(key)
            )
        except ValueError:
            return
        yield Along(study, key, dict(held), points, asked.holds)


def _in_order(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[bool, float, str], ...]:
    """Sort numbers as numbers, words after them."""
    found = []
    for _, value in pairs:
        try:
            found.append((False, float(value), ""))
        except ValueError:
            found.append((True, 0.0, value))
    return tuple(found)
