"""How much busier one day is than another: gamma factors with a Gaussian copula.

Enters: the configured `DayFactor` and the names of the classes. Leaves: a factor with mean 1 for
every class and calendar day. Days are independent of each other (no busy or quiet seasons).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, ndtr

from sim.config.centre import DayFactor
from sim.workload.errors import refuse
from sim.workload.streams import OpenStreams, StreamName

_PURPOSE = "day_factor"


@dataclass(frozen=True, eq=False)
class DayFactorPlan:
    """The law of the day factors of K classes.

    A class's factor is G(z), with G the quantile function of the gamma law at the standard normal
    z = sqrt(r_f) Z[day] + sqrt(r_c - r_f) Z[day, force] + sqrt(1 - r_c) Z[day, force, channel]:
    two channels of a force correlate by r_c on the normal scale, two forces by r_f (Nelsen, An
    Introduction to Copulas, 2006, section 2.9; for arrivals Ibrahim, Ye, L'Ecuyer and Shen, 2016).

    Parameters
    ----------
    cv
        Standard deviation of the factor.
    weights
        How much of z is shared by all, by a force's channels, and the class's own; their squares
        add up to 1.
    shared, forces, classes
        The streams: one, one per force, one per class.
    force_of
        Shape (K,): which of `forces` a class belongs to.
    """

    cv: float
    weights: tuple[float, float, float]
    shared: StreamName
    forces: tuple[StreamName, ...]
    classes: tuple[StreamName, ...]
    force_of: NDArray[np.int64]

    def draw(self, streams: OpenStreams, n_days: int) -> NDArray[np.float64]:
        """Give the factors, shape (K, n_days); exactly 1 where `cv` is 0."""
        if self.cv == 0:
            return np.ones((len(self.classes), n_days))
        every, force, own = (
            np.array([streams[name].standard_normal(n_days) for name in names])
            for names in ((self.shared,), self.forces, self.classes)
        )
        z = self.weights[0] * every + self.weights[1] * force[self.force_of] + self.weights[2] * own
        shape = self.cv**-2
        # From the upper tail, where a normal beyond 8 must not round to certainty.
        return np.asarray(gammainccinv(shape, ndtr(-z)) / shape, dtype=np.float64)


def plan_day_factor(spec: DayFactor, classes: list[tuple[str, str]]) -> DayFactorPlan:
    """Give the plan for classes named by force and channel.

    Raises
    ------
    ConfigError
        If two forces should be more alike than two channels of one force.
    """
    alike_forces = spec.correlation_forces.value
    alike_channels = spec.correlation_channels.value
    if alike_channels < alike_forces:
        refuse(
            ("demand", "day_factor", "correlation_channels"),
            f"must be at least correlation_forces = {alike_forces:g}: what all forces share, "
            "the channels of one force share too",
            alike_channels,
        )
    forces = list(dict.fromkeys(force for force, _ in classes))
    return DayFactorPlan(
        cv=spec.cv.value,
        weights=(
            sqrt(alike_forces),
            sqrt(alike_channels - alike_forces),
            sqrt(1 - alike_channels),
        ),
        shared=StreamName(_PURPOSE),
        forces=tuple(StreamName(_PURPOSE, force) for force in forces),
        classes=tuple(StreamName(_PURPOSE, force, channel) for force, channel in classes),
        force_of=np.array([forces.index(force) for force, _ in classes], dtype=np.int64),
    )
