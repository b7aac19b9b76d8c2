"""One block of replications: draw each week once, run every design on it, tabulate each.

This is the work that a worker does, wherever it runs. A task is small and stands alone; what can
be prepared once per point is kept by the worker between tasks.
"""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.config import Centre, DesignEntry, Event, events_under, layout_of
from sim.engine import simulate
from sim.experiment.block import Block
from sim.experiment.events import PreparedEvents, design_during, plan_event_cells
from sim.experiment.identity import staffing_digest, workload_digest
from sim.experiment.measure_plans import plan_for
from sim.experiment.memory import keep_freed_memory
from sim.experiment.scenario import Point, targets_of
from sim.measures import MeasurePlan, WeekSums, sum_week, tabulate_weeks
from sim.records import NOT_WOKEN, ContactLog, Design, Horizon
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan
from sim.workload.events import EventDrawer

_POINTS_KEPT = 4  # prepared points per worker: tasks come point after point


@dataclass(frozen=True)
class Recipe:
    """What a worker must know of a point."""

    centre: Centre
    changed: Mapping[str, Centre]  # by design digest, where a design changes the centre
    horizon: Horizon
    seed: int
    engine: str
    designs: Mapping[str, DesignEntry]  # by design digest
    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, point: Point, horizon: Horizon, seed: int, engine: str) -> Self:
        """Give the recipe of a point; designs that are the same by their matrices stand once."""
        names = point.design_digests.items()
        designs = {digest: point.designs[name] for name, digest in names}
        changed = {digest: point.changed[name] for name, digest in names if name in point.changed}
        return cls(point.centre, changed, horizon, seed, engine, designs, point.events)


@dataclass(frozen=True)
class Task:
    """Replications `start` to `stop` - 1 of one point, under the designs of these digests.

    Parameters
    ----------
    point
        The point's index.
    recipe
        The point's recipe, pickled once and for all tasks; it is also the key under which a
        worker finds what it has prepared.
    """

    point: int
    start: int
    stop: int
    designs: tuple[str, ...]
    recipe: bytes


class Scenario(NamedTuple):
    """A design of a point, and which of the point's workloads and staffings it meets.

    `during` is the design with what it falls back on in events, the design itself without any;
    `struck` is the key of the staffing with the events (see `PreparedEvents`).
    """

    design: Design
    during: Design
    workload: str
    staffing: str
    struck: str


@dataclass(frozen=True)
class Prepared:
    """What all replications of a point share.

    Parameters
    ----------
    workloads, staffings
        By the digest of what determines them: one of each, and one more for each design that
        changes that part of the centre. A seed and a replication open the same streams for all.
    scenarios
        By design digest.
    """

    workloads: Mapping[str, WorkloadPlan]
    staffings: Mapping[str, StaffingDrawer]
    scenarios: Mapping[str, Scenario]
    measures: MeasurePlan
    events: PreparedEvents | None
    seed: int
    engine: str


def run_task(task: Task) -> Block:
    """Give the block of tallies that a task asks for."""
    return _block(task, slice(None))


def run_cells(task: Task, cells: NDArray[np.intp]) -> Block:
    """Give the same of some cells alone."""
    return _block(task, cells)


def _block(task: Task, cells: NDArray[np.intp] | slice) -> Block:
    prepared = prepare(task.recipe)
    replications = range(task.start, task.stop)
    weeks = [run_replication(prepared, task.designs, replication) for replication in replications]
    tallies = {
        design: tally_of(prepared, [week.parts[design] for week in weeks])[:, :, cells]
        for design in task.designs
    }
    return Block.pack(task.start, tallies, sum(week.contacts for week in weeks))


class WeekPart(NamedTuple):
    """One replication under one design: its sums, and the event cells with and without events.

    Event cells are numerators and denominators, shape (2, twice the event cells); without events
    there are none.
    """

    sums: WeekSums
    events: NDArray[np.float64]


class Week(NamedTuple):
    """One replication, by design digest, and the contacts simulated."""

    parts: Mapping[str, WeekPart]
    contacts: int


def tally_of(prepared: Prepared, weeks: Sequence[WeekPart]) -> NDArray[np.float64]:
    """Give the cells of some replications under one design.

    Shape (2, R, M); with events, M and twice the event cells (see `events`).
    """
    tally = tabulate_weeks(prepared.measures, [week.sums for week in weeks])
    events = np.stack([week.events for week in weeks], axis=1)
    return np.concatenate((tally, events), axis=2) if events.size else tally


