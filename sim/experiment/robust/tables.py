"""The tables of robust conclusions: what each column means, writing them and reading them back."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from math import nan
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from sim.experiment.tables import CSV_ENCODING, Value, as_named, write_csv

ROBUST = "robust.csv"
INDICES = "robust_indices.csv"
BOXES = "robust_boxes.csv"
TORNADO = "robust_tornado.csv"
SETS = "robust_sets.csv"
ROBUST_TABLES = (ROBUST, INDICES, BOXES, TORNADO, SETS)

SAME_EVERYWHERE, TOO_FEW_ROWS, MOSTLY_CHANCE, TOLD = (
    "the same in every set",
    "too few rows",
    "mostly chance",
    "told",
)
NEVER_TURNS, NO_BOX, BOXED = "never turns round", "no box", "boxed"


@dataclass(frozen=True)
class Holding:
    """A row of `robust.csv`: in what share of the assumption space a conclusion holds.

    Parameters
    ----------
    conclusion
        Its number, 1 for the first.
    against
        The design to be beaten; "" where the target is to be met.
    margin
        By how much the other design, or the target, must at least be exceeded.
    own, own_low, own_high, own_verdict
        What there is to spare at the centre's own values, with its interval over the weeks, and
        what that says.
    holds, fails, cannot_tell
        Shares of the independent sets, with Wilson's intervals.
    sets, impossible, all_sets
        How many independent sets that can be these are, how many of all sets cannot be, and how
        many sets there are for indices and boxes.
    replications
        Weeks per set.
    from_assumptions, from_weeks, from_both
        Shares of the variance of one week's margin.
    noise
        The share of the variance between sets that is left from weeks.
    indices, box
        What has come of the indices and of the box.
    """

    conclusion: int
    design: str
    against: str
    force: str
    channel: str
    measure: str
    margin: float
    own: float
    own_low: float
    own_high: float
    own_verdict: str
    holds: float
    holds_low: float
    holds_high: float
    cannot_tell: float
    cannot_tell_low: float
    cannot_tell_high: float
    fails: float
    fails_low: float
    fails_high: float
    sets: int
    impossible: int
    all_sets: int
    replications: int
    from_assumptions: float
    from_weeks: float
    from_both: float
    noise: float
    indices: str
    box: str


@dataclass(frozen=True)
class Influence:
    """A row of `robust_indices.csv`: how much of a margin's variance an assumption explains.

    Parameters
    ----------
    keys
        The keys that it moves, with spaces between them.
    first, total
        First-order and total Sobol' index, with bootstrap intervals.
    rows
        How many rows of the sample they rest on.
    """

    conclusion: int
    assumption: str
    keys: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float
    rows: int


@dataclass(frozen=True)
class BoxSide:
    """A row of `robust_boxes.csv`: one side of the box in which a conclusion turns round.

    Parameters
    ----------
    finds
        What the cases are that the box is of: "holds" or "fails", whichever is rarer.
    side, threshold
        "above" or "below" which value of the first of the keys; "at least" or "at most" of whole
        numbers.
    place
        Where the threshold lies between the ends of the range, from 0 to 1.
    coverage, density
        Shares of all such cases that lie in the box, and of the sets in the box that are such
        cases, by cross-validation. The same for all sides of a box.
    base
        The share of such cases among all sets, in the box or not.
    """

    conclusion: int
    finds: str
    assumption: str
    keys: str
    side: str
    threshold: float
    place: float
    coverage: float
    coverage_low: float
    coverage_high: float
    density: float
    density_low: float
    density_high: float
    base: float
    base_low: float
    base_high: float


@dataclass(frozen=True)
class Swing:
    """A row of `robust_tornado.csv`: one assumption at an end of its range, all others as they are.

    Parameters
    ----------
    end, value
        "lower" or "upper", and the value there of the first of the keys.
    there, change
        The margin there, and how it differs from the margin at the centre's own values, both with
        intervals over the weeks; the second is paired.
    """

    conclusion: int
    assumption: str
    keys: str
    end: str
    value: float
    there: float
    there_low: float
    there_high: float
    change: float
    change_low: float
    change_high: float
    replications: int


Row = TypeVar("Row", Holding, Influence, BoxSide, Swing)
ROWS: Mapping[str, type[Any]] = {
    ROBUST: Holding,
    INDICES: Influence,
    BOXES: BoxSide,
    TORNADO: Swing,
}


def columns_of(kind: type[Row]) -> tuple[str, ...]:
    """Give the columns of a table."""
    return tuple(column.name for column in fields(kind))


def write_rows(file: BinaryIO, kind: type[Row], rows: Iterable[Row]) -> None:
    """Write one of the tables as CSV."""
    write_csv(file, columns_of(kind), map(astuple, rows))


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Read one of the tables of a results folder."""
    with path.open(encoding=CSV_ENCODING, newline="") as file:
        return [_row(kind, row) for row in csv.DictReader(file)]


def write_sets(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write the values and margins of every set as CSV."""
    write_csv(file, header, rows)


def _row(kind: type[Row], row: Mapping[str, str]) -> Row:
    read = {int: int, float: lambda text: float(text or nan), str: as_named}
    return kind(**{column.name: read[column.type](row[column.name]) for column in fields(kind)})  # type: ignore[index, operator] # each of the type that its column has
