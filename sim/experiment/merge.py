"""Shards brought together: their stores into one, from which an ordinary run goes on.

Every shard of the same question has to be there and whole. The tables are those of one undisturbed
run. Where the experiment has a stopping rule, the first `min` replications of every point lie in
the shards, and the rounds that the rule asks for beyond them are run here: no shard could know
what the others found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.config.errors import names
from sim.experiment.asked import Plan
from sim.experiment.batch import results_folder
from sim.experiment.errors import WrongInput
from sim.experiment.progress import Progress, Silent
from sim.experiment.run import run_experiment
from sim.experiment.scenario import read_study
from sim.experiment.shards import Shard
from sim.experiment.store import Store


@dataclass(frozen=True)
class _Part:
    """A folder that a shard left, and what it was asked for."""

    folder: Path
    plan: Plan
    shard: Shard

    @property
    def store(self) -> Store:
        return Store(self.folder / "store")

    def missing(self) -> int:
        """Give how many of its replications are not stored under every design."""
        return sum(
            len(set(share) - self.store.replications(point.digest, point.designs.values()))
            for point, share in zip(self.plan.points, self.plan.shares, strict=True)
        )


def merge_shards(  # noqa: PLR0913 - what the command line offers
    results: Sequence[Path],
    *,
    experiment: Path | None = None,
    out: Path | None = None,
    jobs: int | None = None,
    engine: str | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Bring the shards of an experiment together, and give its results folder.

    Parameters
    ----------
    results
        Folders of shards, or results folders with those in them.
    experiment
        The experiment's file, if it does not lie where it lay for the shards.
    out
        The folder under which the results folder lies; where the first shard's lies unless given.
    jobs, engine, scheduler, progress
        As in `run_experiment`.

    Raises
    ------
    WrongInput
        If the shards do not fit together, one is missing, or one is not finished.
    """
    parts = _parts(results)
    _require_same_question(parts)
    _require_all(parts)
    first = parts[0]
    path = _experiment_file(first, experiment)
    given = first.plan.given
    study = read_study(path, given["replications"], given["seed"], most_points=None)
    if study.digest != first.plan.digest:
        raise WrongInput(
            f"{path}: is not what {first.folder} was run for, or the program has changed since. "
            "Shards need the very files and program that they are merged with."
        )
    if out is None:
        out = first.folder.parent.parent
    _require_whole(parts, path)
    store = Store(results_folder(path, out) / "store")
    for part in parts:
        for point in {point.digest for point in part.plan.points}:
            store.take(part.store, point)
    progress = progress or Silent()
    progress.notice(f"{len(parts)} shards brought together in {store.folder.parent}.")
    if study.experiment.replications.until is not None:
        progress.notice("What the stopping rule asks for beyond them is run here.")
    return run_experiment(
        path,
        out=out,
        jobs=jobs,
        engine=engine,
        replications=given["replications"],
        seed=given["seed"],
        most_points=None,  # whoever ran the shards has agreed to so many
        scheduler=scheduler,
        progress=progress,
    )


def _parts(results: Sequence[Path]) -> list[_Part]:
    """Find the shards that are meant, in order of their numbers."""
    found: dict[Path, _Part] = {}
    for path in results:
        inside = sorted(folder for folder in path.glob("shard-*-of-*") if folder.is_dir())
        for folder in inside or [path]:
            found[folder.resolve()] = _part(folder)
    return sorted(found.values(), key=lambda part: part.shard.number)


def _part(folder: Path) -> _Part:
    """Read the plan of a shard."""
    try:
        plan = Plan.read(Store(folder / "store"))
    except (FileNotFoundError, NotADirectoryError):
        raise WrongInput(
            f"{folder}: is not the folder of a shard, nor one with shards in it. "
            "`sim run EXPERIMENT --shard K/N` leaves one."
        ) from None
    if plan.shard is None:
        raise WrongInput(f"{folder}: holds a whole run and no shards; there is nothing to merge.")
    return _Part(folder, plan, plan.shard)


def _require_same_question(parts: Sequence[_Part]) -> None:
    """Refuse shards of several runs."""
    first = parts[0]
    for part in parts[1:]:
        if part.plan.digest != first.plan.digest:
            raise WrongInput(
                f"{first.folder} and {part.folder} do not belong together: they were run with "
                f"{_what_differs(first.plan, part.plan)}."
            )
        if part.shard.of != first.shard.of:
            raise WrongInput(
                f"{first.folder} is shard {first.shard} and {part.folder} is shard {part.shard}; "
                "all shards must be of the same number."
            )


def _what_differs(one: Plan, other: Plan) -> str:
    """Say why two shards cannot be of one run, as far as their plans tell."""
    if one.experiment.stem != other.experiment.stem:
        return f"different experiments ({one.experiment} and {other.experiment})"
    if one.code != other.code:
        return "different versions of the program or of NumPy or SciPy"
    if one.seed != other.seed:
        return f"different seeds ({one.seed} and {other.seed})"
    if (one.least, one.most) != (other.least, other.most):
        return f"different numbers of replications ({one.least} and {other.least} at least)"
    return "different input (a centre, a design, an event, what is varied, or a stopping rule)"


def _require_all(parts: Sequence[_Part]) -> None:
    """Refuse a shard that stands twice, and a set in which one is missing."""
    by_number: dict[int, _Part] = {}
    for part in parts:
        other = by_number.setdefault(part.shard.number, part)
        if other is not part:
            raise WrongInput(
                f"shard {part.shard} stands twice: {other.folder} and {part.folder}. Leave one out."
            )
    plan, of = parts[0].plan, parts[0].shard.of
    missing = [str(Shard(number, of)) for number in range(1, of + 1) if number not in by_number]
    if missing:
        raise WrongInput(
            f"{len(missing)} of {of} shards of {plan.experiment} are missing: {names(missing)}. "
            f"Name their folders too, or run them: "
            f"`{_command(plan.experiment, plan, missing[0])}`, and merge again."
        )


def _experiment_file(part: _Part, given: Path | None) -> Path:
    """Give the experiment's file: the one given, or where it lay for the shard."""
    path = part.plan.experiment if given is None else given
    if given is None and not path.is_file():
        raise WrongInput(
            f"{path}: the experiment of {part.folder} is not here; say where it is with "
            "--experiment FILE."
        )
    return path


def _require_whole(parts: Sequence[_Part], path: Path) -> None:
    """Refuse shards that are not finished."""
    unfinished = [(part, n) for part in parts if (n := part.missing())]
    if unfinished:
        lines = [
            f"  {part.folder}: {n} of {sum(map(len, part.plan.shares))} replications "
            f"are missing; `{_command(path, part.plan, str(part.shard))}` goes on with it."
            for part, n in unfinished
        ]
        raise WrongInput("\n".join(["Some shards are not finished:", *lines]))


def _command(path: Path, plan: Plan, shard: str) -> str:
    """Give the command that runs a shard."""
    given = "".join(f" --{name} {value}" for name, value in plan.given.items() if value is not None)
    return f"sim run {path} --shard {shard}{given}"
