"""What an experiment file asks: a question, the scenarios that answer it, and how precisely."""

from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from sim.config.errors import Finding, as_toml, refusal, unknown
from sim.config.events import Event, event_findings
from sim.config.facts import FilePath, Frozen, Name, Number, Whole
from sim.config.reading import History, Published, Reading
from sim.config.vary import by_dotted_key, vary_findings
from sim.records import Horizon


class HorizonSpan(Frozen):
    """Hours of warm-up, measured window and cool-down (arrivals go on, unmeasured)."""

    warm_up_h: Number = Field(ge=0, le=8760)
    measured_h: Number = Field(gt=0, le=8784)
    cool_down_h: Number = Field(default=2, ge=0, le=8760)

    @property
    def horizon(self) -> Horizon:
        """The window itself; the measured part starts on Monday 00:00."""
        return Horizon(self.warm_up_h, self.measured_h, self.cool_down_h)


class Until(Frozen):
    """Stop when this measure's interval is at most this half-width in every design and force."""

    measure: Name = "service_level"
    channel: Name
    half_width: Number = Field(gt=0)


class Replications(Frozen):
    """How many independent weeks: at least `min`, then more until precise enough or `max`."""

    min: Whole = Field(ge=1, le=1_000_000)
    max: Whole | None = Field(default=None, ge=1, le=1_000_000)
    until: Until | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = []
        if self.max is not None and self.max < self.min:
            findings.append(Finding(f"must not be below min = {self.min}", ("max",), f"{self.max}"))
        if self.until is not None and self.max is None:
            wrong = "is missing; with until, say the largest number of replications"
            findings.append(Finding(wrong, ("max",)))
        if findings:
            raise refusal(findings)
        return self


class BreakEven(Frozen):
    """How much longer a call from another force may take before sharing no longer pays.

    Asked of every design with the option `handle_factor`, from 1 to `upper` times as long, about
    one measure of one channel ("all" for all of them) and of a force, of "all" together or of the
    one that is "worst" off.
    """

    channel: Name
    measure: Name = "service_level"
    force: Name = "all"
    upper: Number = Field(default=3.0, gt=1, le=100)
    replications: Whole | None = Field(default=None, ge=2, le=1_000_000)  # else those of `min`


class Experiment(Frozen):
    """An experiment file, checked.

    `vary` holds, by dotted key of the centre, a list of values or a range `{from, to, step}`;
    `events` what breaks, and every design is run with all of it and with none.

    What the report adds without a run: `answer` says what its first sentence is read for,
    `published` what is set beside the simulated figures, `history` what became of it, and `depends`
    what further runs say of the assumptions.
    """

    question: str = Field(min_length=1)
    title: str | None = None
    centre: FilePath
    designs: tuple[Name, ...] = Field(min_length=1)
    baseline: Name
    seed: Whole = Field(ge=0)
    horizon: HorizonSpan
    replications: Replications
    vary: dict[str, Any] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()
    break_even: BreakEven | None = None
    answer: Reading | None = None
    published: tuple[Published, ...] = ()
    history: History | None = None
    depends: tuple[str, ...] = ()

    @field_validator("vary", mode="before")
    @classmethod
    def _check_vary(cls, given: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        if not isinstance(given, dict):
            return given
        vary = by_dotted_key(given)
        if findings := vary_findings(vary):
            raise refusal(findings)
        return vary

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = []
        if len(set(self.designs)) < len(self.designs):
            findings.append(Finding("a design stands twice", ("designs",), as_toml(self.designs)))
        if self.baseline not in self.designs:
            wrong = "must be one of the designs: " + unknown("design", self.baseline, self.designs)
            findings.append(Finding(wrong, ("baseline",), as_toml(self.baseline)))
        findings += event_findings(self.events, self.horizon.horizon)
        findings += self._reading_findings()
        if findings:
            raise refusal(findings)
        return self

    def _reading_findings(self) -> list[Finding]:
        """Find what the first sentence cannot be read for."""
        asked = self.answer
        if asked is None:
            return []
        findings = []
        if asked.along is not None and asked.along not in self.vary:
            wrong = "is not varied: " + unknown("key of [vary]", asked.along, self.vary)
            findings.append(Finding(wrong, ("answer", "along"), as_toml(asked.along)))
        if asked.holds == "published" and not self.published:
            wrong = "needs at least one [[published]] figure to be met"
            findings.append(Finding(wrong, ("answer", "holds"), as_toml(asked.holds)))
        if asked.holds in {"baseline", "as_now"} and len(self.designs) == 1:
            wrong = "needs a design to compare with the baseline; with one alone it may be target"
            findings.append(Finding(wrong, ("answer", "holds"), as_toml(asked.holds)))
        if asked.holds == "as_now" and asked.along is None:
            wrong = "is missing; as_now asks how far a varied key can go"
            findings.append(Finding(wrong, ("answer", "along")))
        return findings
