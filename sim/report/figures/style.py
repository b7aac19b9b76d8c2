"""What all figures share: colours, marks, fonts, sizes, and names that fit their place.

A design has one colour, one mark and one line everywhere, by its place in the experiment. Colours
are from Okabe and Ito (2008) and Tol (2021), which readers with any colour vision tell apart; marks
and lines tell designs apart on grey paper. Everything is laid out in inches, so that figures grow
with their content and no label meets another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextToPath

from sim.experiment.tables import ALL
from sim.report.study import ALL_FORCES, DesignName, Study

WIDTH_IN = 9.0
MARGIN_IN = 0.12
TALLEST_BODY_IN = 10.5  # what still fits on a page of A4, title, legend and footer added
BODY_PT, SMALL_PT, TITLE_PT = 9.0, 7.5, 11.0
TEXT, QUIET, GRID, BAND = "#1a1a1a", "#595959", "#d9d9d9", "#f3f3f0"
LOAD = "#8c8c8c"

COLOURS = (
    "#0072b2",  # blue
    "#d55e00",  # vermillion
    "#009e73",  # green
    "#aa4499",  # purple
    "#e69f00",  # orange
    "#56b4e9",  # sky
    "#332288",  # indigo
    "#882255",  # wine
    "#999933",  # olive
    "#000000",  # black
    "#44aa99",  # teal
    "#cc6677",  # rose
    "#8c564b",  # brown
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*", "d", "8")
DASHES: tuple[Any, ...] = (
    "solid",
    (0, (5, 1.5)),
    (0, (1.5, 1.2)),
    (0, (6, 1.5, 1.5, 1.5)),
    (0, (8, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (1, 2.5)),
)

STYLE: Any = {  # matplotlib names its keys one by one, others in each release
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same bytes everywhere
    "font.size": BODY_PT,
    "text.color": TEXT,
    "text.parse_math": False,  # a force may have a $ in its name
    "text.usetex": False,
    "text.hinting": "none",  # letters as in the SVG; fitting each to pixels took a sixth of the PNG
    "axes.edgecolor": QUIET,
    "axes.labelcolor": TEXT,
    "axes.labelsize": BODY_PT,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": BODY_PT,
    "axes.titley": 1.0,  # no axis is on top: matplotlib need not measure all of them to find out
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "lines.linewidth": 1.4,
    "lines.markersize": 5.5,
    "legend.frameon": False,
    "legend.fontsize": SMALL_PT + 0.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "joint-contact-centres",
    "savefig.dpi": 200,
}


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with what stands beside it on the page.

    Parameters
    ----------
    name
        Stem of its two files.
    title
        Its heading.
    caption
        How to read it, below it.
    alt
        What it shows, for those who cannot see it.
    figure
        The drawing itself.
    """

    name: str
    title: str
    caption: str
    alt: str
    figure: Figure


def colour_of(design: DesignName) -> str:
    """Give the design's colour."""
    return COLOURS[design.index % len(COLOURS)]


def marker_of(design: DesignName) -> str:
    """Give the design's mark; where colours come round again, marks do not."""
    return MARKERS[design.index % len(MARKERS)]


def dashes_of(design: DesignName) -> Any:  # noqa: ANN401 - matplotlib's line style
    """Give the design's line."""
    return DASHES[design.index % len(DASHES)]


def shown(row: str) -> str:
    """Give the name of a row of forces as readers see it."""
    return ALL_FORCES if row == ALL else row


@lru_cache(maxsize=4096)
def text_width_in(text: str, size_pt: float = BODY_PT, weight: str = "normal") -> float:
    """Give how wide a text of one line is, in inches."""
    font = FontProperties(family=STYLE["font.family"], size=size_pt, weight=weight)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 72


def fitted(
    text: str, width_in: float, size_pt: float = BODY_PT, lines: int = 1, weight: str = "normal"
) -> str:
    """Give a text in at most so many lines of this width, with an ellipsis where it is cut."""
    words, rows = text.split(), [""]
    for number, word in enumerate(words):
        longer = f"{rows[-1]} {word}".strip()
        if text_width_in(longer, size_pt, weight) <= width_in:
            rows[-1] = longer
        elif len(rows) < lines and rows[-1]:
            rows.append(word)
        else:
            rows[-1] = " ".join([longer, *words[number + 1 :]])
            break
    return "\n".join(_cut(row, width_in, size_pt, weight) for row in rows)


def _cut(text: str, width_in: float, size_pt: float, weight: str) -> str:
    if text_width_in(text, size_pt, weight) <= width_in:
        return text
    keep = len(text)
    while keep and text_width_in(f"{text[:keep]}…", size_pt, weight) > width_in:
        keep -= 1
    return f"{text[:keep].rstrip()}…"


