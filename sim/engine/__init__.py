"""The engine room: a workload, a staffing and a design in, a contact log out.

`simpy` is the reference model, written to be read; `compiled` is the same model as loops over
arrays, equal to it bit for bit and hundreds of times as fast. Nothing here draws a random number,
knows a configuration or computes a measure.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sim.engine.simpy_model import Observer, simulate_simpy
from sim.records import ContactLog, Design, Staffing, Workload
from sim.records.arrays import require

SEMANTICS_VERSION = 3
"""Changes whenever the same workload, staffing and design may give another log."""

LOOP_SOURCES = (
    "sim.engine.compiled_loop",
    "sim.engine.compiled_contacts",
    "sim.engine.compiled_state",
    "sim.engine.event_list",
    "sim.engine.order",
    "sim.routing.rules",
    "sim.records.contact_log",
    "sim.records.workload",
)
"""Every module whose code goes into the compiled loop, or whose numbers do."""

Engine = Callable[[Workload, Staffing, Design], ContactLog]


def simulate_compiled(workload: Workload, staffing: Staffing, design: Design) -> ContactLog:
    """Give the contact log of one replication, by the compiled engine."""
    from sim.engine.compiled import simulate_compiled as run  # noqa: PLC0415 - Numba loads slowly

    return run(workload, staffing, design)


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {"compiled": simulate_compiled, "simpy": simulate_simpy}
)


def simulate(
    workload: Workload, staffing: Staffing, design: Design, engine: str = "compiled"
) -> ContactLog:
    """Give the contact log of one replication.

    Raises
    ------
    RecordError
        If the three records do not speak of the same classes and groups, or the engine is unknown.
    """
    require(engine in ENGINES, f'engine: there is no "{engine}", only {", ".join(ENGINES)}')
    check_match(workload, staffing, design)
    return ENGINES[engine](workload, staffing, design)


def check_match(workload: Workload, staffing: Staffing, design: Design) -> None:
    """Refuse records that do not speak of the same classes and groups."""
    require(
        workload.n_classes == design.n_classes,
        f"the workload has {workload.n_classes} classes, the design {design.n_classes}",
    )
    require(
        staffing.n_groups == design.n_groups,
        f"the staffing has {staffing.n_groups} groups, the design {design.n_groups}",
    )


__all__ = [
    "ENGINES",
    "LOOP_SOURCES",
    "SEMANTICS_VERSION",
    "Engine",
    "Observer",
    "check_match",
    "simulate",
    "simulate_compiled",
    "simulate_simpy",
]
