"""What an experiment's first sentence is read for, and what is known to set beside its figures."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from sim.config.errors import Finding, as_toml
from sim.config.facts import Frozen, Name, Number, require_within

EVERY: Final = "all"
EACH: Final = "each"
Text = tuple[str, ...]


class Reading(Frozen):
    """What must hold, and along which varied key it is asked how far it does.

    `holds` is one of

    - `target`: as many contacts are answered in time as the channel promises;
    - `baseline`: as many as under the baseline with the same values;
    - `as_now`: as many as under the baseline with the centre's own values;
    - `published`: the figures of `[[published]]` are met.

    `forces` is `all` together, `each` of them (it holds while it does for every one), or names.
    Without `along` it is asked design by design. `called` is what the key is called in sentences,
    and with `in_percent` its values are told in percent. Of the channels in `pays` it is told what
    they gain or lose where the others are answered in time.
    """

    holds: Literal["target", "baseline", "as_now", "published"]
    along: str | None = None
    called: str | None = Field(default=None, min_length=1)
    in_percent: bool = False
    channels: tuple[Name, ...] = ()  # the one that the answer is about, unless named
    pays: tuple[Name, ...] = ()
    forces: Literal["all", "each"] | tuple[Name, ...] = EVERY


class Published(Frozen):
    """A published figure to set beside the simulated one, under the baseline.

    It is met where the simulated 95% interval and `range` (or `value` alone) have something in
    common.
    """

    channel: Name
    measure: Name = "service_level"
    force: Name = EVERY
    value: Number
    range: tuple[Number, Number] | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        require_within(self.value, self.range)
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most that agrees with what is published."""
        low, high = self.range or (self.value, self.value)
        return float(low), float(high)


def published_findings(figures: Sequence[Published]) -> Iterator[Finding]:
    """Find figures that are published twice: none could say which of the two is to be met."""
    first: dict[tuple[str, str, str], int] = {}
    for number, figure in enumerate(figures):
        earlier = first.setdefault((figure.force, figure.channel, figure.measure), number)
        if earlier != number:
            what = f"{figure.measure} of {figure.force} on {figure.channel}"
            wrong = f"{what} stands in published.{earlier} already; leave one of the two out, or "
            either = "give the one figure a range that holds both"
            yield Finding(wrong + either, ("published", number), as_toml(figure.value))


class History(Frozen):
    """What became of it: where the model agrees, where it does not, where it cannot speak."""

    afterwards: str = Field(min_length=1)
    agrees: Text = ()
    differs: Text = ()
    cannot_say: Text = ()
