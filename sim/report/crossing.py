"""Where along a sweep something holds, read off its points.

Enters: the values of a varied key, and at each a level and what it must be, or a margin that must
not be below 0. Leaves: from or up to which value it holds. Between two points everything is taken
to run straight; the interval is where the two ends of the margin's interval cross 0 (the same
inversion of a test as for the break-even penalty). What holds, is lost and holds again has no such
value, and a curve that falls off a cliff between two values is not read between them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from math import ceil, floor, inf, isfinite, nan

from sim.report.estimate import Estimate

COARSE = 6.0  # half-widths between neighbours: more than chance explains
STEEPER = 3.0  # times as steep as on either side: a cliff


class Shape(Enum):
    """Where along the values a margin holds."""

    ALWAYS = "always"
    NEVER = "never"
    FROM = "from"
    UP_TO = "up to"
    PATCHY = "patchy"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Crossing:
    """How far something holds.

    Parameters
    ----------
    values
        The values tried, in order.
    value, low, high
        Where it is won (`FROM`) or lost (`UP_TO`), and between which values these weeks cannot
        tell; -inf and inf are beyond the values tried, nan is nowhere in particular.
    holding
        The values at which it holds.
    sure
        Where it holds always or never: whether every interval says so too.
    rises
        Whether more of what is varied helps.
    between
        The values tried on either side, where the margin changes so much from one to the other,
        far more than chance explains, that a straight line between them says too much.
    """

    shape: Shape
    values: tuple[float, ...]
    value: float = nan
    low: float = nan
    high: float = nan
    holding: tuple[float, ...] = ()
    sure: bool = True
    rises: bool = True
    between: tuple[float, float] | None = None

    @property
    def ends_somewhere(self) -> bool:
        """Whether it holds on one side of a value and not on the other."""
        return self.shape in {Shape.FROM, Shape.UP_TO}


def crossing(values: Sequence[float], levels: Sequence[Estimate], target: float = 0.0) -> Crossing:
    """Find how far levels along increasing values meet a target.

    Examples
    --------
    >>> levels = [Estimate(v, v - 0.02, v + 0.02) for v in (0.82, 0.88, 0.94)]
    >>> found = crossing([0.8, 0.9, 1.0], levels, 0.9)
    >>> found.shape.value, round(found.low, 3), round(found.value, 3), round(found.high, 3)
    ('from', 0.9, 0.933, 0.967)
    """
    tried = tuple(values)
    if not tried or any(level.missing for level in levels):
        return Crossing(Shape.UNKNOWN, tried)
    holds = [level.value >= target for level in levels]
    holding = tuple(value for value, held in zip(tried, holds, strict=True) if held)
    rises = levels[-1].value >= levels[0].value
    if len(set(holds)) == 1:
        shape = Shape.ALWAYS if holds[0] else Shape.NEVER
        sure = all(level.low >= target if holds[0] else level.high < target for level in levels)
        return Crossing(shape, tried, holding=holding, sure=sure, rises=rises)
    if sum(one != other for one, other in pairwise(holds)) > 1:
        return Crossing(Shape.PATCHY, tried, holding=holding)
    if rises:
        value, low, high = _won(tried, levels, target)
        between = _too_far_apart(tried, levels, value)
        return Crossing(Shape.FROM, tried, value, low, high, holding, between=between)
    back, mirrored = levels[::-1], [-value for value in reversed(tried)]  # from there it rises
    value, low, high = _won(mirrored, back, target)
    between = _too_far_apart(mirrored, back, value)
    turned = (-between[1], -between[0]) if between else None
    ends = -value, -high, -low
    return Crossing(Shape.UP_TO, tried, *ends, holding, rises=False, between=turned)


def _won(
    values: Sequence[float], levels: Sequence[Estimate], target: float
) -> tuple[float, float, float]:
    """Give where levels that rise meet a target, where they first may and from where they must."""
    value = _met(values, [level.value for level in levels], target)
    if not all(level.has_interval for level in levels):
        return value, nan, nan
    low = _met(values, [level.high for level in levels], target)
    high = _met(values, [level.low for level in levels], target, for_good=True)
    return value, low, high


def _met(
    values: Sequence[float], series: Sequence[float], target: float, *, for_good: bool = False
) -> float:
    """Give where a series first meets a target, or from where on: -inf at once, inf never."""
    below = [end < target for end in series]
    if for_good:
        after = len(below) - below[::-1].index(True) if any(below) else 0
    else:
        after = below.index(False) if not all(below) else len(below)
    if after in {0, len(below)}:
        return inf if after else -inf
    share = (target - series[after - 1]) / (series[after] - series[after - 1])
    return values[after - 1] + share * (values[after] - values[after - 1])


def _too_far_apart(
    values: Sequence[float], levels: Sequence[Estimate], at: float
) -> tuple[float, float] | None:
    """Give the neighbours of where a target is met if they differ by more than a line may tell."""
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
    """Give the first whole number (or the last, where less helps) at which something holds.

    >>> in_whole_numbers(Crossing(Shape.FROM, (0.0, 4.0), 1.6, 1.2, 2.1)).high
    3
    """
    edge = ceil if found.rises else floor
    value, low, high = (
        edge(end) if isfinite(end) else end for end in (found.value, found.low, found.high)
    )
    return replace(found, value=value, low=low, high=high, between=None)


def worst(levels: Iterable[Estimate]) -> Estimate:
    """Give the level of the force that is worst off, each end of the interval by itself."""
    known = [level for level in levels if not level.missing]
    if not known:
        return Estimate()
    return Estimate(
        min(level.value for level in known),
        min(level.low for level in known),
        min(level.high for level in known),
        known[0].replications,
    )


def tightest(named: Sequence[tuple[str, Crossing]]) -> str:
    """Give the name of the one that ends first: where it holds, all of them do.

    Raises
    ------
    ValueError
        If there is none.
    """
    order = (Shape.NEVER, Shape.PATCHY, Shape.FROM, Shape.UP_TO, Shape.ALWAYS, Shape.UNKNOWN)

    def slack(one: tuple[str, Crossing]) -> tuple[int, float]:
        found = one[1]
        by_value = -found.value if found.shape is Shape.FROM else found.value
        return order.index(found.shape), by_value if found.ends_somewhere else 0.0

    return min(named, key=slack)[0]
