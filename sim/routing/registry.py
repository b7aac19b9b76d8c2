"""How a design is found by name, how its options are checked, and how a bad one is refused."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from sim.records import Design, Horizon, Layout

DesignFunction = Callable[..., Design]


class DesignError(ValueError):
    """A design cannot be built: unknown kind or option, a wrong value, or a class with nobody.

    `option` is the option's name where one is at fault, for a message that points at its key.
    """

    def __init__(self, message: str, option: str | None = None) -> None:
        """Keep the option beside the message."""
        super().__init__(message)
        self.option = option


@dataclass(frozen=True)
class RegisteredDesign:
    """A design function with what a planner should know of it."""

    kind: str
    function: DesignFunction

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]

    @property
    def options(self) -> Mapping[str, inspect.Parameter]:
        """The keyword options of the design, by name."""
        parameters = inspect.signature(self.function).parameters
        return {
            name: parameter
            for name, parameter in parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }


_REGISTRY: dict[str, RegisteredDesign] = {}


def design(function: DesignFunction) -> DesignFunction:
    """Register a function `(layout, horizon, *, options) -> Design` under its own name."""
    kind = function.__name__
    if kind in _REGISTRY:
        raise ValueError(f"design {kind}: registered twice")
    _REGISTRY[kind] = RegisteredDesign(kind, function)
    return function


def registered_designs() -> Mapping[str, RegisteredDesign]:
    """Give every registered design by kind, from least to most shared."""
    return dict(_REGISTRY)


def build_design(
    kind: str, layout: Layout, horizon: Horizon, options: Mapping[str, Any] | None = None
) -> Design:
    """Build the matrices of a design for the groups and classes of a layout.

    Raises
    ------
    DesignError
        If the kind or an option is unknown, an option is missing or out of range, or the design
        leaves a contact class with nobody who may ever answer it.
    """
    if kind not in _REGISTRY:
        raise DesignError(f'there is no design "{kind}"{nearest(kind, _REGISTRY)}')
    entry = _REGISTRY[kind]
    checked = _check_options(entry, dict(options or {}))
    built = entry.function(layout, horizon, **checked)
    _check_nobody_left_out(kind, layout, built)
    return built


def nearest(name: str, known: Iterable[str]) -> str:
    """Give the end of an error message: the nearest known name, and all of them."""
    known = list(known)
    close = get_close_matches(name, known, n=1)
    nearest = f' (nearest: "{close[0]}")' if close else ""
    return f"{nearest}; there are: {', '.join(known) or 'none'}"


def _check_options(entry: RegisteredDesign, given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in entry.options:
            raise DesignError(
                f'design {entry.kind} has no option "{name}"{nearest(name, entry.options)}', name
            )
    try:
        values = _options_model(entry)(**given)
    except ValidationError as error:
        problem = error.errors()[0]
        option = str(problem["loc"][0])
        if problem["type"] == "missing":
            raise DesignError(f'design {entry.kind} needs the option "{option}"', option) from None
        value = problem["input"]
        raise DesignError(
            f"design {entry.kind}, option {option} = {value!r}: {problem['msg']}", option
        ) from None
    return {name: getattr(values, name) for name in entry.options}


@cache
def _options_model(entry: RegisteredDesign) -> type[BaseModel]:
    """Give the model that checks a design's options, made once."""
    fields: dict[str, Any] = {
        name: (
            parameter.annotation,
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for name, parameter in entry.options.items()
    }
    return create_model(
        entry.kind, __config__=ConfigDict(extra="forbid", allow_inf_nan=False), **fields
    )


def _check_nobody_left_out(kind: str, layout: Layout, built: Design) -> None:
    reachable = np.isfinite(built.delay_s).any(axis=(0, 2))
    if not reachable.all():
        k = int(np.argmin(reachable))
        force = layout.forces[layout.class_force[k]]
        channel = layout.channels[layout.class_channel[k]]
        raise DesignError(
            f"design {kind} leaves {force}, {channel} with nobody who may ever answer; "
            "give that force a group that answers the channel, or choose another design"
        )
