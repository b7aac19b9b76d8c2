"""The tables of a results folder, built from the store point by point.

`kpi.parquet` (see `kpi`) holds every replication, `summary.csv` and `comparison.csv` what they say
together. The bytes depend on the figures alone: the same order of rows always, floats in their
shortest exact form, no time and no machine in them.

The CSV files are UTF-8 with a byte order mark, because Excel takes a file without one for the
local code page and garbles every name beyond ASCII; pandas and R's readr skip it. A name that a
spreadsheet would take for a formula (it begins with = + - @, tab or return) gets a leading
apostrophe there, the usual guard against formula injection; `as_named` takes it off. Parquet holds
names as they are.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Any, BinaryIO, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.experiment.statistics import (
    Interval,
    ratio_difference,
    ratio_interval,
    share_meeting,
)
from sim.experiment.sweep import Varied
from sim.measures import MeasurePlan

ALL = "all"
LABELS = ("force", "channel", "group", "period", "measure", "unit")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_ENCODING = "utf-8-sig"

Floats = NDArray[np.float64]
Value = str | int | float | None
Row = TypeVar("Row")


@dataclass(frozen=True)
class Cells:
    """The labels of the M cells of a tally, as arrays of strings, and each cell's target."""

    force: NDArray[np.str_]
    channel: NDArray[np.str_]
    group: NDArray[np.str_]
    period: NDArray[np.str_]
    measure: NDArray[np.str_]
    unit: NDArray[np.str_]
    target: Floats

    @classmethod
    def of(cls, plan: MeasurePlan, target_share: Mapping[str, float]) -> "Cells":
        """Give a plan's labels; the target of a channel stands on its service level."""
        labels = {name: np.asarray(getattr(plan, name), dtype=np.str_) for name in LABELS}
        promised = labels["measure"] == "service_level"
        target = np.full(promised.shape, np.nan)
        for channel, share in target_share.items():
            target[promised & (labels["channel"] == channel)] = share
        return cls(**labels, target=target)

    @cached_property
    def coded(self) -> dict[str, tuple[list[str], NDArray[np.int32]]]:
        """By label: the names that occur, sorted, and which of them each cell has."""
        found = {}
        for label in LABELS:
            names, codes = np.unique(getattr(self, label), return_inverse=True)
            found[label] = (names.tolist(), codes.astype(np.int32))
        return found

    @property
    def in_summary(self) -> NDArray[np.bool_]:
        """Shape (M,): not about a single group, and not hour by hour through the week."""
        kept: NDArray[np.bool_] = (self.group == "") & ~np.char.startswith(self.period, "week_")
        return kept

    @property
    def in_comparison(self) -> NDArray[np.bool_]:
        """Shape (M,): about the whole measured window."""
        kept: NDArray[np.bool_] = (self.group == "") & (self.period == ALL)
        return kept


@dataclass(frozen=True)
class Figures:
    """One point under one design: all replications of all cells.

    Parameters
    ----------
    tally
        Shape (2, R, M): numerators, then denominators.
    """

    point: int
    varied: Varied
    design: str
    cells: Cells
    tally: Floats


SUMMARY_COLUMNS = ("force", "channel", "period", "measure", "value", "ci_low", "ci_high")
SUMMARY_REST = ("replications", "unit", "target", "p_meets_target")
COMPARISON_COLUMNS = (
    "point",
    "design",
    "baseline",
    "force",
    "channel",
    "measure",
    "difference",
    "ci_low",
    "ci_high",
    "replications",
)


def summary_header(keys: Sequence[str]) -> tuple[str, ...]:
    """Give the columns of `summary.csv`."""
    return ("point", "design", *keys, *SUMMARY_COLUMNS, *SUMMARY_REST)


