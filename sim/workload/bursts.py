"""Incident bursts: many people report one incident within minutes, sometimes to two forces.

Enters: the configured `Bursts` and the classes of their channel. Leaves: the instants of burst
calls by class, and how many of a class's contacts per week they make up, so that the plan can
take them out of the ordinary arrivals. Incidents do not follow the day factor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.config.centre import Bursts
from sim.records import Horizon
from sim.workload.arrivals import draw_instants, hour_grid
from sim.workload.streams import OpenStreams, StreamName

_LEAD_SPREADS = 20  # e**-20 of an incident's calls come later than this many mean spreads


@dataclass(frozen=True, eq=False)
class BurstSource:
    """A force in which incidents happen.

    Parameters
    ----------
    contact_class
        The class that its own callers call in.
    seen_by
        The classes of the neighbours that may see its incidents; None where a neighbour lacks
        the channel.
    incidents_per_h
        Shape (168,): incidents expected in each hour of the week.
    name
        The stream.
    """

    contact_class: int
    seen_by: tuple[int | None, ...]
    incidents_per_h: NDArray[np.float64]
    name: StreamName


@dataclass(frozen=True, eq=False)
class BurstPlan:
    """The law of the bursts of all forces over one horizon.

    Parameters
    ----------
    spec
        As configured.
    sources
        The forces that have incidents.
    edges_s
        Shape (J + 1,): the clock hours in which incidents happen, in seconds.
    expected
        By source: shape (J,), incidents expected per clock hour.
    until_s
        When contacts stop arriving.
    """

    spec: Bursts
    sources: tuple[BurstSource, ...]
    edges_s: NDArray[np.float64]
    expected: tuple[NDArray[np.float64], ...]
    until_s: float

    def weekly_calls(self, n_classes: int) -> NDArray[np.float64]:
        """Give the burst calls expected per week, shape (K,), those seen by neighbours included."""
        weekly = np.zeros(n_classes)
        per_incident = mean_calls(self.spec.calls_mean.value, self.spec.calls_max)
        calls = self.spec.incidents_per_week.value * per_incident
        for source in self.sources:
            weekly[source.contact_class] += calls
            for neighbour in source.seen_by:
                if neighbour is not None:
                    share = self.spec.seen_by_two_share.value / len(source.seen_by)
                    weekly[neighbour] += calls * share
        return weekly

    def draw(self, streams: OpenStreams) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Draw the calls of all incidents: pairs of class and instants in seconds, unsorted."""
        for source, expected in zip(self.sources, self.expected, strict=True):
            rng = streams[source.name]
            incidents = draw_instants(rng, self.edges_s, expected)
            yield source.contact_class, self._calls(rng, incidents)
            if not source.seen_by:
                continue
            seen = rng.random(incidents.size) < self.spec.seen_by_two_share.value
            neighbour = rng.integers(len(source.seen_by), size=incidents.size)
            for index, contact_class in enumerate(source.seen_by):
                if contact_class is not None:
                    here = incidents[seen & (neighbour == index)]
                    yield contact_class, self._calls(rng, here)

    def _calls(self, rng: Generator, incidents_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draw one force's calls about these incidents, those within the horizon."""
        calls = rng.geometric(1 / self.spec.calls_mean.value, incidents_s.size)
        instants = np.repeat(incidents_s, np.minimum(calls, self.spec.calls_max))
        instants += self.spec.spread_mean_s.value * rng.standard_exponential(instants.size)
        return instants[(instants >= 0) & (instants < self.until_s)]


def plan_bursts(spec: Bursts, sources: tuple[BurstSource, ...], horizon: Horizon) -> BurstPlan:
    """Give the plan of the bursts of these forces over a horizon.

    Incidents shortly before instant 0 are drawn too: their late calls belong to the horizon.
    """
    grid = hour_grid(horizon, lead_s=_LEAD_SPREADS * spec.spread_mean_s.value)
    return BurstPlan(
        spec,
        sources,
        grid.edges_s,
        tuple(grid.expected(source.incidents_per_h) for source in sources),
        horizon.arrivals_until_s,
    )


def mean_calls(calls_mean: float, calls_max: int) -> float:
    """Give the mean of min(calls, calls_max) for geometric calls 1, 2, ... of mean `calls_mean`.

    It is the sum of P(calls > j) = (1 - 1 / calls_mean)**j over j = 0 .. calls_max - 1.

    Examples
    --------
    >>> mean_calls(2.0, 2)
    1.5
    """
    return calls_mean * (1 - (1 - 1 / calls_mean) ** calls_max)
