"""Handle times and patience: from a configured shape to draws, with its parameters exact.

Enters: the distributions of `sim.config`. Leaves: a `Fill`, which fills an array from a generator
(in place, for most of the time of a draw goes into moving memory), and the mean that it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp, inf, lgamma, log1p, sqrt
from typing import assert_never

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.config.distributions import (
    EarlyMassMixture,
    Empirical,
    Exponential,
    Gamma,
    HandleTime,
    Lognormal,
    Never,
    Patience,
    ShortCallMixture,
    Weibull,
)
from sim.workload.streams import OpenStreams, StreamName

Fill = Callable[[Generator, NDArray[np.float64]], None]


@dataclass(frozen=True)
class NamedLaw:
    """A law of durations with the stream that they are drawn from.

    Parameters
    ----------
    name
        The stream: purpose, force and channel.
    law
        None for a class that has no contacts and needs no law.
    """

    name: StreamName
    law: Fill | None

    def fill(self, streams: OpenStreams, durations_s: NDArray[np.float64]) -> None:
        """Put the next durations in seconds into an array.

        Raises
        ------
        LookupError
            If there are contacts but no law; a loaded configuration has checked that.
        """
        if durations_s.size == 0:
            return
        if self.law is None:
            raise LookupError(f"{self.name.first}, {self.name.second}: has no {self.name.purpose}")
        self.law(streams[self.name], durations_s)


def fill_of(law: HandleTime | Patience) -> Fill:  # noqa: PLR0911 - one per law
    """Give the function that fills an array with durations in seconds by a law.

    Mean and coefficient of variation are turned into the parameters of each law exactly
    (Law, Simulation Modeling and Analysis, 2015, section 6.2); a coefficient of 0 is a constant.

    Examples
    --------
    >>> durations_s = np.empty(3)
    >>> law = Lognormal(distribution="lognormal", mean_s=120, cv=0)
    >>> fill_of(law)(np.random.default_rng(1), durations_s)
    >>> durations_s
    array([120., 120., 120.])
    """
    match law:
        case Exponential(mean_s=mean):
            return partial(_exponential, mean.value)
        case Lognormal(mean_s=mean, cv=cv):
            return _lognormal_of(mean.value, cv.value)
        case Gamma(mean_s=mean, cv=cv):
            return partial(_gamma, cv.value**-2, mean.value * cv.value**2)
        case ShortCallMixture(short_share=share, short_mean_s=short, long_mean_s=mean, long_cv=cv):
            return partial(
                _mixture,
                share.value,
                partial(_exponential, short.value),
                _lognormal_of(mean.value, cv.value),
            )
        case Empirical(values_s=values):
            return partial(_empirical, np.array(values, dtype=np.float64))
        case EarlyMassMixture(early_share=share, early_mean_s=early, late_mean_s=late):
            return partial(
                _mixture,
                share.value,
                partial(_exponential, early.value),
                partial(_exponential, late.value),
            )
        case Weibull(mean_s=mean, shape=shape):
            scale = mean.value * exp(-lgamma(1 + 1 / shape.value))
            return partial(_weibull, scale, 1 / shape.value)
        case Never():
            return partial(_constant, inf)
    assert_never(law)


def mean_of(law: HandleTime | Patience) -> float:
    """Give the mean of a law in seconds (inf where nobody gives up)."""
    match law:
        case Exponential() | Lognormal() | Gamma() | Weibull():
            return law.mean_s.value
        case ShortCallMixture(short_share=share, short_mean_s=short, long_mean_s=long):
            return share.value * short.value + (1 - share.value) * long.value
        case EarlyMassMixture(early_share=share, early_mean_s=early, late_mean_s=late):
            return share.value * early.value + (1 - share.value) * late.value
        case Empirical(values_s=values):
            return float(np.mean(values))
        case Never():
            return inf
    assert_never(law)


def _constant(value_s: float, _rng: Generator, out: NDArray[np.float64]) -> None:
    out.fill(value_s)


def _exponential(mean_s: float, rng: Generator, out: NDArray[np.float64]) -> None:
    rng.standard_exponential(out=out)
    out *= mean_s


def _lognormal_of(mean_s: float, cv: float) -> Fill:
    """Give a lognormal: sigma**2 = log(1 + cv**2), median = mean / exp(sigma**2 / 2)."""
    variance = log1p(cv**2)
    if variance == 0:
        return partial(_constant, mean_s)
    return partial(_lognormal, mean_s * exp(-variance / 2), sqrt(variance))


def _lognormal(median_s: float, sigma: float, rng: Generator, out: NDArray[np.float64]) -> None:
    rng.standard_normal(out=out)
    out *= sigma
    np.exp(out, out=out)  # vectorised: half the time of `rng.lognormal`
    out *= median_s


def _gamma(shape: float, scale_s: float, rng: Generator, out: NDArray[np.float64]) -> None:
    rng.standard_gamma(shape, out=out)
    out *= scale_s


def _weibull(scale_s: float, power: float, rng: Generator, out: NDArray[np.float64]) -> None:
    rng.standard_exponential(out=out)
    np.power(out, power, out=out)
    out *= scale_s


def _empirical(values_s: NDArray[np.float64], rng: Generator, out: NDArray[np.float64]) -> None:
    out[:] = values_s[rng.integers(values_s.size, size=out.size)]


def _mixture(
    share: float, few: Fill, others: Fill, rng: Generator, out: NDArray[np.float64]
) -> None:
    """Draw `few` with probability `share`, else `others`."""
    chosen = np.flatnonzero(rng.random(out.size) < share)
    others(rng, out)
    drawn = np.empty(chosen.size)
    few(rng, drawn)
    out[chosen] = drawn
