"""The rows of the tables: what the margins of one conclusion say."""

from collections.abc import Iterator
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.experiment.robust.box import Side, find_box, share_over_rows, validated
from sim.experiment.robust.indices import sobol
from sim.experiment.robust.margins import Margins, Share, Verdict, changes, share_of, spread
from sim.experiment.robust.outcomes import Outcomes
from sim.experiment.robust.plan import Assumption, Claim, RobustPlan
from sim.experiment.robust.sets import AssumptionSets
from sim.experiment.robust.tables import (
    BOXED,
    MOSTLY_CHANCE,
    NEVER_TURNS,
    NO_BOX,
    SAME_EVERYWHERE,
    TOLD,
    TOO_FEW_ROWS,
    BoxSide,
    Holding,
    Influence,
    Swing,
)
from sim.experiment.statistics import Interval
from sim.workload.streams import stream

MOST_NOISE = 0.5  # of the variance between sets; above that, indices would rank chance
FEWEST_CASES = 10  # among the independent sets, for a box to be looked for
HALF = 0.5

_NOTHING = Share(nan, nan, nan)


def holding(  # noqa: PLR0913 - what has been found of one conclusion
    plan: RobustPlan,
    claim: Claim,
    sets: AssumptionSets,
    found: Margins,
    *,
    indices: str,
    box: str,
) -> Holding:
    """Give the row of a conclusion, and what has come of its indices and its box."""
    drawn = sets.independent
    verdicts = found.verdicts[drawn]
    own = _at(found.interval, sets.own)
    holds, cannot_tell, fails = (
        share_of(verdicts, verdict)
        for verdict in (Verdict.HOLDS, Verdict.CANNOT_TELL, Verdict.FAILS)
    )
    variance = spread(found.weekly[:, drawn])
    return Holding(
        conclusion=claim.number,
        design=claim.design,
        against=claim.against,
        force=claim.force,
        channel=claim.channel,
        measure=claim.measure,
        margin=claim.margin,
        own=own.value,
        own_low=own.low,
        own_high=own.high,
        own_verdict=str(found.verdicts[sets.own]),
        holds=holds.value,
        holds_low=holds.low,
        holds_high=holds.high,
        cannot_tell=cannot_tell.value,
        cannot_tell_low=cannot_tell.low,
        cannot_tell_high=cannot_tell.high,
        fails=fails.value,
        fails_low=fails.low,
        fails_high=fails.high,
        sets=int((verdicts != Verdict.IMPOSSIBLE).sum()),
        impossible=int((found.verdicts[sets.rows] == Verdict.IMPOSSIBLE).sum()),
        all_sets=plan.sets,
        replications=plan.asked.replications,
        from_assumptions=variance.assumptions,
        from_weeks=variance.weeks,
        from_both=variance.both,
        noise=variance.noise,
        indices=indices,
        box=box,
    )


def influences(
    plan: RobustPlan, claim: Claim, sets: AssumptionSets, found: Margins
) -> tuple[list[Influence], str]:
    """Give the indices of a conclusion's margin, and what has come of them."""
    values = found.interval.value[sets.rows]
    known = values[:2][~np.isnan(values[:2])]
    if known.size and not np.ptp(known):
        return [], SAME_EVERYWHERE
    rng = stream(plan.study.experiment.seed, "bootstrap of indices", f"{claim.number}")
    indices = sobol(values, rng)
    if indices is None:
        return [], TOO_FEW_ROWS
    rows = [
        Influence(
            conclusion=claim.number,
            assumption=assumption.name,
            keys=_keys(assumption),
            first=float(indices.first[which]),
            first_low=float(indices.first_low[which]),
            first_high=float(indices.first_high[which]),
            total=float(indices.total[which]),
            total_low=float(indices.total_low[which]),
            total_high=float(indices.total_high[which]),
            rows=indices.rows,
        )
        for which, assumption in enumerate(sets.assumptions)
    ]
    noisy = spread(found.weekly[:, sets.independent]).noise > MOST_NOISE
    return rows, MOSTLY_CHANCE if noisy else TOLD


