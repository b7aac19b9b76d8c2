"""The rows of the workbook's sheets: the whole measured window, channel by channel."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import pandas as pd

from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS
from sim.report.figures.style import shown
from sim.report.nearness import as_number
from sim.report.study import ANSWERED_WITHIN, SERVICE_LEVEL, Study

MOST_ROWS = 1_048_576 - 1  # of a sheet, less its header
MANY_ROWS = 60_000  # beyond, only the measures that a board asks about
ASKED = frozenset(
    {"offered", SERVICE_LEVEL, "abandonment", "asa_s", "wait_p90_s", "staffed_h", "occupancy"}
)
EVERY_CHANNEL = "All contacts"

Cell = str | float


@dataclass(frozen=True)
class Column:
    """A column: its heading, and how its cells are written ("text", "value", "change"...)."""

    heading: str
    kind: str


@dataclass(frozen=True)
class Sheet:
    """A sheet's rows, those that Excel takes.

    Parameters
    ----------
    units
        Of each row, for its number formats.
    left_out
        How many more rows there are.
    """

    label: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    units: Sequence[str]
    left_out: int = 0


@dataclass(frozen=True)
class Content:
    """All sheets, and whether some measures are left to `summary.csv`."""

    sheets: tuple[Sheet, ...]
    only_asked: bool


def content(study: Study) -> Content:
    """Give the sheets of a study: each channel, and what is about all contacts or the rooms."""
    table = study.results.summary
    whole = table[table["period"] == ALL]
    whole = whole[~whole["measure"].map(lambda name: bool(ANSWERED_WITHIN.fullmatch(name)))]
    only_asked = len(whole) > MANY_ROWS
    if only_asked:
        whole = whole[whole["measure"].isin(ASKED)]
    labels = {channel.name: channel.label for channel in study.channels} | {ALL: EVERY_CHANNEL}
    changes, columns = _changes(study), _columns(study)
    sheets = [
        _sheet(study, label, columns, whole[whole["channel"] == name], changes)
        for name, label in labels.items()
    ]
    return Content(tuple(sheets), only_asked)


def _columns(study: Study) -> tuple[Column, ...]:
    keys = tuple(study.varied)
    return (
        *((Column("Point", "number"),) if keys else ()),
        *(Column(key, "varied") for key in keys),
        Column("Design", "text"),
        Column("Force", "text"),
        Column("Measure", "text"),
        Column("Name in summary.csv", "text"),
        Column("Unit", "text"),
        Column("Value", "value"),
        Column("95% interval, low", "value"),
        Column("95% interval, high", "value"),
        Column("Weeks or runs", "number"),
        Column("Target", "value"),
        Column("Runs on target", "share"),
        Column(f"Change against {study.baseline.label}", "change"),
        Column("Change, 95% interval, low", "change"),
        Column("Change, 95% interval, high", "change"),
    )


def _changes(study: Study) -> Mapping[tuple[Cell, ...], tuple[float, float, float]]:
    """Give the paired differences by point, design, force, channel and measure."""
    table = study.results.comparison
    names = ("point", "design", "force", "channel", "measure")
    numbers = ("difference", "ci_low", "ci_high")
    cells = zip(*(table[name].tolist() for name in (*names, *numbers)), strict=True)
    return {cell[:5]: cell[5:] for cell in cells}


def _sheet(
    study: Study,
    label: str,
    columns: tuple[Column, ...],
    table: pd.DataFrame,
    changes: Mapping[tuple[Cell, ...], tuple[float, float, float]],
) -> Sheet:
    here = table.head(MOST_ROWS)
    units = here["unit"].tolist()
    rows = list(_rows(study, here, changes))
    return Sheet(label, columns, rows, units, len(table) - len(here))


def _rows(
    study: Study,
    table: pd.DataFrame,
    changes: Mapping[tuple[Cell, ...], tuple[float, float, float]],
) -> Iterator[tuple[Cell, ...]]:
    labels = {design.name: design.label for design in study.designs}
    varied = {
        point: (float(point), *(_value(text) for text in values.values())) if values else ()
        for point, values in study.results.varied.items()
    }
    names = ("point", "design", "force", "channel", "measure", "unit")
    numbers = ("value", "ci_low", "ci_high", "replications", "target", "p_meets_target")
    cells = zip(*(table[name].tolist() for name in (*names, *numbers)), strict=True)
    for point, design, force, channel, measure, unit, *rest in cells:
        yield (
            *varied[int(point)],
            labels.get(design, design),
            shown(force),
            DEFINITIONS[measure].police if measure in DEFINITIONS else measure,
            measure,
            unit,
            *rest,
            *changes.get((point, design, force, channel, measure), (nan, nan, nan)),
        )


def _value(text: str) -> Cell:
    """Give a varied value as a number where it is one."""
    found = as_number(text)
    return text if found is None else found
