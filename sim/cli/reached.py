"""How precise a run has become, below its table: what was wanted, what was reached, and where."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from sim.cli.tables import place_of
from sim.experiment.answer import Answer, PointPrecision
from sim.experiment.progress import Precision, furthest_off, precise

MOST_POINTS = 10


def print_reached(answer: Answer, out: Console) -> None:
    """Print the half-widths that were asked for and what became of them, nothing if none were."""
    lines = list(_lines(answer.precision))
    if lines or answer.short:
        out.print()
    for line in lines:
        out.print(Text(line))
    if answer.short:
        out.print(
            Text(
                f"Stopped by --time: {_points(len(answer.short))} lack replications. How many "
                "depends on the machine; run the same command again to go on."
            )
        )


def _lines(points: Sequence[PointPrecision]) -> Iterator[str]:
    """Say it of each point where there are few, and of the furthest off where there are many."""
    asked = [point for point in points if point.rules]
    if len(asked) <= MOST_POINTS:
        for point in asked:
            heading = place_of(point.point, point.varied)
            for rule in point.rules:
                yield f"{heading}: {_told(rule)}" if heading else _told(rule)
        return
    for rules in zip(*(point.rules for point in asked), strict=True):
        met = sum(rule.met for rule in rules)
        worst = furthest_off(rules)
        at = asked[rules.index(worst)].point
        yield (
            f"As precise as wanted: {met:,} of {_points(len(rules))}. "
            f"Furthest off is point {at}: {precise(worst)}."
        )


def _told(rule: Precision) -> str:
    return f"{precise(rule)}: {'reached' if rule.met else 'not reached'}."


def _points(n: int) -> str:
    return f"{n:,} point{'' if n == 1 else 's'}"
