"""The simplest part of the assumption space in which a conclusion turns round.

Scenario discovery (Bryant and Lempert 2010, Technological Forecasting and Social Change 77, 34-49)
asks for a box, a few assumptions above or below some value, in which the cases of interest lie
together. *Coverage* is the share of all such cases that the box holds, *density* the share of the
cases in the box that are such. PRIM (Friedman and Fisher 1999) peels such a box off little by
little; a box that a board can remember has one or two sides, and all of those can be tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.experiment.robust.margins import Share, wilson
from sim.experiment.statistics import ratio_interval

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEPS = 20  # of a range: thresholds that can be said in round numbers
FOLDS = 5
WORTH = 0.05  # what a further side must add to the score


@dataclass(frozen=True)
class Side:
    """One side of a box: an assumption, by its number, above or below a place in its range."""

    assumption: int
    above: bool
    place: float

    def holds(self, places: Floats) -> Flags:
        """Tell which sets, of shape (..., d), lie on this side."""
        column = places[..., self.assumption]
        found: Flags = column > self.place if self.above else column <= self.place
        return found


Box = tuple[Side, ...]


class Told(NamedTuple):
    """What a box tells, each with its 95% interval."""

    coverage: Share
    density: Share


def find_box(places: Floats, wanted: Flags, steps: Sequence[int]) -> Box:
    """Give the box of one or two sides that tells the wanted sets from the others best.

    The score is the harmonic mean of coverage and density. A second side must add `WORTH` to the
    score of the best single one, and that as much to the score of the whole space; without a side
    that does, the box has none.

    Parameters
    ----------
    places
        Shape (N, d): from 0 to 1.
    wanted
        Shape (N,): the cases of interest.
    steps
        By assumption: how many steps its whole numbers can take, 0 for any number.

    Examples
    --------
    >>> places = np.random.default_rng(1).random((400, 3))
    >>> find_box(places, places[:, 1] > 0.7, [0, 0, 0])
    (Side(assumption=1, above=True, place=0.7),)
    """
    edges = [thresholds(count) for count in steps]
    bins = [
        np.searchsorted(cuts, places[:, number], side="left") for number, cuts in enumerate(edges)
    ]
    box: Box = ()
    hits = np.array(int(wanted.sum()))
    best = float(_score(hits, np.array(wanted.size), int(hits)))
    for sides in (1, 2):
        found, score = _best_box(sides, edges, bins, wanted)
        if score >= best + WORTH:
            box, best = found, score
    return box


def thresholds(steps: int) -> Floats:
    """Give the places at which an assumption may be cut in two, between its whole numbers if any.

    Examples
    --------
    >>> thresholds(3).round(3)
    array([0.167, 0.5  , 0.833])
    """
    if steps:
        halves: Floats = (np.arange(steps) + 0.5) / steps
        return halves
    return np.arange(1, STEPS) / STEPS


def inside(box: Box, places: Floats) -> Flags:
    """Tell which sets, of shape (..., d), lie in a box."""
    found: Flags = np.logical_and.reduce([side.holds(places) for side in box])
    return found


def validated(places: Floats, wanted: Flags, steps: Sequence[int]) -> Told:
    """Give coverage and density of boxes in rows that they were not found in.

    The rows are dealt into `FOLDS` parts; each part is told by the box that is found in all others
    (cross-validation: Stone 1974). What is found and counted in the same sets flatters itself.

    Parameters
    ----------
    places
        Shape (T, n, d): the sets of n independent rows. The sets of one row are alike, so that
        rows, and not sets, are dealt out, and are what the intervals count.
    wanted
        Shape (T, n).
    """
    n, d = places.shape[1:]
    within = np.zeros_like(wanted)
    for fold in range(FOLDS):
        counted = np.arange(n) % FOLDS == fold
        searched = ~counted
        box = find_box(places[:, searched].reshape(-1, d), wanted[:, searched].ravel(), steps)
        if box:
            within[:, counted] = inside(box, places[:, counted])
    return tell(within, wanted)


def tell(within: Flags, wanted: Flags) -> Told:
    """Give coverage and density of what lies within a box, both of shape (T, n), n rows."""
    both = (within & wanted).sum(axis=0)
    return Told(
        share_over_rows(both, wanted.sum(axis=0)), share_over_rows(both, within.sum(axis=0))
    )


def share_over_rows(counts: NDArray[np.int64], of: NDArray[np.int64]) -> Share:
    """Give a share added up over independent rows; where all agree, as Wilson counts so many.

    Examples
    --------
    >>> share_over_rows(np.array([2, 0]), np.array([2, 2])).value
    0.5
    """
    rows = int(np.count_nonzero(of))
    if counts.sum() in {0, of.sum()}:
        return wilson(rows if counts.sum() else 0, rows)
    top, bottom = (part[:, np.newaxis].astype(np.float64) for part in (counts, of))
    found = ratio_interval(top, bottom)
    value, low, high = (float(part[0]) for part in found[:3])
    return Share(value, max(low, 0.0), min(high, 1.0))


def _best_box(
    sides: int, edges: Sequence[Floats], bins: Sequence[NDArray[np.intp]], wanted: Flags
) -> tuple[Box, float]:
    """Give the best box of so many sides, the first of equals, and its score."""
    best: tuple[Box, float] = ((), -1.0)
    for chosen in combinations([n for n, cuts in enumerate(edges) if cuts.size], sides):
        shape = tuple(edges[number].size + 1 for number in chosen)
        which = np.ravel_multi_index([bins[number] for number in chosen], shape)
        size = int(np.prod(shape))
        cases = np.bincount(which, minlength=size).reshape(shape)
        hits = np.bincount(which[wanted], minlength=size).reshape(shape)
        for above in product((False, True), repeat=sides):
            scores = _score(_beyond(hits, above), _beyond(cases, above), int(wanted.sum()))
            place = np.unravel_index(int(scores.argmax()), scores.shape)
            if scores[place] > best[1]:
                box = tuple(
                    Side(number, up, float(edges[number][at]))
                    for number, up, at in zip(chosen, above, place, strict=True)
                )
                best = box, float(scores[place])
    return best


def _beyond(counts: NDArray[np.intp], above: Sequence[bool]) -> NDArray[np.intp]:
    """Count what lies above or below every threshold, dimension by dimension."""
    for axis, up in enumerate(above):
        summed = np.cumsum(np.flip(counts, axis) if up else counts, axis=axis)
        summed = np.flip(summed, axis) if up else summed
        last = counts.shape[axis]
        counts = np.take(summed, range(1, last) if up else range(last - 1), axis=axis)
    return counts


def _score(hits: NDArray[np.intp], cases: NDArray[np.intp], all_hits: int) -> Floats:
    """Give the harmonic mean of coverage and density."""
    score: Floats = 2 * hits / np.maximum(cases + all_hits, 1)
    return score
