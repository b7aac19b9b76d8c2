"""Day factors: gamma marginals, and as alike between forces and channels as was asked for."""

import numpy as np
import pytest
from scipy import stats
from small_centres import z_of_mean

from sim.config import ConfigError
from sim.config.centre import DayFactor
from sim.workload.day_factor import plan_day_factor
from sim.workload.streams import OpenStreams

CLASSES = [(force, channel) for force in ("North", "South") for channel in ("a", "b")]
N_DAYS = 20_000


def factors(cv, forces, channels, classes=CLASSES, seed=1):
    spec = DayFactor(cv=cv, correlation_forces=forces, correlation_channels=channels)
    return plan_day_factor(spec, classes).draw(OpenStreams(seed, 0), N_DAYS)


def on_normal_scale(factor, cv):
    return stats.norm.ppf(stats.gamma.cdf(factor, cv**-2, scale=cv**2))


@pytest.mark.parametrize("cv", [0.05, 0.3, 1.5])
def test_every_class_has_a_gamma_factor_with_mean_1(cv):
    for of_class in factors(cv, 0.3, 0.6):
        assert abs(z_of_mean(of_class, 1)) < 4
        assert abs(z_of_mean((of_class - 1) ** 2, cv**2)) < 4
        assert stats.kstest(of_class, stats.gamma(cv**-2, scale=cv**2).cdf).pvalue > 1e-4


@pytest.mark.parametrize(("forces", "channels"), [(0.3, 0.7), (0, 0), (0.5, 0.5), (0, 1), (1, 1)])
def test_two_forces_and_two_channels_are_as_alike_as_asked(forces, channels):
    normal = on_normal_scale(factors(0.2, forces, channels), 0.2)
    wanted = np.full((4, 4), float(forces))
    wanted[:2, :2] = wanted[2:, 2:] = channels
    np.fill_diagonal(wanted, 1)
    # The standard error of a correlation r over n days is (1 - r**2) / sqrt(n).
    error = (1 - wanted**2) / np.sqrt(N_DAYS) + 1e-9
    assert (np.abs(np.corrcoef(normal) - wanted) / error).max() < 4


def test_days_are_independent_of_each_other():
    normal = on_normal_scale(factors(0.2, 0.3, 0.6), 0.2)
    assert abs(np.corrcoef(normal[0, :-1], normal[0, 1:])[0, 1]) * np.sqrt(N_DAYS) < 4


def test_without_variation_every_factor_is_exactly_1():
    assert (factors(0, 0.3, 0.6) == 1).all()


def test_a_further_force_or_channel_moves_no_other_factor():
    few = factors(0.2, 0.3, 0.6)
    more = [("East", "a"), *CLASSES[:2], ("North", "c"), *CLASSES[2:]]
    many = factors(0.2, 0.3, 0.6, more)
    assert np.array_equal(few, many[[1, 2, 4, 5]])


def test_forces_cannot_be_more_alike_than_channels_of_one_force():
    with pytest.raises(ConfigError, match=r"correlation_channels = 0.4: must be at least .* 0.5"):
        factors(0.2, 0.5, 0.4)
