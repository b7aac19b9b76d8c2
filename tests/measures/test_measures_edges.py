"""Windows of odd lengths, centres with gaps, and records that do not fit."""

from math import isnan

import numpy as np
import pytest
from measure_cells import TARGETS, Cells, layout, plan

from sim.measures import DEFINITIONS, THRESHOLDS_S, Tally, Targets, plan_measures, tabulate
from sim.records import (
    ANSWERED,
    ON_INTERRUPTED,
    PRIMARY,
    ContactLog,
    Horizon,
    Staffing,
    Workload,
)
from sim.records.arrays import RecordError


def answered_at_once(horizon, calls, group_force=(0,), staffed=1, forces=("A",)):
    """Tabulate emergency calls of force A, (arrival, wait, handle), answered by room 0."""
    arrival_s, wait_s, handle_s = np.array(calls, dtype=float).reshape(-1, 3).T
    n = arrival_s.size
    measures = plan(horizon, forces, group_force)
    workload = Workload(
        2 * len(forces),
        np.zeros(n, int),
        arrival_s,
        np.full(n, np.inf),
        handle_s,
        np.zeros(n, int),
        np.full(n, -1),
        np.zeros(n),
    )
    answer_s = arrival_s + wait_s
    log = ContactLog(
        np.full(n, ANSWERED), arrival_s, answer_s, answer_s + handle_s, np.zeros(n, int)
    )
    staffing = Staffing.constant([staffed] * len(group_force))
    return Cells(measures, tabulate(measures, workload, staffing, log))


def test_a_call_over_several_hours_is_split_at_the_full_hours():
    cells = answered_at_once(Horizon(0, 4), [(1800.0, 0.0, 2.75 * 3600)])
    busy_h = [
        cells.value("busy_h", group="room 0", force="A", period=f"week_00{h}") for h in range(4)
    ]
    assert busy_h == pytest.approx([0.5, 1.0, 1.0, 0.25])
    assert cells.value("busy_h") == pytest.approx(2.75)


def test_a_call_over_the_whole_window_and_more_is_clipped_to_it():
    cells = answered_at_once(Horizon(1, 2, 1), [(1000.0, 0.0, 20000.0)])
    assert cells.value("busy_h") == pytest.approx(2)
    assert cells.value("occupancy") == pytest.approx(1)
    assert cells.value("offered") == 0


def test_a_window_shorter_than_an_hour_counts_parts_of_hours():
    """Half an hour from Tuesday 00:45: a quarter of hour 24 and a quarter of hour 25."""
    horizon = Horizon(2, 0.5, 0, start_hour_of_week=24.75)
    cells = answered_at_once(horizon, [(7200.0, 0.0, 1800.0), (8100.0, 0.0, 450.0)], staffed=3)
    for period, load_erl, busy in (("week_024", 2.0, 1.0), ("week_025", 0.5, 1.5)):
        assert cells.value("offered_load_erl", period=period) == pytest.approx(load_erl)
        assert cells.value("busy_h", period=period) == pytest.approx(busy)
        assert cells.pair("staffed_h", period=period) == pytest.approx((0.75, 0.25))
    assert cells.value("offered", channel="emergency", period="hour_00") == 1
    assert cells.value("offered", channel="emergency", period="hour_01") == 1
    assert cells.pair("staffed_h", period="week_026") == (0, 0)


def test_a_window_of_two_and_a_half_weeks_counts_how_often_each_hour_occurs():
    horizon = Horizon(24, 2.5 * 168)
    first_monday_s = 24 * 3600.0
    calls = [(first_monday_s + week * 168 * 3600, 0.0, 1800.0) for week in range(3)]
    cells = answered_at_once(horizon, calls, staffed=4)
    assert cells.pair("offered_load_erl", period="week_000") == pytest.approx((1.5, 3))
    assert cells.pair("staffed_h", period="week_000") == pytest.approx((12, 3))
    assert cells.pair("staffed_h", period="week_084") == pytest.approx((8, 2))
    assert cells.value("busy_h", period="week_000") == pytest.approx(0.5)
    assert cells.value("offered", channel="emergency", period="hour_00") == 3
    assert cells.value("staffed_h") == pytest.approx(4 * 2.5 * 168)


