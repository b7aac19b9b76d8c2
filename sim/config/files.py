"""The text and the TOML of a file, or a plain answer to why there is none."""

import re
import stat
import tomllib
from pathlib import Path
from typing import Any, Literal

from sim.config.errors import ConfigError, Problem, nearest

_POSITION = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_CLOCK = re.compile(r"=\s*\d{1,2}:\d\d")


def read_text(path: Path) -> str:
    """Give the text of a UTF-8 file; the mark that Windows programs put before it is left out.

    Raises
    ------
    ConfigError
        If there is no such file, or it is a folder, unreadable, not UTF-8 or empty.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = (
            f"is not UTF-8 text (byte {error.start + 1} is 0x{error.object[error.start]:02x}); "
            "save it with the encoding UTF-8"
        )
    except (OSError, ValueError) as error:
        wrong = _why_unreadable(path, error)
    else:
        if text.strip():
            return text
        wrong = "is empty"
    raise ConfigError([Problem(path, wrong)])


def read_toml(path: Path) -> dict[str, Any]:
    """Give the tables of a TOML file.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not TOML; names the line.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(path, text, str(error))]) from None
    except (RecursionError, ValueError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else f"{error}"
        raise ConfigError([Problem(path, f"is not TOML that can be read: {reason}")]) from None


def _why_unreadable(path: Path, error: OSError | ValueError) -> str:
    """Say why a file could not be opened, with the nearest name in the same folder."""
    if kind_of(path) == "folder":
        return "is a folder; a file is needed"
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return "there is no such file" + nearest_path(path)
    reason = error.strerror or type(error).__name__
    return f"cannot be read ({reason.lower()})"


def kind_of(path: Path) -> Literal["file", "folder"] | None:
    """Tell what stands at a path, None where nothing does that could be reached."""
    try:
        return "folder" if stat.S_ISDIR(path.stat().st_mode) else "file"
    except (OSError, ValueError):
        return None


def nearest_path(path: Path) -> str:
    """Give `; did you mean "x"?` for the entry of the same folder whose name is most like it."""
    try:
        beside = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return f" (nor is there a folder {path.parent})"
    close = nearest(path.name, beside)
    return f'; did you mean "{close}"?' if close is not None else ""


def _syntax_problem(path: Path, text: str, message: str) -> Problem:
    """Say on which line the TOML breaks off, show the line, and guess at the usual reasons."""
    position = _POSITION.search(message)
    reason = _POSITION.sub("", message)
    lines = text.splitlines()
    number = int(position["line"]) if position and position["line"] else len(lines)
    line = lines[number - 1].strip() if number <= len(lines) else ""
    hint = ""
    if _CLOCK.search(line):
        hint = '; times of day stand in quotes, such as "07:00"'
    elif "\\" in line:
        hint = "; write the folders of a file name with /"
    elif "twice" in reason or "overwrite" in reason:
        hint = "; the same name or key stands twice"
    shown = f" in: {line}" if line else ""
    return Problem(path, f"is not valid TOML: {reason}{hint}{shown}", f"line {number}")
