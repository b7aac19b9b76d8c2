"""Names of sheets that Excel takes: short, without its forbidden characters, each once."""

import re
from collections.abc import Iterable

LONGEST = 31  # in UTF-16 units, as Excel counts
RESERVED = frozenset({"history"})
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")


def sheet_names(labels: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Give a name for each label, another for each, capitals aside.

    Examples
    --------
    >>> sheet_names(["999", "101/online", "History", "101:online"])
    ['999', '101_online', 'History_', '101_online (2)']
    """
    used = {name.casefold() for name in taken} | RESERVED
    names = []
    for label in labels:
        plain = _FORBIDDEN.sub("_", label).strip().strip("'") or "_"
        plain = f"{plain}_" if plain.casefold() in RESERVED else plain
        name, number = _cut(plain, LONGEST), 1
        while name.casefold() in used:
            number += 1
            tail = f" ({number})"
            name = f"{_cut(plain, LONGEST - len(tail))}{tail}"
        used.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, longest: int) -> str:
    """Cut a text to so many UTF-16 units."""
    while len(text.encode("utf-16-le")) // 2 > longest:
        text = text[:-1]
    return text.rstrip().rstrip("'") or "_"
