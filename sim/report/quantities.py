"""Numbers that are no shares (hours, seconds, contacts, factors) with their intervals, as text."""

import math

from sim.report.estimate import MISSING, NO_SPREAD, Estimate, number, signed

_WHOLE_FROM, _ONE_FROM = 2.0, 0.2  # half-widths: from here on so many decimals say nothing more

_NO_SPREAD = 0.02  # the same in all weeks, or as good as


def digits_of(estimate: Estimate) -> int:
    """Give the decimals worth printing: what the interval supports, else the size.

    >>> digits_of(Estimate(137.25, 112.0, 162.5)), digits_of(Estimate(2.31, 1.9, 2.7))
    (0, 1)
    """
    if estimate.same and estimate.value.is_integer():
        return 0
    spread = estimate.half_width if estimate.has_interval else abs(estimate.value) / 10
    if math.isnan(spread) or spread < _NO_SPREAD:
        return 1
    return 0 if spread >= _WHOLE_FROM else 1 if spread >= _ONE_FROM else 2


def plain(estimate: Estimate) -> str:
    """Give the value."""
    return MISSING if estimate.missing else number(estimate.value, digits_of(estimate))


def plain_interval(estimate: Estimate) -> str:
    """Give the interval: "112 to 163"."""
    if not estimate.has_interval:
        return MISSING
    if estimate.same:
        return NO_SPREAD
    digits = digits_of(estimate)
    return f"{number(estimate.low, digits)} to {number(estimate.high, digits)}"


def change(estimate: Estimate) -> str:
    """Give the value with its sign."""
    return MISSING if estimate.missing else signed(estimate.value, digits_of(estimate))


def change_interval(estimate: Estimate) -> str:
    """Give the interval with its signs."""
    if not estimate.has_interval:
        return MISSING
    if estimate.same:
        return NO_SPREAD
    digits = digits_of(estimate)
    return f"{signed(estimate.low, digits)} to {signed(estimate.high, digits)}"


def size_in_brief(estimate: Estimate, unit: str) -> str:
    """Give the size of a quantity without its sign, its interval in brackets.

    >>> size_in_brief(Estimate(-38.2, -58.9, -17.1), "h")
    '38 h (17 to 59)'
    """
    if estimate.value < 0:
        estimate = Estimate(-estimate.value, -estimate.high, -estimate.low, estimate.replications)
    tail = f" ({plain_interval(estimate)})" if estimate.has_interval else " (no interval)"
    return f"{plain(estimate)} {unit}{tail}"
