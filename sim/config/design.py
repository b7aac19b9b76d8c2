"""What a centre says of a design: its kind, its options, and what it changes in the centre."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from pydantic import ConfigDict, Field, model_validator

from sim.config.errors import Finding, Key, as_toml, join_key, refusal, split_key
from sim.config.facts import READ_ONLY, AnyFact, Frozen, Name

_ONE_VALUE = {"value", "distribution", "file"}  # a table with one of these is put in as a whole


class DesignEntry(Frozen):
    """An alliance option by name: its `kind` is the registered function, the rest its options.

    In TOML the options stand beside `kind` or in a table `options`; an option may be a fact table,
    whose number goes to `options` and whose evidence is kept in `option_facts`.

    `changes` holds, by dotted key of the centre, what is so under this design alone (another rota,
    other handle times), and `source`, where these figures stand; see `sim.config.changes`.

    `sites` holds, by name, the groups that sit under one roof under this design: what takes one of
    them out takes out all. A group that is in none of them has a roof of its own.
    """

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    kind: Name
    label: Name | None = None
    source: str | None = None
    options: dict[Name, Any] = Field(default_factory=dict)
    changes: dict[str, Any] = Field(default_factory=dict)
    sites: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    option_facts: dict[Name, AnyFact] = Field(default_factory=dict, json_schema_extra=READ_ONLY)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, given: object) -> object:
        if not isinstance(given, dict) or "option_facts" in given:
            return given
        table = given.get("options", {})
        if not isinstance(table, dict):
            raise refusal([Finding("must be a table", ("options",), as_toml(table))])
        if twice := table.keys() & given.keys():
            wrong = "stands both beside kind and in options"
            raise refusal([Finding(wrong, (name,)) for name in sorted(twice)])
        flat = beside_kind(given)
        if isinstance(flat.get("changes"), dict):
            flat = flat | {"changes": _by_dotted_key(flat["changes"])}
        options = {key: value for key, value in flat.items() if key not in cls.model_fields}
        facts = {k: v for k, v in options.items() if isinstance(v, dict) and "value" in v}
        return {
            **{key: value for key, value in flat.items() if key in cls.model_fields},
            "options": options | {key: fact["value"] for key, fact in facts.items()},
            "option_facts": facts,
        }

    @model_validator(mode="after")
    def _check_sites(self) -> Self:
        seated: dict[str, str] = {}
        findings = []
        for site, groups in self.sites.items():
            for number, group in enumerate(groups):
                if group in seated:
                    wrong = f"this group sits in {as_toml(seated[group])} already"
                    findings.append(Finding(wrong, ("sites", site, number), as_toml(group)))
                seated[group] = site
        if findings:
            raise refusal(findings)
        return self

    def under_one_roof(self, groups: Sequence[str]) -> tuple[str, ...]:
        """Give groups and, after each, those that share its roof under this design.

        Examples
        --------
        >>> joint = DesignEntry(kind="merger", sites={"Enderby": ("North", "South")})
        >>> joint.under_one_roof(["South", "East"])
        ('South', 'North', 'East')
        """
        found = dict.fromkeys(
            roofmate for group in groups for roofmate in (group, *self._roof_of(group))
        )
        return tuple(found)

    def _roof_of(self, group: str) -> tuple[str, ...]:
        """Give the groups of the site that a group sits in, none where it has no site."""
        return next((groups for groups in self.sites.values() if group in groups), ())


def beside_kind(entry: dict[str, Any]) -> dict[str, Any]:
    """Give a design's table with the entries of its table `options` beside `kind`."""
    options = entry.get("options")
    if not isinstance(options, dict) or options.keys() & entry.keys():
        return entry
    return {key: value for key, value in entry.items() if key != "options"} | options


class Change(NamedTuple):
    """One entry of a table `changes`: the key it means, where it stands in the table, its value."""

    key: str
    place: Key
    value: Any


def changes_in(table: Mapping[str, Any]) -> Iterator[Change]:
    """Give the entries of a table `changes` by dotted key, whether or not the file quotes them.

    Examples
    --------
    >>> list(changes_in({"staffing": {"scale": 0.9}}))
    [Change(key='staffing.scale', place=('staffing', 'scale'), value=0.9)]
    >>> [change.key for change in changes_in({"groups.'St. Helens'.scale": {"value": 0.9}})]
    ['groups."St. Helens".scale']
    """
    for name, value in table.items():
        if "." in name:
            yield Change(spelt(name), (name,), value)
        else:
            yield from _below((name,), value)


def _below(place: tuple[str, ...], value: Any) -> Iterator[Change]:  # noqa: ANN401 - TOML
    """Give what stands at a key without quotes and, where it is a section, below it."""
    if isinstance(value, Mapping) and value and not _ONE_VALUE & value.keys():
        for name, entry in value.items():
            yield from _below((*place, name), entry)
    else:
        yield Change(join_key(place), place, value)


def spelt(key: str) -> str:
    """Give a dotted key as `join_key` spells it; what is no dotted key stays for `find` to refuse.

    Examples
    --------
    >>> spelt("groups.'North'.scale"), spelt("groups..scale")
    ('groups.North.scale', 'groups..scale')
    """
    try:
        return join_key(split_key(key))
    except ValueError:
        return key


def _by_dotted_key(table: dict[str, Any]) -> dict[str, Any]:
    """Give a table `changes` by dotted key; refuse a key that stands in it in two spellings."""
    flat: dict[str, Any] = {}
    for key, _, value in changes_in(table):
        if key in flat:
            raise refusal([Finding("this key stands twice", ("changes", key), as_toml(value))])
        flat[key] = value
    return flat
