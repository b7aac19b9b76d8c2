"""What an experiment varied, as axes, and its service levels by point.

An axis is a key with more than one value, or several keys that step together. Points form a grid,
or lie scattered where they were drawn (Latin hypercube, Sobol'): then there are no lines along an
axis, and whoever draws must not pretend that there are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan

import numpy as np

from sim.experiment.tables import ALL
from sim.report.estimate import Estimate, listing
from sim.report.evidence import UNITS, in_words, with_unit
from sim.report.nearness import as_number
from sim.report.study import SERVICE_LEVEL, Channel, DesignName, Study

STAFFED = "staffed_h"
GRID = "grid"
LINKED_FROM = 4  # fewer drawn points may stand in the same order by accident
MULTIPLE = re.compile(r"(.+) \(times (.+)\)")
SAID = {"staffing.scale": "staffing (times the centre's rota)"}
LONGEST_LISTING, MOST_NAMED = 30, 8
_STAFF_DIFFERS = 0.02  # below that it is overtime, not another rota


@dataclass(frozen=True)
class Axis:
    """One thing that is varied.

    Parameters
    ----------
    keys
        The varied keys; several where they step together.
    words
        What it is, within a sentence.
    values
        Of the first key, in order, as they stand in `summary.csv`.
    labels
        The same with their units.
    numeric
        Whether all values are numbers.
    in_percent
        Whether they are told in percent.
    """

    keys: tuple[str, ...]
    words: str
    values: tuple[str, ...]
    labels: tuple[str, ...]
    numeric: bool
    in_percent: bool = False

    @property
    def numbers(self) -> list[float]:
        """The values as numbers; their places in the order where they are words."""
        return [float(v) for v in self.values] if self.numeric else [*map(float, range(len(self)))]

    @property
    def heading(self) -> str:
        """What it is, for an axis or at the start of a sentence."""
        return f"{self.words[:1].upper()}{self.words[1:]}"

    def at(self, label: str) -> str:
        """Say that it has a value: "staffing at 0.95 times the centre's rota"."""
        if times := MULTIPLE.fullmatch(self.words):
            what, of = times.groups()
            return f"{what} as in {of}" if label == "1" else f"{what} at {label} times {of}"
        unit = label.rpartition(" ")[2]
        return f"{self.words.removesuffix(f' ({unit})')} at {label}"

    @property
    def whole(self) -> bool:
        """Whether the values are counts, between which there is nothing."""
        last = self.keys[0].rsplit("_", 1)[-1]
        return self.numeric and last not in UNITS and all(n.is_integer() for n in self.numbers)

    @property
    def ticks(self) -> tuple[str, ...]:
        """The values as they stand on an axis whose words name the unit."""
        bare = self.numeric and not any(label.endswith("%") for label in self.labels)
        return tuple(f"{n:,.10g}" for n in self.numbers) if bare else self.labels

    def __len__(self) -> int:
        """Give how many values were tried."""
        return len(self.values)


@dataclass(frozen=True, eq=False)
class Sweep:
    """The points of an experiment around the one that the rest of the report is about."""

    study: Study
    axes: tuple[Axis, ...]
    sampled: bool
    _points: Mapping[int, Mapping[str, str]] = field(repr=False)

    @property
    def points(self) -> list[int]:
        """Every point, in order."""
        return sorted(self._points)

    def value(self, point: int, axis: Axis) -> str:
        """Give an axis's value at a point, as it stands in `summary.csv`."""
        return self._points[point][axis.keys[0]]

    def along(self, *free: Axis) -> dict[tuple[str, ...], int]:
        """Give the points at which all other axes are as in the rest of the report."""
        here = self._points[self.study.point]
        fixed = [axis.keys[0] for axis in self._others(*free)]
        return {
            tuple(self.value(point, axis) for axis in free): point
            for point in self.points
            if all(self._points[point][key] == here[key] for key in fixed)
        }

    def line(self, axis: Axis) -> list[int]:
        """Give the points along an axis, in the order of its values."""
        found = self.along(axis)
        return [found[value,] for value in axis.values if (value,) in found]

    def lines(self, axis: Axis) -> list[list[int]]:
        """Give the points along an axis for each combination of the others, in their order."""
        places = {value: place for place, value in enumerate(axis.values)}
        others = self._others(axis)
        found: dict[tuple[int, ...], list[int]] = {}
        for point in sorted(self.points, key=lambda point: places[self.value(point, axis)]):
            where = tuple(other.values.index(self.value(point, other)) for other in others)
            found.setdefault(where, []).append(point)
        return [found[where] for where in sorted(found)]

    def held(self, *free: Axis) -> str:
        """Say at which values the other axes are held, nothing where there are none."""
        said = self.held_at(self.study.point, *free)
        return f" Held as in the rest of this report: {said}." if said else ""

    def held_at(self, point: int, *free: Axis) -> str:
        """Say at which values the other axes are at a point."""
        return listing([axis.at(self.label(point, axis)) for axis in self._others(*free)])

    def axis_of(self, key: str) -> Axis | None:
        """Give the axis along which a key changes, told in values of that key; None without one."""
        for axis in self.axes:
            if key in axis.keys:
                first = (key, *(other for other in axis.keys if other != key))
                return axis if first == axis.keys else _axis(self.study, first)
        return None

    def _others(self, *free: Axis) -> list[Axis]:
        taken = {key for axis in free for key in axis.keys}
        return [axis for axis in self.axes if axis.keys[0] not in taken]

    def label(self, point: int, axis: Axis) -> str:
        """Give an axis's value, with its unit, at a point."""
        return axis.labels[axis.values.index(self.value(point, axis))]

    def here(self, axis: Axis) -> str:
        """Give an axis's value, with its unit, at the point of the rest of the report."""
        return self.label(self.study.point, axis)

    def level(self, point: int, design: DesignName, row: str, channel: Channel) -> Estimate:
        """Give a service level."""
        return self._estimates.get(
            (point, design.name, row, channel.name, SERVICE_LEVEL), Estimate()
        )

    def handlers(self, point: int, design: DesignName, row: str) -> float:
        """Give how many handlers are at the desk on average; nan if nobody knows."""
        hours = self._estimates.get((point, design.name, row, ALL, STAFFED), Estimate()).value
        return hours / self.study.experiment.horizon.measured_h if hours else nan

    def staff_varies(self, points: Sequence[int]) -> bool:
        """Tell whether these points, or the designs at one of them, differ in handlers."""
        found = [
            self.handlers(point, design, self.study.whole)
            for point in points
            for design in self.study.designs
        ]
        low, high = np.nanmin([*found, np.inf]), np.nanmax([*found, 0.0])
        return bool(high > low * (1 + _STAFF_DIFFERS))

    @cached_property
    def staff_axes(self) -> tuple[Axis, ...]:
        """The axes along which the handlers change, all else held."""
        return tuple(axis for axis in self.axes if self.staff_varies(self.line(axis)))

    def unmoved(self, points: Sequence[int], design: DesignName, channel: Channel) -> bool:
        """Tell whether a design's figures are the same at all these points."""
        return all(
            len({repr(self.level(point, design, row, channel)) for point in points}) == 1
            for row in self.study.rows
        )

    @cached_property
    def _estimates(self) -> dict[tuple[int, str, str, str, str], Estimate]:
        table = self.study.results.summary
        rows = table[(table["period"] == ALL) & table["measure"].isin((SERVICE_LEVEL, STAFFED))]
        labels = ("point", "design", "force", "channel", "measure")
        numbers = ("value", "ci_low", "ci_high", "replications")
        cells = zip(*(rows[name].tolist() for name in (*labels, *numbers)), strict=True)
        return {
            (int(point), design, force, channel, measure): Estimate(value, low, high, int(weeks))
            for point, design, force, channel, measure, value, low, high, weeks in cells
        }


