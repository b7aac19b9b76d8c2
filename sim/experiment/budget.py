"""How long a run may take, and what it leaves undone when the time is over.

Tasks in hand are finished and nothing new is begun. The tables then hold of each point as many
replications as are complete under every design, counted from the first, so that no replication is
there because it was quick. How many there are depends on the machine and on what else it did.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.config.experiment import Replications
from sim.experiment.errors import WrongInput
from sim.experiment.progress import Silent
from sim.experiment.runner import PointRun, next_round

_SPAN = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")
_UNITS_S = (3600.0, 60.0, 1.0)


def seconds_in(text: str) -> float:
    """Give the seconds of a span such as "10m", "1h30m" or "90s".

    Examples
    --------
    >>> seconds_in("1h30m"), seconds_in("90s")
    (5400.0, 90.0)

    Raises
    ------
    WrongInput
        If it is none.
    """
    match = _SPAN.fullmatch(text.strip().lower())
    parts = match.groups() if match else (None,) * len(_UNITS_S)
    span_s = sum(float(part or 0) * unit for part, unit in zip(parts, _UNITS_S, strict=True))
    if span_s <= 0:
        raise WrongInput(
            f'--time "{text}": must be hours, minutes or seconds, such as 2h, 10m, 1h30m or 90s.'
        )
    return span_s


@dataclass(frozen=True)
class Budget:
    """A span of time that has begun; None is without end."""

    time_s: float | None = None
    clock: Callable[[], float] = time.monotonic
    started_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Note when it began."""
        object.__setattr__(self, "started_s", self.clock())

    def over(self) -> bool:
        """Tell whether the time is over."""
        return self.time_s is not None and self.clock() - self.started_s >= self.time_s


@dataclass(frozen=True)
class Spent:
    """What was left undone.

    Parameters
    ----------
    time_s
        The time that was given.
    wanted
        By index of a point that has fewer: the replications that it was to have for now.
    """

    time_s: float
    wanted: Mapping[int, int]


def cut_to_complete(
    runs: Mapping[int, PointRun], replications: Replications, budget: Budget
) -> Spent | None:
    """Cut each point to what is complete of it, and say what was left undone; None if no budget.

    Parameters
    ----------
    replications
        What is asked of each point: one whose rounds are complete may still need another.

    Raises
    ------
    WrongInput
        If no replication of any point is complete.
    """
    if budget.time_s is None:
        return None
    wanted = {}
    for index, run in runs.items():
        complete = run.complete()
        if complete < run.wanted:
            wanted[index], run.wanted = run.wanted, complete
        elif more := next_round(run, replications, Silent()):
            wanted[index] = run.wanted + more
    if not any(run.wanted for run in runs.values()):
        raise WrongInput(
            f"--time {budget.time_s:g}s was over before one replication was complete under every "
            "design, so there is nothing to tabulate. What is done is kept: run the same command "
            "again, or give it more time."
        )
    return Spent(budget.time_s, wanted)


def undone(spent: Spent, runs: Mapping[int, PointRun]) -> str:
    """Say what a budget of time left undone."""
    points = len(runs)
    short = len(spent.wanted)
    none = sum(not run.wanted for run in runs.values())
    whom = "There are" if points == 1 else f"{short:,} of {points:,} points have"
    missing = f", {none:,} of them none at all and no row in any table" if none else ""
    return (
        f"The time was over: {whom} fewer replications than asked for{missing}. "
        "How many depends on this machine. Run the same command again to go on."
    )
