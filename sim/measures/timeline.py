"""How an event went, minute by minute: who waited, for how long, and who was there to answer.

Enters: a span of time around an event, cut into bins, and the records of a replication. Leaves:
the numerators and denominators of each bin's cells.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.desks import occupied_handlers
from sim.measures.during import EventWindow
from sim.measures.plan import ALL
from sim.measures.rooms import staffing_spans
from sim.records import OPEN, ContactLog, Horizon, Layout, Staffing, Workload

BIN_S = 300.0
BEFORE_S = 3600.0
AFTER_S = 3 * 3600.0
MEASURES = {
    "waiting": "contacts",  # mean number over the bin, all channels
    "waiting_urgent": "contacts",  # the same, of the most urgent channels
    "wait_mean_urgent_s": "s",  # of the contacts that arrived in the bin, answered or not
    "staffed": "handlers",  # mean number over the bin
    "busy": "handlers",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TimelinePlan:
    """The cells around one event: measures slowest, then forces and "all", then bins.

    Parameters
    ----------
    edge_s
        Shape (B + 1,): where the bins begin and end.
    measure, force, minute, unit
        The label of each cell; `minute` is where its bin begins, from the start of the event.
    """

    window: EventWindow
    layout: Layout
    horizon: Horizon
    edge_s: Floats
    measure: tuple[str, ...]
    force: tuple[str, ...]
    minute: tuple[float, ...]
    unit: tuple[str, ...]

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return len(self.measure)


def plan_timeline(window: EventWindow, layout: Layout, horizon: Horizon) -> TimelinePlan:
    """Give the bins from an hour before an event to three hours after it, within the horizon."""
    since_s = np.arange(-BEFORE_S, window.end_s - window.start_s + AFTER_S + BIN_S / 2, BIN_S)
    edge_s = window.start_s + since_s
    edge_s = edge_s[(edge_s >= 0) & (edge_s <= horizon.arrivals_until_s)]
    minutes = ((edge_s[:-1] - window.start_s) / 60).tolist()
    labels = [
        (measure, force, minute, unit)
        for measure, unit in MEASURES.items()
        for force in (*layout.forces, ALL)
        for minute in minutes
    ]
    measure, force, minute, unit = zip(*labels, strict=True)
    return TimelinePlan(window, layout, horizon, edge_s, measure, force, minute, unit)


def tabulate_timeline(
    plan: TimelinePlan, workload: Workload, staffing: Staffing, log: ContactLog
) -> tuple[Floats, Floats]:
    """Give the numerators and denominators of a time-line's cells."""
    layout, edge_s = plan.layout, plan.edge_s
    from_s, until_s = edge_s[0], edge_s[-1]
    force = layout.class_force[workload.contact_class]
    urgent = layout.urgent[workload.contact_class]
    # Of those left open, some arrived and never left the queue.
    ended_s = np.where(log.outcome == OPEN, np.inf, log.wait_end_s)
    queued = np.flatnonzero((log.arrival_s < until_s) & (ended_s > from_s))
    first = queued[urgent[queued]]
    came = np.flatnonzero((log.arrival_s >= from_s) & (log.arrival_s < until_s) & urgent)
    wait_s = np.minimum(ended_s[came], plan.horizon.arrivals_until_s) - log.arrival_s[came]
    bins = np.searchsorted(edge_s, log.arrival_s[came], "right") - 1
    code = force[came] * (edge_s.size - 1) + bins
    room = layout.group_force
    busy = occupied_handlers(log)
    served = np.flatnonzero((busy.from_s < until_s) & (busy.until_s > from_s))
    level = staffing_spans(staffing)
    handlers = level.handlers
    means = (
        _with_all(plan, _by_bin(plan, force[queued], log.arrival_s[queued], ended_s[queued])),
        _with_all(plan, _by_bin(plan, force[first], log.arrival_s[first], ended_s[first])),
        _rooms(plan, room[level.row], level.from_s, level.until_s, handlers),
        _rooms(plan, room[busy.row[served]], busy.from_s[served], busy.until_s[served]),
    )
    shape = (len(layout.forces), edge_s.size - 1)
    size = shape[0] * shape[1]
    waited = _with_all(plan, np.bincount(code, wait_s, size).reshape(shape).astype(np.float64))
    count = _with_all(plan, np.bincount(code, minlength=size).reshape(shape).astype(np.float64))
    length_s = np.broadcast_to(np.diff(edge_s), waited.shape)
    numerators = (means[0], means[1], waited, means[2], means[3])
    denominators = (length_s, length_s, count, length_s, length_s)
    return (
        np.concatenate([cells.ravel() for cells in numerators]),
        np.concatenate([cells.ravel() for cells in denominators]),
    )


def _by_bin(
    plan: TimelinePlan,
    row: NDArray[np.int64],
    from_s: Floats,
    until_s: Floats,
    weight: Floats | None = None,
) -> Floats:
    """Give the seconds that spans of forces have in each bin, shape (F + 1, B); -1 is no force."""
    low, high = plan.edge_s[:-1], plan.edge_s[1:]
    inside = np.clip(until_s[:, None], low, high) - np.clip(from_s[:, None], low, high)
    if weight is not None:
        inside *= weight[:, None]
    cells = np.zeros((len(plan.layout.forces) + 1, low.size))
    np.add.at(cells, row, inside)  # -1 is the last row
    return cells


def _rooms(
    plan: TimelinePlan,
    room: NDArray[np.int64],
    from_s: Floats,
    until_s: Floats,
    weight: Floats | None = None,
) -> Floats:
    """Give handler seconds by force with all, groups of no force among all only."""
    cells = _by_bin(plan, room, from_s, until_s, weight)
    cells[-1] = cells.sum(axis=0)
    return cells


def _with_all(plan: TimelinePlan, by_force: Floats) -> Floats:
    """Give cells by force with the sum, shape (F + 1, B)."""
    own = by_force[: len(plan.layout.forces)]
    return np.concatenate([own, own.sum(axis=0, keepdims=True)])
