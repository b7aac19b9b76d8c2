"""Whether anybody can call where a question is asked, as far as the configuration shows it."""

from sim.config.checks import calling_classes
from sim.experiment.scenario import Point
from sim.experiment.tables import ALL


def may_be_called(point: Point, design: str, force: str, channel: str) -> bool:
    """Tell whether a force can have contacts on a channel under a design.

    Events may bring the first of them, so with events this says yes.

    Parameters
    ----------
    force, channel
        Names, or `ALL` for any of them.
    """
    return bool(point.events) or any(
        force in {ALL, of_force} and channel in {ALL, on_channel}
        for of_force, on_channel in calling_classes(point.centre_under(design))
    )
