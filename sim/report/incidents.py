"""What events did, as the results folder has it: with them, without them, and the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sim.config import Event, SiteOutage, TelephonyFailure
from sim.experiment.event_tables import event_header, timeline_header
from sim.experiment.results import EVENTS, TIMELINE
from sim.experiment.tables import ALL
from sim.report.estimate import Estimate
from sim.report.study import Channel, DesignName, Study

OVER, ABANDONED, LONGEST, IN_TIME, RECOVERY = (
    "over_60s",
    "abandoned",
    "wait_max_s",
    "service_level",
    "recovery_s",
)
STAFFED = "staffed"
NO_NUMBER = Estimate()
FORCES_IN_FULL = 4  # with more, those that the event struck hardest


@dataclass(frozen=True)
class Struck:
    """A number during an event, the same without the event, and their paired difference."""

    struck: Estimate = NO_NUMBER
    calm: Estimate = NO_NUMBER
    difference: Estimate = NO_NUMBER


@dataclass(frozen=True, eq=False)
class Incident:
    """One event of a study.

    Parameters
    ----------
    number
        From 1, in the order of the experiment.
    numbers
        By design, force, channel and measure.
    """

    study: Study
    number: int
    event: Event
    numbers: Mapping[tuple[str, str, str, str], Struck]

    @property
    def name(self) -> str:
        """The event's name."""
        return self.event.name

    @cached_property
    def urgent(self) -> Channel:
        """The most urgent channel, 999: the one whose queue the time-line shows."""
        return min(self.study.channels, key=lambda channel: channel.priority)

    @cached_property
    def channel(self) -> Channel:
        """The channel that events are told by: the most urgent, 999, or what is dialled instead."""
        if isinstance(self.event, TelephonyFailure):
            return next(c for c in self.study.channels if c.name == self.event.to)
        return self.urgent

    def of(self, design: DesignName, force: str, measure: str) -> Struck:
        """Give a measure of the event's channel; one without values where there is none."""
        return self.numbers.get((design.name, force, self.channel.name, measure), Struck())

    @cached_property
    def of_forces(self) -> tuple[str, ...]:
        """The forces whose rooms go dark in an outage, as the experiment names them."""
        groups = self.event.groups if isinstance(self.event, SiteOutage) else ()
        named = {self.study.centre.groups[group].force for group in groups}
        return tuple(force for force in self.study.forces if force in named)

    @cached_property
    def hardest_hit(self) -> tuple[str, ...]:
        """Forces, those first whose own room is dark, then by how far the share in time falls.

        What counts is the deepest fall in any design.
        """

        def harm(force: str) -> tuple[bool, float]:
            changes = (self.of(d, force, IN_TIME).difference for d in self.study.designs)
            fall = max((-change.value for change in changes if not change.missing), default=0.0)
            return force in self.of_forces, fall

        return tuple(sorted(self.study.forces, key=harm, reverse=True))

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The forces of the table: all together, and each or those hit hardest."""
        if len(self.study.forces) <= FORCES_IN_FULL:
            return self.study.rows
        return (ALL, *self.hardest_hit[:FORCES_IN_FULL])

    @property
    def drawn_rows(self) -> tuple[str, ...]:
        """The forces of the time-line: all together, and the one hit hardest."""
        return self.study.rows if len(self.study.forces) == 1 else (ALL, self.hardest_hit[0])

    def dark(self, design: DesignName) -> tuple[str, ...]:
        """Give the groups that an outage takes out under a design; none for other events."""
        if not isinstance(self.event, SiteOutage):
            return ()
        return self.study.centre.designs[design.name].under_one_roof(self.event.groups)

    def handlers(self, design: DesignName) -> Struck:
        """Give the mean number of handlers at their desks while the event lasts.

        The mean over the time-line's bins; their half-widths are averaged too, which is right if
        all bins move together and too wide otherwise.
        """
        table = self.timeline
        rows = table[
            (table["design"] == design.name)
            & (table["force"] == ALL)
            & (table["measure"] == STAFFED)
            & (table["minute"] >= 0)
            & (table["minute"] < 60 * self.event.lasts_h)
        ]
        if rows.empty:
            return Struck()
        mean, weeks = rows.mean(numeric_only=True), int(rows["replications"].max())
        return Struck(
            Estimate(mean["value_with"], mean["with_low"], mean["with_high"], weeks),
            Estimate(mean["value_without"], mean["without_low"], mean["without_high"], weeks),
        )

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """The rows of the event in `event_timeline.csv`, empty where there are none."""
        return _mine(self.study, TIMELINE, timeline_header(()), self.name)


def incidents(study: Study) -> list[Incident]:
    """Give the events of a study whose numbers are there."""
    found = []
    for number, event in enumerate(study.experiment.events, start=1):
        rows = _mine(study, EVENTS, event_header(()), event.name)
        if len(rows):
            found.append(Incident(study, number, event, _numbers(rows)))
    return found


def _mine(study: Study, name: str, columns: tuple[str, ...], event: str) -> pd.DataFrame:
    table = study.results.optional(name, columns)
    if table is None:
        return pd.DataFrame(columns=list(columns))
    return table[(table["point"] == study.point) & (table["event"] == event)]


def _numbers(rows: pd.DataFrame) -> dict[tuple[str, str, str, str], Struck]:
    numbers = {}
    for row in rows.to_dict("records"):
        weeks = int(row["replications"])
        struck, calm, difference = (
            Estimate(row[value], row[f"{stem}_low"], row[f"{stem}_high"], weeks)
            for value, stem in (
                ("value_with", "with"),
                ("value_without", "without"),
                ("difference", "difference"),
            )
        )
        labels = (row["design"], row["force"], row["channel"], row["measure"])
        numbers[labels] = Struck(struck, calm, difference)
    return numbers
