"""What queueing theory says about a control room: oracles, first guesses, sanity lines in reports.

Pure functions of numbers. Each names its source and its assumptions; together they are the tests'
oracle for the simulation and the first guess for staffing. Nothing here knows a configuration, a
workload or a contact log.
"""

from sim.theory.counts import poisson_counts
from sim.theory.erlang import QueueAnswer, erlang_a, erlang_b, erlang_c
from sim.theory.hourly import PointwiseAnswer, pointwise_erlang_a
from sim.theory.markov import stationary
from sim.theory.overflow import OverflowAnswer, two_site_overflow
from sim.theory.priority import cobham, first_class_service_level
from sim.theory.single_handler import pollaczek_khinchine
from sim.theory.staffing import (
    halfin_whitt_beta,
    halfin_whitt_delay,
    square_root_staffing,
    staff_needed,
)

__all__ = [
    "OverflowAnswer",
    "PointwiseAnswer",
    "QueueAnswer",
    "cobham",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "first_class_service_level",
    "halfin_whitt_beta",
    "halfin_whitt_delay",
    "pointwise_erlang_a",
    "poisson_counts",
    "pollaczek_khinchine",
    "square_root_staffing",
    "staff_needed",
    "stationary",
    "two_site_overflow",
]
