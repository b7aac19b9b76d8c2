"""What `[vary]` asks for: the keys of a sweep, what each goes over, and how points are chosen.

    [vary]
    method = "latin_hypercube"             # or "sobol"; every combination (grid) unless said
    n = 64
    ranges = "assumptions"                 # every assumption, over the range that it declares
    except = ["demand"]                    # but for these
    linked = [["groups.North.scale", "groups.South.scale"]]      # these go up and down together
    "groups.North.scale" = {from = 0.9, to = 1.1}
    "groups.South.scale" = {from = 0.9, to = 1.1}

The words stand beside the keys and cannot be taken for one: a key of the centre or of an event
has a dot in it, or is the name of a section, and none of these words is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Literal, get_args

from sim.config.design import spelt
from sim.config.errors import Finding, as_toml, join_key, nearest, unknown
from sim.config.levels import Scalar, drawn_from, values_of

if TYPE_CHECKING:
    from sim.config.experiment import Experiment

Method = Literal["grid", "latin_hypercube", "sobol"]
GRID: Literal["grid"] = "grid"
WORDS = ("method", "n", "linked", "ranges", "except")
ALL, ASSUMPTIONS = "all", "assumptions"
MOST_POINTS = 1_000_000  # nobody has a machine for more; from far fewer on, `sim run` asks


@dataclass(frozen=True)
class Sweep:
    """A `[vary]` table, taken apart.

    Parameters
    ----------
    entries
        By dotted key: what the file gives for it, see `levels`.
    linked
        Keys that take their values together.
    ranges
        Which figures vary over the range that the centre declares, without being named:
        "all", "assumptions", or patterns such as `channels.*.handle`.
    excepted
        Patterns of those that do not.
    """

    entries: Mapping[str, Any]
    method: str = GRID
    n: int = 0
    linked: tuple[tuple[str, ...], ...] = ()
    ranges: str | tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    @classmethod
    def of(cls, vary: Mapping[str, Any]) -> Sweep:
        """Take a table apart in which `vary_findings` has found nothing."""
        ranges = vary.get("ranges", ())
        entries = {key: entry for key, entry in vary.items() if key not in WORDS}
        written = {spelt(key): key for key in entries}
        return cls(
            entries=entries,
            method=vary.get("method", GRID),
            n=vary.get("n", 0),
            linked=tuple(
                tuple(written[spelt(key)] for key in group) for group in vary.get("linked", ())
            ),
            ranges=ranges if isinstance(ranges, str) else tuple(ranges),
            excepted=tuple(vary.get("except", ())),
        )

    @property
    def is_grid(self) -> bool:
        """Whether the points are every combination."""
        return self.method == GRID

    @property
    def n_points(self) -> int:
        """How many points there are."""
        if not self.is_grid:
            return self.n
        return prod(len(values_of(self.entries[group[0]])) for group in self.groups(self.entries))

    def groups(self, keys: Iterable[str]) -> list[tuple[str, ...]]:
        """Give the keys in groups that take their values together, most of them of one key."""
        by_key = {key: group for group in self.linked for key in group}
        return list(dict.fromkeys(by_key.get(key, (key,)) for key in keys))


def points(experiment: Experiment) -> list[dict[str, Scalar]]:
    """Give the overrides of every point of a grid, the last key changing fastest.

    Without `[vary]` there is one point that changes nothing.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> sweep = {"staffing.scale": [0.9, 1.0], "demand.x": {"from": 1, "to": 5, "step": 2}}
    >>> points(SimpleNamespace(vary=sweep))[:2]
    [{'staffing.scale': 0.9, 'demand.x': 1}, {'staffing.scale': 0.9, 'demand.x': 3}]
    """
    sweep = Sweep.of(experiment.vary)
    columns = {key: values_of(entry) for key, entry in sweep.entries.items()}
    groups = sweep.groups(columns)
    steps = [range(len(columns[group[0]])) for group in groups]
    drawn = []
    for chosen in product(*steps):
        at = {key: step for group, step in zip(groups, chosen, strict=True) for key in group}
        drawn.append({key: values[at[key]] for key, values in columns.items()})
    return drawn


def by_dotted_key(vary: Mapping[str, Any]) -> dict[str, Any]:
    """Give a `[vary]` table by dotted keys, whether or not the file put them in quotes.

    Of a key that stands twice the last entry is kept; `twice` finds it.

    Examples
    --------
    >>> by_dotted_key({"staffing": {"scale": [1, 2]}, "demand.bursts.calls_mean": [3]})
    {'staffing.scale': [1, 2], 'demand.bursts.calls_mean': [3]}
    """
    return dict(_flat(vary, ()))


def twice(vary: Mapping[str, Any]) -> list[str]:
    """Give the keys that stand in a `[vary]` table more than once, in whatever spelling.

    Examples
    --------
    >>> twice({"staffing": {"scale": [1, 2]}, "staffing.'scale'": [3]})
    ["staffing.'scale'"]
    """
    keys = [key for key, _ in _flat(vary, ())]
    known = [spelt(key) for key in keys]
    return [key for number, key in enumerate(keys) if known[number] in known[:number]]


def _flat(vary: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Give the entries by dotted key; a table with `from` in it is a range."""
    for name, entry in vary.items():
        if isinstance(entry, dict) and entry and "from" not in entry:
            yield from _flat(entry, (*above, name))
        else:
            yield f"{join_key(above)}.{join_key([name])}" if above else name, entry


