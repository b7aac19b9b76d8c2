"""What is measured, planned once for all points that measure alike.

Planning costs as much as drawing a week. The points of a sweep seldom differ in what a plan
follows from: the forces, channels and groups, the horizon and the targets.
"""

import pickle
from functools import lru_cache

from sim.measures import MeasurePlan, Targets, plan_measures
from sim.records import Horizon, Layout

_KEPT = 16


def plan_for(layout: Layout, horizon: Horizon, targets: Targets) -> MeasurePlan:
    """Give what `plan_measures` gives, from memory where the same was asked lately."""
    return _plan(pickle.dumps((layout, horizon, targets), protocol=5))


@lru_cache(maxsize=_KEPT)
def _plan(asked: bytes) -> MeasurePlan:
    """Plan for what these bytes stand for; equal inputs nearly always have equal bytes."""
    return plan_measures(*pickle.loads(asked))  # noqa: S301 - our own bytes, made above
