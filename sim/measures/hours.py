"""The hours of the measured window, and exact time spent in each of them."""

from dataclasses import dataclass

import numpy as np

from sim.measures.by_code import FloatArray, IntArray, add, count
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

    def index_of(self, instant_s: FloatArray) -> IntArray:
        """Give the index of the hour of each instant; the end of the window is in the last."""
        since_h = instant_s - self.edge_s[0]
        since_h /= SECONDS_PER_HOUR
        since_h += self.offset_h
        index: IntArray = since_h.astype(np.int64)
        np.minimum(index, self.n_hours - 1, out=index)
        return index

    def clip(self, instant_s: FloatArray) -> FloatArray:
        """Give each instant, moved into the window."""
        return np.clip(instant_s, self.edge_s[0], self.edge_s[-1])

    def weekly(self, by_hour: FloatArray) -> FloatArray:
        """Give (R, 168) sums by hour of the week from (R, B) by hour of the window."""
        rows = by_hour.shape[0]
        code = np.arange(rows)[:, None] * HOURS_PER_WEEK + self.hour_of_week
        summed = add(code.ravel(), by_hour.ravel(), rows * HOURS_PER_WEEK)
        return summed.reshape(rows, HOURS_PER_WEEK)


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
    occurrences = add(hour_of_week, np.diff(edge_s) / SECONDS_PER_HOUR, HOURS_PER_WEEK)
    for array in (edge_s, hour_of_week, occurrences):
        array.setflags(write=False)
    return WindowHours(edge_s, hour_of_week, occurrences, offset_h)


@dataclass(frozen=True, eq=False)
class Spans:
    """Spans of time of handlers; arrays of one length.

    Parameters
    ----------
    row
        What the span is added to: a group, or a force and group.
    from_s, until_s
        Instants in seconds; the end may be inf.
    handlers
        How many each stands for, or how much of one; None for one each.
    """

    row: IntArray
    from_s: FloatArray
    until_s: FloatArray
    handlers: FloatArray | None = None


def handler_hours(hours: WindowHours, spans: Spans, n_rows: int) -> FloatArray:
    """Give the hours that spans have in each hour of the window, exactly; shape (R, B).

    A span that covers several hours is split at the full hours. It is the difference of two
    integrals from the opening of the window, and such an integral up to an instant fills every hour
    before the instant's own and a part of that one; so counting ends by hour is enough.
    """
    seconds = np.zeros((n_rows, hours.n_hours))
    first_code = spans.row * hours.n_hours
    for instant_s, sign in ((spans.until_s, 1.0), (spans.from_s, -1.0)):
        part_s = hours.clip(instant_s)
        index = hours.index_of(part_s)
        part_s -= hours.edge_s[index]
        code = np.add(first_code, index, out=index)
        if spans.handlers is None:
            ends = count(code, seconds.size).reshape(seconds.shape)
        else:
            part_s *= spans.handlers
            ends = add(code, spans.handlers, seconds.size).reshape(seconds.shape)
        parts_s = add(code, part_s, seconds.size).reshape(seconds.shape)
        ends_later = ends[:, ::-1].cumsum(axis=1)[:, ::-1] - ends
        seconds += sign * (ends_later * np.diff(hours.edge_s) + parts_s)
    return seconds / SECONDS_PER_HOUR
