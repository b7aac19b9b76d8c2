"""Points whose work was at fault: noted in the store, told at the end, tried again by the next run.

The other points of a sweep are finished all the same; a night's work is not lost to one of them.
"""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.experiment.errors import PointsFailed
from sim.experiment.scenario import Point
from sim.experiment.store import FAILED, Store

_SHOWN = 5


def note_failures(store: Store, points: Sequence[Point], failed: Mapping[int, Exception]) -> None:
    """Note which points failed and how, and forget of the others that they ever did."""
    for point in points:
        store.forget_failure(point.digest)
    for point in points:
        if point.index in failed:
            store.put_failure(point.digest, traceback.format_exception(failed[point.index]))


def points_failed(
    folder: Path, points: Sequence[Point], failed: Mapping[int, Exception]
) -> PointsFailed:
    """Give the error that tells of points that failed while others were finished."""
    listed = [point for point in points if point.index in failed]
    lines = [
        f"  {_named(point)}: {type(error).__name__}: {error}"
        for point in listed[:_SHOWN]
        for error in [failed[point.index]]
    ]
    if len(listed) > _SHOWN:
        lines.append(f"  and {len(listed) - _SHOWN} more; `sim status {folder}` lists them.")
    first = f"{len(listed)} of {len(points)} points failed; the others are finished:"
    last = (
        "The failed points stand in no table, and the same command tries them again. The details "
        f"are in {folder / 'store' / FAILED}; please send them with what you ran."
    )
    return PointsFailed("\n".join((first, *lines, last)))


def _named(point: Point) -> str:
    """Give a point's number and what is varied in it."""
    varied = ", ".join(f"{key} = {value}" for key, value in point.varied.items())
    return f"point {point.index} ({varied})" if varied else f"point {point.index}"
