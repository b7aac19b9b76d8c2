"""Weekly rotas laid over a horizon: who is rostered when, and when they come, rest and go.

Enters: the groups of a `Centre` and a `Horizon`. Leaves: a `Roster` for each shift of each group
(or for its hourly posts), with everything that does not depend on chance.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.config.centre import Shift
from sim.config.rota import MINUTES_PER_DAY, days_of, minute_of_day, shift_span
from sim.records import HOURS_PER_WEEK
from sim.workload.errors import refuse
from sim.workload.streams import StreamName

DAYS_PER_WEEK = 7
BLOCKS_PER_WEEK = 21  # hourly posts: whoever is absent is so for 8 hours, from 00:00, 08:00, 16:00
_MINUTES_PER_HOUR = 60


class Moves(NamedTuple):
    """Changes of how many handlers are at the desk; arrays of one shape (E,).

    Parameters
    ----------
    minute
        When, in minutes since the Monday on which the roster starts.
    cell
        Of whose staff.
    sign
        +1 they come, -1 they go.
    wave, waves
        Which of how many equal parts of the staff; 0 of 1 is everybody.
    """

    minute: NDArray[np.float64]
    cell: NDArray[np.int64]
    sign: NDArray[np.int64]
    wave: NDArray[np.int64]
    waves: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Roster:
    """One shift of a group, or its hourly posts, over some weeks.

    A *cell* is a span of time with one number of posts (an occurrence of the shift; an hour); a
    *block* is a span in which the same people are absent (the day of the shift; 8 hours).

    Parameters
    ----------
    group
        The agent group.
    name
        The stream.
    posts
        Shape (M,): mean number of handlers after planned shrinkage, by cell.
    block
        Shape (M,): the block of each cell, 0 to `n_blocks` - 1.
    moves
        What the staff of the cells do.
    """

    group: int
    name: StreamName
    posts: NDArray[np.float64]
    block: NDArray[np.int64]
    n_blocks: int
    moves: Moves

    def draw_staffed(self, rng: Generator, absence_share: float) -> NDArray[np.int64]:
        """Draw how many handlers come in each cell, shape (M,).

        Posts are rounded up or down at random so that the mean is right, then each handler is
        absent with the given probability. Both are drawn by block and person: more posts mean
        further people and leave the others as they were, so that one more post never takes a
        handler away.
        """
        lucky = rng.random(self.n_blocks)
        rostered = np.floor(self.posts + lucky[self.block]).astype(np.int64)
        if absence_share == 0:
            return rostered
        people = int(self.posts.max(initial=0.0)) + 1
        absent = np.zeros((people + 1, self.n_blocks), dtype=np.int64)
        np.cumsum(rng.random((people, self.n_blocks)) < absence_share, axis=0, out=absent[1:])
        return rostered - absent[rostered, self.block]


def shift_roster(group: int, group_name: str, shift: Shift, posts: float, n_weeks: int) -> Roster:
    """Give the roster of a shift.

    Its stream is named by group and shift and has one draw per day, worked or not: shifts of one
    name on one day are the same people.

    Raises
    ------
    ConfigError
        If somebody would be on two breaks at once.
    """
    _require_one_break_at_a_time(group_name, shift)
    start, end = shift_span(shift)
    moves = [(0.0, 1, 0, 1), (float(end - start), -1, 0, 1)]
    for at, minutes, wave, waves in _breaks(shift):
        moves += [(at - start, -1, wave, waves), (at - start + minutes, 1, wave, waves)]
    offset, sign, part, parts = (np.array(column) for column in zip(*moves, strict=True))
    day = np.add.outer(DAYS_PER_WEEK * np.arange(n_weeks), sorted(days_of(shift))).ravel()
    return Roster(
        group=group,
        name=StreamName("staffing", group_name, shift.name),
        posts=np.full(day.size, posts),
        block=day,
        n_blocks=DAYS_PER_WEEK * n_weeks,
        moves=Moves(
            minute=np.add.outer(MINUTES_PER_DAY * day + start, offset).ravel(),
            cell=np.repeat(np.arange(day.size), len(moves)),
            sign=np.tile(sign, day.size),
            wave=np.tile(part, day.size),
            waves=np.tile(parts, day.size),
        ),
    )


def hourly_roster(group: int, group_name: str, posts: NDArray[np.float64], n_weeks: int) -> Roster:
    """Give the roster of hourly posts, shape (168,) from Monday 00:00."""
    hour = np.arange(HOURS_PER_WEEK * n_weeks)
    hours_per_block = HOURS_PER_WEEK // BLOCKS_PER_WEEK
    return Roster(
        group=group,
        name=StreamName("hourly staffing", group_name),
        posts=np.tile(posts, n_weeks),
        block=hour // hours_per_block,
        n_blocks=BLOCKS_PER_WEEK * n_weeks,
        moves=Moves(
            minute=_MINUTES_PER_HOUR * np.concatenate([hour, hour + 1]).astype(np.float64),
            cell=np.concatenate([hour, hour]),
            sign=np.repeat([1, -1], hour.size),
            wave=np.zeros(2 * hour.size, dtype=np.int64),
            waves=np.ones(2 * hour.size, dtype=np.int64),
        ),
    )


def _breaks(shift: Shift) -> list[tuple[float, float, int, int]]:
    """Give start and length in minutes (from midnight of the shift's day), wave and waves."""
    start, _ = shift_span(shift)
    breaks = []
    for rest in shift.breaks:
        at = minute_of_day(rest.at)
        at += MINUTES_PER_DAY if at < start else 0
        breaks += [
            (at + wave * rest.minutes, rest.minutes, wave, rest.waves) for wave in range(rest.waves)
        ]
    return breaks


def _require_one_break_at_a_time(group_name: str, shift: Shift) -> None:
    """Refuse breaks that overlap for the same people: waves cut the staff into runs of people."""
    for (at, minutes, wave, waves), (at_b, minutes_b, wave_b, waves_b) in combinations(
        _breaks(shift), 2
    ):
        at_once = at < at_b + minutes_b and at_b < at + minutes
        same_people = (
            wave * waves_b < (wave_b + 1) * waves and wave_b * waves < (wave + 1) * waves_b
        )
        if at_once and same_people:
            refuse(
                ("groups", group_name, "shifts"),
                f"in shift {shift.name} two breaks overlap for the same people, "
                f"{max(at, at_b) % MINUTES_PER_DAY / _MINUTES_PER_HOUR:.2f} h after midnight; "
                "move one, or take fewer waves",
            )
