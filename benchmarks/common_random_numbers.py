"""How much narrower differences between designs are on the same calls than on calls of their own.

Runs the designs of an experiment twice: all on the same weeks, as `sim run` does, and each on weeks
of its own (another seed). Prints, for each measure, the half-widths of the 95% intervals of the
difference to the baseline, their ratio, and how many times the replications independent weeks
would need for the same interval (the ratio squared).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.experiment import Study, ratio_difference, read_study
from sim.experiment.measure_plans import plan_for
from sim.experiment.replication import Recipe, prepare, run_replication, tally_of
from sim.experiment.runner import pickled
from sim.experiment.scenario import targets_of
from sim.measures import MeasurePlan

MEASURES = ("service_level", "asa_s", "wait_p90_s", "abandonment")
EXPERIMENT = Path(__file__).parents[1] / "experiments" / "separate_or_merged.toml"

Tallies = dict[str, NDArray[np.float64]]  # by design: numerators and denominators, (2, R, cells)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and print it as a table in Markdown."""
    options = parse(arguments)
    study = read_study(options.experiment)
    plan = plan_for(study.points[0].layout, study.horizon, targets_of(study.points[0].centre))
    cells = chosen_cells(plan)
    names = list(study.experiment.designs)
    shared = tallies(study, names, cells, options.replications)
    apart = shared | {
        name: tallies(study, [name], cells, options.replications, turn)[name]
        for turn, name in enumerate(names)
        if name != study.experiment.baseline
    }
    print(f"{options.replications} replications; differences to {study.experiment.baseline}.\n")
    print("| design | force | channel | measure | same calls | own calls | ratio | replications |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        if name != study.experiment.baseline:
            for line in lines(study, plan, cells, name, shared, apart):
                print(line)
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("experiment", nargs="?", type=Path, default=EXPERIMENT)
    parser.add_argument("--replications", type=int, default=200, help="of each (default 200)")
    options = parser.parse_args(arguments)
    if options.replications < 2:  # noqa: PLR2004 - an interval needs two
        parser.error("needs at least 2 replications")
    return options


def chosen_cells(plan: MeasurePlan) -> NDArray[np.intp]:
    """Give the cells of the measures compared: of each force and of all, over the whole week."""
    forces = np.isin(plan.force, [*plan.layout.forces, "all"])
    channels = np.isin(plan.channel, plan.layout.channels)
    whole = (plan.group == "") & (plan.period == "all")
    return np.flatnonzero(np.isin(plan.measure, MEASURES) & forces & channels & whole)


def tallies(
    study: Study,
    designs: Sequence[str],
    cells: NDArray[np.intp],
    replications: int,
    turn: int = 0,
) -> Tallies:
    """Run designs on the same weeks: those of the study's seed, or of another for each turn."""
    point = study.points[0]
    seed = study.experiment.seed + turn
    prepared = prepare(pickled(Recipe.of(point, study.horizon, seed, "compiled")))
    digests = {name: point.design_digests[name] for name in designs}
    weeks = [
        run_replication(prepared, tuple(digests.values()), replication).parts
        for replication in range(replications)
    ]
    return {
        name: tally_of(prepared, [week[digest] for week in weeks])[:, :, cells]
        for name, digest in digests.items()
    }


def lines(  # noqa: PLR0913, PLR0917 - what one table is made of
    study: Study,
    plan: MeasurePlan,
    cells: NDArray[np.intp],
    name: str,
    shared: Tallies,
    apart: Tallies,
) -> list[str]:
    """Give the rows of one design."""
    baseline = study.experiment.baseline
    same = ratio_difference(*shared[name], *shared[baseline]).half_width
    own = ratio_difference(*apart[name], *apart[baseline]).half_width
    rows = []
    for place, cell in enumerate(cells):
        scale = 100 if plan.unit[cell] == "share" else 1
        unit = "points" if plan.unit[cell] == "share" else str(plan.unit[cell])
        ratio = own[place] / same[place]
        labels = (name, plan.force[cell], plan.channel[cell], plan.measure[cell])
        widths = (f"± {scale * width:.2f} {unit}" for width in (same[place], own[place]))
        rows.append(f"| {' | '.join([*labels, *widths, f'{ratio:.2f}', f'{ratio**2:.1f} x'])} |")
    return rows


if __name__ == "__main__":
    sys.exit(main())
