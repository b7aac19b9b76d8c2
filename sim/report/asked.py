"""What is asked over a sweep, with all that was left out filled in, and who pays for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.config.reading import Reading
from sim.report.answer import quoted
from sim.report.crossing import Shape
from sim.report.crossing_words import Values
from sim.report.estimate import duration
from sim.report.margins import Along
from sim.report.study import Channel, DesignName
from sim.report.sweep import Axis

NAMED_DESIGNS = 6


@dataclass(frozen=True)
class Asked:
    """What is asked, with all that was left out filled in."""

    reading: Reading
    channels: tuple[Channel, ...]
    forces: tuple[str, ...]
    designs: tuple[DesignName, ...]

    def values(self, axis: Axis) -> Values:
        """How values along an axis are told."""
        return Values(axis.keys[0], self.reading.in_percent)


def paid(line: Along, designs: Sequence[DesignName], asked: Asked) -> str:
    """Say what channels that pay for it gain or lose where it holds, design by design."""
    study = line.sweep.study
    said = []
    for channel in study.channels:
        if channel.name not in asked.reading.pays:
            continue
        clauses = [
            f"with {quoted(design)} {text}"
            for design in designs[:NAMED_DESIGNS]
            if (text := _change_there(line, design, channel, asked))
        ]
        if clauses:
            said.append(
                f" {channel.contacts} then answered within {duration(channel.within_s)} in "
                f"{study.everybody}: {'; '.join(clauses)}."
            )
    return "".join(said)


def _change_there(line: Along, design: DesignName, channel: Channel, asked: Asked) -> str:
    """Say how a channel changes up to the outermost value tried at which it holds.

    Against the value of the rest of the report; where that is it, against the next value tried.
    """
    study, values = line.sweep.study, asked.values(line.axis)
    found = [line.crossing(design, asked.forces, promised) for promised in asked.channels]
    if any(one.shape not in {Shape.FROM, Shape.UP_TO, Shape.ALWAYS} for one in found):
        return ""
    rises = found[0].rises
    ends = [line.values.index(one.holding[0 if rises else -1]) for one in found]
    at, own = (max(ends) if rises else min(ends)), line.values.index(_own(line))
    other = own if at != own else at - 1 if rises else at + 1
    if not 0 <= other < len(line.values):
        return ""
    change = line.change(design, (at, other), study.whole, channel).change_in_words()
    here, there = (values.exactly(line.values[place]) for place in (at, other))
    return f"{change} at {here} than at {there}"


def _own(line: Along) -> float:
    """Give the axis's value at the point of the rest of the report."""
    return float(line.sweep.study.varied[line.axis.keys[0]])
