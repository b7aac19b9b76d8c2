"""Small days in a control room, told and worked by hand."""

import numpy as np
import pytest

from sim.engine import ENGINES, simulate
from sim.records import (
    ABANDONED,
    ANSWERED,
    NOT_WOKEN,
    ON_ABANDONED,
    ON_ANSWERED,
    ON_CUT,
    ON_INTERRUPTED,
    OPEN,
    Design,
    Staffing,
    Workload,
)

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))
INF = np.inf


def callers(*rows, n_classes=1):
    """Rows of (class, arrival, patience, handle), or for a follow-on
    (class, trigger, parent, delay, patience, handle).
    """
    full = [row if len(row) == 6 else (row[0], 0, -1, 0.0, *row[2:]) for row in rows]
    return Workload(
        n_classes,
        [row[0] for row in full],
        [row[1] if len(row) == 4 else INF for row in rows],
        [row[4] for row in full],
        [row[5] for row in full],
        [row[1] for row in full],
        [row[2] for row in full],
        [row[3] for row in full],
    )


def design(  # noqa: PLR0913 - the five matrices
    delay,
    *,
    contact_rank=None,
    agent_rank=None,
    reserve=None,
    factor=None,
    interrupts=None,
    at_once=None,
    change=(0.0,),
):
    delay = np.asarray(delay, float)
    if delay.ndim == 2:
        delay = delay[None]

    def fill(matrix, value):
        return np.broadcast_to(value if matrix is None else np.asarray(matrix), delay.shape)

    return Design(
        change,
        delay,
        fill(contact_rank, 0),
        fill(agent_rank, 0),
        fill(reserve, 0),
        fill(factor, 1.0),
        fill(interrupts, False),
        fill(at_once, 1),
    )


def test_a_second_caller_waits_until_the_only_handler_is_free(engine):
    log = simulate(
        callers((0, 0, INF, 100), (0, 30, INF, 50)), Staffing.constant([1]), design([[0]]), engine
    )
    assert log.wait_end_s.tolist() == [0, 100]
    assert log.service_end_s.tolist() == [100, 150]


def test_a_999_caller_overtakes_a_101_caller_but_does_not_interrupt_a_call(engine):
    log = simulate(
        callers((1, 0, INF, 100), (1, 10, INF, 100), (0, 20, INF, 100), n_classes=2),
        Staffing.constant([1]),
        design([[0], [0]], agent_rank=[[0], [1]]),
        engine,
    )
    assert log.wait_end_s.tolist() == [0, 200, 100]


def test_equal_ranks_take_the_longest_wait_of_any_class(engine):
    log = simulate(
        callers((0, 0, INF, 100), (1, 10, INF, 10), (0, 20, INF, 10), n_classes=2),
        Staffing.constant([1]),
        design([[0], [0]]),
        engine,
    )
    assert log.wait_end_s.tolist() == [0, 100, 110]


def test_a_caller_whose_patience_ends_when_a_handler_comes_free_is_answered(engine):
    """Service ends come before patience ends at one instant."""
    log = simulate(
        callers((0, 0, INF, 100), (0, 30, 70, 5), (0, 40, 60, 5)),
        Staffing.constant([1]),
        design([[0]]),
        engine,
    )
    assert log.outcome.tolist() == [ANSWERED, ANSWERED, ABANDONED]
    assert log.wait_end_s.tolist() == [0, 100, 100]


def test_a_caller_with_no_patience_is_answered_if_someone_is_free_and_lost_if_not(engine):
    log = simulate(
        callers((0, 5, 0, 10), (0, 5, 0, 10)), Staffing.constant([1]), design([[0]]), engine
    )
    assert log.outcome.tolist() == [ANSWERED, ABANDONED]
    assert log.wait_end_s.tolist() == [5, 5]


def test_another_room_answers_after_twenty_seconds_and_takes_longer(engine):
    log = simulate(
        callers((0, 0, INF, 100), (0, 10, INF, 100), n_classes=1),
        Staffing.constant([1, 1]),
        design([[0, 20]], contact_rank=[[0, 1]], factor=[[1, 1.5]]),
        engine,
    )
    assert log.group.tolist() == [0, 1]
    assert log.wait_end_s.tolist() == [0, 30]
    assert log.service_end_s.tolist() == [100, 180]


