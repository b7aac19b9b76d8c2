"""Which assumptions decide how large a margin is: Sobol' indices with bootstrap intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 500
FEWEST_ROWS = 8


@dataclass(frozen=True, eq=False)
class Indices:
    """First-order and total indices of d assumptions, with 95% intervals; arrays of shape (d,).

    Parameters
    ----------
    first
        The share of the variance that goes when the assumption alone is known.
    total
        The share that stays as long as it alone is not known, what it does together with others
        included.
    rows
        How many rows of the sample they rest on.
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    rows: int


def sobol(margins: Floats, rng: Generator) -> Indices | None:
    """Give the indices of a margin; None where there are too few rows, or where nothing varies.

    The estimators are those of scipy (Saltelli and others 2010), the intervals the percentiles of a
    bootstrap over rows (Archer, Saltelli and Sobol' 1997). scipy wants a power of two rows, so
    where some lack a set that can be, no more than the largest power of two of the whole ones
    count.

    Parameters
    ----------
    margins
        Shape (d + 2, n): of table A, of table B, and of each AB; nan where there is none.
    """
    whole = margins[:, ~np.isnan(margins).any(axis=0)]
    rows = 1 << whole.shape[1].bit_length() >> 1
    whole = whole[:, :rows]
    if rows < FEWEST_ROWS or not np.ptp(whole[:2]):
        return None
    first, total = _sobol(whole)
    again = np.array([_sobol(whole[:, rng.integers(rows, size=rows)]) for _ in range(RESAMPLES)])
    low, high = np.percentile(again, (2.5, 97.5), axis=0)
    return Indices(first, low[0], high[0], total, low[1], high[1], rows)


def _sobol(margins: Floats) -> tuple[Floats, Floats]:
    """Give first-order and total indices of whole rows."""
    from scipy.stats import sobol_indices  # noqa: PLC0415 - loads slowly, and few runs ask for it

    # Each margin stands twice, because scipy cannot give the indices of one of a single assumption.
    table_a, table_b = (np.stack([one, one]) for one in margins[:2])
    mixed = np.repeat(margins[2:, np.newaxis], 2, axis=1)
    found = sobol_indices(func={"f_A": table_a, "f_B": table_b, "f_AB": mixed}, n=margins.shape[1])
    first, total = (np.reshape(part, (2, -1))[0] for part in (found.first_order, found.total_order))
    return first, total
