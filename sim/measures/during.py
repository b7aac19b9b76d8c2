"""What an event did to callers: measures of its window, and when answers were in time again.

A window is a span of time with a name. A contact belongs to the window in which it arrived, as it
does to an hour. Cells are numerators and denominators, added first and divided last; `DEFINITIONS`
of this file say what each means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.measures.contacts import to_microsecond
from sim.measures.definitions import Definition
from sim.measures.plan import ALL, Targets
from sim.records import (
    ABANDONED,
    ANSWERED,
    ON_INTERRUPTED,
    OPEN,
    ContactLog,
    Horizon,
    Layout,
    Workload,
)

LATE_S = 60.0  # the police's own line: 999 calls answered after a minute
RECOVERY_WINDOW_S = 1800.0

_IN_WINDOW = "contacts that arrived during the event"

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        "offered": Definition(
            "contacts",
            "Contacts that arrived during the event, redials and those that ring back among them.",
            _IN_WINDOW,
            "1",
            "calls received",
        ),
        "abandoned": Definition(
            "contacts",
            "Contacts that arrived during the event and gave up, whenever.",
            f"{_IN_WINDOW} and gave up",
            "1",
            "abandoned calls",
        ),
        "over_60s": Definition(
            "contacts",
            "Contacts that arrived during the event and waited more than 60 s, answered or not.",
            f"{_IN_WINDOW} and waited more than 60 s",
            "1",
            "calls over a minute",
        ),
        "wait_max_s": Definition(
            "s",
            "The longest wait, until answered or given up, of a contact that arrived during the "
            "event; whoever was never answered counts until contacts stop arriving.",
            "the longest wait",
            "1",
            "longest wait",
        ),
        "service_level": Definition(
            "share",
            "Share of the contacts offered during the event that are answered in the target time.",
            "answered within the target time",
            _IN_WINDOW,
            "% answered in target",
        ),
        "calls_cut": Definition(
            "contacts",
            "Contacts in hand that were cut off during the event.",
            "contacts cut off",
            "1",
            "dropped calls",
        ),
        "recovery_s": Definition(
            "s",
            "Time from the end of the event to the first instant from which the target is met: of "
            "the contacts that arrive in the 30 minutes after it at least the target share is "
            "answered in the target time (no contact, no breach). 0 if that is so at once; where "
            "no such half hour ends in the measured window, the time to the end of that window.",
            "time to recovery",
            "1",
            "time to recover",
        ),
        "recovery_censored": Definition(
            "share",
            "Share of weeks in which `recovery_s` is cut short by the end of the measured window.",
            "1 if the target was not met again",
            "1",
            "not recovered",
        ),
    }
)
COUNTED = ("offered", "abandoned", "over_60s", "wait_max_s", "service_level", "calls_cut")
RECOVERY = ("recovery_s", "recovery_censored")


@dataclass(frozen=True)
class EventWindow:
    """A span of time with a name: from `start_s` until before `end_s`."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class WindowPlan:
    """The cells of one window.

    Parameters
    ----------
    measure, force, channel, unit
        The label of each cell.
    """

    window: EventWindow
    layout: Layout
    horizon: Horizon
    targets: Targets
    measure: tuple[str, ...]
    force: tuple[str, ...]
    channel: tuple[str, ...]
    unit: tuple[str, ...]

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return len(self.measure)


def plan_window(
    window: EventWindow, layout: Layout, horizon: Horizon, targets: Targets
) -> WindowPlan:
    """Give the cells of a window: every measure by force and channel, each with "all".

    The time to recovery is that of each force's most urgent channels (999), and of all forces' as
    if they were one.
    """
    forces, channels = (*layout.forces, ALL), (*layout.channels, ALL)
    labels = [
        *product(COUNTED, forces, channels),
        *product(RECOVERY, forces, [layout.channels[c] for c in _urgent(layout)]),
    ]
    measure, force, channel = zip(*labels, strict=True)
    unit = tuple(DEFINITIONS[name].unit for name in measure)
    return WindowPlan(window, layout, horizon, targets, measure, force, channel, unit)


def _urgent(layout: Layout) -> list[int]:
    """Give the channels of the first priority."""
    return np.flatnonzero(layout.priority == layout.priority.min()).tolist()


