"""The alliance designs, one small function each: who may answer whom, when and how fast.

A design takes the layout, the horizon and its own options, and gives five matrices. To add one,
write a function here with `@design` over it; its name is its `kind` in a configuration, its
keyword arguments are its options, and the contract suite runs over it from then on.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.records import Design, Horizon, Layout
from sim.routing.registry import design

Seconds = Annotated[float, Field(ge=0)]
Factor = Annotated[float, Field(gt=0)]

NEVER = np.inf


@design
def isolation(layout: Layout, horizon: Horizon) -> Design:  # noqa: ARG001 - one signature for all
    """Each force answers its own contacts and nobody else's."""
    return _constant(
        layout,
        delay_s=np.where(layout.own & layout.able, 0.0, NEVER),
        contact_rank=np.zeros_like(layout.own),
    )


@design
def networked(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    after_s: Seconds,
    handle_factor: Factor,
) -> Design:
    """Own room first; a contact that has waited `after_s` may be answered by any other room.

    A freed handler takes the more urgent channel first, and within a channel the own force's.
    Another force's contact takes `handle_factor` times as long.
    """
    return _constant(
        layout,
        delay_s=np.where(layout.able, np.where(layout.own, 0.0, after_s), NEVER),
        contact_rank=~layout.own,
        handle_factor=np.where(layout.own, 1.0, handle_factor),
        own_first=True,
    )


@design
def merger(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    handle_factor: Factor,
) -> Design:
    """One room: every handler answers every force's contacts at once, longest wait first.

    Handlers keep the force that they come from, so that a contact of another force can take
    `handle_factor` times as long and who answers whom can be counted; a contact goes to the part
    of the room with most free handlers.
    """
    return _constant(
        layout,
        delay_s=np.where(layout.able, 0.0, NEVER),
        contact_rank=np.zeros_like(layout.own),
        handle_factor=np.where(layout.own, 1.0, handle_factor),
    )


def _constant(
    layout: Layout,
    *,
    delay_s: NDArray[np.float64],
    contact_rank: NDArray[Any],
    handle_factor: NDArray[np.float64] | None = None,
    own_first: bool = False,
) -> Design:
    """Give a design that never changes, with the layout's priorities and reserves."""
    agent_rank = np.broadcast_to(layout.priority[layout.class_channel][:, None], layout.own.shape)
    if own_first:
        agent_rank = 2 * agent_rank + ~layout.own
    matrices: Sequence[NDArray[Any]] = (
        delay_s,
        contact_rank,
        agent_rank,
        layout.reserve[layout.class_channel],
        np.ones_like(delay_s) if handle_factor is None else handle_factor,
    )
    return Design(np.zeros(1), *(matrix[None] for matrix in matrices))
