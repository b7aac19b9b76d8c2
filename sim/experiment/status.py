"""How far the runs of a results folder have got, from what lies in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.config.errors import names
from sim.experiment.asked import Plan, PlannedPoint, known_sets
from sim.experiment.cells import store_of_cells
from sim.experiment.errors import WrongInput
from sim.experiment.results import MANIFEST
from sim.experiment.robust.tables import ROBUST
from sim.experiment.select.table import SELECT
from sim.experiment.shards import Shard
from sim.experiment.store import Store


@dataclass(frozen=True)
class PointStatus:
    """One point: how many replications are stored under every design, and how many are wanted.

    Parameters
    ----------
    reached
        Replications in the tables; 0 while the run has not ended.
    least
        Replications asked for: in a shard, its own part of them.
    stored
        Replications that the store holds for all designs of the last run.
    damaged
        Stored files whose checksum does not fit; the next run computes them again.
    failed
        What went wrong in its work, if that stopped it; the next run tries it again.
    """

    point: int
    varied: Mapping[str, str | float]
    reached: int
    least: int
    stored: int
    damaged: int
    failed: str = ""

    @property
    def missing(self) -> int:
        """How many replications are missing at least."""
        return 0 if self.reached else max(0, self.least - self.stored)


@dataclass(frozen=True)
class ChoiceStatus:
    """A choice: how many weeks its candidates have, those of the tables included.

    How many it needs shows while they are run.

    Parameters
    ----------
    candidates
        Designs at points, those with the same weeks counted once.
    weeks
        Over all candidates together.
    most
        Weeks of a candidate at most.
    made
        Whether the choice stands in `select.csv`.
    damaged
        Stored files whose checksum does not fit.
    """

    candidates: int
    weeks: int
    most: int
    made: bool
    damaged: int


@dataclass(frozen=True)
class SetsStatus:
    """Assumption sets: how many there are, have been read, and are stored with all their weeks.

    Of those that are not stored when the run has ended, the figures contradict each other.
    """

    sets: int
    known: int
    stored: int
    weeks: int
    damaged: int


@dataclass(frozen=True)
class Status:
    """A results folder: whether its tables answer the last run's question, and each point.

    A shard has no tables; it is finished when all of its part is stored.
    """

    experiment: str
    shard: Shard | None
    finished: bool
    most: int | None
    points: tuple[PointStatus, ...]
    unused_bytes: int  # blocks of earlier inputs, which nobody asks for now
    set_aside: int  # damaged files that runs have moved out of the way
    choice: ChoiceStatus | None = None
    sets: SetsStatus | None = None


def read_status(folder: Path) -> Status:
    """Give the state of a results folder; reads every stored block and changes nothing.

    Raises
    ------
    WrongInput
        If this is no results folder.
    """
    store = Store(folder / "store")
    try:
        plan = Plan.read(store)
    except (FileNotFoundError, NotADirectoryError):
        raise WrongInput(f"{folder}: {_why_none(folder)}") from None
    reached = _reached(folder, plan.digest)
    points = tuple(
        _point_status(store, plan, point, reached.get(str(point.index), 0)) for point in plan.points
    )
    used = {store.point_folder(point.digest) for point in plan.points}
    unused = [path for path in store.folder.glob("*/*.block") if path.parent not in used]
    whole = not any(point.missing for point in points)
    return Status(
        experiment=str(plan.experiment),
        shard=plan.shard,
        finished=_answered(folder, plan, reached) if plan.shard is None else whole,
        most=plan.most if plan.shard is None else None,
        points=points,
        unused_bytes=sum(path.stat().st_size for path in unused if path.parent.name != "damaged"),
        set_aside=len(list((store.folder / "damaged").glob("*"))),
        choice=_choice_status(store, plan, made=bool(reached) and (folder / SELECT).is_file()),
        sets=_sets_status(store, plan),
    )


def _why_none(folder: Path) -> str:
    """Say what is in a folder that is none of results."""
    shards = sorted(inside.name for inside in folder.glob("shard-*-of-*"))
    if not shards:
        return "is not a results folder of `sim run`."
    return (
        f"holds shards that have not been brought together ({names(shards)}). "
        f"`sim merge {folder}` does that; `sim status {folder / shards[0]}` tells of one."
    )


def _point_status(store: Store, plan: Plan, point: PlannedPoint, reached: int) -> PointStatus:
    """Count what the store holds for one point."""
    damaged: list[Path] = []
    stored = store.replications(point.digest, point.designs.values(), damaged.append)
    share = plan.shares[point.index]
    if plan.shard is not None:
        stored &= set(share)
    return PointStatus(
        point=point.index,
        varied=point.varied,
        reached=reached,
        least=len(share),
        stored=len(stored),
        damaged=len(damaged),
        failed=store.failure(point.digest),
    )


def _choice_status(store: Store, plan: Plan, *, made: bool) -> ChoiceStatus | None:
    """Count the weeks of each candidate of a choice, if one is asked for."""
    if plan.choice is None:
        return None
    damaged: list[Path] = []
    kept = store_of_cells(store, plan.choice.cells)
    weeks: dict[tuple[str, str], int] = {}
    for point in plan.points:
        of_tables = store.by_design(point.digest, point.designs.values())
        of_choice = kept.by_design(point.digest, point.designs.values(), damaged.append)
        for design, done in of_tables.items():
            weeks[point.digest, design] = len(done | of_choice[design])
    return ChoiceStatus(
        candidates=len(weeks),
        weeks=sum(weeks.values()),
        most=plan.choice.most,
        made=made,
        damaged=len(set(damaged)),
    )


def _sets_status(store: Store, plan: Plan) -> SetsStatus | None:
    """Count the assumption sets that have all their weeks, if any are asked for."""
    if plan.sets is None:
        return None
    damaged: list[Path] = []
    kept, whole = store_of_cells(store, plan.sets.cells), set(range(plan.sets.weeks))
    known = known_sets(store, plan.digest)
    stored = [whole <= kept.replications(*one, damaged.append) for one in known]
    return SetsStatus(
        sets=plan.sets.sets,
        known=len(known),
        stored=sum(stored),
        weeks=plan.sets.weeks,
        damaged=len(set(damaged)),
    )


def _reached(folder: Path, digest: str) -> Mapping[str, int]:
    """Give the replications in the tables by point, if they answer what was asked last."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if manifest["digest"] != digest:
        return {}
    reached: Mapping[str, int] = manifest["replications"]["reached"]
    return reached


def _answered(folder: Path, plan: Plan, reached: Mapping[str, int]) -> bool:
    """Tell whether the tables hold all that was asked for, a choice and conclusions included."""
    beyond = [SELECT] * (plan.choice is not None) + [ROBUST] * (plan.sets is not None)
    return (
        bool(reached) and not _short(folder) and all((folder / name).is_file() for name in beyond)
    )


def _short(folder: Path) -> bool:
    """Tell whether the tables hold less than was asked for, because a budget of time was over."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return bool(manifest["replications"].get("short"))
