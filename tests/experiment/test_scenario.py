"""From an experiment file to its points."""

import pytest
from experiment.small_experiment import Watcher, blocks, write_experiment

from sim.config import ConfigError
from sim.experiment import read_study, run_experiment
from sim.experiment.store import read_block
from sim.experiment.sweep import TooManyPoints, as_columns


def test_without_vary_there_is_one_point(tmp_path):
    (point,) = read_study(write_experiment(tmp_path)).points
    assert (point.index, dict(point.varied)) == (0, {})


def test_the_last_key_changes_fastest_and_reaches_the_centre(tmp_path):
    more = (
        "[vary]\n"
        '"staffing.scale" = [0.9, 1]\n'
        '"designs.together.handle_factor" = {from = 1.0, to = 1.2, step = 0.1}\n'
    )
    points = read_study(write_experiment(tmp_path, more=more)).points
    assert [tuple(point.varied.values()) for point in points[:4]] == [
        (0.9, 1.0),
        (0.9, 1.1),
        (0.9, 1.2),
        (1, 1.0),
    ]
    assert points[4].centre.staffing.scale.value == 1
    assert points[4].designs["together"].options["handle_factor"] == 1.1
    # The workload is that of its staffing; the design alone has a digest of its own.
    assert points[0].digest == points[1].digest != points[3].digest
    assert points[0].design_digests["apart"] == points[1].design_digests["apart"]
    assert points[0].design_digests["together"] != points[1].design_digests["together"]


def test_points_that_share_a_workload_share_their_blocks(tmp_path):
    more = '[vary]\n"designs.together.handle_factor" = [1.0, 1.1]\n'
    path = write_experiment(tmp_path, replications=2, more=more)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    parts = [set(read_block(block).parts) for block in blocks(folder)]
    # Two designs of the first point, then the one that the second has of its own; twice.
    assert sorted(map(len, parts)) == [1, 1, 2, 2]
    watcher = Watcher()
    run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert watcher.found == 4


def test_a_column_is_all_numbers_or_all_text():
    columns = as_columns([{"a": 1, "b": "x", "c": True}, {"a": 0.5, "b": 2, "c": False}])
    assert [dict(row) for row in columns] == [
        {"a": 1, "b": "x", "c": "True"},
        {"a": 0.5, "b": "2", "c": "False"},
    ]


def test_a_varied_value_that_is_wrong_is_told_of_the_experiment(tmp_path):
    path = write_experiment(tmp_path, more='[vary]\n"staffing.shrinkage_share" = [0.1, 1.5]\n')
    with pytest.raises(ConfigError) as refused:
        read_study(path)
    told = str(refused.value)
    assert told.startswith(f'{path}: vary."staffing.shrinkage_share" = 1.5: must be a share')
    assert "centre.toml" not in told
    assert "outside" not in told


def test_what_is_wrong_in_the_centre_is_told_of_the_centre(tmp_path):
    path = write_experiment(tmp_path, more='[vary]\n"staffing.scale" = [0.9, 1]\n')
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8")
    centre.write_text(text.replace("rostered = 3", "rostered = 17000000"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"centre\.toml: groups.*rostered = 17000000: .*100,000"):
        read_study(path)


def test_more_points_than_anyone_meant_are_refused(tmp_path):
    steps = "{from = 0.5, to = 1.5, step = 0.005}"
    more = f'[vary]\n"staffing.scale" = {steps}\n"staffing.absence_share" = {steps[:-1]}}}\n'
    path = write_experiment(
        tmp_path, more=more.replace("1.5, step = 0.005}\n", "1, step = 0.005}\n")
    )
    with pytest.raises(TooManyPoints, match=r"gives 10,201 points, more than 10,000.*--yes"):
        read_study(path)


def test_a_point_that_cannot_be_drawn_is_refused_before_the_first_is_run(tmp_path):
    more = '[vary]\n"channels.emergency.handle.mean_s" = [100, -1]\n'
    path = write_experiment(tmp_path, more=more)
    with pytest.raises(ConfigError, match=r"handle"):
        run_experiment(path, out=tmp_path / "results", jobs=1)
    assert not (tmp_path / "results").exists()
