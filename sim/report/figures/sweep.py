"""What a varied key does: service level against its value, with bands, beside the target."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.report.crossing import crossing
from sim.report.estimate import Estimate, duration, percent_number
from sim.report.figures.across import Across
from sim.report.figures.style import (
    GRID,
    QUIET,
    SMALL_PT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    dashes_of,
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
from sim.report.figures.target import draw_target, limits
from sim.report.needed import FEWEST_VALUES
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep, sweep_of

PANEL_IN, ABOVE_IN, BELOW_IN = 1.5, 0.34, 0.64
LEFT_IN, GAP_IN = 0.7, 0.6
MOST_ROWS = 6  # of forces with a panel for each channel; beyond, a small one for the answer's
MOST_SMALL, SMALL_COLUMNS, SMALL_PANEL_IN = 25, 5, 0.95
SMALL_ABOVE_IN, SMALL_GAP_IN, SMALL_BELOW_IN = 0.26, 0.16, 0.62
APART = 0.14  # of a step, between the marks of designs above one word


@dataclass(frozen=True)
class _Curves:
    """The curves along one axis, as panels show them."""

    sweep: Sweep
    axis: Axis

    @property
    def study(self) -> Study:
        return self.sweep.study

    @property
    def points(self) -> list[int]:
        return self.sweep.line(self.axis)

    @property
    def across(self) -> Across:
        return Across.of(self.axis)

    def levels(self, row: str, channel: Channel) -> list[list[Estimate]]:
        """Give the levels by design and value."""
        return [
            [self.sweep.level(point, design, row, channel) for point in self.points]
            for design in self.study.designs
        ]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the curves of each axis, the others as in the rest of the report."""
    sweep = sweep_of(study)
    if sweep.sampled:
        return
    for place, axis in enumerate(sweep.axes):
        curves, stem = _Curves(sweep, axis), f"varied_{place + 1}"
        if len(study.rows) <= MOST_ROWS:
            yield from _large(curves, stem, study.rows)
        else:
            yield from _large(curves, stem, study.rows[:1])
            yield _small(curves, f"{stem}_forces")


def _large(curves: _Curves, stem: str, rows: Sequence[str]) -> Iterator[Drawing]:
    """Give a panel for each of some forces and each channel."""
    axis = curves.axis
    title = f"Answered in time against {axis.words}"
    chunks = parts(rows, ABOVE_IN + PANEL_IN + BELOW_IN)
    for part, chunk in enumerate(chunks):
        heading = part_title(title, part, len(chunks))
        yield Drawing(
            part_name(stem, part),
            heading,
            _caption(curves),
            f"Lines, one per design, over {len(axis)} values of {axis.words}, in a panel for each "
            f"force and channel.{_ends(curves)}",
            _large_figure(curves, chunk, heading),
        )


def _caption(curves: _Curves) -> str:
    axis, keys = curves.axis, " and ".join(curves.axis.keys)
    sure = (
        " Bands are 95% intervals; a thick stroke on the target's line is the interval of where a "
        "design meets it."
        if axis.numeric
        else " Bars are 95% intervals."
    )
    return (
        f"The share answered in time, by {axis.words} ({keys})."
        f"{curves.sweep.held(axis)} Dashed: the target. Dotted: the value in the rest of this "
        f"report.{with_intervals(curves.study, sure)}"
    )


def _ends(curves: _Curves) -> str:
    """Say where the curves of everybody begin and end, for those who cannot see them."""
    channel, axis = curves.study.main_channel, curves.axis
    said = [
        f"{design.label} from {levels[0].percent_in_words} at {axis.labels[0]} to "
        f"{levels[-1].percent_in_words} at {axis.labels[-1]}"
        for design, levels in zip(
            curves.study.designs, curves.levels(curves.study.whole, channel), strict=True
        )
    ]
    return f" {channel.promise}, in {curves.study.everybody}: {'; '.join(said)}."


def _large_figure(curves: _Curves, rows: Sequence[str], title: str) -> Figure:
    study, step_in = curves.study, ABOVE_IN + PANEL_IN + BELOW_IN
    sheet = _sheet(curves, title, step_in * len(rows))
    columns = len(study.channels)
    width_in = (WIDTH_IN - LEFT_IN - 0.15 - GAP_IN * (columns - 1)) / columns
    for line, row in enumerate(rows):
        for column, channel in enumerate(study.channels):
            left_in = LEFT_IN + column * (width_in + GAP_IN)
            axes = sheet.panel(left_in, ABOVE_IN + line * step_in, width_in, PANEL_IN)
            axes.set_ylim(_limits(curves, study.rows, channel))
            _panel(axes, curves, row, channel)
            curves.across.draw(axes, width_in)
            heading = fitted(_heading(row, channel), width_in, lines=2, weight="bold")
            axes.set_title(heading, loc="left", weight="bold", pad=4)
            words = fitted(curves.across.words, width_in, SMALL_PT + 0.5, lines=2)
            axes.set_xlabel(words, size=SMALL_PT + 0.5)
            within = f"% within {duration(channel.within_s)}"
            axes.set_ylabel(fitted(within, PANEL_IN, SMALL_PT + 0.5), size=SMALL_PT + 0.5)
    return sheet.figure


def _heading(row: str, channel: Channel) -> str:
    return f"{shown(row)}: {channel.label}, target {percent_number(channel.target_share, 0)}%"


def _sheet(curves: _Curves, title: str, body_in: float) -> Sheet:
    study = curves.study
    legend = design_legend(study.designs, marks=True, dashes=True)
    return Sheet(
        title,
        body_in,
        legend,
        footer(study, intervals(study, "Bands" if curves.axis.numeric else "Bars")),
    )


