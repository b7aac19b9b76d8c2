"""From which value of a varied key on a design keeps its promise, and how many handlers that is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan, nan

import numpy as np

from sim.report.answer import in_sentence
from sim.report.beside import Beside, Line, Table
from sim.report.crossing import Crossing, Shape
from sim.report.crossing_words import Values, interval, met
from sim.report.estimate import MISSING, duration, number, percent_number
from sim.report.figures.style import colour_of, shown
from sim.report.margins import Along, Margins
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep, sweep_of

EVERY_FORCE = "Every force"
MOST_FORCES = 8  # with more of them, all together and every one
FEWEST_VALUES = 3  # two points are no curve


@dataclass(frozen=True)
class Need:
    """What a design needs for a force, or for every force, to meet the target.

    Parameters
    ----------
    staff
        By value tried, in order: handlers at the desk on average.
    staff_here
        The same at the point of the rest of the report.
    """

    design: DesignName
    row: str
    crossing: Crossing
    staff: tuple[float, ...]
    staff_here: float

    def handlers(self, value: float) -> float:
        """Give the handlers at a value; nan beyond what was tried."""
        values = self.crossing.values
        return float(np.interp(value, values, self.staff)) if isfinite(value) else nan


def needs(sweep: Sweep, axis: Axis, channel: Channel) -> list[Need]:
    """Give what each design needs along an axis to keep a channel's promise, row by row."""
    points = sweep.line(axis)
    if sweep.sampled or not axis.numeric or len(points) < FEWEST_VALUES:
        return []
    line = Along(Margins(sweep, "target"), axis, tuple(points))
    study = sweep.study
    return [
        need(line, design, study.forces if row == EVERY_FORCE else (row,), channel)
        for row in rows_of(sweep)
        for design in study.designs
    ]


def rows_of(sweep: Sweep) -> tuple[str, ...]:
    """Give the rows of forces that a need is told for; every one at once comes first."""
    study = sweep.study
    if len(study.forces) == 1:
        return study.forces
    if len(study.forces) > MOST_FORCES:
        return (EVERY_FORCE, study.whole)
    return (EVERY_FORCE, *study.rows)


def need(line: Along, design: DesignName, forces: Sequence[str], channel: Channel) -> Need:
    """Give what a design needs along a line for each of these forces; the handlers are theirs."""
    sweep, several = line.sweep, len(forces) > 1
    at = sweep.study.whole if several else forces[0]
    return Need(
        design,
        EVERY_FORCE if several else forces[0],
        line.crossing(design, forces, channel),
        line.staff(design, at),
        sweep.handlers(sweep.study.point, design, at),
    )


def beside(study: Study) -> Beside:
    """Give the tables of what each design needs, beside the figures of a sweep."""
    return Beside(tables=list(tables(sweep_of(study))), tables_first=True)


def tables(sweep: Sweep) -> Iterator[Table]:
    """Give a table for each axis and channel; none where nothing is met or lost along it."""
    for axis in sweep.axes:
        for channel in sweep.study.channels:
            found = needs(sweep, axis, channel)
            if any(need.crossing.shape not in {Shape.ALWAYS, Shape.NEVER} for need in found):
                yield _table(sweep, axis, channel, found)


def _table(sweep: Sweep, axis: Axis, channel: Channel, found: list[Need]) -> Table:
    staffed = sweep.staff_varies(sweep.line(axis))
    columns: tuple[str, ...] = ("Design", "Target met", "95% interval")
    contacts = in_sentence(channel.contacts)
    caption = (
        f"{axis.heading}: where {percent_number(channel.target_share, 0)}% of {contacts} are "
        f"answered within {duration(channel.within_s)}, read off between the values tried "
        f"({axis.labels[0]} to {axis.labels[-1]})."
    )
    if staffed:
        columns += ("Handlers then", "95% interval", "Handlers here")
        caption += (
            " Handlers: at the desk, the mean of the week; here: with "
            f"{axis.at(sweep.here(axis))}, as in the rest of this report."
        )
    if EVERY_FORCE in rows_of(sweep):
        caption += (
            " Every force: the force worst off at each end, so that the interval covers somewhat "
            "less than 95%, the less the more forces are close."
        )
    groups = [
        (
            row if row == EVERY_FORCE else shown(row),
            [_line(axis, need, staffed=staffed) for need in found if need.row == row],
        )
        for row in rows_of(sweep)
    ]
    return Table(caption + sweep.held(axis), columns, groups, frozenset({0}))


def _line(axis: Axis, need: Need, *, staffed: bool) -> Line:
    found, values = need.crossing, Values(axis.keys[0], axis.in_percent)
    cells = [met(values, found), interval(values, found)]
    if staffed:
        found = _between_neighbours(found)
        cells += [
            _handlers(need, found),
            _handlers_interval(need, found),
            MISSING if isnan(need.staff_here) else number(need.staff_here, 1),
        ]
    return Line(need.design.label, tuple(cells), colour_of(need.design))


def handlers_in_words(need: Need) -> str:
    """Say how many handlers that is, with the interval; nothing where nobody can tell."""
    found = _between_neighbours(need.crossing)
    said, ends = _handlers(need, found), _handlers_interval(need, found)
    if found.between:
        said, ends = ends, MISSING
    if said == MISSING:
        return ""
    return f"{said} handlers at the desk" + (f" ({ends})" if ends != MISSING else "")


def _between_neighbours(found: Crossing) -> Crossing:
    """Give the neighbours as the interval where nothing is read between them."""
    if not found.between:
        return found
    return replace(found, value=nan, low=found.between[0], high=found.between[1])


def _handlers(need: Need, found: Crossing) -> str:
    """Give the handlers where a target is met, or that they are fewer or more than any tried."""
    if isfinite(found.value):
        return number(need.handlers(found.value), 1)
    if found.shape not in {Shape.ALWAYS, Shape.NEVER} or not found.rises or isnan(sum(need.staff)):
        return MISSING
    if found.shape is Shape.ALWAYS:
        return f"{number(min(need.staff), 1)} or fewer"
    return f"over {number(max(need.staff), 1)}"


def _handlers_interval(need: Need, found: Crossing) -> str:
    """Give the handlers at the ends of the interval, or that it goes on beyond what was tried."""
    few, many = (need.handlers(end) for end in (found.low, found.high))
    if not found.rises:
        few, many = many, few
    if isnan(few) and isnan(many):
        return MISSING
    if isnan(many):
        return f"{number(few, 1)} and more"
    return f"up to {number(many, 1)}" if isnan(few) else f"{number(few, 1)} to {number(many, 1)}"
