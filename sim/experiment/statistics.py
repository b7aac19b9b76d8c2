"""Intervals over replications: how sure a figure is, and how sure a difference.

Every cell of a table is a ratio, numerator / denominator, summed over replications first and
divided last; a count or a quantile is the ratio whose denominator is 1 in each replication. One
estimator therefore serves all: the jackknife of a ratio of sums, which for a denominator of 1 is
Student's interval for a mean, exactly. Arrays are replications x cells throughout (R x M).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """An estimate with its confidence interval; nan where there is nothing to say.

    Parameters
    ----------
    value, low, high
        Shape (M,): the estimate and the ends of its interval. The ends are nan when fewer than
        two replications say anything.
    replications
        Shape (M,): the number of replications that say anything about the cell.
    """

    value: Floats
    low: Floats
    high: Floats
    replications: NDArray[np.int64]

    @property
    def half_width(self) -> Floats:
        """Shape (M,): half the interval's width."""
        half: Floats = (self.high - self.low) / 2
        return half


def mean_interval(values: Floats, confidence: float = CONFIDENCE) -> Interval:
    """Give Student's t interval for the mean over replications of each cell.

    Parameters
    ----------
    values
        Shape (R, M): one independent value per replication; nan where a replication has none.
    """
    seen = ~np.isnan(values)
    return ratio_interval(np.where(seen, values, 0.0), seen.astype(np.float64), confidence)


def ratio_interval(
    numerator: Floats, denominator: Floats, confidence: float = CONFIDENCE
) -> Interval:
    """Give sum(numerator) / sum(denominator) over replications, with its jackknife interval.

    The variance is (n - 1)/n times the sum of squared deviations of the n leave-one-out ratios
    from their mean (Tukey 1958; Efron and Tibshirani 1993, An Introduction to the Bootstrap,
    equation 11.5), the interval Student's with n - 1 degrees of freedom. A replication whose
    denominator is 0 says nothing about the cell and does not count. The estimate itself is the
    plain ratio, not the bias-corrected one: figures in different tables must add up.

    Where weeks differ much and the ratio depends on how busy they are, the interval covers a
    little less than it says: 95% at a week-to-week coefficient of variation of 0.1, 92% at 0.35
    with ten weeks, 94% with fifty.

    Parameters
    ----------
    numerator, denominator
        Shape (R, M), denominators 0 or more.

    Examples
    --------
    Two weeks, 8 of 10 and 9 of 10 answered in time:

    >>> ratio_interval(np.array([[8.0], [9.0]]), np.array([[10.0], [10.0]])).value
    array([0.85])
    """
    value, left_out = _jackknife(numerator, denominator)
    return _student(value, left_out, denominator != 0, confidence)


def ratio_difference(
    numerator: Floats,
    denominator: Floats,
    baseline_numerator: Floats,
    baseline_denominator: Floats,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Give the difference of two ratios on common replications, with its paired interval.

    Replication r of both met the same workload, so the jackknife leaves it out of both at once;
    what the two have in common cancels. For denominators of 1 this is the paired t interval.

    Parameters
    ----------
    numerator, denominator, baseline_numerator, baseline_denominator
        Shape (R, M); row r of all four is the same replication.
    """
    ours, theirs = (1, numerator, denominator), (-1, baseline_numerator, baseline_denominator)
    return ratio_sum([ours, theirs], confidence)


def ratio_sum(
    terms: Sequence[tuple[float, Floats, Floats]], confidence: float = CONFIDENCE
) -> Interval:
    """Give a weighted sum of ratios on common replications, with its paired interval.

    With weights 1, -1, -1 and 1 it is how much a difference differs: between two worlds, say.

    Parameters
    ----------
    terms
        Weight, numerator and denominator of each ratio, the last two of shape (R, M); row r of all
        is the same replication.
    """
    shape = terms[0][1].shape
    value, left_out, counts = np.zeros(shape[1:]), np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    for weight, numerator, denominator in terms:
        ratio, without = _jackknife(numerator, denominator)
        value += weight * ratio
        left_out += weight * without
        counts |= denominator != 0
    return _student(value, left_out, counts, confidence)


def p_below_zero(interval: Interval, confidence: float = CONFIDENCE) -> Floats:
    """Give the one-sided probability that what an interval estimates lies below 0, shape (M,).

    It is Student's: of a value v with standard error s from n replications, P(T < -v / s) with
    n - 1 degrees of freedom; half a two-sided p-value, turned to the side of the loss. nan where
    there is no interval; where all replications agree, 1 below 0 and 0 otherwise.

    Parameters
    ----------
    interval
        Not cut to where its quantity can lie, and of this confidence.

    Examples
    --------
    >>> p_below_zero(mean_interval(np.array([[1.0], [2.0], [3.0]]))).round(4)
    array([0.0371])
    """
    degrees = np.where(interval.replications > 1, interval.replications - 1, 1)
    error = interval.half_width / stdtrit(degrees, (1 + confidence) / 2)
    agree = error == 0
    below = stdtr(degrees, divide(-interval.value, error))
    p: Floats = np.where(agree, (interval.value < 0).astype(np.float64), below)
    return p


def share_meeting(numerator: Floats, denominator: Floats, target: Floats) -> Floats:
    """Give the share of replications whose own ratio is at least the target, shape (M,).

    Replications without a ratio (0/0) do not count; nan where none has one, or without a target.

    Parameters
    ----------
    numerator, denominator
        Shape (R, M).
    target
        Shape (M,), nan for a cell without a target.
    """
    ratios = divide(numerator, denominator)
    known = ~np.isnan(ratios) & ~np.isnan(target)
    # The ratio is compared and not the product target * denominator: 7/10 >= 0.7 holds in floating
    # point, 7 >= 0.7 * 10 does not.
    return divide((known & (ratios >= target)).sum(axis=0), known.sum(axis=0))


def divide(numerator: NDArray[np.generic], denominator: NDArray[np.generic]) -> Floats:
    """Give numerator / denominator, nan where the denominator is 0."""
    top, bottom = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    ratio = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=ratio, where=bottom != 0)
    return ratio


def _jackknife(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """Give the ratio of sums, shape (M,), and the ratios with each replication left out, (R, M)."""
    top, bottom = numerator.sum(axis=0), denominator.sum(axis=0)
    # What is left of a denominator is counted, not subtracted: a rest of 1e-12 h would not be 0.
    others = bottom - denominator
    alone = ((denominator != 0).sum(axis=0) - (denominator != 0)) == 0
    return divide(top, bottom), divide(top - numerator, np.where(alone, 0.0, others))


def _student(
    value: Floats, left_out: Floats, counts: NDArray[np.bool_], confidence: float
) -> Interval:
    """Give the interval around `value` from its leave-one-out versions where a row counts."""
    n = counts.sum(axis=0)
    mean = divide(np.where(counts, left_out, 0.0).sum(axis=0), n)
    squares = (np.where(counts, left_out - mean, 0.0) ** 2).sum(axis=0)
    enough = n > 1
    degrees = np.where(enough, n - 1, 1)
    variance = squares * divide(degrees, n)
    half = np.where(enough, stdtrit(degrees, (1 + confidence) / 2) * np.sqrt(variance), np.nan)
    return Interval(value, value - half, value + half, n)
