"""The just-in-time compiler: loops over arrays that would be slow in Python and long in NumPy.

The source is Python that Numba compiles and that also runs as it is. `inlined` and `called` are for
the parts of a loop; `compiled` gives a whole one, from the cache of this machine if it is there.
"""

from sim.jit.cache import CACHE_VARIABLE, compiled
from sim.jit.options import called, inlined

__all__ = ["CACHE_VARIABLE", "called", "compiled", "inlined"]
