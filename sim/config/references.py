"""Names that refer to one another: do they exist, and is each name used once.

Looked at in the file's own tables, before and apart from the models, so that a wrong name is told
in the same run as a wrong number.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.config.errors import Key, Problem, as_toml, join_key, unknown
from sim.config.shape import is_list

ANY = "*"
RESERVED = "all"  # what tables call the sum over forces, channels or hours

_REFERENCES = (  # where a name stands as a value, and among which names it must be
    ("channels", ("channels", ANY, "redial", "escalate_to")),
    ("channels", ("channels", ANY, "follow_on", ANY, "to")),
    ("channels", ("forces", ANY, "contacts", ANY, "redial", "escalate_to")),
    ("channels", ("forces", ANY, "contacts", ANY, "follow_on", ANY, "to")),
    ("channels", ("groups", ANY, "answers", ANY)),
    ("channels", ("demand", "bursts", "channel")),
    ("groups", ("designs", ANY, "sites", ANY, ANY)),
    ("forces", ("groups", ANY, "force")),
    ("forces", ("demand", "bursts", "neighbours", ANY, ANY)),
)
_NAMED_KEYS = (  # where a name stands as a key
    ("channels", ("forces", ANY, "contacts", ANY)),
    ("channels", ("groups", ANY, "reserve", ANY)),
    ("forces", ("demand", "bursts", "neighbours", ANY)),
)
_IN_EXPERIMENT = (  # the same in an experiment, whose names are those of its centre
    ("channels", ("answer", "channels", ANY)),
    ("channels", ("answer", "pays", ANY)),
    ("forces", ("answer", "forces", ANY)),
    ("groups", ("events", ANY, "groups", ANY)),
    ("forces", ("events", ANY, "forces", ANY)),
    ("channels", ("events", ANY, "channels", ANY)),
    ("channels", ("events", ANY, "from")),
    ("channels", ("events", ANY, "to")),
    ("channels", ("events", ANY, "incidents", "channel")),
    ("forces", ("events", ANY, "incidents", "seen_by", ANY)),
)
_SINGULAR = {
    "channels": "channel",
    "forces": "force",
    "groups": "group",
    "designs": "design",
}


def reference_problems(raw: Mapping[str, Any], file: Path) -> list[Problem]:
    """Find names of channels and forces that do not exist, and names that stand twice."""
    problems = []
    for table, pattern in _REFERENCES:
        problems += _unknown_names(raw, pattern, table, names_in(raw, table), file)
    for table, pattern in _NAMED_KEYS:
        known = names_in(raw, table)
        problems += [
            Problem(file, unknown(_SINGULAR[table], key[-1], known), join_key(key))
            for key, _ in _matches(raw, pattern)
            if known and key[-1] not in known
        ]
    return problems + [problem for table in _SINGULAR for problem in _twice(raw, table, file)]


def experiment_reference_problems(
    raw: Mapping[str, Any], centre: Mapping[str, Any], file: Path
) -> list[Problem]:
    """Find names in an experiment that its centre does not have."""
    return [
        problem
        for table, pattern in _IN_EXPERIMENT
        for problem in _unknown_names(raw, pattern, table, names_in(centre, table), file)
    ]


def _unknown_names(
    raw: Mapping[str, Any], pattern: tuple[str, ...], table: str, known: tuple[str, ...], file: Path
) -> list[Problem]:
    """Find names that stand at a pattern and not among the known ones."""
    return [
        Problem(file, unknown(_SINGULAR[table], name, known), join_key(key), as_toml(name))
        for key, name in _matches(raw, pattern)
        if known and isinstance(name, str) and name not in known
    ]


def names_in(raw: Mapping[str, Any], table: str) -> tuple[str, ...]:
    """Give the names that a table of named sections holds."""
    section = raw.get(table)
    return tuple(section) if isinstance(section, Mapping) else ()


def _twice(raw: Mapping[str, Any], table: str, file: Path) -> Iterator[Problem]:
    """Find names that differ only in capital letters or spaces, and the reserved name."""
    seen: dict[str, str] = {}
    for name in names_in(raw, table):
        folded = " ".join(name.casefold().split())
        if folded == RESERVED:
            wrong = f'"{RESERVED}" is what tables call the sum; choose another name'
            yield Problem(file, wrong, join_key((table, name)))
        elif folded in seen:
            wrong = (
                f"this {_SINGULAR[table]} stands twice: {as_toml(seen[folded])} differs only in "
                "capital letters or spaces"
            )
            yield Problem(file, wrong, join_key((table, name)))
        seen.setdefault(folded, name)


def _matches(raw: object, pattern: tuple[str, ...]) -> Iterator[tuple[Key, Any]]:
    """Give every path that fits a pattern, with what stands there."""
    if not pattern:
        yield (), raw
        return
    part, rest = pattern[0], pattern[1:]
    for key, value in _entries(raw):
        if part in (ANY, key):
            for path, found in _matches(value, rest):
                yield (key, *path), found


def _entries(raw: object) -> Iterable[tuple[str | int, Any]]:
    """Give the entries of a table or a list, none of anything else."""
    if isinstance(raw, Mapping):
        return raw.items()
    return enumerate(raw) if is_list(raw) else ()
