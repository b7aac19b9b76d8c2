"""Whole runs on a small centre: what they leave behind, and that nothing is lost or repeated."""

import csv
import os

import numpy as np
import pandas as pd
import pytest
from experiment.small_experiment import Watcher, blocks, tables, write_experiment

from sim.config import ConfigError
from sim.engine import ENGINES
from sim.experiment import (
    CannotGoOn,
    WrongInput,
    folders_for,
    gather,
    read_answer,
    read_manifest,
    read_status,
    run_experiment,
    seal,
)
from sim.experiment.files import file_digest
from sim.experiment.store import read_block


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of four weeks by one worker; tests look at it and leave it alone."""
    place = tmp_path_factory.mktemp("finished")
    path = write_experiment(place)
    watcher = Watcher()
    folder = run_experiment(path, out=place / "results", jobs=1, engine="simpy", progress=watcher)
    return path, folder, watcher


def test_a_run_leaves_its_tables_and_its_manifest(finished):
    path, folder, watcher = finished
    assert folder.name == path.stem
    manifest = read_manifest(folder)
    assert manifest["seed"] == 7
    assert manifest["experiment"]["question"] == "Is one room better than two?"
    assert manifest["centre"]["forces"].keys() == {"North, & <b>South</b>", "=East"}
    assert manifest["designs"]["together"] == {
        "label": "Together [bold]",
        "kind": "merger",
        "options": {"handle_factor": 1.0},
    }
    assert manifest["replications"]["reached"] == {"0": 4}
    assert manifest["engine"] == "simpy"
    assert {"sim", "python", "numpy", "simpy"} <= manifest["versions"].keys()
    assert any(fact["key"].endswith("staffing.scale") for fact in manifest["evidence"])
    for name in tables(folder):
        assert manifest["files"][name] == file_digest(folder / name)
    assert (watcher.found, watcher.replications, watcher.finished) == (0, 4, True)


def test_each_block_is_read_once_per_design_for_all_tables(finished, monkeypatch):
    path, folder, _ = finished
    read = []

    def noted(block, design):
        read.append((block, design))
        return read_block(block, design)

    monkeypatch.setattr(gather, "read_block", noted)
    run_experiment(path, out=folder.parent, jobs=1, engine="simpy")
    assert len(set(read)) == len(read) == 4 * 2  # weeks and designs


def test_the_tables_agree_with_each_other(finished):
    _, folder, _ = finished
    kpi = pd.read_parquet(folder / "kpi.parquet")
    summary = pd.read_csv(folder / "summary.csv")
    comparison = pd.read_csv(folder / "comparison.csv")
    keys = ["design", "force", "channel", "period", "measure"]
    cells = kpi[kpi["group"] == ""].groupby(keys, observed=True)[["numerator", "denominator"]].sum()
    checked = 0
    for row in summary[summary["period"] == "all"].itertuples():
        force = row.force.removeprefix("'")
        top, bottom = cells.loc[(row.design, force, row.channel, row.period, row.measure)]
        expected = top / bottom if bottom else np.nan
        assert row.value == pytest.approx(expected, nan_ok=True)
        checked += 1
    assert checked > 100
    both = comparison.merge(
        summary[summary["period"] == "all"], on=["design", "force", "channel", "measure"]
    )
    base = summary[(summary["design"] == "apart") & (summary["period"] == "all")]
    both = both.merge(base, on=["force", "channel", "measure"], suffixes=("", "_base"))
    assert len(both) == len(comparison) > 50
    assert np.allclose(both["difference"], both["value"] - both["value_base"], equal_nan=True)
    assert set(comparison["baseline"]) == {"apart"}
    assert "=East" not in set(summary["force"])  # a formula in a spreadsheet


def test_offered_calls_are_the_same_in_every_design_where_nobody_redials(finished):
    _, folder, _ = finished
    kpi = pd.read_parquet(folder / "kpi.parquet")
    kpi = kpi[(kpi["period"] == "all") & (kpi["force"] == "all") & (kpi["channel"] == "other")]
    offered = {
        design: kpi[(kpi["measure"] == "offered") & (kpi["design"] == design)]["value"].to_numpy()
        for design in ("apart", "together")
    }
    assert np.array_equal(offered["apart"], offered["together"])
    assert offered["apart"].std() > 0  # replications differ


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_any_engine_and_two_workers_write_the_same_bytes_as_one_worker(finished, tmp_path, engine):
    path, folder, _ = finished
    other = run_experiment(path, out=tmp_path, jobs=2, engine=engine)
    assert tables(other) == tables(folder)
    assert read_manifest(other)["engine"] == engine


def test_a_second_run_computes_nothing_and_writes_the_same_bytes(finished):
    path, folder, _ = finished
    before, stored = tables(folder), {b: b.stat().st_mtime_ns for b in blocks(folder)}
    watcher = Watcher()
    run_experiment(path, out=folder.parent, jobs=1, progress=watcher)
    assert (watcher.found, watcher.replications) == (4, 0)
    assert tables(folder) == before
    assert {b: b.stat().st_mtime_ns for b in blocks(folder)} == stored


def test_more_replications_keep_those_that_are_there(tmp_path):
    path = write_experiment(tmp_path, replications=2)
    run_experiment(path, out=tmp_path / "grown", jobs=1)
    watcher = Watcher()
    grown = run_experiment(path, out=tmp_path / "grown", jobs=1, replications=3, progress=watcher)
    assert (watcher.found, watcher.replications) == (2, 1)
    fresh = run_experiment(path, out=tmp_path / "fresh", jobs=1, replications=3)
    assert tables(grown) == tables(fresh)


def test_fewer_replications_use_fewer_than_are_stored(tmp_path):
    path = write_experiment(tmp_path, replications=3)
    out = tmp_path / "results"
    run_experiment(path, out=out, jobs=1)
    again = run_experiment(path, out=out, jobs=1, replications=2)
    fresh = run_experiment(path, out=tmp_path / "fresh", jobs=1, replications=2)
    assert tables(again) == tables(fresh)


def test_a_damaged_block_is_set_aside_and_computed_again(tmp_path):
    path = write_experiment(tmp_path, replications=3)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    before, victim = tables(folder), blocks(folder)[1]
    victim.write_bytes(victim.read_bytes()[:-7])
    assert [point.damaged for point in read_status(folder).points] == [1]
    watcher = Watcher()
    run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert (watcher.found, watcher.replications) == (2, 1)
    assert "damaged" in watcher.notices[0]
    assert tables(folder) == before
    assert read_status(folder).set_aside == 1


def test_a_new_label_changes_the_manifest_and_computes_nothing(tmp_path):
    path = write_experiment(tmp_path, replications=2)
    run_experiment(path, out=tmp_path / "results", jobs=1)
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8")
    centre.write_text(text.replace('label = "Apart"', 'label = "Separate"'), encoding="utf-8")
    watcher = Watcher()
    folder = run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert watcher.replications == 0
    assert read_manifest(folder)["designs"]["apart"]["label"] == "Separate"


VARY = '[vary]\n"staffing.scale" = [0.9, 1.2]\n"channels.emergency.handle.mean_s" = [180, 200.5]\n'


def test_a_sweep_has_a_point_for_every_combination(tmp_path):
    path = write_experiment(tmp_path, replications=2, more=VARY)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    summary = pd.read_csv(folder / "summary.csv")
    points = summary[
        ["point", "staffing.scale", "channels.emergency.handle.mean_s"]
    ].drop_duplicates()
    assert points.to_numpy().tolist() == [
        [0, 0.9, 180],
        [1, 0.9, 200.5],
        [2, 1.2, 180],
        [3, 1.2, 200.5],
    ]
    kpi = pd.read_parquet(folder / "kpi.parquet")
    assert set(kpi["staffing.scale"]) == {0.9, 1.2}
    staffed = summary[(summary["measure"] == "staffed_h") & (summary["force"] == "all")]
    means = staffed[staffed["period"] == "all"].groupby("staffing.scale")["value"].mean()
    assert means[1.2] > means[0.9]

    # Changing one value recomputes its points alone.
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[0.9, 1.2]", "[0.9, 1.3]"), encoding="utf-8")
    watcher = Watcher()
    run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert (watcher.found, watcher.replications) == (4, 4)
    assert read_status(folder).unused_bytes > 0


UNTIL = (
    'max = {max}\nuntil = {{measure = "service_level", channel = "emergency", half_width = {w}}}\n'
)


def test_a_stopping_rule_goes_on_to_its_precision_and_says_what_it_reached(tmp_path):
    path = write_experiment(tmp_path, replications=4, more=UNTIL.format(max=200, w=0.04))
    folder = run_experiment(path, out=tmp_path / "results", jobs=2)
    reached = read_manifest(folder)["replications"]
    assert reached["reached"]["0"] > 4
    assert reached["half_width"]["0"] <= 0.04
    summary = pd.read_csv(folder / "summary.csv")
    rows = summary[
        (summary["measure"] == "service_level")
        & (summary["channel"] == "emergency")
        & (summary["period"] == "all")
        & (summary["force"] != "all")
    ]
    unclipped = rows[rows["ci_high"] < 1]
    assert ((unclipped["ci_high"] - unclipped["ci_low"]) / 2 <= 0.04).all()


def test_a_measure_that_is_none_is_refused_before_anything_runs(tmp_path):
    wrong = UNTIL.replace("service_level", "service_levl").format(max=200, w=0.04)
    path = write_experiment(tmp_path, more=wrong)
    with pytest.raises(ConfigError, match=r"until\.measure.*service_level"):
        run_experiment(path, out=tmp_path / "results", jobs=1)


def test_an_unknown_engine_and_an_unknown_design_are_refused(tmp_path):
    path = write_experiment(tmp_path)
    with pytest.raises(WrongInput, match="simpy"):
        run_experiment(path, out=tmp_path / "results", engine="simpie")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"together"]', '"togehter"]'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r'togehter.*"together"'):
        run_experiment(path, out=tmp_path / "results")


def test_two_experiments_of_one_name_do_not_share_a_folder(tmp_path):
    with pytest.raises(WrongInput, match="both write"):
        folders_for([tmp_path / "a" / "x.toml", tmp_path / "b" / "X.toml"], tmp_path)
    assert len(folders_for([tmp_path / "x.toml", tmp_path / "y.toml"], tmp_path)) == 2


@pytest.mark.parametrize("name", ['say "hi" & <b>bye', "it's 50% [bold]", "Überblick: 1?"])
def test_experiments_may_be_called_anything(tmp_path, name):
    path = write_experiment(tmp_path, replications=1, name=name)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    assert not set(folder.name) & set('<>:"/\\|?*')
    assert read_manifest(folder)["name"] == name
    assert len(read_answer(folder).rows) == 12


def test_the_answer_has_a_verdict_and_an_interval_for_each(finished):
    _, folder, _ = finished
    answer = read_answer(folder)
    assert {row.force for row in answer.rows} == {"North, & <b>South</b>", "=East", "all"}
    assert answer.design_labels["together"] == "Together [bold]"
    for row in answer.rows:
        assert row.service_level.low <= row.service_level.value <= row.service_level.high
        assert (row.difference is None) == (row.design == "apart")
        assert row.target == 0.9


def test_one_replication_has_no_interval_and_no_certainty(tmp_path):
    path = write_experiment(tmp_path, replications=1)
    answer = read_answer(run_experiment(path, out=tmp_path / "results", jobs=1))
    assert all(np.isnan(row.service_level.low) for row in answer.rows)
    assert {row.verdict.value for row in answer.rows} == {"uncertain"}


def test_the_manifest_is_sealed_with_every_file(tmp_path):
    path = write_experiment(tmp_path, replications=1)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    (folder / "figures").mkdir()
    (folder / "figures" / "a.svg").write_text("<svg/>")
    (folder / "report.html").write_text("<html/>")
    seal(folder)
    files = read_manifest(folder)["files"]
    assert files.keys() == {
        "kpi.parquet",
        "summary.csv",
        "comparison.csv",
        "accounting.csv",
        "exchange.csv",
        "report.html",
        "figures/a.svg",
    }
    assert files["figures/a.svg"] == file_digest(folder / "figures" / "a.svg")


def test_folders_that_are_no_results_say_so(tmp_path):
    for read in (read_manifest, read_answer, read_status):
        with pytest.raises(WrongInput, match="not a results folder"):
            read(tmp_path)


def test_tables_that_are_open_elsewhere_are_explained(tmp_path, monkeypatch):
    path = write_experiment(tmp_path, replications=1)
    out = tmp_path / "results"
    folder = run_experiment(path, out=out, jobs=1)
    replace = os.replace

    def refuse(source, target, **options):
        if str(target).endswith("summary.csv"):
            raise PermissionError(13, "Permission denied")
        replace(source, target, **options)

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(CannotGoOn, match=r"summary\.csv.*Excel"):
        run_experiment(path, out=out, jobs=1)
    monkeypatch.undo()
    with pytest.raises(WrongInput, match="has not ended"):
        read_manifest(folder)
    assert not read_status(folder).finished
    run_experiment(path, out=out, jobs=1)
    assert read_status(folder).finished


def test_csv_files_have_no_formula_in_them(finished):
    _, folder, _ = finished
    for name in ("summary.csv", "comparison.csv", "accounting.csv", "exchange.csv"):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for text in row:
                    assert not text.startswith(("=", "+", "@"))
                    if text.startswith("-"):
                        float(text)
