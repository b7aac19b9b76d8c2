"""The small tables that commands print: readable at 100 columns, plain when piped."""

import sys
from collections.abc import Callable, Mapping, Sequence
from math import isinf, isnan

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.outcome import discard
from sim.experiment.answer import Answer, AnswerRow, Estimate
from sim.experiment.check import Checked
from sim.experiment.derive import Derived, Room
from sim.experiment.scenario import Study

WIDTH = 100
MOST_ROWS = 60
MOST_WIDE = 30
_VERDICT = 4
_MOST_KEYS = 4  # whose values stand in a heading
_NUMBERS = {2, 3, 5}
_STYLES = {"met": "green", "not met": "red", "uncertain": "yellow"}


class _Output(Console):
    """A console that nobody needs to read: what is printed after `| head` has left goes nowhere."""

    def on_broken_pipe(self) -> None:
        """Go on in silence, where rich would end the program in the middle of its work."""
        discard(sys.stdout)


def console() -> Console:
    """Give the console for output: as wide as the terminal, 100 columns into a pipe or file."""
    return _Output() if sys.stdout.isatty() else _Output(width=WIDTH, highlight=False)


def print_answer(answer: Answer, out: Console) -> None:
    """Print service level by design, force and channel, with intervals and differences."""
    shown = answer.rows[:MOST_ROWS]
    lines = [_answer_line(answer, row) for row in shown]
    heads = ("", "", "In time, %", "Target", "", "Change, points")
    widths = [
        min(MOST_WIDE, max(cell_len(line[column]) for line in (heads, *lines)))
        for column in range(len(heads))
    ]
    out.print(Text(answer.question, style="bold"))
    out.print()
    out.print(_aligned(heads, widths))
    above = ""
    for row, line in zip(shown, lines, strict=True):
        heading = _heading(answer, row)
        if heading != above:
            out.print(Text(heading, style="bold"))
        above = heading
        out.print(_aligned(line, widths, _STYLES[row.verdict]))
    counts = sorted({row.replications for row in answer.rows} - {0}) or [0]  # 0: nobody called
    weeks = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else f"{counts[0]}"
    baseline = answer.design_labels[answer.baseline]
    out.print()
    out.print(
        Text(
            "In time: answered within the target's seconds, of all offered. Change: against "
            f"{baseline}, on the same calls. Brackets: 95% intervals over {weeks} "
            f"replication{'' if counts == [1] else 's'}."
        )
    )
    if answer.rows and len(answer.rows[0].varied) > _MOST_KEYS:
        out.print(Text("The values of each point are in summary.csv and manifest.json."))
    if len(answer.rows) > len(shown):
        more = len(answer.rows) - len(shown)
        out.print(Text(f"{more} more rows are in summary.csv, comparison.csv and the report."))


def _heading(answer: Answer, row: AnswerRow) -> str:
    """Give what a block of rows is about: the varied keys, and the design."""
    place = place_of(row.point, row.varied)
    label = answer.design_labels[row.design]
    return f"{place}, {label}" if place else label


def place_of(point: int, varied: Mapping[str, object]) -> str:
    """Say which point it is: by its values where these are few, nothing where there are none.

    Examples
    --------
    >>> place_of(3, {"staffing.scale": 0.9})
    'staffing.scale = 0.9'
    >>> place_of(3, dict.fromkeys("abcde", 1))
    'Point 3'
    """
    if len(varied) > _MOST_KEYS:
        return f"Point {point}"
    return ", ".join(f"{key} = {value}" for key, value in varied.items())


def _answer_line(answer: Answer, row: AnswerRow) -> tuple[str, ...]:
    """Give the cells of a row."""
    return (
        "  all forces" if row.force == "all" else f"  {row.force}",
        answer.channel_labels[row.channel],
        interval(row.service_level, percent),
        f"{row.target * 100:g}",
        row.verdict.value,
        "" if row.difference is None else interval(row.difference, points),
    )


