"""What an experiment asks to be chosen: the best candidate, or the cheapest that meets its targets.

A candidate is a design at a point of the sweep. Both questions are answered by a procedure with a
guarantee, see `sim.experiment.select.rules`; here stands what a planner must say for it.
"""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from sim.config.errors import Finding, as_toml, refusal
from sim.config.facts import Frozen, Name, Number, Whole

SMALLEST_ZONE = 1e-6  # weeks go with the square of 1 / zone, and have to be counted
NamesOrAll = Annotated[
    Annotated[tuple[Name, ...], Field(min_length=1), Tag("list")]
    | Annotated[Literal["all"], Tag("all")],
    Discriminator(lambda given: "all" if isinstance(given, str) else "list"),
]


class _Selection(Frozen):
    """What both questions have in common.

    `among` says what is compared: every design at every point, or the designs of each point by
    themselves. No candidate is run for more than `max_replications` weeks; nobody is out before
    the first `first_replications`, which tell how much weeks differ.
    """

    probability: Number = Field(default=0.95, gt=0.5, lt=1)
    among: Literal["all", "each_point"] = "all"
    first_replications: Whole = Field(default=40, ge=2, le=1_000_000)
    max_replications: Whole = Field(ge=2, le=1_000_000)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.max_replications < self.first_replications:
            allowed = f"must not be below first_replications = {self.first_replications}"
            raise refusal([Finding(allowed, ("max_replications",), f"{self.max_replications}")])
        return self

    def limited(self, replications: int) -> Self:
        """Give the same question with no more than so many weeks; two are the least there can be.

        >>> asked = SelectCheapest(goal="cheapest", tolerance=0.01, max_replications=500)
        >>> asked.limited(50).max_replications, asked.limited(1).first_replications
        (50, 2)
        """
        most = max(2, min(replications, self.max_replications))
        first = min(self.first_replications, most)
        return self.model_copy(update={"max_replications": most, "first_replications": first})


class SelectBest(_Selection):
    """Which candidate is the best by one measure of one channel ("all" for all of them).

    Of a force, of "all" together, or of the force that is "worst" off. Differences below
    `indifference` (in the measure's unit: 0.005 is half a point) do not matter.
    """

    goal: Literal["best"]
    channel: Name
    measure: Name = "service_level"
    force: Name = "all"
    indifference: Number = Field(ge=SMALLEST_ZONE)


class SelectCheapest(_Selection):
    """Which candidate is the cheapest that meets the targets of these channels in these forces.

    The cost is the handlers' hours on the rota, a week. A target within `tolerance` (a share) of
    what a candidate reaches may be taken as met or as missed.
    """

    goal: Literal["cheapest"]
    cost: Literal["handler_hours"] = "handler_hours"
    channels: NamesOrAll = "all"
    forces: NamesOrAll = "all"
    tolerance: Number = Field(ge=SMALLEST_ZONE, lt=0.5)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        findings = [
            Finding("a name stands twice", (key,), as_toml(given))
            for key, given in (("channels", self.channels), ("forces", self.forces))
            if given != "all" and len(set(given)) < len(given)
        ]
        if findings:
            raise refusal(findings)
        return self


Select = Annotated[SelectBest | SelectCheapest, Field(discriminator="goal")]
