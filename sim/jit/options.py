"""How loops and their parts are compiled, told to Numba in one place.

Division by zero follows NumPy. And no references are counted (`_nrt=False`): no loop makes or keeps
an array, and Numba would otherwise count the references to those that it is given, atomically, in
every function, which costs a third of the engine's run. Numba offers the option to itself only,
hence the underscore; a test says whether it still does what is expected.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import numba

OPTIONS: Mapping[str, Any] = MappingProxyType({"error_model": "numpy", "_nrt": False})

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def inlined(function: Compiled) -> Compiled:
    """Compile into each caller: for what is done for every contact."""
    compiled: Compiled = numba.njit(forceinline=True, **OPTIONS)(function)
    return compiled


def called(function: Compiled) -> Compiled:
    """Compile as a function of its own: for what is rare, and would only be in the way."""
    compiled: Compiled = numba.njit(**OPTIONS)(function)
    return compiled
