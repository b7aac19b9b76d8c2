"""Compiled loops on disk: compiled once per machine, and again after any edit.

Numba keeps compiled code on disk and looks only at the file of the function that was compiled, so
an edit to the routing rules would go unnoticed. The cache folder of a loop is therefore named by a
hash of every source that goes into it.
"""

import hashlib
import logging
import os
import platform
import tempfile
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_cache_path

logger = logging.getLogger(__name__)

CACHE_VARIABLE = "SIM_CACHE_DIR"
"""Environment variable that names another folder for what `cache_folder` is for."""

_OWN = ("sim.jit.options",)
_lock = threading.Lock()  # Numba is told of the folder by a setting of the whole process

Loops = TypeVar("Loops", bound=tuple[Callable[..., Any], ...])


def compiled(what: str, loops: Loops, signatures: Sequence[Any], sources: Sequence[str]) -> Loops:
    """Give loops compiled, without the GIL, from the cache if they are there.

    Where nothing can be cached they are compiled all the same, and a warning says so; a first
    compilation is told of too, because it takes some seconds.

    Parameters
    ----------
    what
        What the loops are to a user.
    loops
        Python functions.
    signatures
        The types of the arguments of each, for Numba.
    sources
        Every module whose code goes into the loops, or whose numbers do.
    """
    import numba  # noqa: PLC0415 - loads slowly

    config: Any = numba.config  # its names are made at import, unseen by a type checker
    if config.DISABLE_JIT:
        return loops
    folder = _folder(sources)
    problem = _why_not_writable(folder)
    if problem is None:
        if not _holds_any(folder):
            logger.warning("Compiling %s; this takes some seconds, once on this machine.", what)
        try:
            return _jit(folder, loops, signatures)
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of unpickling
            problem = f"{type(error).__name__}: {error}"
    logger.warning(
        "Compiling %s without its cache (%s: %s); set %s to a folder that can be written "
        "to be spared these seconds in every run.",
        what,
        folder,
        problem,
        CACHE_VARIABLE,
    )
    return _jit(None, loops, signatures)


def cache_folder() -> Path:
    """Give the folder of this user for what can be made again at any time; it may not exist."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else user_cache_path("joint-contact-centres")


def would_fill_cache(sources: Sequence[str]) -> bool:
    """Tell whether compiling loops of these sources would spare others from it.

    Not if they are in the cache already, nor if it cannot be written.
    """
    folder = _folder(sources)
    return not _holds_any(folder) and _why_not_writable(folder) is None


def _holds_any(folder: Path) -> bool:
    return any(folder.glob("**/*.nbi"))


def _folder(sources: Sequence[str]) -> Path:
    """Give the folder for compiled code: named by the sources, Numba, Python and the machine."""
    digest = hashlib.sha256()
    for name in (*sources, *_OWN):
        spec = find_spec(name)
        digest.update(Path(str(spec and spec.origin)).read_bytes())
    digest.update(f"{version('numba')} {platform.python_version()} {platform.machine()}".encode())
    return cache_folder() / f"compiled-{digest.hexdigest()[:16]}"


def _jit(folder: Path | None, loops: Loops, signatures: Sequence[Any]) -> Loops:
    """Compile each loop for the one signature that it is called with."""
    import numba  # noqa: PLC0415

    from sim.jit.options import OPTIONS  # noqa: PLC0415

    config: Any = numba.config
    with _lock:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(folder or "")
        try:
            made = [
                numba.njit(nogil=True, cache=folder is not None, **OPTIONS)(loop) for loop in loops
            ]
        finally:
            config.CACHE_DIR = before
    for dispatcher, signature in zip(made, signatures, strict=True):
        dispatcher.compile(signature)
        dispatcher.disable_compile()  # other types are a fault, and not worth seconds each time
    return tuple(made)  # type: ignore[return-value]


def _why_not_writable(folder: Path) -> str | None:
    """Give the reason why nothing can be written to the folder, or None if something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
