"""Cells of many scenarios: what is known is not run again, and a store keeps it."""

import numpy as np
import pytest
from experiment.small_experiment import write_experiment

import sim.experiment.cells as room
from sim.config import ConfigError, Problem
from sim.experiment import Silent, read_study
from sim.experiment.cells import CellRuns, Wanted
from sim.experiment.executors import InlineExecutor
from sim.experiment.replication import Recipe, prepare, run_replication, tally_of
from sim.experiment.runner import pickled
from sim.experiment.store import Store

CELLS = np.array([0, 7, 3])


class Counting(Silent):
    def __init__(self):
        self.weeks = self.simulated = 0
        self.notices = []

    def advance(self, replications, contacts):
        self.weeks += replications
        self.simulated += replications if contacts else 0

    def notice(self, message):
        self.notices.append(message)


@pytest.fixture
def study(tmp_path):
    return read_study(write_experiment(tmp_path))


def runs(study, progress, store=None, block=1, refused=None):
    return CellRuns(
        study,
        CELLS,
        executor=InlineExecutor(),
        jobs=1,
        engine="compiled",
        progress=progress,
        store=store,
        block=block,
        refused=refused,
    )


@pytest.mark.parametrize("block", [1, 2, 5])
def test_cells_are_those_of_a_whole_replication(study, block):
    point = study.points[0]
    kept = runs(study, Counting(), block=block)
    kept.run([Wanted(point, ("together", "apart"), 0, 3)])
    prepared = prepare(pickled(Recipe.of(point, study.horizon, 7, "compiled")))
    for design, digest in point.design_digests.items():
        weeks = [run_replication(prepared, [digest], week).parts[digest] for week in range(3)]
        whole = np.concatenate([tally_of(prepared, [week]) for week in weeks], axis=1)[:, :, CELLS]
        np.testing.assert_array_equal(kept.tally(point, design, 3), whole)


def test_what_is_known_is_not_run_again(study):
    progress = Counting()
    kept = runs(study, progress)
    point = study.points[0]
    kept.run([Wanted(point, ("apart",), 0, 2)])
    kept.run([Wanted(point, ("apart",), 0, 3)])
    assert (progress.weeks, progress.simulated) == (5, 3)
    kept.run([Wanted(point, ("apart", "together"), 0, 3)])
    assert progress.simulated == 6


def test_a_store_keeps_the_weeks_and_a_damaged_one_is_run_again(study, tmp_path):
    store, point = Store(tmp_path / "store"), study.points[0]
    first = runs(study, Counting(), store)
    first.run([Wanted(point, ("apart",), 0, 3)])
    progress = Counting()
    again = runs(study, progress, store)
    again.run([Wanted(point, ("apart",), 0, 3)])
    assert progress.simulated == 0
    expected = first.tally(point, "apart", 3)
    np.testing.assert_array_equal(again.tally(point, "apart", 3), expected)

    next(store.folder.rglob("*.block")).write_bytes(b"nothing")
    mended = runs(study, progress, store)
    mended.run([Wanted(point, ("apart",), 0, 3)])
    assert progress.simulated == 1
    assert "damaged" in progress.notices[0]
    np.testing.assert_array_equal(mended.tally(point, "apart", 3), expected)


def test_an_interruption_keeps_what_was_finished(study, tmp_path, monkeypatch):
    store, point = Store(tmp_path / "store"), study.points[0]
    real, left = room.run_cells, [2]

    def interrupted(*arguments):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*arguments)

    monkeypatch.setattr(room, "run_cells", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runs(study, Counting(), store).run([Wanted(point, ("apart",), 0, 4)])
    left[0] = 9
    progress = Counting()
    runs(study, progress, store).run([Wanted(point, ("apart",), 0, 4)])
    assert progress.simulated == 2


def test_a_point_that_cannot_be_drawn_is_noted_or_ends_the_run(study, monkeypatch):
    def contradicts(*_):
        raise ConfigError([Problem(study.path, "contradicts itself")])

    monkeypatch.setattr(room, "run_cells", contradicts)
    wanted, progress, refused = Wanted(study.points[0], ("apart",), 0, 3), Counting(), {}
    with pytest.raises(ConfigError, match="contradicts itself"):
        runs(study, progress).run([wanted])
    runs(study, progress, refused=refused).run([wanted])
    assert "contradicts itself" in str(refused[study.points[0].digest])
    assert (progress.weeks, progress.simulated) == (3, 0)
