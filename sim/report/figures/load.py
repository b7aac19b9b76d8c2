"""What callers bring and who is there: offered load against handlers, hour by hour of the week."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator
from numpy.typing import NDArray

from sim.records import HOURS_PER_WEEK
from sim.report.estimate import Estimate, plus_minus
from sim.report.figures.style import (
    GRID,
    LOAD,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    dashes_of,
    fitted,
    footer,
    intervals,
    part_name,
    part_title,
    parts,
    shown,
)
from sim.report.study import BUSY, LOADED, STAFFED, DesignName, Study

STEM = "load_and_staff"
TITLE = "What callers bring and who is there, hour by hour"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PANEL_IN, ABOVE_IN, BELOW_IN = 1.35, 0.3, 0.28
LEFT_IN = 0.65
NOTICEABLE = 0.02  # of the week's handlers: below it, a design's line is that of the baseline

Series = NDArray[np.float64]  # (168, 3): value, low, high


@dataclass(frozen=True, eq=False)
class Room:
    """What a panel shows: a force, all of them, or a room that belongs to none.

    Parameters
    ----------
    load
        Offered load in Erlang; nan where a room has no callers of its own.
    staffed, busy
        Handlers by design.
    """

    name: str
    load: Series
    staffed: Mapping[str, Series]
    busy: Mapping[str, Series]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure, in parts where there are many forces."""
    rooms = {room.name: room for room in _rooms(study)}
    chunks = parts(list(rooms), ABOVE_IN + PANEL_IN + BELOW_IN) if rooms else []
    for part, names in enumerate(chunks):
        heading = part_title(TITLE, part, len(chunks))
        yield Drawing(
            part_name(STEM, part),
            heading,
            "Grey: offered load, the number of handlers that the calls coming in that hour would "
            "keep busy if each were answered at once (in Erlang). Dark line: handlers staffed. "
            "Coloured lines: handlers busy, by design. Where the grey comes near the dark line, "
            "callers wait; where a coloured line leaves the grey, a room works for others or is "
            f"helped by them. {_sureness(list(rooms.values()))}",
            _alt(study, rooms[next(iter(rooms))]),
            _figure(study, [rooms[name] for name in names], heading),
        )


def _rooms(study: Study) -> list[Room]:
    numbers = study.hours
    pools = [name for name, group in study.centre.groups.items() if group.force is None]
    rows = [(row, (row, "")) for row in study.rows] + [(name, ("", name)) for name in pools]
    return [
        Room(
            name,
            _series(numbers, (LOADED, study.baseline.name, *labels)),
            {d.name: _series(numbers, (STAFFED, d.name, *labels)) for d in study.designs},
            {d.name: _series(numbers, (BUSY, d.name, *labels)) for d in study.designs},
        )
        for name, labels in rows
    ]


def _series(estimates: Mapping[tuple[str, ...], Estimate], labels: tuple[str, ...]) -> Series:
    """Give the 168 hours of what has these labels; nan where an hour was not measured."""
    missing = Estimate()
    hours = [
        estimates.get((*labels, f"week_{hour:03d}"), missing) for hour in range(HOURS_PER_WEEK)
    ]
    return np.array([[hour.value, hour.low, hour.high] for hour in hours])


def _figure(study: Study, rooms: list[Room], heading: str) -> Figure:
    drawn_staff = {
        design.name
        for design in study.others
        for room in rooms
        if _differs(room.staffed, design, study.baseline)
    }
    step_in = ABOVE_IN + PANEL_IN + BELOW_IN
    sheet = Sheet(
        heading,
        step_in * len(rooms) + 0.1,
        _legend(study, drawn_staff),
        footer(study, intervals(study, "Bands")),
    )
    for place, room in enumerate(rooms):
        axes = sheet.panel(LEFT_IN, ABOVE_IN + step_in * place, WIDTH_IN - LEFT_IN - 0.15, PANEL_IN)
        _panel(axes, study, room, drawn_staff)
        heading = fitted(shown(room.name), WIDTH_IN - LEFT_IN - 0.3, weight="bold")
        axes.set_title(heading, loc="left", weight="bold", pad=4)
    return sheet.figure


def _differs(by_design: Mapping[str, Series], one: DesignName, other: DesignName) -> bool:
    """Tell whether two designs' handlers differ enough to be seen."""
    a, b = by_design[one.name][:, 0], by_design[other.name][:, 0]
    return bool(np.nansum(np.abs(a - b)) > NOTICEABLE * np.nansum(b))


