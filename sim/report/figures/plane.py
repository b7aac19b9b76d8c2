"""Two varied keys at once: service level as a map, with the line along which the target is met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.report.estimate import Estimate, listing, percent_number
from sim.report.figures.heat_scale import NOBODY_SAID, SCALE_IN, Scale, sureness
from sim.report.figures.style import (
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    fitted,
    footer,
    part_name,
    part_title,
    parts,
    shown,
    text_width_in,
)
from sim.report.needed import EVERY_FORCE, worst
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep, sweep_of

MOST_PAIRS = 3  # of keys: three keys give three, more would fill the page
MOST_ROWS = 6  # of forces, all together and the worst off included
MOST_COLUMNS = 3
WORST = "The force that is worst off"
LEFT_IN, RIGHT_IN, BETWEEN_IN = 0.95, 0.15, 0.25
HEADING_IN, LABEL_IN, BELOW_IN = 0.3, 0.22, 0.48
CELL_IN, TALLEST_IN, SHORTEST_IN = 0.24, 2.4, 0.7
LINE_PT = 1.8
LOWEST_IN = 0.13  # a cell with a number in it
HATCH = "/////"


@dataclass(frozen=True)
class _Plane:
    """The maps of two axes on one channel: of each design that they move, row by row of forces."""

    sweep: Sweep
    across: Axis
    up: Axis
    channel: Channel
    designs: tuple[DesignName, ...]
    unmoved: tuple[DesignName, ...]

    @classmethod
    def of(cls, sweep: Sweep, across: Axis, up: Axis, channel: Channel) -> "_Plane":
        points = list(sweep.along(across, up).values())
        still = {
            design
            for design in sweep.study.designs
            if sweep.unmoved(points, design, channel) and len(points) > 1
        }
        designs = sweep.study.designs
        moved = tuple(design for design in designs if design not in still)
        return cls(sweep, across, up, channel, moved, tuple(d for d in designs if d in still))

    @property
    def study(self) -> Study:
        return self.sweep.study

    @property
    def rows(self) -> tuple[str, ...]:
        """Rows of forces: all, the worst off, and each where there are few."""
        study = self.study
        if len(study.forces) == 1:
            return study.rows
        each = study.forces if len(study.forces) <= MOST_ROWS - 2 else ()
        return (study.whole, EVERY_FORCE, *each)

    def cells(self, design: DesignName, row: str) -> list[list[Estimate]]:
        """Give the levels, a line for each value of the upright axis, from the lowest."""
        found = self.sweep.along(self.across, self.up)
        return [
            [self._cell(found.get((x, y)), design, row) for x in self.across.values]
            for y in self.up.values
        ]

    def _cell(self, point: int | None, design: DesignName, row: str) -> Estimate:
        if point is None:
            return Estimate()
        forces = self.study.forces if row == EVERY_FORCE else (row,)
        return worst(self.sweep.level(point, design, force, self.channel) for force in forces)

    @property
    def every(self) -> list[Estimate]:
        """Every cell of every map."""
        return [
            cell
            for row in self.rows
            for design in self.designs
            for line in self.cells(design, row)
            for cell in line
        ]

    @property
    def columns(self) -> int:
        """How many maps stand side by side."""
        lines = -(-len(self.designs) // MOST_COLUMNS)
        return -(-len(self.designs) // lines)

    @property
    def lines(self) -> int:
        """How many lines of maps each row of forces takes."""
        return -(-len(self.designs) // self.columns)

    @property
    def height_in(self) -> float:
        """Height of a map."""
        return float(np.clip(CELL_IN * len(self.up), SHORTEST_IN, TALLEST_IN))

    @property
    def width_in(self) -> float:
        """Width of a map."""
        inside_in = WIDTH_IN - LEFT_IN - RIGHT_IN - BETWEEN_IN * (self.columns - 1)
        return min(inside_in / self.columns, 4.2)

    @property
    def block_in(self) -> float:
        """Height of a row of forces."""
        return HEADING_IN + (LABEL_IN + self.height_in) * self.lines + BELOW_IN

    def spans(self, cell: Estimate) -> bool:
        """Tell whether a cell's interval spans the target, or is not known."""
        target = self.channel.target_share
        return not cell.missing and (not cell.has_interval or cell.low < target <= cell.high)


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the maps of each pair of axes on the channel of the answer, and on the others if one."""
    sweep = sweep_of(study)
    if sweep.sampled:
        return
    pairs = list(combinations(range(len(sweep.axes)), 2))
    channels = study.channels if len(pairs) == 1 else (study.main_channel,)
    for one, other in pairs[:MOST_PAIRS]:
        across, up = sorted(
            (sweep.axes[one], sweep.axes[other]), key=lambda axis: (len(axis), axis.numeric)
        )[::-1]
        for channel in channels:
            plane = _Plane.of(sweep, across, up, channel)
            if plane.designs:
                yield from _drawings(plane, f"map_{one + 1}_{other + 1}_{study.slug(channel)}")


def _drawings(plane: _Plane, stem: str) -> Iterator[Drawing]:
    title = f"{plane.channel.promise}, two things varied at once"
    chunks = parts(plane.rows, plane.block_in, SCALE_IN)
    for part, rows in enumerate(chunks):
        heading = part_title(title, part, len(chunks))
        yield Drawing(
            part_name(stem, part),
            heading,
            _caption(plane),
            _alt(plane),
            _figure(plane, rows, heading),
        )


def _caption(plane: _Plane) -> str:
    study, every = plane.study, plane.every
    said = (
        f"Each cell is the percentage of {plane.channel.promise} at one pair of values, rounded "
        "down. Pale is the target, orange below it, blue above; the black line parts the cells "
        "that meet it from those that do not. Hatched, with “?”: "
        + (
            "the cell's 95% interval spans the target, so the line may run on its other side."
            if study.replications > 1
            else "a single run, so nobody can say on which side of the line it belongs."
        )
        + plane.sweep.held(plane.across, plane.up)
    )
    if any(cell.missing for cell in every):
        said += f" {NOBODY_SAID}"
    for design in plane.unmoved:
        level = plane.sweep.level(study.point, design, study.whole, plane.channel)
        said += f" {design.label} does not depend on either: {level.percent_in_words}."
    return f"{said} {sureness(every)}."


def _alt(plane: _Plane) -> str:
    said = []
    for design in plane.designs:
        cells = plane.cells(design, plane.rows[0])
        low, high = cells[0][0], cells[-1][-1]
        said.append(
            f"{design.label} {low.percent_in_words} at {plane.across.labels[0]} and "
            f"{plane.up.labels[0]}, {high.percent_in_words} at {plane.across.labels[-1]} and "
            f"{plane.up.labels[-1]}"
        )
    return (
        f"Maps of coloured cells, {plane.across.words} across and {plane.up.words} up, one for "
        f"each design, a row for each of {len(plane.rows)} groups of forces. In "
        f"{plane.study.everybody}: {listing(said)}."
    )


def _figure(plane: _Plane, rows: Sequence[str], heading: str) -> Figure:
    legend = _legend(plane)
    body_in = SCALE_IN + plane.block_in * len(rows)
    sheet = Sheet(heading, body_in, legend, footer(plane.study, sureness(plane.every)))
    scale = Scale.of(plane.channel, plane.every)
    scale.draw(sheet, LEFT_IN)
    for number, row in enumerate(rows):
        top_in = SCALE_IN + plane.block_in * number
        name = WORST if row == EVERY_FORCE else shown(row)
        name = fitted(name, WIDTH_IN - LEFT_IN - RIGHT_IN, weight="bold")
        sheet.heading(name, LEFT_IN, top_in + HEADING_IN - 0.04, 9.0)
        for place, design in enumerate(plane.designs):
            line, column = divmod(place, plane.columns)
            axes = sheet.panel(
                LEFT_IN + (plane.width_in + BETWEEN_IN) * column,
                top_in + HEADING_IN + LABEL_IN + (LABEL_IN + plane.height_in) * line,
                plane.width_in,
                plane.height_in,
            )
            _map(axes, plane, scale, plane.cells(design, row))
            label = fitted(design.label, plane.width_in, SMALL_PT)
            axes.set_title(label, loc="left", size=SMALL_PT, pad=3)
            lowest = place + plane.columns >= len(plane.designs)
            _name(axes, plane, first=column == 0, lowest=lowest)
    return sheet.figure


def _legend(plane: _Plane) -> list[Any]:
    target = percent_number(plane.channel.target_share, 0)
    return [
        Line2D([], [], color=TEXT, linewidth=LINE_PT, label=f"{target}% in time: met on one side"),
        Patch(facecolor="white", edgecolor=QUIET, hatch=HATCH, linewidth=0, label="uncertain"),
    ]


def _map(axes: Axes, plane: _Plane, scale: Scale, cells: list[list[Estimate]]) -> None:
    upside = cells[::-1]  # the first line is drawn on top
    scale.cells(axes, np.array([[cell.value for cell in line] for line in upside]))
    room_in = plane.width_in / len(plane.across)
    roomy = room_in > text_width_in("88?", SMALL_PT) and plane.height_in / len(cells) > LOWEST_IN
    for y, line in enumerate(upside):
        for x, cell in enumerate(line):
            if plane.spans(cell):
                hatched = Rectangle((x, y), 1, 1, fill=False, hatch=HATCH, linewidth=0)
                hatched.set_edgecolor(QUIET)
                axes.add_patch(hatched)
            if roomy and not cell.missing:
                axes.annotate(
                    f"{np.floor(100 * cell.value + 1e-9):.0f}{'?' if plane.spans(cell) else ''}",
                    (x + 0.5, y + 0.5),
                    ha="center",
                    va="center",
                    size=SMALL_PT - 0.5,
                    color=scale.ink(cell.value),
                    bbox={"facecolor": scale.paint(cell.value), "edgecolor": "none", "pad": 0.6},
                )
    met = [[c.value >= plane.channel.target_share for c in line] for line in upside]
    axes.add_collection(
        LineCollection(_edges(met), colors=[TEXT], linewidths=LINE_PT, capstyle="projecting")
    )


def _edges(met: Sequence[Sequence[bool]]) -> list[list[tuple[int, int]]]:
    """Give the sides between cells that differ.

    >>> _edges([[False, True]])
    [[(1, 0), (1, 1)]]
    """
    beside = [
        [(x, y), (x, y + 1)]
        for y, line in enumerate(met)
        for x in range(1, len(line))
        if line[x] != line[x - 1]
    ]
    below = [
        [(x, y), (x + 1, y)]
        for y in range(1, len(met))
        for x in range(len(met[y]))
        if met[y][x] != met[y - 1][x]
    ]
    return beside + below


def _name(axes: Axes, plane: _Plane, *, first: bool, lowest: bool) -> None:
    """Name the values of the upright axis on the first map of a line, of the other below."""
    across, up = plane.across, plane.up
    step = max(1, int(np.ceil(0.13 * len(up) / plane.height_in)))
    labels = [
        fitted(label, LEFT_IN - 0.4, SMALL_PT - 0.5) if number % step == 0 else ""
        for number, label in enumerate(up.ticks)
    ]
    axes.set_yticks(np.arange(len(up)) + 0.5, labels[::-1] if first else [""] * len(up))
    axes.tick_params(labelsize=SMALL_PT - 0.5)
    words = fitted(up.words, plane.height_in + 0.3, SMALL_PT, lines=2)
    axes.set_ylabel(words, size=SMALL_PT, visible=first)
    room_in = plane.width_in / len(across)
    widest = max(text_width_in(label, SMALL_PT - 0.5) for label in across.ticks)
    every = max(1, int(np.ceil((widest + 0.06) / room_in))) if across.numeric else 1
    words_across = [
        fitted(label, room_in * every - 0.04, SMALL_PT - 0.5, lines=2)
        if number % every == 0
        else ""
        for number, label in enumerate(across.ticks)
    ]
    axes.set_xticks(np.arange(len(across)) + 0.5, words_across if lowest else [""] * len(across))
    if lowest:
        axes.set_xlabel(fitted(across.words, plane.width_in, SMALL_PT), size=SMALL_PT)
