"""The stationary reference model: one pool, two kinds of call, drawn once as arrays.

Seventeen handlers; 999 calls at 30 an hour go before 101 calls at 90 an hour (non-preemptive);
handle times and patience are exponential. Offered load 16.75 Erlang, 28 days, about 80,600 calls.
Everyone who is timed on these arrays gets the same ones; peers that can only draw their own
numbers get the same distributions from here.
"""

from dataclasses import dataclass

import numpy as np

from sim.records import Design, Staffing, Workload

HANDLERS = 17
RATE_PER_H = (30.0, 90.0)
HANDLE_MEAN_S = (390.0, 540.0)
PATIENCE_MEAN_S = (120.0, 240.0)
ANSWER_WITHIN_S = (10.0, 30.0)
DAYS = 28
DAY_S = 86_400.0
SEED = 20151217

N_CLASSES = len(RATE_PER_H)


@dataclass(frozen=True)
class Scenario:
    """What `sim.engine.simulate` takes, under the name of a model."""

    workload: Workload
    staffing: Staffing
    design: Design


def draw(days: float = DAYS, seed: int = SEED) -> Scenario:
    """Draw the calls of `days` days; the pool starts empty."""
    rng = np.random.default_rng(seed)
    horizon_s = days * DAY_S
    counts = rng.poisson(np.array(RATE_PER_H) * horizon_s / 3600.0)
    contact_class = np.repeat(np.arange(N_CLASSES), counts)
    arrival_s = rng.uniform(0.0, horizon_s, counts.sum())
    order = np.argsort(arrival_s, kind="stable")
    contact_class, arrival_s = contact_class[order], arrival_s[order]
    n = arrival_s.size
    workload = Workload(
        n_classes=N_CLASSES,
        contact_class=contact_class,
        arrival_s=arrival_s,
        patience_s=rng.exponential(np.array(PATIENCE_MEAN_S)[contact_class]),
        handle_s=rng.exponential(np.array(HANDLE_MEAN_S)[contact_class]),
        trigger=np.zeros(n, dtype=np.int8),
        parent=np.full(n, -1),
        delay_s=np.zeros(n),
    )
    return Scenario(workload, Staffing.constant([HANDLERS]), one_pool())


def one_pool() -> Design:
    """Give the design of one group that takes class 0 before class 1, at once, for ever."""
    shape = (1, N_CLASSES, 1)
    return Design(
        change_s=np.zeros(1),
        delay_s=np.zeros(shape),
        contact_rank=np.zeros(shape, dtype=np.int64),
        agent_rank=np.arange(N_CLASSES).reshape(shape),
        reserve=np.zeros(shape, dtype=np.int64),
        handle_factor=np.ones(shape),
    )
