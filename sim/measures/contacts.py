"""Cells about contacts: how many, how long they waited, who answered them."""

from dataclasses import dataclass

import numpy as np

from sim.measures.by_code import FloatArray, IntArray, parting
from sim.measures.compiled import N_ENDS, TICKS_PER_S, Calls, Sums, compiled_loops, read_only
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


@dataclass(frozen=True, eq=False)
class ContactSums:
    """What is added up, before anything is divided; F forces, C channels.

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
    at_once
        Shape (F, C): contacts answered without a wait.
    waits_s
        For each class, the sorted waits of its other answered contacts.
    """

    ends: FloatArray
    waited_s: FloatArray
    redials: FloatArray
    load_h: FloatArray
    answered_by: FloatArray
    at_once: FloatArray
    waits_s: list[FloatArray]


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
    n_waits = compiled_loops().add_contacts(calls, plan.hours.columns, within_s, sums)
    return ContactSums(
        sums.ends.reshape(*shape, HOURS_PER_WEEK, N_ENDS),
        sums.waited_s.reshape(*shape, -1),
        sums.redials.reshape(shape),
        sums.handle_s.reshape(*shape, -1).sum(axis=1) / SECONDS_PER_HOUR,
        sums.answered_by.reshape(*shape, groups),
        sums.at_once.reshape(shape),
        _sorted_by_class(sums.wait_class[:n_waits], sums.wait_s[:n_waits], n_classes),
    )


def _sorted_by_class(k: IntArray, wait_s: FloatArray, n_classes: int) -> list[FloatArray]:
    """Give the sorted waits of each class; one pass to part the classes, then a sort of each."""
    parted = wait_s[parting(k, n_classes)]
    cuts = np.cumsum(np.bincount(k, minlength=n_classes))[:-1]
    return [np.sort(waits_s) for waits_s in np.split(parted, cuts)]


def contact_block(plan: MeasurePlan, sums: ContactSums) -> list[Pair]:
    """Give the pairs of CONTACT_MEASURES, each of shape (F + 1, C + 1)."""
    layout = plan.layout
    cells = _end_cells(with_all(sums.ends.sum(axis=2), 0, 1))
    waited_s = with_all(sums.waited_s.sum(axis=2), 0, 1)
    elsewhere = sums.answered_by.copy()
    elsewhere[layout.own.reshape(elsewhere.shape)] = 0
    under, upto = _bands(plan, sums)

    answered = cells["answered"][0]
    cells |= {
        "redials": _whole(with_all(sums.redials, 0, 1)),
        "band_under_10s": (under, answered),
        "band_10_60s": (upto - under, answered),
        "band_over_60s": (answered - upto, answered),
        "answered_elsewhere": (with_all(elsewhere.sum(axis=2), 0, 1), answered),
        "asa_s": (waited_s, answered),
    }
    cells |= _quantile_cells(sums, answered)
    return [cells[measure] for measure in CONTACT_MEASURES]


def threshold_block(sums: ContactSums) -> list[Pair]:
    """Give the pairs of THRESHOLD_MEASURES, each of shape (F + 1, C)."""
    shape = sums.ends.shape[:2]
    late = np.array([waits_s.searchsorted(THRESHOLDS_S, "right") for waits_s in sums.waits_s])
    within = with_all(sums.at_once[..., None] + late.reshape(*shape, -1), 0)
    offered = with_all(sums.ends.sum(axis=(2, 3)), 0)
    return [(within[..., x], offered) for x in range(len(THRESHOLDS_S))]


def hour_of_day_block(sums: ContactSums) -> list[Pair]:
    """Give the pairs of HOUR_OF_DAY_MEASURES, each of shape (24, F + 1, C)."""
    forces, channels = sums.ends.shape[:2]
    ends = sums.ends.reshape(forces, channels, 7, 24, N_ENDS).sum(axis=2)
    waited_s = sums.waited_s.reshape(forces, channels, 7, 24).sum(axis=2)
    cells = _end_cells(with_all(ends, 0).transpose(2, 0, 1, 3))
    cells["asa_s"] = (with_all(waited_s, 0).transpose(2, 0, 1), cells["answered"][0])
    return [cells[measure] for measure in HOUR_OF_DAY_MEASURES]


def hour_of_week_block(sums: ContactSums) -> list[Pair]:
    """Give the pairs of HOUR_OF_WEEK_MEASURES, each of shape (168, F + 1, C)."""
    cells = _end_cells(with_all(sums.ends, 0).transpose(2, 0, 1, 3))
    return [cells[measure] for measure in HOUR_OF_WEEK_MEASURES]


def load_block(plan: MeasurePlan, sums: ContactSums) -> list[Pair]:
    """Give the pair of LOAD_MEASURES, of shape (168, F + 1)."""
    load_h = with_all(sums.load_h, 0).T
    return [(load_h, np.broadcast_to(plan.hours.occurrences[:, None], load_h.shape))]


def exchange_block(sums: ContactSums) -> list[Pair]:
    """Give the pair of the exchange, of shape (F, C + 1, G)."""
    answered_by = with_all(sums.answered_by, 1)
    answered = answered_by.sum(axis=2, keepdims=True)
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


def _bands(plan: MeasurePlan, sums: ContactSums) -> tuple[FloatArray, FloatArray]:
    """Give the answers in under 10 s and in up to 60 s, transfer and all; shape (F + 1, C + 1)."""
    counts = np.empty((2, len(sums.waits_s)))
    channel = plan.layout.class_channel
    transfer_s = plan.targets.transfer_delay_s[channel]
    under_s, upto_s = (to_microsecond(edge_s - transfer_s) for edge_s in BAND_EDGES_S)
    for k, waits_s in enumerate(sums.waits_s):
        counts[0, k] = waits_s.searchsorted(under_s[k], "left")
        counts[1, k] = waits_s.searchsorted(upto_s[k], "right")
    counts += sums.at_once.ravel() * np.array([under_s > 0, upto_s >= 0])
    under, upto = with_all(counts.reshape(2, *sums.ends.shape[:2]), 1, 2)
    return under, upto


def _quantile_cells(sums: ContactSums, answered: FloatArray) -> dict[str, Pair]:
    """Give the quantiles of the wait, by force and channel with all.

    The p% quantile of n waits is the one of rank ceil(p n / 100), in whole numbers.
    """
    percents = np.array(list(WAIT_QUANTILES.values()))
    forces, channels = (size - 1 for size in answered.shape)
    at_once = with_all(sums.at_once, 0, 1).astype(np.int64)
    values = np.zeros((percents.size, forces + 1, channels + 1))
    for force in range(forces + 1):
        of_forces = range(forces) if force == forces else [force]
        for channel in range(channels + 1):
            of_channels = range(channels) if channel == channels else [channel]
            parts = [sums.waits_s[f * channels + c] for f in of_forces for c in of_channels]
            # A stable sort finds the runs that are sorted already and merges them.
            waits_s = parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts), kind="stable")
            n_at_once = at_once[force, channel]
            rank = (percents * (n_at_once + waits_s.size) + 99) // 100 - n_at_once
            late = rank > 0
            values[late, force, channel] = waits_s[rank[late] - 1]
    exists = (answered > 0).astype(np.float64)
    return {name: (values[p], exists) for p, name in enumerate(WAIT_QUANTILES)}
