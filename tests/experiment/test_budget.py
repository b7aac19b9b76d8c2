"""A budget of time: nothing new is begun when it is over, and the tables hold what is complete."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from experiment.small_experiment import (
    Watcher,
    fake_run,
    fake_work,
    slow_fake_work,
    tables,
    write_experiment,
)

from sim.config.experiment import Replications, Until
from sim.experiment import (
    WrongInput,
    read_answer,
    read_manifest,
    read_status,
    run_experiment,
    seconds_in,
)
from sim.experiment.budget import Budget, cut_to_complete, undone
from sim.experiment.executors import InlineExecutor
from sim.experiment.runner import run_points
from sim.experiment.store import Store

THREE_POINTS = '\n[vary]\n"staffing.scale" = [0.9, 1, 1.1]\n'


class Clock:
    """Moves on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1.0
        return self.now_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("1h30m", 5400), ("0.5h", 1800), (" 3M ", 180)],
)
def test_spans_of_time_are_read(text, seconds):
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["10", "m", "", "10 minutes", "-5m", "0s", "1m1h", "infh"])
def test_what_is_no_span_of_time_is_refused(text):
    with pytest.raises(WrongInput, match=r'--time ".*": must be hours, minutes or seconds'):
        seconds_in(text)


def timed(runs, store, replications, time_s, **options):
    budget = Budget(time_s, Clock())
    by_index = {run.point.index: run for run in runs}
    run_points(
        by_index,
        replications,
        store=store,
        progress=Watcher(),
        over=budget.over,
        **{"executor": InlineExecutor(), "jobs": 1, "work": fake_work, "block": 1, **options},
    )
    return cut_to_complete(by_index, replications, budget), by_index


def test_nothing_new_is_begun_when_the_time_is_over(tmp_path):
    started = []

    def counted(task):
        started.append((task.point, task.start))
        return fake_work(task)

    runs = [fake_run(4, index=i) for i in range(3)]
    spent, by_index = timed(runs, Store(tmp_path), Replications(min=4), 8, work=counted)
    assert len(started) < 12
    assert [run.wanted for run in runs] == [4, len(started) - 4, 0]
    assert spent.wanted == {1: 4, 2: 4}
    told = undone(spent, by_index)
    assert told.startswith("The time was over: 2 of 3 points have fewer replications than asked")
    assert "1 of them none at all" in told


def test_every_design_of_a_point_has_the_same_replications_counted_from_the_first(tmp_path):
    # The second design of replication 1 is missing, so 2 and 3 do not count, though they are there.
    run = fake_run(4)
    run_points(
        {0: run},
        Replications(min=4),
        store=Store(tmp_path),
        executor=InlineExecutor(),
        jobs=1,
        work=fake_work,
        progress=Watcher(),
    )
    del run.stored.blocks["b"][1]
    cut_to_complete({0: run}, Replications(min=4), Budget(1, Clock()))
    assert run.wanted == 1


def test_tasks_in_hand_are_finished_and_kept(tmp_path):
    runs = [fake_run(50)]
    with ThreadPoolExecutor(4) as threads:
        timed(
            runs,
            Store(tmp_path),
            Replications(min=50),
            12,
            executor=threads,
            jobs=4,
            work=slow_fake_work,
        )
    (run,) = runs
    assert 0 < run.wanted < 50
    kept = len(list(tmp_path.glob("*/*.block")))
    assert kept >= run.wanted


def test_a_point_that_needs_another_round_is_short_too(tmp_path):
    until = (Until(channel="emergency", half_width=1e-9),)
    replications = Replications(min=4, max=100, until=until)
    run = fake_run(4, cells=(0, 1))
    run_points(
        {0: run},
        replications,
        store=Store(tmp_path),
        executor=InlineExecutor(),
        jobs=1,
        work=fake_work,
        progress=Watcher(),
        over=lambda: run.complete() >= 4,
    )
    spent = cut_to_complete({0: run}, replications, Budget(1, Clock()))
    assert run.wanted == 4
    assert spent.wanted == {0: 14}


def test_time_that_suffices_leaves_nothing_undone(tmp_path):
    run = fake_run(4)
    spent, _ = timed([run], Store(tmp_path), Replications(min=4), 1e9)
    assert (run.wanted, spent.wanted) == (4, {})


def test_no_time_at_all_is_an_error_that_says_so(tmp_path):
    path = write_experiment(tmp_path)
    with pytest.raises(WrongInput, match="before one replication was complete"):
        run_experiment(path, out=tmp_path / "results", jobs=1, time_s=1e-9)


def test_a_run_that_was_stopped_goes_on_to_the_same_tables(tmp_path, monkeypatch):
    path = write_experiment(tmp_path, replications=3, more=THREE_POINTS)
    whole = run_experiment(path, out=tmp_path / "whole", jobs=1)

    clock = Clock()
    monkeypatch.setattr(Budget, "over", lambda _: clock() > 9)
    watcher = Watcher()
    folder = run_experiment(path, out=tmp_path / "results", jobs=1, time_s=60, progress=watcher)
    manifest = read_manifest(folder)
    reached = manifest["replications"]["reached"]
    assert 0 < sum(reached.values()) < 9
    assert manifest["replications"]["time_s"] == 60
    assert manifest["replications"]["short"]
    assert "depends on the machine" in manifest["replications"]["note"]
    assert any("The time was over" in notice for notice in watcher.notices)
    kpi = pd.read_parquet(folder / "kpi.parquet")
    for point, weeks in reached.items():
        rows = kpi[kpi["point"] == int(point)]
        for design in ("apart", "together") if weeks else ():
            assert rows[rows["design"] == design]["replication"].nunique() == weeks
    assert not read_status(folder).finished
    assert read_answer(folder).short == tuple(map(int, manifest["replications"]["short"]))

    monkeypatch.undo()
    again = Watcher()
    run_experiment(path, out=tmp_path / "results", jobs=1, progress=again)
    assert again.found == sum(reached.values())
    assert tables(folder) == tables(whole)
    assert "short" not in read_manifest(folder)["replications"]
    assert read_status(folder).finished


def test_several_half_widths_are_all_met_and_all_told(tmp_path):
    more = (
        "max = 60\nuntil = [{channel = 'emergency', half_width = 0.2},"
        " {measure = 'asa_s', channel = 'other', half_width = 30}]\n"
    )
    path = write_experiment(tmp_path, replications=3, more=more)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    (point,) = read_answer(folder).precision
    assert [rule.wanted for rule in point.rules] == [0.2, 30]
    assert [rule.unit for rule in point.rules] == ["share", "s"]
    assert all(rule.met for rule in point.rules)
    summary = pd.read_csv(folder / "summary.csv")
    rows = summary[(summary["period"] == "all") & (summary["force"] != "all")]
    for rule, (measure, channel) in zip(
        point.rules, [("service_level", "emergency"), ("asa_s", "other")], strict=True
    ):
        of_rule = rows[(rows["measure"] == measure) & (rows["channel"] == channel)]
        widths = (of_rule["ci_high"] - of_rule["ci_low"]) / 2  # where no bound of a share cuts it
        assert rule.half_width == pytest.approx(widths.max(), rel=0.35)
