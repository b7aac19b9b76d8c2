"""Ordinary arrivals: Poisson in every hour of the week, uniform within it, exact at cut hours."""

import numpy as np
from scipy import stats
from small_centres import z_of_mean

from sim.records import Horizon
from sim.workload import stream
from sim.workload.arrivals import draw_instants, hour_grid

HOUR_S = 3600.0


def test_the_grid_counts_hours_and_days_from_monday_midnight():
    grid = hour_grid(Horizon(warm_up_h=24, measured_h=48))
    assert grid.edges_s.tolist() == [HOUR_S * h for h in range(73)]
    assert grid.hour_of_week.tolist() == [*range(144, 168), *range(48)]
    assert grid.day.tolist() == [0] * 24 + [1] * 24 + [2] * 24


def test_the_grid_cuts_the_first_and_last_hour_and_agrees_with_the_horizon():
    horizon = Horizon(warm_up_h=0.3, measured_h=30.9, cool_down_h=0.05, start_hour_of_week=50.25)
    grid = hour_grid(horizon)
    assert grid.edges_s[0] == 0
    assert grid.edges_s[-1] == horizon.arrivals_until_s
    middle = (grid.edges_s[:-1] + grid.edges_s[1:]) / 2
    wide = np.diff(grid.edges_s) > 1e-3
    assert np.array_equal(grid.hour_of_week[wide], horizon.hours_of_week(middle[wide]))
    assert (np.diff(grid.edges_s) <= HOUR_S).all()


def test_a_lead_reaches_back_before_the_horizon():
    grid = hour_grid(Horizon(warm_up_h=0, measured_h=2), lead_s=1800)
    assert grid.edges_s.tolist() == [-1800, 0, HOUR_S, 2 * HOUR_S]
    assert grid.hour_of_week.tolist() == [167, 0, 1]


def test_expected_numbers_shrink_with_cut_hours():
    grid = hour_grid(Horizon(warm_up_h=0, measured_h=1.5))
    assert grid.expected(np.arange(168) + 2.0).tolist() == [2.0, 1.5]


def test_counts_by_piece_are_poisson_and_independent():
    edges = np.array([0.0, 10, 15, 40, 100])
    expected = np.array([0.5, 4.0, 0.0, 30.0])
    rng = stream(1, "test")
    counts = np.array(
        [np.histogram(draw_instants(rng, edges, expected), edges)[0] for _ in range(4000)]
    )
    assert not counts[:, 2].any()
    for piece in (0, 1, 3):
        assert abs(z_of_mean(counts[:, piece], expected[piece])) < 4
        assert abs(z_of_mean((counts[:, piece] - expected[piece]) ** 2, expected[piece])) < 4
    products = (counts[:, 1] - expected[1]) * (counts[:, 3] - expected[3])
    assert abs(z_of_mean(products, 0)) < 4


def test_counts_follow_the_whole_poisson_law():
    edges, expected = np.array([0.0, 1, 2]), np.array([3.0, 1.0])
    rng = stream(2, "test")
    counts = np.array([(draw_instants(rng, edges, expected) < 1).sum() for _ in range(5000)])
    seen = np.bincount(np.minimum(counts, 8), minlength=9)
    share = stats.poisson.pmf(np.arange(9), 3.0)
    share[8] = stats.poisson.sf(7, 3.0)
    assert stats.chisquare(seen, 5000 * share).pvalue > 1e-4


def test_instants_are_uniform_within_a_piece_and_sorted():
    edges, expected = np.array([0.0, 10, 15]), np.array([5000.0, 20_000.0])
    instants = draw_instants(stream(3, "test"), edges, expected)
    assert (np.diff(instants) >= 0).all()
    for low, high in ((0, 10), (10, 15)):
        within = instants[(instants >= low) & (instants < high)]
        assert stats.kstest(within, "uniform", (low, high - low)).pvalue > 1e-4


def test_gaps_at_a_constant_rate_are_exponential():
    instants = draw_instants(stream(4, "test"), np.array([0.0, 100.0]), np.array([20_000.0]))
    assert stats.kstest(np.diff(instants), "expon", (0, 1 / 200)).pvalue > 1e-4


def test_nothing_comes_where_nothing_is_expected():
    edges = np.array([0.0, 5.0, 10.0])
    assert draw_instants(stream(5, "test"), edges, np.zeros(2)).size == 0
    late = draw_instants(stream(5, "test"), edges, np.array([0.0, 500.0]))
    early = draw_instants(stream(5, "test"), edges, np.array([500.0, 0.0]))
    assert late.min() >= 5
    assert early.max() <= 5
