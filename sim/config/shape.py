"""Where a key leads in the models: which keys a section may have, and where an error lies.

pydantic tells where a value failed by a path through its models, which has steps that no file
knows (the name of a distribution, `value` of a plain number). Here that path is laid over what
the file holds, and a dotted key over the models.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel

from sim.config.design import DesignEntry
from sim.config.errors import Key
from sim.config.facts import Fact, written_keys

TAG_KEYS = ("distribution", "kind", "goal")  # the keys that say which of several sections is meant


def path_in(raw: object, location: Iterable[str | int]) -> tuple[Key, Any]:
    """Give the part of pydantic's path that the file knows, and the value there."""
    parts: list[str | int] = []
    here: Any = raw
    for part in location:
        if isinstance(here, Mapping):
            known = part in here
        else:
            known = is_list(here) and isinstance(part, int) and part < len(here)
        if known:
            here = here[part]
            parts.append(part)
    return tuple(parts), here


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Tell whether a value is a list or a tuple."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def choices(annotation: object, raw: object) -> list[Any]:
    """Give the types that an annotation allows here, without None and pydantic's markings.

    Of several distributions or kinds it is the one that the file names, or all if it names none.
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        return choices(get_args(annotation)[0], raw)
    if origin not in (Union, UnionType):
        return [annotation] if annotation is not NoneType else []
    every = [choice for argument in get_args(annotation) for choice in choices(argument, raw)]
    named = [raw[key] for key in TAG_KEYS if key in raw] if isinstance(raw, Mapping) else []
    return [choice for choice in every if any(tag in _tags(choice) for tag in named)] or every


def tags_of(annotation: object) -> list[str]:
    """Give the distributions, or kinds, that may stand at a key."""
    return [tag for choice in choices(annotation, None) for tag in _tags(choice)]


def literals(annotation: object) -> list[str]:
    """Give the words that may stand at a key, none where it is not a choice of words."""
    return [
        word
        for choice in choices(annotation, None)
        if get_origin(choice) is Literal
        for word in get_args(choice)
    ]


def _tags(choice: object) -> tuple[Any, ...]:
    """Give what `distribution`, or `kind`, must be to mean this model."""
    fields = choice.model_fields if is_model(choice) else {}
    return tuple(
        tag for key in TAG_KEYS if key in fields for tag in get_args(fields[key].annotation)
    )


def is_model(choice: object) -> TypeGuard[type[BaseModel]]:
    """Tell whether a type is one of the configuration's sections."""
    return isinstance(choice, type) and issubclass(choice, BaseModel)


def is_fact(annotation: object, raw: object) -> bool:
    """Tell whether a key holds a fact."""
    return Fact in choices(annotation, raw)


def child(annotation: object, part: str | int, raw: object) -> object:
    """Give the annotation one key deeper, None where the models know no such key."""
    for choice in choices(annotation, raw):
        if is_model(choice) and part in choice.model_fields:
            return choice.model_fields[part].annotation
        if choice is DesignEntry:
            return Any
        if get_origin(choice) is dict:
            return get_args(choice)[1]
        if get_origin(choice) is tuple:
            return get_args(choice)[0]
    return None


def annotation_at(root: object, raw: object, parts: Iterable[str | int]) -> object:
    """Give the annotation to which a path leads from `root`, None where it leads nowhere."""
    annotation, here = root, raw
    for part in parts:
        annotation = child(annotation, part, here)
        here = path_in(here, [part])[1]
    return annotation


def known_keys(annotation: object, raw: object) -> list[str]:
    """Give the keys that a section may have (its models' fields), or has (names, list indices)."""
    keys: list[str] = []
    for choice in choices(annotation, raw):
        if is_model(choice):
            keys += written_keys(choice)
        if choice is DesignEntry or get_origin(choice) is dict:
            keys += list(raw) if isinstance(raw, Mapping) else []
        if get_origin(choice) is tuple and is_list(raw):
            keys += [str(index) for index in range(len(raw))]
    return list(dict.fromkeys(keys))


def expected(annotation: object, raw: object) -> str:
    """Say in words what a key wants."""
    return " or ".join(dict.fromkeys(map(_words, choices(annotation, raw))))


def _words(choice: object) -> str:
    """Say in words what one type is."""
    origin = get_origin(choice)
    if choice is Fact:
        return 'a number, or a table such as {value = 420, range = [300, 600], source = "..."},'
    if is_model(choice) or origin is dict:
        return "a table (a section of its own)"
    if origin is tuple:
        return 'a list in square brackets, such as ["emergency"],'
    if origin is Literal:
        return "one of " + ", ".join(f'"{value}"' for value in get_args(choice))
    return (
        "a whole number" if choice is int else "a number" if choice is float else "text in quotes"
    )