def summary_rows(part: Figures, keys: Sequence[str]) -> Iterator[tuple[Value, ...]]:
    """Give what the replications of one point and design say together, with intervals."""
    cells, kept = part.cells, np.flatnonzero(part.cells.in_summary)
    numerator, denominator = part.tally[:, :, kept]
    interval = bounded(ratio_interval(numerator, denominator), cells.unit[kept], 0.0)
    meets = share_meeting(numerator, denominator, cells.target[kept])
    head = (part.point, part.design, *(part.varied[key] for key in keys))
    columns = (
        *(getattr(cells, label)[kept] for label in ("force", "channel", "period", "measure")),
        *interval,
        cells.unit[kept],
        cells.target[kept],
        meets,
    )
    for row in zip(*(column.tolist() for column in columns), strict=True):
        yield (*head, *row)


def comparison_rows(part: Figures, baseline: Figures) -> Iterator[tuple[Value, ...]]:
    """Give the paired differences of one design to the baseline, on the same workloads."""
    cells, kept = part.cells, np.flatnonzero(part.cells.in_comparison)
    interval = bounded(
        ratio_difference(*part.tally[:, :, kept], *baseline.tally[:, :, kept]),
        cells.unit[kept],
        -np.inf,
    )
    for row, cell in enumerate(kept):
        yield (
            part.point,
            part.design,
            baseline.design,
            str(cells.force[cell]),
            str(cells.channel[cell]),
            str(cells.measure[cell]),
            float(interval.value[row]) + 0.0,  # and not -0.0
            float(interval.low[row]) + 0.0,
            float(interval.high[row]) + 0.0,
            int(interval.replications[row]),
        )


class CsvTable:
    """A CSV file that spreadsheets open cleanly, written part by part; missing numbers are empty.

    A context: when it ends, everything is in the file, which stays open.
    """

    def __init__(self, file: BinaryIO, header: Sequence[str]) -> None:
        """Begin with the header."""
        self._text = io.TextIOWrapper(file, encoding=CSV_ENCODING, newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow([as_text(name) for name in header])

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        """Write further rows."""
        self._writer.writerows([_cell(value) for value in row] for row in rows)

    def __enter__(self) -> Self:
        """Give the table itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file, closed already where it could not be written."""
        self._text.detach()


def write_csv(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write rows as a CSV file in one go."""
    with CsvTable(file, header) as table:
        table.add(rows)


def read_rows(path: Path, row: type[Row]) -> list[Row]:
    """Read a CSV file whose columns are the fields of a dataclass; others are left aside.

    Parameters
    ----------
    row
        The dataclass; its fields are of type str, int, int | None or float.
    """
    with path.open(encoding=CSV_ENCODING, newline="") as file:
        return [row(**_typed(row, given)) for given in csv.DictReader(file)]


def _typed(row: type, given: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields of a row, each of its type; an empty number is nan."""
    read: dict[object, Callable[[str], Value]] = {
        str: as_named,
        int: int,
        int | None: lambda text: int(text) if text else None,
        float: lambda text: float(text or nan),
    }
    return {column.name: read[column.type](given[column.name]) for column in fields(row)}


def as_text(name: str) -> str:
    """Give a name as a CSV may hold it: never a formula.

    Examples
    --------
    >>> as_text("=1+1"), as_text("Kent")
    ("'=1+1", 'Kent')
    """
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name


def as_named(text: str) -> str:
    """Give the name that `as_text` made safe.

    Examples
    --------
    >>> as_named("'=1+1"), as_named("Kent")
    ('=1+1', 'Kent')
    """
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _cell(value: Value) -> Value:
    """Give what stands in the file; numbers as they are, which `csv` writes in full."""
    if isinstance(value, str):
        return as_text(value)
    return value if value == value else None  # noqa: PLR0124 - nan differs from itself


def bounded(interval: Interval, unit: NDArray[np.str_], lowest: float) -> Interval:
    """Keep intervals where their quantity can lie: nothing below `lowest`, shares from -1 to 1."""
    share = unit == "share"
    return interval._replace(
        low=np.maximum(interval.low, np.where(share, max(lowest, -1.0), lowest)),
        high=np.minimum(interval.high, np.where(share, 1.0, np.inf)),
    )
