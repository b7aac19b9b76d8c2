"""The measures of an event by hand: who counts, and when answers are in time again."""

import numpy as np
import pytest
from events.tiny_centre import DAY, INF, calls, class_of, tiny_centre

from sim.config import layout_of
from sim.measures import Targets
from sim.measures.during import EventWindow, plan_window, tabulate_window, time_to_recovery
from sim.measures.timeline import plan_timeline, tabulate_timeline
from sim.records import ABANDONED, ANSWERED, OPEN, ContactLog, Staffing

WINDOW = EventWindow("dark", 1000.0, 2000.0)
TARGETS = Targets(np.array([10.0, 30.0]), np.array([0.9, 0.9]), np.zeros(2))
NORTH, SOUTH = class_of("North", "emergency"), class_of("South", "emergency")
HALF_HOUR_S = 1800.0


def log_of(*rows):
    """Rows of (outcome, arrival, wait end, service end, group, cut)."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return ContactLog(*columns)


@pytest.fixture
def cells():
    """Give a function from label to value of the cells of a small story."""
    workload = calls(*[(k, 0, 1) for k in (NORTH, NORTH, NORTH, SOUTH, NORTH, NORTH)])
    log = log_of(
        (ANSWERED, 900, 905, 1000, 0, True),  # came before, and is cut at the start
        (ANSWERED, 1000, 1010, 1100, 0, False),  # 10 s: in time
        (ABANDONED, 1500, 1561, INF, -1, False),
        (ANSWERED, 1600, 1660, 1700, 1, False),  # 60 s is not over 60 s
        (ANSWERED, 2000, 2000, 2100, 0, False),  # the end is not part of it
        (OPEN, 1999, INF, INF, -1, False),
    )
    plan = plan_window(WINDOW, layout_of(tiny_centre()), DAY, TARGETS)
    numerator, denominator = tabulate_window(plan, workload, log)
    labels = list(zip(plan.measure, plan.force, plan.channel, strict=True))

    def value(measure, force="North", channel="emergency"):
        cell = labels.index((measure, force, channel))
        return numerator[cell], denominator[cell]

    return value


@pytest.mark.parametrize(
    ("measure", "force", "expected"),
    [
        ("offered", "North", (3, 1)),
        ("offered", "all", (4, 1)),
        ("abandoned", "North", (1, 1)),
        ("over_60s", "North", (2, 1)),  # who gave up after 61 s, and who was never answered
        ("over_60s", "South", (0, 1)),
        ("service_level", "North", (1, 3)),
        ("service_level", "all", (1, 4)),
        ("calls_cut", "North", (1, 1)),
        ("calls_cut", "South", (0, 1)),
        ("wait_max_s", "South", (60, 1)),
        ("wait_max_s", "North", (86400 - 1999, 1)),  # until contacts stop arriving
    ],
)
def test_each_measure_of_a_small_story(cells, measure, force, expected):
    assert cells(measure, force) == expected
    if expected[1] == 1 and measure != "wait_max_s":
        assert cells(measure, force, "all") == expected


def test_a_longest_wait_is_missing_where_nobody_called(cells):
    assert cells("wait_max_s", "South", "routine")[1] == 0


@pytest.mark.parametrize(
    ("arrivals", "in_time", "expected"),
    [
        ([], [], (0, 0)),  # nobody is let down
        ([10], [True], (0, 0)),
        ([10], [False], (10, 0)),  # once the late one has rung
        ([10, 20, 30], [False, False, True], (20, 0)),
        # Nine of ten is enough, but only from when the ninth good one is within the half hour.
        ([1, *range(1000, 1900, 100)], [False] + [True] * 9, (0, 0)),
        ([5, *range(1004, 1904, 100)], [False] + [True] * 9, (4, 0)),
        ([3000], [False], (0, 0)),  # the next half hour is good, whatever comes later
        (list(range(0, 9000, 100)), [False] * 90, (7200, 1)),
    ],
)
def test_recovery_is_the_first_instant_with_a_good_half_hour_ahead(arrivals, in_time, expected):
    found = time_to_recovery(np.array(arrivals, float), np.array(in_time, bool), 0.9, 0.0, 7200.0)
    assert found == expected


@pytest.mark.parametrize("seed", range(20))
def test_recovery_equals_a_search_through_every_second(seed):
    rng = np.random.default_rng(seed)
    arrivals = np.sort(rng.integers(1, 9000, 60)).astype(float)
    in_time = rng.random(60) < np.clip(arrivals / 6000, 0, 1)
    found, censored = time_to_recovery(arrivals, in_time, 0.8, 0.0, 9000.0)
    for second in range(int(9000 - HALF_HOUR_S) + 1):
        ahead = in_time[(arrivals > second) & (arrivals <= second + HALF_HOUR_S)]
        if not ahead.size or ahead.mean() >= 0.8:
            assert (found, censored) == (second, 0)
            return
    assert (found, censored) == (9000, 1)


def test_the_half_hour_must_end_in_the_measured_window():
    assert time_to_recovery(np.array([]), np.array([], bool), 0.9, 6000.0, 7200.0) == (1200, 1)


def test_a_time_line_adds_up_who_waits_and_who_answers():
    window = EventWindow("dark", 3600.0, 3900.0)
    plan = plan_timeline(window, layout_of(tiny_centre()), DAY)
    routine = class_of("North", "routine")
    workload = calls((NORTH, 0, 1), (routine, 0, 1), (SOUTH, 0, 1))
    log = log_of(
        (ANSWERED, 3600, 3750, 4000, 0, False),
        (ANSWERED, 3500, 3660, 3800, 0, False),
        (OPEN, 3800, INF, INF, -1, False),
    )
    staffing = Staffing(2, [0.0, 0.0, 3700.0], [0, 1, 0], [4, 2, 1])
    numerator, denominator = tabulate_timeline(plan, workload, staffing, log)
    labels = list(zip(plan.measure, plan.force, plan.minute, strict=True))

    def value(measure, force, minute):
        cell = labels.index((measure, force, minute))
        return numerator[cell] / denominator[cell]

    assert plan.minute[0] == -60
    assert max(plan.minute) == 180
    assert value("waiting", "North", -5) == pytest.approx(100 / 300)
    assert value("waiting", "North", 0) == pytest.approx((150 + 60) / 300)
    assert value("waiting_urgent", "North", 0) == pytest.approx(150 / 300)
    assert value("waiting_urgent", "South", 5) == 1  # open: it waits for ever
    assert value("waiting", "all", 0) == pytest.approx((150 + 60 + 100) / 300)
    assert value("wait_mean_urgent_s", "North", 0) == 150
    assert value("staffed", "North", 0) == pytest.approx((4 * 100 + 1 * 200) / 300)
    assert value("staffed", "all", 5) == 3
    assert value("busy", "North", 0) == pytest.approx((150 + 140) / 300)
    assert value("busy", "North", 5) == pytest.approx(100 / 300)
