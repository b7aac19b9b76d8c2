"""Writes the workbook: formats, widths, frozen headers, and the sheet that says what it is."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

from sim.experiment.files import write_atomically
from sim.experiment.results import SUMMARY
from sim.report.estimate import duration, percent_number
from sim.report.study import Study
from sim.report.workbook.names import sheet_names
from sim.report.workbook.rows import Cell, Column, Content, Sheet, content

WORKBOOK = "summary.xlsx"
ABOUT = "About"
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - a file's date that never changes; Excel knows no zone
LONGEST_TEXT = 32_767  # of a cell
WIDEST, NARROWEST = 44, 9
OPTIONS = {
    "constant_memory": True,  # rows are written once, in order
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS = {  # by unit
    "share": "0.0%",
    "contacts": "#,##0.0",
    "s": "#,##0.0",
    "h": "#,##0.0",
    "erl": "#,##0.0",
}
SIGNED = {unit: f"+{code};-{code};{code}" for unit, code in FORMATS.items()}
GENERAL = "General"


def write_workbook(study: Study) -> Path:
    """Write `summary.xlsx` into the results folder of a study, and give its path.

    Raises
    ------
    CannotGoOn, WrongInput
        If it cannot be written, for example because Excel has it open.
    """
    path = study.results.folder / WORKBOOK
    write_atomically(path, partial(_write, study, content(study)))
    return path


def _write(study: Study, found: Content, file: BinaryIO) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - only whoever writes one needs it

    book = Workbook(file, OPTIONS)
    book.set_properties(
        {"title": _text(study.experiment.title or study.name)[:255], "created": EPOCH}
    )
    formats = _Formats(book)
    names = sheet_names((sheet.label for sheet in found.sheets), taken=(ABOUT,))
    _about(book.add_worksheet(ABOUT), formats, list(_lines(study, found, names)))
    for name, sheet in zip(names, found.sheets, strict=True):
        _fill(book.add_worksheet(name), formats, sheet)
    book.close()


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - the library has no types
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def of(self, **properties: object) -> Any:  # noqa: ANN401
        """Give the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Calibri", **properties})
        return self._made[key]

    def number(self, code: str) -> Any:  # noqa: ANN401
        """Give the format of a number."""
        return self.of(num_format=code)


def _lines(study: Study, found: Content, names: list[str]) -> Iterator[tuple[str, str]]:
    """Give what the first sheet says, as pairs of a word and a text."""
    experiment, horizon = study.experiment, study.experiment.horizon
    yield "Study", experiment.title or study.name
    yield "Question", experiment.question
    yield "Inputs", f"{study.centre.name}. {study.centre.description or ''}".strip()
    for design in study.designs:
        options = ", ".join(f"{key} = {value}" for key, value in design.options.items())
        base = " (the others are compared with it)" if design == study.baseline else ""
        words = f"{design.name}, {design.kind}{f': {options}' if options else ''}"
        yield "Design", f"{design.label}{base} ({words})"
    for channel in study.channels:
        target = percent_number(channel.target_share, 0)
        yield "Target", f"{target}% of {channel.contacts} within {duration(channel.within_s)}"
    if study.varied:
        points = f"{len(study.results.varied)} points"
        yield "Varied", f"{points}: {', '.join(study.varied)}; each has a column"
    yield (
        "Simulated",
        (
            f"{study.runs(study.replications)} under each design, the same callers; "
            f"{horizon.measured_h:g} h measured after {horizon.warm_up_h:g} h of warm-up"
        ),
    )
    yield "Seed", str(study.results.manifest["seed"])
    yield "Input digest", str(study.results.manifest.get("digest") or "")
    for name, sheet in zip(names, found.sheets, strict=True):
        more = f"; {sheet.left_out:,} more do not fit, see {SUMMARY}" if sheet.left_out else ""
        yield "Sheet", f"{name}: {len(sheet.rows):,} rows{more}"
    yield from _how_to_read(study, found)


def _how_to_read(study: Study, found: Content) -> Iterator[tuple[str, str]]:
    intervals = (
        "Low and high are the ends of a 95% interval over the simulated runs: it covers the chance "
        "of one week or another, not doubt about the assumptions. They are empty where a single "
        "run gives none."
    )
    changes = (
        f"Against {study.baseline.label}, on the same callers, so that they are surer than the "
        "difference of two values. Of shares: percentage points."
    )
    fewer = ", and so do the measures that are not here: there were too many rows"
    left_out = (
        f"Hours of the day and answered_within_…s stand in {SUMMARY}"
        f"{fewer if found.only_asked else ''}; every run by itself in kpi.parquet; assumptions and "
        "their sources in report.html."
    )
    yield "Intervals", intervals
    yield "Shares", "Stored from 0 to 1 and shown as percentages; an empty cell: nobody called."
    yield "Changes", changes
    yield "Runs on target", "In which share of the runs the target was met."
    yield "Left out", left_out


def _about(page: Any, formats: _Formats, lines: list[tuple[str, str]]) -> None:  # noqa: ANN401
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 110)
    page.hide_gridlines(2)
    bold, wrapped = formats.of(bold=True, valign="top"), formats.of(text_wrap=True, valign="top")
    for row, (word, text) in enumerate(lines):
        page.write_string(row, 0, word, bold)
        page.write_string(row, 1, _text(text), wrapped)


def _fill(page: Any, formats: _Formats, sheet: Sheet) -> None:  # noqa: ANN401
    header = formats.of(bold=True, text_wrap=True, valign="top", bottom=1, bg_color="#F3F3F0")
    page.set_row(0, 45)
    for place, (column, width) in enumerate(zip(sheet.columns, _widths(sheet), strict=True)):
        page.set_column(place, place, width)
        page.write_string(0, place, _text(column.heading), header)
    by_unit = {
        unit: [formats.number(_code(column, unit)) for column in sheet.columns]
        for unit in set(sheet.units)
    }
    for number, (row, unit) in enumerate(zip(sheet.rows, sheet.units, strict=True), start=1):
        codes = by_unit[unit]
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, place, cell[:LONGEST_TEXT])
            elif isfinite(cell):
                page.write_number(number, place, cell, codes[place])
    force = next(n for n, column in enumerate(sheet.columns) if column.heading == "Force")
    page.freeze_panes(1, force + 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)


def _code(column: Column, unit: str) -> str:
    """Give the number format of a column in a row of this unit."""
    if column.kind == "value":
        return FORMATS.get(unit, GENERAL)
    if column.kind == "change":
        return SIGNED.get(unit, GENERAL)
    return FORMATS["share"] if column.kind == "share" else GENERAL


def _widths(sheet: Sheet) -> list[int]:
    """Give widths in which names fit, and headings in two or three lines."""
    widths = []
    for place, column in enumerate(sheet.columns):
        texts = {row[place] for row in sheet.rows if isinstance(row[place], str)}
        longest = max((len(str(text)) for text in texts), default=0)
        widths.append(min(max(longest + 2, len(column.heading) // 2 + 2, NARROWEST), WIDEST))
    return widths


def _text(text: str) -> str:
    """Give a text no longer than a cell holds."""
    return text[:LONGEST_TEXT]


__all__ = ["WORKBOOK", "Cell", "write_workbook"]
