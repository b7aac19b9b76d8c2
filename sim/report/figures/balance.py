"""Exchange balance: handler hours that each force's rooms give to others, and get from them."""

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.accounts import Balance, lending_designs
from sim.report.estimate import Estimate, listing
from sim.report.figures.style import (
    BODY_PT,
    GRID,
    LOAD,
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
    part_name,
    part_title,
    parts,
    text_width_in,
    with_intervals,
)
from sim.report.quantities import size_in_brief
from sim.report.study import DesignName, Study

STEM = "balance"
TITLE = "Exchange balance: handler hours given and received"
LABEL_MOST_IN, GAP_IN = 1.6, 0.3
FEW_FORCES, TALL_IN, LOW_IN = 12, 0.34, 0.2
ABOVE_IN, BELOW_IN = 0.34, 0.5
BAR = 0.66  # of a row
Books = list[tuple[DesignName, list[Balance]]]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure, in parts where there are many designs; none where nobody works for others.

    Shown are the designs other than the baseline, which the accounts are about.
    """
    found = lending_designs(study)
    lines = [found[start : start + 2] for start in range(0, len(found), 2)]
    row_in = TALL_IN if len(study.forces) <= FEW_FORCES else LOW_IN
    line_in = ABOVE_IN + row_in * len(study.forces) + BELOW_IN
    chunks = parts([str(line) for line in range(len(lines))], line_in) if lines else []
    for number, chunk in enumerate(chunks):
        here = [lines[int(line)] for line in chunk]
        heading = part_title(TITLE, number, len(chunks))
        yield Drawing(
            part_name(STEM, number),
            heading,
            "Coloured, to the right: hours a week that a force's rooms work for callers of other "
            "forces. Grey, to the left: hours that others work for its callers. The diamond is "
            "the balance: right of the line a force gives more than it gets, left of it it is "
            "helped. Hours are as long as calls take where they are answered, longer handling of "
            "another force's calls included."
            + with_intervals(study, " Whiskers are 95% intervals."),
            _alt(found),
            _figure(study, here, heading, row_in, _limit_h(found)),
        )


def _figure(
    study: Study, lines: list[Books], heading: str, row_in: float, limit_h: tuple[float, float]
) -> Figure:
    body_in = row_in * len(study.forces)
    line_in = ABOVE_IN + body_in + BELOW_IN
    sheet = Sheet(
        heading,
        line_in * len(lines),
        _legend([design for line in lines for design, _ in line]),
        footer(study, intervals(study, "Whiskers")),
    )
    widest_in = max(text_width_in(force, SMALL_PT) for force in study.forces)
    label_in = min(LABEL_MOST_IN, widest_in) + 0.22
    columns = max(len(line) for line in lines)
    width_in = (WIDTH_IN - label_in - 0.15 - GAP_IN * (columns - 1)) / columns
    for number, line in enumerate(lines):
        for column, (design, books) in enumerate(line):
            left_in = label_in + column * (width_in + GAP_IN)
            top_in = number * line_in + ABOVE_IN
            axes = sheet.panel(left_in, top_in, width_in, body_in)
            _panel(axes, design, books, limit_h)
            names = [fitted(book.force, LABEL_MOST_IN, SMALL_PT) for book in books]
            axes.set_yticks(range(len(books)), names if column == 0 else [""] * len(names))
            axes.tick_params(axis="y", length=0)
            if column == 0:
                axes.set_ylabel("Force", visible=False)  # the names say it
            words = "handler hours a week: received (left), given (right)"
            axes.set_xlabel(fitted(words, width_in, SMALL_PT), size=SMALL_PT)
            name = fitted(design.label, width_in, weight="bold")
            sheet.heading(name, left_in, top_in, BODY_PT)
    return sheet.figure


def _legend(designs: list[DesignName]) -> list[Line2D]:
    given = [
        Line2D(
            [],
            [],
            color=colour_of(design),
            linewidth=6,
            solid_capstyle="butt",
            label=fitted(f"given: {design.label}", 3.6, SMALL_PT + 0.5),
        )
        for design in designs
    ]
    return [
        *given,
        Line2D([], [], color=LOAD, linewidth=6, solid_capstyle="butt", label="received"),
        Line2D([], [], color=TEXT, marker="D", linestyle="none", label="balance"),
    ]


def _panel(
    axes: Axes, design: DesignName, books: list[Balance], limit_h: tuple[float, float]
) -> None:
    axes.set_ylim(len(books) - 0.5, -0.5)
    axes.set_xlim(limit_h)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hours, _: f"{abs(hours):,.0f}"))
    axes.axvline(0.0, color=QUIET, linewidth=0.8)
    colour = colour_of(design)
    for place, book in enumerate(books):
        _bar(axes, place, book.given, 1, colour)
        _bar(axes, place, book.received, -1, LOAD)
        if book.net.missing:
            continue
        if book.net.has_interval:
            axes.plot([book.net.low, book.net.high], [place, place], color=TEXT, linewidth=1.4)
        axes.plot(
            [book.net.value],
            [place],
            color=TEXT,
            marker="D",
            markersize=4,
            markeredgecolor="white",
            markeredgewidth=0.5,
            linestyle="none",
        )


def _bar(axes: Axes, place: int, hours: Estimate, side: int, colour: str) -> None:
    """Draw hours as a bar to one side, their interval as a whisker at its upper edge."""
    if hours.missing:
        return
    axes.barh(place, side * hours.value, height=BAR, color=colour, alpha=0.55, linewidth=0)
    if hours.has_interval and hours.high > 0:
        edge = place - 0.25 * BAR
        ends = [side * hours.low, side * hours.high]
        axes.plot(ends, [edge, edge], color=colour if side > 0 else QUIET, linewidth=1.2)


def _limit_h(found: Books) -> tuple[float, float]:
    """Give the ends of the x axis in hours, the same in every panel."""
    sides = []
    for side in (1, -1):
        hours = [book.given if side > 0 else book.received for _, books in found for book in books]
        known = [h.high if h.has_interval else h.value for h in hours if not h.missing]
        sides.append(1.06 * max(known, default=1.0))
    return -sides[1], sides[0]


def _alt(found: Books) -> str:
    said = []
    for design, books in found:
        known = [book for book in books if not book.net.missing]
        if known:
            most = max(known, key=lambda book: book.net.value)
            said.append(
                f"under {design.label} the largest net giver is {most.force}, "
                f"{size_in_brief(most.net, 'h')} a week"
                if most.net.value > 0
                else f"under {design.label} no force gives more than it gets"
            )
    return (
        "Bars to the right for hours given and to the left for hours received, one row per force, "
        f"one panel per design. {listing(said).capitalize()}."
    )
