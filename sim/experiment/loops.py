"""The compiled loops that a worker runs: those of its engine and those of the measures."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sim.engine import LOOP_SOURCES
from sim.jit.cache import would_fill_cache
from sim.measures.compiled import SOURCES, compiled_loops


def fill_cache(engine: str) -> None:
    """Compile what is not in the cache of this machine yet, before any worker needs it.

    Workers that start on a cold cache would each compile.
    """
    for sources, load in _LOOPS[engine].items():
        if would_fill_cache(sources):
            load()


def load_loops(engine: str) -> None:
    """Load what `fill_cache` does not compile, because it is in the cache or cannot be."""
    for sources, load in _LOOPS[engine].items():
        if not would_fill_cache(sources):
            load()


def _load_engine() -> None:
    from sim.engine.compiled import event_loop  # noqa: PLC0415 - imports Numba, which is slow

    event_loop()


_MEASURES: Mapping[Sequence[str], Callable[[], object]] = {SOURCES: compiled_loops}
_LOOPS = MappingProxyType(
    {"simpy": _MEASURES, "compiled": {LOOP_SOURCES: _load_engine, **_MEASURES}}
)
