"""What became of each call, whoever simulated it, and whether two simulations agree."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import reference_model as model
from sim.records import ANSWERED, ContactLog, Workload

NEVER = float("inf")

Row = tuple[bool, float, float]
"""Answered or not, when the wait ended, when the handler was free again (`NEVER` if never busy)."""

Z_BOUND = 4.0


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One row per call; instants in seconds."""

    contact_class: NDArray[np.int64]
    arrival_s: NDArray[np.float64]
    answered: NDArray[np.bool_]
    wait_end_s: NDArray[np.float64]
    service_end_s: NDArray[np.float64]

    @classmethod
    def of_log(cls, workload: Workload, log: ContactLog) -> "Outcomes":
        """Take them from an engine's log."""
        return cls(
            workload.contact_class,
            log.arrival_s,
            log.outcome == ANSWERED,
            log.wait_end_s,
            log.service_end_s,
        )

    @classmethod
    def of_rows(cls, workload: Workload, rows: Mapping[int, Row]) -> "Outcomes":
        """Take them from rows by call number."""
        answered, wait_end_s, service_end_s = np.array(
            [rows[call] for call in range(workload.n_contacts)]
        ).T
        return cls(
            workload.contact_class,
            workload.arrival_s,
            answered.astype(np.bool_),
            wait_end_s,
            service_end_s,
        )

    def by_day(self, days: int) -> dict[str, NDArray[np.float64]]:
        """Give each statistic of each class, day by day."""
        day = (self.arrival_s // model.DAY_S).astype(np.int64)
        wait_s = self.wait_end_s - self.arrival_s

        def per_day(rows: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(day[rows], weights[rows], minlength=days)[:days]

        one = np.ones(day.size)
        statistics = {}
        for k, within_s in enumerate(model.ANSWER_WITHIN_S):
            mine = self.contact_class == k
            answered = mine & self.answered
            offered = per_day(mine, one)
            in_time = per_day(answered & (wait_s <= within_s), one)
            statistics[f"service_level[{k}]"] = in_time / offered
            statistics[f"abandonment[{k}]"] = per_day(mine & ~self.answered, one) / offered
            statistics[f"asa_s[{k}]"] = per_day(answered, wait_s) / per_day(answered, one)
        return statistics


class Disagreement(Exception):  # noqa: N818 - no fault in the program
    """Two simulations of the reference model do not agree: the message says where."""


def require_same(ours: Outcomes, theirs: Outcomes, tolerance_s: float) -> str:
    """Check call by call; say how well they agree.

    Raises
    ------
    Disagreement
        If a call has another outcome, or an instant differs by more than `tolerance_s`.
    """
    differ = np.flatnonzero(ours.answered != theirs.answered)
    if differ.size:
        raise Disagreement(f"{differ.size} calls end otherwise, the first is {differ[0]}")
    answered = ours.answered
    gaps_s = (
        np.abs(ours.wait_end_s - theirs.wait_end_s),
        np.abs(ours.service_end_s[answered] - theirs.service_end_s[answered]),
    )
    largest_s = max(float(gap_s.max(initial=0.0)) for gap_s in gaps_s)
    if largest_s > tolerance_s:
        raise Disagreement(f"an instant differs by {largest_s:g} s")
    if largest_s == 0.0:
        return f"the same outcome and instants, bit for bit, for all {answered.size:,} calls"
    return f"all {answered.size:,} calls end alike, instants within {largest_s:.1g} s"


def require_alike(ours: Outcomes, theirs: Outcomes, days: int) -> str:
    """Check service level, abandonment and mean wait of each class, with days as the sample.

    Raises
    ------
    Disagreement
        If a statistic differs by more than `Z_BOUND` standard errors.
    """
    z = {}
    other = theirs.by_day(days)
    for statistic, mine in ours.by_day(days).items():
        error = np.sqrt((mine.var(ddof=1) + other[statistic].var(ddof=1)) / days)
        z[statistic] = float((other[statistic].mean() - mine.mean()) / error)
    worst = max(z, key=lambda statistic: abs(z[statistic]))
    if abs(z[worst]) > Z_BOUND:
        raise Disagreement(f"{worst} lies {z[worst]:+.1f} standard errors away")
    return f"own random numbers; {len(z)} statistics within {abs(z[worst]):.1f} standard errors"


def summary(outcomes: Outcomes, days: int) -> str:
    """Give the statistics of the model in one line."""
    means = {name: values.mean() for name, values in outcomes.by_day(days).items()}
    return ", ".join(f"{name} {mean:.3g}" for name, mean in means.items())
