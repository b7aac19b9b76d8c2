"""Who may answer whom, when and how fast: an alliance option as matrices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.records.arrays import freeze, require


@dataclass(frozen=True, eq=False)
class Design:
    """Matrices over contact classes (K) and agent groups (G), for each of T spans of time.

    Span `t` holds from `change_s[t]` until `change_s[t + 1]`; the first starts at 0.

    Parameters
    ----------
    change_s
        Shape (T,): strictly increasing instants in seconds, the first 0.
    delay_s
        Shape (T, K, G): group g may take a contact of class k once it has waited this long;
        0 at once, inf never.
    contact_rank
        Shape (T, K, G): an arriving contact tries groups in increasing rank.
    agent_rank
        Shape (T, K, G): a freed handler of g takes classes in increasing rank.
    reserve
        Shape (T, K, G): g takes k only while more than this many of its handlers are free.
    handle_factor
        Shape (T, K, G): how much longer g takes over k than a handler of the caller's own force;
        the matrix in force when the call is answered counts.
    interrupts
        Shape (T, K, G): whether a contact of class k that finds nobody free may interrupt less
        urgent work in hand at g (see `Workload`); by default nowhere.
    at_once
        Shape (T, K, G): how many contacts of class k one handler of g may hold at once (several
        chats, say); by default 1. Contacts share a handler only with others of the same number.
    """

    change_s: NDArray[np.float64]
    delay_s: NDArray[np.float64]
    contact_rank: NDArray[np.int64]
    agent_rank: NDArray[np.int64]
    reserve: NDArray[np.int64]
    handle_factor: NDArray[np.float64]
    interrupts: NDArray[np.bool_] = None  # type: ignore[assignment]
    at_once: NDArray[np.int64] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        put = object.__setattr__
        put(self, "change_s", freeze("change_s", self.change_s, np.float64))
        if self.interrupts is None:
            put(self, "interrupts", np.zeros(np.shape(self.delay_s), bool))
        if self.at_once is None:
            put(self, "at_once", np.ones(np.shape(self.delay_s), int))
        for name, dtype in (
            ("delay_s", np.float64),
            ("contact_rank", np.int64),
            ("agent_rank", np.int64),
            ("reserve", np.int64),
            ("handle_factor", np.float64),
            ("interrupts", np.bool_),
            ("at_once", np.int64),
        ):
            put(self, name, freeze(name, getattr(self, name), dtype, 3))
            require(
                getattr(self, name).shape == self.delay_s.shape,
                f"{name}: shape {getattr(self, name).shape}, delay_s {self.delay_s.shape}",
            )
        require(
            self.change_s.shape == self.delay_s.shape[:1] and self.change_s.size > 0,
            "change_s: needs one instant per span, at least one",
        )
        require(
            np.isfinite(self.change_s)
            & (np.diff(self.change_s, prepend=-1.0) > 0)
            & (self.change_s[0] == 0),
            "change_s: must start at 0 and increase",
        )
        require(self.delay_s >= 0, "delay_s: must not be negative or missing")
        require(self.reserve >= 0, "reserve: must not be negative")
        require(self.at_once >= 1, "at_once: must be at least 1")
        require(
            (self.handle_factor >= 0) & np.isfinite(self.handle_factor),
            "handle_factor: must be finite and not negative",
        )

    @property
    def n_classes(self) -> int:
        """K, the number of contact classes."""
        return int(self.delay_s.shape[1])

    @property
    def n_groups(self) -> int:
        """G, the number of agent groups."""
        return int(self.delay_s.shape[2])
