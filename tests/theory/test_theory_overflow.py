"""Two rooms that help each other: the chain against every case that has a formula."""

import pytest

from sim.theory import erlang_a, erlang_b, stationary, two_site_overflow


def test_two_equal_rooms_that_share_at_once_are_one_room():
    lost = erlang_b(9, 9 * 0.8)
    answer = two_site_overflow((5, 4), (50.0, 22.0), (360.0, 360.0))
    assert answer.abandonment == pytest.approx((lost, lost), rel=1e-9)
    carried = (answer.occupancy[0] * 5 + answer.occupancy[1] * 4) / (7.2 * (1 - lost))
    assert carried == pytest.approx(1, rel=1e-9)


def test_what_overflows_from_a_room_that_alone_has_callers_is_erlang_b():
    """The other room's callers are none, so room 0 answers what Erlang B of its own lets in."""
    answer = two_site_overflow((4, 3), (50.0, 0.0), (300.0, 300.0))
    load_erl = 50 / 12
    answered_at_home = 1 - erlang_b(4, load_erl)
    lost = erlang_b(7, load_erl)
    assert answer.abandonment[0] == pytest.approx(lost, rel=1e-9)
    assert answer.answered_elsewhere[0] == pytest.approx(1 - answered_at_home / (1 - lost))


def test_waiting_for_either_room_is_erlang_a_of_both():
    expected = erlang_a(4, 30, 400, 200)
    answer = two_site_overflow(
        (2, 2), (15.0, 15.0), (400.0, 400.0), patience_mean_s=(200.0, 200.0), queue_limit=14
    )
    assert answer.abandonment == pytest.approx((expected.abandonment,) * 2, rel=1e-6)
    assert answer.delay_probability == pytest.approx((expected.delay_probability,) * 2, rel=1e-6)
    assert answer.occupancy == pytest.approx((expected.occupancy,) * 2, rel=1e-6)


def test_longer_calls_away_from_home_cost_both_rooms():
    """By hand: one handler each, only force 0 calls; the chain has four states."""
    rate, mu, factor = 20 / 3600, 1 / 300, 1.5

    def moves(state):
        home, away = state
        if not home:
            yield rate, (1, away)
        elif not away:
            yield rate, (1, 1)
        if home:
            yield mu, (0, away)
        if away:
            yield mu / factor, (home, 0)

    shares = stationary((0, 0), moves)
    for force, rates in enumerate([(20.0, 0.0), (0.0, 20.0)]):
        answer = two_site_overflow((1, 1), rates, (300.0, 300.0), handle_factor=factor)
        assert answer.abandonment[force] == pytest.approx(shares[1, 1], rel=1e-9)
        busy_away = shares[0, 1] + shares[1, 1]
        assert answer.occupancy[1 - force] == pytest.approx(busy_away, rel=1e-9)
    kinder = two_site_overflow((1, 1), (20.0, 0.0), (300.0, 300.0))
    assert kinder.abandonment[0] < shares[1, 1]


def test_a_busier_neighbour_takes_more_than_it_gives():
    answer = two_site_overflow((4, 4), (40.0, 20.0), (300.0, 300.0))
    assert answer.answered_elsewhere[0] > answer.answered_elsewhere[1] > 0


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"handlers": (0, 1)}, r"handlers\[0\]"),
        ({"arrivals_per_h": (1.0, -1.0)}, r"arrivals_per_h\[1\]"),
        ({"handle_mean_s": (0.0, 1.0)}, r"handle_mean_s\[0\]"),
        ({"handle_factor": 0.0}, "handle_factor"),
        ({"patience_mean_s": (1.0, -1.0)}, r"patience_mean_s\[1\]"),
        ({"patience_mean_s": (1.0, 1.0), "queue_limit": 0}, "queue_limit"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(change, name):
    arguments = {"handlers": (1, 1), "arrivals_per_h": (1.0, 1.0), "handle_mean_s": (60.0, 60.0)}
    with pytest.raises(ValueError, match=f"^{name}: "):
        two_site_overflow(**(arguments | change))
