"""How this room refuses a centre that no workload can be drawn for."""

from pathlib import Path
from typing import NoReturn

from sim.config import CENTRE_FILE, ConfigError, Problem, join_key
from sim.config.errors import Key, as_toml


def refuse(key: Key, message: str, value: object = None) -> NoReturn:
    """Raise a `ConfigError` about one key of the centre."""
    shown = "" if value is None else as_toml(value)
    raise ConfigError([Problem(Path(CENTRE_FILE), message, join_key(key), shown)])
