"""The reference model as most people write it in SimPy: one process per call.

Each caller requests a handler of a `PriorityResource` and waits for the request or for the end of
its patience, whichever comes first. It reads the same arrays as the engines, so it draws nothing
while it is timed, and its log can be compared with theirs call by call.
"""

from collections.abc import Generator

import simpy

from outcomes import NEVER, Row
from sim.records import Workload

Events = Generator[simpy.Event, simpy.events.ConditionValue, None]


def simulate(workload: Workload, handlers: int) -> dict[int, Row]:
    """Give what became of each call."""
    env = simpy.Environment()
    pool = simpy.PriorityResource(env, capacity=handlers)
    log: dict[int, Row] = {}
    env.process(callers(env, pool, workload, log))
    env.run()
    return log


def callers(
    env: simpy.Environment, pool: simpy.PriorityResource, workload: Workload, log: dict[int, Row]
) -> Events:
    """Start a process for each call at its arrival."""
    calls = zip(
        workload.arrival_s.tolist(),
        workload.contact_class.tolist(),
        workload.patience_s.tolist(),
        workload.handle_s.tolist(),
        strict=True,
    )
    for call, (arrival_s, priority, patience_s, handle_s) in enumerate(calls):
        yield env.timeout(arrival_s - env.now)
        env.process(caller(env, pool, call, priority, patience_s, handle_s, log))


def caller(  # noqa: PLR0913, PLR0917 - a call and where it happens
    env: simpy.Environment,
    pool: simpy.PriorityResource,
    call: int,
    priority: int,
    patience_s: float,
    handle_s: float,
    log: dict[int, Row],
) -> Events:
    """Wait for a handler or give up; be served if a handler came first."""
    with pool.request(priority=priority) as request:
        outcome = yield request | env.timeout(patience_s)
        wait_end_s = env.now
        if request in outcome:
            yield env.timeout(handle_s)
            log[call] = (True, wait_end_s, env.now)
        else:
            log[call] = (False, wait_end_s, NEVER)
