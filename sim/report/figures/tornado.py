"""What each assumption alone does to a conclusion: from one end of its range to the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.experiment.robust.tables import Holding, Swing
from sim.measures import DEFINITIONS
from sim.report.figures.style import (
    BAND,
    BODY_PT,
    COLOURS,
    GRID,
    MARGIN_IN,
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    fitted,
    text_width_in,
)
from sim.report.robustness import (
    Robustness,
    assumption_in_words,
    claim,
    figures_moved,
    robustness,
    value_in_words,
)
from sim.report.study import Study

MOST_FIGURES, MOST_BARS = 6, 10
TITLE = "What one assumption alone can do"
ROW_IN, ABOVE_IN, BELOW_IN, LABEL_IN, SAID_IN, APART = 0.34, 0.4, 0.5, 3.0, 1.35, 0.13
LOWER, UPPER = COLOURS[5], COLOURS[6]


@dataclass(frozen=True)
class Bar:
    """An assumption's margins at the two ends of its range."""

    lower: Swing
    upper: Swing

    @property
    def size(self) -> float:
        """How far the margin is moved, 0 where neither end can be."""
        moved = [abs(end.change) for end in (self.lower, self.upper) if not isnan(end.change)]
        return max(moved, default=0.0)


def drawings(study: Study) -> Iterator[Drawing]:
    """Give a figure for each of the conclusions most in doubt; none where none were asked."""
    found = robustness(study)
    for row in _most_in_doubt(found) if found is not None else ():
        bars = _bars(found.swings.get(row.conclusion, ())) if found is not None else []
        if not bars:
            continue
        words = claim(study, row)
        yield Drawing(
            f"tornado_{row.conclusion}",
            words,
            "One assumption at a time at the ends of its range, all others as the centre says. "
            "Marks: what there is to spare at the lower (pale) and the upper end (dark); right of "
            "0 the conclusion holds, left of it it fails. Lines: 95% intervals of how far it "
            "differs from the centre's own values, which are the upright dashes, on the same "
            "weeks. "
            f"The {len(bars)} assumptions that move it most.",
            f"{words}. "
            + "; ".join(
                f"{_name(study, bar)}: {_number(row, bar.lower.there)} to "
                f"{_number(row, bar.upper.there)}"
                for bar in bars
            ),
            _figure(study, row, bars),
        )


def _most_in_doubt(found: Robustness) -> list[Holding]:
    """Give the conclusions to draw, in their order."""
    doubt = sorted(found.told, key=lambda row: (-min(row.holds, 1 - row.holds), row.conclusion))
    chosen = {row.conclusion for row in doubt[:MOST_FIGURES]}
    return [row for row in found.told if row.conclusion in chosen]


def _bars(swings: Sequence[Swing]) -> list[Bar]:
    """Give the assumptions that move a margin most, the strongest first."""
    pairs = [Bar(lower, upper) for lower, upper in zip(swings[::2], swings[1::2], strict=True)]
    moving = [bar for bar in pairs if bar.size > 0]
    return sorted(moving, key=lambda bar: -bar.size)[:MOST_BARS]


def _figure(study: Study, row: Holding, bars: Sequence[Bar]) -> Figure:
    sheet = Sheet(
        TITLE,
        ABOVE_IN + ROW_IN * len(bars) + BELOW_IN,
        [
            Line2D([], [], color=LOWER, marker="o", label="at the lower end of its range"),
            Line2D([], [], color=UPPER, marker="s", label="at the upper end"),
            Line2D([], [], color=QUIET, linestyle="dashed", label="as the centre says"),
        ],
        f"Simulation {study.name}, {study.runs(row.replications)} per set. "
        "Lines are 95% intervals, paired with the centre's own values.",
    )
    sheet.heading(fitted(claim(study, row), WIDTH_IN - 0.3), MARGIN_IN, ABOVE_IN - 0.06, BODY_PT)
    names = [_name(study, bar) for bar in bars]
    label_in = min(LABEL_IN, max(map(text_width_in, names)) + 0.25)
    width_in = WIDTH_IN - label_in - SAID_IN - 0.1
    axes = sheet.panel(label_in, ABOVE_IN, width_in, ROW_IN * len(bars))
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=TEXT, linewidth=0.9)
    axes.axvline(_scaled(row, row.own), color=QUIET, linewidth=1.0, linestyle="dashed")
    for place, bar in enumerate(bars):
        if place % 2 == 0:
            axes.axhspan(place - 0.5, place + 0.5, color=BAND, linewidth=0, zorder=0)
        _end(axes, place - APART, row, bar.lower)
        _end(axes, place + APART, row, bar.upper)
        axes.annotate(
            fitted(_range(bar), SAID_IN - 0.12, SMALL_PT, lines=2),
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            size=SMALL_PT,
        )
    axes.set_yticks(range(len(bars)), [fitted(name, LABEL_IN - 0.25, lines=2) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("Assumption", visible=False)  # their names say it
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(fitted(_axis(row), width_in, SMALL_PT + 0.5), size=SMALL_PT + 0.5)
    return sheet.figure


def _end(axes: Axes, place: float, row: Holding, end: Swing) -> None:
    """Draw the margin at one end, the way to it and its interval; nothing where it cannot be."""
    if isnan(end.there):
        return
    colour, mark = (LOWER, "o") if end.end == "lower" else (UPPER, "s")
    own, there = _scaled(row, row.own), _scaled(row, end.there)
    axes.plot([own, there], [place, place], color=colour, linewidth=4.0, solid_capstyle="butt")
    if not isnan(end.change_low):
        ends = [_scaled(row, row.own + part) for part in (end.change_low, end.change_high)]
        axes.plot(ends, [place, place], color=TEXT, linewidth=0.9, marker="|", markersize=4)
    axes.plot([there], [place], color=colour, marker=mark, markeredgecolor="white", mew=0.4)


def _name(study: Study, bar: Bar) -> str:
    return assumption_in_words(study, bar.lower.assumption, bar.lower.keys)


def _range(bar: Bar) -> str:
    """Give the two values; of several that move together, how many they are."""
    if bar.lower.assumption != bar.lower.keys:
        return f"{figures_moved(bar.lower.keys)} at once"
    low, high = (value_in_words(end, end.value) for end in (bar.lower, bar.upper))
    return f"{low} to {high}"


def _scaled(row: Holding, value: float) -> float:
    return 100 * value if DEFINITIONS[row.measure].unit == "share" else value


def _number(row: Holding, value: float) -> str:
    return f"{_scaled(row, value):+.1f}"


def _axis(row: Holding) -> str:
    """Say what is on the scale."""
    unit = DEFINITIONS[row.measure].unit
    words = "percentage points" if unit == "share" else unit
    return f"to spare ({words}): right of 0 it holds, left of it it fails"
