"""The steady state of a Markov chain told as a story: from this state, to those, how fast."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

import numpy as np

State = TypeVar("State", bound=Hashable)


def stationary(
    start: State,
    moves: Callable[[State], Iterable[tuple[float, State]]],
    most_states: int = 200_000,
) -> dict[State, float]:
    """Give the long-run share of time in each state that can be reached from `start`.

    Solves the balance equations by sparse elimination, with the flow out of `start` set aside.

    Parameters
    ----------
    start
        A state to which the chain returns.
    moves
        For a state, the pairs (rate, next state); rates in one unit of time.
    most_states
        Refuse a larger chain.

    Raises
    ------
    ValueError
        If a rate is negative or not finite, or there are more than `most_states` states.

    Examples
    --------
    Erlang B with 2 lines and 1 erlang: 1/5 is lost.

    >>> def lines(busy: int) -> list[tuple[float, int]]:
    ...     return [(1.0, min(busy + 1, 2)), (float(busy), max(busy - 1, 0))]
    >>> round(stationary(0, lines)[2], 12)
    0.2
    """
    index: dict[State, int] = {start: 0}
    states = [start]
    rows: list[int] = []
    columns: list[int] = []
    rates: list[float] = []
    for row, state in enumerate(states):  # grows while it is read
        for rate, following in moves(state):
            if not 0 <= rate < np.inf:
                raise ValueError(f"moves: the rate {rate} from {state} is not finite and positive")
            if rate == 0 or following == state:
                continue
            column = index.setdefault(following, len(states))
            if column == len(states):
                states.append(following)
            rows.append(row)
            columns.append(column)
            rates.append(rate)
        if len(states) > most_states:
            raise ValueError(f"most_states: more than {most_states} states can be reached")
    return dict(zip(states, _solve(len(states), rows, columns, rates), strict=True))


def _solve(n: int, rows: list[int], columns: list[int], rates: list[float]) -> list[float]:
    """Solve pi Q = 0 with pi summing to 1."""
    from scipy import sparse  # noqa: PLC0415 - loads slowly, and few need it
    from scipy.sparse.linalg import spsolve  # noqa: PLC0415

    flow = sparse.csc_array((rates, (columns, rows)), shape=(n, n))
    generator = (flow - sparse.diags_array(flow.sum(axis=0))).tocsc()
    share = np.ones(n)
    if n > 1:
        share[1:] = np.atleast_1d(spsolve(generator[1:, 1:], -generator[1:, [0]].toarray().ravel()))
    result: list[float] = (share / share.sum()).tolist()
    return result
