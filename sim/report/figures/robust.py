"""In what share of the assumption space each conclusion holds: a bar for each."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.experiment.robust.tables import Holding
from sim.report.figures.style import (
    COLOURS,
    GRID,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    fitted,
    part_name,
    part_title,
    parts,
)
from sim.report.robustness import claim, robustness, share
from sim.report.study import Study

STEM = "robust"
TITLE = "In what share of the assumption sets each conclusion holds"
ROW_IN, ABOVE_IN, BELOW_IN, LABEL_IN, SAID_IN, BAR = 0.5, 0.12, 0.5, 3.75, 1.5, 0.52
HOLDS, CANNOT_TELL, FAILS = COLOURS[0], "#d9d9d9", COLOURS[1]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure; none where no assumptions were drawn."""
    found = robustness(study)
    if found is None:
        return
    places = [str(place) for place in range(len(found.holdings))]
    chunks = parts(places, ROW_IN, ABOVE_IN + BELOW_IN)
    first = found.holdings[0]
    for number, chunk in enumerate(chunks):
        rows = [found.holdings[int(place)] for place in chunk]
        heading = part_title(TITLE, number, len(chunks))
        yield Drawing(
            part_name(STEM, number),
            heading,
            f"Each bar: {first.sets} sets of assumptions, drawn evenly over their declared ranges. "
            "Blue: the conclusion holds in the set. Orange, hatched: it fails. Grey between them: "
            "its weeks cannot tell. Line with ends: 95% interval of the share in which it holds. "
            "Shares of the ranges, not probabilities.",
            " ".join(f"{claim(study, row)}: holds in {_held(row)} of the sets." for row in rows),
            _figure(study, rows, heading),
        )


def _figure(study: Study, rows: Sequence[Holding], heading: str) -> Figure:
    first = rows[0]
    sheet = Sheet(
        heading,
        ABOVE_IN + ROW_IN * len(rows) + BELOW_IN,
        [
            Patch(facecolor=HOLDS, label="holds"),
            Patch(facecolor=CANNOT_TELL, label="these weeks cannot tell"),
            Patch(facecolor=FAILS, hatch="////", edgecolor="white", label="fails"),
        ],
        f"Simulation {study.name}, {first.sets} sets of assumptions, "
        f"{study.runs(first.replications)} each. Lines are 95% intervals (Wilson).",
    )
    width_in = WIDTH_IN - LABEL_IN - SAID_IN - 0.1
    axes = sheet.panel(LABEL_IN, ABOVE_IN, width_in, ROW_IN * len(rows))
    axes.set_xlim(0, 100)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    for place, row in enumerate(rows):
        _bar(axes, place, row)
        axes.annotate(
            _held(row),
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            size=SMALL_PT,
        )
    labels = [fitted(claim(study, row), LABEL_IN - 0.25, SMALL_PT, lines=3) for row in rows]
    axes.set_yticks(range(len(rows)), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("Conclusion", visible=False)  # the conclusions say it
    axes.set_xlabel("share of the assumption sets (%)", size=SMALL_PT + 0.5)
    return sheet.figure


def _bar(axes: Axes, place: int, row: Holding) -> None:
    """Draw the three parts of a bar, and the interval of the first."""
    left = 0.0
    for value, colour, hatch in (
        (row.holds, HOLDS, ""),
        (row.cannot_tell, CANNOT_TELL, ""),
        (row.fails, FAILS, "////"),
    ):
        axes.barh(
            place,
            100 * value,
            BAR,
            left=left,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
        )
        left += 100 * value
    low, high = 100 * row.holds_low, 100 * row.holds_high
    axes.plot([low, high], [place - BAR / 2 - 0.1] * 2, color=TEXT, linewidth=1.2, marker="|", ms=5)


def _held(row: Holding) -> str:
    """Give the share in which it holds in brief."""
    return share(row.holds, row.holds_low, row.holds_high)
