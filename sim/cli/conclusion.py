"""What is said when a run has ended: the answer and its report, or what a shard waits for."""

# ruff: noqa: PLC0415 - imported when a run has ended, so that `sim --help` answers at once

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.outcome import tell

if TYPE_CHECKING:
    from sim.experiment import Shard

_PAGE = "report.html"  # as `sim.report` calls it, which takes a second to import


def conclude(folder: Path, *, quiet: bool, jobs: int | None = None, report: bool = True) -> None:
    """Print the answer, draw the report if it is wanted, and say where it is."""
    if not quiet:
        _answer(folder)
    if not report:
        tell(f"Tables: {folder}")
        if (folder / _PAGE).exists():
            tell(f"{folder / _PAGE} is of an earlier run; to draw it anew: sim report {folder}")
        return
    from sim.experiment import seal
    from sim.report import draw_report
    from sim.workers import available_processors

    page = draw_report(folder, jobs or available_processors())
    seal(folder)
    tell(f"Report: {page}")


def _answer(folder: Path) -> None:
    """Print the answer, and what was asked for beyond it."""
    from sim.cli.penalties import print_penalties
    from sim.cli.reached import print_reached
    from sim.cli.tables import console, print_answer
    from sim.experiment import read_answer, read_penalties
    from sim.experiment.penalty import BREAK_EVEN
    from sim.experiment.robust.tables import ROBUST, Holding, read_rows
    from sim.experiment.select.table import SELECT

    answer = read_answer(folder)
    print_answer(answer, console())
    print_reached(answer, console())
    if (folder / BREAK_EVEN).is_file():
        varied = {row.point: row.varied for row in answer.rows}
        console().print()
        penalties = read_penalties(folder / BREAK_EVEN)
        labels = (answer.design_labels, answer.channel_labels)
        print_penalties(penalties, *labels, varied, console())
    if (folder / SELECT).is_file():
        from sim.cli.choices import print_choices

        console().print()
        print_choices(folder, answer, console())
    if (folder / ROBUST).is_file():
        from sim.cli.robust import print_robust

        console().print()
        labels = (answer.design_labels, answer.channel_labels)
        print_robust(read_rows(folder / ROBUST, Holding), *labels, console())


def tell_shard(folder: Path, shard: "Shard") -> None:
    """Say where the part is, and how it becomes a whole."""
    tell(
        f"Shard {shard} is done: {folder}\n"
        f"When all {shard.of} are done, copy their folders into one and bring them together: "
        f"sim merge {folder.parent}"
    )
