"""Who answers whose calls: for each design, the share of a force's contacts that each room took."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.experiment.tables import ALL
from sim.report.answer import in_sentence
from sim.report.estimate import Estimate, listing, percent_number, plus_minus
from sim.report.figures.style import (
    MARGIN_IN,
    QUIET,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    fitted,
    footer,
    intervals,
    part_name,
    part_title,
    parts,
    text_width_in,
    with_intervals,
)
from sim.report.study import EXCHANGE, DesignName, Study

STEM = "exchange"
TITLE = "Who answers whose calls"
ROOMS_BY_CHANNEL, CHANNELS_APART = 8, 2  # with more rooms, or more channels, less is drawn
LABEL_MOST_IN, ROOM_NAME_MOST_IN = 1.9, 1.4
WIDEST_CELL_IN, CELL_FOR_NAMES_IN, CELL_FOR_NUMBERS_IN, TALLEST_CELL_IN = 1.05, 0.6, 0.45, 0.38
GAP_IN, HEADING_IN, CALLERS_IN, SCALE_IN = 0.3, 0.3, 0.28, 0.55
CALLERS_LONG_IN = 0.62
COLOURS, DARK_FROM, TICKS = "YlGnBu", 0.3, (0, 1, 5, 10, 20, 30, 50, 75, 100)
SHADE = PowerNorm(0.5, vmin=0, vmax=1)  # a few percent must be told from none

Shares = Mapping[tuple[str, ...], Estimate]  # by design, force, channel, group


@dataclass(frozen=True)
class Panel:
    """One design and channel ("all" for all of them)."""

    design: DesignName
    channel: str
    contacts: str
    forces: tuple[str, ...]
    rooms: tuple[str, ...]


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure for the designs in which rooms answer for each other, none without any."""
    shares = exchange_shares(study)
    lending = [design for design in study.designs if lends(study, shares, design)]
    panels = list(_panels(study, shares, lending))
    if not panels:
        return
    plan = _Plan(panels)
    lines = [panels[at : at + plan.columns] for at in range(0, len(panels), plan.columns)]
    chunks = parts([str(line) for line in range(len(lines))], plan.line_in, SCALE_IN)
    for part, chunk in enumerate(chunks):
        here = [panel for line in chunk for panel in lines[int(line)]]
        heading = part_title(TITLE, part, len(chunks))
        yield Drawing(
            part_name(STEM, part),
            heading,
            _caption(study, lending, numbers=plan.with_numbers),
            _alt(study, lending),
            _figure(study, shares, plan, here, heading),
        )


def exchange_shares(study: Study) -> Shares:
    """Give, by design, force, channel and room, the share of answered contacts it took."""
    cells = study.over_weeks([EXCHANGE])
    frame = cells.cells
    mine = frame["force"].isin(study.forces) & (frame["period"] == ALL)
    return cells.where(mine).estimates("design", "force", "channel", "group")


def lends(study: Study, shares: Shares, design: DesignName) -> bool:
    """Tell whether any contact is answered by a room of another force."""
    away = {
        force: {name for name, group in study.centre.groups.items() if group.force != force}
        for force in study.forces
    }
    return any(
        share.value > 0
        for (name, force, _, group), share in shares.items()
        if name == design.name and group in away[force]
    )


def _panels(study: Study, shares: Shares, lending: list[DesignName]) -> Iterator[Panel]:
    seen = {labels[2] for labels in shares}
    if len(study.centre.groups) > ROOMS_BY_CHANNEL:
        wanted = {ALL: "all contacts"}
    elif len(study.channels) > CHANNELS_APART:
        wanted = {study.main_channel.name: study.main_channel.contacts, ALL: "all contacts"}
    else:
        wanted = {channel.name: channel.contacts for channel in study.channels}
    for design in lending:
        for channel, contacts in wanted.items():
            if channel in seen:
                yield _panel(study, shares, design, channel, contacts)


def _panel(study: Study, shares: Shares, design: DesignName, channel: str, contacts: str) -> Panel:
    """Give a panel of those who take part: forces with callers, and rooms that answer some."""
    found = {
        (force, room)
        for force in study.forces
        for room in study.centre.groups
        if shares.get((design.name, force, channel, room), Estimate()).value > 0
    }
    forces = tuple(force for force in study.forces if any(force == one for one, _ in found))
    rooms = tuple(room for room in study.centre.groups if any(room == one for _, one in found))
    return Panel(
        design, channel, contacts, forces or study.forces, rooms or (*study.centre.groups,)
    )


