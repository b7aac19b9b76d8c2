"""What an experiment file asks: a question, the scenarios that answer it, and how precisely."""

from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from sim.config.facts import Frozen, Name


class HorizonSpan(Frozen):
    """Hours of warm-up, measured window and cool-down (arrivals go on, unmeasured)."""

    warm_up_h: float = Field(ge=0, le=8760)
    measured_h: float = Field(gt=0, le=8784)
    cool_down_h: float = Field(default=2, ge=0, le=8760)


class Until(Frozen):
    """Stop when this measure's interval is at most this half-width in every design and force."""

    measure: Name = "service_level"
    channel: Name
    half_width: float = Field(gt=0)


class Replications(Frozen):
    """How many independent weeks: at least `min`, then more until precise enough or `max`."""

    min: int = Field(ge=1, le=1_000_000)
    max: int | None = Field(default=None, ge=1, le=1_000_000)
    until: Until | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max = {self.max} is below min = {self.min}")
        if self.until is not None and self.max is None:
            raise ValueError("with until, say the largest number of replications in max")
        return self


class Experiment(Frozen):
    """An experiment file, checked."""

    question: str = Field(min_length=1)
    title: str | None = None
    centre: Path
    designs: tuple[Name, ...] = Field(min_length=1)
    baseline: Name
    seed: int = Field(ge=0)
    horizon: HorizonSpan
    replications: Replications
    vary: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.designs)) < len(self.designs):
            raise ValueError("designs: a name stands twice")
        if self.baseline not in self.designs:
            raise ValueError(f'baseline "{self.baseline}" is not one of the designs')
        return self
