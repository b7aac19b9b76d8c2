"""Values set from outside a configuration's files: by a sweep, or on the command line."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from sim.config.centre import Centre
from sim.config.design import DesignEntry, beside_kind, changes_in, spelt
from sim.config.errors import ConfigError, Key, Problem, join_key, split_key, unknown
from sim.config.facts import WORDING, Fact
from sim.config.shape import (
    annotation_at,
    child,
    choices,
    is_fact,
    is_list,
    is_model,
    known_keys,
    path_in,
)


class UnknownKeyError(ValueError):
    """A dotted key leads nowhere in this centre; the message says what would."""


def overridden(
    raw: Mapping[str, Any], overrides: Mapping[str, object], file: Path
) -> dict[str, Any]:
    """Give the content of `file` with the overrides put in; a fact keeps its range and source.

    Raises
    ------
    ConfigError
        If a key leads nowhere.
    """
    changed = flat_designs(raw)
    problems = []
    for key, value in overrides.items():
        try:
            parts = find(changed, key)
        except UnknownKeyError as error:
            problems.append(Problem(file, f"{error} (asked for from outside the file)", key))
        else:
            _put(changed, parts, _plain(value))
    if problems:
        raise ConfigError(problems)
    return changed


def flat_designs(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Give a copy in which each design's options stand beside its kind."""
    copy: dict[str, Any] = deepcopy(dict(raw))
    designs = copy.get("designs")
    if isinstance(designs, dict):
        for name, entry in designs.items():
            designs[name] = beside_kind(entry) if isinstance(entry, dict) else entry
    return copy


def find(raw: Mapping[str, Any], key: str) -> Key:
    """Give the path of a dotted key in a centre's content, whose designs are flat.

    The last part may be a key that the section could have but has not; those above it must exist.

    Raises
    ------
    UnknownKeyError
        If the key leads nowhere; the message names the nearest key that exists.
    """
    try:
        asked = split_key(key)
    except ValueError as error:
        raise UnknownKeyError(str(error)) from None
    parts: list[str | int] = []
    annotation: Any = Centre
    here: Any = raw
    for depth, part in enumerate(asked):
        last = depth == len(asked) - 1
        in_design = DesignEntry in choices(annotation, here)
        if in_design and part == "options" and not last:
            continue
        if is_fact(annotation, here):
            raise UnknownKeyError(f"{join_key(parts)} is a number, so the key ends there")
        known = known_keys(annotation, here)
        if part not in known and not (in_design and last):
            where = f" (in {join_key(parts)})" if parts else ""
            raise UnknownKeyError(unknown("key", part, known) + where)
        if in_design and part == "changes" and not last:
            parts.append(part)
            return (*parts, *_find_change(here, asked[depth + 1 :], parts))
        step = int(part) if is_list(here) else part
        annotation = child(annotation, step, here)
        parts.append(step)
        if not last:
            found, here = path_in(here, [step])
            if not found:
                raise UnknownKeyError(f"the file has no {join_key(parts)} that could be changed")
    return tuple(parts)


def is_wording(raw: Mapping[str, Any], place: Key) -> bool:
    """Tell whether what stands at a place is for readers, so that no figure depends on it."""
    *above, last = place
    here = path_in(raw, above)[1]
    sections = choices(annotation_at(Centre, raw, above), here)
    known = last in WORDING and any(is_model(one) and last in one.model_fields for one in sections)
    return known or place == ("name",) or place[0] == "sources"


def _find_change(design: Mapping[str, Any], asked: list[str], above: Iterable[str | int]) -> Key:
    """Give the place of one of a design's changes in its table; it must be there already."""
    table = design.get("changes")
    found = changes_in(table) if isinstance(table, Mapping) else ()
    places = {change.key: change.place for change in found}
    key = join_key(asked) if len(asked) > 1 else spelt(asked[0])
    if key not in places:
        raise UnknownKeyError(unknown("key", key, places) + f" (in {join_key(above)})")
    return places[key]


def _put(raw: dict[str, Any], parts: Key, value: object) -> None:
    """Set the value at a path; of a fact table only the number, or what a new table names."""
    section: Any = path_in(raw, parts[:-1])[1]
    found, old = path_in(section, parts[-1:])
    if found and isinstance(old, dict) and {"value"} <= old.keys() <= Fact.model_fields.keys():
        section[parts[-1]] = old | (value if isinstance(value, dict) else {"value": value})
    else:
        section[parts[-1]] = value


def _plain(value: object) -> object:
    """Give numpy's numbers as Python's."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value
