"""The versions of the program and of what it stands on, for a manifest."""

import platform
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("numpy", "scipy", "simpy", "numba", "pandas", "pyarrow", "pydantic", "matplotlib")


def versions() -> dict[str, str]:
    """Give the versions of the program and of what it stands on."""
    found = {"sim": _version("joint-contact-centres"), "python": platform.python_version()}
    found.update({name: _version(name) for name in _LIBRARIES})
    found["platform"] = platform.platform()
    return {name: text for name, text in found.items() if text}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
