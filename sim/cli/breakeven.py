"""The command `sim breakeven`."""

# ruff: noqa: PLC0415 - imported by the command that needs it, so that `sim --help` answers at once

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Engine, Jobs, Seed, watcher
from sim.cli.outcome import say
from sim.workers import start_ahead


def breakeven(  # noqa: PLR0913 - a command has as many options as it has
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="An experiment file.")],
    *,
    design: Annotated[
        list[str] | None,
        typer.Option("--design", help="This design; all with a handle_factor unless given."),
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", help="emergency unless given.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", help="service_level unless given.")
    ] = None,
    force: Annotated[
        str | None, typer.Option("--force", help="A force, all, or worst: no force may lose.")
    ] = None,
    upper: Annotated[
        float | None, typer.Option("--upper", min=1.01, max=100, help="The largest factor tried.")
    ] = None,
    replications: Annotated[
        int | None, typer.Option("--replications", min=2, max=1_000_000, help="Weeks per factor.")
    ] = None,
    seed: Seed = None,
    jobs: Jobs = None,
    engine: Engine = None,
    out: Annotated[Path | None, typer.Option("--out", help="A file for the table, as CSV.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not show progress.")] = False,
) -> None:
    """Find how much longer another force's call may take before sharing pays no more."""
    start_ahead(jobs)
    from sim.cli.penalties import print_penalties
    from sim.cli.tables import console
    from sim.experiment import run_break_even, write_penalties
    from sim.experiment.files import write_atomically

    options = {
        "channel": channel,
        "measure": measure,
        "force": force,
        "upper": upper,
        "replications": replications,
    }
    study, penalties = run_break_even(
        experiment,
        designs=tuple(dict.fromkeys(design or ())),
        given={name: value for name, value in options.items() if value is not None},
        engine=engine,
        jobs=jobs,
        seed=seed,
        progress=watcher(quiet=quiet),
    )
    print_penalties(
        penalties,
        {name: entry.label or name for name, entry in study.centre.designs.items()},
        {name: entry.label for name, entry in study.centre.channels.items()},
        {point.index: point.varied for point in study.points},
        console(),
    )
    if out is not None:
        write_atomically(out, lambda file: write_penalties(file, penalties))
        say(f"Written to {out}.")
