"""Where a service level meets its target along a varied key, read off the points of a sweep.

By straight lines between neighbours; the interval is where the two ends of the service level's
interval meet the target. A curve that crosses its target more than once has no such value, and one
that falls off a cliff between two values is not read between them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, nan

import numpy as np

from sim.report.estimate import Estimate

COARSE = 6.0  # half-widths between neighbours: more than chance explains
STEEPER = 3.0  # times as steep as on either side: a cliff


@dataclass(frozen=True)
class Crossing:
    """Where a curve meets its target.

    Parameters
    ----------
    value, low, high
        The varied value at which it does, and its interval. Beyond what was tried: -inf or inf;
        nowhere in particular: nan.
    rises
        Whether more of what is varied helps: the target is met from here on, else up to here.
    between
        The values tried on either side, where the service level changes so much from one to the
        other, far more than chance explains, that a straight line between them says too much.
    """

    value: float
    low: float
    high: float
    rises: bool
    between: tuple[float, float] | None = None

    @property
    def everywhere(self) -> bool:
        """Whether the target is met at every value tried."""
        return self.value == (-inf if self.rises else inf)

    @property
    def nowhere(self) -> bool:
        """Whether the target is met at no value tried."""
        return self.value == (inf if self.rises else -inf)


def crossing(values: Sequence[float], levels: Sequence[Estimate], target: float) -> Crossing:
    """Find where levels along increasing values meet a target.

    Examples
    --------
    >>> levels = [Estimate(v, v - 0.02, v + 0.02) for v in (0.82, 0.88, 0.94)]
    >>> found = crossing([0.8, 0.9, 1.0], levels, 0.9)
    >>> round(found.low, 3), round(found.value, 3), round(found.high, 3)
    (0.9, 0.933, 0.967)
    """
    rises = levels[-1].value >= levels[0].value
    if not rises:  # seen from the other side it does
        values, levels = [-value for value in reversed(values)], list(reversed(levels))
    value, high, low = (
        _met_from(values, [getattr(level, part) for level in levels], target)
        for part in ("value", "low", "high")
    )
    between = _too_far_apart(values, levels, value)
    if rises:
        return Crossing(value, low, high, rises, between)
    turned = (-between[1], -between[0]) if between else None
    return Crossing(-value, -high, -low, rises, turned)


def _too_far_apart(
    values: Sequence[float], levels: Sequence[Estimate], at: float
) -> tuple[float, float] | None:
    """Give the neighbours of where a target is met if they differ by more than a line may tell."""
    if not isfinite(at):
        return None
    above = next(place for place, value in enumerate(values) if value >= at)
    pair = levels[above - 1], levels[above]
    halves = [level.half_width for level in pair if level.has_interval]
    slopes = [
        abs(levels[n + 1].value - levels[n].value) / (values[n + 1] - values[n])
        for n in range(max(above - 2, 0), min(above + 1, len(values) - 1))
    ]
    here = slopes.pop(min(above - 1, 1))
    sure = halves and abs(pair[1].value - pair[0].value) <= COARSE * max(halves)
    smooth = slopes and here <= STEEPER * max(slopes)
    return None if sure or (halves and smooth) else (values[above - 1], values[above])


def in_whole_numbers(found: Crossing) -> Crossing:
    """Give the first whole number (or the last, where less helps) at which the target is met.

    >>> in_whole_numbers(Crossing(1.6, 1.2, 2.1, True)).high
    3
    """
    edge = np.ceil if found.rises else np.floor
    value, low, high = (
        int(edge(end)) if isfinite(end) else end for end in (found.value, found.low, found.high)
    )
    return Crossing(value, low, high, found.rises)


def _met_from(values: Sequence[float], levels: Sequence[float], target: float) -> float:
    """Give from where on levels meet the target: -inf everywhere, inf nowhere, nan on and off."""
    if any(map(isnan, levels)):
        return nan
    met = [level >= target for level in levels]
    first = met.index(True) if any(met) else len(met)
    if first in {0, len(met)}:
        return (-inf if all(met) else nan) if first == 0 else inf
    if not all(met[first:]):
        return nan
    share = (target - levels[first - 1]) / (levels[first] - levels[first - 1])
    return values[first - 1] + share * (values[first] - values[first - 1])


def worst(levels: Iterable[Estimate]) -> Estimate:
    """Give the level of the force that is worst off, each end of the interval by itself."""
    known = [level for level in levels if not level.missing]
    if not known:
        return Estimate()
    return Estimate(
        float(np.min([level.value for level in known])),
        float(np.min([level.low for level in known])),
        float(np.min([level.high for level in known])),
        known[0].replications,
    )
