"""When in the day the target is missed: service level by hour, force and design."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.report.estimate import MISSING, Estimate, number, percent_number
from sim.report.figures.style import (
    BODY_PT,
    SMALL_PT,
    WIDTH_IN,
    Drawing,
    Sheet,
    fitted,
    footer,
    part_name,
    part_title,
    parts,
    shown,
    text_width_in,
)
from sim.report.study import SERVICE_LEVEL, Channel, Study

HOURS = range(24)
HEADING_IN, PAD_IN = 0.26, 0.1
MANY_LINES = 96  # from here on cells are small and without numbers
SCALE_IN, AXIS_IN = 0.62, 0.5
LABEL_MOST_IN = 2.1
# Orange below the target, blue above, pale at it: told apart with any colour vision.
BELOW_AND_ABOVE = ("#8c3b00", "#d9731a", "#f6c48f", "#f7f5f0", "#a9cfe5", "#3f8fc4", "#0a4a82")
DARK = 0.55  # of the luminance from which letters are dark


@dataclass(frozen=True)
class _Look:
    """How large a cell is, and whether its number stands in it."""

    cell_in: float
    label_pt: float
    numbers: bool

    @classmethod
    def of(cls, study: Study) -> "_Look":
        """Give what there is room for."""
        if len(study.rows) * len(study.designs) > MANY_LINES:
            return cls(0.125, SMALL_PT - 1, numbers=False)
        return cls(0.23, SMALL_PT, numbers=True)

    def block_in(self, study: Study) -> float:
        """Height of a force's block, its heading included."""
        return HEADING_IN + self.cell_in * len(study.designs) + PAD_IN


def drawings(study: Study) -> Iterator[Drawing]:
    """Give a figure for the channel of the answer, and for the most urgent one if it is another."""
    urgent = min(study.channels, key=lambda channel: channel.priority)
    for channel in dict.fromkeys((urgent, study.main_channel)):
        title = f"{channel.promise}, by hour of the day"
        look = _Look.of(study)
        chunks = parts(study.rows, look.block_in(study), SCALE_IN + AXIS_IN)
        for part, rows in enumerate(chunks):
            yield Drawing(
                part_name(f"hours_{study.slug(channel)}", part),
                part_title(title, part, len(chunks)),
                f"Each cell is the percentage of {channel.promise}, of those that came in this "
                "hour of the day (0 is midnight to 1 am), over all days of the week. Pale is the "
                f"target, orange below it, blue above. {_sureness(study, channel)}."
                + (
                    ""
                    if look.numbers
                    else " The numbers stand in summary.csv (period hour_00 to 23)."
                ),
                _alt(study, channel),
                _figure(study, channel, title, rows, look),
            )


def _hours(study: Study, channel: Channel, design: str, row: str) -> list[Estimate]:
    return [
        study.estimate(design, row, channel.name, SERVICE_LEVEL, f"hour_{hour:02d}")
        for hour in HOURS
    ]


def _all_hours(study: Study, channel: Channel) -> list[Estimate]:
    return [
        estimate
        for design in study.designs
        for row in study.rows
        for estimate in _hours(study, channel, design.name, row)
    ]


def _sureness(study: Study, channel: Channel) -> str:
    """Say how wide the cells' intervals are: there is no room for one in each."""
    halves = [100 * e.half_width for e in _all_hours(study, channel) if e.has_interval]
    if not halves:
        return "The cells have no intervals: a single run cannot give any"
    return (
        f"The 95% interval of a cell is ± {number(float(np.median(halves)), 1)} points in the "
        f"middle case and ± {number(max(halves), 1)} points at most"
    )