def _legend(study: Study, drawn_staff: set[str]) -> list[Line2D]:
    lines = [
        Line2D([], [], color=LOAD, linewidth=6, alpha=0.5, label="offered load"),
        Line2D([], [], color=TEXT, linewidth=1.6, label="staffed"),
    ]
    for design in study.designs:
        if design.name in drawn_staff:
            lines.append(
                Line2D(
                    [],
                    [],
                    color=colour_of(design),
                    linewidth=2.4,
                    alpha=0.6,
                    label=fitted(f"staffed: {design.label}", 3.6, SMALL_PT + 0.5),
                )
            )
        lines.append(
            Line2D(
                [],
                [],
                color=colour_of(design),
                linestyle=dashes_of(design),
                label=fitted(f"busy: {design.label}", 3.6, SMALL_PT + 0.5),
            )
        )
    return lines


def _panel(axes: Axes, study: Study, room: Room, drawn_staff: set[str]) -> None:
    edges = np.arange(HOURS_PER_WEEK + 1)
    _steps(axes, edges, room.load, LOAD, fill=True)
    _steps(axes, edges, room.staffed[study.baseline.name], TEXT, linewidth=1.6)
    for design in study.designs:
        if design.name in drawn_staff:
            staffed = room.staffed[design.name]
            _steps(axes, edges, staffed, colour_of(design), linewidth=2.4, alpha=0.6)
        busy = room.busy[design.name]
        _steps(axes, edges, busy, colour_of(design), linewidth=1.1, linestyle=dashes_of(design))
    axes.set_xlim(0, HOURS_PER_WEEK)
    axes.set_ylim(bottom=0)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    for midnight in range(24, HOURS_PER_WEEK, 24):
        axes.axvline(midnight, color=GRID, linewidth=0.9)
    axes.xaxis.set_major_locator(FixedLocator([24 * day + 12 for day in range(7)]))
    axes.xaxis.set_minor_locator(FixedLocator(list(range(0, HOURS_PER_WEEK + 1, 6))))
    axes.set_xticklabels(DAYS)
    axes.tick_params(axis="x", which="major", length=0, pad=4)
    axes.tick_params(axis="x", which="minor", length=2)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_ylabel("handlers, Erlang", size=SMALL_PT + 0.5)
    axes.set_xlabel("Hour of the week", visible=False)  # the days say it


def _steps(  # noqa: PLR0913 - a line's looks
    axes: Axes,
    edges: NDArray[np.int64],
    series: Series,
    colour: str,
    *,
    linewidth: float = 0.8,
    linestyle: object = "solid",
    alpha: float = 1.0,
    fill: bool = False,
) -> None:
    """Draw a series that is constant within each hour, with its band."""
    if np.isnan(series[:, 0]).all():
        return
    value, low, high = (np.append(column, column[-1]) for column in series.T)
    if fill:
        axes.fill_between(edges, 0, value, step="post", color=colour, alpha=0.35, linewidth=0)
    axes.fill_between(edges, low, high, step="post", color=colour, alpha=0.18, linewidth=0)
    axes.step(
        edges,
        value,
        where="post",
        color=colour,
        linewidth=linewidth,
        linestyle=linestyle,
        alpha=alpha,
    )


def _sureness(rooms: list[Room]) -> str:
    halves = [
        (series[:, 2] - series[:, 1]) / 2
        for room in rooms
        for series in (room.load, *room.staffed.values(), *room.busy.values())
    ]
    known = np.concatenate(halves)
    known = known[np.isfinite(known)]
    if not known.size:
        return "The lines have no intervals: a single run cannot give any."
    wide = known[known > 0]
    if not wide.size:
        return "The lines have no bands: they are the same in every run."
    where = "" if wide.size == known.size else ", where runs differ"
    return (
        "The bands are 95% intervals of the mean over runs, "
        f"{plus_minus(float(np.median(wide)))} handlers in the middle case{where}."
    )


def _alt(study: Study, room: Room) -> str:
    load, staffed = room.load[:, 0], room.staffed[study.baseline.name][:, 0]
    start = "Steps over the 168 hours of a week: offered load, handlers staffed, handlers busy."
    if np.isnan(load).all() or np.isnan(staffed).all():
        return start
    peak = int(np.nanargmax(load))
    low, high = room.load[peak, 1:]
    interval = f", 95% interval {low:.1f} to {high:.1f}" if np.isfinite([low, high]).all() else ""
    return (
        f"{start} {shown(room.name)}: the load is greatest on {DAYS[peak // 24]} at "
        f"{peak % 24}:00 with {load[peak]:.1f} Erlang{interval}, against {staffed[peak]:.1f} "
        "handlers staffed on average."
    )
