"""A fact about the world with its evidence: a value, the range it may lie in, and where it stands."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

ASSUMPTION = "assumption"


class Frozen(BaseModel):
    """The parent of every configuration value: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Fact(Frozen):
    """A number with its evidence.

    In TOML a fact is a plain number where a `source` stands on its section, or a table
    `{value = 420, range = [300, 600], source = "assumption: not published"}`. A source that begins
    with "assumption" must come with a range.
    """

    value: float
    range: tuple[float, float] | None = None
    source: str | None = None

    @property
    def assumed(self) -> bool:
        """Whether the source says that this is an assumption."""
        return self.source is not None and self.source.lower().startswith(ASSUMPTION)

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.range is not None and not self.range[0] <= self.value <= self.range[1]:
            raise ValueError(
                f"the value {self.value:g} lies outside its range "
                f"[{self.range[0]:g}, {self.range[1]:g}]"
            )
        if self.assumed and self.range is None:
            raise ValueError("an assumption needs a range, for example range = [300, 600]")
        return self


def _as_fact(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    return (
        {"value": value}
        if isinstance(value, int | float) and not isinstance(value, bool)
        else value
    )


def _bounded(low: float, high: float, words: str) -> Any:  # noqa: ANN401 - an Annotated alias
    def check(fact: Fact) -> Fact:
        numbers = (fact.value, *(fact.range or ()))
        for number in numbers:
            if not low <= number <= high:
                raise ValueError(f"{number:g} is not {words}")
        return fact

    return AfterValidator(check)


AnyFact = Annotated[Fact, BeforeValidator(_as_fact)]
NonNegativeFact = Annotated[Fact, BeforeValidator(_as_fact), _bounded(0, float("inf"), "0 or more")]
PositiveFact = Annotated[Fact, BeforeValidator(_as_fact), _bounded(1e-12, float("inf"), "above 0")]
ShareFact = Annotated[Fact, BeforeValidator(_as_fact), _bounded(0, 1, "a share from 0 to 1")]

Name = Annotated[str, Field(min_length=1, max_length=80)]
