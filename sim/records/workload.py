"""What the callers would do, drawn before any engine runs."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.records.arrays import first, freeze, require

PRIMARY = 0  # arrives by itself at `arrival_s`
ON_ABANDONED = 1  # woken when its parent gives up (a redial)
ON_ANSWERED = 2  # woken when its parent's call ends (a transfer, a task, a call-back)
ON_CUT = 3  # woken when its parent's call is cut off by an outage (ringing back)
ON_INTERRUPTED = 4  # the rest of its parent's work, put aside for a more urgent contact


@dataclass(frozen=True, eq=False)
class Workload:
    """The contacts of one replication: N rows, the P primaries first, in order of arrival.

    A latent follow-on (row P or later) has a parent row above it and a trigger; it arrives
    `delay_s` after its trigger, or never. Children of one parent are woken in row order. Work that
    has an ON_INTERRUPTED child may be interrupted, and the child's handle time is then what was
    left of it; work without one may not.

    Parameters
    ----------
    contact_class
        Shape (N,): index of the contact class, 0 to `n_classes` - 1.
    arrival_s
        Shape (N,): instant of arrival in seconds, non-decreasing over primaries; inf for latents.
    patience_s
        Shape (N,): how long the caller would wait; inf for never giving up.
    handle_s
        Shape (N,): talk + hold + wrap-up by a handler of the caller's own force, in seconds.
    trigger
        Shape (N,): PRIMARY, ON_ABANDONED, ON_ANSWERED, ON_CUT or ON_INTERRUPTED.
    parent
        Shape (N,): row of the parent, -1 for primaries.
    delay_s
        Shape (N,): from the trigger to the arrival, 0 for primaries.
    """

    n_classes: int
    contact_class: NDArray[np.int64]
    arrival_s: NDArray[np.float64]
    patience_s: NDArray[np.float64]
    handle_s: NDArray[np.float64]
    trigger: NDArray[np.int8]
    parent: NDArray[np.int64]
    delay_s: NDArray[np.float64]
    n_primary: int = field(init=False)
    child_start: NDArray[np.int64] = field(init=False)  # shape (N + 1,): see `child`
    child: NDArray[np.int64] = field(
        init=False
    )  # children of i: child[child_start[i]:child_start[i+1]]

    def __post_init__(self) -> None:
        """Check every array and index the children of each contact."""
        put = object.__setattr__
        for name, dtype in (
            ("contact_class", np.int64),
            ("arrival_s", np.float64),
            ("patience_s", np.float64),
            ("handle_s", np.float64),
            ("trigger", np.int8),
            ("parent", np.int64),
            ("delay_s", np.float64),
        ):
            put(self, name, freeze(name, getattr(self, name), dtype))
            require(
                getattr(self, name).shape == self.contact_class.shape,
                f"{name}: has not one row for each of the {self.contact_class.size} contacts",
            )
        n = self.contact_class.size
        primary = self.trigger == PRIMARY
        put(self, "n_primary", int(primary.sum()))
        p = self.n_primary
        require(primary[:p], "trigger: the primaries must stand before the latent follow-ons")
        require(
            (self.contact_class >= 0) & (self.contact_class < self.n_classes),
            f"contact_class: must be 0 to {self.n_classes - 1}",
        )
        bad = ~((self.arrival_s[:p] >= 0) & np.isfinite(self.arrival_s[:p]))
        require(~bad, f"arrival_s: row {first(bad)} is not a finite instant at or after 0")
        bad = np.diff(self.arrival_s[:p]) < 0
        require(~bad, f"arrival_s: row {first(bad) + 1} arrives before the row above it")
        require(np.isposinf(self.arrival_s[p:]), "arrival_s: must be inf for a latent follow-on")
        require(self.patience_s >= 0, "patience_s: must not be negative or missing")
        require(
            (self.handle_s >= 0) & np.isfinite(self.handle_s),
            "handle_s: must be finite and not negative",
        )
        require(
            (self.delay_s >= 0) & np.isfinite(self.delay_s),
            "delay_s: must be finite and not negative",
        )
        require((self.trigger >= PRIMARY) & (self.trigger <= ON_INTERRUPTED), "trigger: unknown")
        require(self.parent[:p] == -1, "parent: must be -1 for a primary")
        require(
            (self.parent[p:] >= 0) & (self.parent[p:] < np.arange(p, n)),
            "parent: must be a row above the follow-on",
        )
        order = p + np.argsort(self.parent[p:], kind="stable")
        starts = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.parent[p:], minlength=n), out=starts[1:])
        order.setflags(write=False)
        starts.setflags(write=False)
        put(self, "child", freeze("child", order, np.int64))
        put(self, "child_start", freeze("child_start", starts, np.int64))

    @property
    def n_contacts(self) -> int:
        """N, the number of rows, latent follow-ons included."""
        return int(self.contact_class.size)
