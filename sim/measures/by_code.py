"""Adding up and parting by code."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def parting(code: IntArray, size: int) -> IntArray:
    """Give the order that puts equal codes together and keeps their own order.

    Codes in the smallest type: numpy sorts one or two bytes by counting, in one or two passes.
    """
    return np.argsort(code.astype(np.min_scalar_type(size)), kind="stable")


def add(code: IntArray, amount: FloatArray, size: int) -> FloatArray:
    """Give the sum of the amounts of each code from 0 to `size` - 1."""
    return np.bincount(code, amount, size).astype(np.float64, copy=False)
