"""What a centre is: its channels, forces, agent groups, demand, staffing and designs."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.config.distributions import HandleTime, Patience
from sim.config.facts import Frozen, Name, NonNegativeFact, PositiveFact, ShareFact

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class Profile(Frozen):
    """A series over the 168 hours of the week from a CSV column, Monday 00:00 first.

    After loading, `values` holds the 168 numbers, so that a resolved configuration stands alone.
    """

    file: Path
    column: str
    source: str | None = None
    values: tuple[float, ...] = ()


class Redial(Frozen):
    """What a caller does after giving up.

    A `share` calls again after an exponential delay, at most `max_attempts` more times, each with
    a patience of its own; of those who call again, `escalate_share` dial `escalate_to` instead.
    """

    share: ShareFact
    delay_mean_s: NonNegativeFact
    max_attempts: int = Field(ge=0, le=20)
    escalate_share: ShareFact | None = None
    escalate_to: Name | None = None
    source: str | None = None


class FollowOn(Frozen):
    """Work that follows an answered contact: a transfer, a crime-recording task, a call-back.

    A `share` of answered contacts is followed, after an exponential delay, by a contact of
    channel `to` in the same force. Its handle time and patience are those of that channel.
    """

    to: Name
    share: ShareFact
    delay_mean_s: NonNegativeFact
    source: str | None = None


class Channel(Frozen):
    """How people call, and what is promised to them."""

    label: Name
    priority: int = Field(ge=0)  # a freed handler takes the lower number first
    answer_within_s: NonNegativeFact
    target_share: ShareFact
    transfer_delay_s: NonNegativeFact | None = None  # BT's transfer, on police.uk's clock only
    source: str | None = None
    profile: Profile | None = None
    handle: HandleTime | None = None
    patience: Patience | None = None
    redial: Redial | None = None
    follow_on: tuple[FollowOn, ...] = ()


class Contacts(Frozen):
    """One force's contacts on one channel; what stands here replaces what the channel says."""

    per_day: NonNegativeFact  # mean over the modelled week, bursts and all
    source: str | None = None
    profile: Profile | None = None
    handle: HandleTime | None = None
    patience: Patience | None = None
    redial: Redial | None = None
    follow_on: tuple[FollowOn, ...] | None = None


class Force(Frozen):
    """A police force: whose callers they are."""

    population: PositiveFact | None = None
    source: str | None = None
    contacts: dict[Name, Contacts]  # by channel


class DayFactor(Frozen):
    """How much busier one day is than another: gamma with mean 1.

    The Gaussian copula's correlation is `correlation_forces` between two forces and
    `correlation_channels` between two channels of one force (the larger of the two).
    """

    cv: NonNegativeFact
    correlation_forces: ShareFact
    correlation_channels: ShareFact
    source: str | None = None


class Bursts(Frozen):
    """Incidents that many people report within minutes.

    Burst calls are part of the force's `per_day`, not on top of it. Their number per incident is
    geometric with mean `calls_mean`, cut at `calls_max`; they come within an exponential time after
    the incident. A share of incidents is seen from a second force as well.
    """

    channel: Name
    incidents_per_week: NonNegativeFact  # in each force, mean
    calls_mean: PositiveFact
    calls_max: int = Field(ge=1, le=10_000)
    spread_mean_s: PositiveFact
    seen_by_two_share: ShareFact
    neighbours: dict[Name, tuple[Name, ...]]  # which forces may see a force's incident
    source: str | None = None


class CallLog(Frozen):
    """Arrivals replayed from a CSV: `force, channel, arrival_s` and optionally `handle_s`.

    `arrival_s` counts from the start of the measured window; rows before 0 are warm-up.
    After loading, the columns stand in `force`, `channel`, `arrival_s`, `handle_s`.
    """

    file: Path
    source: str | None = None
    force: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    arrival_s: tuple[float, ...] = ()
    handle_s: tuple[float, ...] = ()


class Demand(Frozen):
    """What varies demand beyond the hour of the week; `call_log` replaces drawn arrivals."""

    day_factor: DayFactor | None = None
    bursts: Bursts | None = None
    call_log: CallLog | None = None


class Break(Frozen):
    """A break that a shift takes in waves: each wave, an equal part of the staff, one after another."""

    at: ClockTime
    minutes: float = Field(gt=0, le=480)
    waves: int = Field(ge=1, le=48)


class Shift(Frozen):
    """Handlers rostered from `start` to `end` on some days; `end` at or before `start` is next day."""

    name: Name
    days: tuple[Day, ...] | Literal["all"] = "all"
    start: ClockTime
    end: ClockTime
    rostered: NonNegativeFact
    breaks: tuple[Break, ...] = ()
    source: str | None = None


class Group(Frozen):
    """Handlers of one room with the same skills: `shifts`, or hourly `rostered` posts from a CSV."""

    force: Name | None = None  # none: a contractor's or a shared pool
    answers: tuple[Name, ...]  # channels
    reserve: dict[Name, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    rostered: Profile | None = None
    scale: PositiveFact | None = None
    source: str | None = None


class StaffingPlan(Frozen):
    """From rostered posts to handlers at the desk.

    staffed = rostered x scale x (1 - shrinkage_share), rounded at random so that the mean is right,
    then each of them is absent with probability `absence_share`, shift by shift.
    """

    scale: PositiveFact
    shrinkage_share: ShareFact  # planned: leave, training, meetings
    absence_share: ShareFact  # unplanned: sickness, drawn anew each shift
    source: str | None = None


class DesignEntry(Frozen):
    """An alliance option by name: its `kind` is the registered function, the rest its options."""

    kind: Name
    label: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)


class Centre(Frozen):
    """A folder of `configs/`: the world of a study, whole and checked."""

    name: Name
    description: str = ""
    sources: dict[Name, str] = Field(default_factory=dict)  # short key -> full reference
    channels: dict[Name, Channel]
    forces: dict[Name, Force]
    groups: dict[Name, Group]
    demand: Demand = Demand()
    staffing: StaffingPlan
    designs: dict[Name, DesignEntry] = Field(default_factory=dict)
