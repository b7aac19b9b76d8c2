"""Published figures beside the simulated ones, and what became of it, by rule where it is a number.

A published figure is met where the simulated 95% interval and what was published have something in
common; it is not met otherwise, and of a single run nobody can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.config.reading import Published
from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS
from sim.report.answer import in_sentence
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import MISSING, Estimate, listing, percent_number
from sim.report.evidence import UNITS
from sim.report.figures.style import shown
from sim.report.quantities import plain, plain_interval
from sim.report.study import Study
from sim.report.sweep import alone

MOST_LINES = 60


@dataclass(frozen=True)
class _Beside:
    """A published figure and the simulated one."""

    figure: Published
    simulated: Estimate

    @property
    def gap(self) -> float:
        """How far the simulated interval lies from what was published, as a share of it."""
        low, high = self.figure.ends
        miss = max(low - self.simulated.high, self.simulated.low - high, 0.0)
        return miss / (abs(self.figure.value) or 1.0)

    @property
    def met(self) -> bool:
        """Whether the two have something in common."""
        return self.simulated.has_interval and self.gap == 0


def _compared(study: Study) -> list[_Beside]:
    return [
        _Beside(
            figure,
            study.estimate(study.baseline.name, figure.force, figure.channel, figure.measure),
        )
        for figure in study.experiment.published
    ]


def explained(study: Study) -> str:
    """Say at which values of the varied keys the published figures are met."""
    found = _everywhere(study)
    if any(not one.simulated.has_interval for _, pairs in found for one in pairs):
        return ""
    count = len(study.experiment.published)
    figures = {1: "the published figure", 2: "both published figures"}.get(
        count, f"all {count} published figures"
    )
    if not study.varied:
        return _here(study, found[0][1], figures)
    tried = f"{len(found)} combinations tried"
    met = [(point, pairs) for point, pairs in found if all(one.met for one in pairs)]
    if met:
        clauses = [f"{_values(point)} ({_figures(study, pairs)})" for point, pairs in met]
        return (
            f"Of {tried}, {len(met)} give{'s' * (len(met) == 1)} {figures}: {'; '.join(clauses)}."
        )
    point, pairs = _nearest(found)
    how = sum(one.met for one in pairs)
    nearest = f"the nearest, with {how} of {count}, is" if how else "the nearest is"
    return (
        f"None of the {tried} gives {figures}; {nearest} {_values(point)} "
        f"({_figures(study, pairs)})."
    )


def _everywhere(study: Study) -> list[tuple[Study, list[_Beside]]]:
    """Give the published figures beside the simulated ones at every point."""
    points = [Study(study.results, point) for point in study.results.varied]
    return [(point, _compared(point)) for point in points]


def _nearest(found: Sequence[tuple[Study, list[_Beside]]]) -> tuple[Study, list[_Beside]]:
    """Give the point that meets most figures and, of several, that with the smallest gap."""
    return min(
        found,
        key=lambda entry: (
            -sum(one.met for one in entry[1]),
            max(one.gap for one in entry[1]),
        ),
    )


def _here(study: Study, pairs: Sequence[_Beside], figures: str) -> str:
    met = sum(one.met for one in pairs)
    how = figures if met == len(pairs) else f"{met} of {len(pairs)} published figures"
    return f"The model gives {how}: {_figures(study, pairs)}."


def _values(point: Study) -> str:
    return listing([alone(point, key) for key in point.varied])


def _figures(study: Study, pairs: Sequence[_Beside]) -> str:
    return "; ".join(
        f"{_about(study, one.figure)} {_number(one.figure, one.simulated)} "
        f"({_interval(one.figure, one.simulated)}), published {_told(one.figure)}"
        for one in pairs
    )


def _about(study: Study, figure: Published) -> str:
    """Say what a figure is of: "West Mercia, 101 calls, % abandoned"."""
    named = {channel.name: channel.contacts for channel in study.channels}
    contacts = in_sentence(named.get(figure.channel, "all contacts"))
    row = study.whole if figure.force == ALL else figure.force
    return f"{shown(row)}, {contacts}: {DEFINITIONS[figure.measure].police}"


def _is_share(figure: Published) -> bool:
    return DEFINITIONS[figure.measure].unit == "share"


def _unit(figure: Published) -> str:
    unit = DEFINITIONS[figure.measure].unit
    return f" {unit}" if unit in UNITS else ""


def _number(figure: Published, simulated: Estimate) -> str:
    return simulated.percent if _is_share(figure) else f"{plain(simulated)}{_unit(figure)}"


def _interval(figure: Published, simulated: Estimate) -> str:
    return simulated.percent_interval if _is_share(figure) else plain_interval(simulated)


def _told(figure: Published) -> str:
    """Give a published figure as it is printed, its range in brackets."""

    def said(value: float) -> str:
        return f"{percent_number(value, 1)}%" if _is_share(figure) else f"{value:g}{_unit(figure)}"

    low, high = figure.ends
    return (
        said(figure.value) if low == high else f"{said(figure.value)} ({said(low)} to {said(high)})"
    )


def table(study: Study) -> Beside:
    """Give the published figures beside the simulated ones.

    Where the experiment asks which point explains them, they are those of the nearest point.
    """
    pairs = _compared(study)
    if not pairs:
        return NOTHING
    asked = study.experiment.answer
    if asked is not None and asked.holds == "published" and study.replications > 1:
        study, pairs = _nearest(_everywhere(study))
    lines = [
        Line(
            _about(study, one.figure),
            (
                _told(one.figure),
                _number(one.figure, one.simulated),
                _interval(one.figure, one.simulated),
                _verdict(one),
                one.figure.source,
            ),
        )
        for one in pairs[:MOST_LINES]
    ]
    where = f" with {_values(study)}" if study.varied else ""
    caption = (
        f"Published figures beside those simulated under {study.baseline.label}{where}. They agree "
        "where the simulated interval and what was published have something in common."
    )
    columns = ("Figure", "Published", "Simulated", "95% interval", "Agree?", "Source")
    return Beside((), [Table(caption, columns, [("", lines)], frozenset({3, 4}))])


def _verdict(one: _Beside) -> str:
    if not one.simulated.has_interval:
        return MISSING
    if one.met:
        return "yes"
    return "no: lower" if one.simulated.value < one.figure.value else "no: higher"
