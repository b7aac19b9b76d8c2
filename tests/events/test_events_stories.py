"""Each kind of event in a tiny centre, worked by hand. Events last from 60 s to 210 s."""

import numpy as np
import pytest
from events.tiny_centre import DAY, INF, NEVER, calls, class_of, drawer_of, events_of, tiny_centre

from sim.config import layout_of
from sim.engine import ENGINES, simulate
from sim.experiment.events import design_during
from sim.records import ANSWERED, ON_ABANDONED, ON_ANSWERED, ON_CUT, OPEN, Staffing
from sim.routing import build_design
from sim.routing.fallback import split_at

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))

SPAN = {"starts": "mon 00:01", "lasts_h": 150 / 3600}
DARK = SPAN | {"kind": "site_outage", "groups": ["north"]}
AT_ONCE = {"share": 1, "delay_mean_s": 0}
NORTH, SOUTH = class_of("North", "emergency"), class_of("South", "emergency")
NORTH_101 = class_of("North", "routine")


def happened(engine, workload, *events, staffed=(1, 1), kind="isolation", options=None):
    """Give workload and log of what happens when these events do."""
    centre = tiny_centre(patience=NEVER)
    drawer = drawer_of(centre, *events)
    layout = layout_of(centre)
    design = build_design(kind, layout, DAY, options or {})
    workload = drawer.workload(workload, 1, 0)
    staffing = drawer.staffing(Staffing.constant(list(staffed)), 1, 0)
    during = design_during(design, events_of(*events), layout, DAY)
    return workload, simulate(workload, staffing, during, engine)


def test_a_call_in_hand_is_cut_and_the_caller_rings_back_with_the_same_matter(engine):
    workload, log = happened(engine, calls((NORTH, 10, 100)), DARK | {"ring_back": AT_ONCE})
    assert workload.trigger.tolist() == [0, ON_CUT]
    assert log.cut.tolist() == [True, False]
    assert log.arrival_s.tolist() == [10, 60]
    assert log.wait_end_s.tolist() == [10, 210]
    assert log.service_end_s.tolist() == [60, 310]  # all of the 100 s again
    assert log.group.tolist() == [0, 0]


def test_nobody_rings_back_unless_the_event_says_so(engine):
    workload, log = happened(engine, calls((NORTH, 10, 100)), DARK)
    assert workload.n_contacts == 1
    assert log.cut.tolist() == [True]


def test_a_call_of_the_other_room_is_not_cut(engine):
    _, log = happened(engine, calls((SOUTH, 10, 100)), DARK | {"ring_back": AT_ONCE})
    assert log.cut.tolist() == [False, False]
    assert log.service_end_s.tolist() == [110, INF]


def test_calls_in_hand_may_be_finished_and_who_comes_then_waits_for_the_end(engine):
    _, log = happened(
        engine, calls((NORTH, 10, 100), (NORTH, 70, 20)), DARK | {"calls_in_hand": "finish"}
    )
    assert log.cut.tolist() == [False, False]
    assert log.service_end_s.tolist() == [110, 230]
    assert log.wait_end_s.tolist() == [10, 210]


def test_a_contact_of_a_dark_room_goes_elsewhere_after_the_delay_and_takes_longer_there(engine):
    _, log = happened(
        engine,
        calls((NORTH, 70, 20)),
        DARK | {"fallback_after_s": 30, "fallback_handle_factor": 1.5},
    )
    assert log.wait_end_s.tolist() == [100]
    assert log.service_end_s.tolist() == [130]
    assert log.group.tolist() == [1]


def test_who_has_waited_longer_than_the_delay_when_the_room_goes_dark_is_taken_at_once(engine):
    _, log = happened(
        engine,
        calls((NORTH, 10, 500), (NORTH, 20, 20)),
        DARK | {"fallback_after_s": 30, "calls_in_hand": "finish"},
    )
    assert log.wait_end_s.tolist() == [10, 60]
    assert log.group.tolist() == [0, 1]


