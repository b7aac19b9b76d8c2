"""The ladder of designs: how each force's service level goes from one design to the next."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.estimate import Estimate, duration, listing, percent_number
from sim.report.figures.style import (
    GRID,
    LOAD,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    design_legend,
    fitted,
    footer,
    intervals,
    marker_of,
    part_name,
    part_title,
    parts,
    shown,
    with_intervals,
)
from sim.report.study import SERVICE_LEVEL, DesignName, Study

STEM = "ladder"
FEWEST_DESIGNS = 3  # two are no ladder, and stand side by side elsewhere
LEFT_IN, GAP_IN, ABOVE_IN, BELOW_IN = 0.62, 0.16, 0.26, 0.42
FEW_PANELS, SOME_PANELS = 5, 12
TICK_IN = 0.17  # what the number of a design needs


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure, in parts where there are many forces; none for fewer than 3 designs."""
    if len(study.designs) < FEWEST_DESIGNS:
        return
    title = f"The ladder of designs: {study.main_channel.promise}"
    columns, height_in = _grid(len(study.rows))
    lines = [str(line) for line in range(-(-len(study.rows) // columns))]
    chunks = parts(lines, ABOVE_IN + height_in, BELOW_IN)
    for number, chunk in enumerate(chunks):
        rows = study.rows[int(chunk[0]) * columns : (int(chunk[-1]) + 1) * columns]
        yield Drawing(
            part_name(STEM, number),
            part_title(title, number, len(chunks)),
            "One panel per force. From left to right the designs in the order of the experiment, "
            "numbered as in the legend; the dashed line is the target. A step up: more callers "
            "answered in time."
            + with_intervals(study, " Bars are 95% intervals.")
            + " The grey line only leads the eye from one design to the next.",
            _alt(study),
            _figure(study, rows, columns, height_in, part_title(title, number, len(chunks))),
        )


def _grid(count: int) -> tuple[int, float]:
    """Give how many panels stand side by side, and how tall each is."""
    if count <= FEW_PANELS:
        return count, 2.0
    return (4, 1.5) if count <= SOME_PANELS else (6, 0.85)


def _figure(
    study: Study, rows: tuple[str, ...], columns: int, height_in: float, title: str
) -> Figure:
    lines = -(-len(rows) // columns)
    numbered = [replace(d, label=f"{d.index + 1} {d.label}") for d in study.designs]
    sheet = Sheet(
        title,
        lines * (ABOVE_IN + height_in) + BELOW_IN,
        design_legend(numbered, marks=True),
        footer(study, intervals(study, "Bars")),
    )
    width_in = (WIDTH_IN - LEFT_IN - 0.12 - GAP_IN * (columns - 1)) / columns
    limits = _limits(study)
    for place, row in enumerate(rows):
        line, column = divmod(place, columns)
        left_in = LEFT_IN + column * (width_in + GAP_IN)
        top_in = ABOVE_IN + line * (ABOVE_IN + height_in)
        axes = sheet.panel(left_in, top_in, width_in, height_in)
        _panel(axes, study, row)
        axes.set_ylim(limits)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        if column:
            axes.tick_params(axis="y", labelleft=False)
        else:
            within = duration(study.main_channel.within_s)
            axes.set_ylabel(fitted(f"% within {within}", height_in, SMALL_PT), size=SMALL_PT)
        lowest = place + columns >= len(rows)
        ticks = _ticks(len(study.designs), width_in) if lowest else [""] * len(study.designs)
        axes.set_xticks(range(len(ticks)), ticks)
        if lowest:
            axes.set_xlabel("design", size=SMALL_PT)
        name = fitted(shown(row), width_in, SMALL_PT + 0.5, weight="bold")
        axes.set_title(name, loc="left", size=SMALL_PT + 0.5, weight="bold", pad=3)
    return sheet.figure


def _ticks(count: int, width_in: float) -> list[str]:
    """Give the numbers of the designs, as many as there is room for."""
    every = -(-int(100 * TICK_IN * count) // int(100 * width_in))
    return [f"{place + 1}" if place % every == 0 else "" for place in range(count)]


def _panel(axes: Axes, study: Study, row: str) -> None:
    channel = study.main_channel
    axes.set_xlim(-0.6, len(study.designs) - 0.4)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axhline(100 * channel.target_share, color=TEXT, linewidth=1.0, linestyle=(0, (4, 2)))
    levels = [_level(study, design, row) for design in study.designs]
    steps = 100 * np.array([level.value for level in levels])
    axes.plot(range(len(steps)), steps, color=LOAD, linewidth=0.8, zorder=1.5)
    for step, (design, level) in enumerate(zip(study.designs, levels, strict=True)):
        if level.missing:
            continue
        colour = colour_of(design)
        if level.has_interval:
            ends = [100 * level.low, 100 * level.high]
            axes.plot([step, step], ends, color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(
            [step],
            [100 * level.value],
            color=colour,
            marker=marker_of(design),
            markersize=4.5,
            markeredgecolor="white",
            markeredgewidth=0.3,
            linestyle="none",
        )


def _level(study: Study, design: DesignName, row: str) -> Estimate:
    return study.estimate(design.name, row, study.main_channel.name, SERVICE_LEVEL)


def _limits(study: Study) -> tuple[float, float]:
    """Give the ends of the y axis in percent, the same in every panel and part."""
    ends = [study.main_channel.target_share]
    for design in study.designs:
        for row in study.rows:
            level = _level(study, design, row)
            known = (level.value, level.low, level.high) if level.has_interval else (level.value,)
            ends += [] if level.missing else known
    low, high = 100 * min(ends), 100 * max(ends)
    spare = max(0.06 * (high - low), 1.0)
    return max(low - spare, -1.0), min(high + spare, 101.0)


def _alt(study: Study) -> str:
    channel = study.main_channel
    said = [
        f"{design.label} {_level(study, design, study.whole).percent_in_words}"
        for design in study.designs
    ]
    return (
        f"One small panel per force with the share of {channel.promise} for each design, from left "
        f"to right, beside the target of {percent_number(channel.target_share, 0)}%. In "
        f"{study.everybody}: {listing(said)}."
    )
