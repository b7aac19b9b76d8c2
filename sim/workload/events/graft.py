"""Two workloads become one: contacts beside others, or contacts that follow others."""

import numpy as np
from numpy.typing import NDArray

from sim.records import Workload
from sim.records.arrays import require

_DRAWN = ("contact_class", "patience_s", "handle_s", "trigger", "delay_s")


def merge(workload: Workload, extra: Workload) -> Workload:
    """Give the contacts of both, by arrival; at one instant those of `workload` come first."""
    p, q = workload.n_primary, extra.n_primary
    first = np.concatenate([workload.arrival_s[:p], extra.arrival_s[:q]])
    order = np.argsort(first, kind="stable")
    row = np.empty(p + q, dtype=np.int64)
    row[order] = np.arange(p + q)
    latent, more = workload.n_contacts - p, extra.n_contacts - q
    new_row = np.concatenate([row[:p], p + q + np.arange(latent)])
    new_extra = np.concatenate([row[p:], p + q + latent + np.arange(more)])
    parent = np.concatenate(
        [np.full(p + q, -1), new_row[workload.parent[p:]], new_extra[extra.parent[q:]]]
    )
    columns = {
        name: np.concatenate(
            [
                np.concatenate([ours[:p], theirs[:q]])[order],
                ours[p:],
                theirs[q:],
            ]
        )
        for name in (*_DRAWN, "arrival_s")
        for ours, theirs in [(getattr(workload, name), getattr(extra, name))]
    }
    return Workload(workload.n_classes, parent=parent, **columns)


def graft(
    workload: Workload,
    scion: Workload,
    parent: NDArray[np.int64],
    delay_s: NDArray[np.float64],
    trigger: int,
) -> Workload:
    """Give a workload whose contacts are followed by the primaries of another.

    Parameters
    ----------
    scion
        What follows: its primaries become follow-ons, and what follows those stays below them.
    parent, delay_s
        Shape (Q,): for each primary of `scion`, whom it follows and after how long.
    trigger
        What wakes it.
    """
    n, q = workload.n_contacts, scion.n_primary
    require(parent.shape == delay_s.shape == (q,), "graft: needs a parent and a delay per primary")
    columns = {
        name: np.concatenate([getattr(workload, name), getattr(scion, name)]) for name in _DRAWN
    }
    columns["arrival_s"] = np.concatenate([workload.arrival_s, np.full(scion.n_contacts, np.inf)])
    columns["parent"] = np.concatenate([workload.parent, parent, scion.parent[q:] + n])
    columns["trigger"][n : n + q] = trigger
    columns["delay_s"][n : n + q] = delay_s
    return Workload(workload.n_classes, **columns)