def sweep_of(study: Study) -> Sweep:
    """Give what was varied around a study; without axes where nothing was, or at one point."""
    points = study.results.varied
    method = study.results.manifest["experiment"].get("vary_method") or GRID
    sampled = method != GRID
    axes = tuple(_axis(study, keys) for keys in _together(points, sampled=sampled))
    return Sweep(study, axes, sampled, points)


def _together(points: Mapping[int, Mapping[str, str]], *, sampled: bool) -> list[tuple[str, ...]]:
    """Give the keys that change, those that step together as one."""
    columns = {
        key: [values[key] for values in points.values()] for key in next(iter(points.values()))
    }
    groups: list[list[str]] = []
    for key, column in columns.items():
        if len(set(column)) == 1:
            continue
        for group in groups:
            if _linked(columns[group[0]], column, sampled=sampled):
                group.append(key)
                break
        else:
            groups.append([key])
    return [tuple(group) for group in groups]


def _linked(one: Sequence[str], other: Sequence[str], *, sampled: bool) -> bool:
    """Tell whether each value of one goes with one value of the other, and back.

    Drawn values are all different, so there the order must be the same as well.
    """
    if not len(set(one)) == len(set(other)) == len(set(zip(one, other, strict=True))):
        return False
    if not sampled:
        return True
    numbers = [[as_number(value) for value in column] for column in (one, other)]
    if len(set(one)) < LINKED_FROM or any(None in column for column in numbers):
        return False
    a, b = (np.argsort(np.array(column, dtype=float)) for column in numbers)
    return bool((a == b).all())


