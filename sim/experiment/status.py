"""How far the runs of a results folder have got, from what lies in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.experiment.errors import WrongInput
from sim.experiment.results import MANIFEST
from sim.experiment.run import PLAN
from sim.experiment.store import Store


@dataclass(frozen=True)
class PointStatus:
    """One point: how many replications are stored under every design, and how many are wanted.

    Parameters
    ----------
    reached
        Replications in the tables; 0 while the run has not ended.
    stored
        Replications that the store holds for all designs of the last run.
    damaged
        Stored files whose checksum does not fit; the next run computes them again.
    """

    point: int
    varied: Mapping[str, str | float]
    reached: int
    stored: int
    damaged: int


@dataclass(frozen=True)
class Status:
    """A results folder: whether its tables answer the last run's question, and each point."""

    experiment: str
    finished: bool
    least: int
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
        plan = json.loads((store.folder / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongInput(f"{folder}: is not a results folder of `sim run`.") from None
    except ValueError as error:
        raise WrongInput(
            f"{store.folder / PLAN}: is damaged ({error}). Run the same experiment again."
        ) from error
    reached = _reached(folder, plan["digest"])
    asked = plan["replications"]
    used = {store.point_folder(point["digest"]) for point in plan["points"]}
    unused = [path for path in store.folder.glob("*/*.block") if path.parent not in used]
    return Status(
        experiment=plan["experiment"],
        finished=bool(reached) and not _short(folder),
        least=asked["min"],
        most=asked["max"] if asked["until"] else None,
        points=tuple(
            _point_status(store, point, reached.get(str(point["point"]), 0))
            for point in plan["points"]
        ),
        unused_bytes=sum(path.stat().st_size for path in unused if path.parent.name != "damaged"),
        set_aside=len(list((store.folder / "damaged").glob("*"))),
    )


def _point_status(store: Store, point: Mapping[str, Any], reached: int) -> PointStatus:
    """Count what the store holds for one point."""
    damaged: list[Path] = []
    done: dict[str, set[int]] = {digest: set() for digest in point["designs"].values()}
    for _, block in store.blocks(point["digest"], damaged.append):
        for design in block.parts.keys() & done.keys():
            done[design].update(range(block.start, block.stop))
    stored = len(set.intersection(*done.values()))
    return PointStatus(point["point"], point["varied"], reached, stored, len(damaged))


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
