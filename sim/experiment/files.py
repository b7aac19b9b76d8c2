"""Files that are either whole or not there, and names that any file system takes."""

import errno
import hashlib
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sim.experiment.errors import CannotGoOn, WrongInput

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TEMPORARY = ".tmp"
_ABANDONED_AFTER_S = 3600.0
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to fill; whoever looks at `path` sees the old file or the whole new one.

    The bytes are on the disk before the name is (fsync, then rename), so that a kill or a power
    cut leaves at worst a temporary file beside it. A block that ends by an exception leaves the
    old file.

    Raises
    ------
    CannotGoOn
        If the disk is full or another program holds the file.
    WrongInput
        If the folder cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _explained(error, path) from error
    finally:
        with suppress(OSError):  # it is gone after the rename, and what failed above is told above
            temporary.unlink()


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill the file at `path`, see `atomic_file`.

    Raises
    ------
    CannotGoOn, WrongInput
        As `atomic_file` does.
    """
    with atomic_file(path) as file:
        write(file)


def _explained(error: OSError, path: Path) -> CannotGoOn | WrongInput:
    """Say what an operating system's refusal means for whoever runs an experiment."""
    again = "nothing finished is lost: run the same command again"
    if error.errno in _FULL:
        return CannotGoOn(f"{path}: the disk is full. Make room on it; {again}.")
    if isinstance(error, PermissionError) and path.is_file():
        return CannotGoOn(
            f"{path}: cannot be replaced ({error.strerror}). If it is open in another program, "
            f"such as Excel, close it there; {again}."
        )
    return WrongInput(
        f"{path.parent}: cannot be written ({error.strerror}). "
        "Choose another folder with --out, or ask for the right to write there."
    )


def clear_abandoned(folder: Path) -> None:
    """Delete what killed runs left half written; younger files may be another run's."""
    long_ago = time.time() - _ABANDONED_AFTER_S
    for path in folder.rglob(f"*{TEMPORARY}"):
        with suppress(OSError):  # another run was quicker, or still has it open
            if path.stat().st_mtime < long_ago:
                path.unlink()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is inside `alone` for this file, and keep others out meanwhile.

    The system lets go of the lock when a process ends, however it ends; the file itself stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        _lock(file)
        yield


if sys.platform == "win32":

    def _lock(file: BinaryIO) -> None:
        """Lock the first byte; Windows gives up after ten seconds, so it is asked again."""
        while True:
            with suppress(OSError):
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return

else:

    def _lock(file: BinaryIO) -> None:
        """Lock the file until it is closed."""
        fcntl.flock(file, fcntl.LOCK_EX)


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_name(name: str) -> str:
    """Give a folder name for an experiment's name that Windows, macOS and Linux all take.

    A name that any of them would refuse is changed, and carries a mark of the original, so that
    two such names never share a folder.

    Examples
    --------
    >>> folder_name("separate_or_merged")
    'separate_or_merged'
    >>> folder_name("why? 50:50")
    'why_ 50_50-21a10c'
    """
    safe = _RESERVED.sub("_", name)[:80].rstrip(" .")
    if not safe or _DEVICE.fullmatch(safe) or safe.startswith("-"):
        safe = f"_{safe}"
    if safe == name:
        return safe
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
