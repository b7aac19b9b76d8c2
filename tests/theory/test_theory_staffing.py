"""A week by its hours, the smallest staff for a target, the square-root rule, counts."""

from math import inf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.theory import (
    erlang_a,
    erlang_c,
    halfin_whitt_beta,
    halfin_whitt_delay,
    pointwise_erlang_a,
    poisson_counts,
    square_root_staffing,
    staff_needed,
)


@given(
    st.lists(st.tuples(st.floats(0, 200), st.integers(0, 30)), min_size=1, max_size=6),
    st.one_of(st.just(inf), st.floats(0, 3000)),
)
@settings(max_examples=50)
def test_a_week_is_its_hours_added_by_callers(hours, patience_s):
    rates, handlers = zip(*hours, strict=True)
    week = pointwise_erlang_a(rates, handlers, 300, patience_s, within_s=15)
    answers = [erlang_a(n, rate, 300, patience_s) for rate, n in hours]
    levels = [answer.service_level(15) for answer in answers]
    assert week.hourly_service_level == pytest.approx(levels, rel=1e-9, abs=1e-12)
    callers = sum(rates)
    if callers == 0:
        assert isnan(week.service_level)
        return
    expected = sum(rate * level for rate, level in zip(rates, levels, strict=True)) / callers
    assert week.service_level == pytest.approx(expected, rel=1e-9, abs=1e-12)
    lost = sum(r * a.abandonment for r, a in zip(rates, answers, strict=True)) / callers
    assert week.abandonment == pytest.approx(lost, rel=1e-9, abs=1e-12)


def test_a_week_of_equal_hours_waits_like_one_of_them():
    week = pointwise_erlang_a([60.0] * 168, 7, 300, 400, within_s=10)
    assert week.mean_wait_answered_s == pytest.approx(
        erlang_a(7, 60, 300, 400).mean_wait_answered_s
    )


def test_a_part_of_a_handler_is_a_mixture_of_two_staffings():
    level = pointwise_erlang_a([60.0], 6.25, 300, 400, within_s=10).service_level
    six, seven = (erlang_a(n, 60, 300, 400).service_level(10) for n in (6, 7))
    assert level == pytest.approx(0.75 * six + 0.25 * seven)


def test_an_hour_without_callers_or_handlers_does_no_harm():
    week = pointwise_erlang_a([0.0, 30.0, 30.0], [4, 0, 4], [300, 300, 300], 400, within_s=10)
    assert week.hourly_service_level[:2] == pytest.approx([1, 0])
    assert week.service_level == pytest.approx(week.hourly_service_level[2] / 2)
    assert week.mean_wait_answered_s == pytest.approx(
        erlang_a(4, 30, 300, 400).mean_wait_answered_s
    )
    alone = pointwise_erlang_a([30.0], [0], 300, 400, within_s=10)
    assert isnan(alone.mean_wait_answered_s)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arrivals_per_h": []}, "^arrivals_per_h: "),
        ({"arrivals_per_h": [1.0, -2.0]}, "^arrivals_per_h: hour 1 "),
        ({"handlers": [1, 2, 3]}, "^handlers: has shape"),
        ({"handlers": [1, float("nan")]}, "^handlers: hour 1 "),
        ({"handle_mean_s": 0}, "^handle_mean_s: "),
        ({"patience_mean_s": -1}, "^patience_mean_s: "),
        ({"within_s": -1}, "^within_s: "),
    ],
)
def test_a_wrong_week_is_refused_by_name(change, message):
    arguments = {
        "arrivals_per_h": [1.0, 2.0],
        "handlers": 3,
        "handle_mean_s": 300,
        "patience_mean_s": 60,
        "within_s": 10,
    }
    with pytest.raises(ValueError, match=message):
        pointwise_erlang_a(**(arguments | change))


@given(st.floats(0, 400), st.sampled_from([60.0, 600.0, inf]), st.floats(0, 0.999))
@settings(max_examples=50)
def test_the_staff_needed_meets_the_target_and_one_fewer_does_not(per_h, patience_s, target):
    handlers = staff_needed(per_h, 300, patience_s, 10, target)
    assert erlang_a(handlers, per_h, 300, patience_s).service_level(10) >= target
    if handlers:
        assert erlang_a(handlers - 1, per_h, 300, patience_s).service_level(10) < target


def test_the_staff_needed_for_80_in_20_is_what_the_texts_print():
    assert staff_needed(200, 180, inf, 20, 0.8) == 14


@pytest.mark.parametrize("target", [-0.1, 1.0, 1.1])
def test_a_target_that_is_no_share_or_a_certainty_is_refused(target):
    with pytest.raises(ValueError, match=r"^target_share: "):
        staff_needed(200, 180, 600, 20, target)


def test_the_square_root_rule_is_erlang_c_of_a_large_room():
    """Halfin and Whitt: the share who wait tends to a function of beta alone."""
    load_erl, beta = 10_000, 0.8
    waits = erlang_c(int(load_erl + beta * sqrt(load_erl)), load_erl, 3600).delay_probability
    assert halfin_whitt_delay(beta) == pytest.approx(waits, abs=2e-3)
    assert square_root_staffing(load_erl, halfin_whitt_delay(beta) * (1 + 1e-9)) == 10_080


@given(st.floats(1e-12, 0.999999))
def test_beta_is_the_inverse_of_the_delay(share):
    assert halfin_whitt_delay(halfin_whitt_beta(share)) == pytest.approx(share, rel=1e-6)


def test_the_square_root_rule_ends_where_it_should():
    assert halfin_whitt_delay(0) == 1
    assert halfin_whitt_delay(100) == 0  # underflows, and does not overflow
    assert square_root_staffing(0, 0.5) == 0
    for share in (0.0, 1.0, 1.5):
        with pytest.raises(ValueError, match=r"^delay_probability: "):
            square_root_staffing(10, share)


def test_counts_under_a_gamma_factor_have_the_variance_of_both():
    counts = poisson_counts(400, 0.1)
    assert counts.mean() == pytest.approx(400)
    assert counts.var() == pytest.approx(400 + 40**2)
    rng = np.random.default_rng(1)
    drawn = rng.poisson(400 * rng.gamma(100, 1 / 100, 20_000))
    assert stats.kstest(drawn + rng.random(drawn.size) * 1e-9, counts.cdf).pvalue > 1e-4
    assert abs(drawn.var() / counts.var() - 1) < 4 * sqrt(2 / drawn.size) * 1.2


def test_counts_without_a_factor_are_poisson():
    assert poisson_counts(7.5).pmf(5) == pytest.approx(stats.poisson(7.5).pmf(5))
    assert poisson_counts(0, 0.3).pmf(0) == 1
    with pytest.raises(ValueError, match=r"^factor_cv: "):
        poisson_counts(3, -0.1)
