"""The commands of `sim`, one function each."""

# ruff: noqa: PLC0415 - imported by the command that needs it, so that `sim --help` answers at once

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.breakeven import breakeven
from sim.cli.conclusion import conclude, tell_shard
from sim.cli.merge import merge
from sim.cli.options import Engine, Jobs, Results, Scheduler, Seed, Yes, most_points_of, watcher
from sim.cli.outcome import INTERRUPTED, report_error, reported, say
from sim.workers import REPORT, start_ahead

app = typer.Typer(
    name="sim",
    help="Joint police contact centres, simulated: who gains, who loses, and how sure we are.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_RESULTS = Path("results")


@app.callback(invoke_without_command=True)
def options(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    debug: Annotated[  # taken off the line by `sim.cli.main`; here it is only explained
        bool, typer.Option("--debug", help="Show the traceback of a fault; may stand anywhere.")
    ] = False,
) -> None:
    """Take what stands before the command."""
    del debug
    if version:
        from importlib.metadata import version as version_of

        typer.echo(version_of("joint-contact-centres"))
        raise typer.Exit


@app.command()
@reported
def run(  # noqa: PLR0913 - a command has as many options as it has
    experiments: Annotated[
        list[Path],
        typer.Argument(
            metavar="EXPERIMENT...", help="Experiment files (TOML), or folders with some in them."
        ),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Where results folders go.")] = _RESULTS,
    jobs: Jobs = None,
    engine: Engine = None,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", min=1, max=1_000_000, help="Exactly so many, not what the file says."
        ),
    ] = None,
    seed: Seed = None,
    time: Annotated[
        str | None,
        typer.Option(
            "--time",
            metavar="SPAN",
            help="Begin nothing new after so long, such as 10m, 2h, 90s; of each experiment.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would do and cost; write nothing.")
    ] = False,
    yes: Yes = False,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="K/N", help="Part K of N only; see `sim merge`."),
    ] = None,
    scheduler: Scheduler = None,
    report: Annotated[
        bool,
        typer.Option("--report/--no-report", help="Draw the report, or leave it to `sim report`."),
    ] = True,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the path of the report and no more.")
    ] = False,
) -> None:
    """Run experiments; what is done already is not done again."""
    if not dry_run:
        start_ahead(jobs, scheduler)
    from sim.experiment import (
        Shard,
        experiments_in,
        folders_for,
        run_experiment,
        seconds_in,
    )

    time_s = None if time is None else seconds_in(time)
    part = None if shard is None else Shard.parse(shard)
    experiments = experiments_in(experiments)
    folders_for(experiments, out)
    most_points = {path: most_points_of(path, yes=yes) for path in experiments}
    failures = _refused(most_points, replications, seed)
    for experiment in (path for path in experiments if path not in failures):
        try:
            if dry_run:
                _tell_cost(
                    experiment,
                    out=out,
                    jobs=jobs,
                    engine=engine,
                    replications=replications,
                    seed=seed,
                    most_points=most_points[experiment],
                    shard=part,
                    progress=watcher(quiet=quiet),
                )
                continue
            folder = run_experiment(
                experiment,
                out=out,
                jobs=jobs,
                engine=engine,
                replications=replications,
                seed=seed,
                most_points=most_points[experiment],
                time_s=time_s,
                shard=part,
                scheduler=scheduler,
                progress=watcher(quiet=quiet),
            )
            if part is None:
                conclude(folder, quiet=quiet, jobs=jobs, report=report)
            else:
                tell_shard(folder, part)
        except KeyboardInterrupt:
            say("Interrupted. Finished replications are kept: run the same command to go on.")
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:  # noqa: BLE001 - one failure does not stop the rest
            failures[experiment] = report_error(error)
    if failures and len(experiments) > 1:
        say(f"{len(failures)} of {len(experiments)} experiments failed:")
        for experiment in failures:
            say(f"  {experiment}")
    if failures:
        raise typer.Exit(min(failures.values()))


@app.command()
@reported
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Centre folders, centre.toml or experiment files."),
    ],
    *,
    yes: Yes = False,
) -> None:
    """Validate centres and experiments; print loads, staff and Erlang's answers."""
    from sim.cli.tables import console, print_checked
    from sim.experiment.check import check as check_path

    out = console()
    failures = []
    for path in paths:
        try:
            print_checked(check_path(path, most_points_of(path, yes=yes)), out)
        except Exception as error:  # noqa: BLE001 - one failure does not hide the rest
            failures.append(report_error(error))
    if failures:
        raise typer.Exit(min(failures))


@app.command()
@reported
def trace(  # noqa: PLR0913 - a command has as many options as it has
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT", help="An experiment file.")],
    *,
    design: Annotated[str, typer.Option("--design", help="The design to run.")],
    hours: Annotated[
        float | None,
        typer.Option("--hours", min=0, help="Only the first hours, warm-up included."),
    ] = None,
    replication: Annotated[int, typer.Option("--replication", min=0, help="Which week.")] = 0,
    seed: Seed = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A file for the CSV; else it is printed.")
    ] = None,
) -> None:
    """Write every event of one replication as CSV, told by the SimPy model."""
    from sim.experiment import trace as trace_events
    from sim.experiment import trace_file

    write = partial(
        trace_events, experiment, design=design, hours=hours, replication=replication, seed=seed
    )
    if out is None:
        write(sys.stdout)
    else:
        say(f"{trace_file(out, write)} events written to {out}.")


app.command()(reported(breakeven))
app.command()(reported(merge))


@app.command()
@reported
def report(results: Results, *, jobs: Jobs = None) -> None:
    """Draw the report of a results folder again."""
    from sim.experiment import read_manifest

    read_manifest(results)  # a folder that is none is told before anything is imported to draw
    start_ahead(jobs, preload=REPORT)
    conclude(results, quiet=True, jobs=jobs)


@app.command()
@reported
def status(results: Results) -> None:
    """Say what of a results folder is done, missing or damaged."""
    from sim.cli.status import print_status
    from sim.cli.tables import console
    from sim.experiment import read_status

    print_status(read_status(results), console())


@app.command()
@reported
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", help="A file for the schema; else it is printed.")
    ] = None,
) -> None:
    """Give the JSON Schema of centres and experiments, for editors."""
    import json

    from sim.config import schema as json_schema

    text = json.dumps(json_schema(), indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        from sim.experiment.files import write_atomically

        write_atomically(out, lambda file: file.write(text.encode()))
        say(f"Written to {out}.")


@app.command()
@reported
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder for the centre.")],
) -> None:
    """Write a commented starter centre and a first experiment."""
    from sim.config import write_starter

    for path in write_starter(folder):
        typer.echo(str(path))


def _tell_cost(experiment: Path, **given: Any) -> None:  # noqa: ANN401 - as `estimate_run`
    """Say what a run would do and cost."""
    from sim.cli.estimate import tell_estimate
    from sim.experiment.estimate import estimate_run

    tell_estimate(estimate_run(experiment, **given))


def _refused(
    experiments: Mapping[Path, int | None], replications: int | None, seed: int | None
) -> dict[Path, int]:
    """Read all experiments of a batch, tell what is wrong with them, and give their statuses.

    Nobody should wait a night for the first to hear of a slip in the second.
    """
    from sim.experiment import read_study

    refused = {}
    for experiment, most_points in experiments.items() if len(experiments) > 1 else ():
        try:
            read_study(experiment, replications, seed, most_points)
        except Exception as error:  # noqa: BLE001 - one failure does not hide the rest
            refused[experiment] = report_error(error)
    return refused
