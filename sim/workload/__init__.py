"""What callers do and who is there to answer, drawn before any engine runs.

Enters: a checked `Centre`, a `Horizon`, a seed and the number of a replication. Leaves: a
`Workload` (arrivals, patience, handle times, follow-ons) and a `Staffing`. Every draw comes from a
stream that is named by its purpose, force and channel. Designs and engines are unknown here.
"""

from sim.workload.demand import contacts_per_h
from sim.workload.durations import mean_of
from sim.workload.plan import WorkloadPlan
from sim.workload.staffing import StaffingDrawer
from sim.workload.streams import stream

__all__ = [
    "StaffingDrawer",
    "WorkloadPlan",
    "contacts_per_h",
    "mean_of",
    "stream",
]
