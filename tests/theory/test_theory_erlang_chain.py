"""Erlang A against brute force: the whole Markov chain, and one caller followed through it."""

import numpy as np
import pytest
from scipy.linalg import expm

from sim.theory import erlang_a, erlang_b, stationary

CASES = [(1, 8.0, 300.0, 120.0), (3, 40.0, 300.0, 60.0), (6, 37.0, 400.0, 900.0)]
LONGEST = 90  # callers waiting at which the chains are cut


def birth_and_death(n, rate, mu, theta):
    def moves(present):
        if present < n + LONGEST:
            yield rate, present + 1
        if present:
            yield min(present, n) * mu + max(present - n, 0) * theta, present - 1

    return stationary(0, moves)


def caller_in_queue(n, mu, theta):
    """Give the generator over (0..LONGEST ahead, answered): rows sum to minus the giving up."""
    size = LONGEST + 2
    answered = size - 1
    generator = np.zeros((size, size))
    for ahead in range(LONGEST + 1):
        forward = n * mu + ahead * theta
        generator[ahead, ahead] = -forward - theta
        generator[ahead, ahead - 1 if ahead else answered] += forward
    return generator


@pytest.mark.parametrize(("n", "per_h", "handle_s", "patience_s"), CASES)
def test_delay_abandonment_and_queue_are_those_of_the_chain(n, per_h, handle_s, patience_s):
    rate = per_h / 3600
    shares = birth_and_death(n, rate, 1 / handle_s, 1 / patience_s)
    waiting = sum(p * max(present - n, 0) for present, p in shares.items())
    answer = erlang_a(n, per_h, handle_s, patience_s)
    assert answer.delay_probability == pytest.approx(
        sum(p for present, p in shares.items() if present >= n), rel=1e-9
    )
    assert answer.mean_waiting == pytest.approx(waiting, rel=1e-9)
    assert answer.abandonment == pytest.approx(waiting / patience_s / rate, rel=1e-9)


@pytest.mark.parametrize(("n", "per_h", "handle_s", "patience_s"), CASES)
@pytest.mark.parametrize("within_s", [5.0, 30.0, 200.0])
def test_the_service_level_is_that_of_a_caller_followed(n, per_h, handle_s, patience_s, within_s):
    mu, theta = 1 / handle_s, 1 / patience_s
    shares = birth_and_death(n, per_h / 3600, mu, theta)
    in_time = expm(caller_in_queue(n, mu, theta) * within_s)[:-1, -1]
    expected = sum(
        p * (1.0 if present < n else in_time[present - n])
        for present, p in shares.items()
        if present - n <= LONGEST
    )
    level = erlang_a(n, per_h, handle_s, patience_s).service_level(within_s)
    assert level == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("n", "per_h", "handle_s", "patience_s"), CASES)
def test_the_wait_of_the_answered_is_that_of_a_caller_followed(n, per_h, handle_s, patience_s):
    mu, theta = 1 / handle_s, 1 / patience_s
    shares = birth_and_death(n, per_h / 3600, mu, theta)
    generator = caller_in_queue(n, mu, theta)
    inside, out = generator[:-1, :-1], generator[:-1, -1]
    reach = np.linalg.solve(-inside, out)  # P(answered)
    waited = np.linalg.solve(-inside, reach)  # E[wait; answered]
    queued = {present - n: p for present, p in shares.items() if present >= n}
    total = sum(p * waited[ahead] for ahead, p in queued.items())
    answered = 1 - sum(p * (1 - reach[ahead]) for ahead, p in queued.items())
    answer = erlang_a(n, per_h, handle_s, patience_s)
    assert answer.mean_wait_answered_s == pytest.approx(total / answered, rel=1e-9)


def test_a_chain_of_one_state_stays_there():
    assert stationary("only", lambda _: []) == {"only": 1.0}


def test_the_chain_solver_gives_erlang_b():
    def lines(busy):
        yield 7.0, min(busy + 1, 10)
        yield busy, max(busy - 1, 0)

    assert stationary(0, lines)[10] == pytest.approx(erlang_b(10, 7.0), rel=1e-12)


def test_a_chain_that_never_ends_or_runs_backwards_is_refused():
    with pytest.raises(ValueError, match=r"^most_states: "):
        stationary(0, lambda k: [(1.0, k + 1)], most_states=50)
    with pytest.raises(ValueError, match=r"^moves: "):
        stationary(0, lambda k: [(-1.0, k + 1)])
