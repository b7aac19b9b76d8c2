"""What a results folder was last asked for: `store/plan.json`, noted before anything runs.

Assumption sets are read a few at a time while they are run, and noted then: `store/sets/`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from sim.experiment.errors import WrongInput
from sim.experiment.files import write_atomically
from sim.experiment.identity import digest_of, semantics
from sim.experiment.scenario import Study
from sim.experiment.shards import Shard, shares_of
from sim.experiment.store import Store

PLAN = "plan.json"


@dataclass(frozen=True)
class PlannedPoint:
    """A point of a plan: its number, its varied keys, and the digests that the store knows."""

    index: int
    varied: Mapping[str, str | float]
    digest: str
    designs: Mapping[str, str]


@dataclass(frozen=True)
class PlannedChoice:
    """A choice: which cells its weeks hold, and how many weeks a candidate has at most."""

    cells: str
    most: int


@dataclass(frozen=True)
class PlannedSets:
    """Assumption sets: which cells their weeks hold, how many sets there are, weeks of each."""

    cells: str
    sets: int
    weeks: int


@dataclass(frozen=True)
class Plan:
    """What a run was asked for.

    Parameters
    ----------
    digest
        What determines the tables (`Study.digest`).
    code
        The digest of the code and the libraries that give the figures.
    least, most
        Replications of every point: at least, and at most where a stopping rule decides.
    given
        Replications and seed given on the command line instead of the file's.
    shard
        The part that was asked for; None for the whole.
    choice, sets
        What is asked beyond the tables; None where it is not, and in a shard.
    """

    experiment: Path
    digest: str
    code: str
    seed: int
    least: int
    most: int | None
    given: Mapping[str, int | None]
    shard: Shard | None
    points: tuple[PlannedPoint, ...]
    choice: PlannedChoice | None = None
    sets: PlannedSets | None = None

    @classmethod
    def read(cls, store: Store) -> Self:
        """Read the plan of a store.

        Raises
        ------
        WrongInput
            If it is damaged.
        FileNotFoundError
            If there is none.
        """
        path = store.folder / PLAN
        try:
            noted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            asked = noted["replications"]
            return cls(
                experiment=Path(noted["experiment"]),
                digest=noted["digest"],
                code=noted["code"],
                seed=noted["seed"],
                least=asked["min"],
                most=asked["max"] if asked["until"] else None,
                given=noted["given"],
                shard=Shard.parse(noted["shard"]) if noted["shard"] else None,
                points=tuple(
                    PlannedPoint(point["point"], point["varied"], point["digest"], point["designs"])
                    for point in noted["points"]
                ),
                choice=PlannedChoice(**noted["choice"]) if noted.get("choice") else None,
                sets=PlannedSets(**noted["sets"]) if noted.get("sets") else None,
            )
        except (KeyError, TypeError) as error:
            raise WrongInput(
                f"{path}: was written by another version of the program ({error} is missing). "
                "Run the same experiment again."
            ) from error
        except ValueError as error:
            raise WrongInput(
                f"{path}: is damaged ({error}). Run the same experiment again."
            ) from error

    @cached_property
    def shares(self) -> tuple[range, ...]:
        """By point: the replications that this run does first."""
        return shares_of(self.shard, self.least, [point.digest for point in self.points])


def write_plan(  # noqa: PLR0913 - each is a part of its own
    store: Store,
    study: Study,
    given: Mapping[str, int | None],
    shard: Shard | None,
    *,
    choice: PlannedChoice | None = None,
    sets: PlannedSets | None = None,
) -> None:
    """Note what a run is asked for, so that its state can be told while it runs."""
    plan = {
        "experiment": str(study.path),
        "digest": study.digest,
        "code": digest_of(semantics()),
        "seed": study.experiment.seed,
        "replications": study.experiment.replications.model_dump(mode="json"),
        "given": dict(given),
        "shard": None if shard is None else str(shard),
        "points": [
            {
                "point": point.index,
                "varied": dict(point.varied),
                "digest": point.digest,
                "designs": dict(point.design_digests),
            }
            for point in study.points
        ],
        "choice": choice and asdict(choice),
        "sets": sets and asdict(sets),
    }
    _write(store.folder / PLAN, plan)


KnownSet = tuple[str, Sequence[str]]


def note_sets(store: Store, digest: str, first: int, sets: Sequence[KnownSet]) -> None:
    """Note some assumption sets that have been read and are to be run.

    Parameters
    ----------
    digest
        That of the plan that they belong to.
    first
        The number of the first of them.
    sets
        Of each: the digest of its point, and those of the designs that are asked about.
    """
    _write(_sets_folder(store, digest) / f"{first:06d}.json", sets)


def known_sets(store: Store, digest: str) -> list[KnownSet]:
    """Give the assumption sets of a plan that have been noted so far."""
    return [
        (point, designs)
        for path in sorted(_sets_folder(store, digest).glob("*.json"))
        for point, designs in json.loads(path.read_text(encoding="utf-8"))
    ]


def _sets_folder(store: Store, digest: str) -> Path:
    return store.folder / "sets" / digest[:12]


def _write(path: Path, noted: object) -> None:
    text = json.dumps(noted, indent=1, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))
