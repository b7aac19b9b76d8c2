"""One log of ten contacts with every measure worked out by hand.

The window is 3600 s (included) to 10 800 s (excluded): hours 0 and 1 of the week. Emergency has a
target of 10 s and a transfer of 3 s, non-emergency 30 s and none. Room 0 is force A's, room 1 B's.

row  class            arrives  ends its wait          handle     what it is there for
0    A emergency       3500    answered 0 by room 0   3500-3700  before the window; works in it
1    A emergency       3600    answered 0 by room 0   3600-3900  exactly at the opening
2    A emergency       4000    answered 10 by room 1  4010-4310  exactly on target; elsewhere
3    A emergency       5000    gives up after 8       -          a short abandoned call
4    B non-emergency   7100    answered 100 by room 1 7200-7500  works in the hour after it came
5    B emergency      10700    answered 7 by room 1   10707-11007  exactly 10 s with the transfer
6    B emergency      10799    never                  -          still open
7    A non-emergency  10800    answered 0 by room 0   10800-10860  exactly at the closing
8    A emergency       5020    answered 80 by room 0  5100-5400  row 3 dials again
9    B non-emergency   inf     -                      -          a redial never woken

Room 0 has 2 handlers until 3650, none until 5000, then 1. Room 1 has 1 until 7300, none until
10 000, then 1. So rows 0, 1 (50 + 250 s) and 4 (200 s) are finished after the end of a shift.
"""

from math import isnan

import numpy as np
import pytest
from measure_cells import Cells, plan

from sim.measures import tabulate
from sim.records import (
    ABANDONED,
    ANSWERED,
    NOT_WOKEN,
    ON_ABANDONED,
    OPEN,
    PRIMARY,
    ContactLog,
    Horizon,
    Staffing,
    Workload,
)

INF = np.inf
A_EM, A_NON, B_EM, B_NON = range(4)


@pytest.fixture(scope="module")
def cells():
    workload = Workload(
        n_classes=4,
        contact_class=[A_EM, A_EM, A_EM, A_EM, B_NON, B_EM, B_EM, A_NON, A_EM, B_NON],
        arrival_s=[3500.0, 3600, 4000, 5000, 7100, 10700, 10799, 10800, INF, INF],
        patience_s=[INF, INF, INF, 8, INF, INF, INF, INF, INF, INF],
        handle_s=[200.0, 300, 250, 400, 300, 300, 100, 60, 300, 50],
        trigger=[PRIMARY] * 8 + [ON_ABANDONED] * 2,
        parent=[-1] * 8 + [3, 4],
        delay_s=[0.0] * 8 + [12, 5],
    )
    log = ContactLog(
        outcome=[ANSWERED] * 3
        + [ABANDONED, ANSWERED, ANSWERED, OPEN]
        + [ANSWERED] * 2
        + [NOT_WOKEN],
        arrival_s=[3500.0, 3600, 4000, 5000, 7100, 10700, 10799, 10800, 5020, INF],
        wait_end_s=[3500.0, 3600, 4010, 5008, 7200, 10707, INF, 10800, 5100, INF],
        service_end_s=[3700.0, 3900, 4310, INF, 7500, 11007, INF, 10860, 5400, INF],
        group=[0, 0, 1, -1, 1, 1, -1, 0, 0, -1],
    )
    staffing = Staffing(
        2, [0.0, 0, 3650, 5000, 7300, 10000], [0, 1, 0, 0, 1, 1], [2, 1, 0, 1, 0, 1]
    )
    measures = plan(Horizon(warm_up_h=1, measured_h=2))
    return Cells(measures, tabulate(measures, workload, staffing, log))


A = {"force": "A", "channel": "emergency"}
B = {"force": "B", "channel": "emergency"}
B101 = {"force": "B", "channel": "non_emergency"}


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("offered", ((4, 1), (2, 1), (1, 1), (7, 1))),
        ("answered", ((3, 1), (1, 1), (1, 1), (5, 1))),
        ("abandoned", ((1, 1), (0, 1), (0, 1), (1, 1))),
        ("open", ((0, 1), (1, 1), (0, 1), (1, 1))),
        ("redials", ((1, 1), (0, 1), (0, 1), (1, 1))),
        ("service_level", ((2, 4), (1, 2), (0, 1), (3, 7))),
        ("service_level_excl_short", ((2, 3), (1, 2), (0, 1), (3, 6))),
        ("band_under_10s", ((1, 3), (0, 1), (0, 1), (1, 5))),
        ("band_10_60s", ((1, 3), (1, 1), (0, 1), (2, 5))),
        ("band_over_60s", ((1, 3), (0, 1), (1, 1), (2, 5))),
        ("abandonment", ((1, 4), (0, 2), (0, 1), (1, 7))),
        ("answered_elsewhere", ((1, 3), (0, 1), (0, 1), (1, 5))),
        ("asa_s", ((90, 3), (7, 1), (100, 1), (197, 5))),
        ("wait_p50_s", ((10, 1), (7, 1), (100, 1), (10, 1))),  # of 0 7 10 80 100: rank 3
        ("wait_p90_s", ((80, 1), (7, 1), (100, 1), (100, 1))),  # rank 5
        ("wait_p95_s", ((80, 1), (7, 1), (100, 1), (100, 1))),
        ("wait_p99_s", ((80, 1), (7, 1), (100, 1), (100, 1))),
        ("wait_max_s", ((80, 1), (7, 1), (100, 1), (100, 1))),
    ],
)
def test_a_measure_of_contacts_is_what_a_hand_counts(cells, measure, expected):
    of_a, of_b, of_b101, of_all = expected
    assert cells.pair(measure, **A) == of_a
    assert cells.pair(measure, **B) == of_b
    assert cells.pair(measure, **B101) == of_b101
    assert cells.pair(measure) == of_all