def vary_findings(vary: Mapping[str, Any]) -> list[Finding]:
    """Find what is wrong with a `[vary]` table by dotted keys, as far as it shows by itself."""
    if findings := [*_method_findings(vary), *_pattern_findings(vary)]:
        return findings
    sampled = vary.get("method", GRID) != GRID
    for key, entry in vary.items():
        try:
            if key not in WORDS:
                (drawn_from if sampled else values_of)(entry)
        except ValueError as error:
            findings.append(Finding(str(error), (key,), as_toml(entry)))
    findings = findings or list(_linked_findings(vary, sampled=sampled))
    if findings:
        return findings
    sweep = Sweep.of(vary)
    if sampled and not sweep.entries and not sweep.ranges:
        wrong = 'varies nothing: name keys, or write ranges = "assumptions" for all of them'
        findings.append(Finding(wrong, ("method",), as_toml(vary["method"])))
    if sweep.n_points > MOST_POINTS:
        how = "combinations" if sweep.is_grid else "points"
        wrong = f"has more than {MOST_POINTS:,} {how}, the most that are allowed"
        findings.append(Finding(wrong))
    return findings


def _method_findings(vary: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a method that there is not, and a number of points that does not suit it."""
    method, n = vary.get("method", GRID), vary.get("n")
    if method not in get_args(Method):
        wrong = unknown("method", method, get_args(Method))
        yield Finding(wrong, ("method",), as_toml(method))
    elif method == GRID:
        for word in ("n", "ranges", "except"):
            if word in vary:
                wrong = 'belongs to method = "latin_hypercube" or "sobol"; a grid has every '
                yield Finding(f"{wrong}combination of the values", (word,), as_toml(vary[word]))
    elif n is None:
        yield Finding(f'is missing; method = "{method}" needs a number of points', ("n",))
    elif isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST_POINTS:
        wrong = f"must be a whole number of points, 1 to {MOST_POINTS:,}"
        yield Finding(wrong, ("n",), as_toml(n))
    elif method == "sobol" and n & (n - 1):
        below = 1 << (n.bit_length() - 1)
        wrong = (
            "Sobol' points cover the ranges evenly only if their number is a power of two; "
            f"take {below} or {2 * below}"
        )
        yield Finding(wrong, ("n",), as_toml(n))


def _pattern_findings(vary: Mapping[str, Any]) -> Iterator[Finding]:
    """Find `ranges` and `except` that are no lists of patterns."""
    for word, choices in (("ranges", (ALL, ASSUMPTIONS)), ("except", ())):
        given = vary.get(word, [])
        if isinstance(given, str) and given in choices:
            continue
        if not isinstance(given, list | tuple) or not all(isinstance(key, str) for key in given):
            allowed = "".join(f'"{choice}", or ' for choice in choices)
            wrong = f"must be {allowed}a list of keys, in which * stands for any one part"
            close = nearest(given, choices) if isinstance(given, str) else None
            hint = f'; did you mean "{close}"?' if close else ""
            yield Finding(wrong + hint, (word,), as_toml(given))


def _linked_findings(vary: Mapping[str, Any], *, sampled: bool) -> Iterator[Finding]:
    """Find links between keys that are not varied, are in two groups or do not fit together."""
    linked = vary.get("linked", [])
    if not isinstance(linked, list | tuple) or not all(_is_group(group) for group in linked):
        wrong = 'must be a list of lists of two keys or more, such as [["a.scale", "b.scale"]]'
        yield Finding(wrong, ("linked",), as_toml(linked))
        return
    entries = {spelt(key): entry for key, entry in vary.items() if key not in WORDS}
    seen: set[str] = set()
    for number, group in enumerate(linked):
        keys = [spelt(key) for key in group]
        for key in keys:
            if key not in entries:
                wrong = unknown("key of [vary]", key, entries)
                yield Finding(wrong, ("linked", number), as_toml(key))
            elif key in seen:
                yield Finding("this key is linked twice", ("linked", number), as_toml(key))
            seen.add(key)
        if entries.keys() >= set(keys):
            yield from _unequal(entries, keys, number, sampled=sampled)


def _is_group(group: object) -> bool:
    two = 2
    return (
        isinstance(group, list | tuple)
        and len(group) >= two
        and all(isinstance(key, str) for key in group)
    )


def _unequal(
    entries: Mapping[str, Any], keys: Sequence[str], number: int, *, sampled: bool
) -> Iterator[Finding]:
    """Find lists of unequal lengths in a group of linked keys."""
    read = drawn_from if sampled else values_of
    lists = {key: values for key in keys if isinstance(values := read(entries[key]), list)}
    lengths = {key: len(values) for key, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} has {count}" for key, count in lengths.items())
        wrong = f"linked keys need lists of one length: {told} values"
        yield Finding(wrong, ("linked", number), as_toml(list(keys)))
