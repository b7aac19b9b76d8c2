"""How long callers wait: the share answered by each moment, on a logarithmic axis."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from sim.report.answer import in_sentence
from sim.report.estimate import duration, listing
from sim.report.figures.style import (
    GRID,
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    dashes_of,
    design_legend,
    fitted,
    footer,
    intervals,
    part_name,
    part_title,
    parts,
    shown,
    with_intervals,
)
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

MARKED_S = (10.0, 30.0)
TICKS_S = (1, 10, 30, 120, 600, 3600)
PANEL_IN, ABOVE_IN, BELOW_IN = 1.75, 0.42, 0.5
LEFT_IN, GAP_IN = 0.6, 0.35


def drawings(study: Study) -> Iterator[Drawing]:
    """Give a figure per channel, in parts where there are many forces."""
    for channel in study.channels:
        title = f"How soon {in_sentence(channel.contacts)} are answered"
        columns = _columns(len(study.rows))
        line_in = (ABOVE_IN + PANEL_IN + BELOW_IN) / columns
        chunks = parts(study.rows, line_in) if len(study.rows) > columns else [list(study.rows)]
        for number, rows in enumerate(chunks):
            heading = part_title(title, number, len(chunks))
            yield Drawing(
                part_name(f"answer_times_{study.slug(channel)}", number),
                heading,
                "Each line climbs to the share of all contacts offered that were answered by that "
                "moment (dots: known; between them the line only joins); what is missing from "
                "100% at the right gave up. "
                + with_intervals(study, "The band around a line is its 95% interval. ")
                + f"Marked: {_marks_in_words(channel)}. The time axis is logarithmic: each step "
                "to the right is so many times longer, not so many seconds. "
                f"The upright axis starts at {_lowest(study, channel)}%.",
                _alt(study, channel),
                _figure(study, channel, heading, rows, columns),
            )


def _columns(panels: int) -> int:
    return min(panels, 2 if panels <= 4 else 3)  # noqa: PLR2004 - two by two


def _marks_s(channel: Channel) -> list[float]:
    return sorted({*MARKED_S, channel.within_s})


def _marks_in_words(channel: Channel) -> str:
    others = [duration(mark) for mark in _marks_s(channel) if mark != channel.within_s]
    return f"{listing(others)}, and (heavier) the {duration(channel.within_s)} promised"


def _figure(study: Study, channel: Channel, title: str, rows: list[str], columns: int) -> Figure:
    lines = -(-len(rows) // columns)
    height_in = lines * (ABOVE_IN + PANEL_IN + BELOW_IN)
    sheet = Sheet(
        title,
        height_in,
        design_legend(_with_contacts(study, channel), marks=False),
        footer(study, intervals(study, "Bands")),
    )
    width_in = (WIDTH_IN - LEFT_IN - 0.15 - GAP_IN * (columns - 1)) / columns
    lowest = _lowest(study, channel)
    for number, row in enumerate(rows):
        line, column = divmod(number, columns)
        axes = sheet.panel(
            LEFT_IN + column * (width_in + GAP_IN),
            ABOVE_IN + line * (ABOVE_IN + PANEL_IN + BELOW_IN),
            width_in,
            PANEL_IN,
        )
        axes.set_ylim(lowest, 101)
        _panel(axes, study, channel, row)
        heading = fitted(shown(row), width_in, weight="bold")
        axes.set_title(heading, loc="left", weight="bold", pad=13)
        axes.set_xlabel("answered within … seconds")
        if column == 0:
            axes.set_ylabel("% of contacts offered")
        else:
            axes.tick_params(labelleft=False)
    return sheet.figure


def _with_contacts(study: Study, channel: Channel) -> Sequence[DesignName]:
    """Give the designs that have a line; all where none has."""
    whole = study.whole
    there = [
        design
        for design in study.designs
        if not study.estimate(design.name, whole, channel.name, SERVICE_LEVEL).missing
    ]
    return there or study.designs


def _panel(axes: Axes, study: Study, channel: Channel, row: str) -> None:
    axes.set_xscale("log")
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    for mark_s in _marks_s(channel):
        own = mark_s == channel.within_s
        side = "center" if own else "left" if mark_s > channel.within_s else "right"
        axes.axvline(
            mark_s,
            color=TEXT if own else QUIET,
            linewidth=1.2 if own else 0.7,
            linestyle=(0, (4, 2)),
        )
        axes.annotate(
            duration(mark_s),
            (mark_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha=side,
            va="bottom",
            size=SMALL_PT,
            weight="bold" if own else "normal",
        )
    seen = [_curve(axes, study, channel, row, design) for design in study.designs]
    axes.set_xlim(1, max(TICKS_S))
    axes.xaxis.set_major_locator(FixedLocator(TICKS_S))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{tick}" for tick in TICKS_S])
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if not any(seen):
        axes.text(0.5, 0.5, "no contacts", ha="center", transform=axes.transAxes, color=QUIET)


def _lowest(study: Study, channel: Channel) -> int:
    """Give where the upright axis starts, in percent, the same for every force."""
    lows = [
        estimate.low if estimate.has_interval else estimate.value
        for design in study.designs
        for row in study.rows
        for within_s in study.answered_within_s[:1]
        if not (
            estimate := study.estimate(
                design.name, row, channel.name, f"answered_within_{within_s}s"
            )
        ).missing
    ]
    return max(0, 10 * int(10 * min(lows) - 0.3)) if lows else 0


def _curve(axes: Axes, study: Study, channel: Channel, row: str, design: DesignName) -> bool:
    """Draw a design's line with its band, and tell whether there was anything to draw."""
    points = [
        (within_s, estimate)
        for within_s in study.answered_within_s
        if not (
            estimate := study.estimate(
                design.name, row, channel.name, f"answered_within_{within_s}s"
            )
        ).missing
    ]
    if not points:
        return False
    times_s = [within_s for within_s, _ in points]
    values = np.array([[e.value, e.low, e.high] for _, e in points]) * 100
    axes.plot(times_s, values[:, 0], color=colour_of(design), linestyle=dashes_of(design))
    axes.plot(times_s, values[:, 0], color=colour_of(design), linestyle="none", marker=".", ms=3.5)
    if np.isfinite(values).all():
        axes.fill_between(
            times_s, values[:, 1], values[:, 2], color=colour_of(design), alpha=0.2, linewidth=0
        )
    return True


def _alt(study: Study, channel: Channel) -> str:
    shares = []
    for design in study.designs:
        by_mark = {
            mark: study.estimate(
                design.name, study.whole, channel.name, f"answered_within_{mark:g}s"
            )
            for mark in MARKED_S
        }
        words = [f"{e.percent_in_words} within {duration(mark)}" for mark, e in by_mark.items()]
        shares.append(f"{design.label} {listing(words)}")
    return (
        f"Rising lines, one per design, in a panel for each force. {channel.contacts} answered in "
        f"{study.everybody}: {'; '.join(shares)}."
    )
