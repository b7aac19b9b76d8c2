"""Erlang B, C and A against published values, direct sums, the literature's formulas and limits."""

from itertools import pairwise
from math import exp, factorial, inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from sim.theory import erlang_a, erlang_b, erlang_c


@pytest.mark.parametrize(
    ("lines", "load_erl", "published"),
    [(1, 0.5, 0.3333), (5, 3.0, 0.1101), (10, 4.461, 0.01), (15, 8.108, 0.01), (100, 84.06, 0.01)],
)
def test_erlang_b_is_what_the_tables_print(lines, load_erl, published):
    assert erlang_b(lines, load_erl) == pytest.approx(published, abs=6e-5)


@given(st.integers(0, 60), st.floats(0, 100))
def test_erlang_b_is_the_direct_sum(lines, load_erl):
    terms = [load_erl**k / factorial(k) for k in range(lines + 1)]
    assert erlang_b(lines, load_erl) == pytest.approx(terms[-1] / sum(terms), rel=1e-10, abs=1e-300)


def test_erlang_b_of_2000_lines_is_the_truncated_poisson_distribution():
    load_erl = 1950.0
    expected = exp(stats.poisson.logpmf(2000, load_erl) - stats.poisson.logcdf(2000, load_erl))
    assert erlang_b(2000, load_erl) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("room", "within_s", "printed"),
    [
        # The worked example of most call-centre texts: 10 erlang on 14 agents.
        ((14, 200, 180), 20, (0.174, 7.8, 0.888)),
        # 360 calls in half an hour, 4 minutes each, 55 agents.
        ((55, 720, 240), 15, (0.239, 8.2, 0.846)),
    ],
)
def test_erlang_c_is_what_the_texts_print(room, within_s, printed):
    answer = erlang_c(*room)
    delayed, mean_s, level = printed
    assert answer.delay_probability == pytest.approx(delayed, abs=5e-4)
    assert answer.mean_wait_s == pytest.approx(mean_s, abs=0.05)
    assert answer.service_level(within_s) == pytest.approx(level, abs=5e-4)


@given(st.integers(1, 40), st.floats(0.05, 0.98))
def test_erlang_c_is_the_direct_sum(handlers, utilisation):
    load_erl = handlers * utilisation
    top = load_erl**handlers / factorial(handlers) / (1 - utilisation)
    below = sum(load_erl**k / factorial(k) for k in range(handlers))
    answer = erlang_c(handlers, load_erl * 12, 300)
    assert answer.delay_probability == pytest.approx(top / (below + top), rel=1e-10)


def test_erlang_c_beyond_its_handlers_waits_for_ever():
    answer = erlang_c(5, 60, 300)
    assert answer.delay_probability == 1
    assert answer.mean_wait_s == inf
    assert answer.service_level(1e9) == 0
    assert answer.occupancy == 1


def test_erlang_a_is_what_garnett_mandelbaum_and_reiman_print():
    """Their table 1: 50 agents, 48 calls a minute of 1 minute, patience 2 minutes."""
    answer = erlang_a(50, 2880, 60, 120)
    assert answer.abandonment == pytest.approx(0.031, abs=5e-4)
    assert answer.mean_wait_s == pytest.approx(3.7, abs=0.05)
    assert answer.mean_waiting == pytest.approx(3, abs=0.05)
    assert answer.occupancy == pytest.approx(0.93, abs=5e-3)


MIXED = [
    (1, 5.0, 300.0, 60.0),
    (4, 30.0, 420.0, 100.0),
    (10, 100.0, 300.0, 900.0),
    (17, 120.0, 500.0, 200.0),
    (17, 160.0, 500.0, 3000.0),  # overloaded
    (50, 2880.0, 60.0, 120.0),
    (3, 0.1, 60.0, 10.0),
]


@pytest.mark.parametrize(("n", "per_h", "handle_s", "patience_s"), MIXED)
def test_erlang_a_is_palms_formula_with_the_incomplete_gamma_function(
    n, per_h, handle_s, patience_s
):
    """Mandelbaum and Zeltyn (2007), sections 4.4 and 4.5: A(x, y) = x e^y y^-x gamma(x, y)."""
    load_erl, b = per_h * handle_s / 3600, erlang_b(n, per_h * handle_s / 3600)
    x, y = n * patience_s / handle_s, per_h * patience_s / 3600
    palm = exp(y - x * np.log(y) + special.gammaln(x + 1)) * special.gammainc(x, y)
    delayed = palm * b / (1 + (palm - 1) * b)
    given_up = delayed * (n / load_erl / palm + 1 - n / load_erl)

    answer = erlang_a(n, per_h, handle_s, patience_s)
    assert answer.delay_probability == pytest.approx(delayed, rel=1e-9)
    assert answer.abandonment == pytest.approx(given_up, rel=1e-7)


