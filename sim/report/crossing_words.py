"""Where something holds along a sweep, in words: the same in sentences and in tables."""

from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf, isfinite, isnan, log10

from sim.report.crossing import Crossing, Shape
from sim.report.estimate import MISSING, listing, number
from sim.report.evidence import with_unit

MOST_DIGITS, MOST_DIGITS_PERCENT = 4, 1
CERTAIN = ", for certain"


@dataclass(frozen=True)
class Values:
    """How the values of a key are told: with its unit, or in percent."""

    key: str
    in_percent: bool = False

    def exactly(self, value: float) -> str:
        """Give a value that was tried."""
        return f"{100 * value:g}%" if self.in_percent else with_unit(self.key, value)

    def rounded(self, value: float, found: Crossing) -> str:
        """Give a value that was read off, with the digits that its interval supports."""
        ends = [end for end in (found.low, found.high) if isfinite(end)]
        half = max((abs(end - found.value) for end in ends), default=0.0)
        half = half or min(after - before for before, after in pairwise(found.values)) / 4
        scale, most = (100, MOST_DIGITS_PERCENT) if self.in_percent else (1, MOST_DIGITS)
        digits = min(max(-floor(log10(scale * half)), 0), most)
        if self.in_percent:
            return f"{number(100 * value, digits)}%"
        return with_unit(self.key, round(value, digits))


def met(values: Values, found: Crossing, *, downwards: bool = False) -> str:
    """Say where something holds: "from 0.94 on", or "down to 0.94" for who comes from above."""
    if found.shape is Shape.UNKNOWN:
        return "not known (nobody called)"
    if found.shape is Shape.PATCHY:
        return f"at {listing([values.exactly(value) for value in found.holding])} alone"
    if not found.ends_somewhere:
        return f"at {'every' if found.shape is Shape.ALWAYS else 'no'} value tried"
    first, last = ("down to", "") if downwards else ("from", " on")
    if found.shape is Shape.UP_TO:
        first, last = "up to", ""
    if found.between:
        held, lost = [values.exactly(end) for end in found.between][:: -1 if found.rises else 1]
        return f"{first} {held}{last}, not at {lost}"
    return f"{first} {values.rounded(found.value, found)}{last}"


def interval(values: Values, found: Crossing) -> str:
    """Give the interval of where something holds: "0.93 to 0.95"."""
    if found.between:
        return "values too far apart"
    if not found.ends_somewhere or isnan(found.low) or isnan(found.high):
        return MISSING
    least, most = (values.exactly(end) for end in (min(found.values), max(found.values)))
    low = values.rounded(found.low, found) if found.low > -inf else f"below {least}"
    high = values.rounded(found.high, found) if found.high < inf else f"above {most}"
    return f"{low}{CERTAIN}" if low == high else f"{low} to {high}"


def in_words(values: Values, found: Crossing, *, downwards: bool = False) -> str:
    """Say where something holds, with its interval in brackets and how sure the rest is."""
    said = met(values, found, downwards=downwards)
    if found.shape in {Shape.ALWAYS, Shape.NEVER}:
        least, most = (values.exactly(end) for end in (min(found.values), max(found.values)))
        sure = "" if found.sure else ", at some of which these weeks cannot tell"
        return f"{said} from {least} to {most}{sure}"
    if not found.ends_somewhere or found.between:
        return said
    told = interval(values, found)
    return f"{said}{CERTAIN}" if told.endswith(CERTAIN) else f"{said} ({told})"
