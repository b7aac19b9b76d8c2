"""What events did to callers, in words and tables, all of it by rule."""

from collections.abc import Callable, Sequence

from sim.report.answer import in_sentence
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import MISSING, Estimate, listing
from sim.report.figures.style import colour_of, shown
from sim.report.incidents import (
    ABANDONED,
    IN_TIME,
    LONGEST,
    OVER,
    RECOVERY,
    Incident,
    Struck,
    incidents,
)
from sim.report.quantities import change, change_interval, plain, plain_interval, size_in_brief
from sim.report.study import DesignName, Study

CENSORED = "recovery_censored"
Words = tuple[Callable[[Estimate], str], Callable[[Estimate], str]]
PLAIN: Words = (plain, plain_interval)
CHANGE: Words = (change, change_interval)
NAMED_DESIGNS, FEW_DESIGNS = 6, 1


def events(study: Study) -> Beside:
    """Say what each event did under each design, and give the table of each."""
    found = incidents(study)
    if not found:
        return NOTHING
    sentences = [text for incident in found for text in _sentences(study, incident)]
    return Beside(
        [*_all_together(study, found), *sentences], [_table(study, incident) for incident in found]
    )


def leading(study: Study) -> int:
    """Give which of the sentences comes first on the page: that on all events, if several.

    Of one event it is that on the force struck hardest, if there is more than one force.
    """
    return 0 if len(incidents(study)) > 1 else 1


def _all_together(study: Study, found: list[Incident]) -> list[str]:
    """Say of several events, one after another, how many more callers wait over a minute."""
    if len(found) == 1:
        return []
    said = []
    for incident in found:
        more = {d: incident.of(d, study.whole, OVER).difference for d in study.designs}
        known = [(design, change) for design, change in more.items() if not change.missing]
        if known:
            contacts = in_sentence(incident.channel.contacts)
            said.append(f"{_called(incident)} ({contacts}): {_at_its_ends(study, known)}")
    about = f"How many callers of {study.everybody} wait over 60 s, against the same week without"
    return [f"{about}: {'; '.join(said)}."] if said else []


def _at_its_ends(study: Study, known: list[tuple[DesignName, Estimate]]) -> str:
    """Say what happens under the baseline, and the least and the most under the others."""
    clauses = [f"with {_quoted(d)} {_more(change)}" for d, change in known if d == study.baseline]
    others = sorted((c for d, c in known if d != study.baseline), key=lambda change: change.value)
    if len(others) > FEW_DESIGNS:
        clauses.append(f"with the {len(others)} others {_from_to(others[0], others[-1])}")
    else:
        clauses += [f"with {_quoted(d)} {_more(c)}" for d, c in known if d != study.baseline]
    return ", ".join(clauses)


def _from_to(least: Estimate, most: Estimate) -> str:
    """Say the least and the most of several changes, each with its interval."""
    if _more(least) == _more(most):
        return _more(least)
    if least.sign or most.sign:
        return f"from {_more(least)} to {_more(most)}"
    told = [f"{change(end)} ({change_interval(end)})" for end in (least, most)]
    return f"too close to call, from {' to '.join(told)}"


def _sentences(study: Study, incident: Incident) -> list[str]:
    """Say what an event did to all forces together, and whom it struck hardest."""
    whole, contacts = study.whole, in_sentence(incident.channel.contacts)
    said = []
    for design in study.designs[:NAMED_DESIGNS]:
        more = incident.of(design, whole, OVER).difference
        if more.missing:
            continue
        said.append(f"with {_quoted(design)} {_more(more)}{_recovered(incident, design, whole)}")
    if not said:
        return []
    text = (
        f"{_called(incident)}: how many more {contacts} of {study.everybody} wait over 60 s than "
        f"without the event: {'; '.join(said)}."
    )
    if len(study.designs) > NAMED_DESIGNS:
        text += " The other designs stand in the table."
    texts = [text]
    if len(study.forces) > 1:
        hardest = incident.hardest_hit[0]
        designs = study.designs[:NAMED_DESIGNS]
        there = [_in_time(incident, design, hardest) for design in designs]
        spill = [_elsewhere(incident, design, hardest) for design in designs]
        promise = in_sentence(incident.channel.promise)
        texts += [
            f"{_strikes(incident)}: {promise} there, {'; '.join(there)}.",
            f"What that does to the callers of the others: {_alike(designs, spill)}.",
        ]
    return [*texts, *_roofs(study, incident)]


def _strikes(incident: Incident) -> str:
    """Say whose callers the event is told by: those of the dark room, or those it struck most."""
    if incident.of_forces:
        return f"{_called(incident)}, as callers of {incident.hardest_hit[0]} meet it"
    return f"{_called(incident)} strikes {incident.hardest_hit[0]} hardest"


def _called(incident: Incident) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{incident.name}\N{RIGHT DOUBLE QUOTATION MARK}"


def _alike(designs: Sequence[DesignName], said: Sequence[str]) -> str:
    """Say what is so under each design, once for all of which the same is said."""
    named: dict[str, list[str]] = {}
    for design, text in zip(designs, said, strict=True):
        named.setdefault(text, []).append(_quoted(design))
    if len(named) == 1 < len(designs):
        return f"with each of the designs {said[0]}"
    return "; ".join(f"with {listing(names)} {text}" for text, names in named.items())