def test_sums_over_one_axis_are_what_a_hand_counts(cells):
    assert cells.pair("service_level", force="B") == (1, 3)
    assert cells.pair("service_level", channel="emergency") == (3, 6)
    assert cells.pair("wait_p50_s", force="B") == (7, 1)  # of 7 100: rank 1
    assert cells.pair("wait_p50_s", channel="emergency") == (7, 1)  # of 0 7 10 80: rank 2
    assert cells.pair("wait_p90_s", channel="emergency") == (80, 1)
    assert cells.pair("asa_s", channel="emergency") == (97, 4)


def test_a_class_without_contacts_counts_none_and_has_no_shares(cells):
    nobody = {"force": "A", "channel": "non_emergency"}  # row 7 comes when the window closes
    assert cells.pair("offered", **nobody) == (0, 1)
    for measure in ("service_level", "asa_s", "wait_p50_s", "wait_max_s", "band_over_60s"):
        assert cells.pair(measure, **nobody) == (0, 0)
        assert isnan(cells.value(measure, **nobody))


@pytest.mark.parametrize(
    ("within_s", "a", "everybody"),
    [(1, 1, 1), (5, 1, 1), (10, 2, 3), (60, 2, 3), (90, 3, 4), (120, 3, 4), (3600, 3, 4)],
)
def test_the_distribution_of_answers_is_what_a_hand_counts(cells, within_s, a, everybody):
    measure = f"answered_within_{within_s}s"
    assert cells.pair(measure, **A) == (a, 4)
    assert cells.pair(measure, channel="emergency") == (everybody, 6)
    assert cells.pair(measure, **B101) == (0 if within_s < 100 else 1, 1)


def test_a_contact_counts_in_the_hour_of_the_day_in_which_it_arrived(cells):
    assert cells.pair("offered", **A, period="hour_00") == (4, 1)
    assert cells.pair("offered", **B101, period="hour_00") == (1, 1)
    assert cells.pair("offered", **B, period="hour_01") == (2, 1)
    assert cells.pair("service_level", channel="emergency", period="hour_01") == (1, 2)
    assert cells.pair("asa_s", **A, period="hour_00") == (90, 3)
    assert cells.pair("abandoned", **A, period="hour_00") == (1, 1)
    assert cells.pair("answered", **A, period="hour_00") == (3, 1)
    assert cells.pair("service_level", **A, period="hour_02") == (0, 0)


def test_the_service_level_of_an_hour_of_the_week_is_that_of_who_arrived_in_it(cells):
    assert cells.pair("service_level", **A, period="week_000") == (2, 4)
    assert cells.pair("service_level", **B101, period="week_000") == (0, 1)
    assert cells.pair("service_level", **B, period="week_001") == (1, 2)
    assert cells.pair("service_level", channel="emergency", period="week_000") == (2, 4)
    assert cells.pair("service_level", channel="emergency", period="week_001") == (1, 2)
    for period in ("week_002", "week_024", "week_167"):  # outside the window
        assert cells.pair("service_level", **A, period=period) == (0, 0)


def test_the_load_is_the_handle_time_of_who_arrived_at_factor_1(cells):
    assert cells.pair("offered_load_erl", force="A", period="week_000") == pytest.approx(
        (1250 / 3600, 1)
    )
    assert cells.pair("offered_load_erl", period="week_000") == pytest.approx((1550 / 3600, 1))
    assert cells.pair("offered_load_erl", force="B", period="week_001") == pytest.approx(
        (400 / 3600, 1)
    )
    assert cells.pair("offered_load_erl", period="week_002") == (0, 0)


ROOM_0 = {"force": "A", "group": "room 0"}
ROOM_1 = {"force": "B", "group": "room 1"}


@pytest.mark.parametrize(
    ("room", "period", "staffed_s", "busy_s"),
    [
        (ROOM_0, "week_000", 100 + 300 + 2200, 100 + 300 + 300),
        (ROOM_0, "week_001", 3600, 0),
        (ROOM_0, "all", 6200, 700),
        (ROOM_1, "week_000", 3600, 300),
        (ROOM_1, "week_001", 100 + 200 + 800, 300 + 93),
        (ROOM_1, "all", 4700, 693),
        ({"force": "A"}, "all", 6200, 700),
        ({"force": "B"}, "week_001", 1100, 393),
        ({}, "all", 10900, 1393),
    ],
)
def test_staffed_and_busy_hours_are_what_a_hand_adds_up(cells, room, period, staffed_s, busy_s):
    assert cells.pair("staffed_h", **room, period=period) == pytest.approx((staffed_s / 3600, 1))
    assert cells.pair("busy_h", **room, period=period) == pytest.approx((busy_s / 3600, 1))
    if period == "all":
        assert cells.value("occupancy", **room) == pytest.approx(busy_s / staffed_s)


def test_who_answers_whom_is_what_a_hand_counts(cells):
    assert cells.pair("exchange", **A, group="room 0") == (2, 3)
    assert cells.pair("exchange", **A, group="room 1") == (1, 3)
    assert cells.pair("exchange", force="B", group="room 1") == (2, 2)
    assert cells.pair("exchange", force="B", group="room 0") == (0, 2)
    assert isnan(cells.value("exchange", force="A", channel="non_emergency", group="room 0"))
    given = {
        (f, g): cells.value("exchange_h", force=f, group=f"room {g}") for f in "AB" for g in (0, 1)
    }
    expected_s = {("A", 0): 700, ("A", 1): 300, ("B", 0): 0, ("B", 1): 393}
    assert given == pytest.approx({key: seconds / 3600 for key, seconds in expected_s.items()})
