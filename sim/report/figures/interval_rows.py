"""Rows of forces with one mark and interval per design: what levels and differences share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.report.estimate import Estimate
from sim.report.figures.style import (
    BAND,
    BODY_PT,
    GRID,
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Sheet,
    colour_of,
    design_legend,
    fitted,
    footer,
    intervals,
    marker_of,
    part_title,
    parts,
    shown,
    text_width_in,
)
from sim.report.study import Channel, DesignName, Study

LABEL_MOST_IN = 2.1
STEP_IN, PAD_IN = 0.135, 0.18  # between the designs of a force; between forces
AXIS_PT = SMALL_PT + 0.5
TITLE_IN, AXIS_IN = 0.42, 0.6  # above and below each panel


@dataclass(frozen=True)
class IntervalRows:
    """What to draw: one panel per channel, one row per force, one mark per design.

    Parameters
    ----------
    value
        Gives the share or difference of shares of a design, row and channel.
    reference
        Gives the upright line of a channel and its label.
    axis
        Gives the label of a channel's x axis.
    share
        Whether the values lie between 0 and 1.
    """

    study: Study
    title: str
    designs: Sequence[DesignName]
    value: Callable[[DesignName, str, Channel], Estimate]
    reference: Callable[[Channel], tuple[float, str]]
    axis: Callable[[Channel], str]
    share: bool

    def figures(self) -> list[tuple[list[str], Figure]]:
        """Give the rows and the figure of each part."""
        lines = self._panel_lines()
        chunks = parts(
            self.study.rows, self._row_in() * len(lines), len(lines) * (TITLE_IN + AXIS_IN)
        )
        return [
            (rows, self._figure(rows, part_title(self.title, part, len(chunks))))
            for part, rows in enumerate(chunks)
        ]

    def _row_in(self) -> float:
        return PAD_IN + STEP_IN * len(self.designs)

    def _panel_lines(self) -> list[tuple[Channel, ...]]:
        """Give the channels of each line of panels, two side by side; those with nothing left out.

        Where no channel has anything, all of them say so.
        """
        known = tuple(channel for channel in self.study.channels if self._known(channel))
        shown_there = known or self.study.channels
        return [shown_there[start : start + 2] for start in range(0, len(shown_there), 2)]

    def _known(self, channel: Channel) -> list[Estimate]:
        """Give the values of all designs and rows on a channel."""
        everyone = [self.value(d, row, channel) for d in self.designs for row in self.study.rows]
        return [estimate for estimate in everyone if not estimate.missing]

    def _figure(self, rows: list[str], heading: str) -> Figure:
        lines = self._panel_lines()
        height_in = self._row_in() * len(rows)
        sheet = Sheet(
            heading,
            len(lines) * (TITLE_IN + height_in + AXIS_IN),
            design_legend(self.designs, marks=True),
            footer(self.study, intervals(self.study, "Bars")),
        )
        label_in = min(LABEL_MOST_IN, max(text_width_in(shown(row)) for row in rows)) + 0.25
        columns = len(lines[0])
        width_in = (WIDTH_IN - label_in - 0.2 - 0.3 * (columns - 1)) / columns
        for line, channels in enumerate(lines):
            for column, channel in enumerate(channels):
                axes = sheet.panel(
                    label_in + column * (width_in + 0.3),
                    TITLE_IN + line * (TITLE_IN + height_in + AXIS_IN),
                    width_in,
                    height_in,
                )
                self._panel(axes, channel, rows, width_in)
                labels = [fitted(shown(row), LABEL_MOST_IN, lines=2) for row in rows]
                axes.set_yticks(range(len(rows)), labels if column == 0 else [""] * len(rows))
                axes.tick_params(axis="y", length=0, labelsize=BODY_PT)
                if column == 0:
                    axes.set_ylabel("Force", visible=False)  # the names say it
        return sheet.figure

    def _panel(self, axes: Axes, channel: Channel, rows: list[str], width_in: float) -> None:
        reference, label = self.reference(channel)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        for number in range(0, len(rows), 2):
            axes.axhspan(number - 0.5, number + 0.5, color=BAND, linewidth=0, zorder=0)
        axes.axvline(100 * reference, color=TEXT, linewidth=1.1, linestyle=(0, (4, 2)))
        for design in self.designs:
            for number, row in enumerate(rows):
                self._mark(axes, design, number, row, channel)
        known = self._known(channel)
        low, high = _limits(known, reference, share=self.share)  # the same in every part
        axes.set_xlim(low, high)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axes.set_xlabel(fitted(self.axis(channel), width_in, AXIS_PT, lines=2), size=AXIS_PT)
        title = fitted(channel.label, width_in, weight="bold")
        axes.set_title(title, loc="left", weight="bold", pad=15)
        _label_line(axes, 100 * reference, label)
        if not known:
            axes.text(0.5, 0.5, "no contacts", ha="center", transform=axes.transAxes, color=QUIET)

    def _mark(
        self, axes: Axes, design: DesignName, number: int, row: str, channel: Channel
    ) -> None:
        estimate = self.value(design, row, channel)
        if estimate.missing:
            return
        place = list(self.designs).index(design) - (len(self.designs) - 1) / 2
        height = number + place * STEP_IN / self._row_in()
        if estimate.has_interval:
            axes.plot(
                [100 * estimate.low, 100 * estimate.high],
                [height, height],
                color=colour_of(design),
                linewidth=1.6,
                solid_capstyle="butt",
            )
        axes.plot(
            [100 * estimate.value],
            [height],
            color=colour_of(design),
            marker=marker_of(design),
            markeredgecolor="white",
            markeredgewidth=0.3,
            linestyle="none",
        )


def _limits(known: list[Estimate], reference: float, *, share: bool) -> tuple[float, float]:
    """Give the ends of the x axis in percent: everything in sight, no false drama."""
    ends = [100 * reference]
    for estimate in known:
        ends += [100 * estimate.value]
        ends += [100 * estimate.low, 100 * estimate.high] if estimate.has_interval else []
    low, high = min(ends), max(ends)
    spare = max(0.06 * (high - low), 1.0)
    low, high = low - spare, high + spare
    return (max(low, -1.0), min(high, 101.0)) if share else (low, high)


def _label_line(axes: Axes, at: float, label: str) -> None:
    """Write what the upright line means above it, on the side that has room."""
    low, high = axes.get_xlim()
    right_half = (at - low) / (high - low) > 0.5  # noqa: PLR2004 - the middle
    axes.annotate(
        label,
        (at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(2 if not right_half else -2, 3),
        textcoords="offset points",
        ha="right" if right_half else "left",
        va="bottom",
        size=SMALL_PT,
        color=TEXT,
    )
