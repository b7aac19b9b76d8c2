"""The points of a sweep: every combination, or a sample of what the assumptions leave open.

A Latin hypercube has one point in each n-th part of every range; a scrambled Sobol' sequence fills
the whole space evenly. Both are drawn with the experiment's seed, so that the same file has the
same points on every machine. A drawn number is rounded to about a thousandth of its range before
it is used: what a table shows is what was run.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from math import ceil, floor, log10
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.config import Centre, Experiment, event_evidence, load_experiment, points
from sim.config.design import spelt
from sim.config.errors import (
    ConfigError,
    Problem,
    as_toml,
    join_key,
    names,
    split_key,
    unknown,
)
from sim.config.levels import Scalar, Span, drawn_from
from sim.config.varied_events import is_event_key
from sim.config.vary import ALL, ASSUMPTIONS, Sweep
from sim.experiment.errors import WrongInput
from sim.experiment.patterns import keys_named
from sim.experiment.ranges import DeclaredRange, declared_ranges, is_whole
from sim.workload import stream

MANY_POINTS = 10_000
_DIGITS = 3  # of a drawn number, after the first of its range

Varied = Mapping[str, str | float]


class TooManyPoints(WrongInput):
    """A sweep has more points than anyone may have meant, and nobody said that they are."""


class Axis(NamedTuple):
    """What one key is drawn from: some values, or all numbers of a span."""

    key: str
    values: Sequence[Scalar] = ()
    span: Span = Span(0, 1)
    whole: bool = False

    def at(self, share: float) -> Scalar:
        """Give what lies at this share, from 0 to below 1, of the way from low to high."""
        if self.values:
            return self.values[int(share * len(self.values))]
        low, high = self.span
        if self.whole:
            least, most = ceil(low), floor(high)
            return least + int(share * (most - least + 1))
        digits = _DIGITS - floor(log10(high - low))
        return min(max(round(low + share * (high - low), digits), low), high)


def sweep_points(
    path: Path, experiment: Experiment, centre: Centre, changed: Mapping[str, Centre]
) -> list[dict[str, Scalar]]:
    """Give the overrides of every point of a sweep, by dotted key.

    Parameters
    ----------
    path
        The experiment's file, for messages.
    centre, changed
        The centre as its folder has it, also under each design that changes it: what ranges its
        figures declare.

    Raises
    ------
    ConfigError
        If a key cannot be drawn from.
    """
    sweep = Sweep.of(experiment.vary)
    if sweep.is_grid:
        return points(experiment)
    axes = _axes(path, experiment, sweep, centre, changed)
    groups = sweep.groups(axes)
    shares = sample(sweep.method, sweep.n, len(groups), experiment.seed)
    column = {key: place for place, group in enumerate(groups) for key in group}
    return [{key: axis.at(float(row[column[key]])) for key, axis in axes.items()} for row in shares]


def count_points(path: Path) -> int:
    """Give how many points an experiment's file asks for, without reading them.

    Raises
    ------
    ConfigError
        If the file is wrong.
    """
    return Sweep.of(load_experiment(path).vary).n_points


def require_few(path: Path, experiment: Experiment, most: int | None = MANY_POINTS) -> None:
    """Refuse a sweep of very many points unless somebody said that they are meant.

    Parameters
    ----------
    most
        So many are taken without a word; None is any number.

    Raises
    ------
    TooManyPoints
        If there are more.
    """
    n = Sweep.of(experiment.vary).n_points
    if most is not None and n > most:
        raise TooManyPoints(
            f"{path}: vary: gives {n:,} points, more than {most:,}. If they are meant, say --yes; "
            "otherwise vary fewer keys at once, or fewer values of each, or draw a sample: method "
            '= "latin_hypercube" and n = ... in [vary].'
        )


def sample(method: str, n: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """Give n points of the unit cube, shape (n, dimensions), each coordinate below 1.

    Examples
    --------
    >>> hypercube = sample("latin_hypercube", 4, 2, seed=1)
    >>> sorted((4 * hypercube[:, 0]).astype(int).tolist())  # one point in each quarter
    [0, 1, 2, 3]
    """
    from scipy.stats import qmc  # noqa: PLC0415 - slow to import, and few experiments sample

    engine = {"latin_hypercube": qmc.LatinHypercube, "sobol": qmc.Sobol}[method]
    drawn = int(stream(seed, "vary", method).integers(1 << 62))
    shares: NDArray[np.float64] = engine(dimensions, rng=drawn).random(n)
    return shares


def as_columns(combined: Sequence[Mapping[str, Scalar]]) -> list[Varied]:
    """Give the varied values as table columns hold them: each key all numbers, or all text."""
    numeric = {
        key: all(
            isinstance(row[key], int | float) and not isinstance(row[key], bool) for row in combined
        )
        for key in combined[0]
    }
    return [
        MappingProxyType({key: value if numeric[key] else str(value) for key, value in row.items()})
        for row in combined
    ]


def _axes(
    path: Path,
    experiment: Experiment,
    sweep: Sweep,
    centre: Centre,
    changed: Mapping[str, Centre],
) -> dict[str, Axis]:
    """Give what each key is drawn from: first those that are named, then those of `ranges`."""
    declared = _declared(experiment, centre, changed)
    axes: dict[str, Axis] = {}
    problems: list[Problem] = []
    for key, entry in sweep.entries.items():
        place, source = _plain(key), drawn_from(entry)
        if isinstance(source, list):
            axes[key] = Axis(key, source)
        elif isinstance(source, Span):
            axes[key] = axis = Axis(key, span=source, whole=_counts(centre, place))
            if axis.whole and ceil(source.low) > floor(source.high):
                problems.append(_problem(path, key, "holds no whole number", entry))
        elif place in declared:
            axes[key] = _declared_axis(key, declared[place])
        else:
            problems.append(_problem(path, key, _no_range(place, declared), entry))
    named = {_plain(key) for key in axes}
    of_designs = {key: each for key, each in declared.items() if _concerns(experiment, key)}
    chosen = {each.key: each for each in _chosen(path, sweep, of_designs, problems)}
    axes |= {key: _declared_axis(key, each) for key, each in chosen.items() if key not in named}
    if not axes and not problems:
        wrong = "the centre declares no such range"
        problems.append(Problem(path, wrong, "vary.ranges", as_toml(sweep.ranges)))
    if problems:
        raise ConfigError(problems)
    return axes


def _declared(
    experiment: Experiment, centre: Centre, changed: Mapping[str, Centre]
) -> dict[str, DeclaredRange]:
    """Give the figures of the centre and of the events that declare a range, by key."""
    declared = {_plain(each.key): each for each in declared_ranges(centre, changed)}
    for fact in event_evidence(experiment.events, centre):
        low, high = fact.low, fact.high
        if fact.value is not None and low is not None and high is not None and low < high:
            key = _event_key(experiment, fact.key)
            ends = (fact.value, low, high)
            declared[key] = DeclaredRange(
                key, *ends, whole=False, assumed=fact.assumed, source=fact.source
            )
    return declared


def _counts(centre: Centre, key: str) -> bool:
    """Tell whether only whole numbers make sense at a key."""
    return not is_event_key(key) and is_whole(centre, key)


def _declared_axis(key: str, declared: DeclaredRange) -> Axis:
    return Axis(key, span=Span(declared.low, declared.high), whole=declared.whole)


def _chosen(
    path: Path, sweep: Sweep, declared: Mapping[str, DeclaredRange], problems: list[Problem]
) -> Iterator[DeclaredRange]:
    """Give the figures that `ranges` takes and `except` leaves; note patterns that fit none."""
    patterns = () if isinstance(sweep.ranges, str) else sweep.ranges
    if not declared and isinstance(sweep.ranges, str):
        wrong = "there is no figure with a range; give some figures of the centre one"
        problems.append(Problem(path, wrong, "vary.ranges", as_toml(sweep.ranges)))
    named, excepted = (
        _named(path, word, listed, declared, problems)
        for word, listed in (("ranges", patterns), ("except", sweep.excepted))
    )
    for key, each in declared.items():
        taken = (
            sweep.ranges == ALL or (sweep.ranges == ASSUMPTIONS and each.assumed) or key in named
        )
        if taken and key not in excepted:
            yield each


def _named(
    path: Path,
    word: str,
    patterns: Sequence[str],
    declared: Mapping[str, DeclaredRange],
    problems: list[Problem],
) -> set[str]:
    """Give the keys that some patterns name; note those that name none, or once named more.

    A `*` of `[vary]` used to cross dots. A file written then must not quietly draw less now.
    """

    def wrong(pattern: str, message: str) -> None:
        problems.append(Problem(path, message, f"vary.{word}", as_toml(pattern)))

    sound = []
    for pattern in patterns:
        before = {key for key in declared if fnmatchcase(key, pattern)}
        if left_out := sorted(before - keys_named([pattern], declared, lambda *_: None)):
            wrong(
                pattern,
                "can be read in two ways: * stands for any one part of a key and once stood for "
                f"several, so that it took {names(left_out)} too; write ** for any number of "
                "parts, or name the keys",
            )
        else:
            sound.append(pattern)
    return keys_named(sound, declared, wrong)


def _concerns(experiment: Experiment, key: str) -> bool:
    """Tell whether a figure can change anything: not one of a design that is not asked about."""
    parts = split_key(key)
    return parts[0] != "designs" or parts[1] in experiment.designs


def _no_range(place: str, declared: Mapping[str, DeclaredRange]) -> str:
    """Say that a figure declares no range, and what to write instead."""
    return (
        f"declares no range; write {{from = ..., to = ...}}, or give it a range where it stands "
        f"({unknown('key with a range', place, declared)})"
    )


def _plain(key: str) -> str:
    """Give a key as evidence spells it: an option of a design stands beside its kind."""
    parts = split_key(key)
    if parts[0] == "designs" and parts[2:3] == ["options"]:
        del parts[2]
    return spelt(join_key(parts))


def _event_key(experiment: Experiment, key: str) -> str:
    """Give the key of an event's figure by the event's name, from one by its number."""
    events, number, *below = split_key(key)
    return join_key((events, experiment.events[int(number)].name, *below))


def _problem(path: Path, key: str, message: str, entry: object) -> Problem:
    return Problem(path, message, join_key(("vary", key)), as_toml(entry))
