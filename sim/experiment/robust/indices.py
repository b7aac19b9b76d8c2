"""Which assumptions decide how large a margin is: Sobol' indices with bootstrap intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 500
FEWEST_ROWS = 8

_MOST_AT_ONCE = 1 << 22  # numbers resampled at a time


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
    drawn = np.concatenate([[np.arange(rows)], rng.integers(rows, size=(RESAMPLES, rows))])
    chunks = np.array_split(drawn, -(-drawn.size * len(whole) // _MOST_AT_ONCE))
    first, total = np.concatenate([_sobol(whole[:, chunk]) for chunk in chunks], axis=1)
    (first_low, total_low), (first_high, total_high) = np.percentile(
        [first[1:], total[1:]], (2.5, 97.5), axis=1
    )
    return Indices(first[0], first_low, first_high, total[0], total_low, total_high, rows)


def _sobol(margins: Floats) -> Floats:
    """Give first-order and total indices, shape (2, s, d), of s samples in (d + 2, s, n)."""
    from scipy.stats import sobol_indices  # noqa: PLC0415 - loads slowly, and few runs ask for it

    found = sobol_indices(
        func={"f_A": margins[0], "f_B": margins[1], "f_AB": margins[2:]}, n=margins.shape[-1]
    )
    shape = (2, margins.shape[1], len(margins) - 2)
    return np.reshape([found.first_order, found.total_order], shape)
