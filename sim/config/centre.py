"""What a centre is: its channels, forces, agent groups, demand, staffing and designs."""

from typing import Annotated, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    Tag,
    ValidationInfo,
    model_validator,
)

from sim.config.design import DesignEntry
from sim.config.distributions import HandleTime, Patience
from sim.config.errors import Finding, as_toml, refusal
from sim.config.facts import (
    FilePath,
    Frozen,
    HandlersFact,
    Name,
    NonNegativeFact,
    Number,
    PositiveFact,
    ShareFact,
    Whole,
    WholeFact,
)
from sim.config.rota import group_findings, shift_findings
from sim.config.series import FromCsv, filled

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Days = Annotated[
    Annotated[tuple[Day, ...], Field(min_length=1), Tag("list")]
    | Annotated[Literal["all"], Tag("all")],
    Discriminator(lambda given: "all" if isinstance(given, str) else "list"),
]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class Profile(Frozen):
    """A series over the 168 hours of the week from a CSV column, Monday 00:00 first.

    After loading, `values` holds the 168 numbers, so that a resolved configuration stands alone.
    """

    file: FilePath
    column: Name
    source: str | None = None
    values: FromCsv[float] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _read(
        cls, given: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        read = handler(given)
        return filled(read, info, lambda csv: {"values": csv.profile(read.file, read.column)})


class Redial(Frozen):
    """What a caller does after giving up.

    A `share` calls again after an exponential delay, at most `max_attempts` more times, each with
    a patience of its own; of those who call again, `escalate_share` dial `escalate_to` instead.
    """

    share: ShareFact
    delay_mean_s: NonNegativeFact
    max_attempts: Whole = Field(ge=0, le=20)
    escalate_share: ShareFact | None = None
    escalate_to: Name | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.escalate_share is None) != (self.escalate_to is None):
            missing = "escalate_to" if self.escalate_to is None else "escalate_share"
            together = "is missing; escalate_share and escalate_to go together"
            raise refusal([Finding(together, (missing,))])
        return self


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
    priority: Whole = Field(ge=0)  # a freed handler takes the lower number first
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
    contacts: dict[Name, Contacts]  # by channel; a channel that is missing has no contacts


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
    calls_max: Whole = Field(ge=1, le=10_000)
    spread_mean_s: PositiveFact
    seen_by_two_share: ShareFact
    neighbours: dict[Name, tuple[Name, ...]]  # which forces may see a force's incident
    source: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = [
            Finding("a force is not its own neighbour", ("neighbours", force), as_toml(seen_by))
            for force, seen_by in self.neighbours.items()
            if force in seen_by
        ]
        if not 1 <= self.calls_mean.value <= self.calls_max:
            allowed = f"must be from 1 to calls_max = {self.calls_max}"
            findings.append(Finding(allowed, ("calls_mean",), as_toml(self.calls_mean.value)))
        if findings:
            raise refusal(findings)
        return self


class CallLog(Frozen):
    """Arrivals replayed from a CSV: `force, channel, arrival_s` and optionally `handle_s`.

    `arrival_s` counts from the start of the measured window; rows before 0 are warm-up.
    After loading, the columns stand in `force`, `channel`, `arrival_s`, `handle_s`.
    """

    file: FilePath
    source: str | None = None
    force: FromCsv[str] = ()
    channel: FromCsv[str] = ()
    arrival_s: FromCsv[float] = ()
    handle_s: FromCsv[float] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _read(
        cls, given: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        read = handler(given)
        return filled(read, info, lambda csv: csv.call_log(read.file))


class Demand(Frozen):
    """What varies demand beyond the hour of the week; `call_log` replaces drawn arrivals."""

    day_factor: DayFactor | None = None
    bursts: Bursts | None = None
    call_log: CallLog | None = None


class Break(Frozen):
    """A break taken in waves, one after another: in each, an equal part of the shift's staff."""

    at: ClockTime
    minutes: Number = Field(gt=0, le=480)
    waves: Whole = Field(ge=1, le=48)


class Shift(Frozen):
    """Handlers rostered from `start` to `end` on some days; an `end` before `start` is next day."""

    name: Name
    days: Days = "all"
    start: ClockTime
    end: ClockTime
    rostered: HandlersFact
    breaks: tuple[Break, ...] = ()
    source: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if findings := shift_findings(self):
            raise refusal(findings)
        return self


class Group(Frozen):
    """Handlers of one room with the same skills: `shifts`, or posts by hour in `rostered`."""

    force: Name | None = None  # none: a contractor's or a shared pool
    answers: tuple[Name, ...] = Field(min_length=1)  # channels
    reserve: dict[Name, WholeFact] = Field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    rostered: Profile | None = None
    scale: PositiveFact | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if findings := group_findings(self):
            raise refusal(findings)
        return self


class StaffingPlan(Frozen):
    """From rostered posts to handlers at the desk.

    staffed = rostered x scale x (1 - shrinkage_share), rounded at random so that the mean is right,
    then each of them is absent with probability `absence_share`, shift by shift.
    """

    scale: PositiveFact
    shrinkage_share: ShareFact  # planned: leave, training, meetings
    absence_share: ShareFact  # unplanned: sickness, drawn anew each shift
    source: str | None = None


class Centre(Frozen):
    """A folder of `configs/`: the world of a study, whole and checked."""

    name: Name
    description: str = ""
    sources: dict[Name, str] = Field(default_factory=dict)  # short key -> full reference
    channels: dict[Name, Channel] = Field(min_length=1)
    forces: dict[Name, Force] = Field(min_length=1)
    groups: dict[Name, Group] = Field(min_length=1)
    demand: Demand = Demand()
    staffing: StaffingPlan
    designs: dict[Name, DesignEntry] = Field(default_factory=dict)
