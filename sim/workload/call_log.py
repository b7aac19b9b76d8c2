"""Arrivals replayed from a call log: every replication meets the same contacts.

Enters: the columns of a `CallLog`. Leaves: instants and recorded handle times by class. A log of
all calls holds the redials as well; a centre that replays it and lets callers redial counts them
twice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config.centre import CallLog
from sim.records import Horizon
from sim.workload.errors import refuse
from sim.workload.streams import OpenStreams


@dataclass(frozen=True, eq=False)
class ReplayedCalls:
    """The calls of a log that fall within a horizon.

    Parameters
    ----------
    arrival_s
        By class: sorted instants in seconds, calls at one instant in the order of the log.
    handle_s
        By class: handle times in seconds; None where the log has none.
    left_out
        How many rows lie before the warm-up and after arrivals stop.
    """

    arrival_s: tuple[NDArray[np.float64], ...]
    handle_s: tuple[NDArray[np.float64], ...] | None
    left_out: tuple[int, int]

    def draw(self, _streams: OpenStreams) -> tuple[NDArray[np.float64], ...]:
        """Give the instants of each class in seconds, sorted; nothing is left to chance."""
        return self.arrival_s


def replay(log: CallLog, classes: list[tuple[str, str]], horizon: Horizon) -> ReplayedCalls:
    """Give the calls of a log by class, the classes being named by force and channel.

    Raises
    ------
    ConfigError
        If a row names no class.
    """
    index = {name: k for k, name in enumerate(classes)}
    named = list(zip(log.force, log.channel, strict=True))
    for row, name in enumerate(named, start=1):
        if name not in index:
            refuse(("demand", "call_log"), f"row {row} is of no class of this centre", name)
    contact_class = np.array([index[name] for name in named], dtype=np.int64)
    arrival = horizon.measured_from_s + np.array(log.arrival_s, dtype=np.float64)
    before, after = arrival < 0, arrival >= horizon.arrivals_until_s
    rows = np.flatnonzero(~(before | after))
    rows = rows[np.lexsort((arrival[rows], contact_class[rows]))]
    by_class = np.split(rows, np.searchsorted(contact_class[rows], np.arange(1, len(classes))))
    handle = np.array(log.handle_s, dtype=np.float64)
    return ReplayedCalls(
        arrival_s=tuple(arrival[of_class] for of_class in by_class),
        handle_s=tuple(handle[of_class] for of_class in by_class) if log.handle_s else None,
        left_out=(int(before.sum()), int(after.sum())),
    )
