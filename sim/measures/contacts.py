"""Cells about contacts: how many, how long they waited, who answered them."""

from typing import NamedTuple

import numpy as np

from sim.measures.columns import N_ENDS, TICKS_PER_S, Calls, FloatArray, Sums, read_only
from sim.measures.compiled import compiled_loops
from sim.measures.definitions import BAND_EDGES_S, THRESHOLDS_S, WAIT_QUANTILES
from sim.measures.plan import (
    CONTACT_MEASURES,
    HOUR_OF_DAY_MEASURES,
    HOUR_OF_WEEK_MEASURES,
    MeasurePlan,
)
from sim.records import (
    ABANDONED,
    ANSWERED,
    HOURS_PER_WEEK,
    OPEN,
    SECONDS_PER_HOUR,
    ContactLog,
    Workload,
)

Pair = tuple[FloatArray, FloatArray]


def to_microsecond(seconds: FloatArray) -> FloatArray:
    """Round to the nearest microsecond."""
    rounded: FloatArray = np.rint(seconds * TICKS_PER_S) / TICKS_PER_S
    return rounded


def with_all(cells: FloatArray, *axes: int) -> FloatArray:
    """Append to each of these axes the sum along it."""
    for axis in axes:
        cells = np.concatenate((cells, cells.sum(axis=axis, keepdims=True)), axis=axis)
    return cells


class ContactSums(NamedTuple):
    """What is added up of a week, before anything is divided; F forces, C channels.

    The blocks below take the sums of several weeks, each array with an axis of weeks in front.

    Parameters
    ----------
    ends
        Shape (F, C, 168, N_ENDS): contacts by hour of the week, outcome and whether in time.
    waited_s
        Shape (F, C, 168): seconds waited by answered contacts.
    redials
        Shape (F, C).
    load_h
        Shape (F, 168): handle time offered.
    answered_by
        Shape (F, C, G): answered contacts by group.
    within
        Shape (F, C, THRESHOLDS_S): contacts answered within each threshold.
    bands
        Shape (2, F, C): contacts answered in under 10 s and in up to 60 s, transfer and all.
    quantiles_s
        Shape (WAIT_QUANTILES, F + 1, C + 1): the quantiles of the wait, 0 where nobody was
        answered.
    """

    ends: FloatArray
    waited_s: FloatArray
    redials: FloatArray
    load_h: FloatArray
    answered_by: FloatArray
    within: FloatArray
    bands: FloatArray
    quantiles_s: FloatArray


def sum_contacts(plan: MeasurePlan, workload: Workload, log: ContactLog) -> ContactSums:
    """Add the contacts of the measured window up by class, hour of the week, outcome and group."""
    layout = plan.layout
    shape = len(layout.forces), len(layout.channels)
    n_classes, groups, rows = layout.n_classes, layout.n_groups, workload.n_contacts
    n_hours = n_classes * HOURS_PER_WEEK
    sums = Sums(
        ends=np.zeros(n_hours * N_ENDS),
        waited_s=np.zeros(n_hours),
        handle_s=np.zeros(n_hours),
        redials=np.zeros(n_classes),
        answered_by=np.zeros(n_classes * groups),
        at_once=np.zeros(n_classes),
        wait_s=np.empty(rows),
        wait_class=np.empty(rows, dtype=np.int64),
        parted_s=np.empty(rows),
        wait_cut=np.zeros(n_classes + 1, dtype=np.int64),
        wait_place=np.zeros(n_classes, dtype=np.int64),
    )
    calls = Calls(
        *read_only(
            workload.contact_class,
            workload.trigger,
            workload.handle_s,
            log.arrival_s,
            log.wait_end_s,
            log.outcome,
            log.group,
        )
    )
    (within_s,) = read_only(plan.targets.answer_within_s[layout.class_channel])
    compiled_loops().add_contacts(calls, plan.hours.columns, within_s, sums)
    cuts = map(slice, sums.wait_cut[:-1], sums.wait_cut[1:])
    waits_s = [np.sort(sums.parted_s[cut]) for cut in cuts]
    late = np.array([ended_s.searchsorted(THRESHOLDS_S, "right") for ended_s in waits_s])
    return ContactSums(
        ends=sums.ends.reshape(*shape, HOURS_PER_WEEK, N_ENDS),
        waited_s=sums.waited_s.reshape(*shape, -1),
        redials=sums.redials.reshape(shape),
        load_h=sums.handle_s.reshape(*shape, -1).sum(axis=1) / SECONDS_PER_HOUR,
        answered_by=sums.answered_by.reshape(*shape, groups),
        within=(sums.at_once[:, None] + late).reshape(*shape, -1),
        bands=_bands(plan, sums.at_once, waits_s).reshape(2, *shape),
        quantiles_s=_quantiles(sums.at_once.reshape(shape), waits_s),
    )


def contact_block(plan: MeasurePlan, sums: ContactSums) -> list[Pair]:
    """Give the pairs of CONTACT_MEASURES, each of shape (R, F + 1, C + 1)."""
    cells = _end_cells(with_all(sums.ends.sum(axis=-2), -3, -2))
    waited_s = with_all(sums.waited_s.sum(axis=-1), -2, -1)
    own = plan.layout.own.reshape(sums.answered_by.shape[1:])
    elsewhere = np.where(own, 0.0, sums.answered_by).sum(axis=-1)
    under, upto = np.moveaxis(with_all(sums.bands, -2, -1), 1, 0)
    answered = cells["answered"][0]
    exists = (answered > 0).astype(np.float64)
    cells |= {
        "redials": _whole(with_all(sums.redials, -2, -1)),
        "band_under_10s": (under, answered),
        "band_10_60s": (upto - under, answered),
        "band_over_60s": (answered - upto, answered),
        "answered_elsewhere": (with_all(elsewhere, -2, -1), answered),
        "asa_s": (waited_s, answered),
        **{name: (sums.quantiles_s[:, p], exists) for p, name in enumerate(WAIT_QUANTILES)},
    }
    return [cells[measure] for measure in CONTACT_MEASURES]


