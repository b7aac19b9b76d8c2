"""What a run tells whoever watches it."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Protocol, TypeVar

T = TypeVar("T")

_SAY_EVERY_S = 5.0


@dataclass(frozen=True)
class Precision:
    """How wide the widest interval is that a stopping rule looks at.

    Parameters
    ----------
    about
        Whose it is and of what, such as "999 service level, Leicestershire".
    unit
        The measure's: "share", "s" and so on; "" where there is none.
    half_width, wanted
        What it is, nan while nothing is known, and what it is to be.
    """

    about: str
    unit: str
    half_width: float
    wanted: float

    @property
    def met(self) -> bool:
        """Whether it is narrow enough; not while nothing is known."""
        return self.half_width <= self.wanted

    @property
    def ratio(self) -> float:
        """How many times as wide as wanted, infinity while nothing is known."""
        return inf if isnan(self.half_width) else self.half_width / self.wanted


def furthest_off(reached: Iterable[Precision]) -> Precision:
    """Give the interval that is widest against what is wanted."""
    return max(reached, key=lambda each: each.ratio)


def precise(reached: Precision) -> str:
    """Say whose interval is the widest, how wide it is, and how wide it may be."""
    scale, unit = (100, " points") if reached.unit == "share" else (1, f" {reached.unit}".rstrip())
    width = scale * reached.half_width
    shown = (
        "unknown" if isnan(width) else f"{width:.1f}{unit}" if width >= 1 else f"{width:.2g}{unit}"
    )
    about = f"{reached.about}: " if reached.about else ""
    return f"{about}half-width {shown}, wanted {scale * reached.wanted:g}"


def watched(items: Sequence[T], done: str, notice: Callable[[str], None]) -> Iterator[T]:
    """Give the items one by one, and say every few seconds how many are done."""
    last_s = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - last_s >= _SAY_EVERY_S:
            last_s = time.monotonic()
            notice(f"{number:,} of {len(items):,} points {done}.")
        yield item


class Progress(Protocol):
    """Watches a run; the command line draws it, tests count it.

    Every method returns at once. Replications are counted over points, not designs.
    """

    def start(  # noqa: PLR0913, PLR0917 - what there is to say at the start
        self, name: str, points: int, designs: int, found: int, wanted: int, unit: str = "point"
    ) -> None:
        """Say what is to be done: `wanted` replications for now, of which `found` are stored.

        Where `wanted` is 0, more and more follow as they turn out to be needed. `unit` is what a
        point is called: a candidate, a set.
        """

    def advance(self, replications: int, contacts: int) -> None:
        """Say that replications were finished, and how many contacts were simulated for them."""

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Say how wide the widest interval of a point is, and how many more replications follow."""

    def point_done(self) -> None:
        """Say that one more point (or whatever they are called) needs no more replications."""

    def lengthen(self, replications: int) -> None:
        """Say that so many more replications follow."""

    def notice(self, message: str) -> None:
        """Say something that the user should know."""

    def finish(self) -> None:
        """Say that there will be no more replications: all are done, or the run was stopped."""


class Silent:
    """Tells nobody."""

    def start(  # noqa: PLR0913, PLR0917 - what there is to say at the start
        self, name: str, points: int, designs: int, found: int, wanted: int, unit: str = "point"
    ) -> None:
        """Keep quiet."""

    def advance(self, replications: int, contacts: int) -> None:
        """Keep quiet."""

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Keep quiet."""

    def point_done(self) -> None:
        """Keep quiet."""

    def lengthen(self, replications: int) -> None:
        """Keep quiet."""

    def notice(self, message: str) -> None:
        """Keep quiet."""

    def finish(self) -> None:
        """Keep quiet."""
