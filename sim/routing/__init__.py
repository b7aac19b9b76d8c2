"""Who may answer whom: the alliance designs as matrices, and the choices both engines call."""

from sim.routing import designs, regional, variants  # noqa: F401 - importing them registers every design
from sim.routing.registry import DesignError, RegisteredDesign, build_design, registered_designs

__all__ = ["DesignError", "RegisteredDesign", "build_design", "registered_designs"]
