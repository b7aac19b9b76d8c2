"""Replayed call logs: the same calls at the same instants in every replication."""

import numpy as np
import pytest
from small_centres import a_centre, a_channel, a_force

from sim.config import ConfigError
from sim.records import Horizon
from sim.workload import WorkloadPlan

HORIZON = Horizon(warm_up_h=1, measured_h=2, cool_down_h=0.5, start_hour_of_week=30)
CALLS = [  # force, channel, seconds since the measured window opened, handle time
    ("South", "emergency", 10.0, 60.0),
    ("North", "web", -3600.0, 61.0),
    ("North", "emergency", 10.0, 62.0),
    ("North", "emergency", 5.5, 63.0),
    ("North", "emergency", 10.0, 64.0),
    ("South", "web", -3600.5, 65.0),  # before the warm-up
    ("South", "web", 9000.0, 66.0),  # as arrivals stop
    ("South", "web", 8999.0, 67.0),
    ("South", "web", 99_999.0, 68.0),
]


def plan(calls=CALLS, *, recorded=True, **channel):
    force, name, arrival, handle = zip(*calls, strict=True) if calls else ((), (), (), ())
    log = {"file": "log.csv", "force": force, "channel": name, "arrival_s": arrival}
    centre = a_centre(
        channels={"emergency": a_channel(**channel), "web": a_channel(**channel)},
        forces={"North": a_force(emergency=9, web=9), "South": a_force(emergency=9, web=9)},
        demand={"call_log": log | ({"handle_s": handle} if recorded else {})},
    )
    return WorkloadPlan(centre, HORIZON)


def test_calls_arrive_as_recorded_in_their_classes():
    workload = plan().draw(1, 0)
    assert workload.arrival_s.tolist() == [0, 3605.5, 3610, 3610, 3610, 12_599]
    assert workload.contact_class.tolist() == [1, 0, 0, 0, 2, 3]
    assert workload.handle_s.tolist() == [61, 63, 62, 64, 60, 67]


def test_rows_outside_the_horizon_are_left_out_and_counted():
    assert plan().left_out == (1, 2)


def test_calls_at_one_instant_come_by_class_then_as_in_the_log():
    calls = [(("South", "North")[i % 2], "web", float(i // 900), 1.0 + i) for i in range(1800)]
    workload = plan(calls).draw(1, 0)
    first, second = workload.handle_s[:900], workload.handle_s[900:]
    assert first.tolist() == [*range(2, 901, 2), *range(1, 901, 2)]
    assert second.tolist() == [*range(902, 1801, 2), *range(901, 1801, 2)]


def test_only_what_the_log_does_not_tell_differs_between_replications():
    first, second = (plan().draw(1, r) for r in (0, 1))
    assert np.array_equal(first.arrival_s, second.arrival_s)
    assert np.array_equal(first.handle_s, second.handle_s)
    assert not (first.patience_s == second.patience_s).any()


def test_handle_times_are_drawn_where_the_log_has_none():
    first, second = (plan(recorded=False).draw(1, r) for r in (0, 1))
    assert np.array_equal(first.arrival_s, second.arrival_s)
    assert not (first.handle_s == second.handle_s).any()


def test_replayed_callers_redial_with_their_recorded_handle_time():
    redial = {"share": 1, "delay_mean_s": 30, "max_attempts": 1}
    workload = plan(redial=redial).draw(1, 0)
    assert workload.n_contacts == 12
    assert np.array_equal(workload.handle_s[6:], workload.handle_s[workload.parent[6:]])


def test_recorded_handle_times_make_a_law_unnecessary():
    assert plan(handle=None).draw(1, 0).n_contacts == 6


def test_an_empty_log_gives_an_empty_workload():
    workload = plan([]).draw(1, 0)
    assert workload.n_contacts == 0
    assert workload.n_classes == 4


def test_a_call_of_an_unknown_class_is_refused_with_its_row():
    with pytest.raises(ConfigError, match=r"demand.call_log = .*West.*row 10 is of no class"):
        plan([*CALLS, ("West", "web", 1.0, 1.0)])
