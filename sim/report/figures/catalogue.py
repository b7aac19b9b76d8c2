"""The figures of the page in their order, and their files."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.experiment.files import write_atomically
from sim.report.figures import (
    answer_times,
    balance,
    break_even,
    differences,
    event_lines,
    exchange,
    frontier,
    heat_map,
    ladder,
    load,
    plane,
    robust,
    scatter,
    select,
    service_level,
    sweep,
    tornado,
    winners,
)
from sim.report.figures.style import STYLE, Drawing
from sim.report.study import Study

FOLDER = "figures"
QUICK = {"compress_level": 3}  # a third less time than the usual 6 for a tenth more bytes
OURS = re.compile(
    r"(service_level|differences|hours_\w+|answer_times_\w+|load_and_staff|exchange"
    r"|varied_\d+(_forces)?|map_\d+_\d+_\w+|drawn|handlers_\w+|select|robust|tornado_\d+"
    r"|ladder|winners|balance|event_\d+_(whole|hardest_hit)|break_even)"
    r"(_part\d+)?\.(png|svg)"
)


@dataclass(frozen=True)
class Section:
    """A heading of the page with its figures, and what is said where there is none.

    Sections that lead come before the table of the one point that the rest of the page is about.
    """

    name: str
    heading: str
    drawings: Callable[[Study], Iterator[Drawing]]
    otherwise: str = ""
    leads: bool = False


def varied(study: Study) -> Iterator[Drawing]:
    """Draw a sweep: curves along a key, maps over two, marks where points were drawn."""
    for draw in (sweep.drawings, plane.drawings, scatter.drawings):
        yield from draw(study)


def _robust(study: Study) -> Iterator[Drawing]:
    """Give the shares of all conclusions, and what single assumptions do to some of them."""
    yield from robust.drawings(study)
    yield from tornado.drawings(study)


SECTIONS = (
    Section("select", "Which to choose", select.drawings, leads=True),
    Section("varied", "What happens as it is varied", varied, leads=True),
    Section("handlers", "What it takes in handlers", frontier.drawings, leads=True),
    Section("robust", "Where it holds, wherever the assumptions lie", _robust, leads=True),
    Section("levels", "Answered in time, against the target", service_level.drawings),
    Section("ladder", "From design to design", ladder.drawings),
    Section("hours", "When in the week the target is missed, hour by hour", heat_map.drawings),
    Section("times", "How long callers wait", answer_times.drawings),
    Section("load", "What callers bring and who is there", load.drawings),
    Section(
        "exchange",
        "Who answers whose calls",
        exchange.drawings,
        "Every room answers the callers of its own force alone, under every design here.",
    ),
    Section(
        "differences",
        "What each design changes",
        differences.drawings,
        "There is one design only, so there is nothing to compare it with.",
    ),
    Section("winners", "Who gains and who loses", winners.drawings),
    Section("balance", "Who works for whom", balance.drawings),
    Section("events", "What happens when it breaks", event_lines.drawings),
    Section("break_even", "How much longer a shared call may take", break_even.drawings),
)


@dataclass(frozen=True)
class Picture:
    """A figure as it is kept: both formats, and the words beside it."""

    name: str
    title: str
    caption: str
    alt: str
    svg: bytes
    png: bytes


def pictures(section: Section, study: Study) -> Iterator[Picture]:
    """Draw a section's figures, one at a time."""
    with mpl.rc_context(STYLE):
        for drawing in section.drawings(study):
            yield Picture(
                drawing.name,
                drawing.title,
                drawing.caption,
                drawing.alt,
                _rendered(drawing.figure, "svg", {"Date": None, "Creator": None}),
                _rendered(drawing.figure, "png", {"Software": None}),
            )


def _rendered(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """Give a figure's file; the same figure gives the same bytes, so no date and no version."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        # A name may be written in letters that the font lacks; the page and the tables have it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        if kind == "png":
            figure.savefig(file, format=kind, metadata=metadata, pil_kwargs=QUICK)
        else:
            figure.savefig(file, format=kind, metadata=metadata)
    return file.getvalue()


def keep(picture: Picture, folder: Path) -> None:
    """Write a picture's two files."""
    for kind, content in (("svg", picture.svg), ("png", picture.png)):
        write_atomically(folder / f"{picture.name}.{kind}", partial(_write, content))


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)


def clear(folder: Path, kept: set[str]) -> None:
    """Remove figures of an earlier report that this one has no more."""
    for path in folder.glob("*.*"):
        if OURS.fullmatch(path.name) and path.stem not in kept:
            path.unlink(missing_ok=True)