def tabulate_window(
    plan: WindowPlan, workload: Workload, log: ContactLog
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the numerators and denominators of a window's cells."""
    layout, window = plan.layout, plan.window
    contact = (workload.trigger != ON_INTERRUPTED) & np.isfinite(log.arrival_s)
    here = np.flatnonzero(
        contact & (log.arrival_s >= window.start_s) & (log.arrival_s < window.end_s)
    )
    cuts = _cut_off(workload, log)
    cut = np.flatnonzero(
        cuts & (log.service_end_s >= window.start_s) & (log.service_end_s < window.end_s)
    )
    k, outcome = workload.contact_class[here], log.outcome[here]
    wait_s = _wait_s(plan, log, here)
    in_time = (outcome == ANSWERED) & _is_in_time(plan, k, wait_s)
    longest = np.zeros(layout.n_classes)
    np.maximum.at(longest, k, wait_s)

    def by_class(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return _with_all(plan, np.bincount(rows, minlength=layout.n_classes).astype(np.float64))

    offered = by_class(k)
    one = np.ones(offered.shape)
    pairs = {
        "offered": (offered, one),
        "abandoned": (by_class(k[outcome == ABANDONED]), one),
        "over_60s": (by_class(k[wait_s > LATE_S]), one),
        "wait_max_s": (_with_all_largest(plan, longest), (offered > 0).astype(np.float64)),
        "service_level": (by_class(k[in_time]), offered),
        "calls_cut": (by_class(workload.contact_class[cut]), one),
    }
    recovery = _recovery(plan, workload, log, contact)
    counted = [pairs[measure] for measure in COUNTED]
    return (
        np.concatenate([*(top.ravel() for top, _ in counted), recovery.ravel()]),
        np.concatenate([*(bottom.ravel() for _, bottom in counted), np.ones(recovery.size)]),
    )


def _cut_off(workload: Workload, log: ContactLog) -> NDArray[np.bool_]:
    """Tell which contacts were cut off, and not put aside for a more urgent one."""
    cut = log.cut.copy()
    rest = (workload.trigger == ON_INTERRUPTED) & np.isfinite(log.arrival_s)
    cut[workload.parent[rest]] = False
    return cut


def _wait_s(plan: WindowPlan, log: ContactLog, row: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the waits of contacts; of those left open, until contacts stop arriving."""
    is_open = log.outcome[row] == OPEN
    until_s = np.where(is_open, plan.horizon.arrivals_until_s, log.wait_end_s[row])
    return to_microsecond(until_s - log.arrival_s[row])


def _is_in_time(
    plan: WindowPlan, k: NDArray[np.int64], wait_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    in_time: NDArray[np.bool_] = (
        wait_s <= plan.targets.answer_within_s[plan.layout.class_channel[k]]
    )
    return in_time


def _with_all(plan: WindowPlan, by_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give cells by force and channel with the sums, shape (F + 1, C + 1)."""
    cells = by_class.reshape(len(plan.layout.forces), -1)
    cells = np.concatenate([cells, cells.sum(axis=0, keepdims=True)])
    return np.concatenate([cells, cells.sum(axis=1, keepdims=True)], axis=1)


def _with_all_largest(plan: WindowPlan, by_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the same with the largest instead of the sum."""
    cells = by_class.reshape(len(plan.layout.forces), -1)
    cells = np.concatenate([cells, cells.max(axis=0, keepdims=True)])
    return np.concatenate([cells, cells.max(axis=1, keepdims=True)], axis=1)


def _recovery(
    plan: WindowPlan, workload: Workload, log: ContactLog, contact: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give the times to recovery, then whether they are censored; shape (2, F + 1, urgent)."""
    layout = plan.layout
    after = np.flatnonzero(contact & (log.arrival_s > plan.window.end_s))
    k = workload.contact_class[after]
    arrival_s = log.arrival_s[after]
    in_time = (log.outcome[after] == ANSWERED) & _is_in_time(plan, k, _wait_s(plan, log, after))
    force, channel = layout.class_force[k], layout.class_channel[k]
    found = np.empty((2, len(layout.forces) + 1, len(_urgent(layout))))
    for column, urgent in enumerate(_urgent(layout)):
        target = float(plan.targets.target_share[urgent])
        for f in range(len(layout.forces) + 1):
            rows = (channel == urgent) & ((force == f) | (f == len(layout.forces)))
            found[:, f, column] = time_to_recovery(
                arrival_s[rows],
                in_time[rows],
                target,
                plan.window.end_s,
                plan.horizon.measured_until_s,
            )
    return found


def time_to_recovery(
    arrival_s: NDArray[np.float64],
    in_time: NDArray[np.bool_],
    target_share: float,
    end_s: float,
    until_s: float,
) -> tuple[float, float]:
    """Give the time from `end_s` until answers are in time again, and 1 if it is censored, else 0.

    It is the first instant t at or after `end_s` such that of the contacts that arrive in
    (t, t + 30 min] at least the target share is answered in time, or none arrives. What is counted
    changes only where a contact leaves the half hour (t is its arrival) or enters it (t is 30
    minutes before), so these instants are all that need to be tried.

    Parameters
    ----------
    arrival_s, in_time
        Shape (n,): in any order.
    until_s
        The half hour must end by then; where none does, the time until then is given.

    Examples
    --------
    The late contact at 100 s must have left the half hour:

    >>> late_then_good = np.array([100.0, 200.0, 300.0])
    >>> time_to_recovery(late_then_good, np.array([False, True, True]), 0.9, 0.0, 7200.0)
    (100.0, 0.0)
    """
    order = np.argsort(arrival_s, kind="stable")
    arrival_s, in_time = arrival_s[order], in_time[order]
    tried = np.concatenate([[end_s], arrival_s, arrival_s - RECOVERY_WINDOW_S])
    tried = np.sort(tried[(tried >= end_s) & (tried + RECOVERY_WINDOW_S <= until_s)])
    good = np.concatenate([[0], np.cumsum(in_time)])
    left = np.searchsorted(arrival_s, tried, "right")
    entered = np.searchsorted(arrival_s, tried + RECOVERY_WINDOW_S, "right")
    share = np.ones(tried.shape)
    np.divide(good[entered] - good[left], entered - left, out=share, where=entered > left)
    met = np.flatnonzero(share >= target_share)
    if met.size:
        return float(tried[met[0]] - end_s), 0.0
    return float(max(until_s - end_s, 0.0)), 1.0
