"""Reads a results folder and refuses a damaged one in plain words.

What enters is a folder with `manifest.json`, `kpi.parquet`, `summary.csv` and `comparison.csv`;
what leaves is `Results`, tables whose columns have been checked. Nothing is drawn here.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiment.errors import WrongInput
from sim.experiment.penalty import BREAK_EVEN
from sim.experiment.results import (
    ACCOUNTING,
    COMPARISON,
    EVENTS,
    EXCHANGE,
    KPI,
    MANIFEST,
    SUMMARY,
    TIMELINE,
)
from sim.experiment.robust.tables import ROBUST_TABLES
from sim.experiment.select.table import SELECT
from sim.experiment.tables import ALL, CSV_ENCODING, as_named
from sim.report.over_weeks import OverWeeks, UnknownOrder, read_over_weeks

WORDS = (
    *("design", "baseline", "force", "channel", "group", "period", "measure", "unit"),
    *("event", "from_force", "to_force", "worst_off", "worst_force", "verdict", "by"),
    *("against", "own_verdict", "indices", "box", "assumption", "keys", "finds", "side", "end"),
)
KPI_COLUMNS = (
    "point",
    "design",
    "replication",
    "force",
    "channel",
    "group",
    "period",
    "measure",
    "numerator",
    "denominator",
)
ESTIMATE_COLUMNS = ("force", "channel", "measure", "ci_low", "ci_high", "replications")
SUMMARY_COLUMNS = (
    "point",
    "design",
    "period",
    "value",
    "unit",
    "target",
    "p_meets_target",
    *ESTIMATE_COLUMNS,
)
COMPARISON_COLUMNS = ("point", "design", "baseline", "difference", *ESTIMATE_COLUMNS)
TABLES = (
    *(KPI, SUMMARY, COMPARISON, ACCOUNTING, EXCHANGE, BREAK_EVEN, SELECT, EVENTS, TIMELINE),
    *ROBUST_TABLES,
)
MANIFEST_KEYS = ("experiment", "centre", "evidence", "designs", "seed", "versions", "engine")


class ReportError(WrongInput):
    """The results folder cannot be reported on; the message says which file, why and what to do."""


@dataclass(frozen=True)
class Results:
    """A results folder, read and checked.

    Parameters
    ----------
    folder
        Where it lies.
    manifest
        The whole of `manifest.json`.
    summary, comparison
        The two CSV files.
    varied
        By point: the values of the varied keys, as they are written.
    altered
        Files whose digest is no longer the one in the manifest.
    tables
        By name: what has been read of the tables that not every experiment leaves.
    """

    folder: Path
    manifest: dict[str, Any]
    summary: pd.DataFrame
    comparison: pd.DataFrame
    varied: dict[int, dict[str, str]]
    altered: tuple[str, ...]
    tables: dict[str, pd.DataFrame | None] = field(default_factory=dict, repr=False)

    def over_weeks(self, measures: Collection[str], point: int) -> OverWeeks:
        """Give the cells of `kpi.parquet` of these measures at a point."""
        path = self.folder / KPI
        try:
            return read_over_weeks(path, measures, point)
        except (OSError, UnknownOrder, pa.ArrowException) as error:
            raise ReportError(_again(path, f"cannot be read ({error})")) from error

    def weeks(self, measure: str, point: int) -> pd.DataFrame:
        """Give a measure over the whole window by replication, of forces and not of groups."""
        path = self.folder / KPI
        labels = ("design", "force", "channel")
        try:
            table = pq.read_table(
                path,
                columns=[*labels, "replication", "numerator", "denominator"],
                filters=[
                    ("point", "==", point),
                    ("measure", "==", measure),
                    ("period", "==", ALL),
                    ("group", "==", ""),
                ],
                read_dictionary=list(labels),
            )
        except (OSError, pa.ArrowException) as error:
            raise ReportError(_again(path, f"cannot be read ({error})")) from error
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def optional(self, name: str, columns: tuple[str, ...]) -> pd.DataFrame | None:
        """Give a table that not every experiment leaves, None where it is not there.

        Raises
        ------
        ReportError
            If it is unreadable or lacks a column.
        """
        if name not in self.tables:
            path = self.folder / name
            words = _read_words(path, columns) if path.exists() else None
            self.tables[name] = None if words is None else _typed(path, words, columns)
        return self.tables[name]


def read_results(folder: Path) -> Results:
    """Read a results folder.

    Raises
    ------
    ReportError
        If the folder or one of its four files is missing, unreadable or lacks a column or key.
    """
    if not folder.is_dir():
        raise ReportError(
            f"{folder}: no such results folder; give the folder that `sim run` has written, "
            "for example results/separate_or_merged"
        )
    manifest = _read_manifest(folder / MANIFEST)
    _check_kpi(folder / KPI)
    words = _read_words(folder / SUMMARY, SUMMARY_COLUMNS)
    if words.empty:
        raise ReportError(_again(folder / SUMMARY, "has no rows"))
    summary = _typed(folder / SUMMARY, words, SUMMARY_COLUMNS)
    path = folder / COMPARISON
    comparison = _typed(path, _read_words(path, COMPARISON_COLUMNS), COMPARISON_COLUMNS)
    varied = _varied(words, summary["point"])
    return Results(folder, manifest, summary, comparison, varied, _altered(folder, manifest))


def _varied(words: pd.DataFrame, points: "pd.Series[float]") -> dict[int, dict[str, str]]:
    """Give by point what is varied: every column that the format does not name."""
    keys = [str(name) for name in words.columns if name not in SUMMARY_COLUMNS]
    first = words.loc[points.drop_duplicates().index, keys]
    return {
        int(points[row]): {as_named(str(key)): value for key, value in values.items()}
        for row, values in zip(first.index, first.to_dict("records"), strict=True)
    }


def _again(path: Path, problem: str) -> str:
    return f"{path}: {problem}; run the experiment again with `sim run`"


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReportError(_again(path, "is missing")) from error
    except (OSError, ValueError) as error:
        raise ReportError(_again(path, f"is not readable JSON ({error})")) from error
    if not isinstance(manifest, dict):
        raise ReportError(_again(path, "is not a JSON object"))
    missing = [key for key in MANIFEST_KEYS if key not in manifest]
    if missing:
        raise ReportError(_again(path, f"lacks the key {', '.join(missing)}"))
    return manifest


def _check_kpi(path: Path) -> None:
    try:
        names = set(pq.read_schema(path).names)
    except FileNotFoundError as error:
        raise ReportError(_again(path, "is missing")) from error
    except (OSError, pa.ArrowException) as error:
        raise ReportError(_again(path, f"is not a readable Parquet file ({error})")) from error
    _require_columns(path, names, KPI_COLUMNS)


def _require_columns(path: Path, names: Iterable[str], needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in set(names)]
    if missing:
        raise ReportError(_again(path, f"lacks the column {', '.join(missing)}"))


def _read_words(path: Path, needed: tuple[str, ...]) -> pd.DataFrame:
    # Words are read as they stand: a force may be called NA, None or 007.
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=CSV_ENCODING)
    except FileNotFoundError as error:
        raise ReportError(_again(path, "is missing")) from error
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise ReportError(_again(path, f"is not a readable CSV file ({error})")) from error
    _require_columns(path, table.columns, needed)
    return table


def _typed(path: Path, table: pd.DataFrame, needed: tuple[str, ...]) -> pd.DataFrame:
    columns = {
        name: table[name].map(as_named) if name in WORDS else _numbers(path, table[name])
        for name in needed
    }
    return pd.DataFrame(columns)


def _numbers(path: Path, column: "pd.Series[str]") -> "pd.Series[float]":
    values = pd.to_numeric(column, errors="coerce")
    wrong = values.isna() & ~column.str.lower().isin(["", "nan"])
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise ReportError(
            _again(path, f"row {row + 2}, {column.name}: {column.iloc[row]!r} is not a number")
        )
    return values


def _altered(folder: Path, manifest: dict[str, Any]) -> tuple[str, ...]:
    digests = manifest.get("files") or {}
    return tuple(
        name
        for name in (*TABLES, BREAK_EVEN, SELECT, EVENTS, TIMELINE)
        if name in digests and digests[name] != _digest(folder / name)
    )


def _digest(path: Path) -> str:
    """Give a table's digest, none where it has been removed."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
