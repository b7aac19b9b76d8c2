"""A results folder that is missing, unfinished or damaged is refused in plain words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from synthetic_results import Synthetic, write_results

from sim.report import ReportError, draw_report
from sim.report.over_weeks import read_over_weeks
from sim.report.results import read_results
from sim.report.study import reference_study
from sim.report.sweep import sweep_of

FILES = ("manifest.json", "kpi.parquet", "summary.csv", "comparison.csv")


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    made = Synthetic(forces=("Kent",), designs={"isolation": None, "merger": None}, replications=2)
    return write_results(folder / "whole", made)


@pytest.fixture(name="damaged")
def _damaged(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "damaged"))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="nowhere: no such results folder; give the folder"):
        draw_report(tmp_path / "nowhere")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(damaged: Path, name: str) -> None:
    (damaged / name).unlink()
    with pytest.raises(ReportError, match=rf"{name}: is missing; run the experiment again"):
        draw_report(damaged)


@pytest.mark.parametrize("name", ["manifest.json", "kpi.parquet"])
def test_a_file_cut_short_is_named(damaged: Path, name: str) -> None:
    content = (damaged / name).read_bytes()
    (damaged / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ReportError, match=name):
        draw_report(damaged)


@pytest.mark.parametrize("name", ["summary.csv", "comparison.csv"])
def test_a_table_that_lacks_lines_is_not_read_as_if_nobody_had_called(
    damaged: Path, name: str
) -> None:
    lines = (damaged / name).read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b",merger," not in line or b",service_level," not in line]
    assert len(kept) < len(lines)
    (damaged / name).write_bytes(b"".join(kept))
    with pytest.raises(ReportError, match=rf'{name}: lacks the line for design "merger"'):
        draw_report(damaged)


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file_is_named(damaged: Path, name: str) -> None:
    (damaged / name).write_bytes(b"")
    with pytest.raises(ReportError, match=name):
        draw_report(damaged)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_rubbish_is_named(damaged: Path, name: str) -> None:
    (damaged / name).write_bytes(bytes(range(256)) * 20)
    with pytest.raises(ReportError, match=name):
        draw_report(damaged)


def test_a_table_whose_rows_are_in_another_order_is_refused(damaged: Path) -> None:
    path = damaged / "kpi.parquet"
    table = pq.read_table(path)
    swapped = np.arange(table.num_rows)
    swapped[[0, 1]] = [1, 0]  # two cells of the first replication
    pq.write_table(table.take(swapped), path)
    with pytest.raises(ReportError, match=r"kpi\.parquet: cannot be read .* order of their cells"):
        draw_report(damaged)


def test_cells_by_replication_are_those_of_the_table(whole: Path) -> None:
    found = read_over_weeks(whole / "kpi.parquet", ["offered", "busy_h"], 0)
    table = pq.read_table(whole / "kpi.parquet").to_pandas()
    table = table[table["measure"].isin(["offered", "busy_h"])]
    labels = ["design", "force", "channel", "group", "period", "measure"]
    wide = table.pivot_table("numerator", labels, "replication", observed=True)
    assert found.numerator.shape == (2, len(wide))
    for at, cell in enumerate(found.cells.itertuples(index=False, name=None)):
        assert found.numerator[:, at].tolist() == wide.loc[cell].tolist()


def test_an_error_of_the_report_means_wrong_input(damaged: Path) -> None:
    (damaged / "summary.csv").unlink()
    with pytest.raises(ReportError) as caught:
        draw_report(damaged)
    assert caught.value.status == 2  # what the command line exits with


def test_a_manifest_that_lacks_a_key_says_which(damaged: Path) -> None:
    path = damaged / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["evidence"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ReportError, match=r"manifest\.json: lacks the key evidence"):
        draw_report(damaged)


def test_a_centre_that_makes_no_sense_says_where(damaged: Path) -> None:
    path = damaged / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["centre"]["channels"]["emergency"]["target_share"]["value"] = 7
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ReportError, match=r"centre\.channels\.emergency\.target_share"):
        draw_report(damaged)


def test_a_column_that_is_gone_is_named(damaged: Path) -> None:
    _replace(damaged / "summary.csv", "ci_low", "lower")
    with pytest.raises(ReportError, match=r"summary\.csv: lacks the column ci_low"):
        draw_report(damaged)


def test_a_number_that_is_none_is_named_with_its_row(damaged: Path) -> None:
    lines = (damaged / "comparison.csv").read_text(encoding="utf-8-sig").splitlines()
    at = lines[0].split(",").index("ci_high")
    cells = lines[4].split(",")
    cells[at] = "about 3"
    lines[4] = ",".join(cells)
    (damaged / "comparison.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    with pytest.raises(ReportError, match=r"row 5, ci_high: 'about 3' is not a number"):
        draw_report(damaged)


def test_a_table_without_rows_is_refused(damaged: Path) -> None:
    header = (damaged / "summary.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    (damaged / "summary.csv").write_text(header + "\n", encoding="utf-8-sig")
    with pytest.raises(ReportError, match=r"summary\.csv: has no rows"):
        draw_report(damaged)


def test_a_table_changed_after_the_run_is_told_on(whole: Path, damaged: Path) -> None:
    assert read_results(whole).altered == ()
    with (damaged / "summary.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert read_results(damaged).altered == ("summary.csv",)


@pytest.mark.parametrize("force", ["NA", "None", "nan", "007", "=1+1", "-", "Ynys Môn"])
def test_a_force_keeps_its_name_whatever_it_is(
    tmp_path: Path, force: str
) -> None:  # spreadsheets and parsers have ideas about these
    made = Synthetic(forces=(force, "Kent"), designs={"isolation": None}, replications=2)
    study = reference_study(read_results(write_results(tmp_path / "r", made)))
    assert study.rows == ("all", force, "Kent")
    assert not study.estimate("isolation", force, "emergency", "service_level").missing


def test_a_sweep_is_reported_at_the_point_nearest_to_the_centre_itself(
    study_of: Callable[..., object],
) -> None:
    study = study_of(points=(0.8, 0.98, 1.3))
    assert study.varied == {"staffing.scale": "0.98"}
    sweep = sweep_of(study)
    (axis,) = sweep.axes
    assert axis.values == ("0.8", "0.98", "1.3")
    levels = [
        sweep.level(point, study.baseline, "all", study.channels[0]).value
        for point in sweep.line(axis)
    ]
    assert levels == sorted(levels)
    assert levels[0] < levels[2]
