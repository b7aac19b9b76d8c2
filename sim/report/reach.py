"""How far a varied key can go before something no longer holds, read off the points of a sweep.

Enters: the values of the key, and at each a margin with its interval: what a design gives less what
it must give. Leaves: from or up to which value the margin is not below 0. Between two points the
margin and the ends of its interval are taken to run straight; where the interval's ends cross 0
are the ends of the answer (the same inversion of a test as for the break-even penalty).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import inf, isnan

from sim.report.estimate import Estimate


class Shape(Enum):
    """Where along the values a margin holds."""

    ALWAYS = "always"
    NEVER = "never"
    FROM = "from"
    UP_TO = "up to"
    PATCHY = "patchy"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reach:
    """How far something holds.

    Parameters
    ----------
    values
        The values tried, in order.
    value, low, high
        Where it is won (`FROM`) or lost (`UP_TO`), and between which values these weeks cannot
        tell; -inf and inf stand for beyond the values tried.
    holding
        The values at which it holds.
    sure
        Where it holds always or never: whether every interval says so too.
    """

    shape: Shape
    values: tuple[float, ...]
    value: float = inf
    low: float = -inf
    high: float = inf
    holding: tuple[float, ...] = ()
    sure: bool = True


def reach(values: Sequence[float], margins: Sequence[Estimate]) -> Reach:
    """Give how far margins hold.

    Parameters
    ----------
    values
        Increasing.
    margins
        One for each value.

    Examples
    --------
    >>> def about(margin):
    ...     return Estimate(margin, margin - 0.01, margin + 0.01, 20)
    >>> found = reach([0.8, 0.9, 1.0], [about(-0.05), about(-0.01), about(0.03)])
    >>> found.shape.value, round(found.value, 3), round(found.low, 3), round(found.high, 3)
    ('from', 0.925, 0.9, 0.95)
    """
    tried = tuple(values)
    if not tried or any(margin.missing for margin in margins):
        return Reach(Shape.UNKNOWN, tried)
    holds = [margin.value >= 0 for margin in margins]
    holding = tuple(value for value, held in zip(tried, holds, strict=True) if held)
    if len(set(holds)) == 1:
        shape = Shape.ALWAYS if holds[0] else Shape.NEVER
        worst = [margin.low if holds[0] else -margin.high for margin in margins]
        sure = all(not isnan(end) and (end >= 0 if holds[0] else end > 0) for end in worst)
        return Reach(shape, tried, holding=holding, sure=sure)
    if sum(one != other for one, other in pairwise(holds)) > 1:
        return Reach(Shape.PATCHY, tried, holding=holding)
    rising = holds[-1]
    centre, lower, upper = (
        _crossing(tried, [getattr(margin, end) for margin in margins], rising=rising)
        for end in ("value", "low", "high")
    )
    low, high = (upper, lower) if rising else (lower, upper)
    return Reach(Shape.FROM if rising else Shape.UP_TO, tried, centre, low, high, holding)


def _crossing(values: Sequence[float], series: Sequence[float], *, rising: bool) -> float:
    """Give where a series reaches 0 next to the values at which it holds; nan ends never do."""
    if not rising:
        mirrored = [-value for value in reversed(values)]
        return -_crossing(mirrored, list(reversed(series)), rising=True)
    below = [place for place, end in enumerate(series) if isnan(end) or end < 0]
    if not below:
        return -inf
    last = below[-1]
    if last == len(values) - 1:
        return inf
    if isnan(series[last]):
        return values[last + 1]
    gap = series[last + 1] - series[last]
    return values[last] + (values[last + 1] - values[last]) * -series[last] / gap


def tightest(reaches: Sequence[tuple[str, Reach]]) -> tuple[str, Reach]:
    """Give the one that ends first, with its name: where it holds, all of them do.

    Raises
    ------
    ValueError
        If there is none.
    """
    order = (Shape.UNKNOWN, Shape.NEVER, Shape.PATCHY, Shape.FROM, Shape.UP_TO, Shape.ALWAYS)

    def slack(named: tuple[str, Reach]) -> tuple[int, float]:
        found = named[1]
        by_value = -found.value if found.shape is Shape.FROM else found.value
        return order.index(found.shape), by_value

    return min(reaches, key=slack)
