"""What the compiled loops take, as columns under the names that the measures use."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.records import OPEN

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Column = NDArray[Any]

N_ENDS = 2 * OPEN  # an outcome, within the target time or not
TICKS_PER_S = 1e6


class Calls(NamedTuple):
    """The columns of a workload and its log that measures look at."""

    contact_class: Column
    trigger: Column
    handle_s: Column
    arrival_s: Column
    wait_end_s: Column
    outcome: Column
    group: Column


class Hours(NamedTuple):
    """The hours of the measured window, see `WindowHours`; `offset_h` has one place."""

    edge_s: Column
    hour_of_week: Column
    offset_h: Column


class Handled(NamedTuple):
    """Who answered each contact, from when until when; `desk` is empty where none has any."""

    contact_class: Column
    group: Column
    desk: Column
    from_s: Column
    until_s: Column


class Spans(NamedTuple):
    """Spans of time of handlers; arrays of one length.

    Parameters
    ----------
    row
        What the span is added to: a group, or a force and group.
    from_s, until_s
        Instants in seconds; the end may be inf.
    handlers
        How many each stands for, or how much of one.
    """

    row: Column
    from_s: Column
    until_s: Column
    handlers: Column


class Steps(NamedTuple):
    """The steps of staffing by group, then time; those of group g from `cut[g]` to `cut[g + 1]`.

    A step holds until `until_s`. `seen` has a place per group: calls come nearly in order of time,
    so the next one's step is looked for from the last one's.
    """

    at_s: Column
    until_s: Column
    cut: Column
    seen: Column


class Sums(NamedTuple):
    """What is added up, laid flat: see `ContactSums`.

    `wait_s` and `wait_class` take the waits of those who were answered, but not at once; parted by
    class they are `parted_s`, those of class k from `wait_cut[k]` to `wait_cut[k + 1]`.
    """

    ends: Column
    waited_s: Column
    handle_s: Column
    redials: Column
    answered_by: Column
    at_once: Column
    wait_s: Column
    wait_class: Column
    parted_s: Column
    wait_cut: Column
    wait_place: Column


def read_only(*columns: Column) -> list[Column]:
    """Give columns as a loop may only read them: in one piece, and frozen."""
    views = [np.ascontiguousarray(column).view() for column in columns]
    for view in views:
        view.setflags(write=False)
    return views
