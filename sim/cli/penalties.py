"""How break-even handling penalties are told: a line for each design."""

from collections.abc import Mapping, Sequence
from math import isnan

from rich.console import Console
from rich.text import Text

from sim.cli.tables import points
from sim.experiment.penalty import BREAKS_EVEN, PAYS_AT_UPPER, Penalty
from sim.measures import DEFINITIONS

_FORCES = {"all": "all forces together", "worst": "the force that gains least"}
_CHANNELS = {"all": "all channels together"}


def print_penalties(
    penalties: Sequence[Penalty],
    designs: Mapping[str, str],
    channels: Mapping[str, str],
    varied: Mapping[int, Mapping[str, object]],
    out: Console,
) -> None:
    """Print what is asked, a line for each design and point, and how sure that is.

    Parameters
    ----------
    designs, channels
        Their labels by name.
    varied
        By point: the varied keys.
    """
    asked = penalties[0]
    about = (
        channels.get(asked.channel, _CHANNELS.get(asked.channel, asked.channel)),
        DEFINITIONS[asked.measure].police,
        _FORCES.get(asked.force, asked.force),
    )
    out.print(Text("How much longer may a call from another force take?", style="bold"))
    out.print(
        Text(f"Until sharing pays no more: {', '.join(about)}, against {designs[asked.baseline]}.")
    )
    for penalty in penalties:
        keys = varied.get(penalty.point, {}).items()
        heading = ", ".join((*(f"{key} = {value}" for key, value in keys), designs[penalty.design]))
        out.print(Text(heading, style="bold"))
        for line in in_words(penalty):
            out.print(Text(f"  {line}"))
    out.print(
        Text(
            f"Brackets: 95% intervals over {asked.replications} replications. Assumed: the "
            "handle_factor that the centre declares."
        )
    )


def in_words(penalty: Penalty) -> list[str]:
    """Say how much longer a call may take, how sure that is, and what is assumed.

    Where there is no break-even in the range, say what sharing brings at its end.
    """
    upper = f"{penalty.upper:g}"
    low = "1 or less" if penalty.ci_low == 1 else f"{penalty.ci_low:.2f}"
    high = f"more than {upper}" if isnan(penalty.ci_high) else f"{penalty.ci_high:.2f}"
    if penalty.verdict == BREAKS_EVEN:
        said = f"{penalty.break_even:.2f} times as long ({low} to {high})"
    elif penalty.verdict == PAYS_AT_UPPER:
        there = (penalty.gain_at_upper, penalty.gain_at_upper_low, penalty.gain_at_upper_high)
        said = f"pays even at {upper} times: {_gain(penalty, *there)}"
        if not isnan(penalty.ci_low):
            said += f", not certain from {low}"
    else:
        there = (penalty.gain_at_1, penalty.gain_at_1_low, penalty.gain_at_1_high)
        said = f"does not pay even at 1: {_gain(penalty, *there)}"
        if penalty.ci_high != 1:
            said += f", not certain up to {high}"
    lines = [f"{said}; assumed {penalty.declared:g}"]
    if penalty.worst_force:
        lines.append(f"first to lose: {penalty.worst_force}")
    return lines


def _gain(penalty: Penalty, *ends: float) -> str:
    """Give a gain with its interval, in percentage points or in seconds."""
    share = DEFINITIONS[penalty.measure].unit == "share"
    value, low, high = (points(end) if share else f"{end:+.1f}" for end in ends)
    return f"{value} {'points' if share else 's'} ({low} to {high})"
