"""A sweep whose points were drawn: each point's service level against each varied key.

Everything is varied at once, so what moves a mark up or down is mostly not the key below it; no
curve is drawn through them, because there is none in the results.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.estimate import duration
from sim.report.figures.across import Across
from sim.report.figures.style import (
    GRID,
    SMALL_PT,
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
    with_intervals,
)
from sim.report.figures.target import draw_target, limits
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep, sweep_of

STEM = "drawn"
MOST_KEYS = 24
COLUMNS = 3
LEFT_IN, GAP_IN, PANEL_IN, ABOVE_IN, BELOW_IN = 0.62, 0.22, 1.6, 0.16, 0.52


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure on the channel of the answer, the keys that matter most first."""
    sweep = sweep_of(study)
    if not sweep.sampled or not sweep.axes:
        return
    channel = study.main_channel
    axes = sorted(sweep.axes, key=lambda axis: -_strength(sweep, axis, channel))[:MOST_KEYS]
    title = f"{channel.promise}, {len(sweep.points)} points drawn over all that is varied"
    lines = [str(line) for line in range(-(-len(axes) // COLUMNS))]
    chunks = parts(lines, ABOVE_IN + PANEL_IN + BELOW_IN)
    for part, chunk in enumerate(chunks):
        here = axes[int(chunk[0]) * COLUMNS : (int(chunk[-1]) + 1) * COLUMNS]
        heading = part_title(title, part, len(chunks))
        yield Drawing(
            part_name(STEM, part),
            heading,
            _caption(sweep, len(axes)),
            f"A panel for each of {len(here)} varied keys with a mark for each of "
            f"{len(sweep.points)} points and {len(study.designs)} designs, in {study.everybody}. "
            f"The key that goes most with the service level is {axes[0].words}.",
            _figure(sweep, channel, here, heading),
        )


def _caption(sweep: Sweep, count: int) -> str:
    study = sweep.study
    said = (
        f"Each mark is one point and design, in {study.everybody}; the same points stand in every "
        "panel, each time above another key. All keys differ from mark to mark, so marks above "
        "one value differ because of the others. No line is drawn: these points form no curve. "
        "Keys are in the order of how strongly their ranks go with the service level under any "
        "design. Dashed: the target."
    )
    if count < len(sweep.axes):
        said += f" The first {count} of {len(sweep.axes)} keys are shown; all stand in summary.csv."
    return said + with_intervals(study, " Bars are 95% intervals.")


def _strength(sweep: Sweep, axis: Axis, channel: Channel) -> float:
    """Give the largest rank correlation (Spearman 1904) of an axis with any design's level."""
    ranks = {value: rank for rank, value in enumerate(axis.values)}
    across = np.array([ranks[sweep.value(point, axis)] for point in sweep.points], dtype=float)
    found = [0.0]
    for design in sweep.study.designs:
        levels = np.array(_levels(sweep, design, channel))[:, 0]
        order = np.argsort(np.argsort(levels, kind="stable"), kind="stable").astype(float)
        if np.ptp(levels) > 0 and not np.isnan(levels).any():
            found.append(abs(float(np.corrcoef(across, order)[0, 1])))
    return max(found)


def _levels(sweep: Sweep, design: DesignName, channel: Channel) -> list[tuple[float, float, float]]:
    """Give value and interval by point, for all forces together."""
    found = [sweep.level(p, design, sweep.study.whole, channel) for p in sweep.points]
    return [(level.value, level.low, level.high) for level in found]


def _figure(sweep: Sweep, channel: Channel, axes_here: Sequence[Axis], title: str) -> Figure:
    study = sweep.study
    step_in = ABOVE_IN + PANEL_IN + BELOW_IN
    lines = -(-len(axes_here) // COLUMNS)
    legend = design_legend(study.designs, marks=True)
    for entry in legend:
        entry.set_linestyle("none")
    sheet = Sheet(title, step_in * lines, legend, footer(study, intervals(study, "Bars")))
    width_in = (WIDTH_IN - LEFT_IN - 0.15 - GAP_IN * (COLUMNS - 1)) / COLUMNS
    every = [
        end
        for design in study.designs
        for point in sweep.points
        for end in sweep.level(point, design, study.whole, channel).ends
    ]
    for place, axis in enumerate(axes_here):
        line, column = divmod(place, COLUMNS)
        axes = sheet.panel(
            LEFT_IN + column * (width_in + GAP_IN), ABOVE_IN + line * step_in, width_in, PANEL_IN
        )
        axes.set_ylim(limits(every, channel))
        _panel(axes, sweep, axis, channel)
        if not axis.numeric:
            Across.of(axis).draw(axes, width_in)
        words = fitted(axis.heading, width_in, SMALL_PT, lines=2)
        axes.set_xlabel(words, size=SMALL_PT)
        if column:
            axes.tick_params(axis="y", labelleft=False)
        else:
            within = fitted(f"% within {duration(channel.within_s)}", PANEL_IN, SMALL_PT)
            axes.set_ylabel(within, size=SMALL_PT)
    return sheet.figure


def _panel(axes: Axes, sweep: Sweep, axis: Axis, channel: Channel) -> None:
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    draw_target(axes, channel)
    numbers = dict(zip(axis.values, axis.numbers, strict=True))
    across = [numbers[sweep.value(point, axis)] for point in sweep.points]
    for design in sweep.study.designs:
        up = 100 * np.array(_levels(sweep, design, channel))
        colour = colour_of(design)
        axes.vlines(across, up[:, 1], up[:, 2], color=colour, alpha=0.5, linewidth=0.9)
        axes.plot(
            across,
            up[:, 0],
            color=colour,
            marker=marker_of(design),
            markersize=3,
            markeredgecolor="white",
            markeredgewidth=0.2,
            linestyle="none",
            alpha=0.85,
        )
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if axis.numeric:
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
