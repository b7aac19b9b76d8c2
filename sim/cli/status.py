"""What `sim status` prints: how far the points have got, and what is asked beyond the tables."""

from rich.console import Console
from rich.text import Text

from sim.cli.tables import table_of
from sim.experiment.status import ChoiceStatus, SetsStatus, Status


def print_status(status: Status, out: Console) -> None:
    """Print how far each point has got."""
    part = "" if status.shard is None else f", shard {status.shard}"
    state = "finished" if status.finished else "not finished"
    out.print(Text(f"{status.experiment}{part}: {state}"))
    most = "" if status.most is None else f" to {status.most}"
    keys = tuple(status.points[0].varied) if status.points else ()
    table = table_of(("Point", *keys), ("Stored", "Wanted", "Missing", "Damaged", "In the tables"))
    for point in status.points:
        table.add_row(
            *map(Text, (str(point.point), *map(str, point.varied.values()))),
            *map(
                Text,
                (
                    str(point.stored),
                    f"{point.least}{most}",
                    str(point.missing),
                    str(point.damaged),
                    str(point.reached or ""),
                ),
            ),
        )
    out.print(table)
    for point in status.points:
        if point.failed:
            out.print(Text(f"Point {point.point} failed: {point.failed}"))
    if status.choice is not None:
        out.print(Text(_choice_state(status.choice)))
    if status.sets is not None:
        out.print(Text(_sets_state(status.sets, finished=status.finished)))
    if status.set_aside:
        out.print(Text(f"{status.set_aside} damaged files lie in store/damaged."))
    if status.unused_bytes:
        out.print(
            Text(
                f"{status.unused_bytes / 1e6:.1f} MB in the store belong to earlier inputs; "
                "deleting the folder `store` frees them."
            )
        )
    if not status.finished:
        out.print(Text("Run the same experiment again to go on."))
    elif status.shard is not None:
        out.print(Text("A shard has no tables; `sim merge` makes them from all of them."))


def _choice_state(choice: ChoiceStatus) -> str:
    """Say how many weeks the candidates of a choice have."""
    state = "made" if choice.made else "not made yet"
    return (
        f"Choice: {state}; {choice.weeks:,} weeks of its {choice.candidates:,} candidates are "
        f"stored, of each at most {choice.most:,} are run."
        f"{_damaged(choice.damaged)}"
    )


def _sets_state(sets: SetsStatus, *, finished: bool) -> str:
    """Say how many assumption sets have all their weeks."""
    weeks = f"with all of their {sets.weeks:,} weeks"
    if not finished:
        told = (
            f"{sets.stored:,} stored {weeks}, of {sets.known:,} read so far; {sets.sets:,} in all"
        )
    elif sets.stored == sets.sets:
        told = f"all {sets.sets:,} stored {weeks}"
    else:
        told = f"{sets.stored:,} of {sets.sets:,} stored {weeks}; the others contradict themselves"
    return f"Assumption sets: {told}.{_damaged(sets.damaged)}"


def _damaged(files: int) -> str:
    return f" {files:,} damaged files are run again." if files else ""
