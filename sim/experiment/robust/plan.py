"""What `[robust]` asks for, checked against its study: assumptions, conclusions, cells, designs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from sim.config import ConfigError, Problem, split_key, unknown
from sim.config.errors import as_toml, join_key
from sim.config.robust import Conclusion, Robust
from sim.experiment.break_even import SENSE
from sim.experiment.patterns import keys_named
from sim.experiment.ranges import DeclaredRange, declared_ranges
from sim.experiment.scenario import Study, targets_of
from sim.experiment.tables import ALL
from sim.measures import MeasurePlan, plan_measures

MOST_SETS = 200_000


@dataclass(frozen=True)
class Assumption:
    """One figure of the centre that may lie anywhere in its range, or several that move together.

    Parameters
    ----------
    name
        Its key; where several move together, the name that the experiment gives them.
    """

    name: str
    ranges: tuple[DeclaredRange, ...]

    @property
    def steps(self) -> int:
        """How many steps a whole number can take from one end to the other; 0 for any number."""
        alone = self.ranges[0]
        return int(alone.high - alone.low) if len(self.ranges) == 1 and alone.whole else 0

    def values(self, place: float) -> dict[str, int | float]:
        """Give the value of each key at a place between the lower ends (0) and the upper (1).

        Whole numbers have equal parts of the way each.

        Examples
        --------
        >>> kept = DeclaredRange("keep_idle", 1, 0, 3, whole=True, assumed=True, source="test")
        >>> [Assumption("keep_idle", (kept,)).values(u)["keep_idle"] for u in (0, 0.3, 0.5, 1)]
        [0, 1, 2, 3]
        """
        return {one.key: _value(one, place) for one in self.ranges}


@dataclass(frozen=True)
class Claim:
    """A conclusion that has been found in the tallies.

    Parameters
    ----------
    against
        The design to be beaten; "" where the target is to be met.
    sense
        1 where more of the measure is better, -1 where less is.
    cell, channel_index
        Where its measure stands among the plan's cells, and its target among the channels.
    """

    number: int
    design: str
    against: str
    force: str
    channel: str
    measure: str
    margin: float
    sense: int
    cell: int
    channel_index: int

    @property
    def designs(self) -> tuple[str, ...]:
        """The designs that it is about."""
        return (self.design, self.against) if self.against else (self.design,)


@dataclass(frozen=True)
class RobustPlan:
    """A question about assumptions that has been checked against its study.

    Parameters
    ----------
    cells
        Indices into a tally: what is kept of each week. They depend on the measures alone, so that
        a further conclusion finds the weeks of the others in the store.
    designs
        Those that a conclusion is about, in the order of the experiment.
    """

    study: Study
    asked: Robust
    assumptions: tuple[Assumption, ...]
    claims: tuple[Claim, ...]
    cells: NDArray[np.intp]
    designs: tuple[str, ...]

    @property
    def sets(self) -> int:
        """How many assumption sets are drawn."""
        return self.asked.n * (len(self.assumptions) + 2)

    @property
    def all_sets(self) -> int:
        """The same with the centre's own values, and each assumption alone at its two ends."""
        return self.sets + 2 * len(self.assumptions) + 1


def plan_robust(study: Study, asked: Robust) -> RobustPlan:
    """Give the plan of what an experiment asks of its assumptions.

    Raises
    ------
    ConfigError
        With everything that it asks for and the centre does not have.
    """
    conclusions = asked.conclusions or tuple(_all_conclusions(study))
    point = study.points[0]
    plan = plan_measures(point.layout, study.horizon, targets_of(point.centre))
    problems = [
        problem
        for number, one in enumerate(conclusions)
        for problem in _conclusion_problems(study, plan, one, number)
    ]
    if problems:
        raise ConfigError(problems)
    about = {name for one in conclusions for name in (one.design, one.beats)}
    designs = tuple(name for name in study.experiment.designs if name in about)
    assumptions = _assumptions(study, asked, designs)
    measures = {one.measure for one in conclusions}
    cells = np.flatnonzero(
        (plan.group == "") & (plan.period == ALL) & np.isin(plan.measure, sorted(measures))
    )
    claims = tuple(
        Claim(
            number=number,
            design=one.design,
            against=one.beats or "",
            force=one.force,
            channel=one.channel,
            measure=one.measure,
            margin=one.margin,
            sense=SENSE[one.measure],
            cell=_cell(plan, cells, one),
            channel_index=(*point.layout.channels, ALL).index(one.channel),
        )
        for number, one in enumerate(conclusions, start=1)
    )
    found = RobustPlan(study, asked, assumptions, claims, cells, designs)
    if found.sets > MOST_SETS:
        message = (
            f"{len(assumptions)} assumptions and n = {asked.n} make {found.sets:,} sets, at most "
            f"{MOST_SETS:,} are allowed; take a smaller n, or move assumptions together"
        )
        raise ConfigError([Problem(study.path, message, "robust.n", f"{asked.n}")])
    return found


