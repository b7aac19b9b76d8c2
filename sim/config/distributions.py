"""The shapes that handle times and patience may take, as a configuration names them."""

from typing import Annotated, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from sim.config.facts import FilePath, Frozen, Name, NonNegativeFact, PositiveFact, ShareFact
from sim.config.series import FromCsv, filled


class Exponential(Frozen):
    """Exponential with this mean."""

    distribution: Literal["exponential"]
    mean_s: NonNegativeFact
    source: str | None = None


class Lognormal(Frozen):
    """Lognormal with this mean and coefficient of variation (standard deviation / mean)."""

    distribution: Literal["lognormal"]
    mean_s: PositiveFact
    cv: NonNegativeFact
    source: str | None = None


class Gamma(Frozen):
    """Gamma with this mean and coefficient of variation."""

    distribution: Literal["gamma"]
    mean_s: PositiveFact
    cv: PositiveFact
    source: str | None = None


class ShortCallMixture(Frozen):
    """A share of short calls (exponential: misdials, silent calls, advice), the rest lognormal."""

    distribution: Literal["short_call_mixture"]
    short_share: ShareFact
    short_mean_s: PositiveFact
    long_mean_s: PositiveFact
    long_cv: NonNegativeFact
    source: str | None = None


class Empirical(Frozen):
    """Drawn with replacement from a column of a CSV (`file` is relative to the configuration).

    After loading, `values_s` holds the column, so that a resolved configuration stands alone.
    """

    distribution: Literal["empirical"]
    file: FilePath
    column: Name = "handle_s"
    source: str | None = None
    values_s: FromCsv[float] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _read(
        cls, given: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        read = handler(given)
        return filled(read, info, lambda csv: {"values_s": csv.sample(read.file, read.column)})


class EarlyMassMixture(Frozen):
    """A share of callers who give up early (exponential), the rest late (exponential)."""

    distribution: Literal["early_mass_mixture"]
    early_share: ShareFact
    early_mean_s: PositiveFact
    late_mean_s: PositiveFact
    source: str | None = None


class Weibull(Frozen):
    """Weibull with this mean and shape (below 1: the longer they waited, the longer they will)."""

    distribution: Literal["weibull"]
    mean_s: PositiveFact
    shape: PositiveFact
    source: str | None = None


class Never(Frozen):
    """Nobody gives up."""

    distribution: Literal["never"]
    source: str | None = None


HandleTime = Annotated[
    Lognormal | Gamma | Exponential | ShortCallMixture | Empirical,
    Field(discriminator="distribution"),
]
Patience = Annotated[
    Exponential | EarlyMassMixture | Lognormal | Weibull | Never,
    Field(discriminator="distribution"),
]