def test_a_reserved_handler_waits_for_999_while_101_callers_wait(engine):
    log = simulate(
        callers((1, 0, INF, 50), (1, 1, INF, 50), (0, 10, INF, 50), n_classes=2),
        Staffing.constant([2]),
        design([[0], [0]], agent_rank=[[0], [1]], reserve=[[0], [1]]),
        engine,
    )
    # At 50 the first 101 call ends with the 999 call still on: one handler is free, and kept.
    assert log.wait_end_s.tolist() == [0, 60, 10]


def test_a_handler_finishes_the_call_in_hand_at_the_end_of_the_shift_and_then_leaves(engine):
    log = simulate(
        callers((0, 0, INF, 100), (0, 20, INF, 100)),
        Staffing(1, [0, 50, 300], [0, 0, 0], [1, 0, 1]),
        design([[0]]),
        engine,
    )
    assert log.service_end_s[0] == 100
    assert log.wait_end_s[1] == 300


def test_idle_handlers_leave_first(engine):
    """Two of three are busy when the staff falls to two: both go on, and come free for more."""
    log = simulate(
        callers((0, 0, INF, 100), (0, 0, INF, 100), (0, 60, INF, 10), (0, 60, INF, 10)),
        Staffing(1, [0, 50], [0, 0], [3, 2]),
        design([[0]]),
        engine,
    )
    assert log.wait_end_s.tolist() == [0, 0, 100, 100]


def test_staff_who_come_on_take_the_waiting_at_once(engine):
    log = simulate(
        callers((0, 0, INF, 100), (0, 5, INF, 100), (0, 6, INF, 100)),
        Staffing(1, [0, 50], [0, 0], [0, 2]),
        design([[0]]),
        engine,
    )
    assert log.wait_end_s.tolist() == [50, 50, 150]


def test_a_caller_who_gives_up_rings_back_and_may_dial_999_the_second_time(engine):
    log = simulate(
        callers(
            (1, 0, INF, 100),
            (1, 5, 20, 30),  # gives up at 25
            (0, 1, 1, 10, INF, 30),  # dials 999 at 35
            (1, 1, 2, 10, INF, 30),  # would follow if that were given up too
            n_classes=2,
        ),
        Staffing.constant([1]),
        design([[0], [0]], agent_rank=[[0], [1]]),
        engine,
    )
    assert log.outcome.tolist() == [ANSWERED, ABANDONED, ANSWERED, NOT_WOKEN]
    assert log.arrival_s.tolist() == [0, 5, 35, INF]
    assert log.wait_end_s[2] == 100


def test_a_transferred_call_joins_the_other_queue_when_the_first_call_ends(engine):
    log = simulate(
        callers((0, 0, INF, 40), (1, 2, 0, 0, INF, 60), n_classes=2),
        Staffing.constant([1, 1]),
        design([[0, INF], [INF, 0]]),
        engine,
    )
    assert log.arrival_s.tolist() == [0, 40]
    assert log.group.tolist() == [0, 1]
    assert log.service_end_s.tolist() == [40, 100]


def test_when_the_design_changes_waiting_callers_are_taken_or_wait_for_the_new_opening(engine):
    closed, at_once, later = [[0, INF]], [[0, 0]], [[0, 90]]
    for after, answered in ((at_once, 50), (later, 100)):
        log = simulate(
            callers((0, 0, INF, 500), (0, 10, INF, 5)),
            Staffing.constant([1, 1]),
            design([closed, after], change=[0, 50]),
            engine,
        )
        assert log.wait_end_s.tolist() == [0, answered]
        assert log.group.tolist() == [0, 1]


def test_when_a_site_goes_dark_calls_in_hand_are_cut_and_ring_back_to_the_other_room(engine):
    log = simulate(
        callers((0, 0, INF, 100), (0, ON_CUT, 0, 15, INF, 100), (0, ON_ANSWERED, 0, 0, INF, 9)),
        Staffing(2, [0, 0, 40], [0, 1, 0], [1, 1, 0], [False, False, True]),
        design([[0, 0]]),
        engine,
    )
    assert log.cut.tolist() == [True, False, False]
    assert log.service_end_s.tolist() == [40, 155, INF]
    assert log.group.tolist() == [0, 1, -1]
    assert log.outcome.tolist() == [ANSWERED, ANSWERED, NOT_WOKEN]


