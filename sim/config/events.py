"""What breaks in an experiment, when and for how long: the entries of `[[events]]`.

How large an event is (its hours, its factor, its share) is what the experiment asks and needs no
evidence; what callers and handlers do about it is a fact like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, create_model, model_validator

from sim.config.design import DesignEntry
from sim.config.errors import Finding, as_toml, refusal
from sim.config.facts import (
    Frozen,
    Name,
    NonNegativeFact,
    Number,
    PositiveFact,
    ShareFact,
    Whole,
)
from sim.config.rota import DAYS, minute_of_day
from sim.records import HOURS_PER_WEEK, SECONDS_PER_HOUR, Horizon

_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24


def hour_of_week(moment: str) -> float:
    """Give the hour of the week, from Monday 00:00, of a moment such as "fri 20:00".

    Examples
    --------
    >>> hour_of_week("fri 20:30")
    116.5

    Raises
    ------
    ValueError
        If it is not a day and a time of day.
    """
    day, _, clock = moment.partition(" ")
    hours, colon, minutes = clock.partition(":")
    sound = colon and all(len(part) == 2 and part.isdecimal() for part in (hours, minutes))  # noqa: PLR2004 - digits
    if day not in DAYS or not sound or int(hours) >= _HOURS_PER_DAY or int(minutes) >= 60:  # noqa: PLR2004 - minutes
        raise ValueError('must be a day and a time of day, such as "fri 20:00"')
    return DAYS.index(day) * _HOURS_PER_DAY + minute_of_day(clock) / _MINUTES_PER_HOUR


def _moment(given: str) -> str:
    hour_of_week(given)
    return given


Moment = Annotated[str, AfterValidator(_moment)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]
Share = Annotated[Number, Field(ge=0, le=1)]


class Occurrence(Frozen):
    """What every event has: a name (of its random streams too), a start and a length.

    It begins at the first such moment of the measured window.
    """

    name: Name
    starts: Moment
    lasts_h: Number = Field(gt=0, le=HOURS_PER_WEEK)
    source: str | None = None

    def span_s(self, horizon: Horizon) -> tuple[float, float]:
        """Give the instants at which the event begins and ends (not included), in seconds."""
        since_h = (hour_of_week(self.starts) - horizon.start_hour_of_week) % HOURS_PER_WEEK
        start_s = horizon.measured_from_s + since_h * SECONDS_PER_HOUR
        return start_s, start_s + self.lasts_h * SECONDS_PER_HOUR


class RingBack(Frozen):
    """What a caller does whose call was cut: a `share` rings back after an exponential delay."""

    share: ShareFact
    delay_mean_s: NonNegativeFact
    source: str | None = None


class Standby(Frozen):
    """A standby room: after a while, a share of the dark rooms' handlers work from there."""

    after_h: PositiveFact
    share: ShareFact
    source: str | None = None


class SiteOutage(Occurrence):
    """Rooms go dark, and with them all that share a roof with one under a design (its `sites`).

    Calls in hand are cut off, or finished. With `fallback_after_s`, contacts of a dark room's force
    that have waited so long may be answered by every room that has the skill; where the design
    itself would never send them, they take `fallback_handle_factor` times as long there. With
    `standby`, part of the handlers are back at work before the event is over.
    """

    kind: Literal["site_outage"]
    groups: Names
    calls_in_hand: Literal["cut", "finish"] = "cut"
    ring_back: RingBack | None = None
    fallback_after_s: Number | None = Field(default=None, ge=0)
    fallback_handle_factor: PositiveFact | None = None
    standby: Standby | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = _repeated("groups", self.groups)
        if self.ring_back is not None and self.calls_in_hand == "finish":
            wrong = 'nobody rings back whose call is finished; calls_in_hand must be "cut"'
            findings.append(Finding(wrong, ("ring_back",)))
        if self.fallback_handle_factor is not None and self.fallback_after_s is None:
            wrong = "is missing; fallback_handle_factor says how long contacts take after it"
            findings.append(Finding(wrong, ("fallback_after_s",)))
        if self.standby is not None and self.standby.after_h.value >= self.lasts_h:
            wrong = f"must be below lasts_h = {self.lasts_h:g}, or the standby room never opens"
            value = f"{self.standby.after_h.value:g}"
            findings.append(Finding(wrong, ("standby", "after_h"), value))
        _refuse(findings)
        return self


if TYPE_CHECKING:
    _Diverted = Occurrence
else:  # `from` is a word of Python's own, which no class body can hold
    _Diverted = create_model("_Diverted", __base__=Occurrence, **{"from": (Name, ...)})


