"""Times every engine and the naive SimPy model on the reference model, and checks that they agree.

Prints a line per contestant that a machine can read, then a line per check, and ends with status 1
if two of them disagree. The contestants take turns, so that a slow moment of the machine meets all.
"""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import contestants
import cpp_loop
import reference_model
import study_models
import whole_run
from contestants import NAIVE, REFERENCE_ENGINE, Contestant
from outcomes import Disagreement, Outcomes, require_alike, require_same, summary

REFERENCE = "reference"
RUN = "run"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench; give its exit status."""
    options = parse(arguments)
    print(f"# {machine()}")
    for model in options.models:
        if model in study_models.CENTRES:
            study_models.report(model, options.rounds)
    if RUN in options.models:
        drawing = not options.no_report
        whole_run.report(options.replications, options.run_rounds, drawing=drawing)
    if REFERENCE not in options.models:
        return 0
    scenario = reference_model.draw(options.days)
    calls = scenario.workload.n_contacts
    print(f"# {calls:,} calls in {options.days} days, median of {options.rounds} rounds")
    entered = contestants.ours(scenario) + contestants.naive(scenario)
    loop = cpp_loop.build()
    if loop:
        print(f"# cpp built by {loop.compiler}")
        entered += contestants.bare_loop(scenario, loop)
    else:
        print("# cpp left out: no C++ compiler ($CXX, g++, clang++ or c++)")
    if options.peers:
        entered += contestants.other_simulators(scenario, options.days)

    outcomes = {each.name: each.run()[1] for each in entered}  # and warms everybody up
    medians = time_in_turns(entered, options.rounds)
    rates = {name: outcomes[name].answered.size / median_s for name, median_s in medians.items()}
    for name, rate in rates.items():
        ratio = rate / rates[NAIVE]
        print(f"engine={name} model={REFERENCE} calls_per_s={rate:.0f} times_naive={ratio:.2f}")
    print(f"# {REFERENCE_ENGINE}: {summary(outcomes[REFERENCE_ENGINE], options.days)}")
    return check(entered, outcomes, options.days)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="timed runs of each (default 7)")
    parser.add_argument("--days", type=int, default=reference_model.DAYS, help="(default 28)")
    parser.add_argument("--peers", action="store_true", help="also Ciw and salabim (peers extra)")
    parser.add_argument(
        "--models",
        nargs="+",
        choices=[REFERENCE, *study_models.CENTRES, RUN],
        default=[REFERENCE, *study_models.CENTRES, RUN],
        help="which models (default all)",
    )
    parser.add_argument(
        "--replications", type=int, default=100, help="weeks of a whole run (default 100)"
    )
    parser.add_argument("--run-rounds", type=int, default=3, help="whole runs of each (default 3)")
    parser.add_argument("--no-report", action="store_true", help="whole runs without their reports")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.days < 2:  # noqa: PLR2004 - days are the sample of the checks
        parser.error("needs at least 1 round and 2 days")
    return options


def machine() -> str:
    """Give what a figure must be read with."""
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        if cpuinfo.exists()
        else []
    )
    processor = names[0].partition(": ")[2] if names else platform.processor()
    packages = ", ".join(f"{package} {version(package)}" for package in ("numpy", "simpy"))
    return (
        f"{processor or platform.machine()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def time_in_turns(entered: list[Contestant], rounds: int) -> dict[str, float]:
    """Give each contestant's median seconds over rounds in which everybody runs once."""
    laps_s: dict[str, list[float]] = {each.name: [] for each in entered}
    for _ in range(rounds):
        for each in entered:
            laps_s[each.name].append(each.run()[0])
    return {name: statistics.median(laps) for name, laps in laps_s.items()}


def check(entered: list[Contestant], outcomes: dict[str, Outcomes], days: int) -> int:
    """Print how well each agrees with the reference engine; give 1 if one does not."""
    status = 0
    ours = outcomes[REFERENCE_ENGINE]
    for each in entered:
        if each.name == REFERENCE_ENGINE:
            continue
        theirs = outcomes[each.name]
        try:
            if each.tolerance_s is None:
                verdict = require_alike(ours, theirs, days)
            else:
                verdict = require_same(ours, theirs, each.tolerance_s)
        except Disagreement as disagreement:
            verdict, status = f"DISAGREES, {disagreement}", 1
        print(f"check {each.name}: {verdict}")
    return status


if __name__ == "__main__":
    sys.exit(main())
