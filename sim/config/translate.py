"""pydantic's findings in a planner's words: each with key, value and what is allowed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.config.errors import Problem, as_toml, join_key, names, nearest, unknown
from sim.config.shape import annotation_at, expected, known_keys, literals, path_in, tags_of

_LIMITS = {
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "finite_number": "must be a finite number, not inf or nan",
    "string_pattern_mismatch": 'must be a time of day such as "07:30", from "00:00" to "24:00"',
}


def problems_of(
    error: ValidationError, model: type[BaseModel], raw: dict[str, Any], file: Path
) -> list[Problem]:
    """Give every problem that pydantic found in `raw`, the content of `file`.

    A key that is missing while its misspelling stands in the same section is told once.
    """
    details = error.errors(include_url=False)
    misspelt = {
        (detail["loc"][:-1], nearest(detail["loc"][-1], _missing_beside(detail, details)))
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    return [
        problem
        for detail in details
        if not (detail["type"] == "missing" and (detail["loc"][:-1], detail["loc"][-1]) in misspelt)
        for problem in _problems(detail, model, raw, file)
    ]


def _missing_beside(detail: ErrorDetails, details: list[ErrorDetails]) -> list[str]:
    """Give the keys that are missing in the section of an unknown key."""
    section = detail["loc"][:-1]
    return [
        str(other["loc"][-1])
        for other in details
        if other["type"] == "missing" and other["loc"][:-1] == section
    ]


def _problems(
    detail: ErrorDetails, model: type[BaseModel], raw: dict[str, Any], file: Path
) -> Iterator[Problem]:
    """Give the problems that one of pydantic's errors stands for."""
    kind, location = detail["type"], detail["loc"]
    context = detail.get("ctx", {})
    parts, value = path_in(raw, location)
    if kind == "findings":
        for finding in context["findings"]:
            key = finding.place if finding.csv else join_key((*parts, *finding.key))
            yield Problem(finding.csv or file, finding.message, key, finding.value)
    elif kind == "missing":
        wanted = expected(annotation_at(model, raw, (*parts, location[-1])), None)
        yield Problem(file, f"is missing; {wanted} is needed", join_key((*parts, location[-1])))
    elif kind == "extra_forbidden":
        section = path_in(raw, parts[:-1])[1]
        known = known_keys(annotation_at(model, raw, parts[:-1]), section)
        yield Problem(file, unknown("key", parts[-1], known), join_key(parts), as_toml(value))
    elif location[-1:] == ("[key]",):
        yield Problem(file, f"this name {_message(detail, str, value)}", join_key(parts))
    elif kind in {"union_tag_invalid", "union_tag_not_found"}:
        known = tags_of(annotation_at(model, raw, parts))
        tag = context["discriminator"].strip("'")
        given = value.get(tag)
        key = join_key((*parts, tag))
        if given is None:
            yield Problem(file, f"is missing; it may be {names(known)}", key)
        else:
            yield Problem(file, unknown(tag, given, known), key, as_toml(given))
    else:
        message = _message(detail, annotation_at(model, raw, parts), value)
        yield Problem(file, message, join_key(parts), as_toml(value))


def _message(detail: ErrorDetails, annotation: object, value: object) -> str:
    """Say what is allowed where a value of the wrong kind or size stands."""
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    if detail["type"] in _LIMITS:
        return _LIMITS[detail["type"]].format_map(context)
    wanted = expected(annotation, value).strip(",")
    close = nearest(value, allowed) if (allowed := literals(annotation)) else None
    return f"must be {wanted}" + (f'; did you mean "{close}"?' if close else "")