def _roofs(study: Study, incident: Incident) -> list[str]:
    """Say who goes dark under each design, and how many handlers are left."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for design in study.designs[:NAMED_DESIGNS]:
        dark, handlers = incident.dark(design), incident.handlers(design)
        if dark and not handlers.struck.missing:
            left = f"{_with_interval(handlers.struck)} of {_with_interval(handlers.calm)} handlers"
            alike.setdefault((listing(list(dark)), left), []).append(_quoted(design))
    said = [
        f"with {listing(designs)} {dark}, which leaves {left}"
        for (dark, left), designs in alike.items()
    ]
    about = "Who goes dark (all who share a roof under the design), and the handlers at their desks"
    return [f"{about} meanwhile: {'; '.join(said)}."] if said else []


def _with_interval(handlers: Estimate) -> str:
    if handlers.value == 0:
        return "none"
    tail = f" ({plain_interval(handlers)})" if handlers.has_interval else " (no interval)"
    return f"{plain(handlers)}{tail}"


def _more(more: Estimate) -> str:
    if not more.has_interval:
        return f"{change(more)} (a single run)"
    if more.same and not more.value:
        return "no more in any run"
    if more.sign > 0:
        return f"{plain(more)} more ({plain_interval(more)})"
    if more.sign < 0:
        return f"{size_in_brief(more, 'fewer')}"
    return f"too close to call ({change(more)}, {change_interval(more)})"


def _recovered(incident: Incident, design: DesignName, row: str) -> str:
    """Say how long after the event the target is met again."""
    after = incident.of(design, row, RECOVERY).struck
    if after.missing:
        return ""
    if after.value == 0:
        return ", on target again as soon as it is over"
    minutes = _scaled(after, 1 / 60)
    text = f", on target again {size_in_brief(minutes, 'min')} after its end"
    censored = incident.of(design, row, CENSORED).struck
    if not censored.missing and censored.value > 0:
        text += f" (or later: in {100 * censored.value:.0f}% of weeks not within the week)"
    return text


def _in_time(incident: Incident, design: DesignName, force: str) -> str:
    """Say how far the share answered in time falls."""
    numbers = incident.of(design, force, IN_TIME)
    if numbers.struck.missing:
        return f"with {_quoted(design)} nobody called"
    level, before = numbers.struck.percent_in_brief, numbers.calm.percent_in_brief
    return f"with {_quoted(design)} {level} instead of {before}"


def _elsewhere(incident: Incident, design: DesignName, hardest: str) -> str:
    """Say in which other forces more callers wait over a minute because of the event."""
    changes = {
        force: incident.of(design, force, OVER).difference
        for force in incident.study.forces
        if force != hardest
    }
    harmed = sorted(
        (force for force, more in changes.items() if more.sign > 0),
        key=lambda force: -changes[force].value,
    )
    if not any(more.has_interval for more in changes.values()):
        return "not known, as there are no intervals"
    if not harmed:
        return "nothing that these weeks can tell"
    named = [f"{force} {_more(changes[force])}" for force in harmed[:NAMED_DESIGNS]]
    rest = len(harmed) - len(named)
    return listing([*named, *([f"{rest} more forces"] if rest else [])]) + " over 60 s"


def _table(study: Study, incident: Incident) -> Table:
    """Give an event's table: during the event, without it, and the difference."""
    contacts = incident.channel.contacts
    measures = {
        OVER: f"{contacts} over 60 s",
        ABANDONED: f"{contacts} abandoned",
        LONGEST: f"longest wait of {contacts}, s",
        IN_TIME: f"{incident.channel.promise}, %",
        RECOVERY: "time until the target is met again, min after the event",
    }
    groups = [
        (
            f"{shown(row)}: {words}",
            [_line(design, incident.of(design, row, measure), measure) for design in study.designs],
        )
        for row in incident.rows
        for measure, words in measures.items()
    ]
    left = len(study.forces) - sum(row in study.forces for row in incident.rows)
    rest = f" The other {left} forces stand in events.csv." if left else ""
    return Table(
        f"{_called(incident)}: contacts that came in during the event, and the same weeks without "
        f"it.{rest}",
        (
            *("Design", "With the event", "95% interval", "Without", "95% interval"),
            *("Difference", "95% interval"),
        ),
        groups,
    )


def _line(design: DesignName, numbers: Struck, measure: str) -> Line:
    cells: list[str] = []
    for estimate, words in (
        (numbers.struck, PLAIN),
        (numbers.calm, PLAIN),
        (numbers.difference, CHANGE),
    ):
        cells += _cells(estimate, measure, words)
    return Line(design.label, tuple(cells), colour_of(design))


def _cells(estimate: Estimate, measure: str, words: Words) -> tuple[str, str]:
    if estimate.missing:
        return MISSING, MISSING
    if measure == IN_TIME:
        if words is CHANGE:
            return estimate.points, estimate.points_interval
        return estimate.percent, estimate.percent_interval
    value, interval = words
    scaled = _scaled(estimate, 1 / 60) if measure == RECOVERY else estimate
    return value(scaled), interval(scaled)


def _scaled(estimate: Estimate, by: float) -> Estimate:
    ends = (estimate.value * by, estimate.low * by, estimate.high * by)
    return Estimate(*ends, estimate.replications)


def _quoted(design: DesignName) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{design.label}\N{RIGHT DOUBLE QUOTATION MARK}"
