"""What several commands share: options, and who watches a run."""

# ruff: noqa: PLC0415 - imported when a run begins, so that `sim --help` answers at once

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.outcome import WRONG_INPUT

if TYPE_CHECKING:
    from sim.experiment.progress import Progress

Results = Annotated[
    Path, typer.Argument(metavar="RESULTS", help="A results folder, such as results/my_question.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Workers; all processors unless given.")
]
Engine = Annotated[
    str | None, typer.Option("--engine", help="The engine; all give the same tables.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="A Dask scheduler, such as tcp://192.168.1.10:8786, whose workers take over.",
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="This seed instead of the file's.")]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Take a sweep of very many points without asking.")
]


def most_points_of(experiment: Path, *, yes: bool) -> int | None:
    """Give how many points a sweep may have, None if any: as many as it has, if they are meant.

    On a terminal the user is asked; elsewhere whoever reads the experiment refuses too many.
    """
    from sim.cli.display import on_terminal
    from sim.config import ConfigError
    from sim.experiment.sweep import MANY_POINTS, count_points

    if yes:
        return None
    if not on_terminal():
        return MANY_POINTS
    try:
        n = count_points(experiment)
    except ConfigError:
        return MANY_POINTS  # told when it is read
    if n <= MANY_POINTS:
        return MANY_POINTS
    if not typer.confirm(f"{experiment} asks for {n:,} points. Go on?"):
        raise typer.Exit(WRONG_INPUT)
    return None


def watcher(*, quiet: bool) -> "Progress":
    """Give who watches a run: a bar on a terminal, plain lines elsewhere, nobody if quiet."""
    from sim.experiment.progress import Silent

    if quiet:
        return Silent()
    from sim.cli.display import Bar, Log, on_terminal

    return Bar() if on_terminal() else Log()
