"""From the log of a replication to its cells."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measures.contacts import (
    ContactSums,
    contact_block,
    exchange_block,
    hour_of_day_block,
    hour_of_week_block,
    load_block,
    sum_contacts,
    threshold_block,
)
from sim.measures.plan import MeasurePlan
from sim.measures.rooms import RoomSums, room_blocks, sum_rooms
from sim.records import ContactLog, Staffing, Workload
from sim.records.arrays import freeze, require


@dataclass(frozen=True, eq=False)
class Tally:
    """The cells of one replication, in the order of the plan; arrays of shape (M,).

    Tallies are added numerator to numerator and denominator to denominator, and divided last.
    """

    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Freeze both."""
        for name in ("numerator", "denominator"):
            object.__setattr__(self, name, freeze(name, getattr(self, name), np.float64))
        require(self.numerator.shape == self.denominator.shape, "tally: two lengths")

    @property
    def value(self) -> NDArray[np.float64]:
        """Numerator / denominator; nan where the denominator is 0 (missing)."""
        value = np.full(self.numerator.shape, np.nan)
        np.divide(self.numerator, self.denominator, out=value, where=self.denominator != 0)
        return value


class WeekSums(NamedTuple):
    """What is added up of one replication, before anything is divided."""

    contacts: ContactSums
    rooms: RoomSums


def sum_week(
    plan: MeasurePlan, workload: Workload, staffing: Staffing, log: ContactLog
) -> WeekSums:
    """Add up one replication.

    Contacts count if they arrive from `measured_from_s` (included) until `measured_until_s`
    (excluded), and belong to the hour of their own arrival; hours of handlers count as far as they
    lie inside the window, whenever the contact arrived and whether or not it was cut off.

    Raises
    ------
    RecordError
        If the records do not speak of the same contacts, classes or groups.
    """
    layout = plan.layout
    require(
        workload.n_contacts == log.outcome.size,
        f"log: has {log.outcome.size} rows, the workload {workload.n_contacts}",
    )
    require(
        workload.n_classes == layout.n_classes,
        f"workload: has {workload.n_classes} classes, the layout {layout.n_classes}",
    )
    require(
        staffing.n_groups == layout.n_groups,
        f"staffing: has {staffing.n_groups} groups, the layout {layout.n_groups}",
    )
    return WeekSums(sum_contacts(plan, workload, log), sum_rooms(plan, workload, staffing, log))


def tabulate_weeks(plan: MeasurePlan, weeks: Sequence[WeekSums]) -> NDArray[np.float64]:
    """Give numerators and denominators of every cell of some replications, shape (2, R, M)."""
    contacts = ContactSums(*map(np.stack, zip(*(week.contacts for week in weeks), strict=True)))
    rooms = RoomSums(*map(np.stack, zip(*(week.rooms for week in weeks), strict=True)))
    rooms_by_hour, room_totals, exchange_h = room_blocks(plan, rooms)
    pairs = (
        *contact_block(plan, contacts),
        *threshold_block(contacts),
        *hour_of_day_block(contacts),
        *hour_of_week_block(contacts),
        *load_block(plan, contacts),
        *rooms_by_hour,
        *room_totals,
        *exchange_block(contacts),
        *exchange_h,
    )
    tally = np.empty((2, len(weeks), plan.n_cells))
    start = 0
    for numerator, denominator in pairs:
        stop = start + math.prod(numerator.shape[1:])
        tally[0, :, start:stop] = numerator.reshape(len(weeks), -1)
        tally[1, :, start:stop] = denominator.reshape(len(weeks), -1)
        start = stop
    return tally


def tabulate(plan: MeasurePlan, workload: Workload, staffing: Staffing, log: ContactLog) -> Tally:
    """Give the numerator and denominator of every cell of the plan, for one replication.

    Raises
    ------
    RecordError
        As `sum_week`.
    """
    numerator, denominator = tabulate_weeks(plan, [sum_week(plan, workload, staffing, log)])
    return Tally(numerator[0], denominator[0])
