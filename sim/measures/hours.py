"""The hours of the measured window, and exact time spent in each of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.measures.columns import FloatArray, Hours, IntArray, read_only
from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Horizon

ROUNDING_H = 1e-9  # no part of an hour, only the error of adding hours up


@dataclass(frozen=True, eq=False)
class WindowHours:
    """The measured window cut at the full hours of the week; its first and last may be parts.

    Parameters
    ----------
    edge_s
        Shape (B + 1,): instants in seconds; `edge_s[0]` opens the window and `edge_s[B]` closes it.
    hour_of_week
        Shape (B,): 0 (Monday 00:00) to 167.
    occurrences
        Shape (168,): how many times each hour of the week occurs in the window; parts count as
        parts.
    offset_h
        How far into an hour the window opens, in hours.
    """

    edge_s: FloatArray
    hour_of_week: IntArray
    occurrences: FloatArray
    offset_h: float

    @property
    def n_hours(self) -> int:
        """B, the number of hours or parts of hours in the window."""
        return int(self.hour_of_week.size)

    @cached_property
    def columns(self) -> Hours:
        """The same, for a loop."""
        return Hours(
            *read_only(self.edge_s, self.hour_of_week, np.array([self.offset_h], dtype=np.float64))
        )

    def weekly(self, by_hour: FloatArray) -> FloatArray:
        """Give sums by hour of the week, (..., 168), from those by hour of the window, (..., B)."""
        summed = np.zeros((*by_hour.shape[:-1], HOURS_PER_WEEK))
        for start in range(0, self.n_hours, HOURS_PER_WEEK):  # in which no hour comes twice
            hour = self.hour_of_week[start : start + HOURS_PER_WEEK]
            summed[..., hour] += by_hour[..., start : start + HOURS_PER_WEEK]
        return summed


def window_hours(horizon: Horizon) -> WindowHours:
    """Give the hours of the measured window of a horizon."""
    from_s, until_s = horizon.measured_from_s, horizon.measured_until_s
    first = int(np.floor(horizon.start_hour_of_week))
    offset_h = horizon.start_hour_of_week - first
    n = max(int(np.ceil(horizon.measured_h + offset_h - ROUNDING_H)), 1)
    edge_s = np.arange(n + 1, dtype=np.float64)
    edge_s = from_s + (edge_s - offset_h) * SECONDS_PER_HOUR
    edge_s[0], edge_s[-1] = from_s, until_s
    hour_of_week = (first + np.arange(n)) % HOURS_PER_WEEK
    occurrences = np.zeros(HOURS_PER_WEEK)
    np.add.at(occurrences, hour_of_week, np.diff(edge_s) / SECONDS_PER_HOUR)
    for array in (edge_s, hour_of_week, occurrences):
        array.setflags(write=False)
    return WindowHours(edge_s, hour_of_week, occurrences, offset_h)
