"""Robust conclusions, as the page tells them: sentences by rule, and tables."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isnan

from sim.experiment.robust.tables import (
    INDICES,
    MOSTLY_CHANCE,
    NEVER_TURNS,
    SAME_EVERYWHERE,
    TOO_FEW_ROWS,
    Holding,
    Influence,
)
from sim.measures import DEFINITIONS
from sim.report.answer import Answer
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import Estimate, listing
from sim.report.robustness import (
    Robustness,
    assumption_in_words,
    at_least,
    box_in_words,
    claim,
    claimed,
    contacts_of,
    index,
    label,
    quantity,
    quoted,
    robustness,
    share,
)
from sim.report.study import SERVICE_LEVEL, Study

MOST_INFLUENCES = 3
MOST_LEADING = 3  # conclusions in the first sentence
HALF = 0.5
NEARLY = 0.9  # of the sets
CHANCE = {
    SAME_EVERYWHERE: "It is the same in every set.",
    TOO_FEW_ROWS: "There are too few sets to tell what decides it.",
    MOSTLY_CHANCE: "What differs from set to set is mostly chance; more weeks per set would tell.",
}


def beside(study: Study) -> Beside:
    """Give the sentences and tables that stand with the figures."""
    found = robustness(study)
    if found is None:
        return NOTHING
    tables = [_shares(study, found), _deciders(study, found), _variances(study, found)]
    return Beside(
        [opening(study, found), summary(found), *(_told(study, found, row) for row in found.told)],
        [table for table in tables if table.groups],
    )


def led_by_robustness(usual: Answer, study: Study) -> Answer:
    """Give the answer over the whole ranges in front, where nothing else is asked.

    Of each design the first conclusion in the file's order is told.
    """
    asked, found = study.experiment, robustness(study)
    if found is None or asked.answer or asked.select or asked.events:
        return usual
    first: dict[str, Holding] = {}
    for row in found.holdings:
        first.setdefault(row.design, row)
    clauses = [_in_sets(study, row) for row in list(first.values())[:MOST_LEADING]]
    sentence = (
        f"Of {found.holdings[0].sets} sets of assumptions, drawn over the whole of their ranges: "
        f"{'; '.join(clauses)}."
    )
    own = f"At the centre's own values: {usual.sentence[0].lower()}{usual.sentence[1:]}"
    heading = "Wherever the assumptions lie in their ranges"
    return replace(
        usual, heading=heading, sentence=sentence, more=(summary(found), own, *usual.more)
    )


def _in_sets(study: Study, row: Holding) -> str:
    """Say in what share of the sets a conclusion holds, and in what share it surely does not."""
    _, whose = contacts_of(study, row)
    said = f"{claimed(study, row)} in {whose} in {share(row.holds, row.holds_low, row.holds_high)}"
    if not row.fails:
        return said
    return f"{said} and does not in {share(row.fails, row.fails_low, row.fails_high)}"


def opening(study: Study, found: Robustness) -> str:
    """Say what was tried, and what the shares are shares of."""
    first = found.holdings[0]
    left_out = (
        f" {first.impossible} of {first.all_sets} sets contradict themselves and are left out."
        if first.impossible
        else ""
    )
    drawn = found.assumptions
    return (
        f"{drawn} {'assumption was' if drawn == 1 else 'assumptions were'} moved over the whole of "
        f"{'its range' if drawn == 1 else 'their ranges'} at once: {first.sets} sets drawn evenly, "
        f"{study.runs(first.replications)} each, the same weeks for all. The shares are "
        "shares of these ranges and not probabilities: nobody knows where in its range a figure "
        f"lies.{left_out}"
    )


def summary(found: Robustness) -> str:
    """Say how many hold nearly everywhere, fail nearly everywhere, or hang on what is assumed.

    Where these weeks cannot tell in most of the sets, it is chance and not the assumptions.
    """
    most = sum(row.holds >= NEARLY for row in found.holdings)
    few = sum(row.fails >= NEARLY for row in found.holdings)
    unknown = sum(row.cannot_tell > HALF for row in found.holdings)
    counts = (
        (most, "hold", "holds", f"nearly everywhere (in {NEARLY:.0%} of the sets or more)"),
        (few, "fail", "fails", f"nearly everywhere (in {NEARLY:.0%} of the sets or more)"),
        (unknown, "stay", "stays", "open, because in most of the sets these weeks cannot tell"),
        (
            len(found.holdings) - most - few - unknown,
            "hold",
            "holds",
            "or not by what is assumed",
        ),
    )
    said = [f"{n} {many if n > 1 else one} {how}" for n, many, one, how in counts if n]
    return f"Conclusions: {len(found.holdings)}, of which {listing(said)}."


def spare(row: Holding) -> str:
    """Give what there is to spare at the centre's own values, with its interval."""
    return quantity(row, row.own, row.own_low, row.own_high)


