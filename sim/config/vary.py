"""The points of a sweep: every combination of the values that an experiment varies."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

from sim.config.errors import Finding, as_toml, join_key, unknown

if TYPE_CHECKING:
    from sim.config.experiment import Experiment

_RANGE = ("from", "to", "step")
_MOST_VALUES = 10_000
_MOST_POINTS = 1_000_000
_ALLOWED = "must be a list of values, or {from = ..., to = ..., step = ...}"

Scalar = bool | int | float | str


def points(experiment: Experiment) -> list[dict[str, Scalar]]:
    """Give the overrides of every point of a sweep, the last key changing fastest.

    Without `[vary]` there is one point that changes nothing.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> sweep = {"staffing.scale": [0.9, 1.0], "seed": {"from": 1, "to": 5, "step": 2}}
    >>> points(SimpleNamespace(vary=sweep))[:2]
    [{'staffing.scale': 0.9, 'seed': 1}, {'staffing.scale': 0.9, 'seed': 3}]
    """
    columns = {key: values_of(entry) for key, entry in experiment.vary.items()}
    return [dict(zip(columns, row, strict=True)) for row in product(*columns.values())]


def by_dotted_key(vary: Mapping[str, Any], above: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give a `[vary]` table by dotted keys, whether or not the file put them in quotes.

    Examples
    --------
    >>> by_dotted_key({"staffing": {"scale": [1, 2]}, "demand.bursts.calls_mean": [3]})
    {'staffing.scale': [1, 2], 'demand.bursts.calls_mean': [3]}
    """
    flat: dict[str, Any] = {}
    for name, entry in vary.items():
        if isinstance(entry, dict) and entry and "from" not in entry:
            flat |= by_dotted_key(entry, (*above, name))
        else:
            flat[f"{join_key(above)}.{join_key([name])}" if above else name] = entry
    return flat


def values_of(entry: object) -> list[Scalar]:
    """Give the values that one entry of `[vary]` stands for, the end of a range included.

    Examples
    --------
    >>> values_of({"from": 0.85, "to": 1.0, "step": 0.05})
    [0.85, 0.9, 0.95, 1.0]

    Raises
    ------
    ValueError
        If the entry is neither a list of values nor a range, or stands for no value.
    """
    if isinstance(entry, Mapping):
        return _in_range(entry)
    if not isinstance(entry, list | tuple):
        raise ValueError(_ALLOWED)  # noqa: TRY004 - the planner's value, not our types
    if not entry:
        raise ValueError(f"is an empty list; {_ALLOWED}")
    for value in entry:
        if not isinstance(value, bool | int | float | str) or (
            isinstance(value, float) and not isfinite(value)
        ):
            raise ValueError(f"{as_toml(value)} cannot be varied; numbers or text can")
    if len(set(entry)) < len(entry):
        raise ValueError("a value stands twice")
    return list(entry)


def _in_range(entry: Mapping[str, Any]) -> list[Scalar]:
    """Give the values from one number to another, computed in decimals as they were written."""
    for name in entry:
        if name not in _RANGE:
            raise ValueError(unknown(f'key "{name}"', name, _RANGE))
    if missing := [name for name in _RANGE if name not in entry]:
        raise ValueError(f"the range lacks {' and '.join(missing)}; {_ALLOWED}")
    ends = [entry[name] for name in _RANGE]
    for name, number in zip(_RANGE, ends, strict=True):
        if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
            raise ValueError(f"{name} = {as_toml(number)} must be a finite number")
    low, high, step = (Decimal(str(number)) for number in ends)
    if step == 0 or (high - low) / step < 0:
        raise ValueError(f"steps of {step} do not lead from {low} to {high}")
    steps = int((high - low) / step)
    if steps >= _MOST_VALUES:
        raise ValueError(f"stands for {steps + 1} values; at most {_MOST_VALUES} are allowed")
    whole = all(isinstance(number, int) for number in ends)
    exact = (low + i * step for i in range(steps + 1))
    return [int(value) if whole else float(value) for value in exact]


def vary_findings(vary: Mapping[str, Any]) -> list[Finding]:
    """Find entries of `[vary]` that stand for nothing, and sweeps without end."""
    findings, counts = [], []
    for key, entry in vary.items():
        try:
            counts.append(len(values_of(entry)))
        except ValueError as error:
            findings.append(Finding(str(error), (key,), as_toml(entry)))
    if prod(counts) > _MOST_POINTS:
        wrong = f"has {prod(counts)} combinations; at most {_MOST_POINTS} are allowed"
        findings.append(Finding(wrong))
    return findings
