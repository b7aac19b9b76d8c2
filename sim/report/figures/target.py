"""The line of a channel's target on an axis of percentages, and the limits of that axis."""

from matplotlib.axes import Axes

from sim.report.figures.style import TEXT
from sim.report.study import Channel


def draw_target(axes: Axes, channel: Channel) -> None:
    """Draw the line; a heading or a caption names it, so that no letters lie on a curve."""
    level = 100 * channel.target_share
    axes.axhline(level, color=TEXT, linewidth=1.0, linestyle=(0, (4, 2)))


def limits(levels: list[float], channel: Channel, spare: float = 0.06) -> tuple[float, float]:
    """Give the ends of an axis in percent on which all these shares and the target stand."""
    seen = [100 * level for level in (*levels, channel.target_share)]
    margin = max(spare * (max(seen) - min(seen)), 0.5)
    return max(min(seen) - margin, -1.0), min(max(seen) + margin, 101.0)
