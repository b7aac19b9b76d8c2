"""The tables of the page, as rows of text: what they say is decided here, how they look in CSS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiment.answer import Verdict
from sim.measures import DEFINITIONS
from sim.report.answer import verdict
from sim.report.estimate import MISSING, Estimate, duration, fates, percent_number
from sim.report.figures.style import colour_of, shown
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

MARKS = {Verdict.MET: "✓", Verdict.NOT_MET: "✗", Verdict.UNCERTAIN: "?"}


@dataclass(frozen=True)
class LevelRow:
    """One design, force and channel against its target and against the baseline."""

    design: str
    colour: str
    force: str
    channel: str
    promise: str
    level: str
    interval: str
    target: str
    fate: str
    fate_class: str
    weeks: str
    change: str
    change_interval: str
    whole: bool

    @property
    def heading(self) -> str:
        """What the row stands under: force and channel."""
        return f"{self.force}: {self.promise}"


def level_rows(study: Study) -> list[LevelRow]:
    """Give the key table: designs within channels within forces, all forces first."""
    return [
        _level_row(study, design, row, channel)
        for row in study.rows
        for channel in study.channels
        for design in study.designs
    ]


def _level_row(study: Study, design: DesignName, row: str, channel: Channel) -> LevelRow:
    level = study.estimate(design.name, row, channel.name, SERVICE_LEVEL)
    change = study.difference(design.name, row, channel.name, SERVICE_LEVEL)
    baseline = design.name == study.baseline.name
    fate, fate_class = _fate(level, channel)
    return LevelRow(
        design=design.label,
        colour=colour_of(design),
        force=shown(row),
        channel=channel.label,
        promise=channel.promise,
        level=level.percent,
        interval=level.percent_interval,
        target=f"{percent_number(channel.target_share, 0)}%",
        fate=fate,
        fate_class=fate_class,
        weeks=_weeks(study.weeks_on_target(design.name, row, channel.name)),
        change="baseline" if baseline else change.points,
        change_interval="" if baseline else change.points_interval,
        whole=row == study.whole and len(study.forces) > 1,
    )


def _fate(level: Estimate, channel: Channel) -> tuple[str, str]:
    """Give the verdict with a mark that also tells it on grey paper, and its class in CSS."""
    if level.missing:
        return "no contacts", "none"
    if not level.has_interval:
        return "? no interval", "uncertain"
    found = verdict(level, channel)
    return f"{MARKS[found]} {found.value}", found.name.lower()


def _weeks(met: tuple[int, int] | None) -> str:
    return MISSING if met is None else f"{met[0]} of {met[1]}"


@dataclass(frozen=True)
class GlanceRow:
    """One design and channel over all forces: the level, the change, and a count of forces."""

    design: str
    colour: str
    channel: str
    level: str
    interval: str
    change: str
    change_interval: str
    fates: str
    gains: str

    @property
    def heading(self) -> str:
        """What the row stands under: the channel."""
        return self.channel


def glance_rows(study: Study) -> list[GlanceRow]:
    """Give the designs at a glance; nothing where there is one force, as the key table has it.

    A design that has no contacts on a channel that others have is left out there.
    """
    if len(study.forces) == 1:
        return []
    rows = []
    anywhere = {
        channel.name
        for channel in study.channels
        for design in study.designs
        if not study.estimate(design.name, study.whole, channel.name, SERVICE_LEVEL).missing
    }
    for channel in study.channels:
        for design in study.designs:
            level = study.estimate(design.name, study.whole, channel.name, SERVICE_LEVEL)
            if level.missing and channel.name in anywhere:
                continue
            change = study.difference(design.name, study.whole, channel.name, SERVICE_LEVEL)
            baseline = design.name == study.baseline.name
            rows.append(
                GlanceRow(
                    design=design.label,
                    colour=colour_of(design),
                    channel=channel.promise,
                    level=level.percent,
                    interval=level.percent_interval,
                    change="baseline" if baseline else change.points,
                    change_interval="" if baseline else change.points_interval,
                    fates=_fates(study, design, channel),
                    gains="" if baseline else _gains(study, design, channel),
                )
            )
    return rows


def _fates(study: Study, design: DesignName, channel: Channel) -> str:
    levels = [
        study.estimate(design.name, force, channel.name, SERVICE_LEVEL) for force in study.forces
    ]
    found = [verdict(level, channel) for level in levels if level.has_interval]
    counts = [f"{found.count(what)} {what.value}" for what in Verdict if what in found]
    return ", ".join(counts) or MISSING


def _gains(study: Study, design: DesignName, channel: Channel) -> str:
    changes = [
        study.difference(design.name, force, channel.name, SERVICE_LEVEL) for force in study.forces
    ]
    return ", ".join(fates(changes)) or MISSING


@dataclass(frozen=True)
class Term:
    """A measure in the glossary."""

    name: str
    police: str
    sentence: str


def glossary(study: Study) -> Iterator[Term]:
    """Give every measure of the results folder; those that differ in a number only, once."""
    thresholds = [f"answered_within_{within_s}s" for within_s in study.answered_within_s]
    for name, definition in DEFINITIONS.items():
        if name in thresholds[1:]:
            continue
        if name in thresholds:
            times = [duration(within_s) for within_s in study.answered_within_s]
            yield Term(
                "answered_within_…s",
                "% answered in … seconds",
                "Share of the contacts offered that are answered within so many seconds, on the "
                f"force's own clock: {', '.join(times)}.",
            )
            continue
        yield Term(name, definition.police, definition.sentence)


def option_words(options: Mapping[str, Any]) -> str:
    """Give a design's options in one line."""
    return ", ".join(f"{key} = {value}" for key, value in options.items()) or MISSING


def pages_of(rows: Sequence[LevelRow], most: int) -> tuple[list[LevelRow], list[LevelRow]]:
    """Give the rows shown in the text, and those of single forces that go to the end."""
    if len(rows) <= most:
        return list(rows), []
    whole = [row for row in rows if row.whole]
    return whole, [row for row in rows if not row.whole]
