"""What a run tells whoever watches it."""

from dataclasses import dataclass
from typing import Protocol


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


class Progress(Protocol):
    """Watches a run; the command line draws it, tests count it.

    Every method returns at once. Replications are counted over points, not designs.
    """

    def start(self, name: str, points: int, designs: int, found: int, wanted: int) -> None:
        """Say what is to be done: `wanted` replications for now, of which `found` are stored."""

    def advance(self, replications: int, contacts: int) -> None:
        """Say that replications were finished, and how many contacts were simulated for them."""

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Say how wide the widest interval of a point is, and how many more replications follow."""

    def lengthen(self, replications: int) -> None:
        """Say that so many more replications follow."""

    def notice(self, message: str) -> None:
        """Say something that the user should know."""

    def finish(self) -> None:
        """Say that there will be no more replications: all are done, or the run was stopped."""


class Silent:
    """Tells nobody."""

    def start(self, name: str, points: int, designs: int, found: int, wanted: int) -> None:
        """Keep quiet."""

    def advance(self, replications: int, contacts: int) -> None:
        """Keep quiet."""

    def precision(self, point: int, reached: Precision, replications: int) -> None:
        """Keep quiet."""

    def lengthen(self, replications: int) -> None:
        """Keep quiet."""

    def notice(self, message: str) -> None:
        """Keep quiet."""

    def finish(self) -> None:
        """Keep quiet."""
