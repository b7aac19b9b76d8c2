"""How far each conclusion holds in each assumption set, and what share of the sets it holds in.

A conclusion's margin is what it has to spare: by how much a design beats another beyond what was
asked, or a share exceeds its target. It holds in a set where the whole interval of the margin over
the weeks is above 0, it fails where all of it is below, and otherwise these weeks cannot tell.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiment.robust.outcomes import Outcomes
from sim.experiment.robust.plan import Claim
from sim.experiment.robust.sets import AssumptionSets
from sim.experiment.statistics import Interval, divide, ratio_sum

Floats = NDArray[np.float64]
Term = tuple[float, Floats, Floats]


class Verdict(StrEnum):
    """What the weeks of a set say of a conclusion."""

    HOLDS = "holds"
    CANNOT_TELL = "cannot tell"
    FAILS = "fails"
    IMPOSSIBLE = "impossible"


class Share(NamedTuple):
    """A share with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Margins:
    """A conclusion's margin in every set.

    Parameters
    ----------
    interval
        Over the weeks, of each set.
    weekly
        Shape (R, S): the margin of each week by itself.
    verdicts
        Shape (S,): those of `Verdict`.
    """

    interval: Interval
    weekly: Floats
    verdicts: NDArray[np.str_]


class Spread(NamedTuple):
    """Where the variance of one week's margin comes from, as shares of it.

    Parameters
    ----------
    assumptions
        From what is assumed, whatever the week.
    weeks
        From the week, whatever is assumed: the same for all sets, which meet the same weeks.
    both
        From how a week strikes one set and not another.
    noise
        What is left of the latter in the mean of a set's weeks, as a share of the variance between
        sets: so much of what the indices explain is chance.
    """

    assumptions: float
    weeks: float
    both: float
    noise: float


def margins(claim: Claim, outcomes: Outcomes) -> Margins:
    """Give a conclusion's margin in every set."""
    terms = _terms(claim, outcomes)
    owed = _owed(claim, outcomes)
    found = ratio_sum(terms)
    interval = found._replace(
        value=found.value - owed, low=found.low - owed, high=found.high - owed
    )
    parts = [weight * divide(numerator, denominator) for weight, numerator, denominator in terms]
    weekly: Floats = np.sum(parts, axis=0) - owed
    verdicts = _verdicts(interval, strict=bool(claim.against))
    verdicts[list(outcomes.impossible)] = Verdict.IMPOSSIBLE
    return Margins(interval, weekly, verdicts)


def changes(claim: Claim, outcomes: Outcomes, sets: AssumptionSets) -> Interval:
    """Give how the margin changes from the centre's own values to each end, shape (2 d,)."""
    ends = sets.ends.ravel()
    terms = _terms(claim, outcomes)
    owed = _owed(claim, outcomes)
    there = [(w, top[:, ends], bottom[:, ends]) for w, top, bottom in terms]
    alike = np.full_like(ends, sets.own)
    here = [(-w, top[:, alike], bottom[:, alike]) for w, top, bottom in terms]
    found = ratio_sum([*there, *here])
    more = owed[ends] - owed[sets.own]
    return found._replace(value=found.value - more, low=found.low - more, high=found.high - more)


def share_of(verdicts: NDArray[np.str_], wanted: Verdict) -> Share:
    """Give the share of the possible sets with a verdict, with Wilson's interval.

    The sets of a scrambled Sobol' sample lie more evenly than sets drawn one by one, for which the
    interval is made (Wilson 1927); so it is rather too wide than too narrow.

    Examples
    --------
    >>> share_of(np.array(["holds"] * 9 + ["fails"]), Verdict.HOLDS)
    Share(value=0.9, low=0.5958499732047615, high=0.9821237869049271)
    """
    possible = verdicts[verdicts != Verdict.IMPOSSIBLE]
    return wilson(int((possible == wanted).sum()), possible.size)


def wilson(count: int, of: int) -> Share:
    """Give a share counted among independent cases, with Wilson's 95% interval."""
    if not of:
        return Share(np.nan, np.nan, np.nan)
    from scipy.stats import binomtest  # noqa: PLC0415 - loads slowly, and few runs ask for it

    ends = binomtest(count, of).proportion_ci(0.95, "wilson")
    return Share(count / of, float(ends.low), float(ends.high))


def spread(weekly: Floats) -> Spread:
    """Give the parts of the variance of margins, from a table of weeks and sets.

    Both are drawn, each pair once: the two-way layout with random effects (Searle, Casella and
    McCulloch 1992, Variance Components, section 4.3), estimates below 0 set to 0.

    Parameters
    ----------
    weekly
        Shape (R, S) of independent sets; sets with a week that says nothing do not count.
    """
    known = weekly[:, ~np.isnan(weekly).any(axis=0)]
    weeks, sets = known.shape
    if min(weeks, sets) < 2:  # noqa: PLR2004 - no variance of a single one
        return Spread(np.nan, np.nan, np.nan, np.nan)
    of_set, of_week, whole = known.mean(axis=0), known.mean(axis=1), known.mean()
    rest = known - of_set - of_week[:, np.newaxis] + whole
    both = float((rest**2).sum()) / ((weeks - 1) * (sets - 1))
    between_sets, between_weeks = float(of_set.var(ddof=1)), float(of_week.var(ddof=1))
    assumptions = max(between_sets - both / weeks, 0.0)
    shared = max(between_weeks - both / sets, 0.0)
    total = assumptions + shared + both
    if not total:
        return Spread(0.0, 0.0, 0.0, 0.0)
    noise = min(both / weeks / between_sets, 1.0) if between_sets else 1.0
    return Spread(assumptions / total, shared / total, both / total, noise)


def _terms(claim: Claim, outcomes: Outcomes) -> list[Term]:
    """Give the ratios whose sum is the margin, but for what is owed."""
    signs = (claim.sense, -claim.sense)
    return [
        (sign, *outcomes.tallies[design][:, :, :, claim.cell])
        for sign, design in zip(signs, claim.designs, strict=False)
    ]


def _owed(claim: Claim, outcomes: Outcomes) -> Floats:
    """Give what a conclusion has to reach in each set, shape (S,)."""
    promised = outcomes.targets[claim.design]
    if claim.against:
        return np.full(len(promised), claim.margin)
    owed: Floats = promised[:, claim.channel_index] + claim.margin
    return owed


def _verdicts(interval: Interval, *, strict: bool) -> NDArray[np.str_]:
    """Judge margins; at 0 a target is met, and nobody beaten."""
    low, high = interval.low, interval.high
    holds = low > 0 if strict else low >= 0
    fails = high <= 0 if strict else high < 0
    found = np.full(low.shape, Verdict.CANNOT_TELL, dtype="<U11")
    found[holds] = Verdict.HOLDS
    found[fails] = Verdict.FAILS
    return found
