"""From the log of a replication to its cells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.contacts import (
    contact_block,
    exchange_block,
    hour_of_day_block,
    hour_of_week_block,
    load_block,
    sum_contacts,
    threshold_block,
)
from sim.measures.plan import MeasurePlan
from sim.measures.rooms import room_blocks
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


def tabulate(plan: MeasurePlan, workload: Workload, staffing: Staffing, log: ContactLog) -> Tally:
    """Give the numerator and denominator of every cell of the plan.

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
    sums = sum_contacts(plan, workload, log)
    rooms_by_hour, rooms, exchange_h = room_blocks(plan, workload, staffing, log)
    pairs = (
        *contact_block(plan, sums),
        *threshold_block(sums),
        *hour_of_day_block(sums),
        *hour_of_week_block(sums),
        *load_block(plan, sums),
        *rooms_by_hour,
        *rooms,
        *exchange_block(sums),
        *exchange_h,
    )
    numerators, denominators = zip(*pairs, strict=True)
    return Tally(
        np.concatenate([cells.ravel() for cells in numerators]),
        np.concatenate([cells.ravel() for cells in denominators]),
    )
