"""A site goes dark: nobody answers there, and calls in hand may be cut off.

Some of its handlers may be back at work in a standby room before it is over.
"""

from collections.abc import Iterable

import numpy as np

from sim.records import Staffing
from sim.workload.events.levels import during, highest


def go_dark(
    staffing: Staffing, groups: Iterable[int], span_s: tuple[float, float], *, cut: bool
) -> Staffing:
    """Give the staffing with nobody in these groups during a span of time.

    Handlers finish their calls unless `cut`. Whoever should be on duty is back at the end, at once.
    """
    for group in groups:
        nobody = np.zeros(highest(staffing, group) + 1, dtype=np.int64)
        staffing = during(staffing, group, span_s, nobody, cut=cut)
    return staffing


def stand_by(
    staffing: Staffing, groups: Iterable[int], span_s: tuple[float, float], share: float
) -> Staffing:
    """Give the staffing with a share of these groups' handlers during a span of time, rounded."""
    for group in groups:
        level = np.rint(share * np.arange(highest(staffing, group) + 1)).astype(np.int64)
        staffing = during(staffing, group, span_s, level)
    return staffing
