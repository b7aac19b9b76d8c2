"""Run an experiment: read it, find what is stored, compute what is missing, write the tables."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.config.errors import unknown
from sim.config.experiment import BreakEven
from sim.engine import ENGINES
from sim.experiment.break_even import find_penalties, plan_search
from sim.experiment.errors import WrongInput
from sim.experiment.executors import executor_for
from sim.experiment.files import alone, folder_name, write_atomically
from sim.experiment.penalty import Penalty
from sim.experiment.precision import precision_cells
from sim.experiment.progress import Progress, Silent
from sim.experiment.replication import Recipe, prepare, run_task
from sim.experiment.results import Results
from sim.experiment.robust import find_robust, plan_robust
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
from sim.experiment.store import Store
from sim.measures import plan_measures

DEFAULT_ENGINE = "compiled"
PLAN = "plan.json"


def run_experiment(  # noqa: PLR0913 - what the command line offers
    path: Path,
    *,
    out: Path = Path("results"),
    jobs: int | None = None,
    engine: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
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
    progress
        Who is told how it goes.

    Raises
    ------
    ConfigError, WrongInput
        If the input is wrong.
    CannotGoOn
        If the machine gives out. What was finished is stored, as after a KeyboardInterrupt.
    """
    engine = _known_engine(engine)
    started_s = time.monotonic()
    progress = progress or Silent()
    study = read_study(path, replications, seed)
    break_even = study.experiment.break_even
    search = None if break_even is None else plan_search(study, break_even)
    asked = study.experiment.robust
    plan = None if asked is None else plan_robust(study, asked)
    folder = results_folder(study.path, out)
    store = Store(folder / "store")
    store.sweep()
    runs = _point_runs(study, engine)
    for run in runs.values():
        prepare(run.recipe)  # a point that cannot be drawn is refused before the first is run
    _write_plan(store, study)
    for run in {run.point.digest: run for run in runs.values()}.values():
        find_stored(run, store, progress.notice)
    for run in runs.values():
        skip_stored(run, study.experiment.replications)

    wanted = sum(run.wanted for run in runs.values())
    progress.start(
        study.name, len(runs), len(study.experiment.designs), done_already(runs.values()), wanted
    )
    jobs = jobs or available_processors()
    try:
        with executor_for(engine, jobs) as executor:
            run_points(
                runs,
                study.experiment.replications,
                store=store,
                executor=executor,
                jobs=jobs,
                work=run_task,
                progress=progress,
            )
    finally:
        progress.finish()
    penalties = []
    if search is not None:
        penalties = find_penalties(search, engine=engine, jobs=jobs, progress=progress, store=store)
    robust = None
    if plan is not None:
        robust = find_robust(plan, engine=engine, jobs=jobs, progress=progress, store=store)
    results = Results(study, runs, penalties, robust)
    with alone(store.folder / "lock"):  # so that all tables come from one run
        results.write_tables(folder)
        results.write_manifest(folder, engine, time.monotonic() - started_s)
    return folder


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
    study = read_study(path, seed=seed)
    asked = study.experiment.break_even or BreakEven(channel="emergency")
    asked = BreakEven.model_validate({**asked.model_dump(), **(given or {})})
    search = plan_search(study, asked, designs, named="--{}")
    return study, find_penalties(
        search,
        engine=_known_engine(engine),
        jobs=jobs or available_processors(),
        progress=progress or Silent(),
    )


def _known_engine(engine: str | None) -> str:
    """Give the engine that is asked for."""
    engine = engine or DEFAULT_ENGINE
    if engine not in ENGINES:
        raise WrongInput(f'--engine "{engine}": {unknown("engine", engine, ENGINES)}')
    return engine


def folders_for(experiments: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Give the results folder of each experiment of a batch.

    Raises
    ------
    WrongInput
        If two of them would share one.
    """
    by_folder: dict[str, Path] = {}
    for path in experiments:
        folder = results_folder(path, out)
        other = by_folder.setdefault(str(folder).casefold(), path)
        if other != path:
            raise WrongInput(
                f"{other} and {path} would both write to {folder}; rename one of the files, or run "
                "them apart with another --out."
            )
    return {path: results_folder(path, out) for path in experiments}


def results_folder(path: Path, out: Path) -> Path:
    """Give the results folder of an experiment's file."""
    return out / folder_name(path.stem)


def available_processors() -> int:
    """Give how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _point_runs(study: Study, engine: str) -> dict[int, PointRun]:
    """Give each point with nothing done yet; points of one workload share what is stored."""
    stored: dict[str, Stored] = {}
    runs = {}
    for point in study.points:
        if point.digest not in stored:
            stored[point.digest] = _nothing_stored(study, point)
        recipe = Recipe.of(point, study.horizon, study.experiment.seed, engine)
        runs[point.index] = PointRun(
            point=point,
            recipe=pickled(recipe),
            wanted=study.experiment.replications.min,
            stored=stored[point.digest],
        )
    return runs


def _nothing_stored(study: Study, point: Point) -> Stored:
    """Give what is known before the store is looked into: what the stopping rule looks at."""
    until = study.experiment.replications.until
    if until is None:
        return Stored(np.array([], dtype=np.intp))
    plan = plan_measures(point.layout, study.horizon, targets_of(point.centre))
    cells = precision_cells(study.path, until, plan)
    channel = point.centre.channels[until.channel].label or until.channel
    measure = until.measure.replace("_", " ")
    return Stored(
        cells,
        tuple(f"{channel} {measure}, {force}" for force in plan.force[cells]),
        str(plan.unit[cells[0]]),
    )


def _write_plan(store: Store, study: Study) -> None:
    """Note what this run is asked for, so that its state can be told while it runs."""
    plan = {
        "experiment": str(study.path),
        "digest": study.digest,
        "replications": study.experiment.replications.model_dump(mode="json"),
        "points": [
            {
                "point": point.index,
                "varied": dict(point.varied),
                "digest": point.digest,
                "designs": dict(point.design_digests),
            }
            for point in study.points
        ],
    }
    text = json.dumps(plan, indent=1, ensure_ascii=False) + "\n"
    write_atomically(store.folder / PLAN, lambda file: file.write(text.encode()))
