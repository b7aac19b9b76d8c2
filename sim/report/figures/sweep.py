"""What a varied assumption does: service level against its value, one figure per varied key."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.estimate import percent_number
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
    marker_of,
    part_name,
    part_title,
    parts,
    shown,
    with_intervals,
)
from sim.report.study import SERVICE_LEVEL, Channel, Study

PANEL_IN, ABOVE_IN, BELOW_IN = 1.5, 0.34, 0.5
LEFT_IN, GAP_IN = 0.7, 0.45
FEW_VALUES = 8  # each of them stands on the axis


def drawings(study: Study) -> Iterator[Drawing]:
    """Give a figure for each varied key, the others as in the rest of the report."""
    for place, key in enumerate(study.varied):
        points = study.along(key)
        title = f"What changes with {key}"
        chunks = parts(study.rows, ABOVE_IN + PANEL_IN + BELOW_IN)
        for part, rows in enumerate(chunks):
            yield Drawing(
                part_name(f"varied_{place + 1}", part),
                part_title(title, part, len(chunks)),
                f"The share answered in time when {key} is changed and all else stays as in the "
                "rest of this report. Dashed: the target."
                + with_intervals(study, " Bands are 95% intervals."),
                f"Lines, one per design, over {len(points)} values of {key}, "
                "in a panel for each force and channel.",
                _figure(study, key, points, rows),
            )


def _figure(study: Study, key: str, points: Sequence[tuple[str, Study]], rows: list[str]) -> Figure:
    step_in = ABOVE_IN + PANEL_IN + BELOW_IN
    sheet = Sheet(
        f"What changes with {key}",
        step_in * len(rows),
        design_legend(study.designs, marks=True),
        footer(study, intervals(study, "Bands")),
    )
    columns = len(study.channels)
    width_in = (WIDTH_IN - LEFT_IN - 0.15 - GAP_IN * (columns - 1)) / columns
    for line, row in enumerate(rows):
        for column, channel in enumerate(study.channels):
            axes = sheet.panel(
                LEFT_IN + column * (width_in + GAP_IN),
                ABOVE_IN + line * step_in,
                width_in,
                PANEL_IN,
            )
            _panel(axes, study, points, row, channel)
            heading = fitted(f"{shown(row)}: {channel.label}", width_in, weight="bold")
            axes.set_title(heading, loc="left", weight="bold", pad=4)
            axes.set_xlabel(fitted(key, width_in, SMALL_PT + 0.5), size=SMALL_PT + 0.5)
            within = f"% within {channel.within_s:g} s"
            axes.set_ylabel(within, size=SMALL_PT + 0.5)
    return sheet.figure


def _panel(
    axes: Axes, study: Study, points: Sequence[tuple[str, Study]], row: str, channel: Channel
) -> None:
    width_in = float(axes.get_position().width) * WIDTH_IN
    places, labels = _places([value for value, _ in points])
    axes.set_ylim(_limits(study, points, channel))
    low_end, high_end = axes.get_ylim()
    high = 200 * channel.target_share > low_end + high_end
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.axhline(100 * channel.target_share, color=TEXT, linewidth=1.0, linestyle=(0, (4, 2)))
    axes.annotate(
        f"target {percent_number(channel.target_share, 0)}%",
        (0.0, 100 * channel.target_share),
        xycoords=("axes fraction", "data"),
        xytext=(2, -2 if high else 2),
        textcoords="offset points",
        va="top" if high else "bottom",
        size=SMALL_PT - 0.5,
        color=QUIET,
    )
    for design in study.designs:
        found = [
            point.estimate(design.name, row, channel.name, SERVICE_LEVEL) for _, point in points
        ]
        levels = 100 * np.array([[e.value, e.low, e.high] for e in found])
        axes.plot(
            places,
            levels[:, 0],
            color=colour_of(design),
            linestyle=dashes_of(design),
            marker=marker_of(design),
            markersize=4,
        )
        axes.fill_between(
            places, levels[:, 1], levels[:, 2], color=colour_of(design), alpha=0.2, linewidth=0
        )
    if labels is not None:
        axes.set_xticks(
            places, [fitted(label, width_in / len(labels), SMALL_PT) for label in labels]
        )
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_locator(MaxNLocator(5))


def _limits(
    study: Study, points: Sequence[tuple[str, Study]], channel: Channel
) -> tuple[float, float]:
    """Give the ends of the upright axis in percent, the same for every force."""
    found = [
        point.estimate(design.name, row, channel.name, SERVICE_LEVEL)
        for _, point in points
        for design in study.designs
        for row in study.rows
    ]
    seen = [100 * channel.target_share, *(100 * e.value for e in found if not e.missing)]
    seen += [100 * end for e in found if e.has_interval for end in (e.low, e.high)]
    spare = max(0.06 * (max(seen) - min(seen)), 0.5)
    return max(min(seen) - spare, -1.0), min(max(seen) + spare, 101.0)


def _places(values: Sequence[str]) -> tuple[list[float], Sequence[str] | None]:
    """Give where values stand on the axis, and what is written there if not round numbers."""
    try:
        return [float(value) for value in values], values if len(values) <= FEW_VALUES else None
    except ValueError:
        return [float(place) for place in range(len(values))], values
