"""How a run is watched: a bar on a terminal, a few plain lines in a log file."""

import sys
import time
from math import isnan

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from sim.cli.outcome import say
from sim.experiment.progress import Precision

_LOG_EVERY_S = 60.0


def on_terminal() -> bool:
    """Tell whether somebody watches: both outputs go to a terminal."""
    return sys.stdout.isatty() and sys.stderr.isatty()


class Bar:
    """A progress bar with the rate, the time left and the precision reached so far."""

    def __init__(self, console: Console | None = None) -> None:
        """Draw on this console, beside the output unless given."""
        self.console = console or Console(stderr=True, highlight=False)
        self.progress: Progress | None = None
        self.task = TaskID(0)
        self.started_s = 0.0
        self.contacts = self.computed = self.found = self.wanted = 0
        self.reached: dict[int, Precision] = {}

    def start(self, name: str, points: int, designs: int, found: int, wanted: int) -> None:
        """Show the bar."""
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[pace]}", markup=False),
            TextColumn("{task.fields[precision]}", markup=False),
            console=self.console,
            transient=True,
        )
        self.started_s = time.monotonic()
        self.contacts, self.computed, self.found, self.wanted = 0, 0, found, wanted
        self.reached.clear()
        self.console.print(Text(introduction(name, points, designs, found, wanted)))
        self.task = self.progress.add_task(
            "replications", total=wanted, completed=found, pace="", precision=""
        )
        self.progress.start()

    def advance(self, replications: int, contacts: int) -> None:
        """Move the bar."""
        self.contacts += contacts
        self.computed += replications
        left = self.wanted - self.found - self.computed
        if self.progress is not None:
            self.progress.update(
                self.task,
                advance=replications,
                pace=pace(self.contacts, self.computed, left, self.started_s),
            )

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Show the widest interval so far, and lengthen the bar by another round."""
        self.reached[point] = reached
        self.wanted += replications
        if self.progress is not None:
            self.progress.update(
                self.task,
                total=self.wanted,
                precision=precise(max(self.reached.values(), key=lambda r: r.half_width)),
            )

    def lengthen(self, replications: int) -> None:
        """Lengthen the bar."""
        self.wanted += replications
        if self.progress is not None:
            self.progress.update(self.task, total=self.wanted)

    def notice(self, message: str) -> None:
        """Print above the bar."""
        console = self.console if self.progress is None else self.progress.console
        console.print(Text(message))

    def finish(self) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()
            self.progress = None


class Log:
    """A line at the start, one a minute, one per round of replications, and one at the end."""

    def __init__(self, every_s: float = _LOG_EVERY_S) -> None:
        """Print a line of progress every so many seconds."""
        self.every_s = every_s
        self.started_s = self.last_s = 0.0
        self.done = self.found = self.wanted = self.contacts = self.points = 0

    def start(self, name: str, points: int, designs: int, found: int, wanted: int) -> None:
        """Say what is to be done."""
        self.started_s = self.last_s = time.monotonic()
        self.done = self.found = found
        self.wanted, self.contacts, self.points = wanted, 0, points
        say(introduction(name, points, designs, found, wanted))

    def advance(self, replications: int, contacts: int) -> None:
        """Say how far it is, now and then."""
        self.done += replications
        self.contacts += contacts
        now_s = time.monotonic()
        if now_s - self.last_s >= self.every_s:
            self.last_s = now_s
            say(self._state())

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Say what a round of replications came to."""
        self.wanted += replications
        if self._all_found():
            return
        about = f"Point {point}: {precise(reached)}" if self.points > 1 else precise(reached)
        more = f"; {counted(replications, 'more ')}" if replications else ""
        say(f"{about}{more}.")

    def lengthen(self, replications: int) -> None:
        """Count them in."""
        self.wanted += replications

    def notice(self, message: str) -> None:
        """Print the message."""
        say(message)

    def finish(self) -> None:
        """Say how far it came, unless it was all there at the start."""
        if not self._all_found():
            say(self._state())

    def _all_found(self) -> bool:
        return 0 < self.found == self.wanted

    def _state(self) -> str:
        text = f"{self.done} of {counted(self.wanted)}"
        if self.done > self.found:
            left = self.wanted - self.done
            text += f", {pace(self.contacts, self.done - self.found, left, self.started_s)}"
        return f"{text}."


def introduction(name: str, points: int, designs: int, found: int, wanted: int) -> str:
    """Say what an experiment consists of, and what of it is there already."""
    parts = [f"{designs} designs" if designs != 1 else "1 design"]
    if points > 1:
        parts.append(f"{points} points")
    if 0 < found == wanted:
        parts.append(f"{found} of {counted(wanted)}, all found")
    elif found:
        parts.append(f"{counted(found)} found in the store")
    return f"{name}: {', '.join(parts)}."


def pace(contacts: int, computed: int, left: int, started_s: float) -> str:
    """Give the rate since the start, and the time that is left at this rate."""
    elapsed_s = max(time.monotonic() - started_s, 1e-9)
    left_s = round(elapsed_s / computed * left)
    minutes, seconds = divmod(left_s, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{contacts / elapsed_s:,.0f} contacts/s, {clock} left"


def counted(replications: int, which: str = "") -> str:
    """Give a number of replications in words."""
    return f"{replications} {which}replication{'s' if replications != 1 else ''}"


def precise(reached: Precision) -> str:
    """Say whose interval is the widest, how wide it is, and how wide it may be."""
    scale, unit = (100, " points") if reached.unit == "share" else (1, f" {reached.unit}".rstrip())
    width = scale * reached.half_width
    shown = (
        "unknown" if isnan(width) else f"{width:.1f}{unit}" if width >= 1 else f"{width:.2g}{unit}"
    )
    about = f"{reached.about}: " if reached.about else ""
    return f"{about}half-width {shown}, wanted {scale * reached.wanted:g}"
