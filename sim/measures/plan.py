"""Which cells there are: their labels, in the order in which `tabulate` fills them.

A block is a list of measures, periods and rows; its cells are all combinations, measures slowest
and rows fastest. Rows are (force, channel, group) with "all" for a sum and "" for no group.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.measures.definitions import (
    DEFINITIONS,
    THRESHOLDS_S,
    WAIT_QUANTILES,
    answered_within,
)
from sim.measures.hours import WindowHours, window_hours
from sim.records import HOURS_PER_WEEK, Horizon, Layout
from sim.records.arrays import freeze, require

ALL = "all"
NO_GROUP = ""
Row = tuple[str, str, str]

CONTACT_MEASURES = (
    "offered",
    "answered",
    "abandoned",
    "open",
    "redials",
    "service_level",
    "service_level_excl_short",
    "band_under_10s",
    "band_10_60s",
    "band_over_60s",
    "abandonment",
    "answered_elsewhere",
    "asa_s",
    *WAIT_QUANTILES,
)
THRESHOLD_MEASURES = tuple(answered_within(x) for x in THRESHOLDS_S)
HOUR_OF_DAY_MEASURES = ("offered", "answered", "abandoned", "service_level", "asa_s")
HOUR_OF_WEEK_MEASURES = ("service_level",)
LOAD_MEASURES = ("offered_load_erl",)
ROOM_MEASURES = ("staffed_h", "busy_h")
ROOM_TOTAL_MEASURES = ("staffed_h", "busy_h", "occupancy")


@dataclass(frozen=True, eq=False)
class Targets:
    """What each channel promises; arrays of shape (C,).

    Parameters
    ----------
    answer_within_s
        The target answer time, on the force's own clock.
    target_share
        The share of contacts promised an answer within it. Kept for the reader: no cell needs it.
    transfer_delay_s
        What police.uk's clock counts before the force's own starts.
    """

    answer_within_s: NDArray[np.float64]
    target_share: NDArray[np.float64]
    transfer_delay_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        for name in ("answer_within_s", "target_share", "transfer_delay_s"):
            array = freeze(name, getattr(self, name), np.float64)
            object.__setattr__(self, name, array)
            require(array.shape == self.answer_within_s.shape, f"{name}: needs one per channel")
            require((array >= 0) & np.isfinite(array), f"{name}: must be finite and not negative")
        require(self.target_share <= 1, "target_share: must be a share from 0 to 1")


@dataclass(frozen=True, eq=False)
class MeasurePlan:
    """The M cells of every replication, and what is needed to fill them.

    Parameters
    ----------
    measure, force, channel, group, period, unit
        Shape (M,): the label of each cell.
    layout, horizon, targets
        What the plan was made for.
    hours
        The hours of the measured window.
    """

    measure: NDArray[np.str_]
    force: NDArray[np.str_]
    channel: NDArray[np.str_]
    group: NDArray[np.str_]
    period: NDArray[np.str_]
    unit: NDArray[np.str_]
    layout: Layout
    horizon: Horizon
    targets: Targets
    hours: WindowHours
    n_cells: int = field(init=False)

    def __post_init__(self) -> None:
        """Freeze the labels."""
        for name in ("measure", "force", "channel", "group", "period", "unit"):
            getattr(self, name).setflags(write=False)
        object.__setattr__(self, "n_cells", int(self.measure.size))


def plan_measures(layout: Layout, horizon: Horizon, targets: Targets) -> MeasurePlan:
    """Give the fixed list of cells for a layout and a horizon.

    Raises
    ------
    RecordError
        If the targets are not one per channel, or a force or channel is called "all".
    """
    require(
        targets.answer_within_s.shape == (len(layout.channels),),
        f"targets: {targets.answer_within_s.size} given for {len(layout.channels)} channels",
    )
    for name in (*layout.forces, *layout.channels):
        require(name != ALL, f'"{ALL}" is the name of the sum; no force or channel may have it')
    blocks = [_labels(*block) for block in _blocks(layout) if block[-1]]  # without groups, no rows
    measure, force, channel, group, period, unit = (
        np.concatenate(column) for column in zip(*blocks, strict=True)
    )
    return MeasurePlan(
        measure,
        force,
        channel,
        group,
        period,
        unit,
        layout,
        horizon,
        targets,
        window_hours(horizon),
    )


def _labels(
    measures: tuple[str, ...], periods: list[str], rows: list[Row]
) -> tuple[NDArray[np.str_], ...]:
    """Give measure, force, channel, group, period and unit of a block's cells."""
    unit = [DEFINITIONS[name].unit for name in measures]
    return (
        np.repeat(measures, len(periods) * len(rows)),
        *(np.tile(column, len(measures) * len(periods)) for column in zip(*rows, strict=True)),
        np.tile(np.repeat(periods, len(rows)), len(measures)),
        np.repeat(unit, len(periods) * len(rows)),
    )


def _blocks(layout: Layout) -> list[tuple[tuple[str, ...], list[str], list[Row]]]:
    """Give measures, periods and rows of each block, in the order of `tabulate.BLOCKS`."""
    forces, channels, groups = layout.forces, layout.channels, layout.groups
    with_all = (*forces, ALL)
    whole = [ALL]
    of_day = [f"hour_{hour:02d}" for hour in range(24)]
    of_week = [f"week_{hour:03d}" for hour in range(HOURS_PER_WEEK)]

    by_channel = [(f, c, NO_GROUP) for f in with_all for c in channels]
    by_both = [(f, c, NO_GROUP) for f in with_all for c in (*channels, ALL)]
    by_force = [(f, ALL, NO_GROUP) for f in with_all]
    home = ["" if f < 0 else forces[f] for f in layout.group_force.tolist()]
    by_room = [(f, ALL, g) for f, g in zip(home, groups, strict=True)] + by_force
    exchange = [(f, c, g) for f in forces for c in (*channels, ALL) for g in groups]
    exchange_h = [(f, ALL, g) for f in forces for g in groups]
    return [
        (CONTACT_MEASURES, whole, by_both),
        (THRESHOLD_MEASURES, whole, by_channel),
        (HOUR_OF_DAY_MEASURES, of_day, by_channel),
        (HOUR_OF_WEEK_MEASURES, of_week, by_channel),
        (LOAD_MEASURES, of_week, by_force),
        (ROOM_MEASURES, of_week, by_room),
        (ROOM_TOTAL_MEASURES, whole, by_room),
        (("exchange",), whole, exchange),
        (("exchange_h",), whole, exchange_h),
    ]
