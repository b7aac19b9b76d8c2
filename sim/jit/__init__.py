"""The just-in-time compiler: loops over arrays that would be slow in Python and long in NumPy.

The source is Python that Numba compiles and that also runs as it is. `options` has what marks the
parts of a loop, `cache` gives a whole loop compiled, from this machine's cache if it is there.
Numba loads slowly; importing `cache` does not import it.
"""
