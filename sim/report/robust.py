"""Robust conclusions: read, and put into words by rule."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import isnan
from typing import TypeVar

from sim.experiment.robust.tables import (
    BOXES,
    INDICES,
    MOSTLY_CHANCE,
    NEVER_TURNS,
    ROBUST,
    SAME_EVERYWHERE,
    TOO_FEW_ROWS,
    TORNADO,
    BoxSide,
    Holding,
    Influence,
    Swing,
    columns_of,
)
from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import Estimate, listing
from sim.report.evidence import in_words, with_unit
from sim.report.figures.style import colour_of
from sim.report.quantities import change, change_interval
from sim.report.results import Results
from sim.report.study import SERVICE_LEVEL, Study

KEY = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\S)+')  # names with spaces in them stand in quotes
MOST_TOLD = 12  # conclusions in sentences and details; all stand in the first table
MOST_INFLUENCES = 3
CHANCE = {
    SAME_EVERYWHERE: "It is the same in every set.",
    TOO_FEW_ROWS: "There are too few sets to tell what decides it.",
    MOSTLY_CHANCE: "What differs from set to set is mostly chance; more weeks per set would tell.",
}
Row = TypeVar("Row", Holding, Influence, BoxSide, Swing)


@dataclass(frozen=True)
class Robustness:
    """What the tables say of each conclusion, by its number."""

    holdings: tuple[Holding, ...]
    influences: Mapping[int, Sequence[Influence]]
    boxes: Mapping[int, Sequence[BoxSide]]
    swings: Mapping[int, Sequence[Swing]]

    @property
    def told(self) -> list[Holding]:
        """The conclusions that are told at length: those most in doubt, in their order."""
        doubt = sorted(self.holdings, key=lambda row: (-min(row.holds, 1 - row.holds), row.holds))
        chosen = {row.conclusion for row in doubt[:MOST_TOLD]}
        return [row for row in self.holdings if row.conclusion in chosen]

    @property
    def assumptions(self) -> int:
        """How many assumptions were drawn, those that move together as one."""
        return len({swing.assumption for rows in self.swings.values() for swing in rows})


def robustness(study: Study) -> Robustness | None:
    """Give what is known of the conclusions; None where nobody asked for it."""
    holdings = _rows(study.results, ROBUST, Holding)
    if not holdings:
        return None
    return Robustness(
        holdings,
        _by_conclusion(_rows(study.results, INDICES, Influence)),
        _by_conclusion(_rows(study.results, BOXES, BoxSide)),
        _by_conclusion(_rows(study.results, TORNADO, Swing)),
    )


def beside(study: Study) -> Beside:
    """Give the sentences and tables that stand with the figures."""
    found = robustness(study)
    if found is None:
        return NOTHING
    tables = [_shares(study, found), _deciders(study, found), _variances(study, found)]
    return Beside(
        [opening(study, found), *(_told(study, found, row) for row in found.told)],
        [table for table in tables if table.groups],
    )


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


def claim(study: Study, row: Holding) -> str:
    """Give a conclusion in words.

    It stands in the present tense, as what may hold or not.
    """
    labels = {design.name: design.label for design in study.designs}
    contacts = {channel.name: channel.contacts for channel in study.channels}
    about = contacts.get(row.channel, "contacts of all channels")
    whose = study.everybody if row.force == ALL else row.force
    ours, theirs = (_quoted(labels.get(name, name)) for name in (row.design, row.against))
    share = DEFINITIONS[row.measure].unit == "share"
    size = f"{100 * row.margin:g} points" if share else f"{row.margin:g}"
    if not row.against:
        more = f" by {size} or more" if row.margin else ""
        return f"{ours} meets the target for {about}{more}: {whose}"
    more = f" (by {size} or more)" if row.margin else ""
    if row.measure == SERVICE_LEVEL:
        return f"{ours} answers more {about} in time than {theirs}{more}: {whose}"
    measure = DEFINITIONS[row.measure].police
    return f"{ours} does better than {theirs} on {measure}, {about}{more}: {whose}"


def share(value: float, low: float, high: float) -> str:
    """Give a share with its interval in brief: "97.0% (92.1 to 99.0)"."""
    return Estimate(value, low, high).percent_in_brief


def spare(row: Holding) -> str:
    """Give what there is to spare at the centre's own values, with its interval."""
    return quantity(row, row.own, row.own_low, row.own_high)


def quantity(row: Holding, value: float, low: float, high: float) -> str:
    """Give a margin with its interval, in percentage points or in the measure's unit."""
    estimate = Estimate(value, low, high)
    if DEFINITIONS[row.measure].unit == "share":
        return f"{estimate.points} ({estimate.points_interval})"
    return f"{change(estimate)} ({change_interval(estimate)})"