def _figure(study: Study, channel: Channel, title: str, rows: list[str], look: _Look) -> Figure:
    block_in = look.block_in(study)
    sheet = Sheet(
        title,
        SCALE_IN + block_in * len(rows) + AXIS_IN,
        (),
        footer(study, _sureness(study, channel)),
    )
    labels = [fitted(design.label, LABEL_MOST_IN, look.label_pt) for design in study.designs]
    label_in = max(text_width_in(label, look.label_pt) for label in labels) + 0.3
    width_in = WIDTH_IN - label_in - 0.15
    colours = LinearSegmentedColormap.from_list("target", BELOW_AND_ABOVE)
    norm = _norm(study, channel)
    _scale(sheet, channel, norm, colours, label_in)
    for place, row in enumerate(rows):
        top_in = SCALE_IN + block_in * place + HEADING_IN
        axes = sheet.panel(label_in, top_in, width_in, look.cell_in * len(study.designs))
        levels = np.array(
            [[e.value for e in _hours(study, channel, d.name, row)] for d in study.designs]
        )
        _cells(axes, levels, norm, colours)
        if look.numbers:
            _numbers(axes, levels, norm, colours)
        heading = fitted(shown(row), width_in, weight="bold")
        axes.set_title(heading, loc="left", weight="bold", pad=4)
        axes.set_yticks(np.arange(len(labels)) + 0.5, labels, size=look.label_pt)
        axes.set_xticks([])
        axes.set_ylabel("Design", visible=False)  # the names say it
    axes.set_xticks(np.arange(24) + 0.5, [f"{hour}" for hour in HOURS])
    axes.set_xlabel("hour of the day in which the call came", size=BODY_PT)
    return sheet.figure


def _norm(study: Study, channel: Channel) -> TwoSlopeNorm:
    """Give the scale: pale at the target, its ends where the numbers end."""
    levels = [e.value for e in _all_hours(study, channel) if not e.missing]
    target = min(max(channel.target_share, 0.02), 0.98)
    low = np.floor(10 * min([*levels, target - 0.05])) / 10
    return TwoSlopeNorm(target, vmin=min(max(float(low), 0.0), target - 0.01), vmax=1.0)


def _scale(
    sheet: Sheet, channel: Channel, norm: TwoSlopeNorm, colours: Colormap, left_in: float
) -> None:
    """Draw what the colours mean, above the cells."""
    axes = sheet.panel(left_in, 0.02, 4.2, 0.13)
    low, target, high = (float(value or 0) for value in (norm.vmin, norm.vcenter, norm.vmax))
    bar = sheet.figure.colorbar(
        ScalarMappable(norm, colours), cax=axes, orientation="horizontal", spacing="uniform"
    )
    ticks = [low, (low + target) / 2, target, (target + high) / 2, high]
    words = [percent_number(tick, 0) for tick in ticks]
    bar.set_ticks(ticks, labels=[*words[:2], f"target {words[2]}%", *words[3:]])
    bar.set_label(f"% of {channel.promise}", size=SMALL_PT)
    bar.outline.set_linewidth(0.4)
    axes.tick_params(labelsize=SMALL_PT)
    axes.set_label("scale")


def _cells(axes: Axes, levels: NDArray[np.float64], norm: TwoSlopeNorm, colours: Colormap) -> None:
    axes.pcolormesh(
        np.ma.masked_invalid(levels),
        cmap=colours,
        norm=norm,
        edgecolors="white",
        linewidth=0.6,
    )
    axes.set_ylim(len(levels), 0)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _numbers(
    axes: Axes, levels: NDArray[np.float64], norm: TwoSlopeNorm, colours: Colormap
) -> None:
    for (line, hour), level in np.ndenumerate(levels):
        missing = np.isnan(level)
        axes.text(
            hour + 0.5,
            line + 0.5,
            MISSING if missing else _whole(float(level)),
            ha="center",
            va="center_baseline",
            size=SMALL_PT - 0.5,
            color="black" if missing or _luminance(colours(norm(level))) > DARK else "white",
        )


def _whole(level: float) -> str:
    """Give a percentage in whole numbers: 100 and 0 only where nothing is missing from them."""
    return f"{min(max(round(100 * level), level > 0), 99 + (level == 1))}"


def _luminance(colour: Sequence[float]) -> float:
    return float(np.dot(colour[:3], (0.299, 0.587, 0.114)))


def _alt(study: Study, channel: Channel) -> str:
    said = []
    for design in study.designs:
        hours = _hours(study, channel, design.name, study.whole)
        seen = [(e.value, hour, e) for hour, e in enumerate(hours) if not e.missing]
        if seen:
            _, hour, worst = min(seen, key=lambda item: item[:2])
            said.append(f"{design.label} worst at {hour}:00 with {worst.percent_in_words}")
    tail = f" In {study.everybody}: {'; '.join(said)}." if said else ""
    return f"Coloured cells for 24 hours, one line per design, a block for each force.{tail}"
