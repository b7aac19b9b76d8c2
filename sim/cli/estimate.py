"""What `sim run --dry-run` prints."""

from collections.abc import Iterator

from sim.cli.outcome import tell
from sim.experiment.estimate import TIMED, RunEstimate

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_SHORTEST_S = 10


def tell_estimate(found: RunEstimate) -> None:
    """Print what a run would do and cost; nothing of it has been done."""
    reps = f"{found.least:,}" if found.most == found.least else f"{found.least:,} to {found.most:,}"
    points = f"{found.points:,} {_plural('point', found.points)}"
    designs = f"{found.designs} {_plural('design', found.designs)}"
    wanted = f"{points} x {designs} x {reps} {_plural('replication', found.most)}"
    least, most = found.missing_least, found.missing_most
    times = _from_to(duration(found.seconds(least)), duration(found.seconds(most)))
    disk = _from_to(size(found.disk_bytes(least)), size(found.disk_bytes(most)))
    workers = f"{found.jobs} {_plural('worker', found.jobs)}"
    tell(f"{found.name}: {wanted}.")
    if found.shard is None:
        tell(f"Stored already: {found.stored:,} of the first {found.wanted:,}.")
    else:
        first = found.points * found.least
        tell(f"Shard {found.shard} is {found.wanted:,} of the first {first:,}.")
        tell(f"Stored already: {found.stored:,} of these {found.wanted:,}.")
    tables = f", of which {duration(found.tables_s)} for the tables" if found.shard is None else ""
    tell(f"Time: about {times} with {workers} and the {found.engine} engine{tables}.")
    tell(f"Disk: about {disk} in {found.folder}; {size(found.free_bytes)} are free.")
    if found.shard is None:
        _tell_further(found)
    else:
        tell(f"Left to sim merge: {', '.join(_left_to_merge(found))}.")
    tell(
        f"An estimate from {TIMED} replications of the first point, "
        f"{found.cost.replication_s:.2g} s each; no interval, as other points and other machines "
        "differ. Nothing was written."
    )


def _tell_further(found: RunEstimate) -> None:
    """Print what is asked beyond the tables."""
    if found.robust_weeks:
        tell(
            f"Assumption sets: about {duration(found.robust_s)} more, for {found.robust_weeks:,} "
            "replications of one design, less what is stored of them."
        )
    if found.searches:
        tell(f"Not counted: {' and '.join(found.searches)}.")


def _left_to_merge(found: RunEstimate) -> Iterator[str]:
    """Name what no shard does: all that needs the others."""
    yield "the tables"
    if found.most > found.least:
        beyond = f"from {found.least + 1:,} to {found.most:,}"
        yield f"replications {beyond} if the rule asks for them"
    yield from found.searches
    if found.robust_weeks:
        yield f"{found.robust_weeks:,} replications of assumption sets"


def duration(seconds: float) -> str:
    """Give a time as coarsely as an estimate is good for, 10 s at least.

    Examples
    --------
    >>> duration(3), duration(95), duration(7300), duration(400_000)
    ('10 s', '2 min', '2.0 h', '4.6 days')
    """
    if seconds < _SHORTEST_S:
        return f"{_SHORTEST_S} s"
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    if seconds < 2 * _DAY_S:
        return f"{seconds / _HOUR_S:.1f} h"
    return f"{seconds / _DAY_S:.1f} days"


def size(n_bytes: float) -> str:
    """Give a size on a disk.

    Examples
    --------
    >>> size(1234), size(3.4e6), size(56e9)
    ('under 1 MB', '3.4 MB', '56.0 GB')
    """
    if n_bytes < 1e6:  # noqa: PLR2004 - a megabyte
        return "under 1 MB"
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.1f} GB"  # noqa: PLR2004 - a gigabyte


def _from_to(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _plural(word: str, n: int) -> str:
    return word if n == 1 else f"{word}s"
