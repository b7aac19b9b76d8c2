"""When a candidate is out, and when a target is met or missed: selection with a guarantee.

Both rules look at a running mean after every week and compare it with a triangle that closes as
weeks go by: wide at first, 0 after so many weeks as differences of the size that matters need.
How wide it is follows from the spread of the first weeks and from how often the rule may be wrong.

`Contest` is procedure KN (Kim and Nelson 2001, A fully sequential procedure for
indifference-zone selection in simulation, ACM TOMACS 11(3), with c = 1): valid whatever the
variances and under common random numbers, because it looks at differences of pairs only. For the
force that is worst off, every force of the one is compared with every force of the other, see
docs/decisions/0018-selection.md. `Trial` is the feasibility check of Batur and Kim (2010, Finding
feasible systems in the presence of constraints on multiple performance measures, ACM TOMACS
20(3), procedure F_B), each target by itself.

Assumed is that weeks are independent and normal. A ratio of sums is followed by its running value;
its spread is that of the first weeks' linearised values (`linearised`). Arrays are weeks first.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiment.statistics import divide

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def linearised(numerator: Floats, denominator: Floats) -> Floats:
    """Give per week what it adds to a ratio of sums: ratio + (n - ratio x d) / mean d.

    The mean over the weeks is the ratio of sums, the variance that of the delta method; where all
    denominators are 1 the values are the numerators. nan in cells without any denominator.

    >>> linearised(np.array([[8.0], [18.0]]), np.array([[10.0], [20.0]])).round(3).tolist()
    [[0.822], [0.911]]
    """
    ratio = divide(numerator.sum(axis=0), denominator.sum(axis=0))
    return ratio + divide(numerator - ratio * denominator, denominator.mean(axis=0))


def skewness(values: Floats) -> Floats:
    """Give the third standardised moment of each column; 0 where nothing varies.

    >>> skewness(np.array([[0.0], [0.0], [0.0], [4.0]])).round(2).tolist()
    [1.15]
    """
    off = values - values.mean(axis=0)
    spread = np.sqrt((off**2).mean(axis=0))
    skew: Floats = np.divide(
        (off**3).mean(axis=0), spread**3, out=np.zeros_like(spread), where=spread > 0
    )
    return skew


def running_ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Give the ratio of the sums of the first weeks, for 1, 2, ... weeks."""
    return divide(numerator.cumsum(axis=0), denominator.cumsum(axis=0))


@dataclass(frozen=True, eq=False)
class Triangle:
    """How far a mean may lie from where it would be decided, week by week.

    Parameters
    ----------
    variance
        Of one week's value, from the first weeks; any shape.
    zone
        The difference that matters.
    scale
        `h_squared` of the error that is allowed.
    """

    variance: Floats
    zone: float
    scale: float

    def width(self, week: int) -> Floats:
        """Give the half-width after a week."""
        width: Floats = np.maximum(
            0.0, self.scale * self.variance / (2 * self.zone * week) - self.zone / 2
        )
        return width

    @property
    def last_week(self) -> Floats:
        """The week from which on the half-width is 0."""
        last: Floats = np.ceil(self.scale * self.variance / self.zone**2)
        return last


def h_squared(error: float, first: int) -> float:
    """Give what scales the triangle when a decision may be wrong with this probability.

    >>> round(h_squared(0.05, 20), 2)
    5.21
    """
    scale: float = (first - 1) * ((2 * error) ** (-2 / (first - 1)) - 1)
    return scale


class Out(NamedTuple):
    """That a candidate lost: to whom, after how many weeks."""

    by: int
    week: int


