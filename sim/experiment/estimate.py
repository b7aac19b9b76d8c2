"""What a run, or a shard of it, would cost: replications, what is stored already, time and disk.

Two replications of the first point are run and tabulated in a temporary folder and timed; nothing
else is written. The machine, and how far the points differ, decide how well that foretells a run.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.config.experiment import Replications
from sim.experiment.batch import results_folder
from sim.experiment.executors import InlineExecutor
from sim.experiment.further import Further
from sim.experiment.progress import Progress, Silent
from sim.experiment.replication import Recipe, require_drawable, run_task
from sim.experiment.results import Results
from sim.experiment.robust import RobustPlan
from sim.experiment.run import DEFAULT_ENGINE, known_engine
from sim.experiment.runner import PointRun, Stored, pickled, run_points
from sim.experiment.scenario import Study, read_study
from sim.experiment.shards import Shard, shares_of
from sim.experiment.store import Store
from sim.experiment.sweep import MANY_POINTS
from sim.workers import available_processors

TIMED = 2  # replications, after one that warms up


@dataclass(frozen=True)
class Cost:
    """What one replication of a point costs, and what its tables cost.

    Parameters
    ----------
    replication_s, replication_bytes
        Time of one worker, and bytes in the store and in `kpi.parquet`: all designs together.
    tables_s, tables_bytes
        Of a point, whatever its replications.
    """

    replication_s: float
    replication_bytes: float
    tables_s: float
    tables_bytes: float


@dataclass(frozen=True)
class RunEstimate:
    """What a run would do and cost.

    Parameters
    ----------
    least, most
        Replications of each point; `most` is `least` where nothing but `min` decides.
    wanted, stored
        The first `least` replications over all points, or the shard's part of them, and how many
        of these the store holds under every design.
    missing_least, missing_most
        Replications to be computed over all points, counted as shares of one with all designs:
        what several points share counts once. A shard runs its part of the first and no more.
    cost
        As measured on the first point.
    free_bytes
        On the disk of the results folder.
    robust_weeks
        Weeks of all assumption sets together, each under every design that a conclusion is about.
    searches
        Parts of the experiment that are not counted in.
    shard
        The part that is told of, which has no tables; None for the whole.
    """

    name: str
    folder: Path
    points: int
    designs: int
    least: int
    most: int
    wanted: int
    stored: int
    missing_least: float
    missing_most: float
    engine: str
    jobs: int
    cost: Cost
    free_bytes: int
    robust_weeks: int
    searches: tuple[str, ...]
    shard: Shard | None = None

    @property
    def tables_s(self) -> float:
        """How long the tables take to write."""
        return self.points * self.cost.tables_s

    def seconds(self, replications: float) -> float:
        """How long so many missing replications take, and the tables."""
        at_a_time = min(self.jobs, max(1.0, replications))
        return replications * self.cost.replication_s / at_a_time + self.tables_s

    @property
    def robust_s(self) -> float:
        """How long the assumption sets take beyond that, if none of them is stored."""
        return self.robust_weeks * self.cost.replication_s / self.designs / self.jobs

    def disk_bytes(self, replications: float) -> float:
        """How much so many missing replications and the tables need on the disk."""
        return replications * self.cost.replication_bytes + self.points * self.cost.tables_bytes


def estimate_run(  # noqa: PLR0913 - what the command line offers
    path: Path,
    *,
    out: Path = Path("results"),
    jobs: int | None = None,
    engine: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    most_points: int | None = MANY_POINTS,
    shard: Shard | None = None,
    progress: Progress | None = None,
) -> RunEstimate:
    """Give what `run_experiment` would do with the same arguments, and about how long it takes.

    Raises
    ------
    ConfigError, WrongInput
        If the input is wrong.
    """
    engine = known_engine(engine)
    notice = (progress or Silent()).notice
    study = read_study(path, replications, seed, most_points, notice)
    further = Further.of(study)
    folder = results_folder(study.path, out)
    if shard is not None:
        folder /= shard.folder
    asked = study.experiment.replications
    most = asked.max if asked.until and asked.max is not None else asked.min
    held = _Held(Store(folder / "store"))
    first = shares_of(shard, asked.min, [point.digest for point in study.points])
    missing = held.missing(study, first)
    return RunEstimate(
        name=study.name,
        folder=folder,
        points=len(study.points),
        designs=len(study.experiment.designs),
        least=asked.min,
        most=most,
        wanted=sum(map(len, first)),
        stored=held.stored(study, first),
        missing_least=missing,
        missing_most=held.missing(study, [range(most)] * len(first)) if shard is None else missing,
        engine=engine,
        jobs=jobs or available_processors(),
        cost=measure_cost(study, engine, tables=shard is None),
        free_bytes=shutil.disk_usage(_existing(folder)).free,
        robust_weeks=0 if further.robust is None else _weeks(further.robust),
        searches=tuple(_searches(further)),
        shard=shard,
    )


def measure_cost(study: Study, engine: str = DEFAULT_ENGINE, *, tables: bool = True) -> Cost:
    """Give what a replication of the first point costs, from a few that are run and timed.

    Parameters
    ----------
    tables
        Whether there are any; a shard has none.
    """
    point = study.points[0]
    recipe = pickled(Recipe.of(point, study.horizon, study.experiment.seed, engine))
    require_drawable(recipe)
    run = PointRun(point, recipe, 1, Stored())
    with tempfile.TemporaryDirectory(prefix="sim-dry-run-") as name:
        folder = Path(name)
        _compute(run, Store(folder / "store"))
        run.wanted += TIMED
        started_s = time.perf_counter()
        _compute(run, Store(folder / "store"))
        computed_s = time.perf_counter()
        if tables:
            Results(replace(study, points=(point,)), {point.index: run}).write_tables(folder)
        written_s = time.perf_counter()
        stored = _size(folder / "store", "*/*.block") + _size(folder, "kpi.parquet")
        point_bytes = _size(folder, "*.csv")
    return Cost(
        replication_s=(computed_s - started_s) / TIMED,
        replication_bytes=stored / run.wanted,
        tables_s=written_s - computed_s,
        tables_bytes=point_bytes,
    )


def _compute(run: PointRun, store: Store) -> None:
    """Run what a point lacks, in this process."""
    run_points(
        {run.point.index: run},
        Replications(min=run.wanted),
        store=store,
        executor=InlineExecutor(),
        jobs=1,
        work=run_task,
        progress=Silent(),
    )


class _Held:
    """Which replications a store holds, by point and design digest, each folder read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_point: dict[str, dict[str, set[int]]] = {}

    def stored(self, study: Study, shares: Sequence[range]) -> int:
        """Count the replications that are there under every design, of each point its share."""
        return sum(
            len(set(share).intersection(*(self._of(point.digest, d) for d in digests)))
            for point, share in zip(study.points, shares, strict=True)
            for digests in [point.design_digests.values()]
        )

    def missing(self, study: Study, shares: Sequence[range]) -> float:
        """Count what is missing of each point's share, in replications of all designs."""
        runs = {  # points of one workload have one share
            (point.digest, design): share
            for point, share in zip(study.points, shares, strict=True)
            for design in point.design_digests.values()
        }
        missing = sum(len(set(share) - self._of(*run)) for run, share in runs.items())
        return missing / len(set(study.points[0].design_digests.values()))

    def _of(self, point: str, design: str) -> set[int]:
        if point not in self._by_point:
            found = self._by_point[point] = {}
            for _, block in self._store.blocks(point, lambda _: None):
                for digest in block.parts:
                    found.setdefault(digest, set()).update(range(block.start, block.stop))
        return self._by_point[point].get(design, set())


def _weeks(plan: RobustPlan) -> int:
    """Count the weeks of all assumption sets, under each design that a conclusion is about."""
    return plan.all_sets * plan.asked.replications * len(plan.designs)


def _searches(further: Further) -> Iterator[str]:
    """Name the parts of an experiment whose cost nobody knows before they are run."""
    if further.search is not None:
        yield "the break-even search"
    if (selection := further.selection) is not None:
        candidates = sum(map(len, selection.contests))
        most = selection.asked.max_replications
        yield f"the choice among {candidates:,} candidates (at most {most:,} replications each)"


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))


def _existing(folder: Path) -> Path:
    """Give the nearest folder above that there is."""
    return next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
