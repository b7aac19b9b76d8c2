"""Erlang A beside the simulation: what the classic formula says of each room, and why it differs.

The formula is applied hour by hour to the load that the simulation saw and the handlers that it
had (`pointwise_erlang_a`), so the two differ by what the formula leaves out and by nothing else.
It is given where it has a meaning: rooms that answer their own callers alone, and a full merger.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import handle_of, layout_of, patience_of, redial_of
from sim.config.distributions import Exponential, HandleTime, Patience
from sim.experiment.derive import rooms_of
from sim.experiment.tables import ALL
from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Layout
from sim.report.answer import in_sentence
from sim.report.estimate import Estimate, listing, percent_number, signed
from sim.report.figures.style import shown
from sim.report.study import LOADED, SERVICE_LEVEL, STAFFED, Channel, DesignName, Study
from sim.theory import pointwise_erlang_a
from sim.workload import contacts_per_h, mean_of

Floats = NDArray[np.float64]
Cells = Mapping[tuple[str, ...], Estimate]

SEPARATE, MERGED = "isolation", "merger"


@dataclass(frozen=True)
class ErlangRow:
    """One channel of a room: simulated, by formula, and the difference."""

    design: str
    room: str
    channel: str
    simulated: str
    interval: str
    formula: str
    difference: str

    @property
    def heading(self) -> str:
        """What the row stands under: the design."""
        return self.design


@dataclass(frozen=True)
class ErlangTable:
    """The rows, and in one line why they differ."""

    rows: tuple[ErlangRow, ...]
    reason: str


@dataclass(frozen=True, eq=False)
class _Room:
    """Handlers who share channels, and the contacts that come to them.

    Parameters
    ----------
    row
        The force, or all of them.
    classes
        Indices of the contact classes that come here.
    load_share
        Shape (168,): the part of the row's offered load that these classes bring.
    """

    row: str
    classes: NDArray[np.intp]
    load_share: Floats
    staffed: Floats


@dataclass(frozen=True, eq=False)
class _Week:
    """What is known of a mean week, by contact class and by hour of the week."""

    study: Study
    layout: Layout
    cells: Cells
    per_h: Floats  # (K, 168), first contacts
    handle_s: Floats  # (K,)
    patience_s: Floats  # (K,)

    @property
    def load_erl(self) -> Floats:
        """Shape (K, 168)."""
        load: Floats = self.per_h * self.handle_s[:, None] / SECONDS_PER_HOUR
        return load

    def hours(self, *labels: str) -> Floats:
        """Give the 168 hours of what has these labels; nan where an hour was not measured."""
        missing = Estimate()
        found = (self.cells.get((*labels, f"week_{h:03d}"), missing) for h in range(HOURS_PER_WEEK))
        return np.array([estimate.value for estimate in found])


def erlang_table(study: Study) -> ErlangTable:
    """Give Erlang A beside the simulation; no rows where it has no meaning."""
    designs = [design for design in study.designs if design.kind in {SEPARATE, MERGED}]
    if study.centre.demand.call_log is not None or not designs:
        return ErlangTable((), "")
    week = _week(study)
    rows = [
        row
        for design in designs
        for room in _rooms(week, design)
        for row in _lines(week, design, room)
    ]
    return ErlangTable(tuple(rows), _reason(study))


def _week(study: Study) -> _Week:
    layout = layout_of(study.centre)
    return _Week(
        study,
        layout,
        study.hours,
        contacts_per_h(study.centre),
        _means(study, layout, handle_of),
        _means(study, layout, patience_of),
    )


def _means(study: Study, layout: Layout, law_of: Callable[..., HandleTime | Patience]) -> Floats:
    """Give mean durations by class; 0 for a class that can have no contacts and so has no law."""
    means = []
    for force in layout.forces:
        for channel in layout.channels:
            try:
                means.append(mean_of(law_of(study.centre, force, channel)))
            except LookupError:
                means.append(0.0)
    return np.array(means)


def _rooms(week: _Week, design: DesignName) -> list[_Room]:
    """Give the rooms of a design: each force's, or the one of all."""
    layout = week.layout
    if design.kind == MERGED:
        staffed = week.hours(STAFFED, design.name, ALL, "")
        everyone = np.arange(layout.n_classes)
        return [_Room(ALL, everyone, np.ones(HOURS_PER_WEEK), staffed)]
    rooms = []
    for force, groups in rooms_of(layout):
        if force < 0:
            continue
        channels = np.flatnonzero(layout.skills[:, groups].any(axis=1))
        classes = force * len(layout.channels) + channels
        mine = layout.class_force == force
        total = week.load_erl[mine].sum(axis=0)
        part = week.load_erl[classes].sum(axis=0)
        share = np.divide(part, total, out=np.zeros_like(total), where=total > 0)
        name = layout.forces[force]
        hours = [week.hours(STAFFED, design.name, name, layout.groups[g]) for g in groups]
        rooms.append(_Room(name, classes, share, np.sum(hours, axis=0)))
    return rooms


