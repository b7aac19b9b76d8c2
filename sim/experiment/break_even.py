"""How much longer a call from another force may take before sharing no longer pays.

The break-even handling penalty of a design is the `handle_factor` at which its gain over the
baseline is 0: below it sharing pays, above it the longer calls eat more than the sharing brings.
It is found by running the design at one factor after another on the same weeks.

Its uncertainty is that of the weeks: between the ends of its interval lie the factors at which the
paired 95% interval of the gain covers 0, so that these weeks cannot tell whether sharing pays
(inverting a test: Casella and Berger 2002, Statistical Inference, section 9.2.1). It covers luck,
not wrong assumptions.

For the force that is "worst" off, the gain is the smallest of the forces': sharing pays while no
force loses. Measures of which less is better (waits, abandonment) count the other way round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.config import ConfigError, DesignEntry, Problem, unknown
from sim.config.errors import as_toml
from sim.config.experiment import BreakEven
from sim.experiment.callers import may_be_called
from sim.experiment.cells import CellRuns, Wanted
from sim.experiment.crossing import TOLERANCE, Crossing, Gain, find_crossing
from sim.experiment.errors import WrongInput
from sim.experiment.executors import executor_for, workers_of
from sim.experiment.penalty import BREAKS_EVEN, NEVER_PAYS, PAYS_AT_UPPER, Penalty
from sim.experiment.progress import Precision, Progress
from sim.experiment.scenario import Point, Study, require_design, targets_of
from sim.experiment.statistics import ratio_difference
from sim.experiment.store import Store
from sim.experiment.tables import ALL
from sim.measures import THRESHOLDS_S, MeasurePlan, answered_within, plan_measures

OPTION = "handle_factor"
WORST = "worst"
SENSE: Mapping[str, int] = MappingProxyType(  # 1 where more is better, -1 where less is
    {
        **dict.fromkeys(("service_level", "service_level_excl_short", "band_under_10s"), 1),
        **dict.fromkeys(map(answered_within, THRESHOLDS_S), 1),
        **dict.fromkeys(("abandonment", "band_over_60s", "asa_s"), -1),
        **dict.fromkeys((f"wait_{q}_s" for q in ("p50", "p90", "p95", "p99", "max")), -1),
    }
)


@dataclass(frozen=True)
class Search:
    """A question that has been checked against its study.

    Parameters
    ----------
    designs
        The designs that it is asked about.
    forces, cells
        Whose gain it is about, and where their measure stands in a tally.
    """

    study: Study
    asked: BreakEven
    designs: tuple[str, ...]
    forces: tuple[str, ...]
    cells: NDArray[np.intp]

    @property
    def replications(self) -> int:
        """How many weeks every factor is tried on."""
        return self.asked.replications or max(2, self.study.experiment.replications.min)


def plan_search(
    study: Study, asked: BreakEven, designs: Sequence[str] = (), *, named: str = "break_even.{}"
) -> Search:
    """Give the search that answers a question.

    Parameters
    ----------
    designs
        The designs that it is asked about; all that have the option unless given.
    named
        How the user wrote a part of it: as a key of the file, or an option of the command line.

    Raises
    ------
    ConfigError
        If it asks for a channel, force, measure or design that is not there, or for calls that
        nobody makes.
    """

    def require(part: str, what: str, name: str, known: Sequence[str]) -> None:
        if name not in known:
            message = unknown(what, name, known)
            raise ConfigError([Problem(study.path, message, named.format(part), as_toml(name))])

    centre, layout = study.points[0].centre, study.points[0].layout
    plan = plan_measures(layout, study.horizon, targets_of(centre))
    require("channel", "channel of the centre", asked.channel, (*layout.channels, ALL))
    require("force", "force of the centre", asked.force, (*layout.forces, ALL, WORST))
    measured = set(plan.measure[(plan.channel == asked.channel) & (plan.group == "")].tolist())
    require("measure", "measure", asked.measure, [name for name in SENSE if name in measured])
    able = [
        name
        for name, entry in centre.designs.items()
        if _declared(entry) is not None and name != study.experiment.baseline
    ]
    for name in designs:
        require("design", f"design with the option {OPTION}", name, able)
    chosen = tuple(designs) or tuple(name for name in study.experiment.designs if name in able)
    if not chosen:
        message = f"no design but the baseline has the option {OPTION}, so none can break even"
        raise ConfigError([Problem(study.path, message, "designs")])
    forces = layout.forces if asked.force == WORST else (asked.force,)
    if not all(_may_gain(point, chosen, forces, asked.channel) for point in study.points):
        place = named.format("channel")
        raise ConfigError([Problem(study.path, nobody_calls(asked), place, as_toml(asked.channel))])
    return Search(study, asked, chosen, forces, _cells(plan, asked, forces))


def nobody_calls(asked: BreakEven) -> str:
    """Say that nothing can be gained, and what to ask about instead."""
    return (
        f"nobody calls on {asked.channel}, so nothing is gained or lost there; "
        "ask about another channel or force"
    )


def _may_gain(point: Point, designs: Sequence[str], forces: Sequence[str], channel: str) -> bool:
    """Tell whether there can be a call of these forces under each of some designs."""
    return all(
        any(may_be_called(point, design, force, channel) for force in forces) for design in designs
    )


def find_penalties(  # noqa: PLR0913 - each is a part of its own
    search: Search,
    *,
    engine: str,
    jobs: int,
    progress: Progress,
    store: Store | None = None,
    scheduler: str | None = None,
) -> list[Penalty]:
    """Give the break-even handling penalty of each design asked about, at every point.

    Parameters
    ----------
    store
        Where the weeks that are tried are kept; None keeps nothing.
    scheduler
        The address of a Dask scheduler, whose workers take the place of `jobs` here.

    Raises
    ------
    WrongInput
        If nobody calls on the channel.
    CannotGoOn
        If a worker is killed.
    """
    study, designs = search.study, search.designs
    trials = len(study.points) * (1 + 2 * len(designs))  # and as many more as the searches take
    name = f"{study.name}, break-even"
    progress.start(name, len(study.points), len(designs), 0, trials * search.replications)
    penalties = []
    try:
        with executor_for(engine, jobs, scheduler) as executor:
            runs = CellRuns(
                study,
                search.cells,
                executor=executor,
                jobs=workers_of(executor, jobs),
                engine=engine,
                progress=progress,
                store=store,
            )
            for point in study.points:
                weeks = _Weeks(search, point, runs, progress)
                baseline = weeks.run(study.experiment.baseline)
                for design in designs:
                    progress.notice(f"{design}: from 1 to {search.asked.upper:g} times as long.")
                    found = _search(search, weeks, design, baseline)
                    penalties.append(_penalty(search, point, design, found))
                progress.point_done()
    finally:
        progress.finish()
    return penalties


def _search(
    search: Search, weeks: "_Weeks", design: str, baseline: NDArray[np.float64]
) -> Crossing:
    """Search for the factor at which the gain of a design over the baseline is lost."""

    def gain_at(factor: float) -> Gain:
        return _gain(search, weeks.run(design, factor), baseline)

    def narrowed(width: float) -> None:
        reached = Precision(f"break-even of {design}", "", width / 2, TOLERANCE)
        weeks.progress.precision(weeks.point.index, reached, search.replications)

    return find_crossing(gain_at, search.asked.upper, narrowed)


def _gain(search: Search, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Gain:
    """Give the gain of the one force that is asked about, or of the one that gains least."""
    sense = SENSE[search.asked.measure]
    interval = ratio_difference(*ours, *theirs)
    values = sense * interval.value
    if np.isnan(values).all():
        raise WrongInput(f"{search.study.path}: {nobody_calls(search.asked)}.")
    ends = sense * np.array([interval.low, interval.high])
    low, high = np.fmin.reduce(np.sort(ends, axis=0), axis=1)  # forces without calls do not count
    least = int(np.nanargmin(values))
    return Gain(float(values[least]), float(low), float(high), search.forces[least])


def _penalty(search: Search, point: Point, design: str, found: Crossing) -> Penalty:
    """Give the row that a search comes to."""
    asked, start, upper = search.asked, found.at_start, found.at_upper
    verdict, decided = BREAKS_EVEN, found.at_value
    if start.value <= 0:
        verdict, decided = NEVER_PAYS, start
    elif isnan(found.value):
        verdict, decided = PAYS_AT_UPPER, upper
    return Penalty(
        point=point.index,
        design=design,
        baseline=search.study.experiment.baseline,
        force=asked.force,
        channel=asked.channel,
        measure=asked.measure,
        verdict=verdict,
        break_even=found.value if verdict == BREAKS_EVEN else nan,
        ci_low=found.low,
        ci_high=found.high,
        worst_force=decided.force if asked.force == WORST else "",
        upper=asked.upper,
        declared=_declared(point.centre.designs[design]) or nan,
        gain_at_1=start.value,
        gain_at_1_low=start.low,
        gain_at_1_high=start.high,
        gain_at_upper=upper.value,
        gain_at_upper_low=upper.low,
        gain_at_upper_high=upper.high,
        replications=search.replications,
    )


@dataclass(frozen=True)
class _Weeks:
    """The weeks of a point, run under a design at a factor for the cells that are asked about."""

    search: Search
    point: Point
    runs: CellRuns
    progress: Progress

    def run(self, design: str, factor: float | None = None) -> NDArray[np.float64]:
        """Give numerators and denominators, shape (2, R, cells); at the declared factor if None."""
        point = self.point if factor is None else self._at(design, factor)
        self.runs.run([Wanted(point, (design,), 0, self.search.replications)])
        return self.runs.tally(point, design, self.search.replications)

    def _at(self, design: str, factor: float) -> Point:
        """Give the point with one design, at this factor."""
        point = self.point
        entry = point.centre.designs[design]
        entry = entry.model_copy(update={"options": {**entry.options, OPTION: factor}})
        designs = {**point.centre.designs, design: entry}
        centre = point.centre.model_copy(update={"designs": designs})
        experiment = self.search.study.experiment
        digest = require_design(
            experiment.centre, design, centre, point.changed.get(design), self.search.study.horizon
        )
        return replace(
            point, centre=centre, designs={design: entry}, design_digests={design: digest}
        )


def _declared(entry: DesignEntry) -> float | None:
    """Give the factor that the centre declares for a design; none where it has no such option."""
    factor = entry.options.get(OPTION)
    return float(factor) if isinstance(factor, int | float) else None


def _cells(plan: MeasurePlan, asked: BreakEven, forces: Sequence[str]) -> NDArray[np.intp]:
    """Find where the measure of some forces stands in a tally."""
    of_measure = (
        (plan.measure == asked.measure)
        & (plan.channel == asked.channel)
        & (plan.period == ALL)
        & (plan.group == "")
    )
    return np.array([np.flatnonzero(of_measure & (plan.force == force))[0] for force in forces])
