"""How a command ends: the exit status, and what is said about it.

0: done. 2: the input is wrong, and the message says where. 1: the machine gave out, or the
program is at fault; a fault of the program leaves its traceback in a file. 130: interrupted,
by Ctrl-C or SIGTERM.
"""

# ruff: noqa: PLC0415 - imported when something fails, so that `sim --help` answers at once

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TextIO

import typer

P = ParamSpec("P")

FAULT, WRONG_INPUT, INTERRUPTED = 1, 2, 130
DEBUG = "--debug"


def reported(command: Callable[P, None]) -> Callable[P, None]:
    """Give the command, with whatever it raises told to the user and turned into a status."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            say("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read the output has seen enough, as in `sim trace ... | head`.
            discard(sys.stdout)
            raise typer.Exit(0) from None
        except Exception as error:  # noqa: BLE001 - the last resort of the program
            raise typer.Exit(report_error(error)) from None

    return run


def report_error(error: Exception) -> int:
    """Tell the user of an error, and give the exit status it means."""
    status = status_of(error)
    if status is not None:
        say(f"Error: {error}")
        return status
    if debugging():
        say("".join(traceback.format_exception(error)))
        return FAULT
    say(
        "Sorry, this is a fault in the program and not in your input: "
        f"{type(error).__name__}: {error}\n"
        f"The details are in {_write_traceback(error)} (or add --debug to see them); "
        "please send that file with what you ran. Finished results are kept."
    )
    return FAULT


def status_of(error: Exception) -> int | None:
    """Give the exit status of an error that explains itself, None for a fault of the program."""
    from sim.config import ConfigError
    from sim.experiment.errors import ExperimentError
    from sim.records.arrays import RecordError

    if isinstance(error, ExperimentError):
        return error.status
    return WRONG_INPUT if isinstance(error, ConfigError | RecordError) else None


def say(message: str) -> None:
    """Print a message for the user beside the output, as it is, markup and all."""
    _write(message, sys.stderr)


def tell(message: str) -> None:
    """Print a line of output; work that nobody reads about goes on all the same."""
    _write(message, sys.stdout)


def discard(stream: TextIO) -> None:
    """Send what is still written to a stream nowhere: whoever read it has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _write(message: str, stream: TextIO) -> None:
    try:
        print(message, file=stream, flush=True)
    except BrokenPipeError:
        discard(stream)


def debugging() -> bool:
    """Tell whether the user asked for tracebacks, anywhere on the command line."""
    return DEBUG in sys.argv


def _write_traceback(error: Exception) -> Path:
    """Keep the traceback in a file of its own, and give its path."""
    handle, name = tempfile.mkstemp(prefix="sim-fault-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{sys.argv}\n\n")
        file.writelines(traceback.format_exception(error))
    return Path(name)
