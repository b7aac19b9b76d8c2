"""How far each point of a sweep is from what the centre itself says."""

from collections.abc import Mapping
from typing import Any

from sim.config import split_key

Points = Mapping[int, Mapping[str, str]]


def distances(points: Points, centre: Mapping[str, Any]) -> dict[int, float]:
    """Give each point's distance, in spreads of each key over the points, added up.

    So no key counts for more because its numbers are larger. A word is as far from any other; a
    key of which the centre says nothing does not count.

    Parameters
    ----------
    points
        By point: the values of the varied keys, as they are written.
    centre
        As the manifest has it.

    Examples
    --------
    >>> centre = {"staffing": {"scale": {"value": 1.0}}}
    >>> distances({0: {"staffing.scale": "0.9"}, 1: {"staffing.scale": "1.3"}}, centre)
    {0: 0.25, 1: 0.75}
    """
    total = dict.fromkeys(points, 0.0)
    for key in next(iter(points.values()), {}):
        own = own_value(centre, key)
        if own is not None:
            away = _apart([values[key] for values in points.values()], own)
            total = {point: total[point] + more for point, more in zip(points, away, strict=True)}
    return {point: round(distance, 9) for point, distance in total.items()}


def own_value(centre: Mapping[str, Any], key: str) -> object:
    """Give what the centre says of a dotted key; None if it says nothing."""
    here: Any = centre
    try:
        for part in split_key(key):
            if isinstance(here, list):
                here = here[int(part)]
            else:
                here = here[part] if part in here else here["options"][part]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return here.get("value") if isinstance(here, dict) else here


def as_number(text: str) -> float | None:
    """Give a number that is written as text; None where it is a word."""
    try:
        return float(text)
    except ValueError:
        return None


def _apart(values: list[str], own: object) -> list[float]:
    """Give how far values of one key are from the centre's own."""
    numbers, centre = [as_number(value) for value in values], as_number(str(own))
    known = [number for number in numbers if number is not None]
    if centre is None or len(known) < len(values):
        return [float(value != str(own)) for value in values]
    spread = max(known) - min(known) or 1.0
    return [abs(number - centre) / spread for number in known]