def assumption_in_words(study: Study, name: str, keys: str) -> str:
    """Give an assumption's name as readers see it: its own, or its key in words."""
    return in_words(study, name) if name == keys else name


def figures_moved(keys: str) -> str:
    """Say how many figures of the centre an assumption moves.

    Examples
    --------
    >>> figures_moved('forces."North Yorkshire".per_day forces.Kent.per_day')
    '2 figures'
    """
    moved = len(KEY.findall(keys))
    return f"{moved} figure{'' if moved == 1 else 's'}"


def value_in_words(swing: Swing | BoxSide, value: float) -> str:
    """Give a value of an assumption with its unit."""
    return with_unit(swing.assumption, float(f"{value:.4g}"))


def box_in_words(study: Study, sides: Sequence[BoxSide]) -> str:
    """Say where a conclusion turns round, and how well that tells."""
    first = sides[0]
    where = listing([_side(study, side) for side in sides])
    holds = first.finds == "holds"
    coverage = share(first.coverage, first.coverage_low, first.coverage_high)
    density = share(first.density, first.density_low, first.density_high)
    base = share(first.base, first.base_low, first.base_high)
    return (
        f"It {'holds' if holds else 'fails'} mostly where {where}: {coverage} of the sets in which "
        f"it {'holds' if holds else 'fails'} lie there, and there it does so in {density} of the "
        f"sets, against {base} of all"
    )


def _side(study: Study, side: BoxSide) -> str:
    """Say which side of a threshold is meant."""
    name = assumption_in_words(study, side.assumption, side.keys)
    if side.assumption != side.keys:
        upper = side.side in {"above", "at least"}
        part = 100 * (1 - side.place if upper else side.place)
        return f"{name}: in the {'upper' if upper else 'lower'} {part:.0f}% of their ranges"
    return f"{name} is {side.side} {value_in_words(side, side.threshold)}"


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
    colours = {design.name: colour_of(design) for design in study.designs}
    lines = [
        Line(
            claim(study, row),
            (
                share(row.holds, row.holds_low, row.holds_high),
                share(*_cannot_tell(row)),
                share(row.fails, row.fails_low, row.fails_high),
                spare(row),
                row.own_verdict,
            ),
            colours.get(row.design, ""),
        )
        for row in found.holdings
    ]
    first = found.holdings[0]
    return Table(
        f"In what share of {first.sets} sets of assumptions each conclusion holds: the whole 95% "
        f"interval over a set's {first.replications} weeks is on that side, else these weeks "
        "cannot tell. In brackets: 95% intervals, of the shares Wilson's. To spare: by how much "
        "it is so at the centre's own values, shares in points.",
        ("Conclusion", "Holds", "Cannot tell", "Fails", "To spare, as assumed", "As assumed"),
        [("", lines)],
        frozenset({4}),
    )


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
                    share(one.total, one.total_low, one.total_high),
                    share(one.first, one.first_low, one.first_high),
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

    lines = [
        Line(
            claim(study, row),
            tuple(map(percent, (row.from_assumptions, row.from_weeks, row.from_both, row.noise))),
        )
        for row in found.told
        if not isnan(row.from_assumptions)
    ]
    return Table(
        "Where the variance of one week's margin comes from: what is assumed, the week (the same "
        "for all sets), or how a week strikes one set and not another. Chance left: what remains "
        "of the last in the mean of a set's weeks, of all that differs from set to set. Split by "
        "analysis of variance of the sets above; there are no intervals.",
        ("Conclusion", "Assumptions", "Weeks", "Both together", "Chance left"),
        [("", lines)] if lines else [],
    )


def _strongest(influences: Sequence[Influence]) -> list[Influence]:
    """Give the assumptions of most weight, strongest first."""
    return sorted(influences, key=lambda one: -one.total)[:MOST_INFLUENCES]


def _cannot_tell(row: Holding) -> tuple[float, float, float]:
    return row.cannot_tell, row.cannot_tell_low, row.cannot_tell_high


def _quoted(name: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"


def _by_conclusion(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.conclusion, []).append(row)
    return found


def _rows(results: Results, name: str, kind: type[Row]) -> tuple[Row, ...]:
    """Give the rows of a table, each value of the type that its column has."""
    table = results.optional(name, columns_of(kind))
    if table is None:
        return ()
    whole = [column.name for column in fields(kind) if column.type is int]
    table = table.astype(dict.fromkeys(whole, int))
    return tuple(
        kind(**{str(name): value for name, value in row.items()})
        for row in table.to_dict("records")
    )
