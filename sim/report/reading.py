"""The first sentence of an experiment that asks how far something holds, by rule.

Enters: what `[answer]` asks, or what a sweep asks by itself (where a design does as well as the
baseline; with one design alone, where the target is met). Leaves: one sentence over the whole
sweep, and beside its figures a table of all that was read.
"""

from collections.abc import Sequence
from dataclasses import replace

from sim.config.reading import EACH, EVERY, Reading
from sim.experiment.robust.margins import wilson
from sim.experiment.tables import ALL
from sim.report import needed
from sim.report.answer import Answer, in_sentence, quoted
from sim.report.asked import NAMED_DESIGNS, Asked, paid
from sim.report.beside import NOTHING, Beside, Line, Table, together
from sim.report.crossing import Crossing, Shape, tightest
from sim.report.crossing_words import in_words
from sim.report.estimate import Estimate, duration, listing, percent_number
from sim.report.figures.style import colour_of, shown
from sim.report.margins import FEW_LINES, Along, Margins, lines_along
from sim.report.needed import handlers_in_words, need
from sim.report.published import explained
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep, sweep_of

FEW_FORCES = 4
HEADINGS = {
    "target": "Where the target is met",
    "baseline": "Where sharing pays",
    "as_now": "How far it can go before today's service is lost",
    "published": "What explains the published figures",
}


def led_by_reading(usual: Answer, study: Study) -> Answer:
    """Give the answer with what was asked over the sweep, or design by design, in front."""
    sweep = sweep_of(study)
    asked = _asked(sweep)
    if asked is None:
        return usual
    if asked.reading.holds == "published":
        sentence = explained(study)
    elif sweep.sampled:
        sentence = _over_the_space(sweep, asked)
    elif asked.reading.along is None:
        sentence = _design_by_design(study, asked)
    else:
        sentence = _over_the_sweep(sweep, asked)
    if not sentence:
        return usual
    more = (*_how_often(sweep, asked), _here(sweep, usual.sentence), *usual.more)
    return replace(usual, heading=HEADINGS[asked.reading.holds], sentence=sentence, more=more)


def _here(sweep: Sweep, sentence: str) -> str:
    """Say of the usual sentence that it is about one point, which the page names."""
    if not sweep.axes:
        return sentence
    return f"At the point nearest to the centre itself: {sentence[0].lower()}{sentence[1:]}"


def _asked(sweep: Sweep) -> Asked | None:
    """Give what is asked; None where nothing is and nothing can be read by itself."""
    study = sweep.study
    reading = study.experiment.answer or _by_itself(sweep)
    if reading is None:
        return None
    named = set(reading.channels) or {study.main_channel.name}
    channels = tuple(channel for channel in study.channels if channel.name in named)
    forces = {EVERY: (study.whole,), EACH: study.forces}.get(str(reading.forces), reading.forces)
    designs = study.designs if reading.holds == "target" else study.others
    return Asked(reading, channels, tuple(forces), designs)


def _by_itself(sweep: Sweep) -> Reading | None:
    """Give what a sweep asks if its file does not say: about its first key."""
    if not sweep.axes:
        return None
    holds = "baseline" if sweep.study.others else "target"
    return Reading(holds=holds, along=sweep.axes[0].keys[0])


def _over_the_sweep(sweep: Sweep, asked: Asked) -> str:
    """Say for each design how far it holds, at each combination of the other keys."""
    lines = _lines(sweep, asked)
    if not lines:
        return ""
    still = _still(sweep, asked)
    moved = [design for design in asked.designs if design not in still]
    said = [(design, _along_all(lines[:FEW_LINES], design, asked)) for design in moved]
    said += [(design, _whatever(lines[0], design, asked)) for design in still]
    left_out = len(lines) > FEW_LINES or len(said) > NAMED_DESIGNS
    rest = " (the rest is in the table)" if left_out else ""
    clauses = _alike(said[:NAMED_DESIGNS])
    return f"{_opening(sweep, asked)} {'; '.join(clauses)}{rest}.{paid(lines[0], moved, asked)}"


def _alike(said: Sequence[tuple[DesignName, str]]) -> list[str]:
    """Give a clause for each thing that is said, with all the designs of which it is."""
    designs: dict[str, list[str]] = {}
    for design, text in said:
        designs.setdefault(text, []).append(quoted(design))
    return [f"with {listing(names)} {text}" for text, names in designs.items()]


