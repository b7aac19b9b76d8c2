"""A small commented centre and a first experiment, for a planner to start from."""

from importlib.resources import files
from pathlib import Path

from sim.config.errors import ConfigError, Problem
from sim.config.files import kind_of

STARTER_FILES = ("centre.toml", "profiles.csv", "alone_or_together.toml")


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write the starter into a folder, made where it is not there; give the files written.

    Raises
    ------
    ConfigError
        If one of the files is there already (nothing is written then), or the folder cannot be
        written.
    """
    targets = [folder / name for name in STARTER_FILES]
    if kind_of(folder) == "file":
        raise ConfigError([Problem(folder, "is a file; name a folder for the starter")])
    if there := [target for target in targets if kind_of(target) is not None]:
        raise ConfigError(
            Problem(target, "is there already; nothing was written, choose another folder")
            for target in there
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, target in zip(STARTER_FILES, targets, strict=True):
            target.write_bytes(files(__name__).joinpath(name).read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError([Problem(folder, f"cannot be written ({reason.lower()})")]) from None
    return tuple(targets)
