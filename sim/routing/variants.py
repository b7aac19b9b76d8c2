"""Practical variants of the continuum: what forces do short of, or beside, an alliance."""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Design, Horizon, Layout
from sim.routing.matrices import (
    NEVER,
    Count,
    Factor,
    PositiveCount,
    Seconds,
    channels_named,
    forces_named,
    one_span,
)
from sim.routing.registry import DesignError, design

HourOfDay = Annotated[float, Field(ge=0, le=24)]
Delay = Seconds | Literal["never"]


@design
def emergency_pool(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    handle_factor: Factor,
) -> Design:
    """999 is pooled over all rooms at once, the own room preferred; 101 stays at home."""
    pooled = layout.own | layout.urgent[:, None]
    return one_span(
        layout,
        delay_s=np.where(layout.able & pooled, 0.0, NEVER),
        contact_rank=~layout.own,
        own_first=True,
        others_factor=handle_factor,
    )


@design
def local_then_all(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    handle_factor: Factor,
    after_s: Seconds = 5.0,
) -> Design:
    """The own room first; after 5 s everyone, whoever is free (the Swedish rule).

    Unlike `networked`, a freed handler takes the longest wait open to it, not the own force's
    first. Source of the rule: SOS Alarm, Sweden, December 2015.
    """
    return one_span(
        layout,
        delay_s=np.where(layout.able, np.where(layout.own, 0.0, after_s), NEVER),
        contact_rank=~layout.own,
        others_factor=handle_factor,
    )


@design
def night_pool(  # noqa: PLR0913 - one argument for each option
    layout: Layout,
    horizon: Horizon,
    *,
    room: str,
    handle_factor: Factor,
    from_hour: HourOfDay = 22.0,
    to_hour: HourOfDay = 7.0,
) -> Design:
    """One force's room covers every force at night; by day each answers its own.

    From `from_hour` to `to_hour` a contact tries its own room (whoever is still there) and then
    the covering force's, at once; contacts that wait when the night ends wait for their own.
    """
    if from_hour % 24 == to_hour % 24:
        raise DesignError("night_pool: from_hour and to_hour are one hour", "to_hour")
    covering = layout.group_force == forces_named(layout, "room", [room])[0]
    by_day = one_span(
        layout,
        delay_s=np.where(layout.own & layout.able, 0.0, NEVER),
        contact_rank=~layout.own,
        own_first=True,
        others_factor=handle_factor,
    )
    by_night = np.where((layout.own | covering) & layout.able, 0.0, NEVER)
    instants = [0.0]
    night = [_is_night(horizon, 0.0, from_hour, to_hour)]
    for instant_s, starts in _edges(horizon, from_hour, to_hour):
        if instant_s > 0:
            instants.append(instant_s)
            night.append(starts)
    spans = len(instants)
    delay_s = np.where(np.array(night)[:, None, None], by_night, by_day.delay_s)
    return Design(
        np.array(instants),
        delay_s,
        by_day.contact_rank.repeat(spans, axis=0),
        by_day.agent_rank.repeat(spans, axis=0),
        by_day.reserve.repeat(spans, axis=0),
        by_day.handle_factor.repeat(spans, axis=0),
    )


def _is_night(horizon: Horizon, instant_s: float, from_hour: float, to_hour: float) -> bool:
    since_s = instant_s - horizon.instant_of_hour_of_week(from_hour)
    return since_s % (24 * SECONDS_PER_HOUR) < (to_hour - from_hour) % 24 * SECONDS_PER_HOUR