def box_sides(claim: Claim, sets: AssumptionSets, found: Margins) -> tuple[list[BoxSide], str]:
    """Give the sides of the box in which a conclusion turns round, and what has come of it.

    The box is that of the rarer cases: where a conclusion fails that mostly holds, or holds that
    mostly fails. A set counts by its estimate here, whether or not its weeks can tell.
    """
    value = found.interval.value
    rows = sets.rows[:, ~np.isnan(value[sets.rows]).any(axis=0)]
    holds = value[rows] > 0 if claim.against else value[rows] >= 0
    if holds.all() or not holds.any():
        return [], NEVER_TURNS
    wanted, finds = (~holds, Verdict.FAILS) if holds[:2].mean() >= HALF else (holds, Verdict.HOLDS)
    if wanted[:2].sum() < FEWEST_CASES:
        return [], NO_BOX
    places = sets.snapped()[rows]
    steps = [one.steps for one in sets.assumptions]
    box = find_box(places.reshape(-1, sets.d), wanted.ravel(), steps)
    coverage, density = validated(places, wanted, steps)
    base = _base(wanted)
    if not box or not density.low > base.value:
        return [], NO_BOX
    sides = [_box_side(claim, sets, side, str(finds), (coverage, density, base)) for side in box]
    return sides, BOXED


def _base(wanted: NDArray[np.bool_]) -> Share:
    """Give the share of the wanted among the sets of some rows, shape (T, n)."""
    counts = wanted.sum(axis=0)
    return share_over_rows(counts, np.full_like(counts, wanted.shape[0]))


def _box_side(
    claim: Claim, sets: AssumptionSets, side: Side, finds: str, told: tuple[Share, Share, Share]
) -> BoxSide:
    """Give one side of a box with its threshold in the unit of the assumption."""
    assumption = sets.assumptions[side.assumption]
    first = assumption.ranges[0]
    threshold = first.low + side.place * (first.high - first.low)
    words = ("above", "below")
    if assumption.steps:
        threshold = float(np.ceil(threshold) if side.above else np.floor(threshold))
        words = ("at least", "at most")
    coverage, density, base = told
    return BoxSide(
        conclusion=claim.number,
        finds=finds,
        assumption=assumption.name,
        keys=_keys(assumption),
        side=words[0] if side.above else words[1],
        threshold=round(threshold, 12),
        place=side.place,
        coverage=coverage.value,
        coverage_low=coverage.low,
        coverage_high=coverage.high,
        density=density.value,
        density_low=density.low,
        density_high=density.high,
        base=base.value,
        base_low=base.low,
        base_high=base.high,
    )


def swings(
    plan: RobustPlan, claim: Claim, sets: AssumptionSets, found: Margins, outcomes: Outcomes
) -> Iterator[Swing]:
    """Give what each assumption alone does to a margin, at both ends of its range."""
    change = changes(claim, outcomes, sets)
    for which, assumption in enumerate(sets.assumptions):
        for upper, end in enumerate(("lower", "upper")):
            number = int(sets.ends[which, upper])
            possible = number not in outcomes.impossible
            there = _at(found.interval, number) if possible else _NOTHING
            differs = _at(change, 2 * which + upper) if possible else _NOTHING
            yield Swing(
                conclusion=claim.number,
                assumption=assumption.name,
                keys=_keys(assumption),
                end=end,
                value=float(next(iter(assumption.values(float(upper)).values()))),
                there=there.value,
                there_low=there.low,
                there_high=there.high,
                change=differs.value,
                change_low=differs.low,
                change_high=differs.high,
                replications=plan.asked.replications,
            )


def _at(interval: Interval, number: int) -> Share:
    """Give one of many intervals; without negative zeros."""
    value, low, high = (float(part[number]) + 0.0 for part in interval[:3])
    return Share(value, low, high)


def _keys(assumption: Assumption) -> str:
    """Give the keys that an assumption moves."""
    return " ".join(one.key for one in assumption.ranges)