def _value(one: DeclaredRange, place: float) -> int | float:
    """Give the value at a place in a range."""
    if one.whole:
        steps = int(one.high - one.low)
        return int(one.low) + min(floor(place * (steps + 1)), steps)
    return min(max(one.low + place * (one.high - one.low), one.low), one.high)


def _all_conclusions(study: Study) -> Iterator[Conclusion]:
    """Give what is asked where the file names nothing: who beats the baseline, and every target."""
    experiment, centre = study.experiment, study.points[0].centre
    rows = (ALL, *centre.forces) if len(centre.forces) > 1 else tuple(centre.forces)
    places = [
        {"force": force, "channel": channel}
        for channel in centre.channels
        for force in rows
        if force == ALL or channel in centre.forces[force].contacts
    ]
    for design in experiment.designs:
        if design != experiment.baseline:
            for place in places:
                yield Conclusion(design=design, beats=experiment.baseline, **place)
    for design in experiment.designs:
        for place in places:
            yield Conclusion(design=design, meets_target=True, **place)


def _conclusion_problems(
    study: Study, plan: MeasurePlan, one: Conclusion, number: int
) -> Iterator[Problem]:
    """Find what a conclusion names and the study does not have."""
    layout, designs = plan.layout, study.experiment.designs
    channels = layout.channels if one.meets_target else (*layout.channels, ALL)
    here = (plan.channel == one.channel) & (plan.group == "") & (plan.period == ALL)
    measured = set(plan.measure[here].tolist())
    known: list[tuple[str, str | None, str, Sequence[str]]] = [
        ("design", one.design, "design of the experiment", designs),
        ("beats", one.beats, "design of the experiment", designs),
        ("force", one.force, "force of the centre", (*layout.forces, ALL)),
        ("channel", one.channel, "channel of the centre", channels),
    ]
    if measured:
        known.append(("measure", one.measure, "measure", [m for m in SENSE if m in measured]))
    for part, name, what, names in known:
        if name is not None and name not in names:
            key = join_key(("robust", "conclusions", number, part))
            yield Problem(study.path, unknown(what, name, names), key, as_toml(name))


def _assumptions(study: Study, asked: Robust, designs: Sequence[str]) -> tuple[Assumption, ...]:
    """Give what is drawn: the ranges that matter to these designs and are asked for."""
    ranges = {
        one.key: one
        for one in declared_ranges(study.centre, study.changed)
        if (parts := split_key(one.key))[0] != "designs" or parts[1] in designs
    }
    problems: list[Problem] = []
    chosen = dict(ranges)
    if asked.keys:
        wanted = _matching(study, asked.keys, "robust.keys", ranges, problems)
        chosen = {key: one for key, one in ranges.items() if key in wanted}
    left_out = _matching(study, asked.leave_out, "robust.leave_out", ranges, problems)
    chosen = {key: one for key, one in chosen.items() if key not in left_out}
    found = _together(study, asked, chosen, problems)
    if not found and not problems:
        message = (
            "leaves no assumption to draw: no figure that matters to these designs and is asked "
            "for declares a range of more than one value"
        )
        problems.append(Problem(study.path, message, "robust"))
    if problems:
        raise ConfigError(problems)
    return found


def _together(
    study: Study,
    asked: Robust,
    chosen: Mapping[str, DeclaredRange],
    problems: list[Problem],
) -> tuple[Assumption, ...]:
    """Give the chosen ranges, those that move together as one, in the order of the centre."""
    name_of: dict[str, str] = {}
    for name, patterns in asked.together.items():
        place = join_key(("robust", "together", name))
        for key in sorted(_matching(study, patterns, place, chosen, problems)):
            if name_of.setdefault(key, name) != name:
                message = f'{key} stands in "{name_of[key]}" already; it can move with one alone'
                problems.append(Problem(study.path, message, place))
        if name in chosen:
            problems.append(Problem(study.path, "is itself a key; give it another name", place))
    members: dict[str, list[DeclaredRange]] = {}
    for key, one in chosen.items():
        members.setdefault(name_of.get(key, key), []).append(one)
    return tuple(Assumption(name, tuple(ranges)) for name, ranges in members.items())


def _matching(
    study: Study,
    patterns: Sequence[str],
    place: str,
    ranges: Mapping[str, DeclaredRange],
    problems: list[Problem],
) -> set[str]:
    """Give the keys that any of some patterns names; a pattern that names none is a problem."""

    def wrong(pattern: str, message: str) -> None:
        problems.append(Problem(study.path, message, place, as_toml(pattern)))

    return keys_named(patterns, ranges, wrong)


def _cell(plan: MeasurePlan, cells: NDArray[np.intp], one: Conclusion) -> int:
    """Find a conclusion's measure among the cells."""
    here = (
        (plan.measure[cells] == one.measure)
        & (plan.channel[cells] == one.channel)
        & (plan.force[cells] == one.force)
    )
    return int(np.flatnonzero(here)[0])
