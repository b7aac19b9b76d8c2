"""What is known of conclusions over their assumptions: read, and its parts in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from sim.experiment.robust.tables import (
    BOXES,
    INDICES,
    ROBUST,
    TORNADO,
    BoxSide,
    Holding,
    Influence,
    Swing,
    columns_of,
)
from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS
from sim.report.answer import in_sentence
from sim.report.estimate import Estimate, listing, number
from sim.report.evidence import in_words, with_unit
from sim.report.quantities import change, change_interval
from sim.report.results import Results
from sim.report.study import SERVICE_LEVEL, Study

KEY = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\S)+')  # names with spaces in them stand in quotes
MOST_TOLD = 12  # conclusions in sentences and details; all stand in the first table
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


def claim(study: Study, row: Holding) -> str:
    """Give a conclusion in words, in the present tense, as what may hold or not."""
    _, whose = contacts_of(study, row)
    return f"{claimed(study, row)}: {whose}"


def claimed(study: Study, row: Holding) -> str:
    """Give a conclusion in words, without whose contacts it is about."""
    contacts = in_sentence(contacts_of(study, row)[0])
    ours, theirs = (quoted(label(study, name)) for name in (row.design, row.against))
    more = at_least(row)
    if not row.against:
        return f"{ours} meets the target for {contacts}{more}"
    if row.measure == SERVICE_LEVEL:
        return f"{ours} answers more {contacts} in time than {theirs}{more}"
    measure = DEFINITIONS[row.measure].police
    return f"{ours} does better than {theirs} on {measure}, {contacts}{more}"


def share(value: float, low: float, high: float) -> str:
    """Give a share with its interval in brief: "97.0% (92.1 to 99.0)"."""
    return Estimate(value, low, high).percent_in_brief


def index(value: float, low: float, high: float) -> str:
    """Give a Sobol' index with its interval as estimated, though it be below 0 or above 1.

    Examples
    --------
    >>> index(0.534, 0.34, 0.8), index(-0.03, -0.2, 1.04)
    ('53% (34 to 80)', '\N{MINUS SIGN}3% (\N{MINUS SIGN}20 to 104)')
    """
    shown, *ends = (number(100 * part, 0) for part in (value, low, high))
    return f"{shown}% ({' to '.join(ends)})"


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
    coverage = share(first.coverage, first.coverage_low, first.coverage_high)
    density = share(first.density, first.density_low, first.density_high)
    base = share(first.base, first.base_low, first.base_high)
    return (
        f"It {first.finds} mostly where {where}: {coverage} of the sets in which it {first.finds} "
        f"lie there, and there it does so in {density} of the sets, against {base} of all"
    )


def contacts_of(study: Study, row: Holding) -> tuple[str, str]:
    """Say which contacts and whose a conclusion is about."""
    contacts = {channel.name: channel.contacts for channel in study.channels}
    about = contacts.get(row.channel, "contacts of all channels")
    return about, study.everybody if row.force == ALL else row.force


def label(study: Study, name: str) -> str:
    """Give a design's label, its name where it has none."""
    return {design.name: design.label for design in study.designs}.get(name, name)


def at_least(row: Holding) -> str:
    """Say by how much at least, nothing where any will do."""
    if not row.margin:
        return ""
    in_points = DEFINITIONS[row.measure].unit == "share"
    size = f"{100 * row.margin:g} points" if in_points else f"{row.margin:g}"
    return f" (by {size} or more)"


def quoted(name: str) -> str:
    """Give a name in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"


def _side(study: Study, side: BoxSide) -> str:
    """Say which side of a threshold is meant."""
    name = assumption_in_words(study, side.assumption, side.keys)
    if side.assumption != side.keys:
        upper = side.side in {"above", "at least"}
        part = 100 * (1 - side.place if upper else side.place)
        return f"{name}: in the {'upper' if upper else 'lower'} {part:.0f}% of their ranges"
    return f"{name} is {side.side} {value_in_words(side, side.threshold)}"


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
