"""One pool of handlers in the steady state, for many loads at once.

Arrays in (a row per load, such as the hours of a week), arrays out. `erlang` gives the single
answers that people ask for; `hourly` adds the rows of a week up. Nothing here is checked: the
callers have.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NEGLIGIBLE_LOG = 45.0  # states less likely than exp(-45) of the likeliest are left out
MOST_STATES = 2_000_000  # beyond these the patience is so long that Erlang C is meant
TINY_LOAD = 1e-200  # stands for no load at all, where its logarithm is needed


@dataclass(frozen=True, eq=False)
class SteadyState:
    """What a caller of each row meets; arrays of shape (H,)."""

    delay_probability: FloatArray
    abandonment: FloatArray
    mean_wait_s: FloatArray
    mean_wait_answered_s: FloatArray

    def service_level(self, within_s: float) -> FloatArray:
        """Give the share of all callers who are answered within `within_s` seconds."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class PatientState(SteadyState):
    """M/M/n: nobody gives up; `clearing_per_s` is the rate at which a queue shortens."""

    clearing_per_s: FloatArray

    def service_level(self, within_s: float) -> FloatArray:
        """Give the share answered within `within_s`: the delay is exponential (Erlang 1917)."""
        late = self.delay_probability * np.exp(-np.maximum(self.clearing_per_s, 0) * within_s)
        level: FloatArray = 1 - late
        return level


@dataclass(frozen=True, eq=False)
class ImpatientState(SteadyState):
    """M/M/n+M: patience is exponential.

    Column j of the (H, J) arrays is a number of contacts that an arriving caller finds waiting:
    `waiting` that number, `answered` the probability of finding it and being answered in the end.
    """

    patience_mean_s: float
    n_ratio: FloatArray
    waiting: IntArray
    answered: FloatArray

    def service_level(self, within_s: float) -> FloatArray:
        """Give the share answered within `within_s`.

        Whoever finds j waiting stands behind j + 1 departures at the rates n mu + i theta,
        i = j, ..., 0 (handlers who become free, callers ahead who give up). For the sum V of these
        exponential times, exp(-theta V) has the beta distribution (n mu / theta, j + 1); with the
        caller's own patience, P(V <= t, answered) is a regularised incomplete beta function.
        """
        gone = -np.expm1(-within_s / self.patience_mean_s) if self.patience_mean_s > 0 else 1.0
        in_time = special.betainc(self.waiting + 1.0, self.n_ratio[:, None] + 1.0, gone)
        level: FloatArray = 1 - self.delay_probability + (self.answered * in_time).sum(axis=1)
        return np.clip(level, 0.0, 1.0)


def blocking(handlers: IntArray, load_erl: FloatArray) -> FloatArray:
    """Give Erlang B per row by the recursion B(k) = a B(k-1) / (k + a B(k-1)), B(0) = 1.

    Every term is positive, so nothing cancels; for a small load and many handlers it goes to 0.
    """
    share = np.ones(handlers.shape)
    for k in range(1, int(handlers.max(initial=0)) + 1):
        carried = load_erl * share
        share = np.where(k <= handlers, carried / (k + carried), share)
    return share


def patient_state(
    handlers: IntArray, load_erl: FloatArray, handle_mean_s: FloatArray
) -> PatientState:
    """Give M/M/n per row; a row whose load reaches its handlers waits for ever."""
    spare = handlers - load_erl
    lost = blocking(handlers, load_erl)
    stable = spare > 0
    delayed = np.ones(spare.shape)
    np.divide(handlers * lost, spare + load_erl * lost, out=delayed, where=stable)
    wait_s = np.full(spare.shape, np.inf)
    np.divide(delayed * handle_mean_s, spare, out=wait_s, where=stable)
    return PatientState(delayed, np.zeros(spare.shape), wait_s, wait_s, spare / handle_mean_s)


def impatient_state(
    handlers: IntArray,
    load_erl: FloatArray,
    handle_mean_s: FloatArray,
    patience_mean_s: float,
) -> ImpatientState:
    """Give M/M/n+M per row, from its birth-and-death chain; stable at any load.

    With x = n mu / theta and y = lambda / theta, j waiting is y / (x + j) times as likely as j - 1
    waiting. Only the states that matter are kept, around the likeliest, so that the cost grows with
    the square root of the size; sums have positive terms only, so nothing cancels.
    """
    ratio = patience_mean_s / handle_mean_s
    x, y = handlers * ratio, np.maximum(load_erl * ratio, TINY_LOAD)
    waiting, weight, all_busy = _queue_weights(x, y)

    lost = blocking(handlers, load_erl)
    total = weight.sum(axis=1)
    norm = all_busy * (1 - lost) + total * lost
    found = weight * (lost / norm)[:, None]  # the probability of finding j waiting

    ahead = x[:, None] + waiting + 1
    answered = found * (x[:, None] / ahead)
    staffed = handlers > 0
    abandonment = np.where(staffed, (found * ((waiting + 1) / ahead)).sum(axis=1), 1.0)
    # E[V; answered] given j: the mean of -log(beta(x + 1, j + 1)) / theta.
    before = special.digamma(x + waiting[:, 0] + 1) - special.digamma(x + 1)
    harmonic = before[:, None] + np.cumsum(1 / ahead, axis=1)
    waited_s = (answered * harmonic).sum(axis=1) * patience_mean_s
    mean_answered_s = np.full(x.shape, np.nan)
    np.divide(waited_s, 1 - abandonment, out=mean_answered_s, where=staffed)
    return ImpatientState(
        np.where(staffed, found.sum(axis=1), 1.0),
        abandonment,
        patience_mean_s * abandonment,
        mean_answered_s,
        patience_mean_s,
        x,
        waiting,
        answered,
    )


def _queue_weights(x: FloatArray, y: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Give the numbers waiting that matter, their weights, and the weight of none waiting."""
    half = _half_width(np.maximum(x, y), y)
    low = np.maximum(np.floor(y - x) - half, 0).astype(np.int64)
    waiting = low[:, None] + np.arange(2 * half + 1)
    log_weight = np.log(y)[:, None] - np.log(np.maximum(x[:, None] + waiting, TINY_LOAD))
    log_weight[:, 0] = 0
    np.cumsum(log_weight, axis=1, out=log_weight)
    log_weight -= log_weight.max(axis=1, keepdims=True)
    used = 1 + int(np.flatnonzero(log_weight.max(axis=0) >= -NEGLIGIBLE_LOG)[-1])
    weight = np.exp(log_weight[:, :used])
    none_waiting = np.where(low == 0, weight[:, 0], 0.0)
    return waiting[:, :used], weight, none_waiting


def _half_width(peak: FloatArray, y: FloatArray) -> int:
    """Give how far above the likeliest state the weights fall to nothing, at most, over the rows.

    `peak` is x + j at the likeliest j; k states further on, the logarithm of the weight has fallen
    by the sum of log((peak + i) / y), which the integral of it bounds from below.
    """
    half = 16
    while True:
        fallen = (peak + half) * np.log1p(half / peak) - half + half * np.log(peak / y)
        if np.all(fallen >= NEGLIGIBLE_LOG):
            return half
        half += half // 4
        if half > MOST_STATES:
            raise ValueError(
                "patience_mean_s: too long beside handle_mean_s for a finite patience; use inf"
            )
