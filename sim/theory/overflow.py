"""Two control rooms that help each other, exactly: an oracle for designs with overflow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sim.theory.checks import SECONDS_PER_HOUR, number, positive, whole
from sim.theory.markov import stationary

Pair = tuple[float, float]


@dataclass(frozen=True)
class OverflowAnswer:
    """What the callers and handlers of two rooms meet; each field by force or room.

    Parameters
    ----------
    delay_probability
        The share of a force's callers who find nobody free in either room.
    abandonment
        The share of a force's callers who are never answered.
    answered_elsewhere
        The share of a force's answered callers whom the other room answers.
    occupancy
        The share of a room's handlers who are busy.
    """

    delay_probability: Pair
    abandonment: Pair
    answered_elsewhere: Pair
    occupancy: Pair


class Rooms(NamedTuple):
    """A state: calls of either force in either room, and callers waiting."""

    own0: int  # force 0 in room 0
    away0: int  # force 0 in room 1
    own1: int  # force 1 in room 1
    away1: int  # force 1 in room 0
    waiting0: int
    waiting1: int


def two_site_overflow(  # noqa: PLR0913 - the physical parameters of two rooms
    handlers: tuple[int, int],
    arrivals_per_h: Pair,
    handle_mean_s: Pair,
    *,
    handle_factor: float = 1.0,
    patience_mean_s: Pair = (0.0, 0.0),
    queue_limit: int = 20,
) -> OverflowAnswer:
    """Give the steady state of two rooms, own first, the other at once when the own is full.

    Everything is exponential. A caller who finds both rooms full waits for either; a freed handler
    takes the own force's callers first. Solved as a Markov chain of six dimensions, so for rooms of
    a dozen handlers without patience and of a few with it.

    Parameters
    ----------
    handlers
        Handlers of each room, 1 or more.
    arrivals_per_h, handle_mean_s
        By force.
    handle_factor
        How much longer the other room takes over a call.
    patience_mean_s
        By force; 0 is lost at once.
    queue_limit
        Callers of one force who can wait; more are lost (counted as abandoned), so choose it so
        high that it does not matter. Not used by a force without patience.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the chain is too large.

    Examples
    --------
    Two rooms of one handler with 1 erlang each are one room of two with 2 erlang: 2/5 is lost.

    >>> answer = two_site_overflow((1, 1), (20.0, 20.0), (180.0, 180.0))
    >>> [round(share, 6) for share in answer.abandonment]
    [0.4, 0.4]
    """
    n = (whole("handlers[0]", handlers[0], low=1), whole("handlers[1]", handlers[1], low=1))
    factor = positive("handle_factor", handle_factor)
    rate = _by_force("arrivals_per_h", arrivals_per_h, 1 / SECONDS_PER_HOUR)
    own_rate = (
        1 / positive("handle_mean_s[0]", handle_mean_s[0]),
        1 / positive("handle_mean_s[1]", handle_mean_s[1]),
    )
    patience = _by_force("patience_mean_s", patience_mean_s, 1.0)
    limit = tuple(whole("queue_limit", queue_limit, low=1) if p > 0 else 0 for p in patience)

    def moves(s: Rooms) -> Iterator[tuple[float, Rooms]]:
        free = (n[0] - s.own0 - s.away1, n[1] - s.own1 - s.away0)
        yield from _arrivals(s, rate, free, limit)
        for force, waiting in enumerate((s.waiting0, s.waiting1)):
            if waiting:
                yield waiting / patience[force], _add(s, f"waiting{force}", -1)
        yield s.own0 * own_rate[0], _take_next(_add(s, "own0", -1), room=0)
        yield s.away1 * own_rate[1] / factor, _take_next(_add(s, "away1", -1), room=0)
        yield s.own1 * own_rate[1], _take_next(_add(s, "own1", -1), room=1)
        yield s.away0 * own_rate[0] / factor, _take_next(_add(s, "away0", -1), room=1)

    shares = stationary(Rooms(0, 0, 0, 0, 0, 0), moves)
    return _answer(shares, n, rate, (own_rate[0] / factor, own_rate[1] / factor), own_rate)


def _by_force(name: str, values: Pair, scale: float) -> Pair:
    return (
        number(f"{name}[0]", values[0]) * scale,
        number(f"{name}[1]", values[1]) * scale,
    )


def _add(s: Rooms, place: str, change: int) -> Rooms:
    return s._replace(**{place: getattr(s, place) + change})


def _arrivals(
    s: Rooms, rate: Pair, free: tuple[int, int], limit: tuple[int, ...]
) -> Iterator[tuple[float, Rooms]]:
    """Own room, else the other, else the queue if there is room in it."""
    for force, waiting in enumerate((s.waiting0, s.waiting1)):
        if free[force]:
            yield rate[force], _add(s, f"own{force}", 1)
        elif free[1 - force]:
            yield rate[force], _add(s, f"away{force}", 1)
        elif waiting < limit[force]:
            yield rate[force], _add(s, f"waiting{force}", 1)


def _take_next(s: Rooms, room: int) -> Rooms:
    """Let a handler who has become free in `room` take a caller: the own force's first."""
    if getattr(s, f"waiting{room}"):
        return _add(_add(s, f"waiting{room}", -1), f"own{room}", 1)
    other = 1 - room
    if getattr(s, f"waiting{other}"):
        return _add(_add(s, f"waiting{other}", -1), f"away{other}", 1)
    return s


def _answer(
    shares: dict[Rooms, float], n: tuple[int, int], rate: Pair, away_rate: Pair, own_rate: Pair
) -> OverflowAnswer:
    """Read the shares off the steady state; answered = calls that end, by balance."""

    def mean(*places: str) -> float:
        return float(sum(p * sum(getattr(s, place) for place in places) for s, p in shares.items()))

    full = sum(
        p for s, p in shares.items() if s.own0 + s.away1 == n[0] and s.own1 + s.away0 == n[1]
    )
    own = (mean("own0") * own_rate[0], mean("own1") * own_rate[1])
    away = (mean("away0") * away_rate[0], mean("away1") * away_rate[1])
    answered = (own[0] + away[0], own[1] + away[1])
    nan = float("nan")
    return OverflowAnswer(
        (full if rate[0] else nan, full if rate[1] else nan),
        (
            1 - answered[0] / rate[0] if rate[0] else nan,
            1 - answered[1] / rate[1] if rate[1] else nan,
        ),
        (
            away[0] / answered[0] if answered[0] else nan,
            away[1] / answered[1] if answered[1] else nan,
        ),
        (mean("own0", "away1") / n[0], mean("own1", "away0") / n[1]),
    )
