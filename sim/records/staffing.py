"""How many handlers each group has, as a step function of time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.records.arrays import first, freeze, require


@dataclass(frozen=True, eq=False)
class Staffing:
    """Steps of the number of staffed handlers per group, in order of time, then group.

    Before its first step a group has nobody. After its last step the number stays.

    Parameters
    ----------
    n_groups
        G, the number of agent groups.
    step_s
        Shape (S,): instants of the steps in seconds, non-decreasing.
    step_group
        Shape (S,): the group that steps.
    step_staffed
        Shape (S,): the number of handlers from this instant on.
    step_cut
        Shape (S,): whether the step cuts off every call in hand (a site goes dark) instead of
        letting handlers finish; by default nowhere.
    """

    n_groups: int
    step_s: NDArray[np.float64]
    step_group: NDArray[np.int64]
    step_staffed: NDArray[np.int64]
    step_cut: NDArray[np.bool_] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check order and ranges."""
        put = object.__setattr__
        put(self, "step_s", freeze("step_s", self.step_s, np.float64))
        put(self, "step_group", freeze("step_group", self.step_group, np.int64))
        put(self, "step_staffed", freeze("step_staffed", self.step_staffed, np.int64))
        cut = np.zeros(self.step_s.shape, bool) if self.step_cut is None else self.step_cut
        put(self, "step_cut", freeze("step_cut", cut, np.bool_))
        require(
            self.step_s.shape
            == self.step_group.shape
            == self.step_staffed.shape
            == self.step_cut.shape,
            "staffing: step_s, step_group, step_staffed and step_cut must have one length",
        )
        require((self.step_s >= 0) & np.isfinite(self.step_s), "step_s: must be finite, 0 or later")
        require(
            (self.step_group >= 0) & (self.step_group < self.n_groups),
            f"step_group: must be 0 to {self.n_groups - 1}",
        )
        require(self.step_staffed >= 0, "step_staffed: must not be negative")
        time_up, group_up = np.diff(self.step_s), np.diff(self.step_group)
        bad = (time_up < 0) | ((time_up == 0) & (group_up <= 0))
        require(
            ~bad,
            f"step_s: row {first(bad) + 1} must come after the row above it (time, then group)",
        )

    @classmethod
    def constant(cls, staffed: list[int]) -> "Staffing":
        """Give the same number of handlers in each group for ever.

        Examples
        --------
        >>> Staffing.constant([17]).step_staffed
        array([17])
        """
        n = len(staffed)
        return cls(n, np.zeros(n), np.arange(n), np.array(staffed))
