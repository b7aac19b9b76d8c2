"""Callers whose calls are cut off ring back.

Only an engine can tell whose call is in hand when a room goes dark. So whoever might be gets a
follow-on that only a cut wakes: the contacts whose caller first rang in the day before the outage.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.records import ON_CUT, Workload
from sim.workload.events.graft import graft
from sim.workload.events.own_streams import EventStreams
from sim.workload.plan import WorkloadPlan
from sim.workload.streams import StreamName

LOOK_BACK_S = 24 * 3600.0  # nobody is in hand whose caller first rang a day earlier


class Cut(NamedTuple):
    """An outage that cuts calls off at an instant, after which a share of the callers ring back."""

    at_s: float
    share: float
    delay_mean_s: float
    streams: EventStreams


def ring_back(workload: Workload, cuts: list[Cut], plan: WorkloadPlan) -> Workload:
    """Give the workload in which callers ring back when their calls are cut off.

    They call in the same class about the same matter (the handle time is that of the first call)
    with a patience of their own, and may redial and be passed on like anybody. Each contact rings
    back at most once, by the law of the first outage that could have cut it.

    Parameters
    ----------
    cuts
        In order of time.
    """
    if not cuts:
        return workload
    rang_s = first_rang(workload)
    settled = np.zeros(workload.n_contacts, dtype=bool)
    for cut in cuts:
        eligible = ~settled & (rang_s <= cut.at_s) & (rang_s > cut.at_s - LOOK_BACK_S)
        candidates = np.flatnonzero(eligible)
        rng = cut.streams[StreamName("ring back")]
        chance, delay = rng.random(candidates.size), rng.standard_exponential(candidates.size)
        again = chance < cut.share
        parent = candidates[again]
        by_class = np.argsort(workload.contact_class[parent], kind="stable")
        parent = parent[by_class]
        scion = plan.callers(workload.contact_class[parent], workload.handle_s[parent], cut.streams)
        delay_s = delay[again][by_class] * cut.delay_mean_s
        workload = graft(workload, scion, parent, delay_s, ON_CUT)
        settled |= eligible
        settled = np.concatenate([settled, np.zeros(scion.n_contacts, dtype=bool)])
        rang_s = np.concatenate([rang_s, np.full(scion.n_contacts, cut.at_s)])
    return workload


def first_rang(workload: Workload) -> NDArray[np.float64]:
    """Give when the caller of each contact first rang, shape (N,): nobody comes before that."""
    rang_s = workload.arrival_s.copy()
    rang_s[workload.n_primary :] = workload.arrival_s[root_of(workload)[workload.n_primary :]]
    return rang_s


def root_of(workload: Workload) -> NDArray[np.int64]:
    """Give the primary from which each contact descends, shape (N,)."""
    root = np.where(workload.parent < 0, np.arange(workload.n_contacts), workload.parent)
    while (further := root[root] != root).any():
        root[further] = root[root[further]]
    return root
