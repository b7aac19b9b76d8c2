"""The events of an experiment, ready for its replications: what they do, and what is measured.

With events every design is run twice on the same draws, once with all of them and once with none.
The tally of a replication then holds the cells of the measure plan (with events), followed by the
event cells with and the event cells without.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.config import Event, SiteOutage
from sim.measures import Targets
from sim.measures.during import EventWindow, WindowPlan, plan_window, tabulate_window
from sim.measures.timeline import TimelinePlan, plan_timeline, tabulate_timeline
from sim.records import ContactLog, Design, Horizon, Layout, Staffing, Workload
from sim.routing.fallback import Fallback, with_fallback
from sim.workload.events import EventDrawer


@dataclass(frozen=True, eq=False)
class EventCells:
    """What is measured about the events of an experiment, in order.

    Parameters
    ----------
    windows, timelines
        One of each per event.
    """

    windows: tuple[WindowPlan, ...]
    timelines: tuple[TimelinePlan, ...]
    n_cells: int = field(init=False)

    def __post_init__(self) -> None:
        """Count the cells."""
        cells = sum(plan.n_cells for plan in self.windows)
        cells += sum(plan.n_cells for plan in self.timelines)
        object.__setattr__(self, "n_cells", cells)

    def tabulate(
        self, workload: Workload, staffing: Staffing, log: ContactLog
    ) -> NDArray[np.float64]:
        """Give numerators and denominators, shape (2, n_cells)."""
        pairs = [
            *(tabulate_window(plan, workload, log) for plan in self.windows),
            *(tabulate_timeline(plan, workload, staffing, log) for plan in self.timelines),
        ]
        return np.concatenate([np.stack(pair) for pair in pairs], axis=1)


@dataclass(frozen=True)
class PreparedEvents:
    """What the events do in the replications of a point.

    Parameters
    ----------
    drawers
        By the digest of what determines a workload.
    takers
        Who takes staff away: by the key of a staffing with the events, the digest of the staffing
        without them, and a drawer of the events as they are under the designs with that key.
    """

    drawers: Mapping[str, EventDrawer]
    takers: Mapping[str, tuple[str, EventDrawer]]
    cells: EventCells

    def happen(
        self,
        workloads: Mapping[str, Workload],
        staffings: Mapping[str, Staffing],
        seed: int,
        replication: int,
    ) -> tuple[dict[str, Workload], dict[str, Staffing]]:
        """Give the workloads of a replication by digest, its staffings by key, with the events."""
        return (
            {
                part: self.drawers[part].workload(workload, seed, replication)
                for part, workload in workloads.items()
            },
            {
                key: drawer.staffing(staffings[part], seed, replication)
                for key, (part, drawer) in self.takers.items()
                if part in staffings
            },
        )


def plan_event_cells(
    events: Sequence[Event], layout: Layout, horizon: Horizon, targets: Targets
) -> EventCells:
    """Give the cells of an experiment's events."""
    windows = [EventWindow(event.name, *event.span_s(horizon)) for event in events]
    return EventCells(
        tuple(plan_window(window, layout, horizon, targets) for window in windows),
        tuple(plan_timeline(window, layout, horizon) for window in windows),
    )


def design_during(
    design: Design, events: Sequence[Event], layout: Layout, horizon: Horizon
) -> Design:
    """Give a design with the fallbacks of all outages."""
    for event in events:
        if isinstance(event, SiteOutage) and event.fallback_after_s is not None:
            factor = event.fallback_handle_factor
            fallback = Fallback(
                tuple(layout.groups.index(name) for name in event.groups),
                *event.span_s(horizon),
                event.fallback_after_s,
                1.0 if factor is None else factor.value,
            )
            design = with_fallback(design, layout, fallback)
    return design
