"""What a design changes in its centre: `[designs.NAME.changes]`, resolved to a centre of its own.

    [designs.two_rooms.changes]
    source = "force plan, 2016"
    "groups.Bedfordshire.scale" = 0.9
    "channels.emergency.handle.mean_s" = {value = 380, range = [300, 460], source = "assumption"}

Enters: the content of `centre.toml`, overrides and all, and the centre that it means. Leaves: for
each design with changes the whole centre as it is under that design. The figure that a change
replaces is replaced with its evidence: a change brings its own. Forces, channels and groups stay,
and so does what is measured; otherwise the designs could not be compared.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from sim.config.centre import Centre
from sim.config.checks import section_problems
from sim.config.errors import Key, Problem, as_toml, join_key
from sim.config.overrides import UnknownKeyError, find
from sim.config.provenance import changed_evidence_problems
from sim.config.references import reference_problems
from sim.config.series import SeriesReader
from sim.config.shape import annotation_at, child, choices, is_fact, is_list, is_model, path_in
from sim.config.translate import problems_of

CHANGEABLE = ("channels", "forces", "groups", "demand", "staffing")
SOURCE = "source"
_NAMED = {"channels": "channel", "forces": "force", "groups": "group"}


@dataclass(frozen=True)
class _Changed:
    """A design, its changes, and where each of them leads in the centre's content."""

    name: str
    changes: Mapping[str, Any]
    places: Mapping[str, Key]

    def key(self, change: str, *below: str | int) -> str:
        """Give the key of a change as the file has it."""
        return join_key(("designs", self.name, "changes", change, *below))


def under_designs(
    raw: Mapping[str, Any], centre: Centre, file: Path, reader: SeriesReader
) -> tuple[dict[str, Centre], list[Problem]]:
    """Give the centre as it is under each design that changes it, and what is wrong with any."""
    changed: dict[str, Centre] = {}
    problems: list[Problem] = []
    for name, entry in centre.designs.items():
        if not entry.changes:
            continue
        design, found = _resolve(raw, name, entry.changes, file)
        if not found:
            content = _content(raw, design, entry.source)
            made = _centre(content, design, centre, file, reader)
            if isinstance(made, Centre):
                changed[name] = made
            else:
                found = made
        problems += found
    return changed, problems


def _resolve(
    raw: Mapping[str, Any], name: str, changes: Mapping[str, Any], file: Path
) -> tuple[_Changed, list[Problem]]:
    """Find where the changes of a design lead, and which lead nowhere or where they may not."""
    places: dict[str, Key] = {}
    design, problems = _Changed(name, changes, places), []
    for key, value in changes.items():
        if key == SOURCE:
            if not isinstance(value, str):
                message = "must be text in quotes"
                problems.append(Problem(file, message, design.key(key), as_toml(value)))
            continue
        try:
            places[key] = _find(raw, key)
        except UnknownKeyError as error:
            problems.append(Problem(file, str(error), design.key(key), as_toml(value)))
    for key, place in places.items():
        for other, inside in places.items():
            if key != other and inside[: len(place)] == place:
                message = f'lies inside "{key}", which this design changes as well; put it in there'
                problems.append(Problem(file, message, design.key(other)))
    return design, problems


def _find(raw: Mapping[str, Any], key: str) -> Key:
    """Give the place of a key that a design may change.

    Raises
    ------
    UnknownKeyError
        If there is none, or it is not for a design to change.
    """
    first, *_ = places = find(raw, key)
    if first not in CHANGEABLE:
        allowed = ", ".join(CHANGEABLE)
        raise UnknownKeyError(f"is not for a design to change; what it may change is in {allowed}")
    if len(places) == 1:
        raise UnknownKeyError(f"is a whole table; name the keys in it, such as {key}.NAME.KEY")
    return places


def _content(raw: Mapping[str, Any], design: _Changed, source: str | None) -> dict[str, Any]:
    """Give the content of the file as it would be if the design's changes stood in it."""
    content = deepcopy(dict(raw))
    source = design.changes.get(SOURCE, source)
    for key, place in design.places.items():
        section = path_in(content, place[:-1])[1]
        annotation = annotation_at(Centre, content, place)
        section[place[-1]] = _sourced(annotation, deepcopy(design.changes[key]), source)
    return content


def _sourced(annotation: object, value: Any, source: str | None) -> Any:  # noqa: ANN401 - TOML
    """Put a source on each figure of a value that has none of its own."""
    if source is None:
        return value
    if is_fact(annotation, value):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        table = {"value": value} if number else value
        return {SOURCE: source, **table} if isinstance(table, dict) else table
    for choice in choices(annotation, value):
        if isinstance(value, dict) and is_model(choice) and SOURCE in choice.model_fields:
            return {SOURCE: source, **value}
        if isinstance(value, dict) and (is_model(choice) or get_origin(choice) is dict):
            return {k: _sourced(child(choice, k, value), v, source) for k, v in value.items()}
        if is_list(value) and get_origin(choice) is tuple:
            return [_sourced(get_args(choice)[0], entry, source) for entry in value]
    return value


def _centre(
    content: dict[str, Any], design: _Changed, base: Centre, file: Path, reader: SeriesReader
) -> Centre | list[Problem]:
    """Give the centre that some content means, or what is wrong with it."""
    problems = reference_problems(content, file)
    try:
        centre = Centre.model_validate(content, context=reader)
    except ValidationError as error:
        problems = problems_of(error, Centre, content, file) + problems
        return [_told(problem, design, file) for problem in problems]
    problems = problems or [*section_problems(centre, file), *_incomparable(centre, base, file)]
    told = [_told(problem, design, file) for problem in problems]
    return told or changed_evidence_problems(centre, design.name, file) or centre


def _incomparable(centre: Centre, base: Centre, file: Path) -> Iterator[Problem]:
    """Find changes after which a row of a table would not mean the same in every design."""
    for name, group in centre.groups.items():
        if group.force != base.groups[name].force:
            wrong = "a design cannot give a group to another force; the tables name rooms by force"
            yield Problem(file, wrong, join_key(("groups", name, "force")), as_toml(group.force))
    for name, channel in centre.channels.items():
        for key in ("answer_within_s", "transfer_delay_s"):
            if _number(getattr(channel, key)) != _number(getattr(base.channels[name], key)):
                wrong = (
                    "a design cannot change what is measured; every design is held to one answer "
                    "time (the measures answered_within_... tell of others)"
                )
                yield Problem(file, wrong, join_key(("channels", name, key)))


def _number(fact: Any) -> float | None:  # noqa: ANN401 - a fact or none
    return None if fact is None else fact.value


def _told(problem: Problem, design: _Changed, file: Path) -> Problem:
    """Give a problem of the changed centre under the key of the change that made it."""
    if problem.file != file:
        return problem  # in a CSV, where the same is the same
    for change, place in design.places.items():
        key = join_key(place)
        if problem.key == key:
            return replace(problem, key=design.key(change), value=as_toml(design.changes[change]))
        if problem.key.startswith(f"{key}."):
            return replace(problem, key=design.key(change) + problem.key.removeprefix(key))
    return replace(problem, message=f"{problem.message} (as changed under design {design.name})")
