"""How a run is watched: a bar on a terminal, a few plain lines in a log file."""

import sys
import time

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
from sim.experiment.progress import Precision, furthest_off, precise

_LOG_EVERY_S = 60.0
_LOG_PART = 0.05  # of the time so far, at least, between two lines: a night's log stays short
_MOST_TOLD = 10  # points whose rounds are told one by one


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
        self.points = self.finished = 0
        self.unit = self.rest = ""
        self.reached: dict[int, Precision] = {}

    def start(  # noqa: PLR0913, PLR0917 - what there is to say at the start
        self, name: str, points: int, designs: int, found: int, wanted: int, unit: str = "point"
    ) -> None:
        """Show the bar."""
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[points]}", markup=False),
            TextColumn("{task.fields[pace]}", markup=False),
            TextColumn("{task.fields[precision]}", markup=False),
            console=self.console,
            transient=True,
        )
        self.started_s = time.monotonic()
        self.contacts, self.computed, self.found, self.wanted = 0, 0, found, wanted
        self.points, self.finished = points, 0
        self.unit, self.rest = unit, "left" if wanted else "left of this round"
        self.reached.clear()
        self.console.print(Text(introduction(name, points, designs, found, wanted, unit)))
        self.task = self.progress.add_task(
            "replications", total=wanted, completed=found, points="", pace="", precision=""
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
                pace=pace(self.contacts, self.computed, left, self.started_s, self.rest),
            )

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Show the widest interval so far, and lengthen the bar by another round."""
        self.reached[point] = reached
        self.wanted += replications
        if self.progress is not None:
            self.progress.update(
                self.task,
                total=self.wanted,
                precision=precise(furthest_off(self.reached.values())),
            )

    def point_done(self) -> None:
        """Count the points that are done."""
        self.finished += 1
        if self.progress is not None and self.points > 1:
            self.progress.update(
                self.task, points=f"{self.finished:,} of {self.points:,} {self.unit}s done"
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
    """A line at the start, one now and then, and one at the end.

    Now and then is once a minute, and rarer as time goes on. Rounds of replications have a line
    each where there are few points; in a long sweep the line tells of the point furthest off.
    """

    def __init__(self, every_s: float = _LOG_EVERY_S) -> None:
        """Print a line of progress every so many seconds at most."""
        self.every_s = every_s
        self.started_s = self.last_s = 0.0
        self.done = self.found = self.wanted = self.contacts = self.points = self.finished = 0
        self.unit = self.rest = ""
        self.reached: dict[int, Precision] = {}

    def start(  # noqa: PLR0913, PLR0917 - what there is to say at the start
        self, name: str, points: int, designs: int, found: int, wanted: int, unit: str = "point"
    ) -> None:
        """Say what is to be done."""
        self.started_s = self.last_s = time.monotonic()
        self.done = self.found = found
        self.wanted, self.contacts, self.points, self.finished = wanted, 0, points, 0
        self.unit, self.rest = unit, "left" if wanted else "left of this round"
        self.reached.clear()
        say(introduction(name, points, designs, found, wanted, unit))

    def advance(self, replications: int, contacts: int) -> None:
        """Say how far it is, now and then."""
        self.done += replications
        self.contacts += contacts
        now_s = time.monotonic()
        if now_s - self.last_s >= max(self.every_s, _LOG_PART * (now_s - self.started_s)):
            self.last_s = now_s
            say(self._state())

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Say what a round of replications came to."""
        self.wanted += replications
        self.reached[point] = reached
        if self._all_found() or self.points > _MOST_TOLD:
            return
        about = f"Point {point}: {precise(reached)}" if self.points > 1 else precise(reached)
        more = f"; {counted(replications, 'more ')}" if replications else ""
        say(f"{about}{more}.")

    def point_done(self) -> None:
        """Count the points that are done."""
        self.finished += 1

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
        text = f"{self.done:,} of {counted(self.wanted)}"
        if self.points > 1:
            text += f", {self.finished:,} of {self.points:,} {self.unit}s done"
        if self.done > self.found:
            left = self.wanted - self.done
            computed = self.done - self.found
            text += f", {pace(self.contacts, computed, left, self.started_s, self.rest)}"
        if self.points > _MOST_TOLD and self.reached:
            point = max(self.reached, key=lambda point: self.reached[point].ratio)
            text += f"; furthest off is point {point}, {precise(self.reached[point])}"
        return f"{text}."


def introduction(  # noqa: PLR0913, PLR0917 - as `Progress.start`
    name: str, points: int, designs: int, found: int, wanted: int, unit: str = "point"
) -> str:
    """Say what an experiment consists of, and what of it is there already."""
    parts = [f"{designs} designs" if designs != 1 else "1 design"]
    if points > 1:
        parts.append(f"{points:,} {unit}s")
    if 0 < found == wanted:
        parts.append(f"{found:,} of {counted(wanted)}, all found")
    elif found:
        parts.append(f"{counted(found)} found in the store")
    return f"{name}: {', '.join(parts)}."


def pace(contacts: int, computed: int, left: int, started_s: float, rest: str = "left") -> str:
    """Give the rate since the start, and the time that the rest takes at this rate."""
    elapsed_s = max(time.monotonic() - started_s, 1e-9)
    left_s = round(elapsed_s / computed * left)
    minutes, seconds = divmod(left_s, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{contacts / elapsed_s:,.0f} contacts/s, {clock} {rest}"


def counted(replications: int, which: str = "") -> str:
    """Give a number of replications in words."""
    return f"{replications:,} {which}replication{'s' if replications != 1 else ''}"