def test_a_wait_of_exactly_the_target_counts_wherever_it_lies():
    """(a + 10) - a can be more than 10, or less, where a binary digit is lost on the way."""
    starts = 2.0 ** np.arange(10, 19) - 1.1
    assert any((a + 10.0) - a > 10.0 for a in starts)
    assert any((a + 7.0) - a < 7.0 for a in starts)
    cells = answered_at_once(Horizon(0, 240), [(a, 10.0, 1.0) for a in starts])
    assert cells.value("service_level") == 1
    assert cells.value("answered_within_10s", channel="emergency") == 1
    assert cells.value("wait_max_s") == 10
    # With the transfer of 3 s, 7 s are exactly 10 s on police.uk's clock: not under 10.
    cells = answered_at_once(Horizon(0, 240), [(a, 7.0, 1.0) for a in starts])
    assert cells.value("band_under_10s") == 0
    # And 57 s are exactly 60: not over.
    cells = answered_at_once(Horizon(0, 240), [(a, 57.0, 1.0) for a in starts])
    assert cells.value("band_10_60s") == 1


def test_a_quantile_is_the_wait_that_the_share_did_not_exceed():
    waits = list(range(1, 21))  # 20 waits: 95% is the 19th, 90% the 18th, 99% the 20th
    cells = answered_at_once(Horizon(0, 10), [(100.0 * w, w, 1.0) for w in waits])
    found = [cells.value(f"wait_{q}_s") for q in ("p50", "p90", "p95", "p99", "max")]
    assert found == [10, 18, 19, 20, 20]


def test_a_group_of_no_force_counts_in_the_sum_and_answers_elsewhere():
    cells = answered_at_once(Horizon(0, 1), [(0.0, 0.0, 360.0)], group_force=(-1, 0))
    assert cells.value("busy_h", force="", group="room 0") == pytest.approx(0.1)
    assert cells.value("staffed_h", force="A") == pytest.approx(1)
    assert cells.value("busy_h", force="A") == 0
    assert cells.value("staffed_h") == pytest.approx(2)
    assert cells.value("busy_h") == pytest.approx(0.1)
    assert cells.value("answered_elsewhere", force="A") == 1
    assert cells.value("exchange_h", force="A", group="room 0") == pytest.approx(0.1)


def test_a_force_without_a_group_has_no_hours_and_no_occupancy():
    cells = answered_at_once(
        Horizon(0, 1), [(0.0, 0.0, 360.0)], group_force=(1,), forces=("A", "B")
    )
    assert cells.pair("staffed_h", force="A") == (0, 1)
    assert isnan(cells.value("occupancy", force="A"))
    assert cells.value("occupancy", force="B") == pytest.approx(0.1)


def test_a_centre_without_groups_or_contacts_has_counts_of_none_and_nothing_else():
    measures = plan(Horizon(0, 1), group_force=())
    none = np.zeros(0)
    workload = Workload(4, none, none, none, none, none, none, none)
    log = ContactLog(none, none, none, none, none)
    tally = tabulate(measures, workload, Staffing(0, none, none, none), log)
    assert not tally.numerator.any()
    assert np.isnan(tally.value[measures.unit == "share"]).all()
    assert (tally.value[measures.unit == "contacts"] == 0).all()


def test_a_staffing_without_steps_is_nobody():
    measures = plan(Horizon(0, 1))
    none = np.zeros(0)
    workload = Workload(4, none, none, none, none, none, none, none)
    log = ContactLog(none, none, none, none, none)
    cells = Cells(measures, tabulate(measures, workload, Staffing(2, none, none, none), log))
    assert cells.pair("staffed_h") == (0, 1)


def test_a_rise_during_an_overrun_ends_it_and_a_second_fall_goes_on_with_it():
    """Two calls until 1000 s; 2 handlers, none from 100 s, 1 from 300 s, none from 600 s.

    Overruns: 2 from 100, 1 from 300 (the other has a colleague's seat), 2 from 600; staffed is 2
    throughout, to 1000 s.
    """
    measures = plan(Horizon(0, 1), ("A",), (0,))
    workload = Workload(
        2, [0, 0], [0.0, 0], [np.inf] * 2, [1000.0, 1000], [0, 0], [-1, -1], [0.0, 0]
    )
    log = ContactLog([ANSWERED] * 2, [0.0, 0], [0.0, 0], [1000.0, 1000], [0, 0])
    staffing = Staffing(1, [0.0, 100, 300, 600], [0] * 4, [2, 0, 1, 0])
    cells = Cells(measures, tabulate(measures, workload, staffing, log))
    assert cells.value("staffed_h") == pytest.approx(2000 / 3600)
    assert cells.value("occupancy") == pytest.approx(1)