def test_a_999_call_interrupts_an_online_report_and_the_rest_is_done_afterwards(engine):
    log = simulate(
        callers((1, 0, INF, 100), (0, 30, INF, 50), (1, ON_INTERRUPTED, 0, 0, INF, 0), n_classes=2),
        Staffing.constant([1]),
        design([[0], [0]], agent_rank=[[0], [1]], interrupts=[[True], [False]]),
        engine,
    )
    assert log.wait_end_s.tolist() == [0, 30, 80]
    assert log.service_end_s.tolist() == [30, 80, 150]
    assert log.cut.tolist() == [True, False, False]


def test_what_was_begun_last_is_interrupted_and_only_what_may_be(engine):
    log = simulate(
        callers(
            (1, 0, INF, 100),  # may not be interrupted: nothing stands for its rest
            (1, 5, INF, 100),
            (1, 9, INF, 100),
            (0, 30, INF, 50),
            (1, ON_INTERRUPTED, 1, 0, INF, 0),
            (1, ON_INTERRUPTED, 2, 0, INF, 0),
            n_classes=2,
        ),
        Staffing.constant([3]),
        design([[0], [0]], agent_rank=[[0], [1]], interrupts=[[True], [False]]),
        engine,
    )
    assert log.cut.tolist() == [False, False, True, False, False, False]


def test_of_two_whose_patience_ends_together_the_second_may_be_saved_by_the_redial_of_the_first(
    engine,
):
    """At 100 rows 1, 2 and 3 give up in this order, but row 2 dials 999 at once and breaks into
    the report in hand; that takes no time, and the handler is free before row 3 has gone.
    """
    log = simulate(
        callers(
            (2, 0, INF, 500),  # an online report in hand
            (1, 10, 90, 30),
            (1, 20, 80, 30),
            (1, 30, 70, 30),
            (2, ON_INTERRUPTED, 0, 50, INF, 0),
            (0, ON_ABANDONED, 2, 0, INF, 0),
            n_classes=3,
        ),
        Staffing.constant([1]),
        design([[0], [0], [0]], agent_rank=[[0], [1], [2]], interrupts=[[True], [False], [False]]),
        engine,
    )
    assert log.outcome.tolist() == [ANSWERED, ABANDONED, ABANDONED, ANSWERED, ANSWERED, ANSWERED]
    assert log.wait_end_s.tolist() == [0, 100, 100, 100, 150, 100]


