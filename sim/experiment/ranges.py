"""Which figures of a centre may lie elsewhere than it says: those that declare a range.

A range is what the evidence leaves open. Sweeps that sample assumptions and robust conclusions draw
from these ranges, each key as `[vary]` takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from sim.config import Centre, evidence, split_key
from sim.config.facts import Fact
from sim.config.shape import annotation_at, choices
from sim.routing import registered_designs


@dataclass(frozen=True)
class DeclaredRange:
    """A figure of a centre that declares a range.

    Parameters
    ----------
    key
        Its dotted key, as an override or `[vary]` names it.
    value, low, high
        What the centre says, and the ends of the range.
    whole
        Whether only whole numbers make sense there.
    assumed
        Whether it is an assumption; otherwise its source gives the range.
    source
        Where it stands, in full.
    """

    key: str
    value: float
    low: float
    high: float
    whole: bool
    assumed: bool
    source: str


def declared_ranges(
    centre: Centre, changed: Mapping[str, Centre] | None = None
) -> tuple[DeclaredRange, ...]:
    """Give the figures with a range that has more than one value, in the order of the centre.

    Parameters
    ----------
    changed
        By design: the centre as it is under a design that changes it; what it changes follows.
    """
    dumped = centre.model_dump()
    return tuple(
        DeclaredRange(
            key=fact.key,
            value=fact.value,
            low=fact.low,
            high=fact.high,
            whole=_is_whole(centre, dumped, fact.key),
            assumed=fact.assumed,
            source=fact.source,
        )
        for fact in evidence(centre, changed)
        if fact.value is not None
        and fact.low is not None
        and fact.high is not None
        and fact.low < fact.high
    )


def is_whole(centre: Centre, key: str) -> bool:
    """Tell whether a figure of a centre counts something, by its key as `evidence` spells it."""
    return _is_whole(centre, centre.model_dump(), key)


def _is_whole(centre: Centre, dumped: Mapping[str, Any], key: str) -> bool:
    """Tell the same, given what the centre holds."""
    parts = split_key(key)
    if parts[0] == "designs":
        if parts[2] == "changes":
            return _is_whole(centre, dumped, parts[3])
        options = registered_designs()[centre.designs[parts[1]].kind].options
        option = options.get(parts[2])
        return option is not None and _base(option.annotation) is int
    steps = [int(part) if part.isdigit() else part for part in parts]
    annotation = annotation_at(Centre, dumped, steps)
    counts = any(getattr(mark, "whole", False) for mark in _marks(annotation))
    return counts or int in choices(annotation, None)


def _base(annotation: object) -> object:
    """Give the type behind `Annotated`."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _marks(annotation: object) -> tuple[Any, ...]:
    """Give what is noted beside `Fact` in an annotation, one that allows None included."""
    if get_origin(annotation) is Annotated and _base(annotation) is Fact:
        return get_args(annotation)[1:]
    return tuple(mark for choice in get_args(annotation) for mark in _marks(choice))
