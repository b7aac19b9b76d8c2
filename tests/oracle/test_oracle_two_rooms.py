"""Two rooms that help each other, against their Markov chain; and calls worked out by hand."""

from math import inf

import numpy as np
import pytest
from stationary import AT_ONCE, Callers, Pool, assert_agree, exponential, replicate

from sim.engine import ENGINES, simulate
from sim.records import ABANDONED, ANSWERED, Horizon, Staffing, Workload
from sim.routing import build_design
from sim.theory import erlang_a, two_site_overflow

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def assert_both_rooms_agree(theory, runs):
    expected = {}
    for f in (0, 1):
        force = f"force {f}"
        expected |= {
            f"abandonment, {force}": (
                [run.pair("abandonment", force=force) for run in runs],
                theory.abandonment[f],
            ),
            f"elsewhere, {force}": (
                [run.pair("answered_elsewhere", force=force) for run in runs],
                theory.answered_elsewhere[f],
            ),
            f"occupancy, room {f}": (
                [run.pair("occupancy", force=force, group=f"room {f}") for run in runs],
                theory.occupancy[f],
            ),
        }
    assert_agree(expected)


def test_overflow_without_waiting_is_the_chain(engine):
    """Own room first, else the other at once, a quarter slower; nobody waits."""
    handlers, rates, means = (5, 3), (60.0, 30.0), (240.0, 360.0)
    callers = tuple(
        (Callers(rate, exponential(mean), AT_ONCE),)
        for rate, mean in zip(rates, means, strict=True)
    )
    options = (("after_s", 0.0), ("handle_factor", 1.25))
    pool = Pool(callers=callers, handlers=handlers, design="networked", options=options)
    runs = replicate(engine, pool, seed=201, measured_h=40)
    assert_both_rooms_agree(two_site_overflow(handlers, rates, means, handle_factor=1.25), runs)


def test_overflow_with_impatient_callers_is_the_chain(engine):
    """Both rooms full: callers wait for either; a freed handler takes the own force's first."""
    handlers, rates, means, patience = (3, 2), (35.0, 30.0), (240.0, 300.0), (120.0, 180.0)
    callers = tuple(
        (Callers(rate, exponential(mean), exponential(wait)),)
        for rate, mean, wait in zip(rates, means, patience, strict=True)
    )
    options = (("after_s", 0.0), ("handle_factor", 1.5))
    pool = Pool(callers=callers, handlers=handlers, design="networked", options=options)
    runs = replicate(engine, pool, seed=202, measured_h=60)
    theory = two_site_overflow(
        handlers, rates, means, handle_factor=1.5, patience_mean_s=patience, queue_limit=12
    )
    assert_both_rooms_agree(theory, runs)


def test_a_merger_is_one_room_of_all_handlers(engine):
    callers = tuple((Callers(rate, exponential(300), exponential(200)),) for rate in (30, 60, 45))
    pool = Pool(
        callers=callers,
        handlers=(3, 5, 3),
        design="merger",
        options=(("handle_factor", 1.0),),
        within_s=15.0,
    )
    runs = replicate(engine, pool, seed=203, measured_h=40)
    theory = erlang_a(11, 135, 300, 200)
    expected = {"delay": ([run.delayed() for run in runs], theory.delay_probability)}
    for force in ("force 0", "force 1", "force 2", "all"):
        for measure, value in (
            ("service_level", theory.service_level(15)),
            ("abandonment", theory.abandonment),
            ("asa_s", theory.mean_wait_answered_s),
        ):
            expected[f"{measure}, {force}"] = (
                [run.pair(measure, force=force) for run in runs],
                value,
            )
    assert_agree(expected)


def test_isolation_is_two_rooms_that_know_nothing_of_each_other(engine):
    callers = tuple((Callers(rate, exponential(300), exponential(200)),) for rate in (30, 60))
    runs = replicate(
        engine, Pool(callers=callers, handlers=(3, 5), within_s=15.0), seed=204, measured_h=60
    )
    expected = {}
    for f, theory in enumerate((erlang_a(3, 30, 300, 200), erlang_a(5, 60, 300, 200))):
        expected |= {
            f"level {f}": (
                [run.pair("service_level", force=f"force {f}") for run in runs],
                theory.service_level(15),
            ),
            f"abandonment {f}": (
                [run.pair("abandonment", force=f"force {f}") for run in runs],
                theory.abandonment,
            ),
        }
    assert_agree(expected)


def by_hand(engine, pool, contacts):
    """Run (class, arrival, patience, handle); give (outcome, wait end, service end, group)."""
    k, arrival_s, patience_s, handle_s = np.array(contacts, dtype=float).T
    n = k.size
    workload = Workload(
        pool.layout.n_classes,
        k,
        arrival_s,
        patience_s,
        handle_s,
        np.zeros(n),
        np.full(n, -1),
        np.zeros(n),
    )
    design = build_design(pool.design, pool.layout, Horizon(0, 1), dict(pool.options))
    log = simulate(workload, Staffing.constant(list(pool.handlers)), design, engine)
    return list(
        zip(
            log.outcome.tolist(),
            log.wait_end_s.tolist(),
            log.service_end_s.tolist(),
            log.group.tolist(),
            strict=True,
        )
    )


SOMEBODY = Callers(0.0, AT_ONCE)


def test_calls_of_15_s_every_10_s_wait_5_s_longer_each(engine):
    """D/D/1 by hand: call i comes at 10 i and is answered at 15 i."""
    pool = Pool(callers=((SOMEBODY,),), handlers=(1,))
    calls = by_hand(engine, pool, [(0, 10 * i, inf, 15) for i in range(50)])
    assert calls == [(ANSWERED, 15 * i, 15 * i + 15, 0) for i in range(50)]


def test_an_urgent_caller_overtakes_who_waits_but_breaks_no_call(engine):
    """One handler, 100 s each: other at 0, other at 10, urgent at 20; urgent is answered at 100."""
    pool = Pool(callers=((SOMEBODY, SOMEBODY),), handlers=(1,))
    calls = by_hand(engine, pool, [(1, 0, inf, 100), (1, 10, inf, 100), (0, 20, inf, 100)])
    assert calls == [(ANSWERED, 0, 100, 0), (ANSWERED, 200, 300, 0), (ANSWERED, 100, 200, 0)]


def test_a_caller_is_helped_out_after_20_s_and_longer(engine):
    """Force 0's handler is busy for 100 s; the second caller is taken by room 1 at 25 + 20 s.

    Room 1 takes half as long again; the third gives up at 40 s, before it may be helped.
    """
    pool = Pool(
        callers=((SOMEBODY,), (SOMEBODY,)),
        handlers=(1, 1),
        design="networked",
        options=(("after_s", 20.0), ("handle_factor", 1.5)),
    )
    calls = by_hand(engine, pool, [(0, 0, inf, 100), (0, 25, inf, 100), (0, 30, 10, 100)])
    assert calls == [
        (ANSWERED, 0, 100, 0),
        (ANSWERED, 45, 195, 1),
        (ABANDONED, 40, inf, -1),
    ]
