"""How these tests look cells up, and the small centre that they share."""

from functools import cache

import numpy as np

from sim.measures import MeasurePlan, Tally, Targets, plan_measures
from sim.records import Horizon, Layout

TARGETS = Targets(
    answer_within_s=np.array([10.0, 30.0]),
    target_share=np.array([0.9, 0.9]),
    transfer_delay_s=np.array([3.0, 0.0]),
)


def layout(forces: tuple[str, ...] = ("A", "B"), group_force: tuple[int, ...] = (0, 1)) -> Layout:
    """Two channels; group g of force `group_force[g]`, named after it in lower case."""
    groups = tuple(f"room {g}" for g in range(len(group_force)))
    skills = np.ones((2, len(groups)), dtype=bool)
    return Layout(
        forces,
        ("emergency", "non_emergency"),
        groups,
        np.array(group_force, dtype=np.int64),
        skills,
        np.array([0, 1]),
        np.zeros((2, len(groups)), dtype=np.int64),
    )


@cache
def plan(
    horizon: Horizon, forces: tuple[str, ...] = ("A", "B"), group_force: tuple[int, ...] = (0, 1)
) -> MeasurePlan:
    """Give the plan of that centre."""
    return plan_measures(layout(forces, group_force), horizon, TARGETS)


@cache
def index_of_labels(plan: MeasurePlan) -> dict[tuple[str, ...], int]:
    """Give the position of each cell by (measure, force, channel, group, period)."""
    labels = zip(
        plan.measure.tolist(),
        plan.force.tolist(),
        plan.channel.tolist(),
        plan.group.tolist(),
        plan.period.tolist(),
        strict=True,
    )
    return {label: position for position, label in enumerate(labels)}


class Cells:
    """A tally read by labels; every label left out is the sum."""

    def __init__(self, plan: MeasurePlan, tally: Tally) -> None:
        """Index the cells; no two may have the same labels."""
        self.index = index_of_labels(plan)
        assert len(self.index) == plan.n_cells == tally.value.size
        self.tally = tally

    def pair(self, measure, force="all", channel="all", group="", period="all"):
        """Give numerator and denominator."""
        position = self.index[measure, force, channel, group, period]
        return self.tally.numerator[position], self.tally.denominator[position]

    def value(self, measure, force="all", channel="all", group="", period="all"):
        """Give the value, nan for 0/0."""
        return self.tally.value[self.index[measure, force, channel, group, period]]
