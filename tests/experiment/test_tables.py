"""The tables, worked by hand from a few cells."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from sim.experiment.kpi import KpiTable
from sim.experiment.tables import (
    COMPARISON_COLUMNS,
    Cells,
    Figures,
    as_named,
    as_text,
    comparison_rows,
    summary_header,
    summary_rows,
    write_csv,
)

LABELS = [
    # force, channel, group, period, measure, unit
    ("Kent", "emergency", "", "all", "service_level", "share"),
    ("Kent", "all", "", "all", "service_level", "share"),
    ("Kent", "emergency", "", "all", "offered", "contacts"),
    ("Kent", "emergency", "", "hour_03", "service_level", "share"),
    ("Kent", "all", "", "week_003", "staffed_h", "h"),
    ("Kent", "all", "room", "all", "staffed_h", "h"),
    ("Kent", "emergency", "", "all", "wait_p90_s", "s"),
]
CELLS = Cells(
    *(np.array(column, dtype=np.str_) for column in zip(*LABELS, strict=True)),
    target=np.array([0.9, np.nan, np.nan, 0.9, np.nan, np.nan, np.nan]),
)
NUMERATOR = np.array(
    [[9, 18, 10, 1, 5, 5, 30], [8, 16, 10, 0, 6, 6, 0], [10, 20, 12, 0, 7, 7, 50]], dtype=float
)
DENOMINATOR = np.array(
    [[10, 20, 1, 1, 1, 1, 1], [10, 20, 1, 0, 1, 1, 0], [10, 20, 1, 0, 1, 1, 1]], dtype=float
)


def figures(numerator=NUMERATOR, design="apart", varied=None):
    tally = np.array([numerator, DENOMINATOR])
    return Figures(0, varied or {"staffing.scale": 0.9}, design, CELLS, tally)


def rows(part=None):
    header = summary_header(["staffing.scale"])
    return [
        dict(zip(header, row, strict=True))
        for row in summary_rows(part or figures(), ["staffing.scale"])
    ]


def test_the_summary_holds_forces_and_hours_of_the_day_but_no_groups_and_no_weeks():
    assert [(row["period"], row["measure"]) for row in rows()] == [
        ("all", "service_level"),
        ("all", "service_level"),
        ("all", "offered"),
        ("hour_03", "service_level"),
        ("all", "wait_p90_s"),
    ]


def test_a_summary_row_by_hand():
    row = rows()[0]
    assert row["value"] == 27 / 30
    half = 4.30265273 * np.std([0.9, 0.8, 1.0], ddof=1) / np.sqrt(3)
    assert row["ci_low"] == pytest.approx(0.9 - half)
    assert row["ci_high"] == 1.0  # a share is never above 1
    assert row["replications"] == 3
    assert row["target"] == 0.9
    assert row["p_meets_target"] == pytest.approx(2 / 3)
    assert row["staffing.scale"] == 0.9


def test_a_count_is_the_mean_over_weeks():
    assert rows()[2]["value"] == pytest.approx(32 / 3)


def test_only_service_levels_of_one_channel_have_a_target():
    targets = [row["target"] for row in rows()]
    assert [not np.isnan(target) for target in targets] == [True, False, False, True, False]


def test_a_week_without_a_quantile_is_left_out():
    row = rows()[4]
    assert row["value"] == 40.0
    assert row["replications"] == 2


def test_one_week_has_no_interval():
    part = Figures(0, {"staffing.scale": 1}, "apart", CELLS, figures().tally[:, :1])
    row = rows(part)[0]
    assert row["value"] == 0.9
    assert np.isnan([row["ci_low"], row["ci_high"]]).all()
    assert row["p_meets_target"] == 1.0


def test_the_comparison_is_paired_and_about_the_whole_window():
    better = NUMERATOR.copy()
    better[:, 0] += [1, 1, 0]
    found = [
        dict(zip(COMPARISON_COLUMNS, row, strict=True))
        for row in comparison_rows(figures(better, "together"), figures())
    ]
    assert [row["measure"] for row in found] == [
        "service_level",
        "service_level",
        "offered",
        "wait_p90_s",
    ]
    first = found[0]
    assert (first["design"], first["baseline"]) == ("together", "apart")
    assert first["difference"] == pytest.approx(2 / 30)
    half = 4.30265273 * np.std([0.1, 0.1, 0.0], ddof=1) / np.sqrt(3)
    assert first["ci_low"] == pytest.approx(2 / 30 - half)
    assert str(found[1]["difference"]) == "0.0"


def test_a_share_changes_by_one_at_most():
    better = NUMERATOR.copy()
    better[:, 0] = [10, 0, 10]
    row = next(comparison_rows(figures(better, "together"), figures()))
    assert row[COMPARISON_COLUMNS.index("ci_low")] == -1.0
    counts = NUMERATOR.copy()
    counts[:, 2] = [0, 500, 0]
    row = list(comparison_rows(figures(counts, "together"), figures()))[2]
    assert row[COMPARISON_COLUMNS.index("ci_low")] < -1.0


def csv_text(header, lines):
    file = io.BytesIO()
    write_csv(file, header, lines)
    return file.getvalue()


def test_csv_files_begin_with_the_mark_that_excel_needs():
    content = csv_text(["force"], [["Gwent — Dyfed-Powys, Ynys Môn"]])
    assert content.startswith(b"\xef\xbb\xbfforce\n")
    assert pd.read_csv(io.BytesIO(content))["force"][0] == "Gwent — Dyfed-Powys, Ynys Môn"


@pytest.mark.parametrize("name", ["=1+1", "+44", "-x", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"])
def test_no_name_becomes_a_formula(name):
    content = csv_text(["force", "value"], [[name, -0.5]]).decode("utf-8-sig")
    _, (force, value) = csv.reader(io.StringIO(content))
    assert force == f"'{name}"
    assert value == "-0.5"  # a number may begin with a minus
    assert as_named(force) == name


def test_other_names_stay_as_they_are():
    for name in ("Kent", "'quoted'", "a=b", "", 'say "hi", then go', "<b>"):
        assert as_named(as_text(name)) == as_text(name) == name


def test_numbers_are_written_exactly_and_missing_ones_are_empty():
    content = csv_text(["a", "b", "c", "d"], [[0.1 + 0.2, np.nan, None, 3]])
    assert content.decode("utf-8-sig").splitlines()[1] == "0.30000000000000004,,,3"


def kpi_bytes(*parts, keys=("staffing.scale",)):
    file = io.BytesIO()
    with KpiTable(file, keys) as table:
        for part in parts:
            table.add(part)
    return file.getvalue()


def test_the_kpi_table_has_every_cell_of_every_week():
    parts = [figures(), figures(design="=together")]
    table = pd.read_parquet(io.BytesIO(kpi_bytes(*parts)))
    assert len(table) == 2 * 3 * len(LABELS)
    assert list(table.columns) == [
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
        "value",
        "unit",
        "staffing.scale",
    ]
    row = table[(table["design"] == "=together") & (table["replication"] == 1)].iloc[0]
    assert (row["force"], row["measure"]) == ("Kent", "service_level")
    assert (row["numerator"], row["denominator"], row["value"]) == (8, 10, 0.8)
    assert row["staffing.scale"] == 0.9
    missing = table[(table["replication"] == 1) & (table["period"] == "hour_03")]
    assert missing["value"].isna().all()


def test_the_kpi_table_has_the_same_bytes_each_time():
    parts = [figures(), figures(design="together")]
    assert kpi_bytes(*parts) == kpi_bytes(*parts)


def test_varied_text_stands_in_its_own_column():
    part = figures(varied={"channel": "x", "kind": "never"})
    table = pd.read_parquet(io.BytesIO(kpi_bytes(part, keys=("kind",))))
    assert set(table["kind"]) == {"never"}
