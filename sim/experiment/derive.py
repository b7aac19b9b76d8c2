"""What follows from a centre before anything is simulated: loads, staff, and Erlang's answers.

For `sim check`: a planner sees at a glance whether a room has the staff for its calls. First
contacts only; redials and follow-ons come on top.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from sim.config import Centre, handle_of, layout_of, patience_of
from sim.config.distributions import HandleTime, Patience
from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Horizon, Layout, Staffing
from sim.theory import erlang_c, pointwise_erlang_a
from sim.workload import StaffingDrawer, WorkloadPlan, contacts_per_h, mean_of

_WEEK = Horizon(warm_up_h=0, measured_h=HOURS_PER_WEEK)
_WEEKS_DRAWN = 20  # weeks of staffing that are averaged: rounding and absence are drawn
_SEED = 0
_DAY_H = 24

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ClassLoad:
    """One force's contacts on one channel, over a mean week.

    Parameters
    ----------
    offered_erl
        Mean offered load, contacts per hour x mean handle time in hours.
    busiest_erl
        The same in the busiest hour of the week.
    """

    force: str
    channel: str
    per_day: float
    handle_mean_s: float
    patience_mean_s: float
    offered_erl: float
    busiest_erl: float


@dataclass(frozen=True)
class ChannelLevel:
    """What Erlang A, hour by hour, says of one channel of a room."""

    channel: str
    within_s: float
    service_level: float
    target: float


@dataclass(frozen=True)
class Room:
    """Groups of one force that share channels, with the load of those channels.

    Parameters
    ----------
    staffed
        Mean handlers at the desk over the week.
    occupancy
        Offered load / staffed; above 1 the room cannot keep up however long callers wait.
    waiting_share
        Erlang C at the mean load and staff: the share of callers who wait at all.
    levels
        Erlang A for each hour of the week by itself, first come first served, weighted by calls.
    abandonment
        The same, the share who give up.
    """

    force: str
    groups: tuple[str, ...]
    offered_erl: float
    staffed: float
    occupancy: float
    waiting_share: float
    levels: tuple[ChannelLevel, ...]
    abandonment: float


@dataclass(frozen=True)
class Derived:
    """All that `sim check` shows of a centre."""

    classes: tuple[ClassLoad, ...]
    rooms: tuple[Room, ...]


@dataclass(frozen=True, eq=False)
class _Week:
    """A mean week: per class its contacts and durations, per group its staff."""

    centre: Centre
    layout: Layout
    per_h: Floats  # (K, 168)
    handle_s: Floats  # (K,)
    patience_s: Floats  # (K,)
    staffed: Floats  # (G, 168)

    @property
    def load_erl(self) -> Floats:
        """Shape (K, 168): offered load."""
        load: Floats = self.per_h * self.handle_s[:, None] / SECONDS_PER_HOUR
        return load


def derive(centre: Centre) -> Derived:
    """Give the loads, the staff and Erlang's answers of a centre run separately.

    Raises
    ------
    ConfigError
        If demand or staffing contradict themselves.
    """
    layout = layout_of(centre)
    per_h, handle_s = _demand(centre, layout)
    names = [_names(layout, k) for k in range(layout.n_classes)]
    patience_s = np.array([_mean_s(patience_of, centre, *name) for name in names])
    week = _Week(centre, layout, per_h, handle_s, patience_s, mean_staffed(centre))
    classes = tuple(
        ClassLoad(
            *name,
            per_day=float(per_h[k].mean() * _DAY_H),
            handle_mean_s=float(handle_s[k]),
            patience_mean_s=float(patience_s[k]),
            offered_erl=float(week.load_erl[k].mean()),
            busiest_erl=float(week.load_erl[k].max()),
        )
        for k, name in enumerate(names)
    )
    return Derived(classes, tuple(_room(week, *room) for room in rooms_of(layout)))


def mean_staffed(centre: Centre) -> Floats:
    """Give the mean number of handlers at the desk by hour of the week, shape (G, 168)."""
    drawer = StaffingDrawer(centre, _WEEK)
    weeks = np.array([hourly_staffed(drawer.draw(_SEED, r)) for r in range(_WEEKS_DRAWN)])
    mean: Floats = weeks.mean(axis=0)
    return mean


def hourly_staffed(staffing: Staffing) -> Floats:
    """Give a week's mean number of handlers in each hour from instant 0, shape (G, 168)."""
    edges_s = np.arange(HOURS_PER_WEEK + 1) * SECONDS_PER_HOUR
    hours = np.empty((staffing.n_groups, HOURS_PER_WEEK))
    for group in range(staffing.n_groups):
        mine = staffing.step_group == group
        step_s = np.append(staffing.step_s[mine], max(edges_s[-1], staffing.step_s.max(initial=0)))
        level = staffing.step_staffed[mine]
        worked_s = np.concatenate([[0.0], np.cumsum(level * np.diff(step_s))])
        hours[group] = np.diff(np.interp(edges_s, step_s, worked_s)) / SECONDS_PER_HOUR
    return hours