def test_a_call_taken_in_the_instant_of_the_shift_end_is_finished_too():
    """One handler until 100 s, when a call ends: that comes first, so the next is taken."""
    measures = plan(Horizon(0, 1), ("A",), (0,))
    workload = Workload(
        2, [0, 0], [0.0, 50], [np.inf] * 2, [100.0, 100], [0, 0], [-1, -1], [0.0, 0]
    )
    log = ContactLog([ANSWERED] * 2, [0.0, 50], [0.0, 100], [100.0, 200], [0, 0])
    cells = Cells(
        measures, tabulate(measures, workload, Staffing(1, [0.0, 100], [0, 0], [1, 0]), log)
    )
    assert cells.value("staffed_h") == pytest.approx(200 / 3600)


def test_interrupted_work_is_one_contact_and_all_its_hours():
    """Work of 300 s is interrupted after 100 s for a call of 50 s, and then finished elsewhere."""
    measures = plan(Horizon(0, 1), ("A",), (0, 0))
    workload = Workload(
        2,
        [1, 0, 1],
        [0.0, 100, np.inf],
        [np.inf] * 3,
        [300.0, 50, 300],
        [PRIMARY, PRIMARY, ON_INTERRUPTED],
        [-1, -1, 0],
        [0.0, 0, 0],
    )
    log = ContactLog(
        [ANSWERED] * 3,
        [0.0, 100, 100],
        [0.0, 100, 120],
        [100.0, 150, 320],
        [0, 0, 1],
        [True, False, False],
    )
    cells = Cells(measures, tabulate(measures, workload, Staffing.constant([1, 1]), log))
    assert cells.value("offered", channel="non_emergency") == 1
    assert cells.pair("service_level", channel="non_emergency") == (1, 1)
    assert cells.value("offered_load_erl", period="week_000") == pytest.approx(350 / 3600)
    assert cells.value("busy_h") == pytest.approx((100 + 50 + 200) / 3600)


def test_a_chat_that_shares_its_handler_counts_its_part_of_the_time():
    """One handler holds a chat from 0 to 600 s, and another force's from 200 to 400 s."""
    measures = plan(Horizon(0, 1), ("A", "B"), (0,))
    workload = Workload(
        4, [1, 3], [0.0, 200], [np.inf] * 2, [600.0, 200], [0, 0], [-1, -1], [0.0, 0]
    )
    log = ContactLog([ANSWERED] * 2, [0.0, 200], [0.0, 200], [600.0, 400], [0, 0], desk=[0, 0])
    cells = Cells(measures, tabulate(measures, workload, Staffing.constant([1]), log))
    assert cells.value("busy_h") == pytest.approx(600 / 3600)
    assert cells.value("occupancy") == pytest.approx(600 / 3600)
    assert cells.value("exchange_h", force="A", group="room 0") == pytest.approx(500 / 3600)
    assert cells.value("exchange_h", force="B", group="room 0") == pytest.approx(100 / 3600)


def test_a_handler_who_finishes_chats_after_the_shift_overruns_it_once():
    """Two chats in hand when the only handler's shift ends at 300 s; the last ends at 600 s."""
    measures = plan(Horizon(0, 1), ("A",), (0,))
    workload = Workload(2, [1, 1], [0.0, 0], [np.inf] * 2, [400.0, 600], [0, 0], [-1, -1], [0, 0])
    log = ContactLog([ANSWERED] * 2, [0.0, 0], [0.0, 0], [400.0, 600], [0, 0], desk=[0, 0])
    staffing = Staffing(1, [0.0, 300], [0, 0], [1, 0])
    cells = Cells(measures, tabulate(measures, workload, staffing, log))
    assert cells.value("staffed_h") == pytest.approx(600 / 3600)
    assert cells.value("busy_h") == pytest.approx(600 / 3600)


