"""What stands beside figures on the page: sentences and small tables, as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """A row of a table: its own heading with the design's colour, and its cells."""

    label: str
    cells: tuple[str, ...]
    colour: str = ""


@dataclass(frozen=True)
class Table:
    """A table: a caption above it, columns, and lines under headings.

    Parameters
    ----------
    columns
        The first is that of the lines' own headings.
    groups
        Headings with their lines; a heading may be empty.
    wordy
        Which columns (of cells, from 0) hold words and are set from the left.
    """

    caption: str
    columns: tuple[str, ...]
    groups: Sequence[tuple[str, Sequence[Line]]]
    wordy: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Beside:
    """Sentences and tables of a section; nothing where a section is its figures alone.

    Tables follow the figures, or come before them where they are what the reader came for.
    """

    sentences: Sequence[str] = field(default=())
    tables: Sequence[Table] = field(default=())
    tables_first: bool = False


NOTHING = Beside()


def together(*parts: Beside) -> Beside:
    """Give what several parts of the report have to say in one section, in their order."""
    return Beside(
        [text for part in parts for text in part.sentences],
        [table for part in parts for table in part.tables],
        any(part.tables_first for part in parts),
    )