def _aligned(cells: Sequence[str], widths: Sequence[int], verdict: str = "") -> Text:
    """Give a line: names on the left of their columns, numbers on the right."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        text = Text(cell, style=verdict if column == _VERDICT else "")
        text.truncate(width, overflow="ellipsis")
        space = " " * (width - cell_len(text.plain))
        line.append_text(Text.assemble(space, text) if column in _NUMBERS else text + Text(space))
        line.append("  ")
    line.rstrip()
    return line


def print_checked(checked: Checked, out: Console) -> None:
    """Print what is sound, and what follows from it."""
    centre = checked.centre
    out.print(Text(f"{checked.path}: sound.", style="bold"))
    out.print(
        Text(
            f"{centre.name}: {_count(len(centre.forces), 'force')}, "
            f"{_count(len(centre.channels), 'channel')}, {_count(len(centre.groups), 'group')}; "
            f"{_count(checked.figures, 'figure')}, {checked.assumptions} of them assumptions; "
            f"designs: {', '.join(centre.designs) or 'none'}."
        )
    )
    if checked.study is not None:
        asked = checked.study.experiment.replications
        most = f" to {asked.max:,}" if asked.until else ""
        out.print(
            Text(
                f"{_count(len(checked.study.points), 'point')} x "
                f"{_count(len(checked.study.experiment.designs), 'design')} x "
                f"{asked.min:,}{most} replication{'' if not most and asked.min == 1 else 's'}."
            )
        )
        _print_varied(checked.study, out)
    if checked.robust is not None:
        robust = checked.robust
        out.print(
            Text(
                f"{_count(len(robust.claims), 'conclusion')} asked of "
                f"{_count(len(robust.assumptions), 'assumption')} over their ranges: "
                f"{_count(robust.all_sets, 'set')} x {_count(len(robust.designs), 'design')} x "
                f"{_count(robust.asked.replications, 'replication')}."
            )
        )
    print_derived(checked.derived, out)


def _print_varied(study: Study, out: Console) -> None:
    """Print what the points of a sample are drawn over: a grid's values stand in its file."""
    method = study.experiment.vary_method
    if method == "grid":
        return
    words = {"latin_hypercube": "a Latin hypercube", "sobol": "Sobol' points, scrambled"}
    out.print(
        Text(f"Drawn with seed {study.experiment.seed} as {words[method]}; lowest and highest:")
    )
    table = table_of(("Key",), ("from", "to"))
    for key in study.points[0].varied:
        values = [point.varied[key] for point in study.points]
        numbers = [value for value in values if not isinstance(value, str)]
        ends = (min(numbers), max(numbers)) if len(numbers) == len(values) else ("text", "")
        table.add_row(Text(key), *(Text(f"{end}") for end in ends))
    out.print(table)


def print_derived(derived: Derived, out: Console) -> None:
    """Print loads by force and channel, and what Erlang's formulas say of each room."""
    loads = table_of(
        ("Force", "Channel"),
        ("per day", "Handle s", "Patience s", "Load erl", "busiest hour"),
    )
    for load in derived.classes:
        loads.add_row(
            Text(load.force),
            Text(load.channel),
            *map(
                Text,
                (
                    f"{load.per_day:,.1f}",
                    f"{load.handle_mean_s:,.0f}",
                    "never" if isinf(load.patience_mean_s) else f"{load.patience_mean_s:,.0f}",
                    f"{load.offered_erl:.2f}",
                    f"{load.busiest_erl:.2f}",
                ),
            ),
        )
    out.print(loads)
    rooms = table_of(
        ("Room",),
        ("Load erl", "Staffed", "Busy", "Wait C", "Leave A"),
        ("Channel",),
        ("In time A", "Target"),
    )
    for room in derived.rooms:
        cells: tuple[str, ...] = (
            _room_name(room),
            f"{room.offered_erl:.2f}",
            f"{room.staffed:.2f}",
            _share(room.occupancy),
            _share(room.waiting_share),
            _share(room.abandonment),
        )
        for level in room.levels:
            target = f"{level.target * 100:g}% in {level.within_s:g} s"
            rooms.add_row(*map(Text, (*cells, level.channel, _share(level.service_level), target)))
            cells = ("",) * len(cells)
        if not room.levels:
            rooms.add_row(*map(Text, cells))
    out.print(rooms)
    out.print(
        Text(
            "From theory, each room for itself, first contacts only. Busy: load / staffed. C: the "
            "share who wait at all, Erlang C at the mean hour. A: the shares who give up and who "
            "are answered in time, Erlang A hour by hour, first come first served. The simulation "
            "adds priorities, busy days, bursts, redials and what one hour leaves to the next."
        )
    )


def interval(estimate: Estimate, written: Callable[[float], str]) -> str:
    """Give a value with its interval in brackets; without one where there is none."""
    if isnan(estimate.value):
        return "no calls"
    if isnan(estimate.low):
        return f"{written(estimate.value)} (no interval)"
    return f"{written(estimate.value)} ({written(estimate.low)} to {written(estimate.high)})"


def percent(share: float) -> str:
    """Give a share in per cent."""
    return f"{share * 100:.1f}"


def points(share: float) -> str:
    """Give a difference of shares in percentage points, with its sign."""
    return f"{share * 100:+.1f}"


def _room_name(room: Room) -> str:
    """Give the force and its groups, unless they have one name."""
    groups = ", ".join(room.groups)
    return groups if groups == room.force else f"{room.force or 'shared'}: {groups}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _share(share: float) -> str:
    return "-" if isnan(share) else f"{share:.1%}" if not isinf(share) else "no staff"


def table_of(*columns: Sequence[str]) -> Table:
    """Give a table of names on the left and numbers on the right, by turns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for turn, names in enumerate(columns):
        for name in names:
            table.add_column(Text(name), justify="right" if turn % 2 else "left", overflow="fold")
    return table
