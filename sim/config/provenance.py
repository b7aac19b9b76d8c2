"""Where each figure of a centre comes from, and which are assumptions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from sim.config.centre import CallLog, Centre, Profile
from sim.config.design import DesignEntry
from sim.config.distributions import Empirical
from sim.config.errors import Key, Problem, as_toml, join_key, nearest, split_key
from sim.config.events import Event
from sim.config.facts import Fact, is_assumption, written_keys


@dataclass(frozen=True)
class Evidence:
    """A figure and where it stands; `value` is None for a series from a CSV (named in `source`)."""

    key: str
    value: float | None
    low: float | None
    high: float | None
    source: str
    assumed: bool


@dataclass(frozen=True)
class _Figure:
    """A fact or a series, where it stands, and the source that holds for it."""

    key: Key
    held: Fact | Profile | Empirical | CallLog
    source: str | None


def evidence(centre: Centre, changed: Mapping[str, Centre] | None = None) -> tuple[Evidence, ...]:
    """Give every figure of a centre with its source, in the order of the models.

    A figure without a source of its own has that of the nearest section around it; a source that
    is a key of `[sources]` is written out.

    Parameters
    ----------
    changed
        By design: the centre as it is under a design that changes it. What it changes follows,
        under keys that begin with `designs.NAME.changes`.
    """
    figures = [_evidence(centre, figure) for figure in _figures(centre, (), None)]
    for name, other in (changed or {}).items():
        figures += [_evidence(other, figure) for figure in _changed_figures(other, name)]
    return tuple(figures)


def event_evidence(events: Sequence[Event], centre: Centre) -> tuple[Evidence, ...]:
    """Give every figure of an experiment's events with its source, likewise."""
    figures = _figures(tuple(events), ("events",), None)
    return tuple(_evidence(centre, figure) for figure in figures)


def _changed_figures(centre: Centre, design: str) -> Iterator[_Figure]:
    """Give what a design has changed in the centre that is as it is under this design."""
    entry = centre.designs[design]
    for change in entry.changes:
        held: object = centre
        for part in split_key(change):
            held = _below(held, part)
        source = entry.changes.get("source", entry.source)
        yield from _figures(held, ("designs", design, "changes", change), source)


def _below(held: object, part: str) -> object:
    """Give what stands in a section, a table or a list; None where there is nothing."""
    if isinstance(held, dict):
        return held.get(part)
    return held[int(part)] if isinstance(held, tuple) else getattr(held, part, None)


def _evidence(centre: Centre, figure: _Figure) -> Evidence:
    """Write one figure's source out."""
    source = _in_full(centre, figure.source) or ""
    key, assumed = join_key(figure.key), is_assumption(source)
    if isinstance(figure.held, Fact):
        low, high = figure.held.range or (None, None)
        return Evidence(key, figure.held.value, low, high, source, assumed)
    column = "" if isinstance(figure.held, CallLog) else f", column {figure.held.column}"
    return Evidence(key, None, None, None, f"{source} ({figure.held.file}{column})", assumed)


def evidence_problems(centre: Centre, file: Path) -> list[Problem]:
    """Find figures without a source, assumptions without a range, and misspelt source keys."""
    return _unsound(centre, _figures(centre, (), None), file)


def changed_evidence_problems(centre: Centre, design: str, file: Path) -> list[Problem]:
    """Find the same among what a design has changed in the centre as it is under this design."""
    return _unsound(centre, _changed_figures(centre, design), file)


def event_evidence_problems(events: Sequence[Event], centre: Centre, file: Path) -> list[Problem]:
    """Find the same in the events of an experiment's file."""
    return _unsound(centre, _figures(tuple(events), ("events",), None), file)


def _unsound(centre: Centre, figures: Iterable[_Figure], file: Path) -> list[Problem]:
    """Find the figures whose evidence lacks something."""
    problems = []
    for figure in figures:
        if message := _lacks(centre, figure):
            value = as_toml(figure.held.value) if isinstance(figure.held, Fact) else ""
            problems.append(Problem(file, message, join_key(figure.key), value))
    return problems


def _lacks(centre: Centre, figure: _Figure) -> str:
    """Say what a figure's evidence lacks, nothing where it is complete."""
    source = _in_full(centre, figure.source)
    if not source:
        return (
            'has no source: write {value = ..., source = "..."}, or source = "..." in the section'
            if isinstance(figure.held, Fact)
            else 'has no source: write source = "..." beside its file'
        )
    if isinstance(figure.held, Fact) and is_assumption(source) and figure.held.range is None:
        return (
            "is an assumption, by its section's source, and needs a range: "
            "write {value = ..., range = [low, high]}"
        )
    close = nearest(source, centre.sources) if " " not in source else None
    if close is not None and source not in centre.sources.values():
        return f'its source {as_toml(source)} is not in [sources]; did you mean "{close}"?'
    return ""


def _in_full(centre: Centre, source: str | None) -> str | None:
    """Give the full reference where the source is a key of `[sources]`."""
    return centre.sources.get(source, source) if source is not None else None


def _figures(held: object, key: Key, source: str | None) -> Iterator[_Figure]:
    """Walk through a section and everything in it."""
    if isinstance(held, BaseModel):
        source = getattr(held, "source", None) or source
        if isinstance(held, Fact | Profile | Empirical | CallLog):
            yield _Figure(key, held, source)
            return
        for name in written_keys(type(held)):
            yield from _figures(getattr(held, name), (*key, name), source)
        if isinstance(held, DesignEntry):
            yield from _figures(held.option_facts, key, source)
    elif isinstance(held, dict):
        for name, entry in held.items():
            yield from _figures(entry, (*key, name), source)
    elif isinstance(held, tuple):
        for number, entry in enumerate(held):
            yield from _figures(entry, (*key, number), source)
