"""Follow-ons: which contacts may follow which, when a caller gives up or a call has ended.

Enters: the rows of the primaries of each class and, per class, what its callers do. Leaves: who
would follow whom. Whether a follower ever comes to life, only an engine can tell: all attempts of
a caller are drawn as if every one failed, and each of them may be answered and passed on.

A caller who redials has the same matter as before, so the handle time stays that of the first
call; patience is drawn anew. A caller who escalates, or whose call is passed on, meets another
kind of work: both are drawn from the class that the contact is in.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf, log
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.records import ON_ABANDONED, ON_ANSWERED
from sim.workload.durations import NamedLaw
from sim.workload.streams import OpenStreams, StreamName

MAX_HANDOVERS = 8
"""A contact is passed on at most this often, so that a circle of follow-ons comes to an end."""


@dataclass(frozen=True)
class RedialPlan:
    """What callers of a class do after giving up: see `sim.config.centre.Redial`."""

    share: float
    delay_mean_s: float
    max_attempts: int
    escalate_to: int | None
    escalate_share: float
    name: StreamName

    def draw_runs(self, rng: Generator, n: int) -> NDArray[np.float64]:
        """Draw how often each of `n` callers would redial within the class if nothing stopped them.

        Only whole redials count. With q the share that calls the same channel again and E standard
        exponential, E / -log(q) is at least j with probability q**j (Devroye, Non-Uniform Random
        Variate Generation, 1986, section X.2); what is left after one redial has the same law.
        """
        again = self.share * (1 - self.escalate_share)
        if again in (0, 1):
            return np.full(n, inf if again else 0.0)
        runs = rng.standard_exponential(n)
        runs *= -1 / log(again)
        return runs

    @property
    def escalate_odds(self) -> float:
        """The probability that a caller escalates who does not call the same channel again."""
        again = self.share * (1 - self.escalate_share)
        return 0.0 if again == 1 else self.share * self.escalate_share / (1 - again)

    def followers(self, to: int, parent: NDArray[np.int64], own: int) -> "Followers":
        """Give the redials in class `to` of callers of class `own`."""
        return Followers(to, ON_ABANDONED, parent, self.delay_mean_s, self.name, to == own)


@dataclass(frozen=True)
class FollowOnPlan:
    """A kind of contact that follows an answered one: see `sim.config.centre.FollowOn`."""

    to: int
    share: float
    delay_mean_s: float
    name: StreamName

    def followers(self, parent: NDArray[np.int64]) -> "Followers":
        """Give the contacts that follow these."""
        return Followers(self.to, ON_ANSWERED, parent, self.delay_mean_s, self.name, False)


@dataclass(frozen=True)
class ClassPlan:
    """How long the callers of one class wait and are served, and what follows."""

    patience: NamedLaw
    handle: NamedLaw
    redial: RedialPlan | None
    follow_ons: tuple[FollowOnPlan, ...]


class Followers(NamedTuple):
    """Consecutive rows of the workload, of one class, that follow contacts above them.

    Parameters
    ----------
    contact_class, trigger
        The same for all.
    parent
        Shape (n,): whom they follow.
    delay_mean_s
        Mean of their exponential delays.
    delay_name
        The stream of the delays.
    same_matter
        Whether they keep the handle time of their parents.
    """

    contact_class: int
    trigger: int
    parent: NDArray[np.int64]
    delay_mean_s: float
    delay_name: StreamName
    same_matter: bool


class _Batch(NamedTuple):
    """Contacts of one class that were passed on, and have since redialled, equally often."""

    handovers: int
    attempt: int
    contact_class: int
    row: NDArray[np.int64]


class _Family:
    """The followers so far, and the batches whose own followers are still to be drawn.

    Batches have their turn by handovers, then attempts, then class. Those that follow a batch have
    more of the one or the other, so parents stand above their children, and all contacts of a class
    that came about in the same way are drawn for together.
    """

    def __init__(self, n_primary: int) -> None:
        self.followers: list[Followers] = []
        self.n_rows = n_primary
        self._waiting: dict[tuple[int, int, int], list[_Batch]] = {}
        self._turns: list[tuple[int, int, int]] = []

    def number(self, followers: Followers) -> NDArray[np.int64]:
        """Give followers the next rows of the workload."""
        if followers.parent.size:
            self.followers.append(followers)
        row = np.arange(self.n_rows, self.n_rows + followers.parent.size)
        self.n_rows += row.size
        return row

    def put(self, batch: _Batch) -> None:
        """Put a batch where its turn is."""
        if batch.row.size:
            turn = batch[:3]
            if turn not in self._waiting:
                self._waiting[turn] = []
                heappush(self._turns, turn)
            self._waiting[turn].append(batch)

    def take(self) -> _Batch | None:
        """Give the batch whose turn it is, None when all have had theirs."""
        if not self._turns:
            return None
        batches = self._waiting.pop(heappop(self._turns))
        if len(batches) == 1:
            return batches[0]
        return batches[0]._replace(row=np.concatenate([batch.row for batch in batches]))


def draw_followers(
    plans: tuple[ClassPlan, ...], primaries: list[NDArray[np.int64]], streams: OpenStreams
) -> list[Followers]:
    """Draw who may follow the primaries, who may follow those, and so on.

    Parameters
    ----------
    plans
        By class.
    primaries
        By class: the rows of its primaries. Together they are the first rows of the workload.
    streams
        Of this replication; each class draws from its own.

    Returns
    -------
    Followers in the order of their rows.
    """
    family = _Family(sum(row.size for row in primaries))
    for k, row in enumerate(primaries):
        family.put(_Batch(0, 0, k, row))
    while (batch := family.take()) is not None:
        plan = plans[batch.contact_class]
        rows = [batch.row]
        if plan.redial is not None:
            rows += _draw_redials(family, plan.redial, batch, streams[plan.redial.name])
        if plan.follow_ons and batch.handovers < MAX_HANDOVERS:
            attempts = np.concatenate(rows)
            for follow_on in plan.follow_ons:
                chance = streams[follow_on.name].random(attempts.size)
                parent = attempts[np.flatnonzero(chance < follow_on.share)]
                row = family.number(follow_on.followers(parent))
                family.put(_Batch(batch.handovers + 1, 0, follow_on.to, row))
    return family.followers


def _draw_redials(
    family: _Family, redial: RedialPlan, batch: _Batch, rng: Generator
) -> list[NDArray[np.int64]]:
    """Draw the redials of a batch and whether they end in escalation; give the redials' rows."""
    handovers, attempt, contact_class, row = batch
    runs = redial.draw_runs(rng, row.size)
    redials = []
    while row.size and attempt < redial.max_attempts:
        attempt += 1
        again = runs >= 1
        if redial.escalate_to is not None:
            ended = row[~again]
            turning = ended[rng.random(ended.size) < redial.escalate_odds]
            escalated = family.number(redial.followers(redial.escalate_to, turning, contact_class))
            family.put(_Batch(handovers, attempt, redial.escalate_to, escalated))
        further = np.flatnonzero(again)
        row = family.number(redial.followers(contact_class, row[further], contact_class))
        runs = runs[further] - 1
        redials.append(row)
    return redials
