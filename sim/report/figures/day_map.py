"""When in the day the target is missed: what is drawn where a week each would be too much."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.report.estimate import MISSING, Estimate
from sim.report.figures.heat_scale import NOBODY_SAID, SCALE_IN, Scale, sureness
from sim.report.figures.style import (
    BODY_PT,
    SMALL_PT,
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
from sim.report.study import SERVICE_LEVEL, Channel, Study

HOURS = range(24)
HEADING_IN, PAD_IN = 0.26, 0.1
MANY_LINES = 96  # from here on cells are small and without numbers
AXIS_IN = 0.5
LABEL_MOST_IN = 2.1


@dataclass(frozen=True)
class _Look:
    """How large a cell is, and whether its number stands in it."""

    cell_in: float
    label_pt: float
    numbers: bool

    @classmethod
    def of(cls, study: Study) -> "_Look":
        """Give what there is room for."""
        if len(study.rows) * len(study.designs) > MANY_LINES:
            return cls(0.125, SMALL_PT - 1, numbers=False)
        return cls(0.23, SMALL_PT, numbers=True)

    def block_in(self, study: Study) -> float:
        """Height of a force's block, its heading included."""
        return HEADING_IN + self.cell_in * len(study.designs) + PAD_IN


def drawings(study: Study, channel: Channel, stem: str, why: str) -> Iterator[Drawing]:
    """Give a channel's figure, in parts of a page; its caption says `why` it is no week."""
    title = f"{channel.promise}, by hour of the day"
    look = _Look.of(study)
    chunks = parts(study.rows, look.block_in(study), SCALE_IN + AXIS_IN)
    sure = sureness(_all_hours(study, channel))
    for part, rows in enumerate(chunks):
        heading = part_title(title, part, len(chunks))
        yield Drawing(
            part_name(stem, part),
            heading,
            f"{why} Each cell is the percentage of {channel.promise}, of those that came in this "
            "hour of the day (0 is midnight to 1 am), over all days of the week. Pale is the "
            f"target, orange below it, blue above. {NOBODY_SAID} {sure}."
            + (
                ""
                if look.numbers
                else " The numbers stand in summary.csv (period hour_00 to hour_23)."
            ),
            _alt(study, channel),
            _figure(study, channel, heading, rows, look),
        )


def _hours(study: Study, channel: Channel, design: str, row: str) -> list[Estimate]:
    return [
        study.estimate(design, row, channel.name, SERVICE_LEVEL, f"hour_{hour:02d}")
        for hour in HOURS
    ]


def _all_hours(study: Study, channel: Channel) -> list[Estimate]:
    return [
        estimate
        for design in study.designs
        for row in study.rows
        for estimate in _hours(study, channel, design.name, row)
    ]


def _figure(study: Study, channel: Channel, title: str, rows: list[str], look: _Look) -> Figure:
    block_in = look.block_in(study)
    sheet = Sheet(
        title,
        SCALE_IN + block_in * len(rows) + AXIS_IN,
        (),
        footer(study, sureness(_all_hours(study, channel))),
    )
    labels = [fitted(design.label, LABEL_MOST_IN, look.label_pt) for design in study.designs]
    label_in = max(text_width_in(label, look.label_pt) for label in labels) + 0.3
    width_in = WIDTH_IN - label_in - 0.15
    scale = Scale.of(channel, _all_hours(study, channel))
    scale.draw(sheet, label_in)
    for place, row in enumerate(rows):
        top_in = SCALE_IN + block_in * place + HEADING_IN
        axes = sheet.panel(label_in, top_in, width_in, look.cell_in * len(study.designs))
        levels = np.array(
            [[e.value for e in _hours(study, channel, d.name, row)] for d in study.designs]
        )
        scale.cells(axes, levels)
        if look.numbers:
            _numbers(axes, levels, scale)
        heading = fitted(shown(row), width_in, weight="bold")
        axes.set_title(heading, loc="left", weight="bold", pad=4)
        axes.set_yticks(np.arange(len(labels)) + 0.5, labels, size=look.label_pt)
        axes.set_xticks([])
        axes.set_ylabel("Design", visible=False)  # the names say it
    axes.set_xticks(np.arange(24) + 0.5, [f"{hour}" for hour in HOURS])
    axes.set_xlabel("hour of the day in which the call came", size=BODY_PT)
    return sheet.figure


def _numbers(axes: Axes, levels: NDArray[np.float64], scale: Scale) -> None:
    for (line, hour), level in np.ndenumerate(levels):
        axes.text(
            hour + 0.5,
            line + 0.5,
            MISSING if np.isnan(level) else _whole(float(level)),
            ha="center",
            va="center_baseline",
            size=SMALL_PT - 0.5,
            color=scale.ink(float(level)),
        )


def _whole(level: float) -> str:
    """Give a percentage in whole numbers: 100 and 0 only where nothing is missing from them."""
    return f"{min(max(round(100 * level), level > 0), 99 + (level == 1))}"


def _alt(study: Study, channel: Channel) -> str:
    said = []
    for design in study.designs:
        hours = _hours(study, channel, design.name, study.whole)
        seen = [(e.value, hour, e) for hour, e in enumerate(hours) if not e.missing]
        if seen:
            _, hour, worst = min(seen, key=lambda item: item[:2])
            said.append(f"{design.label} worst at {hour}:00 with {worst.percent_in_words}")
    tail = f" In {study.everybody}: {'; '.join(said)}." if said else ""
    return f"Coloured cells for 24 hours, one line per design, a block for each force.{tail}"
