"""How a choice is told: the winner, the guarantee, and a line for each candidate that was close."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from sim.config import Experiment
from sim.experiment import Answer, read_manifest
from sim.experiment.select.table import SELECT, read_choices
from sim.report.select import closest, said_of
from sim.report.select_verdicts import guarantee, verdicts
from sim.report.select_words import Names, value_of

MOST_LINES = 20


def print_choices(folder: Path, answer: Answer, out: Console) -> None:
    """Print what was chosen in a results folder, how sure that is, and who was close."""
    asked = Experiment.model_validate(read_manifest(folder)["experiment"]).select
    choices = read_choices(folder / SELECT)
    if asked is None:
        return
    varied = {row.point: row.varied for row in answer.rows}
    names = Names(answer.design_labels, answer.channel_labels, varied)
    told = verdicts(asked, choices, names)
    out.print(Text("Which to choose", style="bold"))
    said = [" ".join(one.sentences) for one in told]
    for sentence in (*said, *guarantee(asked, choices, names)):
        out.print(Text(sentence))
    shown = closest(choices, MOST_LINES)
    for choice in shown:
        value, interval = value_of(choice)
        point = names.point(choice.point)
        heading = ", ".join(filter(None, (point, answer.design_labels[choice.design])))
        out.print(Text(heading, style="bold"))
        reached = f"; {names.place(choice)}: {value} ({interval})" if choice.force else ""
        weeks = f" after {choice.replications:,} weeks" if choice.replications else ""
        out.print(Text(f"  {said_of(choice, names)}{weeks}{reached}"))
    if len(choices) > len(shown):
        out.print(Text(f"{len(choices) - len(shown)} more candidates are in {SELECT}."))
