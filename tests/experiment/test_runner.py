"""Rounds, tasks and executors, with work that costs nothing."""

import os
import re
import signal
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest
from experiment.small_experiment import (
    Watcher,
    fake_run,
    fake_tally,
    fake_work,
    slow_fake_work,
)

from sim.config.experiment import Replications, Until
from sim.experiment.errors import CannotGoOn
from sim.experiment.executors import InlineExecutor, executor_for
from sim.experiment.results import gather
from sim.experiment.runner import ROUND, done_already, find_stored, run_points
from sim.experiment.statistics import ratio_interval
from sim.experiment.store import Store


def run(runs, store, replications=None, **options):
    watcher = Watcher()
    run_points(
        {r.point.index: r for r in runs},
        replications or Replications(min=runs[0].wanted),
        store=store,
        progress=watcher,
        **{"executor": InlineExecutor(), "jobs": 1, "work": fake_work, **options},
    )
    return watcher


def expected(design, replications):
    return np.stack([fake_tally(design, r) for r in range(replications)], axis=1)


@pytest.mark.parametrize("block", [1, 3, 100])
def test_every_replication_is_run_once_whatever_the_size_of_blocks(tmp_path, block):
    point = fake_run(7)
    watcher = run([point], Store(tmp_path), block=block)
    assert watcher.replications == 7
    for design in "ab":
        assert np.array_equal(gather(point, design), expected(design, 7))


def test_threads_give_what_one_worker_gives(tmp_path):
    points = [fake_run(6, index=i) for i in range(3)]
    with ThreadPoolExecutor(4) as threads:
        run(points, Store(tmp_path), executor=threads, jobs=4, work=slow_fake_work)
    for point in points:
        assert np.array_equal(gather(point, "a"), expected("a", 6))


def test_processes_give_what_one_worker_gives(tmp_path):
    point = fake_run(6)
    with executor_for("simpy", 2) as processes:
        run([point], Store(tmp_path), executor=processes, jobs=2, work=slow_fake_work)
    assert np.array_equal(gather(point, "b"), expected("b", 6))


def test_what_is_stored_is_not_run_again(tmp_path):
    store = Store(tmp_path)
    run([fake_run(4)], store)
    again = fake_run(6)
    find_stored(again, store, pytest.fail)
    assert done_already([again]) == 4
    started = []

    def counted(task):
        started.append((task.start, task.stop, task.designs))
        return fake_work(task)

    run([again], store, work=counted)
    assert started == [(4, 5, ("a", "b")), (5, 6, ("a", "b"))]
    assert np.array_equal(gather(again, "a"), expected("a", 6))


def test_a_design_added_later_is_run_alone(tmp_path):
    store = Store(tmp_path)
    run([fake_run(3)], store)
    again = fake_run(3, designs=("b", "c"))
    find_stored(again, store, pytest.fail)
    asked = []

    def counted(task):
        asked.append(task.designs)
        return fake_work(task)

    run([again], store, work=counted)
    assert asked == [("c",)] * 3
    assert np.array_equal(gather(again, "b"), expected("b", 3))
    assert np.array_equal(gather(again, "c"), expected("c", 3))


def test_a_damaged_block_alone_is_run_again(tmp_path):
    store = Store(tmp_path)
    first = fake_run(4)
    run([first], store)
    victim = first.stored.blocks["a"][2]
    victim.write_bytes(victim.read_bytes()[:-1])
    again, notices, started = fake_run(4), [], []
    find_stored(again, store, notices.append)

    def counted(task):
        started.append(task.start)
        return fake_work(task)

    run([again], store, work=counted)
    assert started == [2]
    assert len(notices) == 1
    assert "damaged" in notices[0]
    assert np.array_equal(gather(again, "a"), expected("a", 4))


def test_a_block_that_breaks_before_the_tables_are_written_stops_them(tmp_path):
    point = fake_run(2)
    run([point], Store(tmp_path))
    point.stored.blocks["a"][1].write_bytes(b"")
    with pytest.raises(CannotGoOn, match="Run the same command again"):
        gather(point, "a")


UNTIL = Until(channel="emergency", half_width=0.03)


def widest(replications):
    halves = []
    for design in "ab":
        numerator, denominator = expected(design, replications)[:, :, :2]
        halves.append(ratio_interval(numerator, denominator).half_width.max())
    return max(halves)


def test_rounds_go_on_until_every_interval_is_narrow_enough(tmp_path):
    point = fake_run(4, cells=(0, 1))
    watcher = run([point], Store(tmp_path), Replications(min=4, max=500, until=(UNTIL,)))
    assert point.wanted > 4
    assert (point.wanted - 4) % ROUND == 0
    assert widest(point.wanted) <= 0.03 < widest(point.wanted - ROUND)
    assert watcher.rounds[-1] == (0, pytest.approx(widest(point.wanted)), 0)
    assert watcher.replications == point.wanted