class TelephonyFailure(_Diverted):
    """A service fails: a share of the callers of channel `from` dial channel `to` instead."""

    kind: Literal["telephony_failure"]
    to: Name
    share: Share = 1.0
    forces: Names | None = None  # all unless named

    @property
    def from_channel(self) -> str:
        """The channel that fails."""
        return str(getattr(self, "from"))

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = _repeated("forces", self.forces or ())
        if self.from_channel == self.to:
            wrong = "must differ from the channel that fails"
            findings.append(Finding(wrong, ("to",), as_toml(self.to)))
        _refuse(findings)
        return self


class Incidents(Frozen):
    """Incidents at random moments of a surge, each reported to every force that sees it.

    A force gets a geometric number of calls about an incident, with mean `calls_mean`, each after
    an exponential time from the incident; on the most urgent channel unless one is named.
    """

    count: Whole = Field(ge=1, le=10_000)
    calls_mean: Number = Field(ge=1, le=10_000)
    spread_mean_s: Number = Field(gt=0)
    seen_by: Names  # forces
    channel: Name | None = None


class Surge(Occurrence):
    """More contacts than usual: `factor` times as many as the hour's mean, or incidents, or both.

    The extra contacts are a Poisson process on top of the ordinary ones.
    """

    kind: Literal["surge"]
    forces: Names | None = None  # all unless named
    channels: Names | None = None  # all unless named
    factor: Number | None = Field(default=None, gt=1)
    incidents: Incidents | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = [
            *_repeated("forces", self.forces or ()),
            *_repeated("channels", self.channels or ()),
        ]
        if self.incidents is not None:
            findings += _repeated("incidents.seen_by", self.incidents.seen_by)
        if self.factor is None and self.incidents is None:
            findings.append(
                Finding("is missing; a surge needs factor, incidents or both", ("factor",))
            )
        if self.factor is None and (self.forces or self.channels):
            wrong = "is missing; forces and channels say where it holds"
            findings.append(Finding(wrong, ("factor",)))
        _refuse(findings)
        return self


class Absence(Occurrence):
    """Part of the staff is not there: each handler of the rooms with this probability."""

    kind: Literal["absence"]
    groups: Names
    share: Share

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse(_repeated("groups", self.groups))
        return self


Event = Annotated[
    SiteOutage | TelephonyFailure | Surge | Absence,
    Field(discriminator="kind"),
]


def events_under(events: Sequence[Event], design: DesignEntry) -> tuple[Event, ...]:
    """Give events as they are under a design: an outage takes whole sites."""
    return tuple(
        event.model_copy(update={"groups": design.under_one_roof(event.groups)})
        if isinstance(event, SiteOutage)
        else event
        for event in events
    )


def event_findings(events: Sequence[Event], horizon: Horizon) -> list[Finding]:
    """Find events outside of the measured window, of one name, or in one room at once."""
    findings = []
    for number, event in enumerate(events):
        _, end_s = event.span_s(horizon)
        if end_s > horizon.measured_until_s:
            over_h = (end_s - horizon.measured_until_s) / SECONDS_PER_HOUR
            wrong = (
                f"with lasts_h = {event.lasts_h:g} the event ends {over_h:g} h after the measured "
                f"window of {horizon.measured_h:g} h from Monday 00:00"
            )
            findings.append(Finding(wrong, ("events", number, "starts"), as_toml(event.starts)))
    for (i, one), (j, other) in combinations(enumerate(events), 2):
        if one.name == other.name:
            wrong = f"event {i} has this name too; its name tells an event's figures apart"
            findings.append(Finding(wrong, ("events", j, "name"), as_toml(other.name)))
        findings += [
            Finding(f"{wrong} in event {i}", ("events", j, "starts"), as_toml(other.starts))
            for wrong in _clashes(one, other, horizon)
        ]
    return findings


def _clashes(one: Event, other: Event, horizon: Horizon) -> list[str]:
    """Say which rooms or services two events of one kind would both take away at once."""
    (start_s, end_s), (other_start_s, other_end_s) = one.span_s(horizon), other.span_s(horizon)
    if start_s >= other_end_s or other_start_s >= end_s:
        return []
    if isinstance(one, SiteOutage) and isinstance(other, SiteOutage):
        return [f"{group} is dark at this time" for group in other.groups if group in one.groups]
    if isinstance(one, Absence) and isinstance(other, Absence):
        return [f"{group} is short of staff then" for group in other.groups if group in one.groups]
    if isinstance(one, TelephonyFailure) and isinstance(other, TelephonyFailure):
        same = one.forces is None or other.forces is None or set(one.forces) & set(other.forces)
        return [f"{one.from_channel} fails at this time"] * bool(
            same and one.from_channel == other.from_channel
        )
    return []


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise refusal(findings)


def _repeated(key: str, names: Sequence[str]) -> list[Finding]:
    """Find a name that stands twice in a list."""
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    return [
        Finding("this name stands twice", tuple(key.split(".")), as_toml(name)) for name in twice
    ]
