"""The plain records of arrays that the rooms exchange.

A room never imports its sibling: the workload room writes a `Workload` and a `Staffing`, the
routing room a `Design`, an engine reads the three and writes a `ContactLog`, and the measures
room reads the log. Each record checks itself when it is made and is frozen afterwards
(its arrays are read-only), so that every design of a replication sees the same numbers.
"""

from sim.records.contact_log import ABANDONED, ANSWERED, NOT_WOKEN, OPEN, ContactLog
from sim.records.design import Design
from sim.records.horizon import HOURS_PER_WEEK, SECONDS_PER_HOUR, Horizon
from sim.records.layout import Layout
from sim.records.staffing import Staffing
from sim.records.workload import (
    ON_ABANDONED,
    ON_ANSWERED,
    ON_CUT,
    ON_INTERRUPTED,
    PRIMARY,
    Workload,
)

__all__ = [
    "ABANDONED",
    "ANSWERED",
    "HOURS_PER_WEEK",
    "NOT_WOKEN",
    "ON_ABANDONED",
    "ON_ANSWERED",
    "ON_CUT",
    "ON_INTERRUPTED",
    "OPEN",
    "PRIMARY",
    "SECONDS_PER_HOUR",
    "ContactLog",
    "Design",
    "Horizon",
    "Layout",
    "Staffing",
    "Workload",
]
