"""The line of a channel's target on an axis of percentages."""

from matplotlib.axes import Axes

from sim.report.estimate import percent_number
from sim.report.figures.style import QUIET, SMALL_PT, TEXT
from sim.report.study import Channel


def draw_target(axes: Axes, channel: Channel, *, named: bool = True) -> None:
    """Draw the line, and write what it is on the side of it where there is more room.

    The limits of the axis must be set before.
    """
    level = 100 * channel.target_share
    axes.axhline(level, color=TEXT, linewidth=1.0, linestyle=(0, (4, 2)))
    if not named:
        return
    high = 2 * level > sum(axes.get_ylim())
    axes.annotate(
        f"target {percent_number(channel.target_share, 0)}%",
        (0.0, level),
        xycoords=("axes fraction", "data"),
        xytext=(2, -2 if high else 2),
        textcoords="offset points",
        va="top" if high else "bottom",
        size=SMALL_PT - 0.5,
        color=QUIET,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
    )


def limits(levels: list[float], channel: Channel, spare: float = 0.06) -> tuple[float, float]:
    """Give the ends of an axis in percent on which all these shares and the target stand."""
    seen = [100 * level for level in (*levels, channel.target_share)]
    margin = max(spare * (max(seen) - min(seen)), 0.5)
    return max(min(seen) - margin, -1.0), min(max(seen) + margin, 101.0)
