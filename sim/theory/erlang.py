"""Erlang's formulas for one pool of handlers and one kind of caller: B, C and A.

B: callers who find everybody busy are lost. C: they wait as long as it takes. A: they wait, but
not for ever. All three: Poisson arrivals at a constant rate, exponential handle times, first come,
first served, the steady state. A week in a control room breaks each of these; that is what the
simulation is for, and why these are its oracle and its first guess, not its rival.
"""

from dataclasses import dataclass, field
from math import inf

import numpy as np

from sim.theory.checks import SECONDS_PER_HOUR, number, patience, positive, whole
from sim.theory.steady_state import SteadyState, blocking, impatient_state, patient_state


@dataclass(frozen=True, eq=False)
class QueueAnswer:
    """What the callers of one pool meet in the steady state.

    Parameters
    ----------
    handlers, arrivals_per_h, handle_mean_s, patience_mean_s
        The question: `patience_mean_s` is inf where nobody gives up.
    delay_probability
        The share of callers who find every handler busy.
    abandonment
        The share of callers who give up.
    mean_wait_s
        Seconds until answered or given up, over all callers.
    mean_wait_answered_s
        Seconds until answered, over answered callers (ASA); nan if nobody is ever answered.
    occupancy
        Busy time over staffed time; nan without handlers.
    mean_waiting
        The mean number of callers waiting (Little 1961).
    """

    handlers: int
    arrivals_per_h: float
    handle_mean_s: float
    patience_mean_s: float
    delay_probability: float
    abandonment: float
    mean_wait_s: float
    mean_wait_answered_s: float
    occupancy: float
    mean_waiting: float
    _steady: SteadyState = field(repr=False)

    def service_level(self, within_s: float) -> float:
        """Give the share of all callers who are answered within `within_s` seconds."""
        return float(self._steady.service_level(number("within_s", within_s))[0])


def erlang_b(handlers: int, load_erl: float) -> float:
    """Give the share of callers lost when everybody is busy and nobody waits (M/G/n/n).

    Holds for any distribution of handle time. Source: Erlang (1917); the recursion in Cooper
    (1981), Introduction to Queueing Theory, 2nd ed., section 3.3.

    Parameters
    ----------
    handlers
        n, 0 or more.
    load_erl
        Offered load: arrivals per hour x mean handle time in hours.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    In the published tables 3 erlang on 5 lines block 11.01%, and 15 lines carry 8.108 erlang at 1%.

    >>> round(erlang_b(5, 3.0), 4)
    0.1101
    >>> round(erlang_b(15, 8.108), 4)
    0.01
    """
    n = np.array([whole("handlers", handlers)])
    return float(blocking(n, np.array([number("load_erl", load_erl)]))[0])


def erlang_c(handlers: int, arrivals_per_h: float, handle_mean_s: float) -> QueueAnswer:
    """Give the waiting of callers who never give up (M/M/n).

    Where the load reaches the handlers the queue grows without end: everybody waits, for ever.
    Source: Erlang (1917); Cooper (1981), section 3.4: C = n B / (n - a (1 - B)) and
    P(W > t) = C exp(-(n - a) t / handle time).

    Parameters
    ----------
    handlers
        n, 0 or more.
    arrivals_per_h
        Arrival rate per hour.
    handle_mean_s
        Mean handle time in seconds, above 0.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    A textbook case of the call-centre trade: 360 calls in half an hour, 4 minutes each, 55 agents;
    23.9% wait, 8.2 s on average.

    >>> answer = erlang_c(handlers=55, arrivals_per_h=720, handle_mean_s=240)
    >>> round(answer.delay_probability, 3), round(answer.mean_wait_s, 1)
    (0.239, 8.2)
    """
    return erlang_a(handlers, arrivals_per_h, handle_mean_s, inf)


def erlang_a(
    handlers: int, arrivals_per_h: float, handle_mean_s: float, patience_mean_s: float
) -> QueueAnswer:
    """Give the waiting of callers whose patience is exponential (M/M/n+M), exactly.

    Sources: Palm (1957), Tele; Riordan (1962), Stochastic Service Systems; Garnett, Mandelbaum
    and Reiman (2002), M&SOM 4(3); Mandelbaum and Zeltyn (2007), The Palm/Erlang-A queue,
    sections 4.4 (delay probability), 4.5 (abandonment), 4.6 (abandonment = theta x mean wait).
    The service level is derived in `ImpatientState.service_level`.

    Parameters
    ----------
    handlers
        n, 0 or more.
    arrivals_per_h
        Arrival rate per hour.
    handle_mean_s
        Mean handle time in seconds, above 0.
    patience_mean_s
        How long callers would wait on average, in seconds: 0 (then Erlang B) to inf (Erlang C).

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    Garnett et al. (2002), section 1: 50 agents, 48 calls a minute of 1 minute each, patience 2
    minutes; 3.1% give up and the mean wait is 3.7 s, where without giving up it would be 20.8 s.

    >>> answer = erlang_a(handlers=50, arrivals_per_h=2880, handle_mean_s=60, patience_mean_s=120)
    >>> round(answer.abandonment, 3), round(answer.mean_wait_s, 1)
    (0.031, 3.7)
    >>> round(erlang_c(handlers=50, arrivals_per_h=2880, handle_mean_s=60).mean_wait_s, 1)
    20.8
    """
    handlers = whole("handlers", handlers)
    arrivals_per_h = number("arrivals_per_h", arrivals_per_h)
    handle_mean_s = positive("handle_mean_s", handle_mean_s)
    patience_mean_s = patience("patience_mean_s", patience_mean_s)

    load_erl = arrivals_per_h * handle_mean_s / SECONDS_PER_HOUR
    n, load, handle_s = np.array([handlers]), np.array([load_erl]), np.array([handle_mean_s])
    steady: SteadyState = (
        patient_state(n, load, handle_s)
        if patience_mean_s == inf
        else impatient_state(n, load, handle_s, patience_mean_s)
    )
    abandonment = float(steady.abandonment[0])
    mean_wait_s = float(steady.mean_wait_s[0])
    busy = load_erl * (1 - abandonment)
    return QueueAnswer(
        handlers,
        arrivals_per_h,
        handle_mean_s,
        patience_mean_s,
        float(steady.delay_probability[0]),
        abandonment,
        mean_wait_s,
        float(steady.mean_wait_answered_s[0]),
        min(busy / handlers, 1.0) if handlers else float("nan"),
        arrivals_per_h / SECONDS_PER_HOUR * mean_wait_s if arrivals_per_h else 0.0,
        steady,
    )
