"""From a centre and a horizon to workloads: everything that does not depend on chance, once.

Enters: a checked `Centre` and a `Horizon`. Leaves: a `Workload` per seed and replication. Designs,
staffing and engines are unknown here, so that every design meets the same contacts.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.config import Centre, follow_on_of, handle_of, patience_of, redial_of
from sim.config.distributions import HandleTime, Never, Patience
from sim.records import PRIMARY, Horizon, Workload
from sim.workload.demand import classes_of, plan_arrivals
from sim.workload.durations import NamedLaw, fill_of
from sim.workload.follow_ons import (
    ClassPlan,
    Followers,
    FollowOnPlan,
    RedialPlan,
    draw_followers,
)
from sim.workload.streams import OpenStreams, StreamName


class WorkloadPlan:
    """The law of the workloads of a centre over a horizon.

    Parameters
    ----------
    centre
        Loaded and checked. Class `k = f * C + c` is its channel `c` of its force `f`.
    horizon
        Contacts arrive from instant 0 until `horizon.arrivals_until_s`.

    Raises
    ------
    ConfigError
        If the demand contradicts itself: bursts beyond the volume of a class, or correlations that
        no day can have.
    """

    def __init__(self, centre: Centre, horizon: Horizon) -> None:
        self._arrivals = plan_arrivals(centre, horizon)
        self._plans = tuple(_plan_class(centre, *names) for names in classes_of(centre))

    @property
    def left_out(self) -> tuple[int, int]:
        """How many rows of a call log lie before the warm-up and after arrivals stop."""
        return self._arrivals.left_out

    def draw(self, seed: int, replication: int) -> Workload:
        """Give the workload of a replication; the same numbers give the same workload."""
        streams = OpenStreams(seed, replication)
        return self.arriving(self._arrivals.draw(streams), streams, self._arrivals.handle_s)

    def arriving(
        self,
        arrivals: tuple[NDArray[np.float64], ...],
        streams: OpenStreams,
        handle_s: tuple[NDArray[np.float64], ...] | None = None,
    ) -> Workload:
        """Give the workload of contacts that arrive at given instants, and all that may follow.

        Parameters
        ----------
        arrivals
            By class: instants in seconds, sorted.
        streams
            From which everything else is drawn.
        handle_s
            By class: handle times in seconds where they are known; drawn if None.
        """
        together = np.concatenate(arrivals)
        order = np.argsort(together, kind="stable")  # merges the classes' sorted runs
        row = np.empty(order.size, dtype=np.int64)
        row[order] = np.arange(order.size)
        starts = np.cumsum([0, *(of_class.size for of_class in arrivals)])
        rows = [row[start:stop] for start, stop in pairwise(starts)]

        followers = draw_followers(self._plans, rows, streams)
        columns = _Columns(order.size, sum(f.parent.size for f in followers))
        columns.arrival_s[: order.size] = together[order]
        self._fill_primaries(columns, rows, streams, handle_s)
        self._fill_followers(columns, followers, streams)
        return columns.workload(len(self._plans))

    def callers(
        self,
        contact_class: NDArray[np.int64],
        handle_s: NDArray[np.float64],
        streams: OpenStreams,
    ) -> Workload:
        """Give the workload of contacts whose matter is known, and all that may follow.

        They all arrive at instant 0, in the given order: when is for the caller to say.

        Parameters
        ----------
        contact_class, handle_s
            Shape (n,): sorted by class.
        """
        starts = np.searchsorted(contact_class, np.arange(len(self._plans) + 1))
        known = tuple(handle_s[start:stop] for start, stop in pairwise(starts))
        return self.arriving(tuple(np.zeros(of.size) for of in known), streams, known)

    def _fill_primaries(
        self,
        columns: "_Columns",
        rows: list[NDArray[np.int64]],
        streams: OpenStreams,
        recorded: tuple[NDArray[np.float64], ...] | None,
    ) -> None:
        """Draw what the primaries of each class would do; recorded handle times stay."""
        for k, (plan, row) in enumerate(zip(self._plans, rows, strict=True)):
            columns.contact_class[row] = k
            durations = np.empty(row.size)
            plan.patience.fill(streams, durations)
            columns.patience_s[row] = durations
            if recorded is None:
                plan.handle.fill(streams, durations)
            columns.handle_s[row] = durations if recorded is None else recorded[k]

    def _fill_followers(
        self, columns: "_Columns", followers: list[Followers], streams: OpenStreams
    ) -> None:
        """Draw what the followers would do, in the order of their rows."""
        stop = columns.n_primary
        for kin in followers:
            start, stop = stop, stop + kin.parent.size
            plan = self._plans[kin.contact_class]
            columns.contact_class[start:stop] = kin.contact_class
            columns.trigger[start:stop] = kin.trigger
            columns.parent[start:stop] = kin.parent
            streams[kin.delay_name].standard_exponential(out=columns.delay_s[start:stop])
            columns.delay_s[start:stop] *= kin.delay_mean_s
            plan.patience.fill(streams, columns.patience_s[start:stop])
            if kin.same_matter:
                columns.handle_s[start:stop] = columns.handle_s[kin.parent]
            else:
                plan.handle.fill(streams, columns.handle_s[start:stop])


class _Columns:
    """The columns of a workload while they are filled."""

    def __init__(self, n_primary: int, n_followers: int) -> None:
        n = n_primary + n_followers
        self.n_primary = n_primary
        self.contact_class = np.empty(n, dtype=np.int64)
        self.arrival_s = np.full(n, np.inf)
        self.patience_s = np.empty(n)
        self.handle_s = np.empty(n)
        self.trigger = np.full(n, PRIMARY, dtype=np.int8)
        self.parent = np.full(n, -1)
        self.delay_s = np.zeros(n)

    def workload(self, n_classes: int) -> Workload:
        """Give the workload. A record copies only what could still be written to: nothing."""
        columns = vars(self) | {"n_classes": n_classes}
        del columns["n_primary"]
        for column in columns.values():
            if isinstance(column, np.ndarray):
                column.setflags(write=False)
        return Workload(**columns)


def _plan_class(centre: Centre, force: str, channel: str) -> ClassPlan:
    """Give what the callers of a class do."""
    return ClassPlan(
        patience=_named_law("patience", patience_of, centre, force, channel),
        handle=_named_law("handle", handle_of, centre, force, channel),
        redial=_plan_redial(centre, force, channel),
        follow_ons=tuple(
            FollowOnPlan(
                to=classes_of(centre).index((force, follow_on.to)),
                share=follow_on.share.value,
                delay_mean_s=follow_on.delay_mean_s.value,
                name=StreamName(f"follow_on {follow_on.to}", force, channel),
            )
            for follow_on in follow_on_of(centre, force, channel)
        ),
    )


def _named_law(
    purpose: str,
    look_up: Callable[[Centre, str, str], HandleTime | Patience],
    centre: Centre,
    force: str,
    channel: str,
) -> NamedLaw:
    """Give a class's law of durations; none where the class has no contacts and needs none."""
    name = StreamName(purpose, force, channel)
    try:
        return NamedLaw(name, fill_of(look_up(centre, force, channel)))
    except LookupError:
        return NamedLaw(name, None)


def _plan_redial(centre: Centre, force: str, channel: str) -> RedialPlan | None:
    """Give what callers do after giving up, None where they never give up or do nothing more."""
    redial = redial_of(centre, force, channel)
    if redial is None or isinstance(patience_of(centre, force, channel), Never):
        return None
    to, share = redial.escalate_to, redial.escalate_share
    return RedialPlan(
        share=redial.share.value,
        delay_mean_s=redial.delay_mean_s.value,
        max_attempts=redial.max_attempts,
        escalate_to=None if to is None else classes_of(centre).index((force, to)),
        escalate_share=0.0 if share is None else share.value,
        name=StreamName("redial", force, channel),
    )
