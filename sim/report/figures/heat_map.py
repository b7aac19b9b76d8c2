"""When in the week the target is missed: service level by hour of the week, force and design."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.records import HOURS_PER_WEEK
from sim.report.estimate import Estimate
from sim.report.figures import day_map
from sim.report.figures.heat_scale import NOBODY_SAID, SCALE_IN, Scale, sureness
from sim.report.figures.style import (
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
)
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

MOST_PANELS = 32  # of one force and design each: two pages
MOST_COLUMNS = 4
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TICKS = range(0, 25, 6)
LEFT_IN, RIGHT_IN, BETWEEN_IN = 0.5, 0.2, 0.18
DAY_IN = 0.125
LABEL_IN, HEADING_IN, PAD_IN = 0.2, 0.26, 0.06
AXIS_IN = 0.45
# Friday and Saturday night, 8 pm to 4 am: before and after midnight, as (hour, day, hours, days).
NIGHTS = ((20, 4, 4, 2), (0, 5, 4, 2))
TOO_MANY = "There are too many forces and designs here to draw a week for each."
UNKNOWN = "These results hold no service level by hour of the week."

Week = list[Estimate]
Panels = Mapping[tuple[str, str], Week]  # by design and row of forces


@dataclass(frozen=True)
class _Grid:
    """Where panels go: designs side by side, on as many lines as they need, forces below."""

    columns: int
    lines: int

    @classmethod
    def of(cls, study: Study) -> "_Grid":
        """Give lines of equal length, as far as possible."""
        lines = -(-len(study.designs) // MOST_COLUMNS)
        return cls(-(-len(study.designs) // lines), lines)

    @property
    def line_in(self) -> float:
        """Height of a line of panels, their labels included."""
        return LABEL_IN + DAY_IN * len(DAYS) + PAD_IN

    @property
    def block_in(self) -> float:
        """Height of a force's panels, its heading included."""
        return HEADING_IN + self.line_in * self.lines

    @property
    def width_in(self) -> float:
        """Width of a panel."""
        inside = WIDTH_IN - LEFT_IN - RIGHT_IN - BETWEEN_IN * (self.columns - 1)
        return inside / self.columns

    def left_in(self, place: int) -> float:
        """Left edge of a design's panel."""
        return LEFT_IN + (self.width_in + BETWEEN_IN) * (place % self.columns)

    def top_in(self, place: int) -> float:
        """Top of a design's panel within its block."""
        return HEADING_IN + self.line_in * (place // self.columns) + LABEL_IN

    def lowest(self, place: int, designs: int) -> bool:
        """Tell whether no other panel of the block is below this one."""
        return place + self.columns >= designs


def drawings(study: Study) -> Iterator[Drawing]:
    """Give a figure for the channel of the answer, and for the most urgent one if it is another."""
    urgent = min(study.channels, key=lambda channel: channel.priority)
    fits = len(study.rows) * len(study.designs) <= MOST_PANELS
    weeks = _weeks(study) if fits else {}
    for channel in dict.fromkeys((urgent, study.main_channel)):
        stem = f"hours_{study.slug(channel)}"
        panels = weeks.get(channel.name)
        if panels is None:
            yield from day_map.drawings(study, channel, stem, UNKNOWN if fits else TOO_MANY)
        else:
            yield from _drawings(study, channel, stem, panels)


def _weeks(study: Study) -> dict[str, Panels]:
    """Give by channel the 168 hours of each panel; nothing for a channel that has none."""
    cells = study.over_weeks((SERVICE_LEVEL,))
    week = cells.where(cells.cells["period"].astype(str).str.startswith("week_"))
    found = week.estimates("channel", "design", "force", "period")
    known = {channel for channel, *_ in found}
    return {
        channel.name: {
            (design.name, row): [
                found.get((channel.name, design.name, row, f"week_{hour:03d}"), Estimate())
                for hour in range(HOURS_PER_WEEK)
            ]
            for design in study.designs
            for row in study.rows
        }
        for channel in study.channels
        if channel.name in known
    }


def _drawings(study: Study, channel: Channel, stem: str, panels: Panels) -> Iterator[Drawing]:
    title = f"{channel.promise}, by hour of the week"
    chunks = parts(study.rows, _Grid.of(study).block_in, SCALE_IN + AXIS_IN)
    sure = sureness(cell for week in panels.values() for cell in week)
    for part, rows in enumerate(chunks):
        heading = part_title(title, part, len(chunks))
        yield Drawing(
            part_name(stem, part),
            heading,
            f"Each cell is the percentage of {channel.promise}, of those that came in this hour of "
            "the week: a line for each day, midnight to midnight. Pale is the target, orange below "
            f"it, blue above. {NOBODY_SAID} Frames: Friday and Saturday night, 8 pm to 4 am. "
            f"{sure}. The numbers stand in kpi.parquet (period week_000 to week_167).",
            _alt(study, panels),
            _figure(study, channel, heading, rows, panels),
        )


def _figure(
    study: Study, channel: Channel, title: str, rows: Sequence[str], panels: Panels
) -> Figure:
    grid, every = _Grid.of(study), [cell for week in panels.values() for cell in week]
    height_in = SCALE_IN + grid.block_in * len(rows) + AXIS_IN
    sheet = Sheet(title, height_in, (), footer(study, sureness(every)))
    scale = Scale.of(channel, every)
    scale.draw(sheet, LEFT_IN)
    for number, row in enumerate(rows):
        top_in = SCALE_IN + grid.block_in * number
        heading = fitted(shown(row), WIDTH_IN - LEFT_IN - RIGHT_IN, weight="bold")
        sheet.heading(heading, LEFT_IN, top_in + HEADING_IN, 9.0)
        for place, design in enumerate(study.designs):
            axes = sheet.panel(
                grid.left_in(place),
                top_in + grid.top_in(place),
                grid.width_in,
                DAY_IN * len(DAYS),
            )
            levels = np.array([cell.value for cell in panels[design.name, row]])
            scale.cells(axes, levels.reshape(len(DAYS), -1), gap_pt=0.35)
            last = number == len(rows) - 1 and grid.lowest(place, len(study.designs))
            _name(axes, design, grid.width_in, first=place % grid.columns == 0, last=last)
    return sheet.figure


def _name(axes: Axes, design: DesignName, width_in: float, *, first: bool, last: bool) -> None:
    """Name a panel, its days where it is the first of its line, its hours where it is the last."""
    axes.set_title(fitted(design.label, width_in, SMALL_PT), loc="left", size=SMALL_PT, pad=3)
    for hour, day, hours, days in NIGHTS:
        for colour, width_pt in (("white", 2.2), (TEXT, 0.9)):  # seen on pale and on dark
            frame = Rectangle((hour, day), hours, days, fill=False, edgecolor=colour)
            frame.set(linewidth=width_pt, clip_on=False)
            axes.add_patch(frame)
    named = DAYS if first else ()
    axes.set_yticks(np.arange(len(named)) + 0.5, named, size=SMALL_PT - 0.5)
    axes.set_xticks(list(TICKS), [f"{hour}" if last else "" for hour in TICKS])
    axes.tick_params(axis="x", length=2)
    axes.set_ylabel("Day of the week", visible=False)  # the names say it
    if last:
        axes.set_xlabel("hour in which the call came", size=SMALL_PT)


def _alt(study: Study, panels: Panels) -> str:
    said = []
    for design in study.designs:
        week = panels[design.name, study.whole]
        seen = [(cell.value, hour) for hour, cell in enumerate(week) if not cell.missing]
        if seen:
            _, hour = min(seen)
            said.append(
                f"{design.label} worst on {DAYS[hour // 24]} at {hour % 24}:00 with "
                f"{week[hour].percent_in_words}"
            )
    tail = f" In {study.everybody}: {'; '.join(said)}." if said else ""
    return (
        "Coloured cells, 7 days by 24 hours, a panel for each force (one below another) and "
        f"design (side by side).{tail}"
    )
