"""Intervals over replications: worked by hand, against SciPy, and by their coverage."""

import numpy as np
import pytest
from scipy import stats

from sim.experiment.statistics import (
    mean_interval,
    ratio_difference,
    ratio_interval,
    share_meeting,
)


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


def ones(n):
    return np.ones((n, 1))


def test_a_mean_has_students_interval():
    values = np.random.default_rng(1).gamma(2.0, 3.0, size=(12, 5))
    interval = mean_interval(values)
    low, high = stats.t.interval(0.95, 11, values.mean(axis=0), stats.sem(values))
    assert interval.value == pytest.approx(values.mean(axis=0))
    assert interval.low == pytest.approx(low)
    assert interval.high == pytest.approx(high)
    assert interval.half_width == pytest.approx((high - low) / 2)


def test_a_mean_by_hand():
    # Mean of 1, 2, 6 is 3, variance 7, standard error sqrt(7/3), t(2) = 4.302653.
    interval = mean_interval(column(1, 2, 6))
    assert interval.value[0] == 3
    assert interval.half_width[0] == pytest.approx(4.30265273 * np.sqrt(7 / 3))


def test_a_ratio_by_hand():
    # 8/10, 9/10, 5/20: in all 22/40 = 0.55. Leaving one out: 14/30, 13/30, 17/20, mean 0.583333.
    interval = ratio_interval(column(8, 9, 5), column(10, 10, 20))
    left_out = np.array([14 / 30, 13 / 30, 17 / 20])
    variance = 2 / 3 * ((left_out - left_out.mean()) ** 2).sum()
    assert interval.value[0] == 0.55
    assert interval.half_width[0] == pytest.approx(4.30265273 * np.sqrt(variance))
    assert interval.replications[0] == 3


def test_cells_are_added_first_and_divided_last():
    # The mean of the weekly shares would be 0.55; the busy week counts more.
    assert ratio_interval(column(1, 10), column(10, 10)).value[0] == 0.55
    assert ratio_interval(column(1, 100), column(10, 100)).value[0] == pytest.approx(101 / 110)


def test_one_replication_has_no_interval():
    interval = ratio_interval(column(8), column(10))
    assert interval.value[0] == 0.8
    assert np.isnan([interval.low[0], interval.high[0], interval.half_width[0]]).all()


def test_nothing_counted_is_missing_and_not_zero():
    interval = ratio_interval(column(0, 0, 0), column(0, 0, 0))
    assert np.isnan(interval.value[0])
    assert np.isnan(interval.half_width[0])
    assert interval.replications[0] == 0


def test_a_replication_that_says_nothing_does_not_count():
    with_empty = ratio_interval(column(8, 0, 9, 5), column(10, 0, 10, 20))
    without = ratio_interval(column(8, 9, 5), column(10, 10, 20))
    assert with_empty.replications[0] == 3
    assert with_empty.value[0] == without.value[0]
    assert with_empty.half_width[0] == pytest.approx(without.half_width[0])


def test_one_counted_replication_among_many_has_no_interval():
    interval = ratio_interval(column(8, 0, 0), column(10, 0, 0))
    assert interval.value[0] == 0.8
    assert np.isnan(interval.half_width[0])


def test_replications_that_agree_have_an_interval_without_width():
    interval = ratio_interval(column(10, 10, 10), column(10, 10, 10))
    assert interval.value[0] == 1.0
    assert interval.half_width[0] == pytest.approx(0, abs=1e-15)


def test_each_cell_stands_alone():
    rng = np.random.default_rng(2)
    numerator, denominator = rng.random((7, 4)), rng.random((7, 4)) + 0.5
    together = ratio_interval(numerator, denominator)
    for cell in range(4):
        alone = ratio_interval(numerator[:, [cell]], denominator[:, [cell]])
        assert together.low[cell] == alone.low[0]
        assert together.high[cell] == alone.high[0]


