"""The event log of one replication, told by the SimPy model as it goes."""

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from sim.config import ConfigError, Problem, events_under, layout_of, unknown
from sim.config.errors import as_toml
from sim.engine import simulate_simpy
from sim.experiment.events import design_during
from sim.experiment.files import write_atomically
from sim.experiment.scenario import read_study
from sim.experiment.tables import CSV_ENCODING, as_text
from sim.records import SECONDS_PER_HOUR, Horizon, Layout, Workload
from sim.routing import build_design
from sim.workload import StaffingDrawer, WorkloadPlan
from sim.workload.events import EventDrawer

COLUMNS = (
    "time_s",
    "hour_of_week",
    "event",
    "contact",
    "force",
    "channel",
    "group",
    "waiting",
    "free",
)


class _EnoughSeen(Exception):  # noqa: N818 - it ends the model's run, and is no error
    """The hours that were asked for are over."""


def trace(  # noqa: PLR0913 - what the command line offers
    path: Path,
    file: TextIO,
    *,
    design: str,
    replication: int = 0,
    hours: float | None = None,
    seed: int | None = None,
) -> int:
    """Write the event log of one replication of an experiment as CSV, and give its length.

    The model runs exactly as in `sim run`, and the same call has the same number in every design.
    `waiting` counts the contacts waiting in all queues after the event, `free` the free handlers
    of the group (of all groups where there is none); negative while handlers finish their last
    call after the end of their shift. With `[vary]`, the first point is traced; with `[[events]]`,
    the week in which they happen.

    Parameters
    ----------
    hours
        Only the first hours, warm-up included; all unless given.

    Raises
    ------
    ConfigError
        If the experiment is wrong or does not have the design.
    """
    study = read_study(path, seed=seed)
    point = study.points[0]
    if design not in point.centre.designs:
        message = unknown("design of the centre", design, point.centre.designs)
        raise ConfigError([Problem(path, message, "--design", as_toml(design))])
    entry, centre = point.centre.designs[design], point.centre_under(design)
    layout, horizon = layout_of(centre), study.horizon
    number = (study.experiment.seed, replication)
    plan = WorkloadPlan(centre, horizon)
    events = events_under(point.events, entry)
    drawer = EventDrawer(centre, horizon, events, plan)
    workload = drawer.workload(plan.draw(*number), *number)
    staffing = drawer.staffing(StaffingDrawer(centre, horizon).draw(*number), *number)
    until_s = float("inf") if hours is None else hours * SECONDS_PER_HOUR

    observer = _Writer(file, workload, layout, horizon, until_s)
    built = build_design(entry.kind, layout, horizon, entry.options)
    built = design_during(built, events, layout, horizon)
    with suppress(_EnoughSeen):
        simulate_simpy(workload, staffing, built, observer)
    return observer.written


def trace_file(out: Path, write: Callable[[TextIO], int]) -> int:
    """Let `write` put an event log into a file, whole or not at all, and give its length."""
    written = 0

    def write_text(file: BinaryIO) -> None:
        nonlocal written
        text = io.TextIOWrapper(file, encoding=CSV_ENCODING, newline="", write_through=True)
        written = write(text)
        text.detach()

    write_atomically(out, write_text)
    return written


class _Writer:
    """Writes what the model tells, a row per event."""

    def __init__(
        self, file: TextIO, workload: Workload, layout: Layout, horizon: Horizon, until_s: float
    ) -> None:
        self.horizon, self.until_s = horizon, until_s
        self.contact_class = workload.contact_class
        self.forces = [as_text(layout.forces[force]) for force in layout.class_force]
        self.channels = [as_text(layout.channels[channel]) for channel in layout.class_channel]
        self.groups = [as_text(group) for group in layout.groups]
        self.rows = csv.writer(file, lineterminator="\n")
        self.rows.writerow(COLUMNS)
        self.written = 0

    def __call__(  # noqa: PLR0913, PLR0917 - the model's observers are called like this
        self, time_s: float, event: str, contact: int, group: int, waiting: int, free: int
    ) -> None:
        """Write one event, or end the run when the hours are over."""
        if time_s >= self.until_s:
            raise _EnoughSeen
        k = self.contact_class[contact] if contact >= 0 else None
        self.rows.writerow(
            (
                float(time_s),
                self.horizon.hour_of_week(time_s),
                event,
                "" if k is None else contact,
                "" if k is None else self.forces[k],
                "" if k is None else self.channels[k],
                self.groups[group] if group >= 0 else "",
                waiting,
                free,
            )
        )
        self.written += 1