def _edges(horizon: Horizon, from_hour: float, to_hour: float) -> list[tuple[float, bool]]:
    """Give (instant, whether the night begins) over the horizon and a week beyond, in order."""
    weeks = int(horizon.arrivals_until_s // (HOURS_PER_WEEK * SECONDS_PER_HOUR)) + 3
    edges = [
        (horizon.instant_of_hour_of_week(hour) + day * 24 * SECONDS_PER_HOUR, begins)
        for hour, begins in ((from_hour, True), (to_hour, False))
        for day in range(7 * weeks)
    ]
    return sorted(edges)


@design
def dedicated_999(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    after_s: Delay = "never",
) -> Design:
    """Each force's 999 takers answer 999, its other handlers the rest.

    The takers are the groups that answer nothing but 999. A 999 contact that has waited `after_s`
    may be answered by the force's other handlers too; by default never. A force without takers
    answers as in isolation.
    """
    urgent = layout.priority == layout.priority.min()
    takers = ~layout.skills[~urgent].any(axis=0)
    has_takers = (layout.own & layout.able & takers).any(axis=1)
    delay = NEVER if after_s == "never" else float(after_s)
    second = layout.urgent[:, None] & has_takers[:, None] & ~takers
    delay_s = np.where(layout.own & layout.able, np.where(second, delay, 0.0), NEVER)
    return one_span(
        layout, delay_s=delay_s, contact_rank=np.broadcast_to(~takers, layout.own.shape)
    )


@design
def triage(
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    switchboard: str,
    after_s: Delay = "never",
) -> Design:
    """A switchboard answers first and passes on what it cannot deal with.

    `switchboard` is a channel whose answered contacts are followed by one of another channel (see
    `follow_on`). Its operators are the groups that answer nothing else; the force's call-takers
    help them once a caller has waited `after_s`, by default never.
    """
    stage = channels_named(layout, "switchboard", [switchboard])
    operators = np.logical_not(layout.skills[~stage].any(axis=0))
    at_stage = stage[layout.class_channel][:, None]
    has_operators = np.any(layout.own & layout.able & at_stage & operators, axis=1)
    delay = NEVER if after_s == "never" else float(after_s)
    second = at_stage & has_operators[:, None] & ~operators
    delay_s = np.where(layout.own & layout.able, np.where(second, delay, 0.0), NEVER)
    return one_span(
        layout, delay_s=delay_s, contact_rank=np.broadcast_to(~operators, layout.own.shape)
    )


@design
def digital_desk(  # noqa: PLR0913 - one argument for each option
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    channels: list[str],
    keep_idle: Count,
    chats_at_once: PositiveCount = 1,
    chats: list[str] | None = None,
) -> Design:
    """Online reports and chats are answered by spare capacity; 999 may interrupt them.

    The named channels come last for every handler, in the order of their priority. Groups that also
    answer 999 take them only while more than `keep_idle` of their handlers are free, and put them
    aside for a 999 call that finds nobody free; what is left is taken up again later.

    A handler may hold up to `chats_at_once` contacts at once, by default 1, of those of the
    channels that are named in `chats`, by default all: a report takes its handler whole. A new chat
    goes to the handler with room who holds most, and only then to a free one; a 999 call puts aside
    all that its handler holds. That each takes longer beside others is not modelled: a handling
    time is what one contact takes when its handler holds as many as is usual.
    """
    digital = channels_named(layout, "channels", channels)
    if (digital & (layout.priority == layout.priority.min())).any():
        raise DesignError("channels: 999 itself cannot be answered by spare capacity", "channels")
    held = digital if chats is None else channels_named(layout, "chats", chats)
    if (held & ~digital).any():
        raise DesignError("chats: only channels that stand in `channels` can be chats", "chats")
    spare, held = digital[layout.class_channel][:, None], held[layout.class_channel][:, None]
    voice = layout.skills[layout.priority == layout.priority.min()].any(axis=0)
    reserve = layout.reserve[layout.class_channel]
    design = one_span(
        layout,
        delay_s=np.where(layout.own & layout.able, 0.0, NEVER),
        contact_rank=np.where(spare & voice, 1, 0),
        reserve=np.where(spare & voice, np.maximum(reserve, keep_idle), reserve),
        interrupts=np.broadcast_to(layout.urgent[:, None], layout.own.shape),
        at_once=np.where(held & layout.able, chats_at_once, 1),
    )
    rank = design.agent_rank[0]
    last = np.where(spare, rank.max() + 1 + rank, rank)
    return _with_agent_rank(design, last[None])


def _with_agent_rank(design: Design, agent_rank: NDArray[Any]) -> Design:
    return Design(
        design.change_s,
        design.delay_s,
        design.contact_rank,
        agent_rank,
        design.reserve,
        design.handle_factor,
        design.interrupts,
        design.at_once,
    )


@design
def custom(  # noqa: PLR0913 - one argument for each matrix
    layout: Layout,
    horizon: Horizon,  # noqa: ARG001 - one signature for all designs
    *,
    delay_s: list[list[Delay]],
    contact_rank: list[list[int]] | None = None,
    agent_rank: list[list[int]] | None = None,
    reserve: list[list[Count]] | None = None,
    handle_factor: list[list[Factor]] | None = None,
) -> Design:
    """The matrices written out by hand: a row for each force and channel, a column for each group.

    Rows go force by force and, within a force, channel by channel, in the order of the
    configuration. Matrices that are left out are as in `networked`.
    """
    given = {
        "delay_s": [[NEVER if delay == "never" else delay for delay in row] for row in delay_s],
        "contact_rank": contact_rank,
        "agent_rank": agent_rank,
        "reserve": reserve,
        "handle_factor": handle_factor,
    }
    shape = layout.own.shape
    matrices: dict[str, NDArray[Any]] = {}
    for name, rows in given.items():
        if rows is None:
            continue
        widths = {len(row) for row in rows}
        if len(rows) != shape[0] or widths != {shape[1]}:
            raise DesignError(
                f"custom, {name}: needs {shape[0]} rows (forces x channels) of {shape[1]} "
                f"numbers (groups), not {len(rows)} rows of {sorted(widths)}",
                name,
            )
        matrices[name] = np.array(rows)
    base = one_span(
        layout,
        delay_s=matrices["delay_s"].astype(float),
        contact_rank=matrices.get("contact_rank", ~layout.own),
        own_first=True,
        reserve=matrices.get("reserve"),
        handle_factor=matrices.get("handle_factor"),
    )
    if "agent_rank" in matrices:
        return _with_agent_rank(base, matrices["agent_rank"][None])
    return base