def test_the_difference_of_means_is_the_paired_t_interval():
    rng = np.random.default_rng(3)
    first, second = rng.random((9, 1)), rng.random((9, 1))
    interval = ratio_difference(first, ones(9), second, ones(9))
    expected = stats.ttest_rel(first[:, 0], second[:, 0]).confidence_interval(0.95)
    assert interval.value[0] == pytest.approx((first - second).mean())
    assert interval.low[0] == pytest.approx(expected.low)
    assert interval.high[0] == pytest.approx(expected.high)


def test_what_two_designs_have_in_common_cancels():
    rng = np.random.default_rng(4)
    busy = rng.gamma(4, 25, (20, 1))  # the week, the same for both designs
    noise = rng.normal(0, 0.1, (20, 1))
    interval = ratio_difference(busy + 5 + noise, ones(20), busy, ones(20))
    assert interval.value[0] == pytest.approx(5, abs=0.1)
    assert interval.half_width[0] < 0.1
    assert mean_interval(busy).half_width[0] > 10


def test_a_design_that_changes_nothing_differs_by_exactly_nothing():
    rng = np.random.default_rng(5)
    numerator, denominator = rng.random((6, 3)), rng.random((6, 3))
    interval = ratio_difference(numerator, denominator, numerator, denominator)
    assert not interval.value.any()
    assert not interval.half_width.any()


def test_a_difference_with_a_missing_side_is_missing():
    interval = ratio_difference(column(1, 2), column(2, 2), column(0, 0), column(0, 0))
    assert np.isnan(interval.value[0])
    assert np.isnan(interval.half_width[0])


def test_nine_of_ten_meets_ninety_percent_whatever_the_rounding():
    # 0.7 * 10 is 7.000000000000001 in floating point.
    weeks = np.arange(1, 1001, dtype=np.float64)[:, None] * 10
    for tenths in range(1, 10):
        share = share_meeting(weeks / 10 * tenths, weeks, np.array([tenths / 10]))
        assert share[0] == 1.0


def test_the_share_of_weeks_that_meet_the_target_counts_weeks_with_calls():
    numerator, denominator = column(9, 8, 0, 10), column(10, 10, 0, 10)
    assert share_meeting(numerator, denominator, np.array([0.9]))[0] == pytest.approx(2 / 3)
    assert np.isnan(share_meeting(numerator, denominator, np.array([np.nan]))[0])
    assert np.isnan(share_meeting(column(0), column(0), np.array([0.9]))[0])


@pytest.mark.parametrize(("replications", "seed"), [(5, 11), (20, 12)])
def test_intervals_of_ratios_cover_the_truth_as_often_as_they_say(replications, seed):
    # Weeks differ by 10%; a busy week has more calls and answers fewer of them in time. The true
    # ratio is E[answered in time] / E[offered], for a gamma factor f of mean 1 and shape 100
    # E[f exp(-0.3 f)] = (1 + 0.3/100) ** -101.
    rng = np.random.default_rng(seed)
    trials = 4000
    factor = rng.gamma(100.0, 1 / 100.0, (replications, trials))
    offered = rng.poisson(300 * factor)
    answered = rng.binomial(offered, 0.95 * np.exp(-0.3 * factor))
    truth = 0.95 * (1 + 0.3 / 100) ** -101
    interval = ratio_interval(answered.astype(np.float64), offered.astype(np.float64))
    covered = ((interval.low <= truth) & (truth <= interval.high)).mean()
    assert abs((covered - 0.95) / np.sqrt(0.95 * 0.05 / trials)) < 4


def test_paired_intervals_of_ratios_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(13)
    trials, replications = 4000, 10
    factor = rng.gamma(20.0, 1 / 20.0, (replications, trials))
    offered = rng.poisson(300 * factor).astype(np.int64)
    first = rng.binomial(offered, 0.9)
    second = rng.binomial(offered, 0.8)
    interval = ratio_difference(*(a.astype(np.float64) for a in (first, offered, second, offered)))
    covered = ((interval.low <= 0.1) & (interval.high >= 0.1)).mean()
    assert abs((covered - 0.95) / np.sqrt(0.95 * 0.05 / trials)) < 4
