"""Where a gain that falls as something grows is lost: found with as few trials as it takes.

A trial is expensive (every week of an experiment is run again), so each is kept and serves all
three searches: for where the gain itself is lost, and where the two ends of its interval are.
"""

from collections.abc import Callable, Iterator
from math import isnan, nan
from typing import NamedTuple

TOLERANCE = 0.005  # of a factor
START = 1.0


class Gain(NamedTuple):
    """What is gained at some factor, with its interval, and by which force where one is chosen."""

    value: float
    low: float
    high: float
    force: str = ""


class Crossing(NamedTuple):
    """Where a gain is lost.

    Parameters
    ----------
    value, low, high
        The factor at which the gain is 0, and those at which the lower and the upper end of its
        interval are: between the last two the interval covers 0. `START` stands for there or
        below, nan for above the largest factor tried.
    at_start, at_value, at_upper
        The gain at the two ends of the search, and next to where it is lost (or at the end that is
        nearer to there).
    """

    value: float
    low: float
    high: float
    at_start: Gain
    at_value: Gain
    at_upper: Gain


def find_crossing(
    gain_at: Callable[[float], Gain],
    upper: float,
    narrowed: Callable[[float], None] = lambda _: None,
) -> Crossing:
    """Find where a falling gain is lost between `START` and `upper`, within `TOLERANCE`.

    Trials on common workloads make the gain nearly smooth, so that Brent's method (Brent 1973,
    Algorithms for Minimization without Derivatives, chapter 4) needs few. Should the gain cross 0
    several times, it is the first crossing among the trials.

    Parameters
    ----------
    gain_at
        Tries a factor; asked about each factor once.
    narrowed
        Told before each trial but the first two how wide the range still is.

    Examples
    --------
    >>> found = find_crossing(lambda x: Gain(1.5 - x, 1.4 - x, 1.6 - x), 3)
    >>> round(found.low, 2), round(found.value, 2), round(found.high, 2)
    (1.4, 1.5, 1.6)
    """
    trials = {factor: gain_at(factor) for factor in (START, upper)}
    value, low, high = (
        _first_lost(part, trials, gain_at, narrowed)
        for part in (lambda gain: gain.value, lambda gain: gain.low, lambda gain: gain.high)
    )
    at_value = trials[upper if isnan(value) else value]
    return Crossing(value, low, high, trials[START], at_value, trials[upper])


def _first_lost(
    part: Callable[[Gain], float],
    trials: dict[float, Gain],
    gain_at: Callable[[float], Gain],
    narrowed: Callable[[float], None],
) -> float:
    """Find where one part of the gain reaches 0, from the trials so far and as many as it takes."""
    from scipy.optimize import brentq  # noqa: PLC0415 - loads slowly, and few runs search

    values = {factor: part(trials[factor]) for factor in sorted(trials)}
    if any(map(isnan, values.values())):
        return nan
    if values[START] <= 0:
        return START
    lost = [factor for factor, value in values.items() if value <= 0]
    if not lost:
        return nan
    kept = max(factor for factor in values if factor < lost[0])

    def at(factor: float) -> float:
        if factor not in trials:
            narrowed(_width(part, trials))
            trials[factor] = gain_at(factor)
        return part(trials[factor])

    return float(brentq(at, kept, lost[0], xtol=TOLERANCE))


def _width(part: Callable[[Gain], float], trials: dict[float, Gain]) -> float:
    """Give how wide the range is in which a part is lost."""

    def lost() -> Iterator[float]:
        return (factor for factor in trials if part(trials[factor]) <= 0)

    first = min(lost())
    return first - max(factor for factor in trials if factor < first)
