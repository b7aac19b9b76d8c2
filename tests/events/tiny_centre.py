"""A tiny centre for events: two forces with a room each, two channels, and contacts by hand."""

import numpy as np
from workload.small_centres import a_centre, a_channel, a_force, a_group

from sim.config import Experiment, layout_of
from sim.records import Horizon, Workload
from sim.workload import WorkloadPlan
from sim.workload.events import EventDrawer

INF = np.inf
DAY = Horizon(warm_up_h=0, measured_h=24)
BOTH = ("emergency", "routine")
NEVER = {"distribution": "never"}


def tiny_centre(**channel):
    """Give North and South with 10 contacts an hour on each channel."""
    channels = {
        "emergency": a_channel(**channel),
        "routine": a_channel(priority=1, **channel),
    }
    return a_centre(
        channels=channels,
        forces={force: a_force(emergency=240, routine=240) for force in ("North", "South")},
        groups={
            "north": a_group("North", answers=BOTH),
            "south": a_group("South", answers=BOTH),
        },
    )


def events_of(*events):
    """Give checked events, as an experiment's file has them."""
    experiment = Experiment.model_validate(
        {
            "question": "What happens?",
            "centre": "centre",
            "designs": ["isolation"],
            "baseline": "isolation",
            "seed": 1,
            "horizon": {"warm_up_h": 0, "measured_h": 24},
            "replications": {"min": 1},
            "events": [{"name": f"event {number}"} | event for number, event in enumerate(events)],
        }
    )
    return experiment.events


def drawer_of(centre, *events):
    plan = WorkloadPlan(centre, DAY)
    return EventDrawer(centre, DAY, events_of(*events), plan)


def class_of(force, channel):
    return layout_of(tiny_centre()).class_of(force, channel)


def calls(*rows):
    """Rows of (class, arrival, handle), or of a follow-on (class, trigger, parent, delay, handle).

    Nobody gives up.
    """
    primary = [len(row) == 3 for row in rows]
    return Workload(
        4,
        [row[0] for row in rows],
        [row[1] if first else INF for row, first in zip(rows, primary, strict=True)],
        [INF for _ in rows],
        [row[-1] for row in rows],
        [0 if first else row[1] for row, first in zip(rows, primary, strict=True)],
        [-1 if first else row[2] for row, first in zip(rows, primary, strict=True)],
        [0.0 if first else row[3] for row, first in zip(rows, primary, strict=True)],
    )