def rooms_of(layout: Layout) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Give the force (-1 for none) and the groups of each room.

    Groups of one force that answer a common channel, directly or through a third, are one room.
    """
    left = list(range(layout.n_groups))
    while left:
        room = [left.pop(0)]
        channels = layout.skills[:, room[0]].copy()
        grown = True
        while grown:
            joining = [
                group
                for group in left
                if layout.group_force[group] == layout.group_force[room[0]]
                and (layout.skills[:, group] & channels).any()
            ]
            grown = bool(joining)
            for group in joining:
                left.remove(group)
                room.append(group)
                channels |= layout.skills[:, group]
        yield int(layout.group_force[room[0]]), tuple(sorted(room))


def _room(week: _Week, force: int, groups: Sequence[int]) -> Room:
    """Put the load of a room's channels against its staff."""
    layout = week.layout
    channels = np.flatnonzero(layout.skills[:, groups].any(axis=1)) if force >= 0 else np.array([])
    rows = (force * len(layout.channels) + channels).astype(np.intp)
    load_erl = week.load_erl[rows].sum(axis=0)
    handlers = week.staffed[list(groups)].sum(axis=0)
    load, staffed = float(load_erl.mean()), float(handlers.mean())
    room = Room(
        force=layout.forces[force] if force >= 0 else "",
        groups=tuple(layout.groups[group] for group in groups),
        offered_erl=load,
        staffed=staffed,
        occupancy=load / staffed if staffed else (inf if load else 0.0),
        waiting_share=nan,
        levels=(),
        abandonment=nan,
    )
    return room if not load else _with_erlang(room, week, rows, handlers)


def _with_erlang(room: Room, week: _Week, rows: NDArray[np.intp], handlers: Floats) -> Room:
    """Add what Erlang C says of the mean hour, and Erlang A of each hour."""
    layout = week.layout
    calls, per_h = week.per_h[rows].sum(axis=1), week.per_h[rows].sum(axis=0)
    handle_s = float(np.average(week.handle_s[rows], weights=calls))
    patience_s = float(np.average(week.patience_s[rows], weights=calls))
    hourly_handle_s = np.full(HOURS_PER_WEEK, handle_s)
    np.divide(
        week.load_erl[rows].sum(axis=0) * SECONDS_PER_HOUR, per_h, hourly_handle_s, where=per_h > 0
    )
    levels, abandonment = [], nan
    for channel in (layout.channels[layout.class_channel[k]] for k in rows):
        promise = week.centre.channels[channel]
        within_s = promise.answer_within_s.value
        answer = pointwise_erlang_a(per_h, handlers, hourly_handle_s, patience_s, within_s)
        target = promise.target_share.value
        levels.append(ChannelLevel(channel, within_s, answer.service_level, target))
        abandonment = answer.abandonment
    flat = erlang_c(round(room.staffed), float(per_h.mean()), handle_s)
    return replace(
        room,
        waiting_share=flat.delay_probability,
        levels=tuple(levels),
        abandonment=abandonment,
    )


def _demand(centre: Centre, layout: Layout) -> tuple[Floats, Floats]:
    """Give contacts per hour, shape (K, 168), and mean handle times, shape (K,)."""
    if centre.demand.call_log is None:
        names = (_names(layout, k) for k in range(layout.n_classes))
        return contacts_per_h(centre), np.array([_mean_s(handle_of, centre, *n) for n in names])
    week = WorkloadPlan(centre, _WEEK).draw(_SEED, 0)  # replayed: the instants are not drawn
    p = week.n_primary
    classes, hours = week.contact_class[:p], _WEEK.hours_of_week(week.arrival_s[:p])
    per_h = np.zeros((layout.n_classes, HOURS_PER_WEEK))
    np.add.at(per_h, (classes, hours), 1.0)
    total_s = np.bincount(classes, week.handle_s[:p], layout.n_classes)
    return per_h, total_s / np.maximum(per_h.sum(axis=1), 1.0)


def _mean_s(
    law_of: Callable[[Centre, str, str], HandleTime | Patience],
    centre: Centre,
    force: str,
    channel: str,
) -> float:
    """Give the mean of a class's law; 0 where it can have no contacts and so needs none."""
    try:
        return mean_of(law_of(centre, force, channel))
    except LookupError:
        return 0.0


def _names(layout: Layout, k: int) -> tuple[str, str]:
    return layout.forces[layout.class_force[k]], layout.channels[layout.class_channel[k]]
