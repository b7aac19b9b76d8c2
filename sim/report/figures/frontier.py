"""Handlers against service level: what each design makes of the people it has."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.estimate import Estimate, duration, listing, number, percent_number
from sim.report.figures.style import (
    GRID,
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
    shown,
    with_intervals,
)
from sim.report.figures.target import draw_target, limits
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Sweep, sweep_of

STEM = "handlers"
MOST_PANELS = 8  # with more forces, all of them together alone
LEFT_IN, GAP_IN, ABOVE_IN, BELOW_IN = 0.7, 0.55, 0.34, 0.5
LARGE_IN, SMALL_IN, COLUMNS = 3.0, 1.7, 3
FAINT = 0.35

Place = tuple[float, Estimate]  # handlers and what they reach


def drawings(study: Study) -> Iterator[Drawing]:
    """Give a figure for each channel; none where handlers do not differ between the points."""
    sweep = sweep_of(study)
    if not sweep.axes or not sweep.staff_varies(sweep.points):
        return
    for channel in study.channels:
        target = percent_number(channel.target_share, 0)
        title = f"{channel.promise} (target {target}%), against handlers at the desk"
        rows = study.rows if len(study.rows) <= MOST_PANELS else study.rows[:1]
        yield Drawing(
            f"{STEM}_{study.slug(channel)}",
            title,
            _caption(sweep, rows),
            _alt(sweep, channel),
            _figure(sweep, channel, rows, title),
        )


def _caption(sweep: Sweep, rows: Sequence[str]) -> str:
    study = sweep.study
    said = (
        "One mark for each design and point of the sweep: across, the handlers at the desk on "
        "average over the week (leave, breaks and sickness taken off); up, the share answered in "
        "time. Further left and higher is better. Dashed: the target."
    )
    if not sweep.sampled:
        said += " The line joins a design's points as the handlers change"
        if len(sweep.staff_axes) > 1:
            said += " (those that no other beats with as few of them)"
        others = [axis for axis in sweep.axes if axis not in sweep.staff_axes]
        if others:
            said += (
                f" and all else stays; faint: other values of {listing([a.words for a in others])}"
            )
        said += f".{sweep.held(*sweep.staff_axes)}"
    if len(study.forces) > 1:
        said += (
            " In a force's panel handlers are those of its own room, whoever's calls they answer."
        )
    if len(rows) < len(study.rows):
        said += f" The {len(study.forces)} forces one by one stand in summary.csv (staffed_h)."
    return said + with_intervals(study, " Bars are 95% intervals.")


def _alt(sweep: Sweep, channel: Channel) -> str:
    study = sweep.study
    said = []
    for design in study.designs:
        best = _joined(sweep, design, study.whole, channel)
        if best:
            (few, low), (many, high) = best[0], best[-1]
            said.append(
                f"{design.label} from {low.percent_in_words} with {number(few, 1)} handlers to "
                f"{high.percent_in_words} with {number(many, 1)}"
            )
    return (
        f"Marks of handlers at the desk against the share of {channel.promise}, a line for each "
        f"design. In {study.everybody}: {listing(said)}."
    )


def frontier(places: Sequence[Place]) -> list[Place]:
    """Give the places that no other beats with as few handlers, from few to many.

    >>> a, b, c = (1.0, Estimate(0.7)), (2.0, Estimate(0.6)), (3.0, Estimate(0.9))
    >>> frontier([b, c, a]) == [a, c]
    True
    """
    kept: list[Place] = []
    for handlers, level in sorted(places, key=lambda place: (place[0], -place[1].value)):
        if not kept or level.value > kept[-1][1].value:
            kept.append((handlers, level))
    return kept


def _joined(sweep: Sweep, design: DesignName, row: str, channel: Channel) -> list[Place]:
    """Give the places that a line may join: all else as in the rest of the report."""
    if sweep.sampled:
        return []
    held = list(sweep.along(*sweep.staff_axes).values())
    places = _places(sweep, design, row, channel, held)
    one = len(sweep.staff_axes) == 1
    return sorted(places, key=lambda place: place[0]) if one else frontier(places)


def _places(
    sweep: Sweep, design: DesignName, row: str, channel: Channel, points: Sequence[int]
) -> list[Place]:
    found = [
        (sweep.handlers(point, design, row), sweep.level(point, design, row, channel))
        for point in points
    ]
    return [
        (handlers, level) for handlers, level in found if not (np.isnan(handlers) or level.missing)
    ]


def _figure(sweep: Sweep, channel: Channel, rows: Sequence[str], title: str) -> Figure:
    study = sweep.study
    legend = design_legend(study.designs, marks=True, dashes=True)
    whole, each = rows[:1], rows[1:]
    columns = min(len(each), COLUMNS) or 1
    lines = -(-len(each) // columns)
    large_in = ABOVE_IN + LARGE_IN + BELOW_IN
    step_in = ABOVE_IN + SMALL_IN + BELOW_IN
    foot = footer(study, intervals(study, "Bars"))
    sheet = Sheet(title, large_in + step_in * lines, legend, foot)
    full_in = WIDTH_IN - LEFT_IN - 0.15
    half_in = (full_in - GAP_IN * (columns - 1)) / columns
    ends = _limits(sweep, channel, rows)
    for number_, row in enumerate((*whole, *each)):
        line, column = divmod(number_ - 1, columns) if number_ else (0, 0)
        axes = sheet.panel(
            LEFT_IN + column * (half_in + GAP_IN),
            ABOVE_IN if not number_ else large_in + line * step_in + ABOVE_IN,
            half_in if number_ else full_in,
            SMALL_IN if number_ else LARGE_IN,
        )
        axes.set_ylim(ends)
        _panel(axes, sweep, channel, row)
        axes.set_title(fitted(shown(row), half_in, weight="bold"), loc="left", weight="bold", pad=4)
        axes.set_xlabel(
            fitted("handlers at the desk, mean of the week", half_in, SMALL_PT), size=SMALL_PT
        )
        within = f"% within {duration(channel.within_s)}"
        axes.set_ylabel(fitted(within, SMALL_IN, SMALL_PT), size=SMALL_PT)
    return sheet.figure


def _panel(axes: Axes, sweep: Sweep, channel: Channel, row: str) -> None:
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    draw_target(axes, channel)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    for design in sweep.study.designs:
        best = _joined(sweep, design, row, channel)
        places = _places(sweep, design, row, channel, sweep.points)
        colour = colour_of(design)
        style: dict[str, Any] = {
            "color": colour,
            "marker": marker_of(design),
            "markersize": 4.5,
            "markeredgecolor": "white",
            "markeredgewidth": 0.3,
        }
        rest = [place for place in places if place not in best]
        for some, alpha, line in ((rest, FAINT, "none"), (best, 1.0, dashes_of(design))):
            if not some:
                continue
            across = [handlers for handlers, _ in some]
            up = 100 * np.array([[level.value, level.low, level.high] for _, level in some])
            axes.vlines(across, up[:, 1], up[:, 2], color=colour, alpha=alpha, linewidth=1.4)
            axes.plot(across, up[:, 0], alpha=alpha, linestyle=line, **style)


def _limits(sweep: Sweep, channel: Channel, rows: Sequence[str]) -> tuple[float, float]:
    """Give the ends of the upright axis in percent, the same in every panel."""
    levels = [
        end
        for design in sweep.study.designs
        for row in rows
        for _, level in _places(sweep, design, row, channel, sweep.points)
        for end in level.ends
    ]
    return limits(levels, channel, 0.05)
