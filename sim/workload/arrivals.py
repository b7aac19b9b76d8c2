"""When contacts arrive: an exact non-homogeneous Poisson process, constant within each hour.

Enters: a horizon and the expected number of contacts in each of its hours. Leaves: sorted
instants. Day factors change the expected numbers before they come here; bursts come on top.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Horizon

HOURS_PER_DAY = 24


@dataclass(frozen=True, eq=False)
class HourGrid:
    """The clock hours that a span of time touches; the first and last may be cut short.

    Parameters
    ----------
    edges_s
        Shape (J + 1,): where the J pieces begin and end, in seconds, increasing.
    hour_of_week
        Shape (J,): 0 (Monday 00:00) to 167.
    day
        Shape (J,): which calendar day of the span, 0 for the first.
    """

    edges_s: NDArray[np.float64]
    hour_of_week: NDArray[np.int64]
    day: NDArray[np.int64]

    @property
    def n_days(self) -> int:
        """How many calendar days the span touches."""
        return int(self.day[-1]) + 1

    def expected(self, per_h: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the expected number of events per piece, shape (J,), from 168 rates per hour."""
        hours: NDArray[np.float64] = np.diff(self.edges_s) / SECONDS_PER_HOUR
        return per_h[self.hour_of_week] * hours


def hour_grid(horizon: Horizon, lead_s: float = 0.0) -> HourGrid:
    """Give the clock hours from `lead_s` seconds before instant 0 until arrivals stop.

    Examples
    --------
    >>> grid = hour_grid(Horizon(warm_up_h=0.5, measured_h=1.25))
    >>> [float(edge) for edge in grid.edges_s]
    [0.0, 1800.0, 5400.0, 6300.0]
    >>> [int(hour) for hour in grid.hour_of_week]
    [167, 0, 1]
    """
    monday_s = horizon.instant_of_hour_of_week(0.0)
    from_s = 0.0 - lead_s
    first = int(np.floor((from_s - monday_s) / SECONDS_PER_HOUR))
    last = int(np.ceil((horizon.arrivals_until_s - monday_s) / SECONDS_PER_HOUR))
    hours = np.arange(first, last + 1)
    edges = np.clip(monday_s + SECONDS_PER_HOUR * hours, from_s, horizon.arrivals_until_s)
    day = hours[:-1] // HOURS_PER_DAY
    return HourGrid(edges, hours[:-1] % HOURS_PER_WEEK, day - day[0])


def draw_instants(
    rng: Generator, edges_s: NDArray[np.float64], expected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Draw the events of a Poisson process whose rate is constant within each piece.

    Given their number, the events are independent, each with density in proportion to the rate
    (Cinlar, Introduction to Stochastic Processes, 1975, chapter 4.7): so one Poisson number is
    drawn and that many uniforms, sorted, are carried over by the inverse of the cumulated rate.

    Parameters
    ----------
    edges_s
        Shape (J + 1,): increasing.
    expected
        Shape (J,): expected number of events per piece; 0 is allowed.

    Returns
    -------
    Instants in seconds, sorted.
    """
    cumulated = np.empty(edges_s.size)
    cumulated[0] = 0.0
    np.cumsum(expected, out=cumulated[1:])
    position = rng.random(rng.poisson(cumulated[-1]))
    position *= cumulated[-1]
    position.sort()
    instants: NDArray[np.float64] = np.interp(position, cumulated, edges_s)
    return instants
