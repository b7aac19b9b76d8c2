"""The answer in one sentence, by rule: every number of it stands in the results folder.

A design is judged on the answer's channel (that in which the run was to be precise, else the most
urgent), for all forces together and force by force. No sentence here knows what the question was,
so none says yes or no to it: they say more, fewer, mixed, or too close to call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from sim.experiment.answer import Estimate as Level
from sim.experiment.answer import Verdict, judge
from sim.report.estimate import Estimate, duration, fates, listing, percent_number
from sim.report.select_verdicts import Told
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

NAMED_DESIGNS, NAMED_FORCES = 4, 4  # with more of them, they are counted


class Finding(Enum):
    """What comparing a design with the baseline found; the value is its heading."""

    MORE = "More {contacts} answered in time"
    FEWER = "Fewer {contacts} answered in time"
    MIXED = "Mixed: some forces gain, others lose"
    PARTLY = "Too close to call in all, but not for every force"
    UNSURE = "Too close to call"
    SAME = "No difference at all"
    NO_INTERVAL = "One run only: no conclusion"
    NOBODY = "Nothing to compare: nobody called"
    DEPENDS = "It depends on the design"
    ALONE = "One design, nothing to compare it with"


@dataclass(frozen=True)
class Answer:
    """The answer: what was found, its heading and sentence, and what a board asks next."""

    finding: Finding
    heading: str
    sentence: str
    more: tuple[str, ...]


def answer(study: Study) -> Answer:
    """Give the answer of a study."""
    if not study.others:
        overall, sentence = Finding.ALONE, _alone(study)
    else:
        findings = [finding(study, design) for design in study.others]
        overall = findings[0] if len(set(findings)) == 1 else Finding.DEPENDS
        sentence = _sentence(study, findings)
    heading = overall.value.format(contacts=in_sentence(study.main_channel.contacts))
    return Answer(overall, heading, sentence, tuple(_also(study)))


def led_by_events(usual: Answer, events: Sequence[str], first: int = 1) -> Answer:
    """Give the answer of a study that asks about events: what they do comes first.

    The usual answer follows among the rest.

    Parameters
    ----------
    first
        Which of the sentences leads; the last if there are fewer. Where it is the first, it is
        about several events, and the others stand in their section alone.
    """
    if not events:
        return usual
    lead = min(first, len(events) - 1)
    beside = (*events[:lead], *events[lead + 1 :]) if first else ()
    rest = (*beside, usual.sentence, *usual.more)
    return replace(usual, heading="What happens while it lasts", sentence=events[lead], more=rest)


def led_by_choice(usual: Answer, choice: Told | None) -> Answer:
    """Give the answer of a study that asks what to choose: the choice comes first."""
    if choice is None:
        return usual
    first, *others = choice.sentences
    more = (*others, usual.sentence, *usual.more)
    return replace(usual, heading=choice.heading, sentence=first, more=more)


def finding(study: Study, design: DesignName) -> Finding:
    """Judge a design against the baseline."""
    total = _change(study, design, study.whole)
    if total.missing:
        return Finding.NOBODY
    if not total.has_interval:
        return Finding.NO_INTERVAL
    changes = [total, *(_change(study, design, force) for force in study.forces)]
    signs = {change.sign for change in changes}
    if {1, -1} <= signs:
        return Finding.MIXED
    if total.sign == 0 and signs != {0}:
        return Finding.PARTLY
    if total.sign:
        return Finding.MORE if total.sign > 0 else Finding.FEWER
    return Finding.SAME if total.value == total.low == total.high == 0 else Finding.UNSURE


def _change(study: Study, design: DesignName, row: str) -> Estimate:
    return study.difference(design.name, row, study.main_channel.name, SERVICE_LEVEL)


def _level(study: Study, design: DesignName, row: str, channel: Channel) -> Estimate:
    return study.estimate(design.name, row, channel.name, SERVICE_LEVEL)


def _opening(study: Study) -> str:
    """Say how the baseline does, for all forces together."""
    channel, baseline = study.main_channel, study.baseline
    level = _level(study, baseline, study.whole, channel)
    return (
        f"Of {in_sentence(channel.contacts)} in {study.everybody}, {level.percent_in_words} are "
        f"answered within {duration(channel.within_s)} with {quoted(baseline)}"
    )


def _alone(study: Study) -> str:
    channel = study.main_channel
    level = _level(study, study.baseline, study.whole, channel)
    if level.missing:
        contacts = in_sentence(channel.contacts)
        return f"Nobody called: no {contacts} were offered, so there is nothing to say."
    target = percent_number(channel.target_share, 0)
    fate = {
        Verdict.MET: "is met",
        Verdict.NOT_MET: "is not met",
        Verdict.UNCERTAIN: "may or may not be met: the interval spans it",
    }[verdict(level, channel)]
    if not level.has_interval:
        fate = "cannot be judged from a single run"
    return f"{_opening(study)}; the target of {target}% {fate}."


def _sentence(study: Study, findings: list[Finding]) -> str:
    channel = study.main_channel
    if all(found is Finding.NOBODY for found in findings):
        contacts = in_sentence(channel.contacts)
        return f"Nobody called: no {contacts} were offered, so there is nothing to compare."
    designs = list(zip(study.others, findings, strict=True))
    if len(designs) > NAMED_DESIGNS:
        return f"{_opening(study)}; {_counted(study, designs)}."
    clauses = "; ".join(_clause(study, design, found) for design, found in designs)
    return f"{_opening(study)}; {clauses}."


def _clause(study: Study, design: DesignName, found: Finding) -> str:
    """Say how one design does, and what that is against the baseline."""
    change = _change(study, design, study.whole)
    level = _level(study, design, study.whole, study.main_channel)
    start = f"with {quoted(design)} {level.percent_in_brief}"
    if found is Finding.NOBODY:
        return f"with {quoted(design)} nobody called"
    if found is Finding.NO_INTERVAL:
        return f"{start}, in a single run, from which nothing follows for other weeks"
    if found is Finding.SAME:
        return f"{start}, the same in every run"
    text = f"{start}, {change.change_in_words()}"
    return f"{text}{_but(study, design)}" if found in {Finding.MIXED, Finding.PARTLY} else text


def _but(study: Study, design: DesignName) -> str:
    """Say which forces fare otherwise than all of them together."""
    total = _change(study, design, study.whole).sign
    changes = {force: _change(study, design, force) for force in study.forces}
    clauses = []
    for sign, verb in ((1, "gain"), (-1, "lose")):
        named = {force: change for force, change in changes.items() if change.sign == sign}
        if sign == total or not named:
            continue
        if len(named) > NAMED_FORCES:
            clauses.append(f"{len(named)} of {len(changes)} forces {verb}")
        else:
            clauses.append(
                listing(
                    [
                        f"{name} {verb}s {named[name].change_in_words('', '')}".replace("  ", " ")
                        for name in named
                    ]
                )
            )
    return f", but {listing(clauses)}"


def _counted(study: Study, designs: list[tuple[DesignName, Finding]]) -> str:
    """Count what many designs do, and name the greatest rise and fall."""
    words = {
        Finding.MORE: "more are answered in time with {}",
        Finding.FEWER: "fewer with {}",
        Finding.MIXED: "some forces gain and others lose with {}",
        Finding.PARTLY: "only some forces' figures are clear with {}",
        Finding.UNSURE: "it is too close to call with {}",
        Finding.SAME: "exactly as many with {}",
        Finding.NO_INTERVAL: "nothing can be said of {}, as there was a single run",
        Finding.NOBODY: "nobody called with {}",
    }
    found = [finding for _, finding in designs]
    counts = [text.format(found.count(what)) for what, text in words.items() if what in found]
    text = f"of the {len(designs)} other designs {listing(counts)}"
    changes = {design: _change(study, design, study.whole) for design, _ in designs}
    sure = sorted(
        (design for design, change in changes.items() if change.sign),
        key=lambda design: changes[design].value,
    )
    ends = [(sure[-1], "rise", 1), (sure[0], "fall", -1)] if sure else []
    named = [
        f"the greatest {word} is with {quoted(design)}, {changes[design].change_in_words()}"
        for design, word, sign in ends
        if changes[design].sign == sign
    ]
    if not {Finding.FEWER, Finding.MIXED, Finding.NO_INTERVAL} & set(found):
        text += ", and no force loses for certain with any of them"
    return f"{text}; {', '.join(named)}" if named else text


def _also(study: Study) -> list[str]:
    """Say what a board asks next: who gains and loses, other channels; the table has the rest."""
    said = []
    if len(study.others) <= NAMED_DESIGNS:
        said += [_by_force(study, design) for design in study.others if len(study.forces) > 1]
        said += [_other_channel(study, c) for c in study.channels if c != study.main_channel]
    if len(study.others) > 1 and study.replications > 1 and study.experiment.select is None:
        said.append(
            "The designs were compared with the baseline one by one. The one with the largest "
            "figure need not be the best of them: where the intervals of two designs overlap, "
            "this report does not choose between them."
        )
    return [text for text in said if text]


def _by_force(study: Study, design: DesignName) -> str:
    """Say who gains and who loses with a design."""
    changes = {force: _change(study, design, force) for force in study.forces}
    known = {force: change for force, change in changes.items() if change.has_interval}
    if not known:
        return ""
    about = f"{study.main_channel.promise}, with {quoted(design)}"
    if len(known) <= NAMED_FORCES:
        clauses = [f"{force} {change.change_in_words()}" for force, change in known.items()]
        return f"{about}: {'; '.join(clauses)}."
    least = min(known, key=lambda force: known[force].value)
    most = max(known, key=lambda force: known[force].value)
    return (
        f"{about}: of {len(known)} forces {listing(fates(known.values(), verbs=True))}; from "
        f"{_points(known[least])} in {least} to {_points(known[most])} in {most}."
    )


def _points(change: Estimate) -> str:
    return f"{change.points} points ({change.points_interval})"


def verdict(level: Estimate, channel: Channel) -> Verdict:
    """Judge a service level against its target, as the command line does."""
    return judge(Level(level.value, level.low, level.high), channel.target_share)


def _other_channel(study: Study, channel: Channel) -> str:
    """Say what the designs do to another channel, so that nobody gains 999 by losing 101 unseen."""
    clauses = []
    for design in study.others:
        change = study.difference(design.name, study.whole, channel.name, SERVICE_LEVEL)
        if change.has_interval:
            clauses.append(f"with {quoted(design)} {change.change_in_words()}")
    if not clauses:
        return _only_under_some(study, channel)
    return f"{channel.promise}, in {study.everybody}: {'; '.join(clauses)}."


def _only_under_some(study: Study, channel: Channel) -> str:
    """Say how a channel does that the baseline has no contacts on."""
    levels = {d: _level(study, d, study.whole, channel) for d in study.others}
    known = [
        f"with {quoted(design)} {level.percent_in_brief}"
        for design, level in levels.items()
        if not level.missing
    ]
    baseline = _level(study, study.baseline, study.whole, channel)
    if not known or not baseline.missing:
        return ""
    return (
        f"{channel.promise}, in {study.everybody}: {'; '.join(known)}; there are none with "
        f"{quoted(study.baseline)}."
    )


def in_sentence(words: str) -> str:
    """Give a label as it stands within a sentence; an abbreviation stays as it is.

    >>> in_sentence("Non-emergency contacts"), in_sentence("CCTV contacts")
    ('non-emergency contacts', 'CCTV contacts')
    """
    return words if words[1:2].isupper() else f"{words[:1].lower()}{words[1:]}"


def quoted(design: DesignName) -> str:
    """Give a design's label in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{design.label}\N{RIGHT DOUBLE QUOTATION MARK}"
