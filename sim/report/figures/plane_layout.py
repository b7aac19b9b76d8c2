"""What maps of two varied keys show, and where each of them stands."""

from dataclasses import dataclass

import numpy as np

from sim.report.crossing import worst
from sim.report.estimate import Estimate
from sim.report.figures.style import SMALL_PT, WIDTH_IN, shown, text_width_in
from sim.report.needed import EVERY_FORCE
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep

MOST_ROWS = 6  # of forces, all together and the worst off included
MOST_COLUMNS = 3
WORST = "The force that is worst off"
NAME_IN, LEFT_MOST_IN = 0.55, 2.0  # of the upright axis: its words, and those with its labels
RIGHT_IN, BETWEEN_IN = 0.15, 0.25
HEADING_IN, LABEL_IN, BELOW_IN = 0.3, 0.22, 0.48
CELL_IN, TALLEST_IN, SHORTEST_IN = 0.24, 2.4, 0.7


@dataclass(frozen=True)
class Map:
    """One map: its title, and whose figures it shows."""

    title: str
    design: DesignName
    row: str


@dataclass(frozen=True)
class Block:
    """Maps under a heading."""

    heading: str
    maps: tuple[Map, ...]


@dataclass(frozen=True)
class Plane:
    """The maps of two axes on one channel: of each design that they move, row by row of forces."""

    sweep: Sweep
    across: Axis
    up: Axis
    channel: Channel
    designs: tuple[DesignName, ...]
    unmoved: tuple[DesignName, ...]

    @classmethod
    def of(cls, sweep: Sweep, across: Axis, up: Axis, channel: Channel) -> "Plane":
        """Give the maps of two axes, without the designs that neither of them moves."""
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
        """The study around which it was varied."""
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
    def blocks(self) -> tuple[Block, ...]:
        """Maps under headings: a row of forces for each, or all under the one design that moves."""
        if len(self.designs) == 1:
            (design,) = self.designs
            maps = tuple(Map(_shown(row), design, row) for row in self.rows)
            return (Block(design.label, maps),)
        return tuple(
            Block(_shown(row), tuple(Map(design.label, design, row) for design in self.designs))
            for row in self.rows
        )

    def words(self, axis: Axis) -> str:
        """Say what an axis is; not whose it is, where the heading does."""
        said = axis.heading
        if len(self.designs) == 1:
            said = said.removeprefix(f"{self.designs[0].label}: ")
        return f"{said[:1].upper()}{said[1:]}"

    @property
    def columns(self) -> int:
        """How many maps stand side by side."""
        count = len(self.blocks[0].maps)
        lines = -(-count // MOST_COLUMNS)
        return -(-count // lines)

    @property
    def lines(self) -> int:
        """How many lines of maps each block takes."""
        return -(-len(self.blocks[0].maps) // self.columns)

    @property
    def left_in(self) -> float:
        """Where the first map of a line begins: beside the labels of the upright axis."""
        widest_in = max(text_width_in(label, SMALL_PT - 0.5) for label in self.up.ticks)
        return min(NAME_IN + widest_in, LEFT_MOST_IN)

    @property
    def height_in(self) -> float:
        """Height of a map."""
        return float(np.clip(CELL_IN * len(self.up), SHORTEST_IN, TALLEST_IN))

    @property
    def width_in(self) -> float:
        """Width of a map."""
        inside_in = WIDTH_IN - self.left_in - RIGHT_IN - BETWEEN_IN * (self.columns - 1)
        return min(inside_in / self.columns, 4.2)

    @property
    def block_in(self) -> float:
        """Height of a row of forces."""
        return HEADING_IN + (LABEL_IN + self.height_in) * self.lines + BELOW_IN

    def spans(self, cell: Estimate) -> bool:
        """Tell whether a cell's interval spans the target, or is not known."""
        target = self.channel.target_share
        return not cell.missing and (not cell.has_interval or cell.low < target <= cell.high)


def _shown(row: str) -> str:
    return WORST if row == EVERY_FORCE else shown(row)
