"""What the designs are made of: names to indices, and matrices with the layout's own habits."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.records import Design, Layout
from sim.routing.registry import DesignError, nearest

Seconds = Annotated[float, Field(ge=0)]
Factor = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
PositiveCount = Annotated[int, Field(ge=1)]

NEVER = np.inf


def one_span(  # noqa: PLR0913 - one argument for each matrix
    layout: Layout,
    *,
    delay_s: NDArray[np.float64],
    contact_rank: NDArray[Any] | None = None,
    reserve: NDArray[Any] | None = None,
    handle_factor: NDArray[np.float64] | None = None,
    others_factor: float = 1.0,
    interrupts: NDArray[np.bool_] | None = None,
    at_once: NDArray[np.int64] | None = None,
    own_first: bool = False,
) -> Design:
    """Give a design that never changes; what is not said is the layout's habit.

    By default a contact has no preference among the groups open to it; a freed handler takes the
    more urgent channel first (within it the own force's, if `own_first`); the reserves are the
    layout's; and another force's contact takes `others_factor` times as long.
    """
    priority = np.broadcast_to(layout.priority[layout.class_channel][:, None], layout.own.shape)
    matrices: Sequence[NDArray[Any]] = (
        delay_s,
        np.zeros(layout.own.shape, int) if contact_rank is None else contact_rank,
        2 * priority + ~layout.own if own_first else priority,
        layout.reserve[layout.class_channel] if reserve is None else reserve,
        np.where(layout.own, 1.0, others_factor) if handle_factor is None else handle_factor,
        np.zeros(layout.own.shape, bool) if interrupts is None else interrupts,
        np.ones(layout.own.shape, int) if at_once is None else at_once,
    )
    return Design(np.zeros(1), *(matrix[None] for matrix in matrices))


def forces_named(layout: Layout, option: str, names: Sequence[str]) -> list[int]:
    """Give the indices of forces by name."""
    return [_index("force", layout.forces, option, name) for name in names]


def groups_named(layout: Layout, option: str, names: Sequence[str]) -> list[int]:
    """Give the indices of agent groups by name."""
    return [_index("group", layout.groups, option, name) for name in names]


def channels_named(layout: Layout, option: str, names: Sequence[str]) -> NDArray[np.bool_]:
    """Give, for each channel, whether it is among the names; shape (C,)."""
    chosen = np.zeros(len(layout.channels), dtype=bool)
    for name in names:
        chosen[_index("channel", layout.channels, option, name)] = True
    return chosen


def _index(what: str, known: Sequence[str], option: str, name: str) -> int:
    if name not in known:
        raise DesignError(f'{option}: there is no {what} "{name}"{nearest(name, known)}', option)
    return known.index(name)