def test_rounds_end_at_the_largest_number(tmp_path):
    point = fake_run(4, cells=(0, 1))
    until = Until(channel="emergency", half_width=1e-9)
    run([point], Store(tmp_path), Replications(min=4, max=17, until=(until,)))
    assert point.wanted == 17


def test_each_point_stops_by_itself(tmp_path):
    points = [fake_run(4, index=0, cells=(0, 1)), fake_run(4, index=1, cells=(2,))]
    run(points, Store(tmp_path), Replications(min=4, max=100, until=(UNTIL,)))
    assert points[0].wanted != points[1].wanted


def test_the_number_of_replications_does_not_depend_on_workers_or_on_the_store(tmp_path):
    replications = Replications(min=4, max=500, until=(UNTIL,))
    serial = fake_run(4, cells=(0, 1))
    run([serial], Store(tmp_path / "serial"), replications)

    store = Store(tmp_path / "parallel")
    run([fake_run(serial.wanted + 25)], store)  # far more than will be asked for
    parallel = fake_run(4, cells=(0, 1))
    find_stored(parallel, store, pytest.fail)
    with ThreadPoolExecutor(4) as threads:
        watcher = run(
            [parallel], store, replications, executor=threads, jobs=4, work=slow_fake_work, block=3
        )
    assert parallel.wanted == serial.wanted
    assert watcher.replications == 0


def test_without_a_stopping_rule_there_is_one_round(tmp_path):
    point = fake_run(4)
    run([point], Store(tmp_path), Replications(min=4, max=100))
    assert point.wanted == 4


def test_a_cell_in_which_nobody_calls_is_precise(tmp_path):
    def nobody(task):
        block = fake_work(task)
        zero = {design: 0 * block.tally(design) for design in task.designs}
        return type(block).pack(block.start, zero, 0)

    point = fake_run(4, cells=(0, 1))
    run([point], Store(tmp_path), Replications(min=4, max=100, until=(UNTIL,)), work=nobody)
    assert point.wanted == 4


class Broken(Executor):
    def submit(self, fn, /, *args, **kwargs):  # noqa: ARG002 - it never runs anything
        future = Future()
        future.set_exception(BrokenProcessPool("a worker was killed"))
        return future


def test_a_killed_worker_is_explained(tmp_path):
    with pytest.raises(CannotGoOn, match=r"memory.*fewer --jobs"):
        run([fake_run(2)], Store(tmp_path), executor=Broken(), jobs=2)


def killing_work(task):
    if task.start == 3:
        os.kill(os.getpid(), signal.SIGTERM)
    return fake_work(task)


def test_a_worker_that_really_dies_is_explained_and_what_was_done_is_kept(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(CannotGoOn), executor_for("simpy", 2) as processes:
        run([fake_run(8)], store, executor=processes, jobs=2, work=killing_work)
    again = fake_run(8)
    find_stored(again, store, pytest.fail)
    run([again], store)
    assert np.array_equal(gather(again, "a"), expected("a", 8))


def failing_work(task):
    if task.point == 1 and task.start >= 3:
        raise ValueError(f"replication {task.start} is at fault")
    return fake_work(task)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_in_the_work_of_a_point_stops_that_point_alone(tmp_path, jobs):
    points = [fake_run(8, index=i) for i in range(3)]
    watcher = Watcher()
    with executor_for("simpy", jobs) as executor:
        failed = run_points(
            dict(enumerate(points)),
            Replications(min=8),
            store=Store(tmp_path),
            executor=executor,
            jobs=jobs,
            work=failing_work,
            progress=watcher,
        )
    assert list(failed) == [1]
    assert re.fullmatch(r"replication \d is at fault", str(failed[1]))
    for index in (0, 2):
        assert np.array_equal(gather(points[index], "a"), expected("a", 8))
    assert 19 <= watcher.replications < 24  # and no more of the second than were in hand


def test_what_concerns_all_points_stops_the_run(tmp_path):
    def full(task):
        raise CannotGoOn(f"the disk is full at {task.start}")

    with pytest.raises(CannotGoOn, match="the disk is full at 0"):
        run([fake_run(2)], Store(tmp_path), work=full)


def test_short_weeks_share_a_task_but_the_last_ones_do_not(tmp_path):
    """Tasks grow with the pace, get smaller towards the end, and change no figure."""
    point, sizes = fake_run(60), []

    def sized(task):
        sizes.append(task.stop - task.start)
        return fake_work(task)

    run([point], Store(tmp_path), work=sized)
    assert sizes[0] == 1
    assert max(sizes) > 4
    assert sizes[-3:] == [1, 1, 1]
    assert sum(sizes) == 60
    assert np.array_equal(gather(point, "b"), expected("b", 60))


def test_only_its_share_of_the_replications_is_run_and_counted(tmp_path):
    point = fake_run(10)
    point.share = range(3, 6)
    assert done_already([point]) == 0
    watcher = run([point], Store(tmp_path))
    assert watcher.replications == 3
    assert sorted(point.stored.blocks["a"]) == [3, 4, 5]
    assert done_already([point]) == 3
