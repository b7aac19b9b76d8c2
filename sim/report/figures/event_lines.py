"""How an event went: queue, answer times and handlers over the event, with it and without it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator

from sim.report.answer import in_sentence
from sim.report.estimate import listing
from sim.report.figures.style import (
    BODY_PT,
    GRID,
    LOAD,
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
    shown,
    with_intervals,
)
from sim.report.incidents import OVER, Incident, incidents
from sim.report.quantities import change, change_interval
from sim.report.study import DesignName, Study

MOST_ABREAST = 3  # designs side by side
LEFT_IN, GAP_IN, PANEL_IN, BETWEEN_IN, ABOVE_IN, BELOW_IN = 0.72, 0.2, 1.12, 0.16, 0.3, 0.42
LABELS_IN = 0.5  # from the axis to the middle of its label
HEADROOM = 1.8  # a band may go so many times above the highest line before it is cut
WINDOW_COLOUR = "#f7e6c4"
CALM, STAFF = LOAD, TEXT
COLUMNS = ("value_with", "with_low", "with_high", "value_without", "without_low", "without_high")


@dataclass(frozen=True)
class Strip:
    """One line of panels: what stands on its axis, and the measures in it."""

    label: str
    measures: tuple[str, ...]
    per: float = 1.0


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figures: per event all forces together, then the one that it struck hardest."""
    for incident in incidents(study):
        if incident.timeline.empty:
            continue
        for place, row in enumerate(incident.drawn_rows):
            chunks = [
                study.designs[start : start + MOST_ABREAST]
                for start in range(0, len(study.designs), MOST_ABREAST)
            ]
            stem = f"event_{incident.number}_{'whole' if place == 0 else 'hardest_hit'}"
            title = f"{incident.name}: {shown(row)}"
            for number, designs in enumerate(chunks):
                heading = part_title(title, number, len(chunks))
                yield Drawing(
                    part_name(stem, number),
                    heading,
                    _caption(study, incident),
                    _alt(incident, row, designs),
                    _figure(study, incident, row, designs, heading),
                )


def _strips(incident: Incident) -> tuple[Strip, ...]:
    label = incident.urgent.label
    return (
        Strip("all waiting\n(contacts)", ("waiting",)),
        Strip(f"{fitted(label, 0.6, SMALL_PT)} waiting\n(contacts)", ("waiting_urgent",)),
        Strip(f"{fitted(label, 0.6, SMALL_PT)} mean wait\n(seconds)", ("wait_mean_urgent_s",)),
        Strip("handlers", ("busy", "staffed")),
    )


def _figure(
    study: Study, incident: Incident, row: str, designs: tuple[DesignName, ...], heading: str
) -> Figure:
    strips = _strips(incident)
    sheet = Sheet(
        heading,
        ABOVE_IN + len(strips) * (PANEL_IN + BETWEEN_IN) + BELOW_IN - BETWEEN_IN,
        _legend(designs),
        footer(study, intervals(study, "Bands")),
    )
    width_in = (WIDTH_IN - LEFT_IN - 0.15 - GAP_IN * (len(designs) - 1)) / len(designs)
    rows = incident.timeline[incident.timeline["force"] == row]
    ends_h = _span_h(rows)
    for line, strip in enumerate(strips):
        top = _top(rows[rows["measure"].isin(strip.measures)])
        for column, design in enumerate(designs):
            left_in = LEFT_IN + column * (width_in + GAP_IN)
            top_in = ABOVE_IN + line * (PANEL_IN + BETWEEN_IN)
            axes = sheet.panel(left_in, top_in, width_in, PANEL_IN)
            axes.axvspan(0.0, incident.event.lasts_h, color=WINDOW_COLOUR, linewidth=0, zorder=0)
            axes.grid(color=GRID, linewidth=0.5)
            axes.set_axisbelow(True)
            mine = rows[rows["design"] == design.name]
            for measure in strip.measures:
                _lines(axes, mine[mine["measure"] == measure], measure, colour_of(design))
            axes.set_ylim(0.0, top)
            axes.set_xlim(ends_h)
            axes.xaxis.set_major_locator(MultipleLocator(_hours_apart(ends_h)))
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
            _label(axes, strip, first=column == 0, lowest=line == len(strips) - 1)
            axes.yaxis.set_label_coords(-LABELS_IN / width_in, 0.5)
            if line == 0:
                name = fitted(design.label, width_in, weight="bold")
                sheet.heading(name, left_in, top_in, BODY_PT)
    return sheet.figure


