"""The demand of a centre on one horizon: from what is configured to the arrivals of each class.

Enters: a `Centre` and a `Horizon`. Leaves: per class, how many contacts are expected in each hour
and where they come from (ordinary arrivals with a day factor, bursts, a call log).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import Centre, profile_of
from sim.config.centre import Bursts
from sim.records import HOURS_PER_WEEK, Horizon
from sim.workload.arrivals import HourGrid, draw_instants, hour_grid
from sim.workload.bursts import BurstPlan, BurstSource, plan_bursts
from sim.workload.call_log import ReplayedCalls, replay
from sim.workload.day_factor import DayFactorPlan, plan_day_factor
from sim.workload.errors import refuse
from sim.workload.streams import OpenStreams, StreamName

DAYS_PER_WEEK = 7


@dataclass(frozen=True, eq=False)
class DrawnArrivals:
    """Arrivals that are drawn anew in every replication.

    Parameters
    ----------
    grid
        The J clock hours of the horizon.
    expected
        By class: shape (J,), ordinary arrivals expected per piece at day factor 1.
    names
        By class: the stream of its ordinary arrivals.
    day_factor, bursts
        What varies demand beyond the hour of the week, None where nothing does.
    """

    grid: HourGrid
    expected: tuple[NDArray[np.float64], ...]
    names: tuple[StreamName, ...]
    day_factor: DayFactorPlan | None
    bursts: BurstPlan | None

    handle_s = None  # drawn too
    left_out = (0, 0)

    def draw(self, streams: OpenStreams) -> tuple[NDArray[np.float64], ...]:
        """Give the instants of each class in seconds, sorted."""
        expected = self.expected
        if self.day_factor is not None:
            factors = self.day_factor.draw(streams, self.grid.n_days)
            expected = tuple(e * f[self.grid.day] for e, f in zip(expected, factors, strict=True))
        parts = [
            [draw_instants(streams[name], self.grid.edges_s, e)] if e.any() else []
            for name, e in zip(self.names, expected, strict=True)
        ]
        if self.bursts is not None:
            for contact_class, instants in self.bursts.draw(streams):
                parts[contact_class].append(instants)
        return tuple(_sorted(of_class) for of_class in parts)


def _sorted(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    if len(parts) == 1:
        return parts[0]  # ordinary arrivals alone are sorted already
    together = np.concatenate([np.empty(0), *parts])
    together.sort()
    return together


def classes_of(centre: Centre) -> list[tuple[str, str]]:
    """Give the contact classes, named by force and channel, in the order of their indices."""
    return [(force, channel) for force in centre.forces for channel in centre.channels]


def contacts_per_h(centre: Centre) -> NDArray[np.float64]:
    """Give how many contacts are expected per hour, shape (K, 168), bursts and all, redials apart.

    A class without contacts has zeros, one without a profile is alike in all hours.

    Raises
    ------
    ConfigError
        If a profile is zero throughout but contacts are expected.
    """
    return np.array([_class_per_h(centre, force, channel) for force, channel in classes_of(centre)])


def _class_per_h(centre: Centre, force: str, channel: str) -> NDArray[np.float64]:
    contacts = centre.forces[force].contacts.get(channel)
    profile = profile_of(centre, force, channel)
    weights = np.ones(HOURS_PER_WEEK) if profile is None else np.array(profile.values)
    if contacts is None or contacts.per_day.value == 0:
        return np.zeros(HOURS_PER_WEEK)
    if weights.sum() == 0:
        refuse(
            ("forces", force, "contacts", channel, "profile"),
            "the profile is 0 in every hour of the week, but contacts are expected",
        )
    per_h: NDArray[np.float64] = weights * (DAYS_PER_WEEK * contacts.per_day.value / weights.sum())
    return per_h


def plan_arrivals(centre: Centre, horizon: Horizon) -> DrawnArrivals | ReplayedCalls:
    """Give where the arrivals of each class come from.

    Raises
    ------
    ConfigError
        If the demand contradicts itself; the message says how.
    """
    classes = classes_of(centre)
    demand = centre.demand
    if demand.call_log is not None:
        return replay(demand.call_log, classes, horizon)
    per_h = contacts_per_h(centre)
    bursts = None
    if demand.bursts is not None:
        bursts = plan_bursts(demand.bursts, _burst_sources(centre, demand.bursts, per_h), horizon)
        per_h = _without_bursts(per_h, bursts, classes)
    grid = hour_grid(horizon)
    return DrawnArrivals(
        grid,
        tuple(grid.expected(of_class) for of_class in per_h),
        tuple(StreamName("arrivals", *name) for name in classes),
        None if demand.day_factor is None else plan_day_factor(demand.day_factor, classes),
        bursts,
    )


def _burst_sources(
    centre: Centre, bursts: Bursts, per_h: NDArray[np.float64]
) -> tuple[BurstSource, ...]:
    """Give the forces that have incidents: those with contacts on the channel of the bursts."""
    callers = {
        force: k
        for k, (force, channel) in enumerate(classes_of(centre))
        if channel == bursts.channel and per_h[k].any()
    }
    return tuple(
        BurstSource(
            k,
            tuple(callers.get(neighbour) for neighbour in bursts.neighbours.get(force, ())),
            per_h[k] / per_h[k].sum() * bursts.incidents_per_week.value,
            StreamName("bursts", force, bursts.channel),
        )
        for force, k in callers.items()
    )


def _without_bursts(
    per_h: NDArray[np.float64], bursts: BurstPlan, classes: list[tuple[str, str]]
) -> NDArray[np.float64]:
    """Take the burst calls out of the ordinary arrivals, the same share in every hour."""
    weekly = per_h.sum(axis=1)
    burst_calls = bursts.weekly_calls(len(classes))
    for (force, channel), all_, of_bursts in zip(classes, weekly, burst_calls, strict=True):
        if of_bursts > all_:
            refuse(
                ("demand", "bursts", "incidents_per_week"),
                f"bursts would bring {of_bursts:.1f} contacts a week to {force} on {channel}, "
                f"which has {all_:.1f} in all (per_day x 7); lower it, calls_mean or "
                "seen_by_two_share, or raise per_day",
                bursts.spec.incidents_per_week.value,
            )
    share = np.divide(burst_calls, weekly, out=np.zeros_like(weekly), where=weekly > 0)
    ordinary: NDArray[np.float64] = per_h * (1 - share)[:, np.newaxis]
    return ordinary
