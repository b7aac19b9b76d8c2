"""Compiled loops on disk: compiled once per machine, and again after any edit.

Numba keeps compiled code on disk and looks only at the file of the function that was compiled, so
an edit to the routing rules would go unnoticed. The cache folder of a loop is therefore named by a
hash of every source that goes into it.
"""

import hashlib
import importlib
import logging
import os
import platform
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numba
from platformdirs import user_cache_path

from sim.jit.options import OPTIONS

logger = logging.getLogger(__name__)

CACHE_VARIABLE = "SIM_CACHE_DIR"
"""Environment variable that names another folder for compiled code."""

_OWN = ("sim.jit.options",)
_lock = threading.Lock()  # Numba is told of the folder by a setting of the whole process
_numba_config: Any = numba.config  # its names are made at import, unseen by a type checker

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
    if _numba_config.DISABLE_JIT:
        return loops
    folder = _folder(sources)
    problem = _why_not_writable(folder)
    if problem is None:
        if not any(folder.glob("**/*.nbi")):
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


def _folder(sources: Sequence[str]) -> Path:
    """Give the folder for compiled code: named by the sources, Numba, Python and the machine."""
    digest = hashlib.sha256()
    for name in (*sources, *_OWN):
        file = importlib.import_module(name).__file__
        digest.update(Path(str(file)).read_bytes())
    digest.update(f"{numba.__version__} {platform.python_version()} {platform.machine()}".encode())
    chosen = os.environ.get(CACHE_VARIABLE)
    parent = Path(chosen) if chosen else user_cache_path("joint-contact-centres")
    return parent / f"compiled-{digest.hexdigest()[:16]}"


def _jit(folder: Path | None, loops: Loops, signatures: Sequence[Any]) -> Loops:
    """Compile each loop for the one signature that it is called with."""
    with _lock:
        before = _numba_config.CACHE_DIR
        _numba_config.CACHE_DIR = str(folder or "")
        try:
            made = [
                numba.njit(nogil=True, cache=folder is not None, **OPTIONS)(loop) for loop in loops
            ]
        finally:
            _numba_config.CACHE_DIR = before
    for dispatcher, signature in zip(made, signatures, strict=True):
        dispatcher.compile(signature)
    return tuple(made)  # type: ignore[return-value]


def _why_not_writable(folder: Path) -> str | None:
    """Give the reason why nothing can be written to the folder, or None if something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
