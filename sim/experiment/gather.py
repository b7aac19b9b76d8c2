"""What the store holds of a point under a design, all replications together."""

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sim.experiment.block import Block, DamagedBlock
from sim.experiment.errors import CannotGoOn
from sim.experiment.runner import PointRun
from sim.experiment.store import read_block


def gather(run: PointRun, design: str) -> NDArray[np.float64]:
    """Give all replications of a point under one design, shape (2, R, M).

    Raises
    ------
    CannotGoOn
        If a block that was whole a moment ago is gone or damaged.
    """
    tally: NDArray[np.float64] | None = None
    held = run.stored.blocks[design]
    for path, replications in groupby(range(run.wanted), held.__getitem__):
        try:
            block: Block = read_block(path, design)
        except (OSError, DamagedBlock) as error:
            raise CannotGoOn(
                f"{path}: was whole a moment ago and cannot be read now ({error}). "
                "Run the same command again; only what is missing is computed."
            ) from error
        if tally is None:
            tally = np.empty((2, run.wanted, block.cells))
        weeks = list(replications)
        if not block.start <= weeks[0] <= weeks[-1] < block.stop:
            raise CannotGoOn(
                f"{path}: holds other replications than a moment ago. "
                "Run the same command again; only what is missing is computed."
            )
        tally[:, weeks] = block.tally(design)[:, [week - block.start for week in weeks]]
    if tally is None:
        raise ValueError("a point without replications")
    return tally