def test_calls_cut_off_by_an_outage_are_not_finished_after_it():
    """Two calls of 1000 s in hand when the site goes dark at 600 s: no overrun."""
    measures = plan(Horizon(0, 1), ("A",), (0,))
    workload = Workload(
        2, [0, 0], [0.0, 0], [np.inf] * 2, [1000.0, 1000], [0, 0], [-1, -1], [0.0, 0]
    )
    log = ContactLog([ANSWERED] * 2, [0.0, 0], [0.0, 0], [600.0, 600], [0, 0], [True, True])
    staffing = Staffing(1, [0.0, 600], [0, 0], [3, 0], [False, True])
    cells = Cells(measures, tabulate(measures, workload, staffing, log))
    assert cells.value("staffed_h") == pytest.approx(1800 / 3600)
    assert cells.value("occupancy") == pytest.approx(2 / 3)


def test_every_cell_is_defined_and_every_definition_has_its_cells():
    measures = plan(Horizon(0, 168))
    assert set(measures.measure.tolist()) == set(DEFINITIONS)
    assert {DEFINITIONS[m].unit for m in DEFINITIONS} == {"contacts", "share", "s", "h", "erl"}
    assert all(
        unit == DEFINITIONS[measure].unit
        for measure, unit in zip(measures.measure.tolist(), measures.unit.tolist(), strict=True)
    )


def test_the_cells_are_those_that_were_agreed():
    """2 forces, 2 channels, 2 groups: 18 measures by 9 sums, thresholds, hours, rooms, exchange."""
    measures = plan(Horizon(0, 168))
    expected = (
        18 * 9
        + len(THRESHOLDS_S) * 6
        + 5 * 24 * 6
        + 168 * 6
        + 168 * 3
        + 2 * 168 * 5
        + 3 * 5
        + 12
        + 4
    )
    assert measures.n_cells == expected
    assert set(measures.force.tolist()) == {"A", "B", "all"}
    assert set(measures.group.tolist()) == {"", "room 0", "room 1"}


def test_missing_is_told_from_nothing():
    tally = Tally(np.array([0.0, 0.0, 3.0]), np.array([0.0, 2.0, 4.0]))
    assert isnan(tally.value[0])
    assert tally.value[1:].tolist() == [0, 0.75]


def test_a_force_or_channel_called_all_is_refused():
    with pytest.raises(RecordError, match="all"):
        plan(Horizon(0, 1), forces=("A", "all"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer_within_s": [10.0]}, "target_share: needs one per channel"),
        ({"transfer_delay_s": [-1.0, 0.0]}, "transfer_delay_s: "),
        ({"target_share": [1.5, 0.9]}, "target_share: "),
        ({"answer_within_s": [np.inf, 10]}, "answer_within_s: "),
    ],
)
def test_targets_that_promise_nothing_are_refused(change, message):
    arguments = {
        "answer_within_s": [10.0, 30.0],
        "target_share": [0.9, 0.9],
        "transfer_delay_s": [0.0, 0.0],
    }
    with pytest.raises(RecordError, match=message):
        Targets(**(arguments | change))


def test_targets_for_other_channels_are_refused():
    one = Targets([10.0], [0.9], [0.0])
    with pytest.raises(RecordError, match="2 channels"):
        plan_measures(layout(), Horizon(0, 1), one)


def test_records_that_do_not_belong_together_are_refused():
    measures = plan_measures(layout(), Horizon(0, 1), TARGETS)
    none, one = np.zeros(0), np.zeros(1)
    workload = Workload(4, none, none, none, none, none, none, none)
    log = ContactLog(none, none, none, none, none)
    nobody = Staffing(2, none, none, none)
    with pytest.raises(RecordError, match="rows"):
        tabulate(measures, workload, nobody, ContactLog(one, one, one, one, one))
    with pytest.raises(RecordError, match="classes"):
        tabulate(measures, Workload(5, none, none, none, none, none, none, none), nobody, log)
    with pytest.raises(RecordError, match="groups"):
        tabulate(measures, workload, Staffing(1, none, none, none), log)
