"""A fact about the world with its evidence: a value, its range, and where it stands."""

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    Strict,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

ASSUMPTION = "assumption"
WORDING = frozenset({"source", "label", "description"})  # for readers; no figure depends on it
SMALLEST = 1e-12  # what "above 0" asks for
READ_ONLY: dict[str, JsonValue] = {"readOnly": True}  # a field that loading fills, not a planner


class Frozen(BaseModel):
    """The parent of every configuration value: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def written_keys(model: type[BaseModel]) -> list[str]:
    """Give the keys of a section that a planner may write."""
    return [
        name for name, field in model.model_fields.items() if field.json_schema_extra != READ_ONLY
    ]


Number = Annotated[float, Strict()]  # 420 or 420.5, but not "420" or true
Whole = Annotated[int, Strict()]


def is_assumption(source: str | None) -> bool:
    """Tell whether a source says that the figure is an assumption."""
    return source is not None and source.lower().startswith(ASSUMPTION)


def require_within(value: float, within: tuple[float, float] | None) -> None:
    """Refuse a range that runs from high to low, or that does not hold its value."""
    if within is None:
        return
    low, high = within
    if low > high:
        raise ValueError(f"the range [{low:g}, {high:g}] runs from high to low")
    if not low <= value <= high:
        raise ValueError(f"the value {value:g} lies outside its range [{low:g}, {high:g}]")


class Fact(Frozen):
    """A number with its evidence.

    In TOML a fact is a plain number where a `source` stands on its section, or a table
    `{value = 420, range = [300, 600], source = "assumption: not published"}`. A source that begins
    with "assumption" must come with a range.
    """

    value: Number
    range: tuple[Number, Number] | None = None
    source: str | None = None

    @property
    def assumed(self) -> bool:
        """Whether the source says that this is an assumption."""
        return is_assumption(self.source)

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        require_within(self.value, self.range)
        if self.assumed and self.range is None:
            raise ValueError("an assumption needs a range, for example range = [300, 600]")
        return self


@dataclass(frozen=True)
class _WithinBounds:
    """Marks a `Fact` that TOML may write as a plain number, and bounds its value and range."""

    low: float
    high: float
    words: str
    whole: bool = False

    def read(self, given: object) -> object:
        """Give a plain number as a fact table."""
        plain = isinstance(given, int | float) and not isinstance(given, bool)
        return {"value": given} if plain else given

    def check(self, fact: Fact) -> Fact:
        """Refuse a value, or a range, that reaches beyond the bounds."""
        if not self.low <= fact.value <= self.high:
            raise ValueError(f"must be {self.words}")
        if not all(self.low <= end <= self.high for end in fact.range or ()):
            raise ValueError(f"both ends of its range must be {self.words}")
        if self.whole and not fact.value.is_integer():
            raise ValueError(f"must be {self.words}")
        return fact

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Put reading before and bounding after the fact's own checks."""
        reading = core_schema.no_info_before_validator_function(self.read, handler(source))
        return core_schema.no_info_after_validator_function(self.check, reading)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell editors that a number will do, and what it may be."""
        number: JsonSchemaValue = {"type": "number"}
        if self.low > -inf:
            number["exclusiveMinimum" if self.low == SMALLEST else "minimum"] = (
                0 if self.low == SMALLEST else self.low
            )
        if self.high < inf:
            number["maximum"] = self.high
        return {"anyOf": [number, handler(schema)]}


AnyFact = Annotated[Fact, _WithinBounds(-inf, inf, "a number")]
NonNegativeFact = Annotated[Fact, _WithinBounds(0, inf, "0 or more")]
PositiveFact = Annotated[Fact, _WithinBounds(SMALLEST, inf, "above 0")]
WholeFact = Annotated[Fact, _WithinBounds(0, 10_000, "a whole number, 0 or more", whole=True)]
HandlersFact = Annotated[Fact, _WithinBounds(0, 100_000, "a number of handlers, 0 to 100,000")]
ShareFact = Annotated[Fact, _WithinBounds(0, 1, "a share from 0 to 1 (90% is 0.9)")]


def _readable(name: str) -> str:
    """Refuse what cannot be seen in a table: control characters, line breaks, outer spaces."""
    if not name.isprintable():
        raise ValueError(
            "must not contain line breaks, tabs or other characters that cannot be printed"
        )
    if name != name.strip():
        raise ValueError("must not begin or end with a space, or be only spaces")
    return name


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_readable)]


def _any_slash(path: object) -> object:
    """Read Windows's backslashes as slashes, so that a file from a laptop runs on a server."""
    return _readable(path.replace("\\", "/")) if isinstance(path, str) else path


FilePath = Annotated[Path, BeforeValidator(_any_slash)]
