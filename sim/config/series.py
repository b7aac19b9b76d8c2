"""Columns from the CSV files that stand beside a configuration.

Enters: a folder, a file name and a column. Leaves: tuples of checked values. Every refusal names
the file, the row as a spreadsheet counts it, the column and the cell.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationInfo

from sim.config.errors import ConfigError, Finding, as_toml, refusal, unknown
from sim.config.facts import READ_ONLY, written_keys
from sim.config.files import kind_of, read_text

HOURS_PER_WEEK = 168
_SHOWN_ROWS = 5

T = TypeVar("T", str, float)
Model = TypeVar("Model", bound=BaseModel)
FromCsv = Annotated[tuple[T, ...], Field(json_schema_extra=READ_ONLY)]


@dataclass(frozen=True)
class Table:
    """A CSV as text: the header, and each row that is not empty with its number in the file."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[int, Sequence[str]], ...]


@dataclass(frozen=True)
class SeriesReader:
    """Reads the CSV files of one configuration, each once; pydantic hands it to the models.

    Parameters
    ----------
    folder
        Where the configuration stands; file names are relative to it.
    forces, channels
        The names that a call log may use.
    """

    folder: Path
    forces: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    _tables: dict[Path, Table] = field(default_factory=dict)

    def profile(self, file: Path, column: str) -> tuple[float, ...]:
        """Give the 168 numbers of a column, Monday 00:00 first: not negative, not all zero."""
        table = self._table(file)
        values, findings = _column(table, column, _number)
        if not findings and len(values) != HOURS_PER_WEEK:
            wrong = (
                f"has {len(values)} rows; a profile needs {HOURS_PER_WEEK}, one for each hour of "
                "the week, Monday 00:00 first"
            )
            findings = [_in_column(table, column, wrong)]
        elif not findings and not any(values):
            findings = [_in_column(table, column, "must not be zero in every hour of the week")]
        return _unless(findings, values)

    def sample(self, file: Path, column: str) -> tuple[float, ...]:
        """Give every number of a column, at least one: not negative."""
        table = self._table(file)
        values, findings = _column(table, column, _number)
        if not findings and not values:
            findings = [_in_column(table, column, "has no rows below the header")]
        return _unless(findings, values)

    def call_log(self, file: Path) -> dict[str, Any]:
        """Give the columns `force, channel, arrival_s` and, where the file has it, `handle_s`."""
        table = self._table(file)
        force, bad_force = _column(table, "force", _one_of("force", self.forces))
        channel, bad_channel = _column(table, "channel", _one_of("channel", self.channels))
        arrival_s, bad_arrival = _column(table, "arrival_s", _finite)
        handle_s, bad_handle = (
            _column(table, "handle_s", _number) if "handle_s" in table.header else ([], [])
        )
        findings = [*bad_force, *bad_channel, *bad_arrival, *bad_handle]
        if not findings and not force:
            findings = [_in_column(table, "force", "has no rows below the header")]
        return {
            "force": _unless(findings, force),
            "channel": tuple(channel),
            "arrival_s": tuple(arrival_s),
            "handle_s": tuple(handle_s),
        }

    def _table(self, file: Path) -> Table:
        """Give a file's table, read once."""
        path = self.folder / file
        if path not in self._tables:
            try:
                self._tables[path] = _read_table(path)
            except ConfigError as error:
                raise refusal(
                    [
                        Finding(problem.message, csv=problem.file, place=problem.key)
                        if kind_of(path) == "file"
                        else Finding(problem.message, key=("file",), value=as_toml(str(file)))
                        for problem in error.problems
                    ]
                ) from None
        return self._tables[path]


def _read_table(path: Path) -> Table:
    """Read a CSV, leaving out rows that are empty."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: list[tuple[int, Sequence[str]]] = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((reader.line_num, stripped))
    except csv.Error as error:
        finding = Finding(f"is not a CSV ({error})", csv=path, place=f"row {reader.line_num}")
        raise refusal([finding]) from None
    return Table(path, tuple(rows[0][1]), tuple(rows[1:]))


def _column(table: Table, column: str, parse: Callable[[str], T]) -> tuple[list[T], list[Finding]]:
    """Read a column's cells; give the values and what is wrong with the others."""
    times = table.header.count(column)
    if times != 1:
        message = unknown("column", column, table.header) if times == 0 else "stands twice"
        return [], [Finding(message, csv=table.path, place="header", value=as_toml(column))]
    at = table.header.index(column)
    values, findings = [], []
    for row, cells in table.rows:
        cell = cells[at] if at < len(cells) else ""
        try:
            values.append(parse(cell))
        except ValueError as error:
            place = f"row {row}, column {column}"
            findings.append(Finding(str(error), csv=table.path, place=place, value=as_toml(cell)))
    return values, _first(findings, table, column)


def _first(findings: list[Finding], table: Table, column: str) -> list[Finding]:
    """Keep the first few findings of a column and count the others."""
    if len(findings) <= _SHOWN_ROWS:
        return findings
    more = f"{len(findings) - _SHOWN_ROWS} more rows are wrong in the same column"
    return [*findings[:_SHOWN_ROWS], _in_column(table, column, more)]


def _in_column(table: Table, column: str, message: str) -> Finding:
    """Say something about a whole column."""
    return Finding(message, csv=table.path, place=f"column {column}")


def _unless(findings: list[Finding], values: Iterable[T]) -> tuple[T, ...]:
    """Give the values, unless there are findings."""
    if findings:
        raise refusal(findings)
    return tuple(values)


def _finite(cell: str) -> float:
    """Read a cell as a finite number."""
    try:
        number = float(cell)
    except ValueError:
        number = inf
    if not isfinite(number):
        raise ValueError("must be a number")
    return number


def _number(cell: str) -> float:
    """Read a cell as a number that is not negative."""
    try:
        number = _finite(cell)
    except ValueError:
        number = -1.0
    if number < 0:
        raise ValueError("must be a number, 0 or more")
    return number


def _one_of(what: str, known: tuple[str, ...]) -> Callable[[str], str]:
    """Read a cell as one of the known names."""

    def parse(cell: str) -> str:
        if cell not in known:
            raise ValueError(unknown(what, cell, known))
        return cell

    return parse


def filled(
    model: Model, info: ValidationInfo, read: Callable[[SeriesReader], dict[str, Any]]
) -> Model:
    """Give the model with its series read from CSV; unchanged where pydantic has no reader."""
    if not isinstance(info.context, SeriesReader):
        return model
    given = model.model_fields_set.difference(written_keys(type(model)))
    if given:
        raise refusal([Finding("is read from the file; leave it out", (name,)) for name in given])
    return model.model_copy(update=read(info.context))
