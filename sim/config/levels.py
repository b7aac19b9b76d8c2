"""What one entry of `[vary]` stands for: some values, or all values between two numbers."""

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from sim.config.errors import as_toml, unknown

DECLARED = "range"  # `"key" = "range"`: the range that the centre declares for it
_RANGE = ("from", "to", "step")
_MOST_VALUES, _A_FEW = 10_000, 100
_ALLOWED = "must be a list of values, or {from = ..., to = ..., step = ...}"
_SAMPLED = (
    f'must be a list of values, {{from = ..., to = ...}}, or "{DECLARED}" for the range that '
    "the centre declares"
)
_NEEDS_METHOD = (
    'needs a method that draws points: write method = "latin_hypercube" (or "sobol") and '
    "n = ... in [vary]; a grid needs a list of values, or a range with a step"
)

Scalar = bool | int | float | str


class Span(NamedTuple):
    """Every number from `low` to `high`, both included."""

    low: float
    high: float


def values_of(entry: object) -> list[Scalar]:
    """Give the values that one entry of a grid stands for, the end of a range included.

    Examples
    --------
    >>> values_of({"from": 0.85, "to": 1.0, "step": 0.05})
    [0.85, 0.9, 0.95, 1.0]

    Raises
    ------
    ValueError
        If the entry is neither a list of values nor a range, or stands for no value.
    """
    if entry == DECLARED:
        raise ValueError(_NEEDS_METHOD)
    if isinstance(entry, Mapping):
        return _in_range(entry)
    if not isinstance(entry, list | tuple):
        raise ValueError(_ALLOWED)  # noqa: TRY004 - the planner's value, not our types
    return _listed(entry, _ALLOWED)


def drawn_from(entry: object) -> list[Scalar] | Span | str:
    """Give what one entry of a sampled sweep is drawn from: values, a span, or `DECLARED`.

    Examples
    --------
    >>> drawn_from({"from": 0.85, "to": 1.0})
    Span(low=0.85, high=1.0)
    >>> drawn_from([10, 20])
    [10, 20]

    Raises
    ------
    ValueError
        If it stands for nothing.
    """
    if entry == DECLARED:
        return DECLARED
    if isinstance(entry, Mapping):
        return _in_range(entry) if "step" in entry else _span(entry)
    if not isinstance(entry, list | tuple):
        raise ValueError(_SAMPLED)  # noqa: TRY004 - the planner's value, not our types
    return _listed(entry, _SAMPLED)


def _listed(entry: list[Any] | tuple[Any, ...], allowed: str) -> list[Scalar]:
    """Give the values of a list: at least one, each once, each a number or text."""
    if not entry:
        raise ValueError(f"is an empty list; {allowed}")
    for value in entry:
        if not isinstance(value, str) and not _is_finite(value):
            raise ValueError(f"{as_toml(value)} cannot be varied; numbers or text can")
    if len(set(entry)) < len(entry):
        raise ValueError("a value stands twice")
    return list(entry)


def _in_range(entry: Mapping[str, Any]) -> list[Scalar]:
    """Give the values from one number to another, computed in decimals as they were written."""
    _known_ends(entry)
    if missing := [name for name in _RANGE if name not in entry]:
        more = f"; without a step it {_NEEDS_METHOD}" if missing == ["step"] else f"; {_ALLOWED}"
        raise ValueError(f"the range lacks {' and '.join(missing)}{more}")
    ends = _numbers(entry, _RANGE)
    low, high, step = (Decimal(str(number)) for number in ends)
    if step == 0 or (high - low) / step < 0:
        wrong = "steps of {2} do not lead from {0} to {1}"
        raise ValueError(wrong.format(*map(as_toml, ends)))
    steps = (high - low) / step
    if steps >= _MOST_VALUES:
        larger = as_toml(float((high - low) / _A_FEW))
        raise ValueError(
            f"stands for more than {_MOST_VALUES:,} values, the most that are allowed; "
            f"take a larger step, such as {larger}"
        )
    whole = all(isinstance(number, int) for number in ends)
    exact = (low + i * step for i in range(int(steps) + 1))
    values: list[Scalar] = [int(value) if whole else float(value) for value in exact]
    if len(set(values)) < len(values):
        raise ValueError(f"steps of {as_toml(ends[2])} are too small to tell the values apart")
    return values


def _span(entry: Mapping[str, Any]) -> Span:
    """Give the span from one number to another, higher one."""
    _known_ends(entry)
    if missing := [name for name in ("from", "to") if name not in entry]:
        raise ValueError(f"the range lacks {' and '.join(missing)}; it {_SAMPLED}")
    low, high = _numbers(entry, ("from", "to"))
    if low >= high:
        raise ValueError(f"from = {as_toml(low)} must be below to = {as_toml(high)}")
    return Span(low, high)


def _known_ends(entry: Mapping[str, Any]) -> None:
    for name in entry:
        if name not in _RANGE:
            raise ValueError(unknown(f'key "{name}"', name, _RANGE))


def _is_finite(value: object) -> bool:
    """Tell whether a value is a number with which can be reckoned, or true or false."""
    try:
        return isinstance(value, int | float) and isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _numbers(entry: Mapping[str, Any], wanted: tuple[str, ...]) -> list[float]:
    """Give the finite numbers at these keys of a range."""
    numbers = [entry[name] for name in wanted]
    for name, number in zip(wanted, numbers, strict=True):
        if isinstance(number, bool) or not _is_finite(number):
            raise ValueError(f"{name} = {as_toml(number)} must be a finite number")
    return numbers
