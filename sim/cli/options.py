"""What several commands share: options, and who watches a run."""

# ruff: noqa: PLC0415 - imported when a run begins, so that `sim --help` answers at once

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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


def watcher(*, quiet: bool) -> "Progress":
    """Give who watches a run: a bar on a terminal, plain lines elsewhere, nobody if quiet."""
    from sim.experiment.progress import Silent

    if quiet:
        return Silent()
    from sim.cli.display import Bar, Log, on_terminal

    return Bar() if on_terminal() else Log()
