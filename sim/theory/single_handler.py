"""One handler, handle times of any shape: the more they vary, the longer callers wait."""

from math import inf

from sim.theory.checks import SECONDS_PER_HOUR, number, positive


def pollaczek_khinchine(arrivals_per_h: float, handle_mean_s: float, handle_cv: float) -> float:
    """Give the mean wait in seconds for one handler (M/G/1, nobody gives up).

    E[W] = rho / (1 - rho) x (1 + cv^2) / 2 x E[S]; inf once the load reaches 1. Source: Pollaczek
    (1930), Khinchine (1932); Kleinrock (1975), Queueing Systems 1, chapter 5.

    Parameters
    ----------
    arrivals_per_h
        Arrival rate per hour.
    handle_mean_s
        Mean handle time in seconds.
    handle_cv
        Its standard deviation over its mean: 0 for M/D/1, 1 for M/M/1.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Examples
    --------
    At half load a caller waits half a call (M/D/1) or one call (M/M/1).

    >>> pollaczek_khinchine(6, 300, 0.0), pollaczek_khinchine(6, 300, 1.0)
    (150.0, 300.0)
    """
    handle_mean_s = positive("handle_mean_s", handle_mean_s)
    load_erl = number("arrivals_per_h", arrivals_per_h) * handle_mean_s / SECONDS_PER_HOUR
    if load_erl >= 1:
        return inf
    return load_erl / (1 - load_erl) * (1 + number("handle_cv", handle_cv) ** 2) / 2 * handle_mean_s
