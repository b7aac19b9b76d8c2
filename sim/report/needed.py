"""From which value of a varied key on a design keeps its promise, and how many handlers that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite, isnan, nan

import numpy as np

from sim.report.answer import in_sentence
from sim.report.beside import Beside, Line, Table
from sim.report.crossing import Crossing, crossing, in_whole_numbers, worst
from sim.report.estimate import MISSING, duration, number, percent_number
from sim.report.evidence import with_unit
from sim.report.figures.style import colour_of, shown
from sim.report.study import Channel, DesignName, Study
from sim.report.sweep import Axis, Sweep, sweep_of

EVERY_FORCE = "Every force"
MOST_FORCES = 8  # with more of them, all together and every one
FEWEST_VALUES = 3  # two points are no curve
NO_SINGLE = "met on and off"


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
    values: tuple[float, ...]
    staff: tuple[float, ...]
    staff_here: float

    def handlers(self, value: float) -> float:
        """Give the handlers at a value; nan beyond what was tried."""
        return float(np.interp(value, self.values, self.staff)) if isfinite(value) else nan


def needs(sweep: Sweep, axis: Axis, channel: Channel) -> list[Need]:
    """Give what each design needs along an axis to keep a channel's promise, row by row."""
    points = sweep.line(axis)
    if sweep.sampled or not axis.numeric or len(points) < FEWEST_VALUES:
        return []
    return [
        _need(sweep, axis, points, (design, row, channel))
        for row in rows_of(sweep)
        for design in sweep.study.designs
    ]


def rows_of(sweep: Sweep) -> tuple[str, ...]:
    """Give the rows of forces that a need is told for; every one at once comes first."""
    study = sweep.study
    if len(study.forces) == 1:
        return study.forces
    if len(study.forces) > MOST_FORCES:
        return (EVERY_FORCE, study.whole)
    return (EVERY_FORCE, *study.rows)


def _need(
    sweep: Sweep, axis: Axis, points: list[int], about: tuple[DesignName, str, Channel]
) -> Need:
    design, row, channel = about
    study, everyone = sweep.study, row == EVERY_FORCE
    forces = study.forces if everyone else (row,)
    levels = [worst(sweep.level(p, design, force, channel) for force in forces) for p in points]
    at = study.whole if everyone else row
    found = crossing(axis.numbers, levels, channel.target_share)
    return Need(
        design,
        row,
        in_whole_numbers(found) if axis.whole else found,
        tuple(axis.numbers),
        tuple(sweep.handlers(point, design, at) for point in points),
        sweep.handlers(study.point, design, at),
    )


def beside(study: Study) -> Beside:
    """Give the tables of what each design needs, beside the figures of a sweep."""
    return Beside(tables=list(tables(sweep_of(study))), tables_first=True)


def tables(sweep: Sweep) -> Iterator[Table]:
    """Give a table for each axis and channel; none where nothing is met or lost along it."""
    for axis in sweep.axes:
        for channel in sweep.study.channels:
            found = needs(sweep, axis, channel)
            if not all(need.crossing.everywhere or need.crossing.nowhere for need in found):
                yield _table(sweep, axis, channel, found)


def _table(sweep: Sweep, axis: Axis, channel: Channel, found: list[Need]) -> Table:
    staffed = sweep.staff_varies(sweep.line(axis))
    columns: tuple[str, ...] = ("Design", "Target met", "95% interval")
    contacts = in_sentence(channel.contacts)
    caption = (
        f"{axis.words}: where {percent_number(channel.target_share, 0)}% of {contacts} are "
        f"answered within {duration(channel.within_s)}, read off between the values tried "
        f"({axis.labels[0]} to {axis.labels[-1]})."
    )
    if staffed:
        columns += ("Handlers then", "95% interval", "Handlers here")
        caption += (
            " Handlers: at the desk, the mean of the week; here: at "
            f"{sweep.here(axis)}, as in the rest of this report."
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
    found = need.crossing
    cells = [met(axis, found), interval(axis, found)]
    if staffed:
        if found.between:
            found = Crossing(nan, *found.between, found.rises)
        cells += [
            _handlers(need, found),
            _handlers_interval(need, found),
            MISSING if isnan(need.staff_here) else number(need.staff_here, 1),
        ]
    return Line(need.design.label, tuple(cells), colour_of(need.design))


def _handlers(need: Need, found: Crossing) -> str:
    """Give the handlers where a target is met, or that they are fewer or more than any tried."""
    if isfinite(found.value):
        return number(need.handlers(found.value), 1)
    if isnan(found.value) or not found.rises or isnan(sum(need.staff)):
        return MISSING
    if found.everywhere:
        return f"under {number(min(need.staff), 1)}"
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


def met(axis: Axis, found: Crossing) -> str:
    """Say where a target is met: "from 0.94 on"."""
    if isnan(found.value):
        return NO_SINGLE
    if found.everywhere:
        return "at all tried"
    if found.nowhere:
        return "at none tried"
    if found.between:
        ends = [with_unit(axis.keys[0], end) for end in found.between]
        if found.rises:
            return f"from {ends[1]} on, not at {ends[0]}"
        return f"up to {ends[0]}, not at {ends[1]}"
    at = rounded(axis, found.value, found)
    return f"from {at} on" if found.rises else f"up to {at}"


def interval(axis: Axis, found: Crossing) -> str:
    """Give the interval of where a target is met: "0.93 to 0.95"."""
    if found.between:
        return "values too far apart"
    if not isfinite(found.value) or isnan(found.low) or isnan(found.high):
        return MISSING
    low = rounded(axis, found.low, found) if found.low > -inf else f"below {axis.labels[0]}"
    high = rounded(axis, found.high, found) if found.high < inf else f"above {axis.labels[-1]}"
    return f"surely {low}" if low == high else f"{low} to {high}"


def rounded(axis: Axis, value: float, found: Crossing) -> str:
    """Give a value with its unit and the digits that the interval supports."""
    ends = [end for end in (found.low, found.high) if isfinite(end)]
    spread = max(ends) - min(ends) if len(ends) > 1 else abs(found.value) / 10
    digits = int(np.clip(np.ceil(-np.log10(spread or 1.0)), 0, 6))
    return with_unit(axis.keys[0], round(value, digits))