class _Plan:
    """Where everything goes, in inches."""

    def __init__(self, panels: Sequence[Panel]) -> None:
        count = max(len(panel.rooms) for panel in panels)
        lines = max(len(panel.forces) for panel in panels)
        labels = {self.label(force) for panel in panels for force in panel.forces}
        widest_in = max(text_width_in(label, SMALL_PT) for label in labels)
        self.label_in = widest_in + CALLERS_IN + 0.1
        alone_in = (WIDTH_IN - 0.15 - self.label_in) / count
        side_by_side_in = ((WIDTH_IN - 0.15 - GAP_IN) / 2 - self.label_in) / count
        self.columns = 2 if side_by_side_in >= CELL_FOR_NAMES_IN else 1
        wanted_in = side_by_side_in if self.columns > 1 else alone_in
        self.cell_in = min(WIDEST_CELL_IN, wanted_in)
        self.upright = self.cell_in < CELL_FOR_NAMES_IN
        rooms = {room for panel in panels for room in panel.rooms}
        self.upright = self.upright or any("…" in self.room_name(room) for room in rooms)
        self.names_in = 0.6
        if self.upright:
            names_in = (text_width_in(self.room_name(room), SMALL_PT) for room in rooms)
            self.names_in = 0.32 + max(names_in)
        least_in = CALLERS_LONG_IN / min(len(panel.forces) for panel in panels)
        self.row_in = max(min(TALLEST_CELL_IN, self.cell_in), least_in)  # "callers of" is upright
        taken_in = self.label_in + self.cell_in * count
        self.step_in = max(taken_in + GAP_IN, (WIDTH_IN - 0.15) / self.columns)
        self.line_in = HEADING_IN + self.row_in * lines + self.names_in + 0.12

    @staticmethod
    def label(force: str) -> str:
        """Give a force's name as it stands beside its line."""
        return fitted(force, LABEL_MOST_IN, SMALL_PT)

    def room_name(self, room: str) -> str:
        """Give a room's name as it stands below its column."""
        if self.upright:
            return fitted(room, ROOM_NAME_MOST_IN, SMALL_PT)
        return fitted(room, self.cell_in - 0.1, SMALL_PT - 1, lines=2)

    @property
    def with_numbers(self) -> bool:
        """Whether a cell has room for its number."""
        return self.cell_in >= CELL_FOR_NUMBERS_IN


