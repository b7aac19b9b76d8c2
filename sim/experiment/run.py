"""Run an experiment: read it, find what is stored, compute what is missing, write the tables."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sim.config.errors import unknown
from sim.config.experiment import BreakEven, Replications
from sim.engine import ENGINES
from sim.experiment.asked import write_plan
from sim.experiment.batch import results_folder
from sim.experiment.break_even import find_penalties, plan_search
from sim.experiment.budget import Budget, cut_to_complete, undone
from sim.experiment.drawable import require_points_drawable
from sim.experiment.errors import WrongInput
from sim.experiment.executors import executor_for, workers_of
from sim.experiment.failures import note_failures, points_failed
from sim.experiment.files import alone, clear_abandoned
from sim.experiment.further import Further, Means
from sim.experiment.measure_plans import plan_for
from sim.experiment.penalty import Penalty
from sim.experiment.precision import precision_cells
from sim.experiment.progress import Progress, Silent, watched
from sim.experiment.replication import Recipe, run_task
from sim.experiment.results import Results
from sim.experiment.runner import (
    PointRun,
    Stored,
    done_already,
    find_stored,
    pickled,
    run_points,
    skip_stored,
)
from sim.experiment.scenario import Point, Study, read_study, targets_of
from sim.experiment.shards import Shard
from sim.experiment.store import Store
from sim.experiment.sweep import MANY_POINTS
from sim.workers import available_processors

DEFAULT_ENGINE = "compiled"


def run_experiment(  # noqa: PLR0913 - what the command line offers
    path: Path,
    *,
    out: Path = Path("results"),
    jobs: int | None = None,
    engine: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    most_points: int | None = MANY_POINTS,
    time_s: float | None = None,
    shard: Shard | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Run an experiment, or what is missing of it, and give its results folder.

    Parameters
    ----------
    path
        The experiment's TOML file.
    out
        The folder under which its results folder lies.
    jobs
        Workers; all processors of the machine unless given.
    engine
        One of `sim.engine.ENGINES`, `DEFAULT_ENGINE` unless given; all give the same tables.
    replications
        Exactly this many, instead of what the file says.
    seed
        Instead of the file's.
    most_points
        A sweep of more points is refused; None takes any.
    time_s
        Nothing new is begun after so many seconds; see `budget`.
    shard
        Only this part of the first replications, in a folder of its own below the results folder
        and without tables; see `sim.experiment.merge`.
    scheduler
        The address of a Dask scheduler, whose workers take the place of `jobs` here.
    progress
        Who is told how it goes.

    Raises
    ------
    ConfigError, WrongInput
        If the input is wrong.
    CannotGoOn
        If the machine gives out. What was finished is stored, as after a KeyboardInterrupt.
    PointsFailed
        If the work of some points is at fault; the tables hold the others.
    """
    started_s = time.monotonic()
    budget = Budget(time_s)
    means = _means(engine, jobs, scheduler)
    if shard is not None and time_s is not None:
        raise WrongInput("--time: cannot be had together with --shard, whose part is a whole.")
    progress = progress or Silent()
    study = read_study(path, replications, seed, most_points, progress.notice)
    further = Further.of(study)
    folder = results_folder(study.path, out)
    if shard is not None:
        folder /= shard.folder
    clear_abandoned(folder)
    store = Store(folder / "store")
    asked = study.experiment.replications
    if shard is not None:
        asked = Replications(min=asked.min)  # no shard knows what the others find
    runs = _point_runs(study, means.engine, shard)
    _find(runs, asked, store, progress)
    missing = [run for run in runs.values() if any(run.tasks())]
    each = watched(missing, "checked", progress.notice)
    require_points_drawable(study, ((run.point, run.recipe) for run in each))
    given = {"replications": replications, "seed": seed}
    choice, sets = (None, None) if shard else (further.planned_choice, further.planned_sets)
    write_plan(store, study, given, shard, choice=choice, sets=sets)
    name = study.name if shard is None else f"{study.name}, shard {shard}"
    failed = _compute(name, runs, asked, store=store, means=means, budget=budget, progress=progress)
    note_failures(store, study.points, failed)
    if len(failed) == len(runs):
        raise failed[0]
    if shard is None:
        whole = replace(study, points=tuple(p for p in study.points if p.index not in failed))
        runs = {point.index: runs[point.index] for point in whole.points}
        spent = cut_to_complete(runs, asked, budget)
        if spent is not None and spent.wanted:
            progress.notice(undone(spent, runs))
            runs = {index: run for index, run in runs.items() if run.wanted}
        found = further.find(
            whole, runs, store=store, means=means, budget=budget, progress=progress
        )
        results = Results(whole, runs, found, failed, spent)
        with alone(store.folder / "lock"):  # so that all tables come from one run
            results.write_tables(folder)
            results.write_manifest(folder, means.engine, time.monotonic() - started_s)
    if failed:
        raise points_failed(folder, study.points, failed)
    return folder