def threshold_block(sums: ContactSums) -> list[Pair]:
    """Give the pairs of THRESHOLD_MEASURES, each of shape (R, F + 1, C)."""
    within = with_all(sums.within, -3)
    offered = with_all(sums.ends.sum(axis=(-2, -1)), -2)
    return [(within[..., x], offered) for x in range(len(THRESHOLDS_S))]


def hour_of_day_block(sums: ContactSums) -> list[Pair]:
    """Give the pairs of HOUR_OF_DAY_MEASURES, each of shape (R, 24, F + 1, C)."""
    shape = sums.ends.shape[:3]
    ends = sums.ends.reshape(*shape, 7, 24, N_ENDS).sum(axis=-3)
    waited_s = sums.waited_s.reshape(*shape, 7, 24).sum(axis=-2)
    cells = _end_cells(np.moveaxis(with_all(ends, -4), -2, -4))
    cells["asa_s"] = (np.moveaxis(with_all(waited_s, -3), -1, -3), cells["answered"][0])
    return [cells[measure] for measure in HOUR_OF_DAY_MEASURES]


def hour_of_week_block(sums: ContactSums) -> list[Pair]:
    """Give the pairs of HOUR_OF_WEEK_MEASURES, each of shape (R, 168, F + 1, C)."""
    cells = _end_cells(np.moveaxis(with_all(sums.ends, -4), -2, -4))
    return [cells[measure] for measure in HOUR_OF_WEEK_MEASURES]


def load_block(plan: MeasurePlan, sums: ContactSums) -> list[Pair]:
    """Give the pair of LOAD_MEASURES, of shape (R, 168, F + 1)."""
    load_h = with_all(sums.load_h, -2).swapaxes(-1, -2)
    return [(load_h, np.broadcast_to(plan.hours.occurrences[:, None], load_h.shape))]


def exchange_block(sums: ContactSums) -> list[Pair]:
    """Give the pair of the exchange, of shape (R, F, C + 1, G)."""
    answered_by = with_all(sums.answered_by, -2)
    answered = answered_by.sum(axis=-1, keepdims=True)
    return [(answered_by, np.broadcast_to(answered, answered_by.shape))]


def _whole(counts: FloatArray) -> Pair:
    return counts, np.ones(counts.shape)


def _end_cells(ends: FloatArray) -> dict[str, Pair]:
    """Give the measures that follow from the outcomes, whose axis is the last."""
    late, in_time = ends[..., 0::2], ends[..., 1::2]
    both = late + in_time
    answered, abandoned, still_open = (
        both[..., outcome - ANSWERED] for outcome in (ANSWERED, ABANDONED, OPEN)
    )
    offered = both.sum(axis=-1)
    answered_in_time = in_time[..., 0]
    return {
        "offered": _whole(offered),
        "answered": _whole(answered),
        "abandoned": _whole(abandoned),
        "open": _whole(still_open),
        "service_level": (answered_in_time, offered),
        "service_level_excl_short": (
            answered_in_time,
            offered - in_time[..., ABANDONED - ANSWERED],
        ),
        "abandonment": (abandoned, offered),
    }


def _bands(plan: MeasurePlan, at_once: FloatArray, waits_s: list[FloatArray]) -> FloatArray:
    """Give the answers in under 10 s and in up to 60 s, transfer and all, shape (2, K)."""
    counts = np.empty((2, at_once.size))
    transfer_s = plan.targets.transfer_delay_s[plan.layout.class_channel]
    under_s, upto_s = (to_microsecond(edge_s - transfer_s) for edge_s in BAND_EDGES_S)
    for k, waited_s in enumerate(waits_s):
        counts[0, k] = waited_s.searchsorted(under_s[k], "left")
        counts[1, k] = waited_s.searchsorted(upto_s[k], "right")
    counts += at_once * np.array([under_s > 0, upto_s >= 0])
    return counts


def _quantiles(at_once: FloatArray, waits_s: list[FloatArray]) -> FloatArray:
    """Give the quantiles of the wait by force and channel with all, 0 where there is none.

    The p% quantile of n waits is the one of rank ceil(p n / 100), in whole numbers.

    Parameters
    ----------
    at_once
        Shape (F, C): contacts answered without a wait.
    waits_s
        By class: the sorted waits of its other answered contacts.
    """
    percents = np.array(list(WAIT_QUANTILES.values()))
    forces, channels = at_once.shape
    n_at_once = with_all(at_once, 0, 1).astype(np.int64)
    values = np.zeros((percents.size, forces + 1, channels + 1))
    for force in range(forces + 1):
        of_forces = range(forces) if force == forces else [force]
        for channel in range(channels + 1):
            of_channels = range(channels) if channel == channels else [channel]
            parts = [waits_s[f * channels + c] for f in of_forces for c in of_channels]
            waited_s = np.concatenate(parts)
            first = n_at_once[force, channel]
            rank = (percents * (first + waited_s.size) + 99) // 100 - first
            late = rank > 0
            if len(parts) == 2:  # noqa: PLR2004 - a stable sort merges two sorted runs in one pass
                waited_s.sort(kind="stable")
            elif len(parts) > 2 and late.any():  # noqa: PLR2004
                waited_s.partition(np.unique(rank[late] - 1))
            values[late, force, channel] = waited_s[rank[late] - 1]
    return values
