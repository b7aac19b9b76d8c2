"""Both engines return the same contact log bit for bit, on whatever centre is drawn."""

from hypothesis import given, settings
from strategies import centres

from sim.engine import simulate


@settings(max_examples=200)
@given(centres())
def test_the_compiled_engine_returns_the_simpy_log_bit_for_bit(centre):
    workload, staffing, design = centre
    reference = simulate(workload, staffing, design, "simpy")
    compiled = simulate(workload, staffing, design, "compiled")
    assert compiled.equals(reference)
