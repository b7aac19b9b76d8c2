"""A surge: more contacts than usual for a while, spread out or about incidents.

Enters: the mean contacts per hour, or how many incidents and how many calls about each. Leaves:
the instants of the extra contacts by class. Day factors do not multiply a surge.
"""

from collections.abc import Iterable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.records import SECONDS_PER_HOUR, Horizon
from sim.workload.arrivals import draw_instants


def extra_instants(
    rng: Generator,
    per_h: NDArray[np.float64],
    horizon: Horizon,
    span_s: tuple[float, float],
    factor: float,
) -> NDArray[np.float64]:
    """Draw the instants, sorted, of factor - 1 times as many contacts as usual, on top of those.

    Parameters
    ----------
    per_h
        Shape (168,): contacts expected in each hour of the week.
    """
    start_s, end_s = span_s
    monday_s = horizon.instant_of_hour_of_week(0.0)
    first, last = ((instant_s - monday_s) / SECONDS_PER_HOUR for instant_s in span_s)
    full_hours_s = monday_s + SECONDS_PER_HOUR * np.arange(np.floor(first) + 1, np.ceil(last))
    edges_s = np.concatenate([[start_s], full_hours_s, [end_s]])
    hours = np.diff(edges_s) / SECONDS_PER_HOUR
    usual = per_h[horizon.hours_of_week(edges_s[:-1])] * hours
    return draw_instants(rng, edges_s, (factor - 1) * usual)


def incident_instants(
    rng: Generator, count: int, span_s: tuple[float, float]
) -> NDArray[np.float64]:
    """Draw when the incidents happen: independent and anywhere in the event."""
    start_s, end_s = span_s
    return np.asarray(start_s + (end_s - start_s) * rng.random(count))


def reports(
    rng: Generator,
    incidents_s: NDArray[np.float64],
    calls_mean: float,
    spread_mean_s: float,
    until_s: float,
) -> NDArray[np.float64]:
    """Draw one force's calls about incidents: geometric in number, each after an exponential time.

    Calls after `until_s`, when contacts stop arriving, are left out.
    """
    calls = rng.geometric(1 / calls_mean, incidents_s.size)
    instants = np.repeat(incidents_s, calls)
    instants += spread_mean_s * rng.standard_exponential(instants.size)
    return instants[instants < until_s]


def together(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Give instants from several sources, sorted."""
    return np.sort(np.concatenate([np.empty(0), *parts]))
