"""Records refuse arrays that describe nothing, and cannot be changed afterwards."""

import numpy as np
import pytest

from sim.records import Design, Horizon, Layout, Staffing, Workload
from sim.records.arrays import RecordError

INF = np.inf


def workload(**changes):
    columns = {
        "n_classes": 2,
        "contact_class": [0, 1, 1],
        "arrival_s": [0.0, 5.0, INF],
        "patience_s": [1.0, INF, 2.0],
        "handle_s": [3.0, 0.0, 1.0],
        "trigger": [0, 0, 1],
        "parent": [-1, -1, 1],
        "delay_s": [0.0, 0.0, 4.0],
    }
    return Workload(**(columns | changes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contact_class": [0, 2, 1]}, "contact_class: must be 0 to 1"),
        ({"contact_class": [0, 0.5, 1]}, "whole numbers"),
        ({"arrival_s": [5.0, 0.0, INF]}, "row 1 arrives before"),
        ({"arrival_s": [-1.0, 0.0, INF]}, "row 0 is not a finite"),
        ({"arrival_s": [0.0, np.nan, INF]}, "row 1 is not a finite"),
        ({"arrival_s": [0.0, 1.0, 2.0]}, "must be inf for a latent"),
        ({"patience_s": [np.nan, 1.0, 1.0]}, "patience_s"),
        ({"patience_s": [-1.0, 1.0, 1.0]}, "patience_s"),
        ({"handle_s": [INF, 1.0, 1.0]}, "handle_s: must be finite"),
        ({"handle_s": [1.0, 1.0]}, "handle_s: has not one row"),
        ({"delay_s": [0.0, 0.0, -1.0]}, "delay_s"),
        ({"trigger": [0, 1, 0]}, "primaries must stand before"),
        ({"trigger": [0, 0, 9]}, "trigger: unknown"),
        ({"parent": [-1, -1, 2]}, "parent: must be a row above"),
        ({"parent": [0, -1, 1]}, "parent: must be -1 for a primary"),
        ({"handle_s": ["long", "short", "long"]}, "handle_s: not numbers"),
        ({"handle_s": [[1.0], [1.0], [1.0]]}, "handle_s: has 2 axes"),
    ],
)
def test_a_workload_that_describes_nothing_is_refused(change, message):
    with pytest.raises(RecordError, match=message):
        workload(**change)


def test_the_children_of_a_contact_stand_in_row_order():
    record = Workload(
        1,
        [0] * 5,
        [0, 1, INF, INF, INF],
        [1] * 5,
        [1] * 5,
        [0, 0, 1, 2, 1],
        [-1, -1, 1, 0, 1],
        [0] * 5,
    )
    children = [
        record.child[record.child_start[i] : record.child_start[i + 1]].tolist() for i in range(5)
    ]
    assert children == [[3], [2, 4], [], [], []]


def test_a_record_keeps_its_numbers_when_the_array_it_came_from_changes():
    handle_s = np.array([3.0, 0.0, 1.0])
    record = workload(handle_s=handle_s)
    handle_s[0] = 99
    assert record.handle_s[0] == 3
    with pytest.raises(ValueError, match="read-only"):
        record.handle_s[0] = 99


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, [0, 0], [0, 0], [1, 2]), "row 1 must come after"),
        ((2, [5, 0], [0, 1], [1, 2]), "row 1 must come after"),
        ((1, [0], [1], [1]), "step_group: must be 0 to 0"),
        ((1, [0], [0], [-1]), "must not be negative"),
        ((1, [INF], [0], [1]), "must be finite"),
        ((1, [0], [0, 0], [1]), "one length"),
        ((1, [0], [0], [1.5]), "whole numbers"),
    ],
)
def test_staffing_out_of_order_or_range_is_refused(arguments, message):
    with pytest.raises(RecordError, match=message):
        Staffing(*arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"change_s": [1.0]}, "must start at 0"),
        ({"change_s": [0.0, 1.0]}, "one instant per span"),
        ({"delay_s": [[[-1.0]]]}, "delay_s: must not be negative"),
        ({"delay_s": [[[np.nan]]]}, "delay_s: must not be negative or missing"),
        ({"reserve": [[[-1]]]}, "reserve"),
        ({"handle_factor": [[[INF]]]}, "handle_factor"),
        ({"contact_rank": [[[0, 1]]]}, "contact_rank: shape"),
    ],
)
def test_a_design_out_of_range_is_refused(change, message):
    one = [[[0]]]
    matrices = {
        "change_s": [0.0],
        "delay_s": one,
        "contact_rank": one,
        "agent_rank": one,
        "reserve": one,
        "handle_factor": one,
    }
    with pytest.raises(RecordError, match=message):
        Design(**(matrices | change))


def test_a_layout_knows_own_rooms_and_skills():
    layout = Layout(
        ("A", "B"),
        ("e", "n"),
        ("A all", "B 999", "shared"),
        np.array([0, 1, -1]),
        np.array([[1, 1, 0], [1, 0, 1]], bool),
        np.array([1, 2]),
        np.zeros((2, 3), int),
    )
    assert layout.class_of("B", "n") == 3
    assert layout.own.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert layout.able.tolist() == [[1, 1, 0], [1, 0, 1], [1, 1, 0], [1, 0, 1]]


def test_the_horizon_places_instants_in_the_week():
    horizon = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
    hours = horizon.hours_of_week(np.array([0.0, 86_399.0, 86_400.0, 8 * 86_400.0 - 1]))
    assert hours.tolist() == [144, 167, 0, 167]
    assert horizon.measured_until_s == 8 * 86_400
    for hour in (0, 9, 144, 167):
        start = horizon.instant_of_hour_of_week(hour)
        assert start <= 0
        assert horizon.hour_of_week(start) == hour


@pytest.mark.parametrize("spans", [(-1, 1), (0, 0), (0, INF), (0, np.nan), (0, 1, -1)])
def test_a_horizon_that_measures_nothing_is_refused(spans):
    with pytest.raises(RecordError, match="horizon"):
        Horizon(*spans)
