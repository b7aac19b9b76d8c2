"""Two varied keys at once: service level as a map, with the line along which the target is met."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.report.estimate import listing, percent_number
from sim.report.figures.heat_scale import NOBODY_SAID, SCALE_IN, Scale, sureness
from sim.report.figures.plane_layout import (
    BETWEEN_IN,
    HEADING_IN,
    LABEL_IN,
    RIGHT_IN,
    Block,
    Plane,
)
from sim.report.figures.plane_map import HATCH, LINE_PT, draw_map, name_axes
from sim.report.figures.style import (
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    fitted,
    footer,
    part_name,
    part_title,
    parts,
)
from sim.report.study import Study
from sim.report.sweep import sweep_of

MOST_PAIRS = 3  # of keys: three keys give three, more would fill the page


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the maps of each pair of axes on the channel of the answer, and on the others if one."""
    sweep = sweep_of(study)
    if sweep.sampled:
        return
    pairs = list(combinations(range(len(sweep.axes)), 2))
    channels = study.channels if len(pairs) == 1 else (study.main_channel,)
    for one, other in pairs[:MOST_PAIRS]:
        across, up = sorted(
            (sweep.axes[one], sweep.axes[other]), key=lambda axis: (len(axis), axis.numeric)
        )[::-1]
        for channel in channels:
            plane = Plane.of(sweep, across, up, channel)
            if plane.designs:
                yield from _drawings(plane, f"map_{one + 1}_{other + 1}_{study.slug(channel)}")


def _drawings(plane: Plane, stem: str) -> Iterator[Drawing]:
    title = f"{plane.channel.promise}, two things varied at once"
    blocks = plane.blocks
    chunks = parts([str(number) for number in range(len(blocks))], plane.block_in, SCALE_IN)
    for part, chunk in enumerate(chunks):
        heading = part_title(title, part, len(chunks))
        yield Drawing(
            part_name(stem, part),
            heading,
            _caption(plane),
            _alt(plane),
            _figure(plane, [blocks[int(number)] for number in chunk], heading),
        )


def _caption(plane: Plane) -> str:
    study, every = plane.study, plane.every
    said = (
        f"Each cell is the percentage of {plane.channel.promise} at one pair of values, rounded "
        "down. Pale is the target, orange below it, blue above; the black line parts the cells "
        "that meet it from those that do not. Hatched, with “?”: "
        + (
            "the cell's 95% interval spans the target, so the line may run on its other side."
            if study.replications > 1
            else "a single run, so nobody can say on which side of the line it belongs."
        )
        + plane.sweep.held(plane.across, plane.up)
    )
    if any(cell.missing for cell in every):
        said += f" {NOBODY_SAID}"
    for design in plane.unmoved:
        level = plane.sweep.level(study.point, design, study.whole, plane.channel)
        said += f" {design.label} does not depend on either: {level.percent_in_words}."
    return f"{said} {sureness(every)}."


def _alt(plane: Plane) -> str:
    said = []
    for design in plane.designs:
        cells = plane.cells(design, plane.rows[0])
        low, high = cells[0][0], cells[-1][-1]
        said.append(
            f"{design.label} {low.percent_in_words} at {plane.across.labels[0]} and "
            f"{plane.up.labels[0]}, {high.percent_in_words} at {plane.across.labels[-1]} and "
            f"{plane.up.labels[-1]}"
        )
    return (
        f"Maps of coloured cells, {plane.across.words} across and {plane.up.words} up, one for "
        f"each design, a row for each of {len(plane.rows)} groups of forces. In "
        f"{plane.study.everybody}: {listing(said)}."
    )


def _figure(plane: Plane, blocks: Sequence[Block], heading: str) -> Figure:
    body_in = SCALE_IN + plane.block_in * len(blocks)
    sheet = Sheet(heading, body_in, _legend(plane), footer(plane.study, sureness(plane.every)))
    scale = Scale.of(plane.channel, plane.every)
    scale.draw(sheet, plane.left_in)
    for number, block in enumerate(blocks):
        top_in = SCALE_IN + plane.block_in * number
        name = fitted(block.heading, WIDTH_IN - plane.left_in - RIGHT_IN, weight="bold")
        sheet.heading(name, plane.left_in, top_in + HEADING_IN - 0.04, 9.0)
        for place, shown_map in enumerate(block.maps):
            line, column = divmod(place, plane.columns)
            axes = sheet.panel(
                plane.left_in + (plane.width_in + BETWEEN_IN) * column,
                top_in + HEADING_IN + LABEL_IN + (LABEL_IN + plane.height_in) * line,
                plane.width_in,
                plane.height_in,
            )
            draw_map(axes, plane, scale, plane.cells(shown_map.design, shown_map.row))
            label = fitted(shown_map.title, plane.width_in, SMALL_PT)
            axes.set_title(label, loc="left", size=SMALL_PT, pad=3)
            lowest = place + plane.columns >= len(block.maps)
            name_axes(axes, plane, first=column == 0, lowest=lowest)
    return sheet.figure


def _legend(plane: Plane) -> list[Artist]:
    target = percent_number(plane.channel.target_share, 0)
    return [
        Line2D([], [], color=TEXT, linewidth=LINE_PT, label=f"{target}% in time: met on one side"),
        Patch(facecolor="white", edgecolor=QUIET, hatch=HATCH, linewidth=0, label="uncertain"),
    ]
