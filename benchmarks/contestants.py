"""Who is timed on the reference model, and how each is run once."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import naive_simpy
import peers
from cpp_loop import CppLoop
from outcomes import Outcomes
from reference_model import HANDLERS, SEED, Scenario
from sim.engine import ENGINES, simulate

NAIVE = "naive_simpy"
REFERENCE_ENGINE = "simpy"
ADDED_DELAYS_S = 1e-6  # room for models that add delays up where ours compare instants

Raw = TypeVar("Raw")
Run = Callable[[], tuple[float, Outcomes]]


@dataclass(frozen=True)
class Contestant:
    """Somebody who simulates the reference model.

    `run` gives the seconds that it took and what became of the calls. `tolerance_s` is how far an
    instant may lie from the reference engine's; none where the contestant draws its own numbers.
    """

    name: str
    run: Run
    tolerance_s: float | None = 0.0


def ours(scenario: Scenario) -> list[Contestant]:
    """Give every registered engine."""
    workload = scenario.workload
    return [
        Contestant(
            name,
            stopwatch(
                partial(simulate, workload, scenario.staffing, scenario.design, engine=name),
                partial(Outcomes.of_log, workload),
            ),
        )
        for name in ENGINES
    ]


def naive(scenario: Scenario) -> list[Contestant]:
    """Give the model as most people write it in SimPy."""
    workload = scenario.workload
    run = stopwatch(
        partial(naive_simpy.simulate, workload, HANDLERS), partial(Outcomes.of_rows, workload)
    )
    return [Contestant(NAIVE, run, ADDED_DELAYS_S)]


def bare_loop(scenario: Scenario, loop: CppLoop) -> list[Contestant]:
    """Give the C++ loop, which times itself."""
    return [Contestant("cpp", partial(loop.run, scenario.workload))]


def other_simulators(scenario: Scenario, days: int) -> list[Contestant]:
    """Give Ciw and salabim, which need the `peers` extra."""
    workload = scenario.workload
    return [
        Contestant("ciw", stopwatch(partial(peers.simulate_ciw, days, SEED), peers.read_ciw), None),
        Contestant(
            "salabim",
            stopwatch(
                partial(peers.simulate_salabim, workload), partial(Outcomes.of_rows, workload)
            ),
            ADDED_DELAYS_S,
        ),
    ]


def stopwatch(simulate_once: Callable[[], Raw], read: Callable[[Raw], Outcomes]) -> Run:
    """Time the simulation in seconds of this process's CPU, and not the reading of its result."""

    def run() -> tuple[float, Outcomes]:
        gc.collect()
        start_s = time.process_time()
        raw = simulate_once()
        return time.process_time() - start_s, read(raw)

    return run
