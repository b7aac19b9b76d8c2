"""Winners and losers: per design, the forces from the one that gains most to the worst off."""

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.accounts import Account, compared_designs
from sim.report.estimate import listing
from sim.report.figures.style import (
    BAND,
    BODY_PT,
    GRID,
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    fitted,
    footer,
    intervals,
    marker_of,
    part_name,
    part_title,
    parts,
    text_width_in,
    with_intervals,
)
from sim.report.study import DesignName, Study

STEM = "winners"
LABEL_MOST_IN, WEEKS_IN, GAP_IN = 1.5, 0.62, 0.3
ROW_IN, ABOVE_IN, BELOW_IN = 0.2, 0.5, 0.5
Books = list[tuple[DesignName, list[Account]]]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure, in parts where there are many designs; none without accounts."""
    found = compared_designs(study)
    if not found:
        return
    title = f"Winners and losers: {study.main_channel.promise}"
    lines = [found[start : start + 2] for start in range(0, len(found), 2)]
    line_in = ABOVE_IN + ROW_IN * max(len(books) for _, books in found) + BELOW_IN
    chunks = parts([str(line) for line in range(len(lines))], line_in)
    for number, chunk in enumerate(chunks):
        here = [lines[int(line)] for line in chunk]
        heading = part_title(title, number, len(chunks))
        yield Drawing(
            part_name(STEM, number),
            heading,
            "One panel per design, the force that gains most first, the worst off last. Right of "
            "the line a force gains, left of it it loses. A filled mark: surely so; an open one: "
            "no difference, or too close to call. On the right: in how many of the simulated weeks "
            f"fewer callers are answered in time than with {study.baseline.label}."
            + with_intervals(study, " Bars are 95% intervals, each for one force by itself."),
            _alt(study, found),
            _figure(study, here, heading, line_in, _limits(found)),
        )


def ranked(books: list[Account]) -> list[Account]:
    """Give the accounts whose gain is known, the largest first."""
    known = [account for account in books if not account.gain.missing]
    return sorted(known, key=lambda account: -account.gain.value)


def _figure(
    study: Study, lines: list[Books], heading: str, line_in: float, limits: tuple[float, float]
) -> Figure:
    sheet = Sheet(heading, line_in * len(lines), (), footer(study, intervals(study, "Bars")))
    columns = max(len(line) for line in lines)
    widest_in = max(text_width_in(force, SMALL_PT) for force in study.forces)
    label_in = min(LABEL_MOST_IN, widest_in) + 0.22
    whole_in = (WIDTH_IN - 0.1 - GAP_IN * (columns - 1)) / columns
    width_in = whole_in - label_in - WEEKS_IN
    for number, line in enumerate(lines):
        for column, (design, books) in enumerate(line):
            left_in = label_in + column * (whole_in + GAP_IN)
            top_in = number * line_in + ABOVE_IN
            forces = ranked(books)
            axes = sheet.panel(left_in, top_in, width_in, ROW_IN * len(forces))
            _panel(axes, design, forces, limits)
            labels = [fitted(account.force, LABEL_MOST_IN, SMALL_PT) for account in forces]
            axes.set_yticks(range(len(forces)), labels)
            axes.set_ylabel("Force", visible=False)  # the names say it
            words = f"points against {study.baseline.label}"
            axes.set_xlabel(fitted(words, width_in, SMALL_PT), size=SMALL_PT)
            name = fitted(design.label, whole_in - 0.1, weight="bold")
            sheet.heading(name, left_in - label_in + 0.12, top_in - 0.26, BODY_PT)
            axes.annotate(
                "weeks worse",
                (1.0, 1.0),
                xycoords="axes fraction",
                xytext=(72 * WEEKS_IN, 3),
                textcoords="offset points",
                ha="right",
                size=SMALL_PT - 1,
                color=QUIET,
            )
    return sheet.figure


def _panel(
    axes: Axes, design: DesignName, forces: list[Account], limits: tuple[float, float]
) -> None:
    axes.set_ylim(len(forces) - 0.5, -0.5)
    axes.set_xlim(limits)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    for place in range(0, len(forces), 2):
        axes.axhspan(place - 0.5, place + 0.5, color=BAND, linewidth=0, zorder=0)
    axes.axvline(0.0, color=TEXT, linewidth=1.0, linestyle=(0, (4, 2)))
    colour = colour_of(design)
    for place, account in enumerate(forces):
        gain = account.gain
        if gain.has_interval:
            ends = [100 * gain.low, 100 * gain.high]
            axes.plot(ends, [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(
            [100 * gain.value],
            [place],
            color=colour,
            marker=marker_of(design),
            markerfacecolor=colour if gain.sign else "white",
            markersize=5,
            linestyle="none",
        )
        axes.annotate(
            account.weeks_worse,
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(72 * WEEKS_IN, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            size=SMALL_PT,
        )


def _limits(found: Books) -> tuple[float, float]:
    """Give the ends of the x axis in points, the same in every panel."""
    ends = [0.0]
    for _, books in found:
        for account in ranked(books):
            gain = account.gain
            ends += [gain.value, *((gain.low, gain.high) if gain.has_interval else ())]
    low, high = 100 * min(ends), 100 * max(ends)
    spare = max(0.06 * (high - low), 0.5)
    return low - spare, high + spare


def _alt(study: Study, found: Books) -> str:
    said = []
    for design, books in found:
        forces = ranked(books)
        ends = dict.fromkeys((forces[0], forces[-1]))
        points = [f"{a.force} {a.gain.points} points ({a.gain.points_interval})" for a in ends]
        said.append(f"{design.label}: from {' to '.join(points)}")
    return (
        f"Forces in order of their change in {study.main_channel.promise}, one panel per design. "
        f"{listing(said)}."
    )
