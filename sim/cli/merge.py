"""The command `sim merge`."""

# ruff: noqa: PLC0415 - imported by the command that needs it, so that `sim --help` answers at once

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.conclusion import conclude
from sim.cli.options import Engine, Jobs, Scheduler, watcher
from sim.cli.outcome import INTERRUPTED, say
from sim.workers import start_ahead


def merge(  # noqa: PLR0913 - a command has as many options as it has
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULTS...", help="A results folder with shards in it, or shards' own folders."
        ),
    ],
    *,
    experiment: Annotated[
        Path | None,
        typer.Option("--experiment", help="The experiment's file, if the shards had it elsewhere."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where the results folder goes; beside the shards' else."),
    ] = None,
    jobs: Jobs = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the path of the report and no more.")
    ] = False,
) -> None:
    """Bring the shards of an experiment together; what its stopping rule still asks for is run."""
    start_ahead(jobs, scheduler)
    from sim.experiment import merge_shards

    try:
        folder = merge_shards(
            results,
            experiment=experiment,
            out=out,
            jobs=jobs,
            engine=engine,
            scheduler=scheduler,
            progress=watcher(quiet=quiet),
        )
        conclude(folder, quiet=quiet, jobs=jobs)
    except KeyboardInterrupt:
        say("Interrupted. Finished replications are kept: run the same command to go on.")
        raise typer.Exit(INTERRUPTED) from None
