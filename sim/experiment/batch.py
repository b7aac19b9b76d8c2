"""A batch: which experiments are meant, and which results folder each of them has."""

from collections.abc import Sequence
from pathlib import Path

from sim.config.errors import ConfigError
from sim.config.files import kind_of, read_toml
from sim.experiment.errors import WrongInput
from sim.experiment.files import folder_name

_TELLING = {"question", "centre"}  # what an experiment has and no other file


def experiments_in(paths: Sequence[Path]) -> list[Path]:
    """Give the experiment files that are meant: a folder stands for all in it, by name.

    A file in a folder that is TOML of another kind is passed over; one that is damaged counts, so
    that it is told of.

    Raises
    ------
    WrongInput
        If there is no experiment in a folder.
    """
    found: list[Path] = []
    for path in paths:
        if kind_of(path) != "folder":
            found.append(path)
            continue
        inside = [file for file in sorted(path.glob("*.toml")) if _may_be_experiment(file)]
        if not inside:
            raise WrongInput(f"{path}: is a folder without an experiment (a TOML file) in it.")
        found += inside
    return list(dict.fromkeys(found))


def _may_be_experiment(path: Path) -> bool:
    try:
        return not _TELLING.isdisjoint(read_toml(path))
    except ConfigError:
        return True


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
