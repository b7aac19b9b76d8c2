"""What is to be chosen, by what and among which candidates: `[select]`, checked.

A candidate is a design at a point. The choice itself is made in `run`, by the rules of `rules`;
what they promise is in docs/decisions/0018-selection.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.config import ConfigError, Problem, unknown
from sim.config.errors import as_toml
from sim.config.rota import rostered_h_per_week
from sim.config.select import SelectBest, SelectCheapest
from sim.experiment.break_even import SENSE, WORST
from sim.experiment.callers import may_be_called
from sim.experiment.scenario import Point, Study, targets_of
from sim.experiment.tables import ALL
from sim.measures import MeasurePlan, plan_measures

SERVICE_LEVEL = "service_level"
MOST_COMPARED = 2_000  # candidates x forces: each is compared with each, 100 MB for so many
Pair = tuple[str, str]  # a force and a channel


@dataclass(frozen=True)
class Candidate:
    """A design at a point, what it costs, and what it is to reach in each cell (nan: nothing)."""

    point: Point
    design: str
    rostered_h: float
    targets: tuple[float, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        """What two candidates share that are the same in everything but their cost."""
        return self.point.digest, self.point.design_digests[self.design], self.targets


@dataclass(frozen=True)
class Selection:
    """A question that has been checked against its study.

    Parameters
    ----------
    contests
        Candidates that are compared with each other, in the order of points and designs.
    pairs, cells
        By which force and channel they are judged, and where these stand in a tally.
    """

    study: Study
    asked: SelectBest | SelectCheapest
    contests: tuple[tuple[Candidate, ...], ...]
    pairs: tuple[Pair, ...]
    cells: NDArray[np.intp]

    @property
    def measure(self) -> str:
        """What candidates are judged by."""
        return self.asked.measure if isinstance(self.asked, SelectBest) else SERVICE_LEVEL

    @property
    def sense(self) -> int:
        """1 where more of it is better, -1 where less is."""
        return SENSE[self.measure]

    def name_of(self, candidate: Candidate) -> str:
        """Name a candidate as the table does."""
        several = len(self.study.points) > 1
        return candidate.design + (f" (point {candidate.point.index})" if several else "")


def plan_selection(study: Study, asked: SelectBest | SelectCheapest) -> Selection:
    """Give the selection that answers a question.

    Raises
    ------
    ConfigError
        If it asks for a channel, force or measure that is not there, for calls that nobody makes,
        or there is nothing to choose.
    """
    first = study.points[0]
    plan = plan_measures(first.layout, study.horizon, targets_of(first.centre))
    pairs = _pairs(study, asked, plan)
    measure = asked.measure if isinstance(asked, SelectBest) else SERVICE_LEVEL
    contests = tuple(_contests(study, asked, pairs))
    if message := _unfit(asked, contests, len(pairs)):
        raise ConfigError([Problem(study.path, message, "select")])
    found = Selection(study, asked, contests, pairs, _cells(plan, measure, pairs))
    for contest in contests:
        if message := _uncalled(found, contest):
            raise ConfigError([Problem(study.path, message, "select")])
    return found


def nobody_calls(selection: Selection) -> str:
    """Say that no call counts under any candidate, and what to ask about instead."""
    channels = " or ".join(dict.fromkeys(name for _, name in selection.pairs))
    return (
        f"no call on {channels} counts for {selection.measure} under any candidate, "
        "so none is better than another there; ask about another channel, force or measure"
    )


def unknown_under(selection: Selection, pair: Pair, candidate: Candidate, when: str) -> str:
    """Say that no call counts under one candidate, though some do under another."""
    force, channel = pair
    return (
        f"{selection.measure} of {force} on {channel} is not known under "
        f"{selection.name_of(candidate)}, where no call counts for it {when}"
    )


def _uncalled(selection: Selection, contest: Sequence[Candidate]) -> str:
    """Say where nobody can call, if no choice can be made for that; "" if one can."""
    cheapest = isinstance(selection.asked, SelectCheapest)
    called: list[tuple[bool, ...]] = []
    for one in contest:
        called.append(
            tuple(may_be_called(one.point, one.design, *pair) for pair in selection.pairs)
        )
        if cheapest and any(called[-1]):
            return ""
    some = [any(of_pair) for of_pair in zip(*called, strict=True)]
    if not any(some):
        return nobody_calls(selection)
    for one, here in zip(contest, called, strict=True):
        for pair, called_here, called_somewhere in zip(selection.pairs, here, some, strict=True):
            if called_somewhere and not called_here:
                said = unknown_under(selection, pair, one, "at all")
                return f"{said}; ask about another force or channel"
    return ""


def _unfit(
    asked: SelectBest | SelectCheapest, contests: Sequence[Sequence[Candidate]], pairs: int
) -> str:
    """Say why these candidates cannot be compared: one only, or too many; "" if they can."""
    if any(len({one.identity for one in contest}) == 1 for contest in contests):
        return (
            f"there is one candidate only{' at a point' if asked.among == 'each_point' else ''}, "
            "so nothing to choose; name another design that differs from it, or vary something"
        )
    compared = max(map(len, contests)) * pairs
    if isinstance(asked, SelectBest) and compared > MOST_COMPARED:
        return (
            f"{compared:,} would be compared with each other, at most {MOST_COMPARED:,} are "
            'allowed; vary fewer values, choose at each point (among = "each_point"), or ask '
            "about one force"
        )
    return ""


def _pairs(study: Study, asked: SelectBest | SelectCheapest, plan: MeasurePlan) -> tuple[Pair, ...]:
    """Find the forces and channels that are asked about."""

    def require(part: str, what: str, name: str, known: Sequence[str]) -> None:
        if name not in known:
            message = unknown(what, name, known)
            raise ConfigError([Problem(study.path, message, f"select.{part}", as_toml(name))])

    layout = plan.layout
    if isinstance(asked, SelectBest):
        require("channel", "channel of the centre", asked.channel, (*layout.channels, ALL))
        require("force", "force of the centre", asked.force, (*layout.forces, ALL, WORST))
        of_channel = (plan.channel == asked.channel) & (plan.group == "")
        measured = set(plan.measure[of_channel].tolist())
        require("measure", "measure", asked.measure, [name for name in SENSE if name in measured])
        forces = layout.forces if asked.force == WORST else (asked.force,)
        return tuple((force, asked.channel) for force in forces)
    channels = layout.channels if asked.channels == ALL else tuple(asked.channels)
    forces = layout.forces if asked.forces == ALL else tuple(asked.forces)
    for channel in channels:
        require("channels", "channel of the centre", channel, layout.channels)
    for force in forces:
        require("forces", "force of the centre", force, layout.forces)
    return tuple(product(forces, channels))


def _contests(
    study: Study, asked: SelectBest | SelectCheapest, pairs: Sequence[Pair]
) -> Iterator[tuple[Candidate, ...]]:
    """Give the candidates of each choice that is to be made."""
    by_point = [
        tuple(_candidate(point, design, asked, pairs) for design in study.experiment.designs)
        for point in study.points
    ]
    if asked.among == "each_point":
        yield from by_point
    else:
        yield tuple(candidate for point in by_point for candidate in point)


def _candidate(
    point: Point, design: str, asked: SelectBest | SelectCheapest, pairs: Sequence[Pair]
) -> Candidate:
    centre = point.centre_under(design)
    targets = (
        (nan,) * len(pairs)
        if isinstance(asked, SelectBest)
        else tuple(centre.channels[channel].target_share.value for _, channel in pairs)
    )
    return Candidate(point, design, rostered_h_per_week(centre), targets)


def _cells(plan: MeasurePlan, measure: str, pairs: Sequence[Pair]) -> NDArray[np.intp]:
    """Find where the measure stands in a tally for each force and channel."""
    whole = (plan.measure == measure) & (plan.period == ALL) & (plan.group == "")
    return np.array(
        [
            np.flatnonzero(whole & (plan.force == force) & (plan.channel == channel))[0]
            for force, channel in pairs
        ]
    )
