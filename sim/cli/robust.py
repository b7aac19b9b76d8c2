"""How robust conclusions are told: a line for each."""

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.tables import interval, percent
from sim.experiment.answer import Estimate
from sim.experiment.robust.tables import Holding
from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS

MOST_ROWS = 40
_TARGET_STANDS_ON = "service_level"


def print_robust(
    holdings: Sequence[Holding],
    designs: Mapping[str, str],
    channels: Mapping[str, str],
    out: Console,
) -> None:
    """Print in what share of the assumption sets each conclusion holds.

    Parameters
    ----------
    designs, channels
        Their labels by name.
    """
    first = holdings[0]
    out.print(Text("Where it holds, wherever the assumptions lie", style="bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("Conclusion", overflow="fold")
    for name in ("Holds, %", "Cannot tell", "Fails"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in holdings[:MOST_ROWS]:
        table.add_row(
            Text(in_words(row, designs, channels)),
            Text(interval(Estimate(row.holds, row.holds_low, row.holds_high), percent)),
            Text(percent(row.cannot_tell)),
            Text(percent(row.fails)),
        )
    out.print(table)
    if len(holdings) > MOST_ROWS:
        out.print(Text(f"{len(holdings) - MOST_ROWS} more rows are in robust.csv and the report."))
    impossible = f"; {first.impossible} of all sets cannot be" if first.impossible else ""
    out.print(
        Text(
            f"Shares of {first.sets} sets of assumptions drawn evenly over their declared ranges, "
            f"{first.replications} replications each{impossible}; not probabilities. Brackets: 95% "
            "intervals; those of the other two columns are in robust.csv. What decides each, and "
            "where it turns round, is in the report."
        )
    )


def in_words(row: Holding, designs: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """Say what a conclusion is about, in brief."""
    ours = designs.get(row.design, row.design)
    channel = channels.get(row.channel, "all channels")
    force = "all forces" if row.force == ALL else row.force
    if not row.against:
        return f"{ours} meets the target: {channel}, {force}"
    measure = DEFINITIONS[row.measure].police
    about = "" if row.measure == _TARGET_STANDS_ON else f", {measure}"
    return f"{ours} beats {designs.get(row.against, row.against)}: {channel}, {force}{about}"
