"""Staffing that is another for a while: the steps inside a span of time, mapped level by level."""

import numpy as np
from numpy.typing import NDArray

from sim.records import Staffing


def highest(staffing: Staffing, group: int) -> int:
    """Give the most handlers that a group ever has."""
    return int(staffing.step_staffed[staffing.step_group == group].max(initial=0))


def during(
    staffing: Staffing,
    group: int,
    span_s: tuple[float, float],
    level: NDArray[np.int64],
    *,
    cut: bool = False,
) -> Staffing:
    """Give the staffing with `level[n]` handlers in a group where it has n, inside a span.

    Parameters
    ----------
    level
        Shape (L,), L above the most handlers that the group ever has.
    cut
        Whether the calls in hand at its start are cut off.
    """
    start_s, end_s = span_s
    own = staffing.step_group == group
    before = own & (staffing.step_s <= start_s)
    inside = own & (staffing.step_s > start_s) & (staffing.step_s < end_s)
    until_end = own & (staffing.step_s <= end_s)
    replaced = own & ((staffing.step_s == start_s) | (staffing.step_s == end_s))
    steps = np.flatnonzero(~replaced)
    at_start, at_end = (_last(staffing, rows) for rows in (before, until_end))
    staffed = np.where(
        inside, level[np.where(inside, staffing.step_staffed, 0)], staffing.step_staffed
    )
    step_s = np.concatenate([staffing.step_s[steps], [start_s, end_s]])
    step_group = np.concatenate([staffing.step_group[steps], [group, group]])
    order = np.lexsort((step_group, step_s))
    return Staffing(
        staffing.n_groups,
        step_s[order],
        step_group[order],
        np.concatenate([staffed[steps], [level[at_start], at_end]])[order],
        np.concatenate([staffing.step_cut[steps], [cut, False]])[order],
    )


def _last(staffing: Staffing, rows: NDArray[np.bool_]) -> int:
    """Give the level after the last of these steps, 0 before the first."""
    steps = np.flatnonzero(rows)
    return int(staffing.step_staffed[steps[-1]]) if steps.size else 0
