"""The assumption sets: where in the ranges each lies.

The rows of a scrambled Sobol' sample (Sobol' 1967; Matousek 1998) give two tables, A and B, of n
sets each, and for each assumption a table AB: A with this assumption's column from B (Saltelli and
others 2010, Computer Physics Communications 181, 259-270). Before them stand the centre's own
values, and each assumption alone at the two ends of its range.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.robust.plan import Assumption
from sim.workload.streams import stream

Floats = NDArray[np.float64]
LOW, HIGH = 0, 1


@dataclass(frozen=True, eq=False)
class AssumptionSets:
    """All sets of a plan, and which of them are which.

    Parameters
    ----------
    assumptions
        The d assumptions.
    n
        Rows of the sample.
    places
        Shape (S, d): where each assumption lies, from 0 to 1; nan for the centre's own value.
    """

    assumptions: tuple[Assumption, ...]
    n: int
    places: Floats

    @property
    def d(self) -> int:
        """How many assumptions there are."""
        return len(self.assumptions)

    @property
    def own(self) -> int:
        """The set of the centre's own values."""
        return 0

    @property
    def ends(self) -> NDArray[np.intp]:
        """Shape (d, 2): the sets with one assumption at its lower, or at its upper end."""
        return 1 + np.arange(2 * self.d).reshape(self.d, 2)

    @property
    def rows(self) -> NDArray[np.intp]:
        """Shape (d + 2, n): the sets of table A, of table B, and of each AB."""
        return 1 + 2 * self.d + np.arange((self.d + 2) * self.n).reshape(self.d + 2, self.n)

    @property
    def independent(self) -> NDArray[np.intp]:
        """Shape (2 n,): the sets of A and B; those of AB repeat all of A but one assumption."""
        return self.rows[:2].ravel()

    def values(self, number: int) -> dict[str, int | float]:
        """Give the values of a set by key, where they are not the centre's own."""
        found: dict[str, int | float] = {}
        for assumption, place in zip(self.assumptions, self.places[number], strict=True):
            if not np.isnan(place):
                found |= assumption.values(float(place))
        return found

    def label(self, number: int) -> tuple[str, int]:
        """Give the table that a set belongs to, and its row there."""
        if number == self.own:
            return "own", 0
        before = 1 + 2 * self.d
        if number < before:
            which, end = divmod(number - 1, 2)
            return f"{self.assumptions[which].name}: {'upper' if end else 'lower'} end", 0
        table, row = divmod(number - before, self.n)
        names = ("A", "B", *(f"AB: {one.name}" for one in self.assumptions))
        return names[table], row

    def snapped(self) -> Floats:
        """Shape (S, d): the places, those of a whole number where its value lies on the way."""
        steps = np.array([one.steps for one in self.assumptions])
        whole = np.minimum(np.floor(self.places * (steps + 1)), steps) / np.maximum(steps, 1)
        return np.where(steps > 0, whole, self.places)


def draw_sets(assumptions: Sequence[Assumption], n: int, seed: int) -> AssumptionSets:
    """Give the sets of an experiment's seed; those of a smaller n are among those of a larger."""
    from scipy.stats import qmc  # noqa: PLC0415 - loads slowly, and few runs ask for it

    d = len(assumptions)
    scramble = int(stream(seed, "assumption sets").integers(2**63))
    sample = qmc.Sobol(2 * d, rng=scramble).random(n)
    table_a, table_b = sample[:, :d], sample[:, d:]
    mixed = np.repeat(table_a[np.newaxis], d, axis=0)
    ends = np.full((d, 2, d), np.nan)
    for which in range(d):
        mixed[which, :, which] = table_b[:, which]
        ends[which, :, which] = LOW, HIGH
    own = np.full((1, d), np.nan)
    places = np.concatenate([own, ends.reshape(-1, d), table_a, table_b, mixed.reshape(-1, d)])
    return AssumptionSets(tuple(assumptions), n, places)
