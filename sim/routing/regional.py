"""Sharing within groups of forces: who helps whom when a country is divided into pools."""

import numpy as np

from sim.records import Design, Horizon, Layout
from sim.routing.matrices import NEVER, Factor, Seconds, channels_named, forces_named, one_span
from sim.routing.registry import DesignError, design

NO_POOL = -1


@design
def regional(  # noqa: PLR0913 - one argument for each option
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    groups: list[list[str]],
    after_s: Seconds,
    handle_factor: Factor,
    channels: list[str] | None = None,
) -> Design:
    """Forces share within named groups: own room first, then any other room of the group.

    Inside a group it is `networked`: a contact that has waited `after_s` may be answered by any
    room of the group, for which it takes `handle_factor` times as long. `groups` is a list of lists
    of forces; a force in none of them answers alone, as in isolation. `channels` is every channel
    unless named.
    """
    pool = np.full(len(layout.forces) + 1, NO_POOL)  # the last stands for the groups of no force
    for number, names in enumerate(groups):
        for force in forces_named(layout, "groups", names):
            if pool[force] != NO_POOL:
                raise DesignError(f"groups: {layout.forces[force]} stands in them twice", "groups")
            pool[force] = number
    shared = (
        np.ones(layout.n_classes, dtype=bool)
        if channels is None
        else channels_named(layout, "channels", channels)[layout.class_channel]
    )
    of_class, of_group = pool[layout.class_force], pool[layout.group_force]
    helps = (of_class[:, None] == of_group) & (of_group != NO_POOL) & shared[:, None]
    return one_span(
        layout,
        delay_s=np.where(
            layout.able, np.where(layout.own, 0.0, np.where(helps, after_s, NEVER)), NEVER
        ),
        contact_rank=~layout.own,
        own_first=True,
        others_factor=handle_factor,
    )
