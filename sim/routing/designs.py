"""The alliance designs, one small function each: who may answer whom, when and how fast.

A design takes the layout, the horizon and its own options, and gives its matrices. To add one,
write a function here (or in a file beside it) with `@design` over it; its name is its `kind` in a
configuration, its keyword arguments are its options, and the contract suite runs over it from then
on. They stand in the order of the continuum, from least to most shared; the practical variants are
in `variants.py`.
"""

import numpy as np

from sim.records import Design, Horizon, Layout
from sim.routing.matrices import (
    NEVER,
    Count,
    Factor,
    Seconds,
    channels_named,
    forces_named,
    groups_named,
    one_span,
)
from sim.routing.registry import DesignError, design


@design
def isolation(layout: Layout, horizon: Horizon) -> Design:  # noqa: ARG001 - one signature for all
    """Each force answers its own contacts and nobody else's."""
    return one_span(layout, delay_s=np.where(layout.own & layout.able, 0.0, NEVER))


@design
def contracted(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    pool: str,
    channels: list[str],
    handle_factor: Factor,
) -> Design:
    """A contractor's pool takes the named channels of every force; the rest stays at home.

    `pool` is a group of the configuration that belongs to no force, with a rota of its own. Its
    handlers take `handle_factor` times as long as the force's own would.
    """
    contractor = groups_named(layout, "pool", [pool])[0]
    let = channels_named(layout, "channels", channels)[layout.class_channel]
    delay_s = np.where(layout.own & layout.able & ~let[:, None], 0.0, NEVER)
    delay_s[let, contractor] = 0.0
    delay_s[~layout.able] = NEVER
    return one_span(layout, delay_s=delay_s, others_factor=handle_factor)


@design
def bilateral(  # noqa: PLR0913 - one argument for each option
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    pairs: list[tuple[str, str]],
    after_s: Seconds,
    keep_idle: Count,
    handle_factor: Factor,
    channels: list[str] | None = None,
) -> Design:
    """Named pairs of forces help each other after a while, if enough of their own are free.

    A partner's handler takes the contact once it has waited `after_s`, and only while more than
    `keep_idle` of the partner's handlers are free. `channels` is 999 alone unless named.
    """
    partner = np.zeros((len(layout.forces), len(layout.forces) + 1), dtype=bool)
    for pair in pairs:
        first, second = forces_named(layout, "pairs", list(pair))
        if first == second:
            raise DesignError(f"pairs: {layout.forces[first]} is paired with itself", "pairs")
        partner[first, second] = partner[second, first] = True
    shared = (
        layout.urgent
        if channels is None
        else channels_named(layout, "channels", channels)[layout.class_channel]
    )
    # The last column stands for the groups of no force, numbered -1, who are nobody's partner.
    helps = partner[layout.class_force][:, layout.group_force] & shared[:, None] & layout.able
    delay_s = np.where(layout.own & layout.able, 0.0, np.where(helps, after_s, NEVER))
    reserve = layout.reserve[layout.class_channel]
    return one_span(
        layout,
        delay_s=delay_s,
        contact_rank=~layout.own,
        own_first=True,
        reserve=np.where(helps, np.maximum(reserve, keep_idle), reserve),
        others_factor=handle_factor,
    )


@design
def shared_leadership(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    after_s: Seconds,
    handle_factor: Factor,
    own_handle_factor: dict[str, Factor] | None = None,
) -> Design:
    """Own rooms with one way of working; 999 may be answered by any other room after a while.

    One procedure means one handle time: `own_handle_factor` says for a force how much longer its
    own contacts take once procedures are equal (1 where it is not named).
    """
    shared = np.where(layout.urgent[:, None], after_s, NEVER)
    factor = np.where(layout.own, 1.0, handle_factor)
    for force, own in (own_handle_factor or {}).items():
        factor[layout.class_force == forces_named(layout, "own_handle_factor", [force])[0]] *= own
    return one_span(
        layout,
        delay_s=np.where(layout.able, np.where(layout.own, 0.0, shared), NEVER),
        contact_rank=~layout.own,
        own_first=True,
        handle_factor=factor,
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
    return one_span(
        layout,
        delay_s=np.where(layout.able, np.where(layout.own, 0.0, after_s), NEVER),
        contact_rank=~layout.own,
        own_first=True,
        others_factor=handle_factor,
    )


@design
def strategic_alliance(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    handle_factor: Factor,
    pool_all_channels: bool = True,
) -> Design:
    """One virtual queue over the sites: any site at once, the own site preferred if it is free.

    A freed handler takes the longest wait of the most urgent channel, whoever's it is. With
    `pool_all_channels = false` only 999 is pooled.
    """
    pooled = layout.own | layout.urgent[:, None] | pool_all_channels
    return one_span(
        layout,
        delay_s=np.where(layout.able & pooled, 0.0, NEVER),
        contact_rank=~layout.own,
        others_factor=handle_factor,
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
    return one_span(layout, delay_s=np.where(layout.able, 0.0, NEVER), others_factor=handle_factor)
