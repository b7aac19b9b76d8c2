"""Patterns of keys, one language for `[vary]` and `[robust]`.

`*` stands for any one part of a key, or for anything within a part; `**` for any number of parts,
none included. A pattern that ends at a section names all that is in it.
"""

import re
from collections.abc import Callable, Collection, Iterable

from sim.config import split_key, unknown

_END = "\0"  # of a part: no name holds it
Wrong = Callable[[str, str], object]  # told of a pattern, and what is wrong with it


def matches(pattern: str, key: str) -> bool:
    """Tell whether a key, or a section above it, is what a pattern names.

    Examples
    --------
    >>> matches("channels.*.handle", "channels.emergency.handle.long_mean_s")
    True
    >>> matches("*.scale", "groups.east.scale"), matches("**.scale", "groups.east.scale")
    (False, True)

    Raises
    ------
    ValueError
        If the pattern is not a dotted key.
    """
    asked = "".join(map(_expression, split_key(pattern)))
    return re.match(asked, "".join(part + _END for part in split_key(key))) is not None


def keys_named(patterns: Iterable[str], known: Collection[str], wrong: Wrong) -> set[str]:
    """Give the keys that any of some patterns names; tell of a pattern that names none."""
    found: set[str] = set()
    for pattern in patterns:
        try:
            here = {key for key in known if matches(pattern, key)}
        except ValueError as error:
            wrong(pattern, str(error))
            continue
        if not here:
            wrong(pattern, unknown("key with a range that matters here", pattern, known))
        found |= here
    return found


def _expression(part: str) -> str:
    """Give the regular expression of one part of a pattern."""
    if part == "**":
        return f"(?:[^{_END}]*{_END})*"
    return f"[^{_END}]*".join(map(re.escape, part.split("*"))) + _END
