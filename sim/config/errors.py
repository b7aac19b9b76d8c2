"""How a wrong input is told: every problem at once, each with file, key, value and what is allowed.

A check that looks at one section of a file reports `Finding`s, which know only where they lie
inside that section; the loader turns them into `Problem`s with the file and the whole key, and
raises them together as one `ConfigError`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

Key = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^."']+?))\s*(\.|\Z)""")
_SHOWN_NAMES = 15
_SHOWN_CHARACTERS = 70


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input, in one or two lines of plain English."""

    file: Path
    message: str
    key: str = ""  # dotted key, or the row and column of a CSV
    value: str = ""  # as the file would write it

    def __str__(self) -> str:
        """Give `file: key = value: message`, without what is not known."""
        place = f"{self.key} = {self.value}" if self.value else self.key
        line = ": ".join(part for part in (str(self.file), place, self.message) if part)
        return printable(line)


class ConfigError(Exception):
    """The input is wrong: everything that was found, for a planner to read.

    Examples
    --------
    >>> print(ConfigError([Problem(Path("centre.toml"), "must be 0 or more", "channels.a", "-3")]))
    centre.toml: channels.a = -3: must be 0 or more
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order in which they were found, each once."""
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Give one line per problem, under a line that counts them where there are several."""
        lines = [str(problem) for problem in self.problems]
        return "\n".join(lines if len(lines) == 1 else [f"{len(lines)} problems:", *lines])


@dataclass(frozen=True)
class Finding:
    """Something wrong inside the section at hand (`key` below it), or at a `place` in a CSV."""

    message: str
    key: Key = ()
    value: str = ""
    csv: Path | None = None
    place: str = ""


def refusal(findings: Sequence[Finding]) -> PydanticCustomError:
    """Give the error that carries several findings out of one pydantic validator."""
    message = printable("; ".join(finding.message for finding in findings))
    return PydanticCustomError("findings", "{message}", {"message": message, "findings": findings})


def printable(text: str) -> str:
    """Give the text with whatever a terminal would obey, hide or choke on as an escape."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def split_key(key: str) -> list[str]:
    """Give the parts of a dotted key; a part with a dot or a quote in it stands in quotes.

    Examples
    --------
    >>> split_key('forces."North Yorkshire".contacts.emergency.per_day')
    ['forces', 'North Yorkshire', 'contacts', 'emergency', 'per_day']

    Raises
    ------
    ValueError
        If the key is not a dotted key.
    """
    parts: list[str] = []
    position = 0
    while match := _PART.match(key, position):
        double, single, bare, dot = match.groups()
        quoted = single if double is None else re.sub(r"\\(.)", r"\1", double)
        parts.append(bare if quoted is None else quoted)
        position = match.end()
        if not dot:
            return parts
    raise ValueError(
        "is not a dotted key; names with dots or quotes in them stand in quotes, "
        'such as forces."St. Helens".contacts'
    )


def join_key(parts: Iterable[str | int]) -> str:
    """Give the dotted key of these parts, quoted where TOML needs it.

    Examples
    --------
    >>> join_key(["forces", "North Yorkshire", "contacts"])
    'forces."North Yorkshire".contacts'
    """
    return ".".join(
        text if _BARE.fullmatch(text := str(part)) else json.dumps(text, ensure_ascii=False)
        for part in parts
    )


def as_toml(value: object) -> str:
    """Give a value as a TOML file would write it, shortened."""
    text = _as_toml(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def _as_toml(value: Any) -> str:  # noqa: ANN401 - whatever TOML holds
    """Write a value in full."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{join_key([k])} = {_as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_as_toml, value)) + "]"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def names(known: Iterable[str]) -> str:
    """Give names as a list to read, the first few of many."""
    listed = [str(name) for name in known]
    more = f" and {len(listed) - _SHOWN_NAMES} more" if len(listed) > _SHOWN_NAMES else ""
    return ", ".join(listed[:_SHOWN_NAMES]) + more if listed else "none"


def nearest(name: object, known: Iterable[str]) -> str | None:
    """Give the known name that is most like `name`, small and capital letters alike, if any is."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(str(name).casefold(), by_folded, n=1)
    return by_folded[close[0]] if close else None


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """Give the message for a name that is not among the known ones, with the nearest of them.

    Examples
    --------
    >>> unknown("channel", "emergancy", ["emergency", "digital"])
    'unknown channel; did you mean "emergency"? Known here: emergency, digital'
    """
    candidates = list(known)
    close = nearest(name, candidates)
    hint = f' did you mean "{close}"? K' if close is not None else " k"
    return f"unknown {what};{hint}nown here: {names(candidates)}"