def _small(curves: _Curves, stem: str) -> Drawing:
    """Give small panels for the channel of the answer, of the forces that are worst off."""
    study, channel = curves.study, curves.study.main_channel
    forces = sorted(study.forces, key=lambda force: _level_here(curves, force))[:MOST_SMALL]
    of_how_many = (
        f" The {len(forces)} of {len(study.forces)} forces with the lowest share under "
        f"{study.baseline.label}, the lowest first; the others stand in summary.csv."
        if len(forces) < len(study.forces)
        else f" Forces from the lowest share under {study.baseline.label} to the highest."
    )
    title = f"{channel.promise}, against {curves.axis.words}, force by force"
    return Drawing(
        stem,
        title,
        _caption(curves) + of_how_many,
        f"A small panel for each of {len(forces)} forces with a line per design over "
        f"{len(curves.axis)} values of {curves.axis.words}.",
        _small_figure(curves, forces, title),
    )


def _level_here(curves: _Curves, force: str) -> float:
    study = curves.study
    level = curves.sweep.level(study.point, study.baseline, force, study.main_channel)
    return 2.0 if level.missing else level.value  # nobody called: last


def _small_figure(curves: _Curves, forces: Sequence[str], title: str) -> Figure:
    channel = curves.study.main_channel
    step_in = SMALL_ABOVE_IN + SMALL_PANEL_IN
    lines = -(-len(forces) // SMALL_COLUMNS)
    sheet = _sheet(curves, title, lines * step_in + SMALL_BELOW_IN)
    inside_in = WIDTH_IN - LEFT_IN - 0.15
    width_in = (inside_in - SMALL_GAP_IN * (SMALL_COLUMNS - 1)) / SMALL_COLUMNS
    ends = _limits(curves, forces, channel)
    for place, force in enumerate(forces):
        line, column = divmod(place, SMALL_COLUMNS)
        left_in = LEFT_IN + column * (width_in + SMALL_GAP_IN)
        axes = sheet.panel(left_in, SMALL_ABOVE_IN + line * step_in, width_in, SMALL_PANEL_IN)
        axes.set_ylim(ends)
        _panel(axes, curves, force, channel)
        lowest = place + SMALL_COLUMNS >= len(forces)
        curves.across.draw(axes, width_in, named=lowest)
        name = fitted(force, width_in, SMALL_PT, weight="bold")
        axes.set_title(name, loc="left", size=SMALL_PT, weight="bold", pad=3)
        if lowest:
            words = fitted(curves.axis.heading, width_in, SMALL_PT, lines=2)
            axes.set_xlabel(words, size=SMALL_PT)
        if column:
            axes.tick_params(axis="y", labelleft=False)
        else:
            within = fitted(f"% within {duration(channel.within_s)}", SMALL_PANEL_IN, SMALL_PT)
            axes.set_ylabel(within, size=SMALL_PT)
    return sheet.figure


def _panel(axes: Axes, curves: _Curves, row: str, channel: Channel) -> None:
    study, across = curves.study, curves.across
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    draw_target(axes, channel)
    here = curves.axis.values.index(curves.sweep.value(study.point, curves.axis))
    axes.axvline(across.places[here], color=QUIET, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
    draw = _curve if curves.axis.numeric else _marks
    for design, levels in zip(study.designs, curves.levels(row, channel), strict=True):
        draw(axes, curves, channel, design, levels)


def _percent(levels: Sequence[Estimate]) -> NDArray[np.float64]:
    """Give values and both ends of their intervals, a line for each."""
    return 100 * np.array([[level.value, level.low, level.high] for level in levels])


def _curve(
    axes: Axes, curves: _Curves, channel: Channel, design: DesignName, levels: Sequence[Estimate]
) -> None:
    """Draw a line with its band, and on the target's line where it meets it."""
    numbers, across, colour = _percent(levels), curves.across, colour_of(design)
    axes.plot(
        across.places,
        numbers[:, 0],
        color=colour,
        linestyle=dashes_of(design),
        marker=marker_of(design),
        markersize=4,
        markeredgecolor="white",
        markeredgewidth=0.3,
    )
    axes.fill_between(
        across.places, numbers[:, 1], numbers[:, 2], color=colour, alpha=0.2, linewidth=0
    )
    if len(levels) < FEWEST_VALUES or curves.axis.whole:
        return
    found = crossing(curves.axis.numbers, levels, channel.target_share)
    if found.between is None and np.isfinite(found.low + found.value + found.high):
        ends = [across.at(found.low), across.at(found.high)]
        target = [100 * channel.target_share] * 2
        axes.plot(ends, target, color=colour, linewidth=4.5, solid_capstyle="butt")


def _marks(
    axes: Axes, curves: _Curves, _: Channel, design: DesignName, levels: Sequence[Estimate]
) -> None:
    """Draw a mark with its interval above each word, the designs side by side."""
    numbers, colour = _percent(levels), colour_of(design)
    aside = APART * (design.index - (len(curves.study.designs) - 1) / 2)
    places = [place + aside for place in curves.across.places]
    axes.vlines(places, numbers[:, 1], numbers[:, 2], color=colour, linewidth=1.6)
    axes.plot(
        places,
        numbers[:, 0],
        color=colour,
        linestyle="none",
        marker=marker_of(design),
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=0.3,
    )


def _limits(curves: _Curves, rows: Sequence[str], channel: Channel) -> tuple[float, float]:
    """Give the ends of the upright axis in percent, the same for all these forces."""
    found = [level for row in rows for line in curves.levels(row, channel) for level in line]
    return limits([end for level in found for end in level.ends], channel)
