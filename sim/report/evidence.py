"""What the model rests on, as a table: each figure in words, its range and its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sim.config import split_key
from sim.report.answer import in_sentence
from sim.report.estimate import MISSING, listing
from sim.report.study import Study

ASSUMPTION = "assumption:"
UNITS = {"s": "s", "h": "h", "erl": "erl"}
WORDS = {
    "handle": "handling time",
    "cv": "spread (coefficient of variation)",
    "after": "others answer after",
}


@dataclass(frozen=True)
class Figure:
    """A figure about the world: in words, by its key in the configuration, and its range."""

    words: str
    key: str
    value: str
    range: str


@dataclass(frozen=True)
class Sourced:
    """Figures that rest on the same source, in the order of the configuration."""

    source: str
    figures: tuple[Figure, ...]


def evidence_rows(study: Study, *, assumed: bool) -> list[Sourced]:
    """Give the assumptions, or the figures with a source."""
    rows = [r for r in study.results.manifest["evidence"] if bool(r.get("assumed")) == assumed]
    return [
        Sourced(source, tuple(_figure(study, row) for row in group))
        for source, group in groupby(rows, key=_source)
    ]


def _source(row: Mapping[str, Any]) -> str:
    """Give the source; in a table of assumptions nobody need say so in every line."""
    source = str(row.get("source") or MISSING)
    bare = source[len(ASSUMPTION) :].strip() if source.lower().startswith(ASSUMPTION) else source
    return bare[:1].upper() + bare[1:]


def _figure(study: Study, row: Mapping[str, Any]) -> Figure:
    key, low, high = str(row["key"]), row.get("low"), row.get("high")
    known = low is not None and high is not None
    return Figure(
        in_words(study, key),
        key,
        "series" if row.get("value") is None else with_unit(key, row["value"]),
        f"{with_unit(key, low)} to {with_unit(key, high)}" if known else MISSING,
    )


def with_unit(key: str, value: object) -> str:
    """Write a figure with the unit that its key names.

    >>> with_unit("staffing.absence_share", 0.045), with_unit("handle.mean_s", 1200)
    ('4.5%', '1,200 s')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    last = key.rsplit(".", 1)[-1]
    if last == "share" or last.endswith("_share"):
        return f"{100 * value:.6g}%"
    suffix = last.rsplit("_", 1)[-1]
    return f"{value:,.10g} {UNITS[suffix]}" if suffix in UNITS else f"{value:,.10g}"


def in_words(study: Study, key: str) -> str:
    """Say what a key of the configuration means: "Leicestershire, early: rostered"."""
    try:
        parts = split_key(key)
    except ValueError:
        return key
    centre = study.centre
    match parts:
        case ["channels", name, *rest] if name in centre.channels:
            about = centre.channels[name].label
        case ["forces", force, "contacts", name, *rest] if name in centre.channels:
            about = f"{force}, {centre.channels[name].label}"
        case ["forces", about, *rest]:
            pass
        case ["groups", group, "shifts", number, *rest] if _is_shift(study, group, number):
            about = f"{group}, {centre.groups[group].shifts[int(number)].name}"
        case ["groups", group, "reserve" | "scale", *rest]:
            return f"{group}: {_handlers(study, rest)}"
        case ["groups", about, *rest]:
            pass
        case ["designs", name, *rest]:
            about = (centre.designs[name].label if name in centre.designs else None) or name
        case [about, *rest]:
            about = about.replace("_", " ").capitalize()
    words = " ".join(part.replace("_", " ") for part in rest).removesuffix(" s").split()
    detail = " ".join(WORDS.get(word, word) for word in words)
    return f"{about}: {detail}" if detail else about


def _handlers(study: Study, kept_free_of: list[str]) -> str:
    """Say what is told of a room's handlers: how many are kept free of a channel, or all."""
    if not kept_free_of:
        return "handlers (times the rota)"
    contacts = [in_sentence(c.contacts) for c in study.channels if c.name in kept_free_of]
    return f"handlers kept free of {listing(contacts or kept_free_of)}"


def _is_shift(study: Study, group: str, number: str) -> bool:
    shifts = study.centre.groups[group].shifts if group in study.centre.groups else ()
    return number.isdigit() and int(number) < len(shifts)
