"""The command line: parses, calls the rooms, prints; decides nothing.

What takes time to import is imported by the command that needs it, so that `sim --help` answers
at once.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


def main() -> None:
    """Run the `sim` command; the exit status says how it went (see `sim.cli.outcome`)."""
    # No large matrix is multiplied here. The threads that NumPy's and SciPy's linear algebra would
    # make for it, in every worker too, only take time from the others.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is left when the command ends goes with the process; it need not be gone through first.
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's code page lacks is printed as ?, and stops nothing.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        from sim.cli.commands import app  # noqa: PLC0415 - not before it is needed
        from sim.cli.outcome import DEBUG  # noqa: PLC0415

        with _ended_as_by_ctrl_c():
            app([argument for argument in sys.argv[1:] if argument != DEBUG], prog_name="sim")
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")  # before the command begins, which says it itself
        sys.exit(130)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Take SIGTERM, with which schedulers and shutdowns end a run, for Ctrl-C until the end."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    usual = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)
