"""Erlang A hour by hour: a week without its memory."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.theory.checks import SECONDS_PER_HOUR, number, patience
from sim.theory.steady_state import SteadyState, impatient_state, patient_state


@dataclass(frozen=True, eq=False)
class PointwiseAnswer:
    """Each hour's steady state, and the week's by arrivals.

    Parameters
    ----------
    hourly_service_level, hourly_abandonment
        Shape (H,): shares of the hour's callers.
    service_level, abandonment
        The same over all callers; nan if there are none.
    mean_wait_answered_s
        Seconds until answered, over all answered callers; nan if there are none.
    """

    hourly_service_level: NDArray[np.float64]
    hourly_abandonment: NDArray[np.float64]
    service_level: float
    abandonment: float
    mean_wait_answered_s: float


def pointwise_erlang_a(
    arrivals_per_h: ArrayLike,
    handlers: ArrayLike,
    handle_mean_s: ArrayLike,
    patience_mean_s: float,
    within_s: float,
) -> PointwiseAnswer:
    """Give Erlang A for every hour by itself, and the week weighted by arrivals.

    The pointwise stationary approximation of Green and Kolesar (1991), Management Science 37(1):
    each hour is taken to be in its own steady state. It knows nothing of a queue that an hour hands
    to the next, of busy days and bursts, of priorities or of call lengths that are not exponential,
    so it is the hopeful figure beside a simulation, and a check of its size.

    Parameters
    ----------
    arrivals_per_h
        Shape (H,): arrival rate in each hour.
    handlers
        Shape (H,) or one number: handlers staffed. Between two whole numbers (a mean over weeks)
        the hour is a mixture of the two, as when 7.4 posts are 7 or 8 people.
    handle_mean_s
        Shape (H,) or one number: mean handle time in seconds.
    patience_mean_s
        Mean patience in seconds, 0 to inf.
    within_s
        The answer-time target in seconds.

    Raises
    ------
    ValueError
        If a parameter is out of range or the lengths differ.

    Examples
    --------
    Two hours, one quiet and one not; the busy one has nine tenths of the callers.

    >>> week = pointwise_erlang_a([10, 90], [5, 8], 300, 600, within_s=10)
    >>> [round(float(share), 3) for share in week.hourly_service_level]
    [0.999, 0.491]
    >>> round(week.service_level, 3)
    0.542
    """
    rates, staffed, handle_s = _rows(arrivals_per_h, handlers, handle_mean_s)
    patience_mean_s = patience("patience_mean_s", patience_mean_s)
    within_s = number("within_s", within_s)

    fewer = np.floor(staffed).astype(np.int64)
    share_of_more = staffed - fewer
    load_erl = rates * handle_s / SECONDS_PER_HOUR

    def mixed(n: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give service level, abandonment and time waited by answered callers, times `share`."""
        steady: SteadyState = (
            patient_state(n, load_erl, handle_s)
            if patience_mean_s == inf
            else impatient_state(n, load_erl, handle_s, patience_mean_s)
        )
        answered = 1 - steady.abandonment
        wait_s = np.where(n > 0, steady.mean_wait_answered_s, 0.0)
        parts = np.array([steady.service_level(within_s), steady.abandonment, answered * wait_s])
        return np.where(share > 0, parts, 0.0) * share

    level, given_up, waited_s = mixed(fewer, 1 - share_of_more)
    if share_of_more.any():
        more = mixed(fewer + 1, share_of_more)
        level, given_up, waited_s = level + more[0], given_up + more[1], waited_s + more[2]
    callers = rates.sum()
    some = rates > 0
    answered = (rates * (1 - given_up)).sum()
    return PointwiseAnswer(
        level,
        given_up,
        float((rates * level).sum() / callers) if callers else float("nan"),
        float((rates * given_up).sum() / callers) if callers else float("nan"),
        float((rates[some] * waited_s[some]).sum() / answered) if answered else float("nan"),
    )


def _rows(
    arrivals_per_h: ArrayLike, handlers: ArrayLike, handle_mean_s: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the three columns at one length, checked."""
    rates = np.asarray(arrivals_per_h, dtype=np.float64)
    if rates.ndim != 1 or rates.size == 0:
        raise ValueError(f"arrivals_per_h: needs one axis of hours, has shape {rates.shape}")
    columns = {"arrivals_per_h": rates}
    for name, values in (("handlers", handlers), ("handle_mean_s", handle_mean_s)):
        column = np.asarray(values, dtype=np.float64)
        if column.shape not in {(), rates.shape}:
            raise ValueError(f"{name}: has shape {column.shape}, arrivals_per_h {rates.shape}")
        columns[name] = np.broadcast_to(column, rates.shape)
    for name, column in columns.items():
        bad = ~((column >= 0) & np.isfinite(column))
        if bad.any():
            row = int(np.argmax(bad))
            raise ValueError(f"{name}: hour {row} must be finite and at least 0, not {column[row]}")
    if (columns["handle_mean_s"] == 0).any():
        raise ValueError("handle_mean_s: must be above 0 in every hour")
    return columns["arrivals_per_h"], columns["handlers"], columns["handle_mean_s"]