def _label(axes: Axes, strip: Strip, *, first: bool, lowest: bool) -> None:
    axes.tick_params(labelleft=first, labelbottom=lowest)
    if first:
        axes.set_ylabel(strip.label, size=SMALL_PT, va="center")
    if lowest:
        axes.set_xlabel("hours from the start of the event", size=SMALL_PT)


def _lines(axes: Axes, rows: pd.DataFrame, measure: str, colour: str) -> None:
    """Draw a measure with and without the event, each with its band."""
    rows = rows.sort_values("minute")
    hours = _middles_h(rows)
    struck, low, high, calm, calm_low, calm_high = (
        rows[name].to_numpy(dtype=np.float64) for name in COLUMNS
    )
    ours = STAFF if measure == "staffed" else colour
    axes.fill_between(hours, calm_low, calm_high, color=CALM, alpha=0.22, linewidth=0)
    axes.fill_between(hours, low, high, color=ours, alpha=0.22, linewidth=0)
    dash = (0, (1, 1.2)) if measure == "staffed" else (0, (4, 1.5))
    axes.plot(hours, calm, color=CALM, linewidth=1.1, linestyle=dash)
    axes.plot(hours, struck, color=ours, linewidth=1.4)


def _middles_h(rows: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Give the middle of each bin in hours."""
    minutes = rows["minute"].to_numpy(dtype=np.float64)
    bin_min = np.diff(minutes).min() if minutes.size > 1 else 0.0
    return (minutes + bin_min / 2) / 60


def _span_h(rows: pd.DataFrame) -> tuple[float, float]:
    """Give where the time-line begins and ends, in hours from the start of the event."""
    minutes = np.unique(rows["minute"].to_numpy(dtype=np.float64))
    bin_min = float(np.diff(minutes).min()) if minutes.size > 1 else 60.0
    return float(minutes[0]) / 60, float(minutes[-1] + bin_min) / 60


def _hours_apart(ends_h: tuple[float, float]) -> float:
    span_h = ends_h[1] - ends_h[0]
    return next((step for step in (1.0, 2.0, 4.0, 6.0, 12.0) if span_h / step <= 8), 24.0)  # noqa: PLR2004 - ticks


def _top(rows: pd.DataFrame) -> float:
    """Give the upper end of a line of panels: every line in sight, and bands as far as sensible."""
    lines = rows[["value_with", "value_without"]].max().max()
    bands = rows[["with_high", "without_high"]].max().max()
    top = np.nanmin([np.nanmax([bands, lines]), HEADROOM * lines])
    return 1.05 * float(top) if top > 0 else 1.0


def _legend(designs: tuple[DesignName, ...]) -> list[Line2D]:
    return [
        *(
            Line2D([], [], color=colour_of(d), label=fitted(d.label, 3.0, SMALL_PT + 0.5))
            for d in designs
        ),
        Line2D([], [], color=CALM, linestyle=(0, (4, 1.5)), label="the same without the event"),
        Line2D([], [], color=STAFF, label="staffed (below: busy)"),
        Line2D([], [], color=WINDOW_COLOUR, linewidth=7, solid_capstyle="butt", label="event"),
    ]


def _caption(study: Study, incident: Incident) -> str:
    event = incident.event
    starts = event.starts.capitalize() if isinstance(event.starts, str) else event.starts
    text = (
        f"The event begins {starts} and lasts {event.lasts_h:g} h (shaded). Coloured: with the "
        "event; dashed grey: the same weeks without it. From above: all contacts that wait, "
        f"{in_sentence(incident.urgent.contacts)} that wait, how long those that come in wait on "
        "average (answered or not), and handlers busy (coloured) of those staffed (dark; dotted "
        "without the event)."
    )
    text += with_intervals(
        study, " Bands are 95% intervals; where they leave the panel, they go on beyond it."
    )
    if len(study.forces) > 1:
        text += (
            " Shown are all forces together and the one that the event struck hardest; the others "
            "stand in event_timeline.csv."
        )
    return text


def _alt(incident: Incident, row: str, designs: tuple[DesignName, ...]) -> str:
    said = []
    for design in designs:
        more = incident.of(design, row, OVER).difference
        if not more.missing:
            said.append(f"{design.label} {change(more)} ({change_interval(more)})")
    tail = (
        f" Change in {incident.channel.contacts} that waited over 60 s: {listing(said)}."
        if said
        else ""
    )
    return (
        f"Lines over the hours around the event “{incident.name}”, {shown(row)}: contacts waiting, "
        f"mean wait, and handlers staffed and busy, with and without the event.{tail}"
    )
