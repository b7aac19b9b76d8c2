"""Figures of events that a sweep varies: `events.NAME.KEY`, such as a surge's factor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.config.errors import ConfigError, Problem, as_toml, join_key, split_key, unknown
from sim.config.events import Event, event_findings
from sim.config.experiment import Experiment
from sim.config.facts import Fact, Frozen
from sim.config.translate import problems_of
from sim.config.vary import WORDS

EVENTS = "events"
_FIXED = ("name", "kind", "source")  # what an event is
_NAMES = ("groups", "forces", "channels", "from", "to", "channel", "seen_by")  # whom it concerns


class _Events(Frozen):
    """The events alone, checked anew with what a point sets."""

    events: tuple[Event, ...]


def is_event_key(key: str) -> bool:
    """Tell whether a dotted key is about an event of the experiment and not about its centre."""
    try:
        return split_key(key)[0] == EVENTS
    except ValueError:
        return False


def event_key_problems(experiment: Experiment, path: Path) -> list[Problem]:
    """Find keys of `[vary]` that name an event, or a figure of one, that there is not."""
    problems = []
    for key in experiment.vary:
        if key not in WORDS and is_event_key(key):
            try:
                _place(experiment.events, key)
            except ValueError as error:
                problems.append(Problem(path, str(error), join_key(("vary", key))))
    return problems


def varied_events(
    experiment: Experiment, overrides: Mapping[str, object], path: Path
) -> tuple[Event, ...]:
    """Give the events with the figures that a point of a sweep sets; a fact keeps its evidence.

    Raises
    ------
    ConfigError
        If an event is wrong with them; the message names the key of `[vary]`.
    """
    keys = [key for key in overrides if is_event_key(key)]
    if not keys:
        return experiment.events
    written = [event.model_dump() for event in experiment.events]
    places = {}
    for key in keys:
        number, parts = _place(experiment.events, key)
        places[join_key((EVENTS, number, *parts))] = key
        _put(written[number], parts, overrides[key])
    raw = {EVENTS: written}
    try:
        events = _Events.model_validate(raw).events
    except ValidationError as error:
        told = [
            (problem.key, problem.message) for problem in problems_of(error, _Events, raw, path)
        ]
    else:
        findings = event_findings(events, experiment.horizon.horizon)
        told = [(join_key(finding.key), finding.message) for finding in findings]
    if not told:
        return events
    problems = []
    for place, message in told:
        key = next((key for at, key in places.items() if f"{place}.".startswith(f"{at}.")), keys[0])
        problems.append(Problem(path, message, join_key(("vary", key)), as_toml(overrides[key])))
    raise ConfigError(problems)


def _place(events: tuple[Event, ...], key: str) -> tuple[int, tuple[str, ...]]:
    """Give the number of the event that a key names, and the keys below it.

    Raises
    ------
    ValueError
        If it leads nowhere; the message names the nearest key.
    """
    _, *rest = split_key(key)
    names = [event.name for event in events]
    if not rest or rest[0] not in names:
        raise ValueError(unknown("event", rest[0] if rest else "", names))
    if len(rest) == 1:
        raise ValueError("names a whole event; write events.NAME.KEY, such as events.Storm.factor")
    number = names.index(rest[0])
    here: Any = events[number]
    for part in rest[1:]:
        if isinstance(here, Fact) or not isinstance(here, BaseModel):
            wrong = f"leads below a number or a list; the key ends before {as_toml(part)}"
            raise ValueError(wrong)  # noqa: TRY004 - the planner's key, not our types
        known = [name for name in type(here).model_fields if name not in _FIXED + _NAMES]
        if part not in known:
            raise ValueError(unknown("key", part, known) + f" (in event {as_toml(rest[0])})")
        here = getattr(here, part)
    return number, tuple(rest[1:])


def _put(event: dict[str, Any], parts: tuple[str, ...], value: object) -> None:
    """Set one figure; of a fact only its value."""
    for part in parts[:-1]:
        event = event[part]
    old = event[parts[-1]]
    event[parts[-1]] = old | {"value": value} if isinstance(old, dict) else value