def _axis(study: Study, keys: tuple[str, ...]) -> Axis:
    key = keys[0]
    values = {values[key] for values in study.results.varied.values()}
    numbers = {value: as_number(value) for value in values}
    numeric = None not in numbers.values()
    ordered = (
        sorted(values, key=lambda value: numbers[value] or 0.0)
        if numeric
        else (list(dict.fromkeys(values[key] for values in study.results.varied.values())))
    )
    asked = study.experiment.answer
    in_percent = asked is not None and asked.in_percent and asked.along == key
    labels = [
        v if not numeric else f"{100 * float(v):g}%" if in_percent else with_unit(key, numbers[v])
        for v in ordered
    ]
    return Axis(keys, _words(study, keys), tuple(ordered), tuple(labels), numeric, in_percent)


def varied_words(study: Study) -> str:
    """Say what was varied; of many keys, how many."""
    axes = sweep_of(study).axes or tuple(_axis(study, (key,)) for key in study.varied)
    if len(axes) > MOST_NAMED:
        return f"{len(axes)} of them"
    return listing([axis.words for axis in axes])


def alone(study: Study, key: str) -> str:
    """Say at which value a varied key is at a study's point."""
    axis = _axis(study, (key,))
    return axis.at(axis.labels[axis.values.index(study.varied[key])])


def _words(study: Study, keys: tuple[str, ...]) -> str:
    """Say what is varied: as the experiment calls it, or what its keys have in common and where."""
    asked = study.experiment.answer
    if asked is not None and asked.called and asked.along in keys:
        last = asked.along.rsplit("_", 1)[-1]
        return f"{asked.called} ({UNITS[last]})" if last in UNITS else asked.called
    said = [SAID.get(key) or in_words(study, key) for key in keys]
    parts = [text.rpartition(": ") for text in said]
    last = keys[0].rsplit(".", 1)[-1].rsplit("_", 1)[-1]
    unit = f" ({UNITS[last]})" if last in UNITS else ""
    if len(keys) == 1:
        return f"{said[0]}{unit}"
    if len({detail for *_, detail in parts}) == 1 and all(about for about, *_ in parts):
        detail, where = parts[0][2], listing([about for about, *_ in parts])
        rooms = all(key.startswith("groups.") for key in keys)
        many = f"{len(keys)} {'rooms' if rooms else 'keys'}"
        alike = f"{many if len(where) > LONGEST_LISTING else where} alike"
        return f"{detail[:1].upper()}{detail[1:]}{unit}, {alike}"
    return f"{said[0]}{unit}, {len(said) - 1} more in step"
