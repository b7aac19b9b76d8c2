"""How many handlers each group has over time: shifts, breaks, shrinkage and chance absence.

Enters: a checked `Centre` and a `Horizon`. Leaves: a `Staffing` per seed and replication, whose
steps are real changes only.
"""

from collections.abc import Iterator

import numpy as np

from sim.config import Centre
from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Horizon, Staffing
from sim.workload.rosters import Roster, hourly_roster, shift_roster

DRAIN_H = 24  # the weekly pattern goes on this long after arrivals stop, then the last level stays
_SECONDS_PER_WEEK = HOURS_PER_WEEK * SECONDS_PER_HOUR
_SECONDS_PER_MINUTE = 60.0


class StaffingDrawer:
    """The law of the staffing of a centre over a horizon.

    Staffed handlers are rostered posts x scales x (1 - planned shrinkage), rounded at random, less
    the absent. Overlapping shifts add up. The moves of all rosters and their order are laid out
    here, once; a draw only fills in how many handlers make them.

    Raises
    ------
    ConfigError
        If somebody would be on two breaks at once.
    """

    def __init__(self, centre: Centre, horizon: Horizon) -> None:
        # A week more in front: Sunday's night shift may still be on at instant 0.
        monday_s = horizon.instant_of_hour_of_week(0.0) - _SECONDS_PER_WEEK
        last_s = horizon.arrivals_until_s + DRAIN_H * SECONDS_PER_HOUR
        n_weeks = int((last_s - monday_s) // _SECONDS_PER_WEEK) + 1
        self._n_groups = len(centre.groups)
        self._absence_share = centre.staffing.absence_share.value
        self._rosters = list(_rosters(centre, n_weeks))
        self._lay_out(monday_s, last_s)

    def _lay_out(self, monday_s: float, last_s: float) -> None:
        """Sort the moves by group and instant; those of a group at one instant form a slot."""
        rosters, nobody = self._rosters, np.zeros(self._n_groups, dtype=np.int64)
        first_cell = np.cumsum([0, *(roster.posts.size for roster in rosters)])
        minute = np.concatenate([roster.moves.minute for roster in rosters])
        instant = np.maximum(monday_s + _SECONDS_PER_MINUTE * minute, 0.0)
        # Every group gets a slot at instant 0, where nobody moves.
        instant = np.concatenate([instant, np.zeros(self._n_groups)])
        group = np.concatenate(
            [*(np.full(r.moves.minute.size, r.group) for r in rosters), np.arange(self._n_groups)]
        )
        cell = np.concatenate(
            [*(r.moves.cell + first for r, first in zip(rosters, first_cell, strict=False)), nobody]
        )
        sign = np.concatenate([*(r.moves.sign for r in rosters), nobody])
        wave = np.concatenate([*(r.moves.wave for r in rosters), nobody])
        waves = np.concatenate([*(r.moves.waves for r in rosters), nobody + 1])

        order = np.lexsort((instant, group))
        order = order[instant[order] <= last_s]
        self._cell, self._sign = cell[order], sign[order]
        self._wave, self._waves = wave[order], waves[order]
        group, instant = group[order], instant[order]
        begins = (np.diff(group, prepend=-1) != 0) | (np.diff(instant, prepend=-1.0) != 0)
        self._slot = np.flatnonzero(begins)
        self._slot_s, self._slot_group = instant[self._slot], group[self._slot]
        self._first_slot = np.searchsorted(self._slot_group, self._slot_group)
        self._by_time = np.lexsort((self._slot_group, self._slot_s))

    def draw(self, seed: int, replication: int) -> Staffing:
        """Give the staffing of a replication: a step at 0 for every group, then its changes.

        After the pattern's last day the last level stays; where that is 0, whoever still waits is
        left open.
        """
        staffed = np.concatenate(
            [
                roster.draw_staffed(roster.name.open(seed, replication), self._absence_share)
                for roster in self._rosters
            ]
        )
        people = staffed[self._cell]
        parting = people * (self._wave + 1) // self._waves - people * self._wave // self._waves
        change = np.add.reduceat(self._sign * parting, self._slot)
        level = np.cumsum(change)
        level -= (level - change)[self._first_slot]  # what the groups before it left behind
        real = (change != 0) | (self._slot_s == 0)
        steps = self._by_time[real[self._by_time]]
        return Staffing(self._n_groups, self._slot_s[steps], self._slot_group[steps], level[steps])


def _rosters(centre: Centre, n_weeks: int) -> Iterator[Roster]:
    """Give the rosters of all groups."""
    plan = centre.staffing
    for index, (name, group) in enumerate(centre.groups.items()):
        scale = plan.scale.value * (1.0 if group.scale is None else group.scale.value)
        at_desk = scale * (1 - plan.shrinkage_share.value)
        for shift in group.shifts:
            yield shift_roster(index, name, shift, at_desk * shift.rostered.value, n_weeks)
        if group.rostered is not None:
            yield hourly_roster(index, name, at_desk * np.array(group.rostered.values), n_weeks)
