"""Adding up by code."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def add(code: IntArray, amount: FloatArray, size: int) -> FloatArray:
    """Give the sum of the amounts of each code from 0 to `size` - 1."""
    return np.bincount(code, amount, size).astype(np.float64, copy=False)
