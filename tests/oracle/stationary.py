"""Stationary centres for the oracle tests: drawn with numpy, run by an engine, compared by z.

A workload here is Poisson at a constant rate. A replication starts empty, so its first contacts are
left out; arrivals go on after the last counted ones, so that these meet ordinary traffic.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from sim.engine import simulate
from sim.measures import MeasurePlan, Tally, Targets, plan_measures, tabulate
from sim.records import ContactLog, Design, Horizon, Layout, Staffing, Workload
from sim.routing import build_design

Draw = Callable[[np.random.Generator, int], np.ndarray]
SECONDS_PER_HOUR = 3600.0
REPLICATIONS = 20
WORST_Z = 4.0


def exponential(mean_s: float) -> Draw:
    """Give exponential times."""
    return lambda rng, n: rng.exponential(mean_s, n)


def constant(value_s: float) -> Draw:
    """Give the same time to all."""
    return lambda _, n: np.full(n, value_s)


def gamma(mean_s: float, cv: float) -> Draw:
    """Give gamma times with this mean and coefficient of variation."""
    return lambda rng, n: rng.gamma(1 / cv**2, mean_s * cv**2, n)


NEVER = constant(np.inf)
AT_ONCE = constant(0.0)


@dataclass(frozen=True)
class Callers:
    """The callers of one class."""

    per_h: float
    handle: Draw
    patience: Draw = NEVER


@dataclass(frozen=True)
class Pool:
    """A centre of one channel per kind of caller and force, and one group per force."""

    callers: tuple[tuple[Callers, ...], ...]  # by force, then channel, the most urgent first
    handlers: tuple[int, ...]  # by group; group g is force g's
    design: str = "isolation"
    options: tuple[tuple[str, float], ...] = ()
    priority: bool = True
    reserve: tuple[int, ...] = ()  # by channel
    within_s: float = 10.0

    @property
    def layout(self) -> Layout:
        """The names and matrices of the centre."""
        forces, channels = len(self.callers), len(self.callers[0])
        groups = len(self.handlers)
        reserve = np.array(self.reserve or (0,) * channels)
        return Layout(
            tuple(f"force {f}" for f in range(forces)),
            tuple(f"channel {c}" for c in range(channels)),
            tuple(f"room {g}" for g in range(groups)),
            np.arange(groups),
            np.ones((channels, groups), dtype=bool),
            np.arange(channels) if self.priority else np.zeros(channels, dtype=int),
            np.repeat(reserve[:, None], groups, axis=1),
        )

    def draw(self, rng: np.random.Generator, until_s: float) -> Workload:
        """Draw the contacts of one replication."""
        columns = []
        flat = [callers for force in self.callers for callers in force]
        for k, callers in enumerate(flat):
            n = rng.poisson(callers.per_h * until_s / SECONDS_PER_HOUR)
            columns.append(
                (
                    np.full(n, k),
                    rng.uniform(0, until_s, n),
                    callers.patience(rng, n),
                    callers.handle(rng, n),
                )
            )
        k, arrival_s, patience_s, handle_s = (
            np.concatenate(part) for part in zip(*columns, strict=True)
        )
        order = np.argsort(arrival_s, kind="stable")
        n = order.size
        return Workload(
            len(flat),
            k[order],
            arrival_s[order],
            patience_s[order],
            handle_s[order],
            np.zeros(n),
            np.full(n, -1),
            np.zeros(n),
        )


@dataclass(frozen=True)
class Replication:
    """One replication: what was drawn, what became of it, and its cells."""

    workload: Workload
    log: ContactLog
    counted: np.ndarray  # rows that arrived in the measured window
    plan: MeasurePlan
    tally: Tally

    def pair(
        self, measure: str, force: str = "all", channel: str = "all", group: str = ""
    ) -> tuple:
        """Give numerator and denominator of a cell of the whole window."""
        plan = self.plan
        row = np.flatnonzero(
            (plan.measure == measure)
            & (plan.force == force)
            & (plan.channel == channel)
            & (plan.group == group)
            & (plan.period == "all")
        )
        assert row.size == 1
        return self.tally.numerator[row[0]], self.tally.denominator[row[0]]

    def delayed(self, k: int | None = None) -> tuple:
        """Give how many of a class (or of all) did not get a handler at once, and how many came."""
        counted = self.counted if k is None else self.counted & (self.workload.contact_class == k)
        wait_s = self.log.wait_end_s[counted] - self.log.arrival_s[counted]
        given_up = self.log.group[counted] < 0
        return np.count_nonzero((wait_s > 0) | given_up), np.count_nonzero(counted)


def replicate(
    engine: str, pool: Pool, *, seed: int, measured_h: float, warm_up_h: float = 8.0
) -> list[Replication]:
    """Give independent replications of a pool."""
    return list(_replications(engine, pool, seed, Horizon(warm_up_h, measured_h, 2)))


def _replications(engine: str, pool: Pool, seed: int, horizon: Horizon) -> Iterator[Replication]:
    layout = pool.layout
    channels = len(layout.channels)
    targets = Targets(np.full(channels, pool.within_s), np.full(channels, 0.9), np.zeros(channels))
    plan = plan_measures(layout, horizon, targets)
    design: Design = build_design(pool.design, layout, horizon, dict(pool.options))
    staffing = Staffing.constant(list(pool.handlers))
    for r in range(REPLICATIONS):
        workload = pool.draw(np.random.default_rng([seed, r]), horizon.arrivals_until_s)
        log = simulate(workload, staffing, design, engine)
        counted = (log.arrival_s >= horizon.measured_from_s) & (
            log.arrival_s < horizon.measured_until_s
        )
        yield Replication(workload, log, counted, plan, tabulate(plan, workload, staffing, log))


def z_of(pairs: Sequence[tuple], expected: float) -> float:
    """Give how far a ratio over replications is from what theory says, in standard errors.

    Under theory, numerator - expected x denominator has mean 0 in each replication, so that no
    ratio has to be estimated. Student's t of it is turned into the normal score that is as
    unlikely.
    """
    numerator, denominator = np.array(pairs, dtype=float).T
    excess = numerator - expected * denominator
    t = excess.mean() / (excess.std(ddof=1) / np.sqrt(excess.size))
    return float(np.sign(t) * stats.norm.isf(stats.t.sf(abs(t), excess.size - 1)))


def assert_agree(expected: dict[str, tuple[Sequence[tuple], float]]) -> None:
    """Assert that every measure lies within WORST_Z standard errors of theory."""
    z = {name: z_of(pairs, value) for name, (pairs, value) in expected.items()}
    assert max(map(abs, z.values())) < WORST_Z, z
