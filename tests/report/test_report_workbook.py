"""The workbook: what a planner sees in Excel, and what must never run there."""

import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from synthetic_results import Synthetic, write_results

from sim.report.results import read_results
from sim.report.study import Study, reference_study
from sim.report.workbook import rows, write_workbook
from sim.report.workbook.names import LONGEST, sheet_names

StudyOf = Callable[..., Study]
HEADER = 1


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(path.read_bytes()))


def table(book: openpyxl.Workbook, name: str) -> pd.DataFrame:
    header, *cells = book[name].iter_rows(values_only=True)
    return pd.DataFrame(cells, columns=header)


def test_the_first_sheet_says_what_it_is_and_each_channel_has_its_own(study_of: StudyOf) -> None:
    study = study_of()
    book = opened(write_workbook(study))
    assert book.sheetnames == ["About", "999", "101", "All contacts"]
    said = {(row[0], row[1]) for row in book["About"].iter_rows(values_only=True)}
    assert ("Question", study.experiment.question) in said
    assert ("Seed", "20151217") in said
    assert any(word == "Intervals" and "95%" in text for word, text in said)


def test_every_number_is_that_of_the_csv_and_a_number(study_of: StudyOf) -> None:
    study = study_of()
    found = table(opened(write_workbook(study)), "999").set_index(
        ["Design", "Force", "Name in summary.csv"]
    )
    csv = pd.read_csv(study.results.folder / "summary.csv", encoding="utf-8-sig")
    csv = csv[(csv.period == "all") & (csv.channel == "emergency")]
    csv = csv[~csv.measure.str.startswith("answered_within")]
    labels = {design.name: design.label for design in study.designs}
    assert len(csv) == len(found) > 50
    for row in csv.itertuples():
        force = "All forces" if row.force == "all" else row.force
        here = found.loc[(labels[row.design], force, row.measure)]
        assert here["Value"] == pytest.approx(row.value, rel=1e-14)
        assert here["95% interval, low"] == pytest.approx(row.ci_low, rel=1e-14)
        assert here["Unit"] == row.unit
    gain = found.loc[("One merged room", "Kent", "service_level")]
    change = study.difference("merger", "Kent", "emergency", "service_level")
    assert gain["Change against Separate rooms"] == pytest.approx(change.value, rel=1e-14)


def test_headers_are_frozen_and_filtered_and_shares_shown_as_percentages(
    study_of: StudyOf,
) -> None:
    page = opened(write_workbook(study_of()))["999"]
    assert page.freeze_panes == "C2"
    assert page.auto_filter.ref == f"A1:N{page.max_row}"
    by_heading = {cell.value: cell.column for cell in page[HEADER]}
    for row in range(2, page.max_row + 1):
        unit = page.cell(row, by_heading["Unit"]).value
        code = page.cell(row, by_heading["Value"]).number_format
        assert code == ("0.0%" if unit == "share" else "#,##0.0")
    assert all(page.column_dimensions[letter].width >= 9 for letter in "ABCDEFGHIJKLMN")


@pytest.mark.parametrize("name", ["=1+1", "@cmd", "+44", "-2", "https://a.example/x", "007"])
def test_a_name_is_text_whatever_it_looks_like(tmp_path: Path, name: str) -> None:
    made = Synthetic(forces=(name, "Kent"), designs={"isolation": name}, replications=2)
    path = write_workbook(reference_study(read_results(write_results(tmp_path / "r", made))))
    page = opened(path)["999"]
    kinds = {cell.data_type for row in page.iter_rows(max_col=2) for cell in row if cell.value}
    assert kinds == {"s"}
    assert name in {cell.value for cell in page["A"]} & {cell.value for cell in page["B"]}
    with ZipFile(path) as parts:
        assert not any(b"<f>" in parts.read(part) for part in parts.namelist())


def test_what_is_missing_is_an_empty_cell(study_of: StudyOf) -> None:
    study = study_of(silent_forces=("Essex",), replications=1)
    found = table(opened(write_workbook(study)), "999")
    silent = found[(found["Force"] == "Essex") & (found["Name in summary.csv"] == "service_level")]
    assert len(silent) == 2
    assert silent[["Value", "95% interval, low"]].isna().all().all()


def test_the_same_results_give_the_same_bytes(study_of: StudyOf) -> None:
    study = study_of()
    first = hashlib.sha256(write_workbook(study).read_bytes()).hexdigest()
    path = write_workbook(study)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == first
    with ZipFile(path) as parts:  # and no date of today, which would be another tomorrow
        assert set(re.findall(rb"\d{4}-\d\d-\d\dT", parts.read("docProps/core.xml"))) == {
            b"2000-01-01T"
        }


def test_a_sweep_has_a_column_for_each_varied_key_with_numbers_in_it(study_of: StudyOf) -> None:
    found = table(opened(write_workbook(study_of(points=(0.9, 1.0, 1.1)))), "999")
    assert list(found.columns[:2]) == ["Point", "staffing.scale"]
    assert sorted(set(found["staffing.scale"])) == [0.9, 1.0, 1.1]


def test_more_rows_than_excel_takes_are_cut_and_told(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 40)
    book = opened(write_workbook(study_of()))
    assert book["999"].max_row == 41
    said = [row[1] for row in book["About"].iter_rows(values_only=True) if row[0] == "Sheet"]
    assert "more do not fit, see summary.csv" in said[0]


def test_a_very_large_sweep_keeps_the_measures_that_a_board_asks_about(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MANY_ROWS", 100)
    book = opened(write_workbook(study_of()))
    assert set(table(book, "999")["Name in summary.csv"]) <= rows.ASKED
    assert any("too many rows" in str(row[1]) for row in book["About"].iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("About", "ABOUT"), ["About (2)", "ABOUT (3)"]),
        (("history", "a/b", "a?b"), ["history_", "a_b", "a_b (2)"]),
        (("'quoted'", "", "  "), ["quoted", "_", "_ (2)"]),
        (("x" * 40, "x" * 41), ["x" * 31, f"{'x' * 27} (2)"]),
        (("\N{POLICE CAR}" * 20,), ["\N{POLICE CAR}" * 15]),
    ],
)
def test_sheets_have_names_that_excel_takes(labels: tuple[str, ...], names: list[str]) -> None:
    assert sheet_names(labels, taken=("About",)) == names
    assert all(len(name.encode("utf-16-le")) // 2 <= LONGEST for name in names)


def test_channels_with_names_that_excel_refuses_have_sheets(tmp_path: Path) -> None:
    made = Synthetic(
        forces=("Kent",),
        designs={"isolation": None},
        channels={
            "a": ("Online: [chat] / e-mail and everything else", 60, 0.9),
            "b": ("Online: [chat] / e-mail and everything more", 60, 0.9),
            "c": ("History", 60, 0.9),
        },
        replications=2,
    )
    book = opened(
        write_workbook(reference_study(read_results(write_results(tmp_path / "r", made))))
    )
    assert len(book.sheetnames) == 5
