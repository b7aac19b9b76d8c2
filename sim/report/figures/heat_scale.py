"""What heat maps of a service level share: a scale around the target, and how cells are drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, TwoSlopeNorm
from numpy.typing import NDArray

from sim.report.estimate import Estimate, percent_number, plus_minus
from sim.report.figures.style import SMALL_PT, Sheet
from sim.report.study import Channel

SCALE_IN = 0.62
# Orange below the target, blue above, pale at it: told apart with any colour vision.
BELOW_AND_ABOVE = ("#8c3b00", "#d9731a", "#f6c48f", "#f7f5f0", "#a9cfe5", "#3f8fc4", "#0a4a82")
NOBODY, NOBODY_HATCH = "#dcdcdc", "#a6a6a6"
NOBODY_SAID = "Hatched grey: nobody called."
DARK = 0.55  # of the luminance from which letters are dark


@dataclass(frozen=True, eq=False)
class Scale:
    """Colours by service level: pale at the target, the ends where the numbers end."""

    channel: Channel
    norm: TwoSlopeNorm
    colours: Colormap

    @classmethod
    def of(cls, channel: Channel, cells: Iterable[Estimate]) -> "Scale":
        """Give the scale that all these cells fit on."""
        levels = [cell.value for cell in cells if not cell.missing]
        target = min(max(channel.target_share, 0.02), 0.98)
        low = np.floor(10 * min([*levels, target - 0.05])) / 10
        norm = TwoSlopeNorm(target, vmin=min(max(float(low), 0.0), target - 0.01), vmax=1.0)
        return cls(channel, norm, LinearSegmentedColormap.from_list("target", BELOW_AND_ABOVE))

    def draw(self, sheet: Sheet, left_in: float) -> None:
        """Draw what the colours mean, at the top of the sheet."""
        axes = sheet.panel(left_in, 0.02, 4.2, 0.13)
        ends = (self.norm.vmin, self.norm.vcenter, self.norm.vmax)
        low, target, high = (float(value or 0) for value in ends)
        mappable = ScalarMappable(self.norm, self.colours)
        bar = sheet.figure.colorbar(mappable, cax=axes, orientation="horizontal", spacing="uniform")
        ticks = [low, (low + target) / 2, target, (target + high) / 2, high]
        words = [percent_number(tick, 0) for tick in ticks]
        bar.set_ticks(ticks, labels=[*words[:2], f"target {words[2]}%", *words[3:]])
        bar.set_label(f"% of {self.channel.promise}", size=SMALL_PT)
        bar.outline.set_linewidth(0.4)
        axes.tick_params(labelsize=SMALL_PT)
        axes.set_label("scale")

    def cells(self, axes: Axes, levels: NDArray[np.float64], gap_pt: float = 0.6) -> None:
        """Draw levels as cells, the first line on top; those missing (nan) are hatched."""
        if np.isnan(levels).any():
            axes.patch.set(facecolor=NOBODY, edgecolor=NOBODY_HATCH, hatch="//////", linewidth=0)
        axes.pcolormesh(
            np.ma.masked_invalid(levels),
            cmap=self.colours,
            norm=self.norm,
            edgecolors="white",
            linewidth=gap_pt,
        )
        axes.set_xlim(0, levels.shape[1])
        axes.set_ylim(levels.shape[0], 0)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)

    def paint(self, level: float) -> tuple[float, ...]:
        """Give the colour of a cell, for what is written on it and must not be crossed."""
        return (0.0, 0.0, 0.0, 0.0) if np.isnan(level) else tuple(self.colours(self.norm(level)))

    def ink(self, level: float) -> str:
        """Give the colour of letters on a cell."""
        missing = np.isnan(level)
        return "black" if missing or _luminance(self.colours(self.norm(level))) > DARK else "white"


def _luminance(colour: Sequence[float]) -> float:
    return float(np.dot(colour[:3], (0.299, 0.587, 0.114)))


def sureness(cells: Iterable[Estimate]) -> str:
    """Say how wide the cells' intervals are: there is no room for one in each.

    Cells at 100% in every week have none to speak of, and would hide how wide the others are.
    """
    wide = [cell for cell in cells if cell.has_interval]
    if not wide:
        return "The cells have no intervals: a single run cannot give any"
    below = [cell for cell in wide if cell.value < 1]
    halves = [50 * (min(cell.high, 1.0) - max(cell.low, 0.0)) for cell in below or wide]
    return (
        f"The 95% interval of a cell{' below 100%' if below else ''} is "
        f"{plus_minus(float(np.median(halves)))} points in the middle case and "
        f"{plus_minus(max(halves))} points at most"
    )
