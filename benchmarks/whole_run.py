"""What a whole run costs: an experiment from its file to its tables and its report.

Six designs of three forces, a week each. The yardstick is what cannot be saved: drawing each week
and simulating it under each design, in CPU seconds, for the same replications. Each run is a
process of its own, start and all; the yardstick and runs with one and with two workers take turns.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sim.engine import simulate
from sim.experiment.replication import Recipe, prepare
from sim.experiment.runner import pickled
from sim.experiment.scenario import read_study

EAST_MIDLANDS = Path(__file__).parent.parent / "configs" / "east_midlands"
DESIGNS = (
    "isolation",
    "bilateral",
    "shared_leadership",
    "networked",
    "strategic_alliance",
    "merger",
)
EXPERIMENT = f"""
question = "What does a whole run cost?"
centre = '{EAST_MIDLANDS}'
designs = {list(DESIGNS)}
baseline = "isolation"
seed = 20151217
[horizon]
warm_up_h = 24
measured_h = 168
[replications]
min = 2
"""

WARM_UP = -1  # a week that no run has


@dataclass(frozen=True)
class Lap:
    """Seconds of a process: on the clock, and of CPU (its workers' not among them)."""

    wall_s: float
    cpu_s: float


def report(replications: int, rounds: int, *, drawing: bool) -> None:
    """Print what whole runs cost, with one worker and with two, and the report if it is asked for.

    Parameters
    ----------
    drawing
        Whether to draw the report too.
    """
    with tempfile.TemporaryDirectory() as place:
        path, out = Path(place) / "whole.toml", Path(place) / "results"
        path.write_text(EXPERIMENT, encoding="utf-8")
        models: list[tuple[float, float]] = []
        runs: dict[int, list[Lap]] = {1: [], 2: []}
        reports: dict[int, list[Lap]] = {1: [], 2: []}
        for _ in range(rounds):
            models.append(model_s(path, replications))
            for jobs in (1, 2):
                folder = out / f"jobs_{jobs}_{len(runs[jobs])}"
                asked = ("--jobs", str(jobs), "--replications", str(replications), "--quiet")
                runs[jobs].append(
                    lap("-m", "sim", "run", str(path), "--out", str(folder), "--no-report", *asked)
                )
                if drawing:
                    made = str(folder / path.stem)
                    reports[jobs].append(lap("-m", "sim", "report", made, "--jobs", str(jobs)))
    draw_s, engine_s = (statistics.median(parts) for parts in zip(*models, strict=True))
    run_cpu_s = statistics.median(lap.cpu_s for lap in runs[1])
    print(
        f"run=compiled model=run jobs=1 designs={len(DESIGNS)} replications={replications} "
        f"draw_s={draw_s:.2f} engine_s={engine_s:.2f} run_cpu_s={run_cpu_s:.2f} "
        f"times_model={run_cpu_s / (draw_s + engine_s):.2f}"
    )
    _compare("run", runs)
    if drawing:
        report_cpu_s = statistics.median(lap.cpu_s for lap in reports[1])
        print(f"report model=run jobs=1 report_cpu_s={report_cpu_s:.2f}")
        _compare("report", reports)


def _compare(what: str, laps: dict[int, list[Lap]]) -> None:
    """Print how much faster two workers are than one, on the clock."""
    alone_s, shared_s = (statistics.median(lap.wall_s for lap in laps[jobs]) for jobs in (1, 2))
    print(
        f"{what} model=run jobs=2 wall_s={shared_s:.2f} alone_s={alone_s:.2f} "
        f"times_faster={alone_s / shared_s:.2f}"
    )


def model_s(path: Path, replications: int) -> tuple[float, float]:
    """Give the CPU seconds of drawing the weeks, and of simulating them under every design."""
    study = read_study(path, replications)
    recipe = Recipe.of(study.points[0], study.horizon, study.experiment.seed, "compiled")
    prepared = prepare(pickled(recipe))
    draw_s = engine_s = 0.0
    for replication in (WARM_UP, *range(replications)):
        start = time.process_time()
        workload, staffing = (
            {name: law.draw(prepared.seed, replication) for name, law in laws.items()}
            for laws in (prepared.workloads, prepared.staffings)
        )
        drawn = time.process_time()
        for scenario in prepared.scenarios.values():
            simulate(
                workload[scenario.workload],
                staffing[scenario.staffing],
                scenario.design,
                prepared.engine,
            )
        if replication != WARM_UP:
            draw_s += drawn - start
            engine_s += time.process_time() - drawn
    return draw_s, engine_s


def lap(*arguments: str) -> Lap:
    """Time a Python process."""
    before = _cpu_s()
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    return Lap(time.perf_counter() - start, _cpu_s() - before)


def _cpu_s() -> float:
    """Give the CPU seconds of the processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
