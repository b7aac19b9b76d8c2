"""`break_even.csv`: what each column means, and reading it back."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import BinaryIO

from sim.experiment.tables import read_rows, write_csv

BREAK_EVEN = "break_even.csv"
BREAKS_EVEN, PAYS_AT_UPPER, NEVER_PAYS = "breaks even", "pays at upper", "does not pay at 1"


@dataclass(frozen=True)
class Penalty:
    """A row of `break_even.csv`: the break-even handling penalty of one design at one point.

    Parameters
    ----------
    force
        As asked: "all", "worst" or a force.
    verdict
        `BREAKS_EVEN`, `PAYS_AT_UPPER` (sharing pays even there) or `NEVER_PAYS` (not even when a
        call from another force takes no longer).
    break_even
        The factor; nan unless the verdict is `BREAKS_EVEN`.
    ci_low, ci_high
        The ends of its interval; 1 stands for 1 or less, nan for more than `upper`.
    worst_force
        Where `force` is "worst": which one it is at the break-even, else at the end of the search
        that the verdict names.
    upper
        The largest factor tried.
    declared
        The factor that the centre declares for the design.
    gain_at_1, gain_at_upper
        What sharing brings at the two ends, with intervals; more is better, whatever the measure.
    """

    point: int
    design: str
    baseline: str
    force: str
    channel: str
    measure: str
    verdict: str
    break_even: float
    ci_low: float
    ci_high: float
    worst_force: str
    upper: float
    declared: float
    gain_at_1: float
    gain_at_1_low: float
    gain_at_1_high: float
    gain_at_upper: float
    gain_at_upper_low: float
    gain_at_upper_high: float
    replications: int


COLUMNS = tuple(column.name for column in fields(Penalty))


def write_penalties(file: BinaryIO, penalties: Iterable[Penalty]) -> None:
    """Write the table as CSV."""
    write_csv(file, COLUMNS, map(astuple, penalties))


def read_penalties(path: Path) -> list[Penalty]:
    """Read the table of a results folder."""
    return read_rows(path, Penalty)
