"""Each force's account under each design: what it gains, what it gives, what it gets.

`accounting.csv` has a row per point, design other than the baseline, force and channel ("all" for
all of them together):

- `gain`: the service level less the baseline's on the same workloads, with its paired interval
  (`gain_low`, `gain_high`);
- `p_worse_off`: the share of replications (weeks) in which the force's service level is lower than
  under the baseline: how often its callers would notice;
- `p_mean_worse`: the one-sided Student probability that the gain of the long run is below 0: how
  far the figure is from proof;
- `worst_off`: "yes" for the force with the smallest gain of that design and channel;
- `answered_elsewhere`: the share of its answered contacts that another room answered;
- `given_h_per_week`, `received_h_per_week`, `balance_h_per_week` (all channels together only):
  handler hours that its rooms spent on other forces' contacts, that others (a pool that belongs to
  no force among them) spent on its own, and the first less the second.

`exchange.csv` has the matrix behind the hours: for each design, the baseline too, `hours_per_week`
that the rooms of `from_force` (empty: pools that belong to no force) spent on contacts of
`to_force`; where the two are one, on their own. Hours are those inside the measured window, scaled
to 168 h.

Both are empty but for the header where there is one force, the first also where there is one
design: there is nobody to compare with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.statistics import (
    Interval,
    divide,
    mean_interval,
    p_below_zero,
    ratio_difference,
    ratio_interval,
)
from sim.experiment.tables import ALL, Figures, Value, bounded
from sim.measures import MeasurePlan
from sim.records import HOURS_PER_WEEK

Floats = NDArray[np.float64]

ACCOUNTING_COLUMNS = (
    "point",
    "design",
    "baseline",
    "force",
    "channel",
    "gain",
    "gain_low",
    "gain_high",
    "p_worse_off",
    "p_mean_worse",
    "worst_off",
    "answered_elsewhere",
    "elsewhere_low",
    "elsewhere_high",
    "given_h_per_week",
    "given_low",
    "given_high",
    "received_h_per_week",
    "received_low",
    "received_high",
    "balance_h_per_week",
    "balance_low",
    "balance_high",
    "replications",
)
EXCHANGE_COLUMNS = (
    "point",
    "design",
    "from_force",
    "to_force",
    "hours_per_week",
    "ci_low",
    "ci_high",
    "replications",
)
_NO_HOURS = (None,) * 9


@dataclass(frozen=True)
class Books:
    """Where a tally holds what the accounts are made of.

    Parameters
    ----------
    forces, channels
        Names; "all" is the last of the channels.
    service_level, elsewhere
        Shape (F, C + 1): the cells of the two measures.
    hours
        Shape (F, G): the cells of the hours that a group spent on a force's contacts.
    group_force
        Shape (G,): the force of each group, -1 for none.
    weeks
        How many weeks the measured window is.
    """

    forces: tuple[str, ...]
    channels: tuple[str, ...]
    service_level: NDArray[np.intp]
    elsewhere: NDArray[np.intp]
    hours: NDArray[np.intp]
    group_force: NDArray[np.int64]
    weeks: float

    @classmethod
    def of(cls, plan: MeasurePlan) -> "Books":
        """Find the cells in a plan."""
        forces, channels, groups = (
            plan.layout.forces,
            (*plan.layout.channels, ALL),
            plan.layout.groups,
        )

        def cells(measure: str, by: NDArray[np.str_], names: tuple[str, ...]) -> NDArray[np.intp]:
            """Find the cells of the whole window, shape (F, names)."""
            kept = np.flatnonzero((plan.measure == measure) & (plan.period == ALL))
            labels = zip(plan.force[kept].tolist(), by[kept].tolist(), strict=True)
            at = dict(zip(labels, kept.tolist(), strict=True))
            return np.array([[at[force, name] for name in names] for force in forces])

        return cls(
            forces=forces,
            channels=channels,
            service_level=cells("service_level", plan.channel, channels),
            elsewhere=cells("answered_elsewhere", plan.channel, channels),
            hours=cells("exchange_h", plan.group, groups),
            group_force=plan.layout.group_force,
            weeks=plan.horizon.measured_h / HOURS_PER_WEEK,
        )

    def hours_by_room(self, tally: Floats) -> Floats:
        """Give hours per week by room's force (pools last) and callers' force, (R, F + 1, F)."""
        by_group = tally[0][:, self.hours] / self.weeks
        forces = len(self.forces)
        by_room = np.zeros((by_group.shape[0], forces + 1, forces))
        for group, force in enumerate(self.group_force):
            by_room[:, force] += by_group[:, :, group]  # -1 is the last
        return by_room


def accounting_rows(part: Figures, baseline: Figures, books: Books) -> Iterator[tuple[Value, ...]]:
    """Give the account of every force under one design, none where there is only one force."""
    if len(books.forces) == 1:
        return
    n_channels = len(books.channels)
    level, share = books.service_level.ravel(), books.elsewhere.ravel()
    ours, theirs = part.tally[:, :, level], baseline.tally[:, :, level]
    gain = ratio_difference(*ours, *theirs)
    mean_worse = p_below_zero(gain)
    worse_off = share_worse(ours, theirs)
    worst = _worst(gain.value.reshape(-1, n_channels)).ravel()
    gain = bounded(gain, part.cells.unit[level], -np.inf)
    elsewhere = bounded(ratio_interval(*part.tally[:, :, share]), part.cells.unit[share], 0.0)
    hours = _hours(books.hours_by_room(part.tally))
    for row in range(level.size):
        force, channel = divmod(row, n_channels)
        yield (
            part.point,
            part.design,
            baseline.design,
            books.forces[force],
            books.channels[channel],
            *_ends(gain, row),
            float(worse_off[row]),
            float(mean_worse[row]),
            "yes" if worst[row] else "no",
            *_ends(elsewhere, row),
            *(hours[force] if books.channels[channel] == ALL else _NO_HOURS),
            int(gain.replications[row]),
        )


def exchange_rows(part: Figures, books: Books) -> Iterator[tuple[Value, ...]]:
    """Give who spent how many hours on whose contacts, none where there is only one force."""
    if len(books.forces) == 1:
        return
    by_room = books.hours_by_room(part.tally)
    replications = by_room.shape[0]
    interval = _not_negative(mean_interval(by_room.reshape(replications, -1)))
    rooms = (*books.forces, "") if (books.group_force < 0).any() else books.forces
    for row, (room, force) in enumerate((room, f) for room in rooms for f in books.forces):
        yield (part.point, part.design, room, force, *_ends(interval, row), replications)


def share_worse(ours: Floats, theirs: Floats) -> Floats:
    """Give the share of replications in which a ratio is below the other's, shape (M,).

    Replications in which either is missing do not count; nan where none does.

    Parameters
    ----------
    ours, theirs
        Shape (2, R, M): numerators, then denominators.
    """
    here, there = divide(*ours), divide(*theirs)
    known = ~np.isnan(here) & ~np.isnan(there)
    return divide((known & (here < there)).sum(axis=0), known.sum(axis=0))


def _worst(gain: Floats) -> NDArray[np.bool_]:
    """Mark the smallest gain of each channel, shape (F, C); a missing one is not the smallest."""
    known = np.where(np.isnan(gain), np.inf, gain)
    marked: NDArray[np.bool_] = (known == known.min(axis=0)) & np.isfinite(known)
    return marked


def _hours(by_room: Floats) -> list[tuple[float, ...]]:
    """Give, for each force, the hours given, received and their balance, each with its interval."""
    forces = by_room.shape[2]
    foreign = by_room.copy()
    own = np.arange(forces)
    foreign[:, own, own] = 0.0
    given, received = foreign[:, :forces].sum(axis=2), foreign.sum(axis=1)
    columns = (
        _not_negative(mean_interval(given)),
        _not_negative(mean_interval(received)),
        mean_interval(given - received),
    )
    return [
        tuple(end for column in columns for end in _ends(column, force)) for force in range(forces)
    ]


def _not_negative(interval: Interval) -> Interval:
    return interval._replace(low=np.maximum(interval.low, 0.0))


def _ends(interval: Interval, row: int) -> tuple[float, float, float]:
    """Give value, low and high of one row, and never -0.0."""
    value, low, high = (float(column[row]) + 0.0 for column in interval[:3])
    return value, low, high