def test_thousands_who_wait_at_once_are_all_answered_when_the_other_room_opens(engine):
    """Five thousand within five seconds; with one delay or two."""
    n = 5000
    for second_delay_s in (60.0, 7.0):
        workload = callers(*[(i % 2, float(i // 1000), INF, 10) for i in range(n)], n_classes=2)
        opens = design([[INF, 60], [INF, second_delay_s]])
        log = simulate(workload, Staffing.constant([0, n]), opens, engine)
        assert np.array_equal(
            log.wait_s, np.where(workload.contact_class == 0, 60.0, second_delay_s)
        )


def test_a_chat_goes_to_the_handler_with_room_who_holds_most_and_only_then_to_a_free_one(engine):
    log = simulate(
        callers(
            (0, 0, INF, 100),  # a first handler
            (0, 10, INF, 20),  # beside it, until 30
            (0, 15, INF, 100),  # no room: a second handler
            (0, 20, INF, 100),  # beside that
            (0, 40, INF, 100),  # beside the first, who has had room since 30
            (0, 50, INF, 100),  # nobody has room, nobody is free: waits until 100
        ),
        Staffing.constant([2]),
        design([[0]], at_once=[[2]]),
        engine,
    )
    assert log.desk.tolist() == [0, 0, 1, 1, 0, 0]
    assert log.wait_end_s.tolist() == [0, 10, 15, 20, 40, 100]


def test_of_two_handlers_with_room_the_one_who_holds_more_takes_the_chat(engine):
    log = simulate(
        callers(
            (0, 0, INF, 100),
            (0, 0, INF, 20),
            (0, 0, INF, 20),  # three at the first desk, and one left from 20 on
            (0, 10, INF, 100),
            (0, 10, INF, 100),  # two at the second
            (0, 30, INF, 100),
        ),
        Staffing.constant([2]),
        design([[0]], at_once=[[3]]),
        engine,
    )
    assert log.desk.tolist() == [0, 0, 0, 1, 1, 1]


def test_contacts_share_a_handler_only_with_others_of_the_same_number(engine):
    """A call takes a handler alone, and chats of two do not mix with chats of three."""
    log = simulate(
        callers(
            (0, 0, INF, 100), (1, 1, INF, 100), (2, 2, INF, 100), (1, 3, INF, 100), n_classes=3
        ),
        Staffing.constant([3]),
        design([[0], [0], [0]], at_once=[[1], [2], [3]]),
        engine,
    )
    assert log.desk.tolist() == [-1, 0, 1, 0]


def test_a_999_call_puts_all_chats_of_a_handler_aside_or_none(engine):
    for last_may_be_put_aside in (True, False):
        rows = [
            (1, 0, INF, 100),
            (1, 10, INF, 100),
            (0, 30, INF, 50),
            (1, ON_INTERRUPTED, 0, 0, INF, 0),
        ]
        if last_may_be_put_aside:
            rows.append((1, ON_INTERRUPTED, 1, 0, INF, 0))
        log = simulate(
            callers(*rows, n_classes=2),
            Staffing.constant([1]),
            design(
                [[0], [0]], agent_rank=[[0], [1]], interrupts=[[True], [False]], at_once=[[1], [2]]
            ),
            engine,
        )
        if last_may_be_put_aside:
            assert log.wait_end_s.tolist() == [0, 10, 30, 80, 80]
            assert log.service_end_s.tolist() == [30, 30, 80, 150, 160]
        else:
            assert log.wait_end_s[2] == 110


def test_nobody_takes_another_chat_while_a_handler_overruns_the_shift(engine):
    log = simulate(
        callers((1, 0, INF, 60), (0, 0, INF, 100), (0, 50, INF, 30), n_classes=2),
        Staffing(1, [0, 40], [0, 0], [2, 1]),
        design([[0], [0]], at_once=[[2], [1]]),
        engine,
    )
    assert log.wait_end_s.tolist() == [0, 0, 60]


def test_when_a_site_goes_dark_all_chats_of_a_handler_are_cut(engine):
    log = simulate(
        callers((0, 0, INF, 100), (0, 10, INF, 100), (0, 20, INF, 30)),
        Staffing(1, [0, 40, 70], [0, 0, 0], [1, 0, 1], [False, True, False]),
        design([[0]], at_once=[[2]]),
        engine,
    )
    assert log.cut.tolist() == [True, True, False]
    assert log.wait_end_s.tolist() == [0, 10, 70]


def test_a_contact_with_nobody_to_answer_stays_open_unless_it_gives_up(engine):
    log = simulate(
        callers((0, 0, INF, 10), (0, 0, 60, 10)), Staffing.constant([0]), design([[0]]), engine
    )
    assert log.outcome.tolist() == [OPEN, ABANDONED]
    assert log.wait_s.tolist() == [INF, 60]


def test_equal_groups_share_work_by_who_has_most_free_handlers(engine):
    log = simulate(
        callers(*[(0, i, INF, 100) for i in range(4)]),
        Staffing.constant([1, 3]),
        design([[0, 0]]),
        engine,
    )
    assert log.group.tolist() == [1, 1, 0, 1]


def test_no_calls_and_no_staff_give_an_empty_log(engine):
    log = simulate(callers(), Staffing(1, [], [], []), design([[0]]), engine)
    assert log.outcome.size == 0


def test_float_instants_open_exactly_when_they_say(engine):
    """0.1 + 0.2 > 0.3: the opening at arrival + delay is due at that very float."""
    log = simulate(
        callers((0, 0.0, INF, 500), (0, 0.1, INF, 5)),
        Staffing.constant([1, 1]),
        design([[0, 0.2]], contact_rank=[[0, 1]]),
        engine,
    )
    assert log.wait_end_s[1] == 0.1 + 0.2


def test_records_that_do_not_speak_of_the_same_groups_are_refused(engine):
    with pytest.raises(ValueError, match="2 groups, the design 1"):
        simulate(callers((0, 0, INF, 1)), Staffing.constant([1, 1]), design([[0]]), engine)
    with pytest.raises(ValueError, match="2 classes, the design 1"):
        simulate(
            callers((0, 0, INF, 1), n_classes=2), Staffing.constant([1]), design([[0]]), engine
        )
    with pytest.raises(ValueError, match='there is no "simpi"'):
        simulate(callers(), Staffing.constant([1]), design([[0]]), "simpi")