@pytest.mark.parametrize(("n", "per_h", "handle_s", "patience_s"), MIXED)
@pytest.mark.parametrize("within_s", [0.5, 10.0, 30.0, 600.0])
def test_the_service_level_is_the_integral_over_the_wait_on_offer(
    n, per_h, handle_s, patience_s, within_s
):
    """The virtual wait V has density lambda pi(n-1) exp(lambda H(v) - n mu v), H = int e^-theta v.

    Baccelli and Hebuterne (1981); Zeltyn and Mandelbaum (2005), Queueing Systems 51, section 2.
    """
    rate, mu, theta = per_h / 3600, 1 / handle_s, 1 / patience_s

    def density(v):
        return exp(rate * -np.expm1(-theta * v) / theta - n * mu * v)

    mass_0 = 1 / (erlang_b(n - 1, rate / mu) * rate)  # P(V = 0) in the same unit
    top = 60 * (handle_s + patience_s)
    points = [within_s, patience_s / 10, patience_s, 5 * patience_s]
    total = mass_0 + integrate.quad(density, 0, top, points=points, limit=500)[0]
    answered = (
        mass_0 + integrate.quad(lambda v: density(v) * exp(-theta * v), 0, within_s, limit=200)[0]
    )
    level = erlang_a(n, per_h, handle_s, patience_s).service_level(within_s)
    assert level == pytest.approx(answered / total, rel=1e-7)


@pytest.mark.parametrize(("n", "per_h", "handle_s"), [(1, 5, 300), (14, 200, 180), (55, 720, 240)])
def test_erlang_a_becomes_c_as_patience_grows(n, per_h, handle_s):
    patient, endless = erlang_a(n, per_h, handle_s, 1e9), erlang_c(n, per_h, handle_s)
    assert patient.delay_probability == pytest.approx(endless.delay_probability, rel=1e-4)
    assert patient.mean_wait_s == pytest.approx(endless.mean_wait_s, rel=1e-4)
    assert patient.mean_wait_answered_s == pytest.approx(endless.mean_wait_s, rel=1e-4)
    assert patient.service_level(20) == pytest.approx(endless.service_level(20), rel=1e-4)
    assert patient.abandonment < 1e-6


@pytest.mark.parametrize("patience_s", [0.0, 1e-9])
@pytest.mark.parametrize(("n", "per_h", "handle_s"), [(1, 5, 300), (14, 200, 180), (5, 100, 600)])
def test_erlang_a_becomes_b_as_patience_vanishes(n, per_h, handle_s, patience_s):
    answer, lost = erlang_a(n, per_h, handle_s, patience_s), erlang_b(n, per_h * handle_s / 3600)
    assert answer.abandonment == pytest.approx(lost, rel=1e-9)
    assert answer.delay_probability == pytest.approx(lost, rel=1e-9)
    assert answer.service_level(10) == pytest.approx(1 - lost, rel=1e-9)
    assert answer.mean_wait_s == pytest.approx(0, abs=1e-8)


def test_a_large_overloaded_room_sheds_what_it_cannot_carry():
    """The fluid limit: n handlers carry n erlang, the rest gives up (Whitt 2004)."""
    answer = erlang_a(2000, 1.2 * 24_000, 300, 600)
    assert answer.abandonment == pytest.approx(1 - 1 / 1.2, rel=1e-3)
    assert answer.occupancy == pytest.approx(1, rel=1e-6)
    assert answer.mean_waiting == pytest.approx(0.2 / 1.2 * 28_800 / 6, rel=1e-3)


def test_whoever_is_answered_in_an_overloaded_room_has_waited_until_enough_gave_up():
    """The fluid limit: after w seconds the share exp(-w / patience) = 1 / 1.2 is left to answer."""
    answer = erlang_a(2000, 1.2 * 24_000, 300, 1e6)
    assert answer.mean_wait_answered_s == pytest.approx(1e6 * np.log(1.2), rel=1e-3)
    assert answer.service_level(1e5) == pytest.approx(0, abs=1e-12)
    assert answer.service_level(2.5e5) == pytest.approx(1 / 1.2, rel=1e-3)


