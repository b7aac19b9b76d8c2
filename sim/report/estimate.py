"""A number with its interval, and how it is put into words.

Shares come in as 0 to 1 and are printed as percentages, differences of shares as points. A number
without an interval says so; a missing one is a dash, never a zero.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

MISSING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
NO_SPREAD = "in every run"  # instead of an interval whose ends are the same


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval; nan where there is none.

    Examples
    --------
    >>> level = Estimate(0.8604, 0.8531, 0.8674)
    >>> level.percent, level.percent_interval
    ('86.0%', '85.3 to 86.7')
    >>> Estimate(0.0123, 0.0096, 0.0150).points
    '+1.2'
    """

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    replications: int = 0

    @property
    def missing(self) -> bool:
        """Whether there is no value at all (nobody called)."""
        return math.isnan(self.value)

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are known."""
        return not (self.missing or math.isnan(self.low) or math.isnan(self.high))

    @property
    def ends(self) -> tuple[float, ...]:
        """The value and both ends of the interval, as far as they are known."""
        known = (self.value, self.low, self.high) if self.has_interval else (self.value,)
        return () if self.missing else known

    @property
    def same(self) -> bool:
        """Whether every run gave exactly this."""
        return self.has_interval and self.low == self.value == self.high

    @property
    def half_width(self) -> float:
        """Half the width of the interval; nan without one."""
        return (self.high - self.low) / 2

    @property
    def sign(self) -> int:
        """Give 1 if the whole interval is above 0, -1 if below, 0 if it spans 0 or is unknown."""
        if not self.has_interval:
            return 0
        return (self.low > 0) - (self.high < 0)

    @property
    def digits(self) -> int:
        """Decimals worth printing of a percentage: what the interval supports."""
        if not self.has_interval:
            return 1
        if self.same and (100 * self.value).is_integer():
            return 0
        half = 100 * self.half_width
        return 0 if half >= 5 else 2 if 0 < half < 0.02 else 1  # noqa: PLR2004 - points

    @property
    def percent(self) -> str:
        """The value as a percentage."""
        return MISSING if self.missing else f"{percent_number(self.value, self.digits)}%"

    @property
    def percent_interval(self) -> str:
        """The interval in percent, both ends clipped to what a share can be."""
        if not self.has_interval:
            return MISSING
        if self.same:
            return NO_SPREAD
        low, high = max(self.low, 0.0), min(self.high, 1.0)
        return f"{percent_number(low, self.digits)} to {percent_number(high, self.digits)}"

    @property
    def percent_in_words(self) -> str:
        """The value as a percentage with its interval in brackets."""
        if self.missing:
            return "not known (no contacts)"
        tail = f"95% interval {self.percent_interval}" if self.has_interval else "no interval"
        return f"{self.percent} ({NO_SPREAD if self.same else tail})"

    @property
    def percent_in_brief(self) -> str:
        """The same, once a reader knows what stands in the brackets."""
        if not self.has_interval:
            return self.percent_in_words
        return f"{self.percent} ({self.percent_interval})"

    @property
    def points(self) -> str:
        """The value as signed percentage points."""
        return MISSING if self.missing else signed(100 * self.value, self.digits)

    @property
    def points_interval(self) -> str:
        """The interval in signed percentage points."""
        if not self.has_interval:
            return MISSING
        if self.same:
            return NO_SPREAD
        return f"{signed(100 * self.low, self.digits)} to {signed(100 * self.high, self.digits)}"

    def change_in_words(self, more: str = "more", fewer: str = "fewer") -> str:
        """Give a difference in points without its sign, or say that its sign is not known.

        >>> Estimate(-0.0123, -0.0150, -0.0096).change_in_words()
        '1.2 points fewer (1.0 to 1.5)'
        >>> Estimate(0.001, -0.002, 0.004).change_in_words()[:32]
        'too close to call (+0.1 points, '
        """
        if not self.has_interval:
            return f"{self.points} points (no interval)"
        if self.same and not self.value:
            return "no change in any run"
        if not self.sign:
            return f"too close to call ({self.points} points, {self.points_interval})"
        word = more if self.sign > 0 else fewer
        if self.same:
            return f"{number(100 * abs(self.value), self.digits)} points {word} {NO_SPREAD}"
        ends = sorted(100 * abs(end) for end in (self.low, self.high))
        low, high, size = (number(x, self.digits) for x in (*ends, 100 * abs(self.value)))
        return f"{size} points {word} ({low} to {high})"


def fates(changes: Iterable[Estimate], *, verbs: bool = False) -> list[str]:
    """Count who gains and who loses, for a table or, with verbs, for a sentence.

    >>> fates([Estimate(0.1, 0.1, 0.2), Estimate(0.1, -0.1, 0.3), Estimate(0.0, 0.0, 0.0)])
    ['1 gain', '1 too close to call', '1 unchanged']
    """
    words = {1: "gain", -1: "lose", 0: "too close to call", None: "unchanged"}
    signs = [
        None if change.same and not change.value else change.sign
        for change in changes
        if change.has_interval
    ]
    told = []
    for sign, word in words.items():
        count = signs.count(sign)
        be, ending = ("is ", "s") if count == 1 else ("are ", "")
        said = word if not verbs else f"{word}{ending}" if sign else f"{be}{word}"
        told += [f"{count:,} {said}"] if count else []
    return told


def percent_number(share: float, digits: int = 1) -> str:
    """Give a share as a percentage without the sign; never rounds up to 100 or down to 0.

    >>> percent_number(0.9999), percent_number(1.0), percent_number(0.862)
    ('99.99', '100.0', '86.2')
    """
    text = number(100 * share, digits)
    rounded_away = float(text.replace(MINUS, "-")) in {0.0, 100.0} and share not in {0.0, 1.0}
    return number(100 * share, digits + 1) if rounded_away else text


def number(value: float, digits: int) -> str:
    """Give a number with a true minus sign and no negative zero."""
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", MINUS)


def plus_minus(half_width: float) -> str:
    """Give half an interval in points or handlers; one that would be rounded to 0 is "under 0.1".

    >>> plus_minus(0.42), plus_minus(0.03)
    ('± 0.4', '± under 0.1')
    """
    text = number(half_width, 1)
    return f"± {text}" if text != "0.0" else "± under 0.1"


def signed(value: float, digits: int) -> str:
    """Give a number with its sign, + included.

    >>> signed(0.04, 1), signed(1.26, 1)
    ('0.0', '+1.3')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def duration(seconds: float) -> str:
    """Give a time as people say it.

    >>> duration(10), duration(90), duration(300), duration(3600)
    ('10 s', '90 s', '5 min', '1 h')
    """
    for length, unit in ((3600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def listing(items: list[str]) -> str:
    """Join items as in a sentence.

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))