def _told(study: Study, found: Robustness, row: Holding) -> str:
    """Say of one conclusion where it holds, what decides it and where it turns round."""
    said = [f"{claim(study, row)}.", f"Holds in {_held(row)}."]
    if row.box == NEVER_TURNS:
        held = "holds" if row.holds >= row.fails else "fails"
        said.append(f"By its estimate it {held} in every set that was tried.")
    elif sides := found.boxes.get(row.conclusion):
        said.append(f"{box_in_words(study, sides)}.")
    else:
        said.append("No one or two assumptions tell where it turns round.")
    if row.indices in CHANCE:
        said.append(CHANCE[row.indices])
    return " ".join(said)


def _held(row: Holding) -> str:
    """Say in what share of the sets a conclusion holds and fails."""
    said = (
        f"{share(row.holds, row.holds_low, row.holds_high)} of the sets, fails in "
        f"{share(row.fails, row.fails_low, row.fails_high)}"
    )
    return f"{said}; in {share(*_cannot_tell(row))} these weeks cannot tell"


def _shares(study: Study, found: Robustness) -> Table:
    first = found.holdings[0]
    return Table(
        f"In what share of {first.sets} sets of assumptions each conclusion holds: the whole 95% "
        f"interval over a set's {first.replications} weeks is on that side, else these weeks "
        "cannot tell. In brackets: 95% intervals, of the shares Wilson's. To spare: by how much "
        "it is so at the centre's own values, shares in points.",
        ("Conclusion", "Holds", "Cannot tell", "Fails", "To spare, as assumed", "As assumed"),
        _by_designs(
            study,
            found.holdings,
            lambda row: (
                share(row.holds, row.holds_low, row.holds_high),
                share(*_cannot_tell(row)),
                share(row.fails, row.fails_low, row.fails_high),
                spare(row),
                row.own_verdict,
            ),
        ),
        frozenset({4}),
    )


def _by_designs(
    study: Study, rows: Sequence[Holding], cells: Callable[[Holding], tuple[str, ...]]
) -> list[tuple[str, list[Line]]]:
    """Give a line for each conclusion, under the designs that it compares."""
    groups: dict[str, list[Line]] = {}
    for row in rows:
        theirs = quoted(label(study, row.against)) if row.against else "the target"
        heading = f"{quoted(label(study, row.design))} against {theirs}"
        contacts, whose = contacts_of(study, row)
        measure = "" if row.measure == SERVICE_LEVEL else f", {DEFINITIONS[row.measure].police}"
        line = Line(f"{contacts}, {whose}{measure}{at_least(row)}", cells(row))
        groups.setdefault(heading, []).append(line)
    return list(groups.items())


def _deciders(study: Study, found: Robustness) -> Table:
    groups = []
    for row in found.told:
        influences = _strongest(found.influences.get(row.conclusion, ()))
        if not influences or row.indices in CHANCE:
            continue
        lines = [
            Line(
                assumption_in_words(study, one.assumption, one.keys),
                (
                    index(one.total, one.total_low, one.total_high),
                    index(one.first, one.first_low, one.first_high),
                ),
            )
            for one in influences
        ]
        groups.append((claim(study, row), lines))
    return Table(
        "What decides how large the margin of a conclusion is: the assumptions of most weight. In "
        "all: the share of the variance between sets that stays until this assumption is known "
        "(total Sobol' index); alone: that it explains by itself (first order). In brackets: 95% "
        "bootstrap intervals; an estimate of a small share may fall below 0. All are in "
        f"{INDICES}.",
        ("Conclusion and assumption", "In all", "Alone"),
        groups,
    )


def _variances(study: Study, found: Robustness) -> Table:
    def percent(value: float) -> str:
        return Estimate(value).percent

    rows = [row for row in found.told if not isnan(row.from_assumptions)]
    return Table(
        "Where the variance of one week's margin comes from: what is assumed, the week (the same "
        "for all sets), or how a week strikes one set and not another. Chance left: what remains "
        "of the last in the mean of a set's weeks, of all that differs from set to set. Split by "
        "analysis of variance of the sets above; there are no intervals.",
        ("Conclusion", "Assumptions", "Weeks", "Both together", "Chance left"),
        _by_designs(
            study,
            rows,
            lambda row: tuple(
                percent(part)
                for part in (row.from_assumptions, row.from_weeks, row.from_both, row.noise)
            ),
        ),
    )


def _strongest(influences: Sequence[Influence]) -> list[Influence]:
    """Give the assumptions of most weight, strongest first."""
    return sorted(influences, key=lambda one: -one.total)[:MOST_INFLUENCES]


def _cannot_tell(row: Holding) -> tuple[float, float, float]:
    return row.cannot_tell, row.cannot_tell_low, row.cannot_tell_high
