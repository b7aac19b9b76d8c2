"""Which intervals the stopping rules of an experiment look at, and what they are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.config.errors import ConfigError, Problem, as_toml, unknown
from sim.config.experiment import Until
from sim.measures import MeasurePlan


@dataclass(frozen=True)
class PrecisionCell:
    """A cell of a tally whose interval is to be narrow enough: `rule` counts the `until` it is of.

    Parameters
    ----------
    index
        Of the cell in a tally.
    about, unit
        What to call it, and the unit of its half-width.
    """

    index: int
    rule: int
    about: str = ""
    unit: str = ""


def precision_cells(
    path: Path, untils: Sequence[Until], plan: MeasurePlan, labels: Mapping[str, str] | None = None
) -> tuple[PrecisionCell, ...]:
    """Find the cells that are to be precise: of each rule each force's, over the whole window.

    Parameters
    ----------
    labels
        By channel: what it is called; its name unless given.

    Raises
    ------
    ConfigError
        If there is no such measure; the message names the experiment, `path`.
    """
    cells: list[PrecisionCell] = []
    for rule, until in enumerate(untils):
        channel = (labels or {}).get(until.channel, until.channel)
        measure = until.measure.replace("_", " ")
        cells += [
            PrecisionCell(
                int(index), rule, f"{channel} {measure}, {plan.force[index]}", str(plan.unit[index])
            )
            for index in _cells(path, until, plan, rule if len(untils) > 1 else None)
        ]
    return tuple(cells)


def _cells(path: Path, until: Until, plan: MeasurePlan, number: int | None) -> NDArray[np.intp]:
    """Give the indices of one rule's cells."""
    eligible = (
        (plan.channel == until.channel)
        & np.isin(plan.force, plan.layout.forces)
        & (plan.group == "")
        & (plan.period == "all")
    )
    cells = np.flatnonzero(eligible & (plan.measure == until.measure))
    if not cells.size:
        known = dict.fromkeys(plan.measure[eligible].tolist())
        message = unknown("measure", until.measure, known)
        key = ".".join(
            ("replications.until", *([] if number is None else [str(number)]), "measure")
        )
        raise ConfigError([Problem(path, message, key, as_toml(until.measure))])
    return cells
