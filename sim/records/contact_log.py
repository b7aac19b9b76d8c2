"""What became of each contact: the one thing that an engine returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.records.arrays import freeze, require

NOT_WOKEN = 0  # a latent follow-on whose trigger never came
ANSWERED = 1
ABANDONED = 2
OPEN = 3  # still waiting when nothing more could happen


@dataclass(frozen=True, eq=False)
class ContactLog:
    """One row per row of the workload; instants in seconds, inf for what never happened.

    Parameters
    ----------
    outcome
        Shape (N,): NOT_WOKEN, ANSWERED, ABANDONED or OPEN.
    arrival_s
        Shape (N,): when the contact began to wait.
    wait_end_s
        Shape (N,): when it was answered or gave up.
    service_end_s
        Shape (N,): when the handler was free again.
    group
        Shape (N,): the agent group that answered, -1 for none.
    cut
        Shape (N,): whether the call was cut off, or the work interrupted, before it was done.
    desk
        Shape (N,): the number of the handler who may hold several contacts at once (see
        `Design.at_once`); -1 where a handler had nothing else in hand, or nobody answered.
        A number is given again when its handler has nothing left.
    """

    outcome: NDArray[np.int8]
    arrival_s: NDArray[np.float64]
    wait_end_s: NDArray[np.float64]
    service_end_s: NDArray[np.float64]
    group: NDArray[np.int64]
    cut: NDArray[np.bool_] = None  # type: ignore[assignment]
    desk: NDArray[np.int64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check that the columns have one length and are read-only."""
        put = object.__setattr__
        if self.cut is None:
            put(self, "cut", np.zeros(np.shape(self.outcome), bool))
        if self.desk is None:
            nowhere = np.broadcast_to(np.int64(-1), np.shape(self.outcome))  # takes no memory
            put(self, "desk", nowhere)
        else:
            put(self, "desk", freeze("desk", self.desk, np.int64))
        for name, dtype in (
            ("outcome", np.int8),
            ("arrival_s", np.float64),
            ("wait_end_s", np.float64),
            ("service_end_s", np.float64),
            ("group", np.int64),
            ("cut", np.bool_),
        ):
            put(self, name, freeze(name, getattr(self, name), dtype))
        for name in ("outcome", "arrival_s", "wait_end_s", "service_end_s", "group", "cut", "desk"):
            require(
                getattr(self, name).shape == self.outcome.shape,
                f"{name}: has another length than outcome",
            )

    @property
    def wait_s(self) -> NDArray[np.float64]:
        """Shape (N,): wait until answered or given up; inf where neither happened."""
        wait = np.full(self.outcome.shape, np.inf)
        ended = (self.outcome == ANSWERED) | (self.outcome == ABANDONED)
        np.subtract(self.wait_end_s, self.arrival_s, out=wait, where=ended)
        return wait

    def equals(self, other: "ContactLog") -> bool:
        """Tell whether two logs are the same bit for bit."""
        names = ("outcome", "arrival_s", "wait_end_s", "service_end_s", "group", "cut", "desk")
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)
