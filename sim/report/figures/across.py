"""Where the values of a varied key stand on a horizontal axis, and which of them are written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sim.report.figures.style import SMALL_PT, fitted, text_width_in
from sim.report.sweep import Axis

UNEVEN = 6.0  # of the widest gap to the narrowest: to scale, most values would stand in one heap
APART_IN = 0.08
NOT_TO_SCALE = "evenly spaced, not to scale"


@dataclass(frozen=True)
class Across:
    """Places of an axis's values: to scale where there is room for that, else one step each."""

    axis: Axis
    places: tuple[float, ...]
    to_scale: bool

    @classmethod
    def of(cls, axis: Axis) -> "Across":
        """Give the places of an axis's values."""
        steps = tuple(map(float, range(len(axis))))
        gaps = np.diff(axis.numbers)
        if not axis.numeric or (len(gaps) > 1 and gaps.max() > UNEVEN * gaps.min()):
            return cls(axis, steps, to_scale=False)
        return cls(axis, tuple(axis.numbers), to_scale=True)

    def at(self, value: float) -> float:
        """Give the place of a number between the values."""
        return float(np.interp(value, self.axis.numbers, self.places))

    @property
    def words(self) -> str:
        """What the axis is, and a warning where it is not to scale."""
        stretched = self.axis.numeric and not self.to_scale
        return f"{self.axis.heading} ({NOT_TO_SCALE})" if stretched else self.axis.heading

    def draw(self, axes: Axes, width_in: float, *, named: bool = True) -> None:
        """Set limits and ticks: a stroke for every value, a label for those that have room."""
        low, high = self.places[0], self.places[-1]
        spare = 0.04 * (high - low) if self.axis.numeric and high > low else 0.5
        axes.set_xlim(low - spare, high + spare)
        scale = width_in / (high - low + 2 * spare)
        labels = self._labels(scale)
        axes.set_xticks(self.places, labels if named else [""] * len(labels), size=SMALL_PT)

    def _labels(self, in_per_unit: float) -> Sequence[str]:
        """Give the labels with room, both ends first; where all are words, as much of each."""
        if not self.axis.numeric:
            room_in = max(in_per_unit - APART_IN, 0.2)
            return [fitted(label, room_in, SMALL_PT, lines=2) for label in self.axis.ticks]
        wide = [text_width_in(label, SMALL_PT) + APART_IN for label in self.axis.ticks]
        last = len(wide) - 1
        kept: list[int] = []
        for number in (0, last, *range(1, last)):
            if all(
                abs(self.places[number] - self.places[other]) * in_per_unit
                >= (wide[number] + wide[other]) / 2
                for other in kept
            ):
                kept.append(number)
        return [label if n in kept else "" for n, label in enumerate(self.axis.ticks)]
