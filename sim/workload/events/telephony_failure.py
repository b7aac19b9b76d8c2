"""A service fails and its callers dial another: 999 callers who ring 101."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.records import ON_ANSWERED, Workload
from sim.workload.events.ring_back import root_of


def divert(
    workload: Workload,
    span_s: tuple[float, float],
    to_class: NDArray[np.int64],
    share: float,
    rng: Generator,
) -> Workload:
    """Give the workload in which callers who ring during the failure dial another channel.

    One coin is tossed for each caller who first rings then, and holds for the redials. The matter
    and the patience stay. Not modelled: a caller who first rang before the failure and redials
    during it (on the old number), and the time that it takes to find the other number.

    Parameters
    ----------
    to_class
        Shape (K,): the class that a contact of class k is in during the failure.
    """
    during = (workload.arrival_s >= span_s[0]) & (workload.arrival_s < span_s[1])
    turned = np.zeros(workload.n_contacts, dtype=bool)
    callers = np.flatnonzero(during)
    turned[callers] = rng.random(callers.size) < share
    by_caller = turned[root_of(workload)] & (workload.trigger != ON_ANSWERED)
    return Workload(
        workload.n_classes,
        np.where(by_caller, to_class[workload.contact_class], workload.contact_class),
        workload.arrival_s,
        workload.patience_s,
        workload.handle_s,
        workload.trigger,
        workload.parent,
        workload.delay_s,
    )
