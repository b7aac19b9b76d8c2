"""`select.csv`: what each column means, and how it is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import BinaryIO

from sim.experiment.sweep import Varied
from sim.experiment.tables import read_rows, write_csv

SELECT = "select.csv"
SELECTED, OUT, MEETS, MISSES = "selected", "out", "meets", "misses"
UNDECIDED, NOT_NEEDED, SAME = "undecided", "not needed", "same as another"


@dataclass(frozen=True)
class Choice:
    """A row of `select.csv`: what became of a candidate, a design at a point.

    Parameters
    ----------
    contest
        Number of the choice it stood in: 0, or that of its point where each point has its own.
    verdict
        `SELECTED`; `OUT` (another one is better); `MEETS` or `MISSES` its targets; `UNDECIDED`
        when the weeks ran out; `NOT_NEEDED` (one that meets its targets costs less); `SAME` as an
        earlier candidate in everything.
    rostered_h_per_week
        What it costs: the handlers' hours on the rota.
    replications
        Weeks spent until that was decided; more may lie in the store.
    by, by_point
        Who is better, or whom it is the same as: a design and its point; "" and None for nobody.
    behind, behind_low, behind_high
        By how much the better one is ahead, whatever the measure's sense: the paired difference on
        these weeks with its 95% interval; nan where nobody is better.
    force, channel, measure, value, ci_low, ci_high, unit, target
        What decided, over these weeks, with its 95% interval: the measure asked for, of the force
        that is worst off where that is asked; or the target with the least to spare.
    skewness
        Of the weeks' values where a target decided, 0 if they are as symmetric as the rule assumes;
        nan elsewhere.
    further
        How many more weeks would decide it at the latest; 0 where it is decided.
    """

    point: int
    design: str
    contest: int
    verdict: str
    rostered_h_per_week: float
    replications: int
    by: str
    by_point: int | None
    behind: float
    behind_low: float
    behind_high: float
    force: str
    channel: str
    measure: str
    value: float
    ci_low: float
    ci_high: float
    unit: str
    target: float
    skewness: float
    further: int

    @property
    def selected(self) -> bool:
        """Whether this is the one to choose."""
        return self.verdict == SELECTED


COLUMNS = tuple(column.name for column in fields(Choice))


def write_choices(
    file: BinaryIO, choices: Iterable[Choice], varied: Mapping[int, Varied], keys: Sequence[str]
) -> None:
    """Write the table as CSV, with a column per varied key after the design.

    Parameters
    ----------
    varied
        By point: the varied keys.
    """
    head, rest = COLUMNS[:2], COLUMNS[2:]
    rows = (
        (*astuple(one)[:2], *(varied[one.point][key] for key in keys), *astuple(one)[2:])
        for one in choices
    )
    write_csv(file, (*head, *keys, *rest), rows)


def read_choices(path: Path) -> list[Choice]:
    """Read the table of a results folder."""
    return read_rows(path, Choice)