def test_after_the_event_the_design_is_as_it_was(engine):
    late = calls((NORTH, 205, 400), (NORTH, 250, 20))
    _, log = happened(engine, late, DARK | {"fallback_after_s": 30})
    assert log.wait_end_s.tolist() == [210, 610]  # the second waits for its own room again
    assert log.group.tolist() == [0, 0]


def test_a_design_that_shares_sooner_stays_so(engine):
    _, log = happened(
        engine,
        calls((NORTH, 70, 20)),
        DARK | {"fallback_after_s": 30, "fallback_handle_factor": 3},
        kind="networked",
        options={"after_s": 5, "handle_factor": 2},
    )
    assert log.wait_end_s.tolist() == [75]
    assert log.service_end_s.tolist() == [115]


def test_the_other_forces_contacts_do_not_overflow(engine):
    _, log = happened(
        engine,
        calls((SOUTH, 65, 500), (SOUTH, 70, 20)),
        SPAN | {"kind": "site_outage", "groups": ["north"], "fallback_after_s": 30},
    )
    assert log.wait_end_s.tolist() == [65, 565]


def test_without_anybody_left_contacts_wait(engine):
    dark = DARK | {"groups": ["north", "south"], "fallback_after_s": 0}
    _, log = happened(engine, calls((NORTH, 70, 20)), dark, staffed=(0, 0))
    assert log.outcome.tolist() == [OPEN]


def test_999_callers_dial_101_while_999_fails_and_so_do_their_redials(engine):
    workload, log = happened(
        engine,
        calls(
            (NORTH, 59, 10),
            (NORTH, 60, 10),
            (SOUTH, 61, 10),
            (NORTH_101, 100, 10),
            (NORTH, 210, 10),
            (NORTH, ON_ABANDONED, 1, 0, 10),
            (NORTH, ON_ANSWERED, 1, 0, 10),
            (NORTH, ON_ABANDONED, 4, 0, 10),
        ),
        SPAN
        | {
            "kind": "telephony_failure",
            "from": "emergency",
            "to": "routine",
            "forces": ["North"],
        },
        staffed=(9, 9),
    )
    moved = [NORTH, NORTH_101, SOUTH, NORTH_101, NORTH, NORTH_101, NORTH, NORTH]
    assert workload.contact_class.tolist() == moved
    assert (log.outcome[:5] == ANSWERED).all()


def test_absent_handlers_answer_nobody_until_the_event_ends(engine):
    absent = SPAN | {"kind": "absence", "groups": ["north"], "share": 1.0}
    _, log = happened(engine, calls((NORTH, 10, 100), (NORTH, 70, 20)), absent)
    assert log.cut.tolist() == [False, False]  # who is absent finishes the call in hand
    assert log.wait_end_s.tolist() == [10, 210]


def test_a_second_outage_cuts_the_caller_who_rang_back_and_each_cut_wakes_one_call(engine):
    again = {"kind": "site_outage", "groups": ["north"], "ring_back": AT_ONCE}
    first = again | {"starts": "mon 00:01", "lasts_h": 60 / 3600}
    second = again | {"starts": "mon 00:03", "lasts_h": 60 / 3600}
    workload, log = happened(engine, calls((NORTH, 10, 100)), first, second)
    came = log.arrival_s[np.isfinite(log.arrival_s)]
    assert came.tolist() == [10, 60, 180]
    assert log.service_end_s[np.isfinite(log.service_end_s)].tolist() == [60, 180, 340]
    assert workload.n_contacts == 3


def test_a_span_that_is_split_changes_nothing(engine):
    workload = calls((NORTH, 10, 100), (NORTH, 50, 20), (SOUTH, 60, 30))
    design = build_design(
        "networked", layout_of(tiny_centre()), DAY, {"after_s": 30, "handle_factor": 1.5}
    )
    split = split_at(split_at(design, 70.0), 40.0)
    assert split.change_s.tolist() == [0, 40, 70]
    staffing = Staffing.constant([1, 1])
    assert simulate(workload, staffing, split, engine).equals(
        simulate(workload, staffing, design, engine)
    )
