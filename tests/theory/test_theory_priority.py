"""Priority and single-handler formulas against brute force and their limits."""

from math import inf

import pytest

from sim.theory import (
    cobham,
    erlang_c,
    first_class_service_level,
    pollaczek_khinchine,
    stationary,
)


def test_one_class_is_erlang_c():
    answer = erlang_c(5, 40, 300)
    assert cobham(5, [40], 300) == pytest.approx((answer.mean_wait_s,))
    assert first_class_service_level(5, [40], 300, 30) == pytest.approx(answer.service_level(30))


def test_priority_moves_waiting_about_but_makes_none():
    """Kleinrock's conservation law: with equal handle times the mean wait is that of first come."""
    rates = [10.0, 5.0, 30.0]
    waits = cobham(5, rates, 300)
    overall = sum(rate * wait for rate, wait in zip(rates, waits, strict=True)) / sum(rates)
    assert overall == pytest.approx(erlang_c(5, 45, 300).mean_wait_s)
    assert waits[0] < waits[1] < waits[2]


@pytest.mark.parametrize(("n", "rates"), [(1, (4.0, 5.0)), (3, (10.0, 14.0))])
def test_two_classes_wait_as_in_the_chain(n, rates):
    handle_s, longest = 300.0, 120
    per_s = [rate / 3600 for rate in rates]

    def moves(state):
        busy, urgent, other = state
        if busy < n:
            yield sum(per_s), (busy + 1, 0, 0)
        else:
            if urgent < longest:
                yield per_s[0], (busy, urgent + 1, other)
            if other < longest:
                yield per_s[1], (busy, urgent, other + 1)
        if busy:
            after = (busy - 1, 0, 0)
            if urgent:
                after = (busy, urgent - 1, other)
            elif other:
                after = (busy, 0, other - 1)
            yield busy / handle_s, after

    shares = stationary((0, 0, 0), moves)
    waits = [sum(p * s[place + 1] for s, p in shares.items()) / per_s[place] for place in (0, 1)]
    assert cobham(n, rates, handle_s) == pytest.approx(waits, rel=1e-6)


def test_a_saturated_class_waits_for_ever_and_those_above_do_not():
    urgent, other, last = cobham(2, [10, 30, 1], 300)
    assert urgent == pytest.approx(300 / (2 * (1 - 10 / 24)))  # every handler is always busy
    assert (other, last) == (inf, inf)
    assert first_class_service_level(2, [30, 1], 300, 60) == 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: cobham(0, [1], 300), "handlers"),
        (lambda: cobham(1, [1, -1], 300), r"arrivals_per_h\[1\]"),
        (lambda: cobham(1, [1], 0), "handle_mean_s"),
        (lambda: first_class_service_level(1, [], 300, 10), "arrivals_per_h"),
        (lambda: first_class_service_level(1, [1], 300, -10), "within_s"),
        (lambda: pollaczek_khinchine(1, 300, -1), "handle_cv"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        call()


def test_one_handler_with_exponential_calls_is_erlang_c():
    assert pollaczek_khinchine(9, 300, 1.0) == pytest.approx(erlang_c(1, 9, 300).mean_wait_s)


def test_one_handler_waits_half_as_long_with_calls_of_one_length_and_for_ever_when_overloaded():
    assert pollaczek_khinchine(9, 300, 0) == pytest.approx(pollaczek_khinchine(9, 300, 1) / 2)
    assert pollaczek_khinchine(12, 300, 0) == inf