def test_a_large_room_at_its_load_is_the_literatures_formula():
    """2000 handlers at 2000 erlang, where a direct sum would overflow."""
    n, ratio = 2000, 2.0
    x = y = n * ratio
    log_palm = y - x * np.log(y) + special.gammaln(x + 1) + np.log(special.gammainc(x, y))
    b = erlang_b(n, n)
    expected = 1 / ((1 / b - 1) * exp(-log_palm) + 1)
    answer = erlang_a(n, n * 12, 300, 600)
    assert answer.delay_probability == pytest.approx(expected, rel=1e-8)


@given(
    st.integers(1, 300),
    st.floats(0.01, 3),
    st.floats(1, 1e4),
    st.floats(0, 1e5),
    st.floats(0, 1e4),
)
def test_the_answers_hang_together(n, utilisation, handle_s, patience_s, within_s):
    per_h = n * utilisation * 3600 / handle_s
    answer = erlang_a(n, per_h, handle_s, patience_s)
    level = answer.service_level(within_s)
    answered = 1 - answer.abandonment
    assert 0 <= answer.abandonment <= answer.delay_probability <= 1 + 1e-12
    assert 1 - answer.delay_probability - 1e-12 <= level <= answered + 1e-12
    assert answer.service_level(1e12) == pytest.approx(answered, rel=1e-9)
    assert answer.service_level(0) == pytest.approx(1 - answer.delay_probability, abs=1e-12)
    # Nobody waits longer than those who give up would have: theta E[W] = P(abandon).
    assert answer.mean_wait_s == pytest.approx(patience_s * answer.abandonment)
    assert answer.mean_wait_answered_s >= 0
    assert answer.mean_waiting == pytest.approx(per_h / 3600 * answer.mean_wait_s)
    # What the handlers carry is what is answered.
    assert answer.occupancy == pytest.approx(utilisation * answered, rel=1e-9, abs=1e-12)


def test_more_handlers_more_callers_longer_calls_and_more_patience_pull_the_right_way():
    levels = [erlang_a(n, 100, 300, 600).service_level(10) for n in range(20)]
    assert all(a < b for a, b in pairwise(levels))
    levels = [erlang_a(10, per_h, 300, 600).service_level(10) for per_h in range(0, 400, 10)]
    assert all(a > b for a, b in pairwise(levels))
    levels = [erlang_a(10, 100, handle_s, 600).service_level(10) for handle_s in range(60, 900, 30)]
    assert all(a > b for a, b in pairwise(levels))
    given_up = [erlang_a(10, 110, 300, patience_s).abandonment for patience_s in range(0, 2000, 50)]
    assert all(a > b for a, b in pairwise(given_up))


def test_without_handlers_everybody_gives_up_and_without_callers_the_first_would_be_answered():
    nobody = erlang_a(0, 100, 300, 60)
    assert (nobody.abandonment, nobody.delay_probability) == (1, 1)
    assert nobody.mean_wait_s == pytest.approx(60)
    assert nobody.service_level(1000) == 0
    assert isnan(nobody.mean_wait_answered_s)
    assert isnan(nobody.occupancy)
    quiet = erlang_a(5, 0, 300, 60)
    assert (quiet.service_level(0), quiet.abandonment, quiet.occupancy) == (1, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((-1, 10, 300, 60), "handlers"),
        ((1.5, 10, 300, 60), "handlers"),
        ((3, -1, 300, 60), "arrivals_per_h"),
        ((3, float("nan"), 300, 60), "arrivals_per_h"),
        ((3, inf, 300, 60), "arrivals_per_h"),
        ((3, 10, 0, 60), "handle_mean_s"),
        ((3, 10, 300, -1), "patience_mean_s"),
        ((3, 10, 300, float("nan")), "patience_mean_s"),
        ((3, 36, 300, 1e18), "patience_mean_s"),  # 10^9 states matter: inf is meant
        ((3, 40, 300, 1e18), "patience_mean_s"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        erlang_a(*arguments)


def test_a_wrong_target_or_load_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^within_s: "):
        erlang_a(3, 10, 300, 60).service_level(-1)
    with pytest.raises(ValueError, match=r"^load_erl: "):
        erlang_b(3, -1.0)
