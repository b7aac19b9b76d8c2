"""The break-even handling penalty: up to which handle time sharing pays, design by design."""

from collections.abc import Iterator
from math import isnan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.experiment.penalty import BREAKS_EVEN, PAYS_AT_UPPER, Penalty
from sim.report.answer import quoted
from sim.report.estimate import listing
from sim.report.figures.style import (
    BAND,
    GRID,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    fitted,
    intervals,
    marker_of,
    part_name,
    part_title,
    parts,
    text_width_in,
)
from sim.report.penalties import about, ends, penalties
from sim.report.study import DesignName, Study

STEM = "break_even"
TITLE = "How much longer may a call from another force take?"
ROW_IN, ABOVE_IN, BELOW_IN, LABEL_MOST_IN, SAID_IN = 0.36, 0.12, 0.5, 2.3, 2.1
Found = list[tuple[DesignName, Penalty]]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure; none where no break-even was searched for."""
    found = penalties(study)
    if not found:
        return
    places = [str(place) for place in range(len(found))]
    chunks = parts(places, ROW_IN, ABOVE_IN + BELOW_IN)
    for number, chunk in enumerate(chunks):
        here = [found[int(place)] for place in chunk]
        heading = part_title(TITLE, number, len(chunks))
        yield Drawing(
            part_name(STEM, number),
            heading,
            "Mark: the break-even, how many times as long as a call of the room's own a call from "
            "another force may take before sharing pays no more. Judged by "
            f"{about(study, here[0][1])}, against {quoted(study.baseline)}. Bar: its 95% interval, "
            "the factors at which these weeks cannot tell whether sharing pays; an arrow: beyond "
            "the largest factor tried. Upright stroke: what the centre assumes. Left of the bar "
            "sharing pays, right of it it does not.",
            f"One row per design on a scale of handle times: {listing([_said(*f) for f in here])}.",
            _figure(study, here, heading),
        )


def _figure(study: Study, found: Found, heading: str) -> Figure:
    sheet = Sheet(
        heading,
        ABOVE_IN + ROW_IN * len(found) + BELOW_IN,
        [
            Line2D([], [], color=TEXT, marker="o", label="break-even and its 95% interval"),
            Line2D(
                [], [], color=TEXT, marker="|", markersize=11, linestyle="none", label="assumed"
            ),
        ],
        f"Simulation {study.name}, {study.runs(found[0][1].replications)} per factor. "
        f"{intervals(study, 'Bars')}.",
    )
    widest_in = max(text_width_in(design.label) for design, _ in found)
    label_in = min(LABEL_MOST_IN, widest_in) + 0.25
    width_in = WIDTH_IN - label_in - SAID_IN - 0.1
    axes = sheet.panel(label_in, ABOVE_IN, width_in, ROW_IN * len(found))
    upper = found[0][1].upper
    axes.set_xlim(1.0 - 0.02 * (upper - 1), upper + 0.02 * (upper - 1))
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    for place, (design, penalty) in enumerate(found):
        if place % 2 == 0:
            axes.axhspan(place - 0.5, place + 0.5, color=BAND, linewidth=0, zorder=0)
        _row(axes, place, design, penalty)
        axes.annotate(
            fitted(_numbers(penalty), SAID_IN - 0.12, SMALL_PT, lines=2),
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            size=SMALL_PT,
        )
    labels = [fitted(design.label, LABEL_MOST_IN, lines=2) for design, _ in found]
    axes.set_yticks(range(len(found)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("Design", visible=False)  # the names say it
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
    words = "handle time of a call from another force (times as long as one's own)"
    axes.set_xlabel(fitted(words, width_in, SMALL_PT + 0.5), size=SMALL_PT + 0.5)
    return sheet.figure


def _row(axes: Axes, place: int, design: DesignName, penalty: Penalty) -> None:
    colour = colour_of(design)
    low = penalty.upper if isnan(penalty.ci_low) else penalty.ci_low
    high = penalty.upper if isnan(penalty.ci_high) else penalty.ci_high
    if low < high:
        axes.plot([low, high], [place, place], color=colour, linewidth=2.2, marker="|", ms=9)
    if isnan(penalty.ci_high):
        axes.plot([penalty.upper], [place], color=colour, marker=">", markersize=6, clip_on=False)
    if penalty.verdict == BREAKS_EVEN:
        axes.plot(
            [penalty.break_even],
            [place],
            color=colour,
            marker=marker_of(design),
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.4,
        )
    elif penalty.verdict != PAYS_AT_UPPER:
        axes.plot([1.0], [place], color=colour, marker="x", markersize=7, clip_on=False)
    if not isnan(penalty.declared):
        axes.plot([penalty.declared], [place], color=TEXT, marker="|", markersize=13)


def _numbers(penalty: Penalty) -> str:
    """Give the break-even and its interval in brief."""
    low, high = ends(penalty)
    if penalty.verdict == BREAKS_EVEN:
        return f"{penalty.break_even:.2f} ({low} to {high})"
    if penalty.verdict == PAYS_AT_UPPER:
        return f"pays even at {penalty.upper:g}"
    return "does not pay even at 1"


def _said(design: DesignName, penalty: Penalty) -> str:
    return f"{design.label} {_numbers(penalty)}"
