"""What readers call candidates, and how their figures are put: for every text of a choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.config.select import SelectBest, SelectCheapest
from sim.experiment.break_even import WORST
from sim.experiment.select.table import Choice
from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS
from sim.report.estimate import NO_SPREAD, Estimate, listing, number
from sim.report.quantities import plain, plain_interval

FEW = 4  # names in a sentence; the table has the rest

Asked = SelectBest | SelectCheapest


@dataclass(frozen=True)
class Names:
    """What readers call designs, channels and points.

    Parameters
    ----------
    designs, channels
        Labels by name.
    varied
        By point: the varied keys.
    words
        By point: what is varied, in words; where it is not given, it is told by the keys.
    """

    designs: Mapping[str, str]
    channels: Mapping[str, str]
    varied: Mapping[int, Mapping[str, object]]
    words: Mapping[int, str] = field(default_factory=dict)

    def point(self, point: int) -> str:
        """Give what is varied at a point: "staffing.scale = 0.95"."""
        if point in self.words:
            return self.words[point]
        return ", ".join(f"{key} = {value}" for key, value in self.varied.get(point, {}).items())

    def rival(self, choice: Choice) -> str:
        """Give who is better than a candidate, or the same, with its point if that is another."""
        point = "" if choice.by_point is None else self.point(choice.by_point)
        there = "" if choice.by_point == choice.point or not point else f" with {point}"
        return f"{self.designs[choice.by]}{there}"

    def candidate(self, choice: Choice) -> str:
        """Give a candidate, in quotes, with its point."""
        point = self.point(choice.point)
        quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{self.designs[choice.design]}"
        return f"{quoted}\N{RIGHT DOUBLE QUOTATION MARK}" + (f" with {point}" if point else "")

    def place(self, choice: Choice) -> str:
        """Give the channel and force that decided: "999, Kent"."""
        force = "all forces together" if choice.force == ALL else choice.force
        return f"{self.channels.get(choice.channel, 'all channels')}, {force}"


def size(amount: float, unit: str) -> str:
    """Give a difference in its unit: "0.5 points", "2 s"."""
    return f"{100 * amount:g} points" if unit == "share" else f"{amount:g} {unit}"


def value_of(choice: Choice) -> tuple[str, str]:
    """Give what decided and its interval."""
    estimate = Estimate(choice.value, choice.ci_low, choice.ci_high, choice.replications)
    if choice.unit == "share":
        return estimate.percent, estimate.percent_interval
    return f"{plain(estimate)} {choice.unit}", plain_interval(estimate)


def within(interval: str) -> str:
    """Give the words for brackets: "95% interval 89.1 to 90.2"."""
    return interval if interval == NO_SPREAD else f"95% interval {interval}"


def behind_of(choice: Choice) -> str:
    """Give how far a candidate is behind the one that beat it: "0.3 points (0.1 to 0.5)"."""
    ends = (choice.behind, choice.behind_low, choice.behind_high)
    lead = Estimate(*ends, choice.replications)
    if choice.unit == "share":
        digits = lead.digits
        value, low, high = (number(100 * end, digits) for end in ends)
        return f"{value} points ({low} to {high})"
    return f"{plain(lead)} {choice.unit} ({plain_interval(lead)})"


def hours(choice: Choice) -> str:
    """Give what a candidate costs."""
    return f"{number(choice.rostered_h_per_week, 0)} handler hours on the rota a week"


def judged(asked: Asked, names: Names) -> str:
    """Say by what candidates are judged."""
    if isinstance(asked, SelectBest):
        whose = {ALL: "all forces together", WORST: "the force that is worst off"}
        channel = names.channels.get(asked.channel, "all channels")
        measure = DEFINITIONS[asked.measure].police
        return f"{measure}, {channel}, {whose.get(asked.force, asked.force)}"
    channels = (
        list(names.channels.values())
        if asked.channels == ALL
        else [names.channels[name] for name in asked.channels]
    )
    forces = "every force" if asked.forces == ALL else listing(list(asked.forces))
    return f"the target{'s' if len(channels) > 1 else ''} of {listing(channels)} in {forces}"


def few(rows: Sequence[Choice], names: Names) -> str:
    """Name some candidates, the first few of many."""
    said = [names.candidate(row) for row in rows[:FEW]]
    more = len(rows) - FEW
    return listing([*said, f"{more} more"] if more > 0 else said)
