"""Part of the staff is not there for a while."""

import numpy as np
from numpy.random import Generator

from sim.records import Staffing
from sim.workload.events.levels import during, highest


def send_home(
    staffing: Staffing, group: int, span_s: tuple[float, float], share: float, rng: Generator
) -> Staffing:
    """Give the staffing with each handler of a group absent with probability `share`.

    One coin is tossed for each place at the desks: whoever takes an absent handler's place at a
    change of shift during the event is absent too.
    """
    most = highest(staffing, group)
    present = np.zeros(most + 1, dtype=np.int64)
    np.cumsum(rng.random(most) >= share, out=present[1:])
    return during(staffing, group, span_s, present)
