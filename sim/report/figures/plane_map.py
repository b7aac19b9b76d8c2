"""One map of two varied keys: cells by service level, and the line that the target draws."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from sim.report.estimate import Estimate
from sim.report.figures.heat_scale import Scale
from sim.report.figures.plane_layout import NAME_IN, Plane
from sim.report.figures.style import QUIET, SMALL_PT, TEXT, fitted, text_width_in

LINE_PT = 1.8
LOWEST_IN = 0.13  # a cell with a number in it
HATCH = "/////"


def draw_map(axes: Axes, plane: Plane, scale: Scale, cells: list[list[Estimate]]) -> None:
    """Draw a map's cells with their numbers, and the line of the target."""
    upside = cells[::-1]  # the first line is drawn on top
    scale.cells(axes, np.array([[cell.value for cell in line] for line in upside]))
    room_in = plane.width_in / len(plane.across)
    roomy = room_in > text_width_in("88?", SMALL_PT) and plane.height_in / len(cells) > LOWEST_IN
    for y, line in enumerate(upside):
        for x, cell in enumerate(line):
            if plane.spans(cell):
                hatched = Rectangle((x, y), 1, 1, fill=False, hatch=HATCH, linewidth=0)
                hatched.set_edgecolor(QUIET)
                axes.add_patch(hatched)
            if roomy and not cell.missing:
                axes.annotate(
                    f"{np.floor(100 * cell.value + 1e-9):.0f}{'?' if plane.spans(cell) else ''}",
                    (x + 0.5, y + 0.5),
                    ha="center",
                    va="center",
                    size=SMALL_PT - 0.5,
                    color=scale.ink(cell.value),
                    bbox={"facecolor": scale.paint(cell.value), "edgecolor": "none", "pad": 0.6},
                )
    met = [[c.value >= plane.channel.target_share for c in line] for line in upside]
    axes.add_collection(
        LineCollection(_edges(met), colors=[TEXT], linewidths=LINE_PT, capstyle="projecting")
    )


def _edges(met: Sequence[Sequence[bool]]) -> list[list[tuple[int, int]]]:
    """Give the sides between cells that differ.

    >>> _edges([[False, True]]), _edges([[True], [False]])
    ([[(1, 0), (1, 1)]], [[(0, 1), (1, 1)]])
    """
    beside = [
        [(x, y), (x, y + 1)]
        for y, line in enumerate(met)
        for x in range(1, len(line))
        if line[x] != line[x - 1]
    ]
    below = [
        [(x, y), (x + 1, y)]
        for y in range(1, len(met))
        for x in range(len(met[y]))
        if met[y][x] != met[y - 1][x]
    ]
    return beside + below


def name_axes(axes: Axes, plane: Plane, *, first: bool, lowest: bool) -> None:
    """Name the values of the upright axis on the first map of a line, of the other below."""
    across, up = plane.across, plane.up
    step = max(1, int(np.ceil(0.13 * len(up) / plane.height_in)))
    labels = [
        fitted(label, plane.left_in - NAME_IN + 0.01, SMALL_PT - 0.5) if number % step == 0 else ""
        for number, label in enumerate(up.ticks)
    ]
    axes.set_yticks(np.arange(len(up)) + 0.5, labels[::-1] if first else [""] * len(up))
    axes.tick_params(labelsize=SMALL_PT - 0.5)
    words = fitted(plane.words(up), plane.height_in + 0.15, SMALL_PT, lines=2)
    axes.set_ylabel(words, size=SMALL_PT, visible=first)
    room_in = plane.width_in / len(across)
    widest = max(text_width_in(label, SMALL_PT - 0.5) for label in across.ticks)
    every = max(1, int(np.ceil((widest + 0.06) / room_in))) if across.numeric else 1
    words_across = [
        fitted(label, room_in * every - 0.04, SMALL_PT - 0.5, lines=2)
        if number % every == 0
        else ""
        for number, label in enumerate(across.ticks)
    ]
    axes.set_xticks(np.arange(len(across)) + 0.5, words_across if lowest else [""] * len(across))
    if lowest:
        axes.set_xlabel(fitted(plane.words(across), plane.width_in, SMALL_PT), size=SMALL_PT)
