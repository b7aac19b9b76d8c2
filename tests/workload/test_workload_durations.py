"""Handle times and patience: every law has the mean, the variation and the shape it is given."""

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats
from scipy.special import gamma
from small_centres import z_of_mean

from sim.config.distributions import HandleTime, Never, Patience
from sim.workload import mean_of, stream
from sim.workload.durations import NamedLaw, fill_of
from sim.workload.streams import OpenStreams, StreamName

SAMPLE = (30.0, 60.0, 60.0, 400.0)
N = 20_000


def law(distribution, **parameters):
    return TypeAdapter(HandleTime | Patience).validate_python(
        {"distribution": distribution} | parameters
    )


def lognormal(mean, cv):
    sigma = np.sqrt(np.log(1 + cv**2))
    return stats.lognorm(sigma, scale=mean / np.sqrt(1 + cv**2))


class Mixture:
    """Two laws, the first with a given share."""

    def __init__(self, share, one, other):
        self.parts = ((share, one), (1 - share, other))

    def cdf(self, x):
        return sum(share * part.cdf(x) for share, part in self.parts)

    def mean(self):
        return sum(share * part.mean() for share, part in self.parts)

    def std(self):
        square = sum(share * part.moment(2) for share, part in self.parts)
        return np.sqrt(square - self.mean() ** 2)


LAWS = [
    (law("exponential", mean_s=390), stats.expon(scale=390)),
    (law("lognormal", mean_s=390, cv=1.2), lognormal(390, 1.2)),
    (law("lognormal", mean_s=5, cv=0.01), lognormal(5, 0.01)),
    (law("gamma", mean_s=540, cv=0.5), stats.gamma(4, scale=135)),
    (law("gamma", mean_s=540, cv=1.5), stats.gamma(1 / 2.25, scale=540 * 2.25)),
    (
        law("short_call_mixture", short_share=0.3, short_mean_s=20, long_mean_s=500, long_cv=0.7),
        Mixture(0.3, stats.expon(scale=20), lognormal(500, 0.7)),
    ),
    (
        law("early_mass_mixture", early_share=0.25, early_mean_s=5, late_mean_s=300),
        Mixture(0.25, stats.expon(scale=5), stats.expon(scale=300)),
    ),
    (
        law("weibull", mean_s=120, shape=0.6),
        stats.weibull_min(0.6, scale=120 / gamma(1 + 1 / 0.6)),
    ),
    (law("weibull", mean_s=120, shape=3), stats.weibull_min(3, scale=120 / gamma(1 + 1 / 3))),
]
EMPIRICAL = law("empirical", file="calls.csv", values_s=SAMPLE)
EVERY = [*(spec for spec, _ in LAWS), EMPIRICAL, law("never"), law("exponential", mean_s=0)]


def draws(spec, n=N, seed=1):
    durations = np.empty(n)
    fill_of(spec)(stream(seed, "test"), durations)
    return durations


@pytest.mark.parametrize(("spec", "exact"), LAWS, ids=lambda v: getattr(v, "distribution", ""))
def test_draws_follow_the_law_with_its_mean_and_variation(spec, exact):
    durations = draws(spec)
    assert stats.kstest(durations, exact.cdf).pvalue > 1e-4
    assert mean_of(spec) == pytest.approx(exact.mean(), rel=1e-9)
    assert abs(z_of_mean(durations, exact.mean())) < 4
    assert abs(z_of_mean((durations - exact.mean()) ** 2, exact.std() ** 2)) < 4


def test_an_empirical_law_draws_the_values_as_often_as_they_stand_there():
    durations = draws(EMPIRICAL)
    assert mean_of(EMPIRICAL) == np.mean(SAMPLE)
    values, counts = np.unique(durations, return_counts=True)
    assert values.tolist() == [30, 60, 400]
    assert stats.chisquare(counts, [N / 4, N / 2, N / 4]).pvalue > 1e-4


@pytest.mark.parametrize(
    "spec",
    [
        law("lognormal", mean_s=77, cv=0),
        law("short_call_mixture", short_share=0, short_mean_s=1, long_mean_s=77, long_cv=0),
        law("empirical", file="calls.csv", values_s=(77.0,)),
    ],
)
def test_without_variation_every_draw_is_the_mean_exactly(spec):
    assert set(draws(spec, 50)) == {77.0}
    assert mean_of(spec) == 77


def test_whoever_never_gives_up_waits_for_ever():
    assert np.isposinf(draws(Never(distribution="never"), 9)).all()
    assert np.isposinf(mean_of(Never(distribution="never")))


def test_a_mean_of_0_gives_0():
    assert not draws(law("exponential", mean_s=0), 9).any()


@pytest.mark.parametrize("spec", EVERY, ids=lambda v: v.distribution)
def test_every_law_fills_any_slice_with_durations_and_nothing_beside_it(spec):
    whole = np.full(9, -1.0)
    fill_of(spec)(stream(1, "test"), whole[2:5])
    assert (whole[2:5] >= 0).all()
    assert (whole[[0, 1, 5, 6, 7, 8]] == -1).all()
    fill_of(spec)(stream(1, "test"), whole[:0])


@pytest.mark.parametrize("spec", EVERY, ids=lambda v: v.distribution)
def test_every_law_gives_the_same_draws_for_the_same_stream(spec):
    assert np.array_equal(draws(spec, 50), draws(spec, 50))


def test_a_class_without_a_law_can_have_no_contacts():
    missing = NamedLaw(StreamName("patience", "North", "web"), None)
    missing.fill(OpenStreams(1, 0), np.empty(0))
    with pytest.raises(LookupError, match="North, web: has no patience"):
        missing.fill(OpenStreams(1, 0), np.empty(1))
