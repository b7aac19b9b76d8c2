"""What was chosen: read from a study, with the words and the table of its section."""

from collections.abc import Sequence
from math import isnan

from sim.config.select import SelectBest, SelectCheapest
from sim.experiment.select.table import (
    COLUMNS,
    MEETS,
    NOT_NEEDED,
    SAME,
    SELECT,
    SELECTED,
    UNDECIDED,
    Choice,
)
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import MISSING, number
from sim.report.figures.style import colour_of
from sim.report.select_verdicts import Told, guarantee, verdicts
from sim.report.select_words import Names, behind_of, judged, value_of
from sim.report.study import DesignName, Study
from sim.report.sweep import sweep_of

NAMED_KEYS = 4  # with more of them, a point is told by its keys
MOST_LINES = 60  # candidates in the page's table
_WHOLE = ("point", "contest", "replications", "further")  # numbers that are no fractions


def asked_of(study: Study) -> SelectBest | SelectCheapest | None:
    """Give what was to be chosen, if anything was."""
    return study.experiment.select


def choices(study: Study) -> list[Choice]:
    """Give what became of every candidate of all points; none where nothing was to be chosen."""
    table = study.results.optional(SELECT, COLUMNS)
    if table is None or asked_of(study) is None:
        return []
    rows = []
    for row in table.to_dict("records"):
        values = {str(name): value for name, value in row.items()}
        by_point = None if isnan(row["by_point"]) else int(row["by_point"])
        whole = {name: int(row[name]) for name in _WHOLE}
        rows.append(Choice(**(values | whole | {"by_point": by_point})))
    return rows


def names_of(study: Study) -> Names:
    """Give the names that the report uses."""
    swept, varied = sweep_of(study), study.results.varied
    return Names(
        {design.name: design.label for design in study.designs},
        {channel.name: channel.label for channel in study.channels},
        varied,
        {} if len(swept.axes) > NAMED_KEYS else {point: swept.held_at(point) for point in varied},
    )


def closest(found: Sequence[Choice], most: int) -> list[Choice]:
    """Give the candidates that matter most, in their order: the winner, and who came close."""
    weight = {SELECTED: 3, UNDECIDED: 2, MEETS: 1, SAME: -1, NOT_NEEDED: -2}

    def rank(one: Choice) -> tuple[float, ...]:
        off = 0.0 if isnan(one.value - one.target) else abs(one.value - one.target)
        return -weight.get(one.verdict, 0), -one.replications, off

    ranked = sorted(found, key=rank)
    kept = {id(one) for one in ranked[:most]}
    return [one for one in found if id(one) in kept]


def said_of(choice: Choice, names: Names) -> str:
    """Say what became of a candidate, in brief."""
    if choice.verdict == SAME:
        return f"the same as {names.rival(choice)}"
    if choice.by:
        return f"{behind_of(choice)} behind {names.rival(choice)}"
    if choice.verdict == NOT_NEEDED:
        return "not needed: costs more"
    if choice.verdict == UNDECIDED:
        return "not decided"
    return choice.verdict


def beside(study: Study) -> Beside:
    """Give the winner, the guarantee and the table of candidates."""
    asked, found = asked_of(study), choices(study)
    if asked is None or not found:
        return NOTHING
    names = names_of(study)
    told = verdicts(asked, found, names)
    shown = closest(found, MOST_LINES)
    rest = len(found) - len(shown)
    table = Table(
        f"Judged by {judged(asked, names)}. Weeks: how many it took. "
        + ("" if isinstance(asked, SelectBest) else "Shown is the target with least to spare. ")
        + "The intervals are 95% ones of each candidate by itself at the week at which it was "
        "decided, not widened for the choice; the guarantee does not rest on them."
        + (f" The {rest} candidates that came least close are in {SELECT}." if rest else ""),
        ("Design", "Verdict", "Handler hours", "Weeks", "Value", "95% interval", "Where"),
        _groups(study, shown, names),
        frozenset({0, 5}),
    )
    said = told[0].sentences if len(told) == 1 else [" ".join(one.sentences) for one in told]
    return Beside([*said, *guarantee(asked, found, names)], [table])


def lead(study: Study) -> Told | None:
    """Give the contest that the answer is about: that of the study's own point."""
    asked, found = asked_of(study), choices(study)
    if asked is None:
        return None
    told = verdicts(asked, found, names_of(study))
    return next((one for one in told if study.point in one.points), None)


def _groups(
    study: Study, shown: Sequence[Choice], names: Names
) -> list[tuple[str, Sequence[Line]]]:
    """Give the lines of the table under their points."""
    designs = {design.name: design for design in study.designs}
    by_point: dict[int, list[Line]] = {}
    for choice in shown:
        by_point.setdefault(choice.point, []).append(_line(designs[choice.design], choice, names))
    return [(_capital(names.point(point)), lines) for point, lines in by_point.items()]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _line(design: DesignName, choice: Choice, names: Names) -> Line:
    value, interval = value_of(choice)
    return Line(
        design.label,
        (
            said_of(choice, names),
            number(choice.rostered_h_per_week, 0),
            f"{choice.replications:,}" if choice.replications else MISSING,
            value,
            interval,
            names.place(choice) if choice.force else MISSING,
        ),
        colour_of(design),
    )