def _lines(sweep: Sweep, asked: Asked) -> list[Along]:
    """Give the lines that can be read: several values, each with an interval."""
    if sweep.study.replications == 1:
        return []
    lines = lines_along(sweep, asked.reading.along, asked.reading.holds)
    return [line for line in lines if len(line.points) > 1]


def _still(sweep: Sweep, asked: Asked) -> list[DesignName]:
    """Give the designs that nothing moves of all that is varied, where there are others."""
    if asked.reading.holds != "target":
        return []
    still = [
        design
        for design in asked.designs
        if all(sweep.unmoved(sweep.points, design, channel) for channel in asked.channels)
    ]
    return still if len(still) < len(asked.designs) else []


def _along_all(lines: Sequence[Along], design: DesignName, asked: Asked) -> str:
    """Say how far a design holds on each channel, once for all other values that leave it so."""
    said = []
    for channel in asked.channels:
        held: dict[str, list[str]] = {}
        for line in lines:
            held.setdefault(_on(line, design, channel, asked), []).append(line.held)
        told = [f"{text} [{_joined(where)}]" for text, where in held.items()]
        on = f"for {in_sentence(channel.contacts)} " if len(asked.channels) > 1 else ""
        said.append(f"{on}{listing(told) if len(told) > 1 else next(iter(held))}")
    return listing(said) if len(lines) == 1 else "; ".join(said)


def _joined(held: Sequence[str]) -> str:
    """Give several values of the same, what it is named once.

    >>> _joined(["Penalty at 1", "Penalty at 1.1"])
    'Penalty at 1 and 1.1'
    """
    parts = [text.rpartition(" at ") for text in held]
    if len({about for about, *_ in parts}) == 1:
        return f"{parts[0][0]} at {listing([value for *_, value in parts])}"
    return "; ".join(held)


def _whatever(line: Along, design: DesignName, asked: Asked) -> str:
    """Say of a design that nothing moves how it stands, with the figures."""
    said = []
    for channel in asked.channels:
        found = line.crossing(design, asked.forces, channel)
        at = line.points[0]
        levels = {force: line.sweep.level(at, design, force, channel) for force in asked.forces}
        force = min(levels, key=lambda force: (levels[force].value, force))
        fate = "always" if found.shape is Shape.ALWAYS else "never"
        where = line.sweep.study.everybody if force == ALL else force
        level = f"{levels[force].percent_in_brief} of {in_sentence(channel.contacts)} in {where}"
        said.append(f"{fate}, whatever the value, with {level}")
    return listing(said)


def _opening(sweep: Sweep, asked: Asked) -> str:
    """Say along what it is asked, and what must hold."""
    axis = sweep.axis_of(str(asked.reading.along))
    key = asked.reading.called or (axis.words if axis else str(asked.reading.along))
    return f"{key[:1].upper()}{key[1:]}: {_what_holds(sweep, asked, axis)}"


def _what_holds(sweep: Sweep, asked: Asked, axis: Axis | None = None) -> str:
    study = sweep.study
    whose, base = _whose(study, asked), quoted(study.baseline)
    if asked.reading.holds == "target":
        return f"{_promises(asked)} {whose}"
    if asked.reading.holds == "as_now":
        own = asked.values(axis).exactly(float(study.varied[axis.keys[0]])) if axis else "present"
        return f"what {base} answer in time at {own} is kept {whose}"
    what = listing([in_sentence(channel.contacts) for channel in asked.channels])
    return f"as many {what} are answered in time {whose} as with {base}, or more,"


def _promises(asked: Asked) -> str:
    """Say what is promised on each channel."""
    return listing(
        [
            f"{percent_number(channel.target_share, 0)}% of {in_sentence(channel.contacts)} are "
            f"answered within {duration(channel.within_s)}"
            for channel in asked.channels
        ]
    )


def _whose(study: Study, asked: Asked) -> str:
    if asked.reading.forces == EACH:
        return "in every force"
    if asked.reading.forces == EVERY:
        return f"in {study.everybody}{' (counted as one)' if len(study.forces) > 1 else ''}"
    return f"in {listing(list(asked.forces))}"