def _means(engine: str | None, jobs: int | None, scheduler: str | None) -> Means:
    """Give who does the work, or say what of it cannot be meant."""
    if scheduler is not None and jobs is not None:
        raise WrongInput(
            f"--jobs {jobs}: cannot be had together with --scheduler; the cluster's own workers "
            "do the work. Leave out one of the two."
        )
    return Means(known_engine(engine), jobs or available_processors(), scheduler)


def _find(
    runs: Mapping[int, PointRun], asked: Replications, store: Store, progress: Progress
) -> None:
    """Note what is stored, and go on to the first round of each point that has work in it."""
    for run in {run.point.digest: run for run in runs.values()}.values():
        find_stored(run, store, progress.notice)
    for run in runs.values():
        skip_stored(run, asked)


def _compute(  # noqa: PLR0913 - each is a part of its own
    name: str,
    runs: Mapping[int, PointRun],
    asked: Replications,
    *,
    store: Store,
    means: Means,
    budget: Budget,
    progress: Progress,
) -> dict[int, Exception]:
    """Run what the store lacks, and give the faults by index of their points."""
    wanted = sum(len(run.here) for run in runs.values())
    done = done_already(runs.values())
    progress.start(name, len(runs), len(runs[0].point.designs), done, wanted)
    try:
        with executor_for(means.engine, means.jobs, means.scheduler) as executor:
            workers = workers_of(executor, means.jobs)
            if means.scheduler is not None:
                progress.notice(f"{workers} tasks at a time on the cluster of {means.scheduler}.")
            return run_points(
                runs,
                asked,
                store=store,
                executor=executor,
                jobs=workers,
                work=run_task,
                progress=progress,
                over=budget.over,
            )
    finally:
        progress.finish()


def run_break_even(  # noqa: PLR0913 - what the command line offers
    path: Path,
    *,
    designs: Sequence[str] = (),
    given: Mapping[str, object] | None = None,
    engine: str | None = None,
    jobs: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> tuple[Study, list[Penalty]]:
    """Find break-even handling penalties of an experiment, and give its study with them.

    Parameters
    ----------
    designs
        Of these; of all that have the option unless given.
    given
        By key of `[break_even]`: instead of what the file says.

    Raises
    ------
    ConfigError, WrongInput
        If the input is wrong.
    CannotGoOn
        If the machine gives out.
    """
    means = _means(engine, jobs, None)
    study = read_study(path, seed=seed)
    asked = study.experiment.break_even or BreakEven(channel="emergency")
    asked = BreakEven.model_validate({**asked.model_dump(), **(given or {})})
    search = plan_search(study, asked, designs, named="--{}")
    return study, find_penalties(
        search,
        engine=means.engine,
        jobs=means.jobs,
        progress=progress or Silent(),
    )


def known_engine(engine: str | None) -> str:
    """Give the engine that is asked for."""
    engine = engine or DEFAULT_ENGINE
    if engine not in ENGINES:
        raise WrongInput(f'--engine "{engine}": {unknown("engine", engine, ENGINES)}')
    return engine


def _point_runs(study: Study, engine: str, shard: Shard | None) -> dict[int, PointRun]:
    """Give each point with nothing done yet; points of one workload share what is stored."""
    least = study.experiment.replications.min
    shares = None if shard is None else shard.shares(least, [p.digest for p in study.points])
    stored: dict[str, Stored] = {}
    runs = {}
    for point in study.points:
        if point.digest not in stored:
            stored[point.digest] = _nothing_stored(study, point)
        recipe = Recipe.of(point, study.horizon, study.experiment.seed, engine)
        runs[point.index] = PointRun(
            point=point,
            recipe=pickled(recipe),
            wanted=least,
            stored=stored[point.digest],
            share=None if shares is None else shares[point.index],
        )
    return runs


def _nothing_stored(study: Study, point: Point) -> Stored:
    """Give what is known before the store is looked into: what the stopping rules look at."""
    untils = study.experiment.replications.until
    if not untils:
        return Stored()
    plan = plan_for(point.layout, study.horizon, targets_of(point.centre))
    labels = {name: channel.label or name for name, channel in point.centre.channels.items()}
    return Stored(precision_cells(study.path, untils, plan, labels))
