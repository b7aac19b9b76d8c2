"""The first sentence of an experiment that asks how far something holds, by rule.

Enters: what `[answer]` asks, or what a sweep asks by itself (where a design does as well as the
baseline; with one design alone, where the target is met). Leaves: one sentence over the whole
sweep, and beside its figures a table of all that was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, isinf, log10

from sim.config.reading import EACH, EVERY, Reading
from sim.experiment.tables import ALL
from sim.report import needed
from sim.report.answer import Answer, in_sentence, quoted
from sim.report.beside import NOTHING, Beside, Line, Table, together
from sim.report.estimate import Estimate, duration, listing, number, percent_number
from sim.report.figures.style import colour_of, shown
from sim.report.margins import FEW_LINES, Along, lines_along
from sim.report.published import explained
from sim.report.reach import Reach, Shape, tightest
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

NAMED_DESIGNS, FEW_FORCES = 6, 4
MOST_DIGITS = {False: 3, True: 1}  # whether in percent
HEADINGS = {
    "target": "Where the target is met",
    "baseline": "Where sharing pays",
    "as_now": "How far it can go before today's service is lost",
    "published": "What explains the published figures",
}


@dataclass(frozen=True)
class _Asked:
    """What is asked, with all that was left out filled in."""

    reading: Reading
    channels: tuple[Channel, ...]
    forces: tuple[str, ...]
    designs: tuple[DesignName, ...]

    @property
    def called(self) -> str:
        """What the key is called."""
        return self.reading.called or str(self.reading.along)


def led_by_reading(usual: Answer, study: Study) -> Answer:
    """Give the answer with what was asked over the sweep, or design by design, in front."""
    asked = _asked(study)
    if asked is None:
        return usual
    if asked.reading.holds == "published":
        sentence = explained(study)
    elif asked.reading.along is None:
        sentence = _design_by_design(study, asked)
    else:
        sentence = _over_the_sweep(study, asked)
    if not sentence:
        return usual
    more = (*_how_often(study, asked), _here(study, usual.sentence), *usual.more)
    return replace(usual, heading=HEADINGS[asked.reading.holds], sentence=sentence, more=more)


def _here(study: Study, sentence: str) -> str:
    """Say of the usual sentence at which values it holds."""
    if not study.varied:
        return sentence
    values = listing([f"{key} = {value}" for key, value in study.varied.items()])
    return f"With {values}: {sentence[0].lower()}{sentence[1:]}"


def _asked(study: Study) -> _Asked | None:
    """Give what is asked; None where nothing is and nothing can be read by itself."""
    reading = study.experiment.answer or _by_itself(study)
    if reading is None:
        return None
    named = set(reading.channels) or {study.main_channel.name}
    channels = tuple(channel for channel in study.channels if channel.name in named)
    forces = {EVERY: (study.whole,), EACH: study.forces}.get(str(reading.forces), reading.forces)
    designs = study.designs if reading.holds == "target" else study.others
    return _Asked(reading, channels, tuple(forces), designs)


def _by_itself(study: Study) -> Reading | None:
    """Give what a sweep over a grid asks if its file does not say: about its first key."""
    if (
        not study.varied
        or study.results.manifest["experiment"].get("vary_method", "grid") != "grid"
    ):
        return None
    holds = "baseline" if study.others else "target"
    return Reading(holds=holds, along=next(iter(study.varied)))


def _over_the_sweep(study: Study, asked: _Asked) -> str:
    """Say for each design how far it holds, at each combination of the other keys."""
    lines = [line for line in lines_along(study, asked.reading) if len(line.points) > 1]
    if not lines or study.replications == 1:
        return ""
    clauses = []
    for line in lines[:FEW_LINES]:
        where = "".join(f"at {key} = {value} " for key, value in line.held.items())
        clauses += [
            f"{where if len(lines) > 1 else ''}with {quoted(design)} {_all_of(line, design, asked)}"
            for design in asked.designs[:NAMED_DESIGNS]
        ]
    rest = " (the rest is in the table)" if _left_out(lines, asked) else ""
    return f"{_opening(study, asked)} {'; '.join(clauses)}{rest}."


def _left_out(lines: Sequence[Along], asked: _Asked) -> bool:
    return len(lines) > FEW_LINES or len(asked.designs) > NAMED_DESIGNS


def _opening(study: Study, asked: _Asked) -> str:
    """Say along what it is asked, and what must hold."""
    key = f"{asked.called[0].upper()}{asked.called[1:]}" if asked.reading.called else asked.called
    whose, base = _whose(study, asked), quoted(study.baseline)
    if asked.reading.holds == "target":
        return f"{key}: {_promises(asked)} {whose}"
    if asked.reading.holds == "as_now":
        own = float(study.varied[str(asked.reading.along)])
        return f"{key}: what {base} answer in time at {_value(own, asked)} is kept {whose}"
    what = listing([in_sentence(channel.contacts) for channel in asked.channels])
    return f"{key}: as many {what} are answered in time {whose} as with {base}, or more,"


def _promises(asked: _Asked) -> str:
    """Say what is promised on each channel."""
    return listing(
        [
            f"{percent_number(channel.target_share, 0)}% of {in_sentence(channel.contacts)} are "
            f"answered within {duration(channel.within_s)}"
            for channel in asked.channels
        ]
    )


def _whose(study: Study, asked: _Asked) -> str:
    if asked.reading.forces == EACH:
        return "in every force"
    if asked.reading.forces == EVERY:
        return f"in {study.everybody}{' (counted as one)' if len(study.forces) > 1 else ''}"
    return f"in {listing(list(asked.forces))}"


def _all_of(line: Along, design: DesignName, asked: _Asked) -> str:
    """Say how far a design holds on each channel that is asked about."""
    said = []
    for channel in asked.channels:
        force, found = _tightest(line, design, channel, asked)
        named = f" ({force} first)" if len(asked.forces) > 1 and _ends(found) else ""
        on = f" for {in_sentence(channel.contacts)}" if len(asked.channels) > 1 else ""
        said.append(f"{words(found, asked)}{on}{named}")
    return listing(said)


def _tightest(
    line: Along, design: DesignName, channel: Channel, asked: _Asked
) -> tuple[str, Reach]:
    return tightest([(force, line.reach(design, force, channel)) for force in asked.forces])


def _ends(found: Reach) -> bool:
    return found.shape not in {Shape.ALWAYS, Shape.UNKNOWN}


def words(found: Reach, asked: _Asked) -> str:
    """Say how far something holds."""
    ends = [_value(end, asked) for end in (min(found.values), max(found.values))]
    tried = f"{ends[0]} to {ends[1]}"
    if found.shape is Shape.UNKNOWN:
        return "not known (nobody called)"
    if found.shape is Shape.ALWAYS:
        sure = "" if found.sure else ", though not for certain at all of them"
        return f"at every value tried ({tried}){sure}"
    if found.shape is Shape.NEVER:
        sure = "" if found.sure else ", though not for certain at all of them"
        return f"at no value tried ({tried}){sure}"
    if found.shape is Shape.PATCHY:
        return f"at {listing([_value(value, asked) for value in found.holding])} alone"
    digits = _digits(found, asked)
    low = f"below {ends[0]}" if isinf(found.low) else _value(found.low, asked, digits)
    high = f"above {ends[1]}" if isinf(found.high) else _value(found.high, asked, digits)
    value = _value(found.value, asked, digits)
    if found.shape is Shape.UP_TO:
        return f"up to {value} ({low} to {high})"
    down = asked.reading.holds == "as_now"
    return f"down to {value} ({low} to {high})" if down else f"from {value} ({low} to {high}) up"


def _digits(found: Reach, asked: _Asked) -> int:
    """Give the decimals worth printing: what the interval supports, else what the steps do."""
    ends = [end for end in (found.low, found.high) if not isinf(end)]
    half = max((abs(end - found.value) for end in ends), default=0.0)
    gaps = [after - before for before, after in pairwise(found.values)]
    half = half or min(gaps) / 4
    scale = 100.0 if asked.reading.in_percent else 1.0
    return int(min(max(-floor(log10(scale * half)), 0), MOST_DIGITS[asked.reading.in_percent]))


def _value(value: float, asked: _Asked, digits: int | None = None) -> str:
    """Give a value of the key in words."""
    if asked.reading.in_percent:
        return f"{number(100 * value, digits or 0)}%" if digits is not None else f"{100 * value:g}%"
    return f"{value:g}" if digits is None else f"{number(value, digits)}"


def _design_by_design(study: Study, asked: _Asked) -> str:
    """Say under which designs the target is met for certain, and where the others miss it."""
    if asked.reading.holds != "target":
        return ""
    met, missed = [], []
    for design in asked.designs:
        short = [
            (force, channel, level)
            for channel in asked.channels
            for force in asked.forces
            for level in [study.estimate(design.name, force, channel.name, SERVICE_LEVEL)]
            if not level.missing and not level.low >= channel.target_share
        ]
        if not short:
            met.append(quoted(design))
            continue
        force, channel, level = min(short, key=lambda entry: entry[2].value - entry[1].target_share)
        sure = "" if level.high < channel.target_share else " for certain"
        where = _level(force, channel, level, asked)
        missed.append((design, f"not{sure} with {quoted(design)} ({where})"))
    first = "with none of the designs"
    if met:
        others = f", and with {listing(met[1:])}" if met[1:] else ""
        first = f"with {met[0]}, the first that does{others}"
    rest = "".join(f"; {clause}" for _, clause in missed[:NAMED_DESIGNS])
    if unnamed := [quoted(design) for design, _ in missed[NAMED_DESIGNS:]]:
        rest += f"; nor with {listing(unnamed)}"
    return (
        f"{_promises(asked)} {_whose(study, asked)}, as far as these weeks can tell, {first}{rest}."
    )


def _level(force: str, channel: Channel, level: Estimate, asked: _Asked) -> str:
    on = f", {in_sentence(channel.contacts)}" if len(asked.channels) > 1 else ""
    return f"{shown(force)}{on}: {level.percent_in_brief}"


def _how_often(study: Study, asked: _Asked) -> list[str]:
    """Say in how many runs a target is met at each value of the key."""
    if asked.reading.holds != "target" or asked.reading.along is None:
        return []
    line = next(iter(lines_along(study, asked.reading)), None)
    if line is None or len(asked.forces) > 1:
        return []
    said = []
    for design in asked.designs[:NAMED_DESIGNS]:
        for channel in asked.channels:
            counts = [
                (value, point.weeks_on_target(design.name, asked.forces[0], channel.name))
                for value, point in line.points
            ]
            clauses = [
                f"{count[0]} of {count[1]} at {_value(value, asked)}"
                for value, count in counts
                if count is not None
            ]
            contacts = in_sentence(channel.contacts)
            said.append(
                f"Runs in which {contacts} meet the target, with {quoted(design)}: "
                f"{', '.join(clauses)}."
            )
    return said


def beside(study: Study) -> Beside:
    """Give the tables beside a sweep: all that was read, and what each design needs."""
    asked = _asked(study)
    told = NOTHING if asked is None or asked.reading.holds == "target" else table(study)
    return together(told, needed.beside(study))


def table(study: Study) -> Beside:
    """Give all that was read, by design, force and channel."""
    asked = _asked(study)
    if asked is None or asked.reading.holds == "published" or asked.reading.along is None:
        return NOTHING
    lines = [line for line in lines_along(study, asked.reading) if len(line.points) > 1]
    if not lines or study.replications == 1:
        return NOTHING
    few = len(study.forces) <= FEW_FORCES
    rows = study.rows if few else tuple(dict.fromkeys((study.whole, *asked.forces)))
    groups = []
    for line in lines:
        held = ", ".join(f"{key} = {value}" for key, value in line.held.items())
        for channel in asked.channels:
            for row in rows:
                heading = f"{shown(row) if row == ALL else row}: {channel.promise}"
                groups.append(
                    (
                        f"{heading}; {held}" if held else heading,
                        [
                            Line(
                                design.label,
                                (words(line.reach(design, row, channel), asked),),
                                colour_of(design),
                            )
                            for design in asked.designs
                        ],
                    )
                )
    caption = (
        f"{HEADINGS[asked.reading.holds]}, by {asked.called}: read off between the points by "
        "straight lines; in brackets the values between which these weeks cannot tell."
    )
    return Beside((), [Table(caption, ("Design", "Holds"), groups, frozenset({0}))])