def _figure(study: Study, shares: Shares, plan: _Plan, panels: list[Panel], heading: str) -> Figure:
    lines = -(-len(panels) // plan.columns)
    sureness = (
        intervals(study, "The ± figures")
        if plan.with_numbers
        else f"95% intervals of the shares: {_widest(shares)} points at most"
    )
    sheet = Sheet(heading, SCALE_IN + plan.line_in * lines, (), footer(study, sureness))
    _scale(sheet, plan)
    for place, panel in enumerate(panels):
        line, column = divmod(place, plan.columns)
        left_in = plan.label_in + column * plan.step_in
        top_in = SCALE_IN + HEADING_IN + line * plan.line_in
        width_in, height_in = plan.cell_in * len(panel.rooms), plan.row_in * len(panel.forces)
        axes = sheet.panel(left_in, top_in, width_in, height_in)
        _cells(axes, study, shares, plan, panel)
        heading_in = left_in - plan.label_in + MARGIN_IN
        sheet.heading(_heading(plan, panel), heading_in, top_in, SMALL_PT + 1)
    return sheet.figure


def _heading(plan: _Plan, panel: Panel) -> str:
    """Give design and channel; it is the design's name that gives way."""
    channel = f": {in_sentence(panel.contacts)}"
    spare_in = plan.step_in - GAP_IN - MARGIN_IN - text_width_in(channel, SMALL_PT + 1, "bold")
    return fitted(panel.design.label, max(spare_in, 0.8), SMALL_PT + 1, weight="bold") + channel


def _widest(shares: Shares) -> str:
    halves = [100 * share.half_width for share in shares.values() if share.has_interval]
    return plus_minus(max(halves)) if halves else "unknown"


def _scale(sheet: Sheet, plan: _Plan) -> None:
    """Draw what the colours mean, above the cells."""
    axes = sheet.panel(plan.label_in, 0.02, 3.4, 0.11)
    scale = ScalarMappable(SHADE, colormaps[COLOURS])
    bar = sheet.figure.colorbar(scale, cax=axes, orientation="horizontal")
    bar.set_ticks([share / 100 for share in TICKS], labels=[f"{share}" for share in TICKS])
    bar.set_label("% of the force's answered contacts", size=SMALL_PT)
    bar.outline.set_linewidth(0.4)
    axes.minorticks_off()
    axes.tick_params(labelsize=SMALL_PT)
    axes.set_label("scale")


def _cells(axes: Axes, study: Study, shares: Shares, plan: _Plan, panel: Panel) -> None:
    found = [
        [shares.get((panel.design.name, f, panel.channel, g), Estimate()) for g in panel.rooms]
        for f in panel.forces
    ]
    values = np.array([[share.value for share in line] for line in found])
    axes.pcolormesh(
        np.ma.masked_invalid(values), cmap=COLOURS, norm=SHADE, edgecolors="white", linewidth=0.5
    )
    axes.set_ylim(len(values), 0)
    for line, force in enumerate(panel.forces):
        for column, room in enumerate(panel.rooms):
            if study.centre.groups[room].force == force:
                own = Rectangle((column, line), 1, 1, fill=False, edgecolor=TEXT, clip_on=False)
                axes.add_patch(own)
            if plan.with_numbers:
                _number(axes, column, line, found[line][column])
    axes.set_xticks(
        np.arange(len(panel.rooms)) + 0.5,
        [plan.room_name(room) for room in panel.rooms],
        rotation=90 if plan.upright else 0,
        size=SMALL_PT if plan.upright else SMALL_PT - 1,
    )
    axes.set_yticks(np.arange(len(panel.forces)) + 0.5, [plan.label(f) for f in panel.forces])
    axes.tick_params(length=0)
    axes.set_xlabel("answered by", size=SMALL_PT, color=QUIET)
    axes.set_ylabel("callers of", size=SMALL_PT, color=QUIET)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _number(axes: Axes, column: int, line: int, share: Estimate) -> None:
    """Write a share in percent with its interval below it."""
    colour = "white" if share.value > DARK_FROM else "black"
    axes.text(
        column + 0.5,
        line + 0.47,
        share.percent if share.missing or share.same else f"{percent_number(share.value, 1)}%",
        ha="center",
        va="bottom",
        size=SMALL_PT,
        color=colour,
    )
    if share.has_interval and not share.same:
        axes.text(
            column + 0.5,
            line + 0.56,
            plus_minus(100 * share.half_width),
            ha="center",
            va="top",
            size=SMALL_PT - 1.5,
            color=colour,
        )


def _caption(study: Study, lending: list[DesignName], *, numbers: bool) -> str:
    text = (
        "Each line is a force whose callers were answered, each column a room: the cell is the "
        "share of that force's answered contacts which that room took. Outlined: the force's own "
        "room. Forces and rooms that take no part under a design are left out of its panel. "
    )
    text += (
        with_intervals(
            study,
            "Below each share its 95% interval (±, in points); where there is none, the share was "
            "the same in every run.",
        )
        if numbers
        else "There are too many rooms to print numbers here; they stand in kpi.parquet "
        "(measure exchange)."
    )
    alone = [design.label for design in study.designs if design not in lending]
    if alone:
        text += f" Not shown, as no room answers for another there: {listing(alone)}."
    return text


def _alt(study: Study, lending: list[DesignName]) -> str:
    said = []
    for design in lending:
        own = study.estimate(
            design.name, study.whole, study.main_channel.name, "answered_elsewhere"
        )
        if not own.missing:
            said.append(
                f"with {design.label} {own.percent_in_words} of answered "
                f"{in_sentence(study.main_channel.contacts)} in {study.everybody}"
            )
    tail = f" Answered by another room: {listing(said)}." if said else ""
    return (
        f"Table of {len(study.forces)} forces against {len(study.centre.groups)} rooms for each "
        f"design in which rooms help each other.{tail}"
    )
