"""What editors are told of `[vary]`: its words, and what may stand at a key."""

from typing import Any, get_args

from sim.config.levels import DECLARED
from sim.config.vary import ALL, ASSUMPTIONS, MOST_POINTS, Method

_KEYS = {"type": "array", "items": {"type": "string"}}
_ENTRY = {
    "anyOf": [
        {"type": "array", "minItems": 1, "items": {"type": ["number", "string", "boolean"]}},
        {
            "type": "object",
            "properties": {name: {"type": "number"} for name in ("from", "to", "step")},
            "required": ["from", "to"],
            "additionalProperties": False,
            "description": "Without step, for methods that draw: anywhere between from and to.",
        },
        {"const": DECLARED, "description": "The range that the centre declares for this key."},
        {"type": "object", "description": "Keys below this one."},
    ]
}
VARY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What a sweep goes over, by dotted key of the centre or events.NAME.KEY.",
    "properties": {
        "method": {
            "enum": list(get_args(Method)),
            "default": "grid",
            "description": "How points are chosen: every combination, or n of them drawn.",
        },
        "n": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_POINTS,
            "description": "Points to draw; for sobol a power of two.",
        },
        "linked": {
            "type": "array",
            "items": _KEYS | {"minItems": 2},
            "description": "Groups of keys that take their values together.",
        },
        "ranges": {
            "anyOf": [{"enum": [ALL, ASSUMPTIONS]}, _KEYS],
            "description": "Figures that vary over the range they declare without being named; "
            "* stands for any one part of a key, ** for any number, a section for all in it.",
        },
        "except": _KEYS | {"description": "Patterns of those that do not."},
    },
    "additionalProperties": _ENTRY,
}