class Sheet:
    """A figure with title, legend and footer; its body is laid out in inches from the top left.

    Parameters
    ----------
    title
        Heading, one line.
    body_height_in
        What the panels need, tick labels and axis labels included.
    legend
        Lines of the legend, or patches of areas.
    footer
        Where the numbers come from, and what bars and bands mean.
    """

    def __init__(
        self, title: str, body_height_in: float, legend: Sequence[Artist], footer: str
    ) -> None:
        columns, rows = _legend_grid(legend)
        inside = WIDTH_IN - 2 * MARGIN_IN
        below = fitted(footer, inside, SMALL_PT, lines=2)
        foot_in = 0.18 + 0.13 * below.count("\n")
        self._top_in = MARGIN_IN + 0.3 + 0.172 * rows + 0.08
        self.height_in = self._top_in + body_height_in + 0.12 + foot_in
        self.figure = Figure(figsize=(WIDTH_IN, self.height_in))
        self._text(fitted(title, inside, TITLE_PT, weight="bold"), MARGIN_IN, TITLE_PT, "bold")
        self._text(below, self.height_in - foot_in, SMALL_PT, "normal", QUIET)
        if legend:
            self.figure.legend(
                handles=list(legend),
                loc="upper left",
                bbox_to_anchor=(MARGIN_IN / WIDTH_IN, 1 - (MARGIN_IN + 0.26) / self.height_in),
                ncols=columns,
                borderpad=0.0,
                borderaxespad=0.0,
                handlelength=2.6,
                columnspacing=1.4,
                labelspacing=0.45,
            )

    def _text(
        self, text: str, top_in: float, size_pt: float, weight: str, colour: str = TEXT
    ) -> None:
        self.figure.text(
            MARGIN_IN / WIDTH_IN,
            1 - top_in / self.height_in,
            text,
            size=size_pt,
            weight=weight,
            color=colour,
            va="top",
        )

    def heading(self, text: str, left_in: float, top_in: float, size_pt: float) -> None:
        """Write a heading whose foot is just above a place in the body."""
        self.figure.text(
            left_in / WIDTH_IN,
            1 - (self._top_in + top_in - 0.06) / self.height_in,
            text,
            size=size_pt,
            weight="bold",
        )

    def panel(self, left_in: float, top_in: float, width_in: float, height_in: float) -> Axes:
        """Give axes at a place in the body."""
        bottom_in = self.height_in - self._top_in - top_in - height_in
        return self.figure.add_axes(
            (
                left_in / WIDTH_IN,
                bottom_in / self.height_in,
                width_in / WIDTH_IN,
                height_in / self.height_in,
            )
        )


def _legend_grid(legend: Sequence[Artist]) -> tuple[int, int]:
    """Give columns and rows of a legend that keeps within the figure."""
    if not legend:
        return 1, 0
    widest = max(text_width_in(str(line.get_label()), SMALL_PT + 0.5) for line in legend)
    columns = max(1, min(len(legend), int((WIDTH_IN - 2 * MARGIN_IN) / (widest + 0.62))))
    return columns, -(-len(legend) // columns)


def design_legend(
    designs: Sequence[DesignName], *, marks: bool, dashes: bool = False
) -> list[Line2D]:
    """Give the legend's lines of designs, with marks, or with dashes, or with both."""
    return [
        Line2D(
            [],
            [],
            color=colour_of(design),
            marker=marker_of(design) if marks else "",
            linestyle=dashes_of(design) if dashes or not marks else "solid",
            label=fitted(design.label, 3.6, SMALL_PT + 0.5),
        )
        for design in designs
    ]


def footer(study: Study, sureness: str) -> str:
    """Say where a figure's numbers come from and how sure they are."""
    runs = study.runs(study.replications)
    return f"Simulation {study.name}, {runs} per design. {sureness}."


def with_intervals(study: Study, sentence: str) -> str:
    """Give a sentence of a caption about intervals, nothing where there are none."""
    return sentence if study.replications > 1 else ""


def intervals(study: Study, marks: str) -> str:
    """Say what a figure's `marks` (bars, bands) mean."""
    if study.replications > 1:
        return f"{marks} are 95% intervals"
    return "No intervals: a single run cannot give any"


def parts(rows: Sequence[str], row_height_in: float, fixed_in: float = 0.0) -> list[list[str]]:
    """Split rows of forces over as many figures as it takes for each to fit on a page."""
    most = max(1, int((TALLEST_BODY_IN - fixed_in) / row_height_in))
    count = -(-len(rows) // most)
    size, longer = divmod(len(rows), count)
    starts = [number * size + min(number, longer) for number in range(count + 1)]
    return [list(rows[a:b]) for a, b in pairwise(starts)]


def part_name(stem: str, number: int) -> str:
    """Give the file stem of a figure's part, 0 for the first: "load", "load_part2"."""
    return stem if number == 0 else f"{stem}_part{number + 1}"


def part_title(title: str, number: int, count: int) -> str:
    """Give the heading of a figure's part."""
    return title if count == 1 else f"{title} ({number + 1} of {count})"
