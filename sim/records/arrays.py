"""How a record takes an array in: converted, checked, read-only."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class RecordError(ValueError):
    """A record was given arrays that do not describe anything: the message says which and where."""


def freeze(name: str, values: ArrayLike, dtype: Any, ndim: int = 1) -> NDArray[Any]:  # noqa: ANN401 - any dtype
    """Give a read-only array of `dtype`, copied only where it must be.

    Raises
    ------
    RecordError
        If the values cannot be read as `dtype` without loss, or have other than `ndim` axes.
    """
    try:
        source = np.asarray(values)
        array = np.ascontiguousarray(source, dtype=dtype)
    except (TypeError, ValueError) as error:
        raise RecordError(f"{name}: not numbers ({error})") from error
    if array.ndim != ndim:
        raise RecordError(f"{name}: has {array.ndim} axes, needs {ndim}")
    if array.dtype != source.dtype and not (
        np.issubdtype(array.dtype, np.floating) or np.array_equal(array, source)
    ):
        raise RecordError(f"{name}: whole numbers are needed")
    if array is source or np.shares_memory(array, source):
        if source.flags.writeable:
            array = array.copy()
        else:
            return array
    array.setflags(write=False)
    return array


def require(condition: Any, message: str) -> None:  # noqa: ANN401 - bool or array of bool
    """Raise `RecordError` with `message` unless every element of `condition` is true."""
    if not np.all(condition):
        raise RecordError(message)


def first(condition: NDArray[np.bool_]) -> int:
    """Give the index of the first true element, for messages; 0 if there is none."""
    return int(np.argmax(condition)) if condition.size else 0
