"""The tables of an experiment with events: each measure with them, without them, and between.

Rows are written like those of the other tables, see `tables`.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment.events import EventCells
from sim.experiment.statistics import Interval, ratio_difference, ratio_interval
from sim.experiment.sweep import Varied
from sim.experiment.tables import Value, bounded

_VALUES = (
    "unit",
    "value_with",
    "with_low",
    "with_high",
    "value_without",
    "without_low",
    "without_high",
    "difference",
    "difference_low",
    "difference_high",
    "replications",
)


def event_header(keys: Sequence[str]) -> tuple[str, ...]:
    """Give the columns of `events.csv`."""
    return ("point", "event", "design", *keys, "force", "channel", "measure", *_VALUES)


def timeline_header(keys: Sequence[str]) -> tuple[str, ...]:
    """Give the columns of `event_timeline.csv`."""
    return ("point", "event", "design", *keys, "force", "minute", "measure", *_VALUES)


class EventFigures:
    """One point under one design: the event cells of all replications, with and without."""

    def __init__(
        self,
        point: int,
        varied: Varied,
        design: str,
        cells: EventCells,
        tally: NDArray[np.float64],
    ) -> None:
        """Take the tallies, shape (2, R, 2 x cells): those with events, then those without."""
        self._head, self._design, self._varied = point, design, tuple(varied.values())
        self._cells = cells
        self._with, self._without = np.split(tally, 2, axis=2)

    def event_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `events.csv`."""
        start = 0
        for plan in self._cells.windows:
            labels = zip(plan.force, plan.channel, plan.measure, strict=True)
            yield from self._rows(plan.window.name, labels, plan.unit, start)
            start += plan.n_cells

    def timeline_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `event_timeline.csv`."""
        start = sum(plan.n_cells for plan in self._cells.windows)
        for plan in self._cells.timelines:
            labels = zip(plan.force, plan.minute, plan.measure, strict=True)
            yield from self._rows(plan.window.name, labels, plan.unit, start)
            start += plan.n_cells

    def _rows(
        self,
        event: str,
        labels: Iterator[tuple[Value, ...]],
        unit: tuple[str, ...],
        start: int,
    ) -> Iterator[tuple[Value, ...]]:
        """Give the rows of some cells: labels, unit, three values with their ends, replications."""
        here = slice(start, start + len(unit))
        units = np.array(unit)
        struck, calm = self._with[:, :, here], self._without[:, :, here]
        columns = [
            bounded(ratio_interval(*struck), units, 0.0),
            bounded(ratio_interval(*calm), units, 0.0),
            bounded(ratio_difference(*struck, *calm), units, -np.inf),
        ]
        for row, label in enumerate(labels):
            yield (
                self._head,
                event,
                self._design,
                *self._varied,
                *label,
                unit[row],
                *(end for column in columns for end in _ends(column, row)),
                int(columns[2].replications[row]),
            )


def _ends(interval: Interval, row: int) -> tuple[float, float, float]:
    """Give value, low and high of one row, and never -0.0."""
    return (
        float(interval.value[row]) + 0.0,
        float(interval.low[row]) + 0.0,
        float(interval.high[row]) + 0.0,
    )