def run_replication(prepared: Prepared, designs: Sequence[str], replication: int) -> Week:
    """Run one replication of a point under the designs of these digests."""
    scenarios = {design: prepared.scenarios[design] for design in designs}
    workloads = {
        part: prepared.workloads[part].draw(prepared.seed, replication)
        for part in {scenario.workload for scenario in scenarios.values()}
    }
    staffings = {
        part: prepared.staffings[part].draw(prepared.seed, replication)
        for part in {scenario.staffing for scenario in scenarios.values()}
    }
    calm = (workloads, staffings)
    if prepared.events is not None:
        workloads, staffings = prepared.events.happen(*calm, prepared.seed, replication)
    parts, contacts = {}, 0
    for digest, scenario in scenarios.items():
        workload, staffing = workloads[scenario.workload], staffings[scenario.struck]
        log = simulate(workload, staffing, scenario.during, prepared.engine)
        sums, events = sum_week(prepared.measures, workload, staffing, log), np.empty((2, 0))
        contacts += _arrived(log)
        if prepared.events is not None:
            cells = prepared.events.cells
            happened = cells.tabulate(workload, staffing, log)
            workload, staffing = calm[0][scenario.workload], calm[1][scenario.staffing]
            log = simulate(workload, staffing, scenario.design, prepared.engine)
            events = np.hstack((happened, cells.tabulate(workload, staffing, log)))
            contacts += _arrived(log)
        parts[digest] = WeekPart(sums, events)
    return Week(parts, contacts)


def _arrived(log: ContactLog) -> int:
    return int(np.count_nonzero(log.outcome != NOT_WOKEN))


def _struck(staffing: str, entry: DesignEntry, events: Sequence[Event]) -> str:
    """Give the key of a staffing with the events as they are under a design."""
    return f"{staffing} {sorted(entry.sites.values())}" if events else staffing


@lru_cache(maxsize=_POINTS_KEPT)
def prepare(recipe: bytes) -> Prepared:
    """Build what the replications of a point share, from its pickled recipe.

    Raises
    ------
    ConfigError
        If the point's demand or staffing contradict themselves.
    """
    keep_freed_memory()
    known: Recipe = pickle.loads(recipe)  # noqa: S301 - our own bytes, made by this run
    parts = _build_parts(known)
    layout, targets = layout_of(known.centre), targets_of(known.centre)
    events = None
    if known.events:
        cells = plan_event_cells(known.events, layout, known.horizon, targets)
        events = PreparedEvents(parts.drawers, parts.takers, cells)
    return Prepared(
        workloads=parts.workloads,
        staffings=parts.staffings,
        scenarios=parts.scenarios,
        # What is measured is the same under every design: no design may change it.
        measures=plan_for(layout, known.horizon, targets),
        events=events,
        seed=known.seed,
        engine=known.engine,
    )


def require_drawable(recipe: bytes) -> None:
    """Refuse a point whose weeks could not be drawn, without planning what is measured.

    Raises
    ------
    ConfigError
        As `prepare`.
    """
    _build_parts(pickle.loads(recipe))  # noqa: S301 - our own bytes, made by this run


class _Parts(NamedTuple):
    """What draws a point's weeks: each by the digest of what determines it, see `Prepared`."""

    workloads: Mapping[str, WorkloadPlan]
    staffings: Mapping[str, StaffingDrawer]
    drawers: Mapping[str, EventDrawer]
    takers: Mapping[str, tuple[str, EventDrawer]]
    scenarios: Mapping[str, Scenario]


def _build_parts(known: Recipe) -> _Parts:
    """Build what draws the weeks of a recipe, and its designs."""
    horizon = known.horizon
    workloads, staffings, scenarios, drawers, takers = {}, {}, {}, {}, {}
    digests: dict[str, tuple[str, str]] = {}  # by design that changes the centre, "" for the rest
    for digest, entry in known.designs.items():
        centre = known.changed.get(digest, known.centre)
        layout = layout_of(centre)
        design = build_design(entry.kind, layout, horizon, entry.options)
        happens = events_under(known.events, entry)
        during = design_during(design, happens, layout, horizon)
        world = digest if digest in known.changed else ""
        if world not in digests:
            digests[world] = workload_digest(centre), staffing_digest(centre)
        parts = digests[world]
        scenario = Scenario(design, during, *parts, _struck(parts[1], entry, known.events))
        if scenario.workload not in workloads:
            plan = workloads[scenario.workload] = WorkloadPlan(centre, horizon)
            if known.events:
                drawers[scenario.workload] = EventDrawer(centre, horizon, known.events, plan)
        if scenario.staffing not in staffings:
            staffings[scenario.staffing] = StaffingDrawer(centre, horizon)
        if scenario.struck not in takers:
            drawer = EventDrawer(centre, horizon, happens, workloads[scenario.workload])
            takers[scenario.struck] = scenario.staffing, drawer
        scenarios[digest] = scenario
    return _Parts(workloads, staffings, drawers, takers, scenarios)
