"""What an experiment file asks: a question, the scenarios that answer it, and how precisely."""

from typing import Annotated, Any, Self, get_args

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from sim.config.errors import Finding, as_toml, refusal, unknown
from sim.config.events import Event, event_findings
from sim.config.facts import READ_ONLY, FilePath, Frozen, Name, Number, Whole
from sim.config.reading import History, Published, Reading, published_findings
from sim.config.robust import Robust
from sim.config.select import Select
from sim.config.vary import GRID, Method, by_dotted_key, twice, vary_findings
from sim.config.vary_schema import VARY_SCHEMA
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


def _as_list(given: object) -> object:
    """Read one table, or none, as a list of them."""
    return [] if given is None else given if isinstance(given, list | tuple) else [given]


def _as_written(untils: tuple[Until, ...]) -> object:
    """Write none as None and one as a table, as it was before there could be several."""
    written = [until.model_dump(mode="json") for until in untils]
    return written if len(written) > 1 else written[0] if written else None


Untils = Annotated[
    tuple[Until, ...],
    BeforeValidator(_as_list, json_schema_input_type=Until | tuple[Until, ...]),
    PlainSerializer(_as_written),
]


class Replications(Frozen):
    """How many independent weeks: at least `min`, then more until precise enough or `max`.

    In TOML `until` is one table or a list of them; all of them are to be met.
    """

    min: Whole = Field(ge=1, le=1_000_000)
    max: Whole | None = Field(default=None, ge=1, le=1_000_000)
    until: Untils = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = []
        if self.max is not None and self.max < self.min:
            findings.append(Finding(f"must not be below min = {self.min}", ("max",), f"{self.max}"))
        if self.until and self.max is None:
            wrong = "is missing; with until, say the largest number of replications"
            findings.append(Finding(wrong, ("max",)))
        about = [(until.measure, until.channel) for until in self.until]
        findings += [
            Finding("this measure of this channel stands twice", ("until", number))
            for number, pair in enumerate(about)
            if pair in about[:number]
        ]
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

    `vary` holds, by dotted key of the centre or of an event (`events.NAME.KEY`), what a sweep goes
    over, and beside the keys how its points are chosen, see `vary`; `vary_method` repeats that for
    readers of a manifest. `events` is what breaks, and every design is run with all of it and with
    none.

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
    vary: Annotated[dict[str, Any], WithJsonSchema(VARY_SCHEMA)] = Field(default_factory=dict)
    vary_method: Method = Field(default=GRID, json_schema_extra=READ_ONLY)
    events: tuple[Event, ...] = ()
    break_even: BreakEven | None = None
    select: Select | None = None
    robust: Robust | None = None
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
        again = [
            Finding("this key stands twice", (key,), as_toml(vary[key])) for key in twice(given)
        ]
        if findings := again or vary_findings(vary):
            raise refusal(findings)
        return vary

    @model_validator(mode="before")
    @classmethod
    def _note_method(cls, given: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        vary = given.get("vary") if isinstance(given, dict) else None
        if not isinstance(vary, dict) or not isinstance(method := vary.get("method", GRID), str):
            return given
        known = method if method in get_args(Method) else GRID  # the other is told below
        return given | {"vary_method": known}

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = []
        if len(set(self.designs)) < len(self.designs):
            findings.append(Finding("a design stands twice", ("designs",), as_toml(self.designs)))
        if self.baseline not in self.designs:
            wrong = "must be one of the designs: " + unknown("design", self.baseline, self.designs)
            findings.append(Finding(wrong, ("baseline",), as_toml(self.baseline)))
        if self.robust is not None and self.vary:
            wrong = (
                "cannot stand beside [vary]: it draws the assumptions over their whole ranges; "
                "leave one of the two out"
            )
            findings.append(Finding(wrong, ("robust",)))
        findings += event_findings(self.events, self.horizon.horizon)
        findings += published_findings(self.published)
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
        if not asked.forces:
            wrong = 'names no force; it may be "all", "each" or a list of names'
            findings.append(Finding(wrong, ("answer", "forces"), "[]"))
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
