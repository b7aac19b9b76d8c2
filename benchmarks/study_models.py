"""The models of real studies: a whole replication, and what each of its parts costs.

`full` is a week of three forces and two channels with hour-of-week arrivals, busy days, bursts,
shifts, breaks, reserve and redials, where other rooms help after 20 s; `national` is a week of all
43 forces. A call is a contact that arrived, redials included.
"""

import gc
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.config import layout_of, load_centre
from sim.engine import simulate
from sim.experiment.memory import keep_freed_memory
from sim.experiment.scenario import targets_of
from sim.measures import plan_measures, tabulate
from sim.records import Horizon
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan

CONFIGS = Path(__file__).parent.parent / "configs"
SEED = 20151217
WEEK = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
CENTRES = {"full": "east_midlands", "national": "national"}
OVERFLOW = {"after_s": 20.0, "handle_factor": 1.1}


@dataclass(frozen=True)
class Laps:
    """Median CPU seconds of the parts of one replication, and how many calls it had."""

    calls: int
    draw_s: float
    engine_s: float
    measure_s: float

    @property
    def replication_s(self) -> float:
        """Seconds of the whole replication."""
        return self.draw_s + self.engine_s + self.measure_s


def time_replication(model: str, engine: str, rounds: int) -> Laps:
    """Time whole replications, each with other random numbers, after one to warm up."""
    keep_freed_memory()  # as every worker of a run does
    centre = load_centre(CONFIGS / CENTRES[model])
    layout = layout_of(centre)
    workloads, staff = WorkloadPlan(centre, WEEK), StaffingDrawer(centre, WEEK)
    measures = plan_measures(layout, WEEK, targets_of(centre))
    design = build_design("networked", layout, WEEK, OVERFLOW)
    laps: list[tuple[float, float, float]] = []
    calls = 0
    for replication in range(rounds + 1):
        gc.collect()
        start = time.process_time()
        workload, staffing = workloads.draw(SEED, replication), staff.draw(SEED, replication)
        drawn = time.process_time()
        log = simulate(workload, staffing, design, engine)
        simulated = time.process_time()
        tabulate(measures, workload, staffing, log)
        laps.append((drawn - start, simulated - drawn, time.process_time() - simulated))
        calls = int(np.isfinite(log.arrival_s).sum())
    return Laps(calls, *(statistics.median(part) for part in zip(*laps[1:], strict=True)))


def report(model: str, rounds: int) -> None:
    """Print the rates of one model with both engines."""
    for engine in ("compiled", "simpy"):
        laps = time_replication(model, engine, rounds if engine == "compiled" else 1)
        print(f"engine={engine} model={model} calls_per_s={laps.calls / laps.engine_s:.0f} ")
        print(
            f"replication={engine} model={model} calls_per_s={laps.calls / laps.replication_s:.0f} "
            f"calls={laps.calls} draw_ms={laps.draw_s * 1e3:.1f} "
            f"engine_ms={laps.engine_s * 1e3:.1f} measure_ms={laps.measure_s * 1e3:.1f}"
        )
