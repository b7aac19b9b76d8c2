"""One pool of handlers and several kinds of caller, the more urgent taken first."""

from collections.abc import Sequence
from math import exp, inf

from sim.theory.checks import SECONDS_PER_HOUR, number, positive, whole
from sim.theory.erlang import erlang_c


def cobham(
    handlers: int, arrivals_per_h: Sequence[float], handle_mean_s: float
) -> tuple[float, ...]:
    """Give the mean wait of each class in seconds, the most urgent first (M/M/n, nobody gives up).

    A freed handler takes the most urgent class that waits; nobody's call is broken off; all classes
    have one exponential handle time. With sigma_k the load of classes 1..k per handler,
    W_k = C h / (n (1 - sigma_{k-1}) (1 - sigma_k)). A class is inf once the load of it and those
    above reaches the handlers; those above still wait finitely (C = 1). Source: Cobham (1954),
    Operations Research 2(1), corrected in 3(4); Kella and Yechiali (1985), Stochastic Models 1(2).

    Parameters
    ----------
    handlers
        n, 1 or more.
    arrivals_per_h
        Arrival rates by class, the most urgent first.
    handle_mean_s
        Mean handle time in seconds, the same for all.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    One handler, calls of 0.5 h: loads 0.25 and 0.5 give waits C h/0.75 and C h/(0.75 x 0.25).

    >>> [round(wait_s / 3600, 4) for wait_s in cobham(1, [0.5, 1.0], 1800)]
    [0.5, 2.0]
    """
    handlers = whole("handlers", handlers, low=1)
    handle_mean_s = positive("handle_mean_s", handle_mean_s)
    rates = [number(f"arrivals_per_h[{k}]", rate) for k, rate in enumerate(arrivals_per_h)]
    delayed = erlang_c(handlers, sum(rates), handle_mean_s).delay_probability

    waits: list[float] = []
    above = 0.0
    for rate in rates:
        upto = above + rate * handle_mean_s / SECONDS_PER_HOUR / handlers
        waits.append(
            delayed * handle_mean_s / (handlers * (1 - above) * (1 - upto)) if upto < 1 else inf
        )
        above = upto
    return tuple(waits)


def first_class_service_level(
    handlers: int, arrivals_per_h: Sequence[float], handle_mean_s: float, within_s: float
) -> float:
    """Give the share of the most urgent class answered within `within_s` seconds.

    As `cobham`. Whoever of that class waits does so behind its own class only, which handlers take
    at the rate n mu: P(W > t) = C exp(-(n mu - lambda_1) t). Source: Davis (1966), Operations
    Research 14(1). The classes below have no such short form.

    Parameters
    ----------
    handlers, arrivals_per_h, handle_mean_s
        As in `cobham`.
    within_s
        The answer-time target in seconds.

    Raises
    ------
    ValueError
        If a parameter is out of range or there is no class.

    Examples
    --------
    The mean that this distribution has is Cobham's.

    >>> from scipy.integrate import quad
    >>> late = lambda t: 1 - first_class_service_level(3, [4, 5], 900, t)
    >>> round(quad(late, 0, 20_000)[0], 3) == round(cobham(3, [4, 5], 900)[0], 3)
    True
    """
    handlers = whole("handlers", handlers, low=1)
    handle_mean_s = positive("handle_mean_s", handle_mean_s)
    within_s = number("within_s", within_s)
    if len(arrivals_per_h) == 0:
        raise ValueError("arrivals_per_h: needs a class")
    rates = [number(f"arrivals_per_h[{k}]", rate) for k, rate in enumerate(arrivals_per_h)]
    delayed = erlang_c(handlers, sum(rates), handle_mean_s).delay_probability
    clearing_per_s = handlers / handle_mean_s - rates[0] / SECONDS_PER_HOUR
    return 1 - delayed * exp(-clearing_per_s * within_s) if clearing_per_s > 0 else 0.0
