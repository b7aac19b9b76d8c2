"""Which intervals the stopping rule of an experiment looks at."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.config.errors import ConfigError, Problem, as_toml, unknown
from sim.config.experiment import Until
from sim.measures import MeasurePlan

_KEY = "replications.until.measure"


def precision_cells(path: Path, until: Until, plan: MeasurePlan) -> NDArray[np.intp]:
    """Find the cells that are to be precise: each force's, over the whole window.

    Raises
    ------
    ConfigError
        If there is no such measure; the message names the experiment, `path`.
    """
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
        raise ConfigError([Problem(path, message, _KEY, as_toml(until.measure))])
    return cells
