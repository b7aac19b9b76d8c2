"""How far the runs of a results folder have got, from what lies in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.config.errors import names
from sim.experiment.asked import Plan, PlannedPoint
from sim.experiment.errors import WrongInput
from sim.experiment.results import MANIFEST
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
    except FileNotFoundError:
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
        finished=bool(reached) and not _short(folder) if plan.shard is None else whole,
        most=plan.most if plan.shard is None else None,
        points=points,
        unused_bytes=sum(path.stat().st_size for path in unused if path.parent.name != "damaged"),
        set_aside=len(list((store.folder / "damaged").glob("*"))),
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


def _short(folder: Path) -> bool:
    """Tell whether the tables hold less than was asked for, because a budget of time was over."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return bool(manifest["replications"].get("short"))
