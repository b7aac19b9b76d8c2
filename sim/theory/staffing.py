"""How many handlers: the smallest number that meets a target, and the square-root rule."""

from collections.abc import Callable
from math import ceil, log, pi, sqrt

from scipy.special import expit, log_ndtr

from sim.theory.checks import number, positive
from sim.theory.erlang import erlang_a


def staff_needed(
    arrivals_per_h: float,
    handle_mean_s: float,
    patience_mean_s: float,
    within_s: float,
    target_share: float,
) -> int:
    """Give the fewest handlers with which Erlang A answers the target share in time.

    Parameters
    ----------
    arrivals_per_h, handle_mean_s, patience_mean_s
        As in `erlang_a`; a patience of inf asks Erlang C.
    within_s, target_share
        The target: this share of all callers answered within so many seconds; below 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    100 calls in half an hour of 3 minutes each: 14 agents for 80% in 20 seconds.

    >>> staff_needed(200, 180, float("inf"), within_s=20, target_share=0.8)
    14
    """
    number("target_share", target_share, high=1.0)
    if target_share == 1:
        raise ValueError("target_share: must be below 1; no number of handlers is certain")

    def enough(handlers: int) -> bool:
        answer = erlang_a(handlers, arrivals_per_h, handle_mean_s, patience_mean_s)
        return answer.service_level(within_s) >= target_share

    return _smallest(enough)


def _smallest(enough: Callable[[int], bool]) -> int:
    """Give the smallest whole number that is enough, where more is never less."""
    if enough(0):
        return 0
    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def square_root_staffing(load_erl: float, delay_probability: float) -> int:
    """Give the handlers by the square-root rule: load + beta sqrt(load), rounded up.

    A first guess for callers who never give up; beta grows slowly as `delay_probability`, the share
    who wait at all, falls. Source: Halfin and Whitt (1981), Operations Research 29(3),
    proposition 1.

    Parameters
    ----------
    load_erl
        Offered load: arrivals per hour x mean handle time in hours.
    delay_probability
        The share who may wait, between 0 and 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    >>> square_root_staffing(100, delay_probability=0.5), square_root_staffing(100, 0.05)
    (106, 118)
    """
    load_erl = number("load_erl", load_erl)
    return ceil(load_erl + halfin_whitt_beta(delay_probability) * sqrt(load_erl))


def halfin_whitt_beta(delay_probability: float) -> float:
    """Give the beta of the square-root rule that lets this share of callers wait.

    The inverse of `halfin_whitt_delay`.

    Raises
    ------
    ValueError
        If `delay_probability` is not strictly between 0 and 1.

    Examples
    --------
    >>> round(halfin_whitt_beta(0.5), 3)
    0.506
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - loads slowly, and few need it

    delay_probability = positive("delay_probability", delay_probability)
    if delay_probability >= 1:
        raise ValueError(f"delay_probability: must be below 1, not {delay_probability:g}")

    def excess(beta: float) -> float:
        return halfin_whitt_delay(beta) - delay_probability

    high = 1.0
    while excess(high) > 0:
        high *= 2
    return float(brentq(excess, 0.0, high, xtol=1e-12))


def halfin_whitt_delay(beta: float) -> float:
    """Give the share who wait when there are load + beta sqrt(load) handlers, for a large load.

    1 / (1 + beta Phi(beta) / phi(beta)), of the normal distribution. Source: Halfin and Whitt
    (1981), proposition 1.

    Raises
    ------
    ValueError
        If `beta` is negative.

    Examples
    --------
    10,000 erlang on 10,100 handlers is beta = 1; Erlang C itself gives 0.225.

    >>> round(halfin_whitt_delay(1.0), 3)
    0.223
    """
    beta = number("beta", beta)
    if beta == 0:
        return 1.0
    # beta Phi(beta) / phi(beta), by logarithms: phi alone underflows for a large beta.
    log_odds = log(beta) + float(log_ndtr(beta)) + beta * beta / 2 + log(2 * pi) / 2
    return float(expit(-log_odds))
