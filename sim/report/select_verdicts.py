"""A choice in words, by rule: who is chosen, how sure that is, and what is left undecided."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.config.select import SelectBest, SelectCheapest
from sim.experiment.select.table import (
    MEETS,
    MISSES,
    OUT,
    SAME,
    SELECTED,
    UNDECIDED,
    Choice,
)
from sim.measures import DEFINITIONS
from sim.report.estimate import number
from sim.report.select_words import (
    Asked,
    Names,
    behind_of,
    few,
    hours,
    judged,
    size,
    value_of,
    within,
)

SKEWED = 1.0  # beyond it a rule that may err in 5% errs in 8% or 9%: docs/decisions/0018


@dataclass(frozen=True)
class Told:
    """A contest in words: a heading, and sentences of which the first names the winner.

    Parameters
    ----------
    points
        Those whose candidates stood in it.
    """

    points: frozenset[int]
    heading: str
    sentences: tuple[str, ...]


def verdicts(asked: Asked, choices: Sequence[Choice], names: Names) -> list[Told]:
    """Tell each contest; where each point has its own, the first sentence says which."""
    contests: dict[int, list[Choice]] = {}
    for choice in choices:
        contests.setdefault(choice.contest, []).append(choice)
    told = []
    for rows in contests.values():
        sentences = (
            _best(asked, rows, names)
            if isinstance(asked, SelectBest)
            else _cheapest(asked, rows, names)
        )
        if len(contests) > 1:
            sentences[0] = f"With {names.point(rows[0].point)}: {sentences[0]}"
        points = frozenset(row.point for row in rows)
        told.append(Told(points, _heading(rows, names), tuple(sentences)))
    return told


def _heading(rows: Sequence[Choice], names: Names) -> str:
    chosen = next((row for row in rows if row.verdict == SELECTED), None)
    if chosen is not None:
        return f"To choose: {names.candidate(chosen)}"
    undecided = any(row.verdict == UNDECIDED for row in rows)
    return "Not decided in the weeks allowed" if undecided else "None meets every target"


def guarantee(asked: Asked, choices: Sequence[Choice], names: Names) -> list[str]:
    """Say what is promised, what that rests on, and where it rests on too little."""
    contests = len({choice.contest for choice in choices})
    p = f"{100 * asked.probability:g}%"
    each = " This holds for each point by itself." if contests > 1 else ""
    if isinstance(asked, SelectBest):
        zone = size(asked.indifference, DEFINITIONS[asked.measure].unit)
        promise = (
            f"The guarantee: if one candidate is better than every other by {zone} or more, it is "
            f"the one chosen with a probability of at least {p}. Among candidates that lie closer "
            "together than that, any may be chosen"
        )
    else:
        zone = size(asked.tolerance, "share")
        promise = (
            f"The guarantee: with a probability of at least {p}, the chosen one reaches every "
            f"target less {zone}, and none that costs less exceeds every target by {zone}. Whoever "
            "lies closer to a target than that may be taken as meeting it or as missing it"
        )
    rests = (
        "It rests on weeks that are independent and as good as normally distributed, and on every "
        "assumption of the centre: it is about luck, not about wrong assumptions."
    )
    skewed = [
        row
        for row in choices
        if row.replications > asked.first_replications and abs(row.skewness) > SKEWED
    ]
    doubt = (
        f"The weeks of {few(skewed, names)} are far from normal (skewness beyond {SKEWED:g}), so "
        "that a decision about them is wrong more often than the guarantee allows."
    )
    return [f"{promise}.{each}", rests, *([doubt] if skewed else [])]


def _best(asked: SelectBest, rows: Sequence[Choice], names: Names) -> list[str]:
    about, candidates = judged(asked, names), _counted(rows)
    left = [row for row in rows if row.verdict == UNDECIDED]
    if left:
        further = max(row.further for row in left)
        return [
            (
                f"Not decided between {few(left, names)}, of {candidates}, after "
                f"{left[0].replications:,} weeks, judged by {about}."
            ),
            f"At most {further:,} more weeks would decide it.",
        ]
    (best,) = (row for row in rows if row.verdict == SELECTED)
    value, interval = value_of(best)
    out = [row for row in rows if row.verdict == OUT]
    last = max(out, key=lambda row: (row.replications, -row.behind))
    close = [row for row in out if row.behind < asked.indifference]
    said = [
        (
            f"{names.candidate(best)} is the best of {candidates}, {_surely(asked)}: {value} "
            f"({within(interval)}), judged by {about}."
        ),
        (
            f"{names.candidate(last)} was the last to fall behind, after {last.replications:,} "
            f"weeks: {behind_of(last)} behind {names.rival(last)} on the same weeks."
        ),
    ]
    if close:
        said.append(
            f"Less than {size(asked.indifference, best.unit)} behind, and so too close to matter: "
            f"{few(close, names)}; the guarantee does not tell such candidates apart."
        )
    return said


def _cheapest(asked: SelectCheapest, rows: Sequence[Choice], names: Names) -> list[str]:
    targets = judged(asked, names)
    left = [row for row in rows if row.verdict == UNDECIDED]
    meeting = [row for row in rows if row.verdict == MEETS]
    best = next((row for row in rows if row.verdict == SELECTED), None)
    if best is not None:
        return _found(asked, best, rows, names)
    if left:
        weeks, further = left[0].replications, max(row.further for row in left)
        shown = (
            f"The cheapest that was shown to meet them is {names.candidate(meeting[0])}, "
            f"{hours(meeting[0])}."
            if meeting
            else "No other was shown to meet them."
        )
        return [
            (
                f"Not decided: {weeks:,} weeks cannot tell whether {few(left, names)} "
                f"{_plural(left, 'meets', 'meet')} {targets}."
            ),
            shown,
            f"At most {further:,} more weeks would decide it.",
        ]
    nearest = max(
        (row for row in rows if row.verdict == MISSES), key=lambda row: row.value - row.target
    )
    return [
        f"None of {_counted(rows)} meets {targets}, {_surely(asked)}.",
        f"{names.candidate(nearest)} comes nearest; it misses most in {_spare(nearest, names)}.",
    ]


def _found(asked: SelectCheapest, best: Choice, rows: Sequence[Choice], names: Names) -> list[str]:
    """Tell the cheapest, who does as well for as much, and who was close to doing."""
    equal = [row for row in rows if row.verdict == MEETS]
    close = [
        row
        for row in rows
        if row.verdict == MISSES and abs(row.value - row.target) < asked.tolerance
    ]
    said = [
        (
            f"{names.candidate(best)} is the cheapest of {_counted(rows)} that meets "
            f"{judged(asked, names)}, {_surely(asked)}: {hours(best)}."
        )
    ]
    said.append(f"It has least to spare in {_spare(best, names)}.")
    if equal:
        said.append(
            f"{few(equal, names)} {_plural(equal, 'meets', 'meet')} them for the same hours; "
            "of those that cost the same, the first in the experiment is named."
        )
    if close:
        said.append(
            f"{few(close, names)} {_plural(close, 'lies', 'lie')} within "
            f"{size(asked.tolerance, 'share')} of a target, too close to matter, and "
            f"{_plural(close, 'was', 'were')} taken as missing it."
        )
    return said


def _surely(asked: Asked) -> str:
    """Say how sure a choice is, with the difference that it takes no notice of."""
    said = f"with a probability of at least {100 * asked.probability:g}%"
    if isinstance(asked, SelectBest):
        zone = size(asked.indifference, DEFINITIONS[asked.measure].unit)
        return f"{said} if the best leads by {zone} or more"
    return f"{said}, give or take {size(asked.tolerance, 'share')} of a target"


def _spare(choice: Choice, names: Names) -> str:
    """Say where a candidate comes closest to missing a target, or misses it most."""
    value, interval = value_of(choice)
    target = number(100 * choice.target, 1).removesuffix(".0")
    return f"{names.place(choice)}: {value} ({within(interval)}) against {target}%"


def _counted(rows: Sequence[Choice]) -> str:
    """Count the candidates that differ from each other."""
    return f"{sum(row.verdict != SAME for row in rows)} candidates"


def _plural(rows: Sequence[Choice], one: str, several: str) -> str:
    return one if len(rows) == 1 else several
