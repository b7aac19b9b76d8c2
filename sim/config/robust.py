"""What an experiment asks of its assumptions: which conclusions hold wherever they may lie."""

from typing import Self

from pydantic import Field, model_validator

from sim.config.errors import Finding, as_toml, refusal
from sim.config.facts import Frozen, Name, Number, Whole

SERVICE_LEVEL = "service_level"
MOST_ROWS = 65_536


class Conclusion(Frozen):
    """A statement that may hold or not: a design beats another, or meets the target.

    `beats` names the other design, and `margin` by how much it must at least be beaten, in the
    measure's own unit (0.02 is two points of a share). `meets_target` is about the service level.
    """

    design: Name
    beats: Name | None = None
    meets_target: bool = False
    channel: Name
    force: Name = "all"
    measure: Name = SERVICE_LEVEL
    margin: Number = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = []
        if (self.beats is None) != self.meets_target:
            wrong = 'say either beats = "another design" or meets_target = true'
            findings.append(Finding(wrong, ("beats",), as_toml(self.beats or "")))
        if self.beats == self.design:
            wrong = "a design cannot beat itself"
            findings.append(Finding(wrong, ("beats",), as_toml(self.design)))
        if self.meets_target and self.measure != SERVICE_LEVEL:
            wrong = f"a target stands on {SERVICE_LEVEL} alone; leave the measure out"
            findings.append(Finding(wrong, ("measure",), as_toml(self.measure)))
        if findings:
            raise refusal(findings)
        return self


class Robust(Frozen):
    """Assumption sets drawn over declared ranges, and the conclusions that each is asked about.

    `n` rows of a Sobol' sample (a power of two) give `n` times (assumptions + 2) sets, each run for
    `replications` weeks, the same for all. `keys` and `leave_out` are patterns of keys that declare
    a range: `*` stands for any one part, `**` for any number of parts, and a section for all that
    is in it. Under a name, `together` moves all keys of its patterns as one. Without `conclusions`
    every design is compared with the baseline, and every target looked at.
    """

    n: Whole = Field(default=64, ge=2, le=MOST_ROWS)
    replications: Whole = Field(default=10, ge=2, le=100_000)
    keys: tuple[Name, ...] = ()
    leave_out: tuple[Name, ...] = ()
    together: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    conclusions: tuple[Conclusion, ...] = ()

    def at_most(self, replications: int) -> Self:
        """Give the same with no more than so many weeks for each set, but at least two."""
        fewer = max(2, min(self.replications, replications))
        return self.model_copy(update={"replications": fewer})

    @model_validator(mode="after")
    def _check(self) -> Self:
        findings = []
        if self.n & (self.n - 1):
            near = 1 << self.n.bit_length()
            wrong = f"must be a power of two, such as {near // 2} or {near}"
            findings.append(Finding(wrong, ("n",), f"{self.n}"))
        findings += [
            Finding("names no keys; write a list of patterns", ("together", name), "[]")
            for name, patterns in self.together.items()
            if not patterns
        ]
        if findings:
            raise refusal(findings)
        return self
