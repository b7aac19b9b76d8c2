"""A point whose work is at fault: told and tried again, and the rest of the sweep is not lost."""

import pandas as pd
import pytest
from experiment.small_experiment import Watcher, tables, write_experiment

from sim.experiment import PointsFailed, Shard, read_manifest, read_status, run_experiment
from sim.experiment import run as run_module
from sim.experiment.replication import run_task

SWEEP = '[vary]\n"staffing.scale" = [0.9, 1.0, 1.1]\n'


@pytest.fixture
def faulty(monkeypatch):
    """Let the work of some points fail after their first replication."""

    def at(*points):
        def work(task):
            if task.point in points and task.start >= 1:
                raise ValueError(f"the roster of week {task.start} is upside down")
            return run_task(task)

        monkeypatch.setattr(run_module, "run_task", work)

    return at


def test_one_bad_point_does_not_lose_the_sweep(tmp_path, faulty):
    path = write_experiment(tmp_path, replications=3, more=SWEEP)
    faulty(1)
    with pytest.raises(PointsFailed) as raised:
        run_experiment(path, out=tmp_path / "results", jobs=1)
    message = str(raised.value)
    assert message.startswith("1 of 3 points failed")
    assert "point 1 (staffing.scale = 1.0): ValueError: the roster of week 1" in message
    assert raised.value.status == 1

    folder = tmp_path / "results" / "small"
    kpi = pd.read_parquet(folder / "kpi.parquet")
    assert sorted(kpi["point"].unique()) == [0, 2]
    assert [point["point"] for point in read_manifest(folder)["points"]] == [0, 2]
    assert read_manifest(folder)["failed"] == {
        "1": "ValueError: the roster of week 1 is upside down"
    }
    status = read_status(folder)
    assert not status.finished
    assert [point.failed for point in status.points] == [
        "",
        "ValueError: the roster of week 1 is upside down",
        "",
    ]
    assert status.points[1].missing == 2
    (note,) = (folder / "store" / "failed").iterdir()
    assert "Traceback" in note.read_text(encoding="utf-8")


def test_the_next_run_tries_the_failed_points_again_and_no_others(tmp_path, faulty):
    path = write_experiment(tmp_path, replications=3, more=SWEEP)
    faulty(0, 2)
    with pytest.raises(PointsFailed, match="2 of 3 points failed"):
        run_experiment(path, out=tmp_path / "results", jobs=1)
    faulty()
    watcher = Watcher()
    folder = run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert (watcher.found, watcher.replications) == (5, 4)
    status = read_status(folder)
    assert status.finished
    assert not any(point.failed for point in status.points)
    assert tables(folder) == tables(run_experiment(path, out=tmp_path / "whole", jobs=1))


def test_a_fault_of_every_point_comes_through_as_it_is(tmp_path, faulty):
    path = write_experiment(tmp_path, replications=2)
    faulty(0)
    with pytest.raises(ValueError, match="upside down"):
        run_experiment(path, out=tmp_path / "results", jobs=1)
    assert "upside down" in read_status(tmp_path / "results" / "small").points[0].failed


def test_a_shard_with_a_failed_point_says_so(tmp_path, faulty):
    path = write_experiment(tmp_path, replications=4, more=SWEEP)
    faulty(2)
    with pytest.raises(PointsFailed, match="1 of 3 points failed"):
        run_experiment(path, out=tmp_path / "results", jobs=1, shard=Shard(2, 2))
    status = read_status(tmp_path / "results" / "small" / "shard-2-of-2")
    assert not status.finished
    assert status.points[2].failed
