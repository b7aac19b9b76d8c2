"""The measures room: a workload, a staffing and a contact log in, the cells of a report out.

`plan_measures` lists the cells once for a layout and a horizon. `sum_week` adds up a replication;
`tabulate_weeks` makes the cells from the sums of several at once, which costs little more than for
one. A cell is a numerator and a denominator, so that cells are added first and divided last. What
each measure means stands in `DEFINITIONS`, and nowhere else. Nothing here knows a configuration, a
random stream or a queueing formula.
"""

from sim.measures.definitions import DEFINITIONS, THRESHOLDS_S, Definition, answered_within
from sim.measures.plan import MeasurePlan, Targets, plan_measures
from sim.measures.tabulate import Tally, WeekSums, sum_week, tabulate, tabulate_weeks

__all__ = [
    "DEFINITIONS",
    "THRESHOLDS_S",
    "Definition",
    "MeasurePlan",
    "Tally",
    "Targets",
    "WeekSums",
    "answered_within",
    "plan_measures",
    "sum_week",
    "tabulate",
    "tabulate_weeks",
]