def _lines(week: _Week, design: DesignName, room: _Room) -> list[ErlangRow]:
    """Give a room's rows, one per channel that comes to it."""
    study, layout = week.study, week.layout
    load = week.hours(LOADED, design.name, room.row, "") * room.load_share
    load *= _lengthened(study, design)
    calls = week.per_h[room.classes]
    total = calls.sum(axis=0)
    seen = np.isfinite(load) & np.isfinite(room.staffed) & (total > 0)
    if not seen.any():
        return []
    handle_s = week.load_erl[room.classes].sum(axis=0)[seen] * SECONDS_PER_HOUR / total[seen]
    rates = load[seen] * SECONDS_PER_HOUR / handle_s
    weights = calls.sum(axis=1)
    patience_s = float((weights @ week.patience_s[room.classes]) / weights.sum())
    lines = []
    for channel in study.channels:
        here = layout.class_channel[room.classes] == study.channels.index(channel)
        if not calls[here].sum():
            continue
        formula = pointwise_erlang_a(
            rates, room.staffed[seen], handle_s, patience_s, channel.within_s
        )
        share = calls[here].sum(axis=0)[seen] / total[seen] * rates  # of this channel, by hour
        level = float((share * formula.hourly_service_level).sum() / share.sum())
        lines.append(_line(study, design, room.row, channel, level))
    return lines


def _lengthened(study: Study, design: DesignName) -> float:
    """Give how much longer calls take because some are another force's."""
    factor = float(design.options.get("handle_factor", 1.0))
    elsewhere = study.estimate(design.name, study.whole, ALL, "answered_elsewhere").value
    return 1.0 if np.isnan(elsewhere) else 1.0 + (factor - 1.0) * elsewhere


def _line(
    study: Study, design: DesignName, row: str, channel: Channel, formula: float
) -> ErlangRow:
    simulated = study.estimate(design.name, row, channel.name, SERVICE_LEVEL)
    gap = Estimate(
        simulated.value - formula,
        simulated.low - formula,
        simulated.high - formula,
        simulated.replications,
    )
    return ErlangRow(
        design.label,
        shown(row),
        channel.promise,
        simulated.percent,
        simulated.percent_interval,
        f"{percent_number(formula, 1)}%",
        f"{signed(100 * gap.value, 1)} ({gap.points_interval})" if gap.has_interval else gap.points,
    )


def _reason(study: Study) -> str:
    """Say in one line what this scenario has that the formula leaves out."""
    centre = study.centre
    order = _order(study)
    worse = []
    if _varies(study):
        worse.append("a queue of one hour is handed on to the next")
    factor = centre.demand.day_factor
    if factor is not None and factor.cv.value > 0:
        worse.append("some days are busier than others")
    if centre.demand.bursts is not None and centre.demand.bursts.incidents_per_week.value > 0:
        worse.append("one incident brings many calls at once")
    if centre.staffing.absence_share.value > 0:
        worse.append("some handlers are absent on the day")
    either = []
    if not _all_exponential(study, handle_of):
        either.append("call lengths are not exponential")
    if not _all_exponential(study, patience_of):
        either.append("patience is not exponential")
    if any(redial_of(centre, f, c) for f in centre.forces for c in centre.channels):
        either.append("callers who gave up come back soon, when the room is still busy")
    parts = [order] if order else []
    if worse:
        parts.append(f"it is too hopeful, as {listing(worse)}")
    if either:
        parts.append(f"besides, {listing(either)}")
    start = (
        "Why they differ: the formula answers all callers of a room in order of arrival, "
        "each hour in a steady state of its own"
    )
    return f"{start}; {'; '.join(parts)}." if parts else f"{start}; this scenario nearly does too."


def _order(study: Study) -> str:
    """Say what priority and reserve do to the channels."""
    layout = layout_of(study.centre)
    first = min(study.channels, key=lambda channel: channel.priority)
    ranked = len(set(layout.priority.tolist())) > 1
    kept = [
        in_sentence(channel.label)
        for number, channel in enumerate(study.channels)
        if layout.reserve[number].any()
    ]
    if not ranked and not kept:
        return ""
    text = f"here {first.label} is taken first" if ranked else "here the order differs by channel"
    if kept:
        text += f", and some handlers are kept free of {listing(kept)} contacts for it"
    return f"{text}, which helps {first.label} and costs the rest"


def _varies(study: Study) -> bool:
    """Tell whether demand changes over the week."""
    per_h = contacts_per_h(study.centre)
    return bool((np.ptp(per_h, axis=1) > 0).any())


def _all_exponential(study: Study, law_of: Callable[..., HandleTime | Patience]) -> bool:
    centre = study.centre
    return all(
        isinstance(law_of(centre, force, channel), Exponential)
        for force, entry in centre.forces.items()
        for channel in entry.contacts
    )
