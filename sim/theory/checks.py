"""Refusals: a formula's argument that describes no queue, by name."""

from math import inf, isfinite

SECONDS_PER_HOUR = 3600.0


def number(name: str, value: float, *, low: float = 0.0, high: float = inf) -> float:
    """Give `value` as a finite float between `low` and `high`, both included.

    Raises
    ------
    ValueError
        If it is anything else; the message names the parameter.
    """
    value = float(value)
    if not (isfinite(value) and low <= value <= high):
        upper = "" if high == inf else f" and at most {high:g}"
        raise ValueError(f"{name}: must be finite, at least {low:g}{upper}, not {value:g}")
    return value


def positive(name: str, value: float) -> float:
    """Give `value` as a finite float above 0."""
    if number(name, value) == 0:
        raise ValueError(f"{name}: must be above 0")
    return float(value)


def patience(name: str, value: float) -> float:
    """Give a mean patience: 0 (gives up at once) to inf (never gives up)."""
    return inf if value == inf else number(name, value)


def whole(name: str, value: int, *, low: int = 0) -> int:
    """Give `value` as a whole number, at least `low`."""
    number(name, value, low=low)
    if value != int(value):
        raise ValueError(f"{name}: must be a whole number, not {value}")
    return int(value)