class Contest:
    """Who is still in it: the candidate of largest mean is kept, week by week the others go.

    The best is kept with probability 1 - `error` if it leads every other by `zone` or more.

    Parameters
    ----------
    first
        Shape (weeks, candidates, forces): values of the first weeks; more is better. A candidate
        is as good as its smallest mean.
    """

    def __init__(self, first: Floats, error: float, zone: float) -> None:
        weeks, self._n, self._forces = first.shape
        comparisons = (self._n - 1) * self._forces
        variance = _variance_of_differences(first.reshape(weeks, -1))
        self._triangle = Triangle(variance, zone, h_squared(error / comparisons, weeks))
        owner = np.repeat(np.arange(self._n), self._forces)
        self._rivals: Flags = owner[:, None] != owner
        self._beaten = np.zeros_like(self._rivals)
        self.out: dict[int, Out] = {}

    @property
    def remaining(self) -> list[int]:
        """The candidates that nobody has beaten."""
        return [one for one in range(self._n) if one not in self.out]

    @property
    def last_week(self) -> int:
        """The week after which one candidate is left, at the latest."""
        among = np.repeat([one not in self.out for one in range(self._n)], self._forces)
        pending = self._pending() & among[:, None] & among
        return int(self._triangle.last_week[pending].max(initial=0.0))

    def look(self, week: int, means: Floats) -> None:
        """Take note of the means after a week, shape (candidates, forces)."""
        flat = means.ravel()
        lead = flat - flat[:, None]  # of the column over the row
        reach = self._triangle.width(week)
        earlier = np.arange(flat.size) < np.arange(flat.size)[:, None]
        tied = (reach == 0) & (lead == 0) & earlier  # nothing tells them apart: the first stays
        # What is decided stays so: a pair of forces may be decided long before its candidates are.
        self._beaten |= self._pending() & ((lead > reach) | tied)
        level = means.min(axis=1)
        loses = self._losses(level)
        losers = [one for one in self.remaining if loses[one, self.remaining].any()]
        if len(losers) == len(self.remaining):
            losers.remove(max(losers, key=lambda one: level[one]))
        here = self.remaining
        for one in losers:
            winners = [other for other in here if loses[one, other]]
            self.out[one] = Out(max(winners, key=lambda other: level[other]), week)

    def _pending(self) -> Flags:
        """Give which pairs are not decided yet."""
        pending: Flags = self._rivals & ~self._beaten & ~self._beaten.T
        return pending

    def _losses(self, level: Floats) -> Flags:
        """Give who (row) loses to whom: one of its forces lies below each of the other's.

        Where all pairs of two candidates are decided and neither loses so, the lower level does.
        """
        shape = (self._n, self._forces, self._n, self._forces)
        loses: Flags = self._beaten.reshape(shape).all(axis=3).any(axis=1)
        pending = self._pending().reshape(shape).any(axis=(1, 3))
        stuck = ~pending & ~loses & ~loses.T & ~np.eye(self._n, dtype=bool)
        return loses | (stuck & (level[:, None] < level))


def error_of_a_test(probability: float, candidates: int, targets: int) -> float:
    """Give how often each target's test may be wrong, for the cheapest to be right so often.

    The answer is wrong if one of n - 1 candidates that miss a target is taken for one that meets
    it (one test each), or the cheapest that meets its targets is refused (any of its tests).

    >>> round(error_of_a_test(0.95, 9, 2), 6)
    0.005
    """
    return (1 - probability) / (candidates - 1 + targets)


class Trial:
    """Whether a candidate meets all its targets, each looked at until it is decided.

    Of a target that lies more than `zone` from the true mean, the decision is wrong with
    probability `error` at most.

    Parameters
    ----------
    first
        Shape (weeks, targets): values of the first weeks.
    """

    def __init__(self, first: Floats, target: Floats, error: float, zone: float) -> None:
        variance: Floats = first.var(axis=0, ddof=1)
        self._triangle = Triangle(variance, zone, h_squared(error, len(first)))
        self._target = target
        self.met: Flags = np.zeros(target.size, dtype=bool)
        self.missed: Flags = np.zeros(target.size, dtype=bool)

    @property
    def decided(self) -> bool:
        """Whether a target is missed, or all are met."""
        return bool(self.missed.any() or self.met.all())

    @property
    def feasible(self) -> bool:
        """Whether all targets are met."""
        return bool(self.met.all())

    @property
    def last_week(self) -> int:
        """The week after which it is decided, at the latest."""
        pending = ~(self.met | self.missed)
        return int(self._triangle.last_week[pending].max(initial=0.0))

    def look(self, week: int, means: Floats) -> None:
        """Take note of the means after a week, shape (targets,)."""
        pending = ~(self.met | self.missed)
        above, reach = means - self._target, self._triangle.width(week)
        self.met |= pending & ((above > reach) | ((reach == 0) & (above == 0)))
        self.missed |= pending & (above < -reach)


def _variance_of_differences(values: Floats) -> Floats:
    """Give the variance of the difference of any two columns; 0, exactly, where they agree."""
    return np.array(
        [(values - values[:, [column]]).var(axis=0, ddof=1) for column in range(values.shape[1])]
    )