def _on(line: Along, design: DesignName, channel: Channel, asked: Asked) -> str:
    """Say how far a design holds on a channel."""
    needs = need(line, design, asked.forces, channel)
    found = needs.crossing
    text = words(line, found, asked)
    if asked.reading.holds == "target" and line.sweep.staff_varies(line.points):
        posts = handlers_in_words(needs)
        text += f", which is {posts}" if posts else ""
    if len(asked.forces) > 1 and found.shape is not Shape.ALWAYS:
        each = [(force, line.crossing(design, (force,), channel)) for force in asked.forces]
        text += f", {tightest(each)} worst off"
    return text


def words(line: Along, found: Crossing, asked: Asked) -> str:
    """Say how far something holds."""
    downwards = asked.reading.holds == "as_now"
    return in_words(asked.values(line.axis), found, downwards=downwards)


def _over_the_space(sweep: Sweep, asked: Asked) -> str:
    """Say at what share of drawn points each design holds, for certain."""
    study, margins = sweep.study, Margins(sweep, asked.reading.holds)
    if study.replications == 1:
        return ""
    clauses = []
    for design in asked.designs[:NAMED_DESIGNS]:
        found = [
            [margins.worst(point, design, asked.forces, channel) for channel in asked.channels]
            for point in sweep.points
        ]
        holds = sum(all(one.low >= 0 for one in each) for each in found)
        fails = sum(any(one.high < 0 for one in each) for each in found)
        clauses.append(
            f"in {_share(holds, len(found))} with {quoted(design)} (not so, for certain, in "
            f"{_share(fails, len(found))})"
        )
    return (
        f"Of {len(sweep.points)} sets of values drawn over the whole ranges: "
        f"{_what_holds(sweep, asked)} {'; '.join(clauses)}."
    )


def _share(count: int, of: int) -> str:
    return Estimate(*wilson(count, of)).percent_in_brief


def _design_by_design(study: Study, asked: Asked) -> str:
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


def _level(force: str, channel: Channel, level: Estimate, asked: Asked) -> str:
    on = f", {in_sentence(channel.contacts)}" if len(asked.channels) > 1 else ""
    return f"{shown(force)}{on}: {level.percent_in_brief}"


def _how_often(sweep: Sweep, asked: Asked) -> list[str]:
    """Say in how many runs a target is met at each value of the key."""
    line = next(iter(_lines(sweep, asked)), None)
    if asked.reading.holds != "target" or line is None or len(asked.forces) > 1:
        return []
    values, said = asked.values(line.axis), []
    for design in asked.designs[:NAMED_DESIGNS]:
        for channel in asked.channels:
            counts = [
                (value, line.weeks_on_target(point, design, asked.forces[0], channel))
                for value, point in zip(line.values, line.points, strict=True)
            ]
            clauses = [
                f"{count[0]} of {count[1]} at {values.exactly(value)}"
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
    asked = _asked(sweep_of(study))
    told = NOTHING if asked is None or asked.reading.holds == "target" else table(study)
    return together(told, needed.beside(study))


def table(study: Study) -> Beside:
    """Give all that was read, by design, force and channel."""
    sweep = sweep_of(study)
    asked = _asked(sweep)
    if asked is None or asked.reading.holds == "published":
        return NOTHING
    lines = _lines(sweep, asked)
    if not lines:
        return NOTHING
    few = len(study.forces) <= FEW_FORCES
    rows = study.rows if few else tuple(dict.fromkeys((study.whole, *asked.forces)))
    groups = []
    for line in lines:
        for channel in asked.channels:
            for row in rows:
                heading = f"{shown(row) if row == ALL else row}: {channel.promise}"
                cells = [
                    Line(
                        design.label,
                        (words(line, line.crossing(design, (row,), channel), asked),),
                        colour_of(design),
                    )
                    for design in asked.designs
                ]
                groups.append((f"{heading}; {line.held}" if line.held else heading, cells))
    called = asked.reading.called or lines[0].axis.words
    caption = (
        f"{HEADINGS[asked.reading.holds]}, by {called}: read off between the points by "
        "straight lines; in brackets the values between which these weeks cannot tell."
    )
    return Beside((), [Table(caption, ("Design", "Holds"), groups, frozenset({0}))])
