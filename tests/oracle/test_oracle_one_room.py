"""One room against queueing theory: Erlang A, B and C, priority, one handler, endless handlers.

A z-score is the distance of 20 independent replications from the formula, in standard errors.
"""

from math import exp, inf

import numpy as np
import pytest
from scipy import integrate
from stationary import (
    AT_ONCE,
    NEVER,
    WORST_Z,
    Callers,
    Pool,
    assert_agree,
    constant,
    exponential,
    gamma,
    replicate,
    z_of,
)

from sim.engine import ENGINES
from sim.theory import (
    cobham,
    erlang_a,
    erlang_b,
    erlang_c,
    first_class_service_level,
    pollaczek_khinchine,
    stationary,
)

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def one_class(per_h, handle, patience, handlers, **more):
    return Pool(callers=((Callers(per_h, handle, patience),),), handlers=(handlers,), **more)


@pytest.mark.parametrize(
    ("handlers", "per_h", "handle_s", "patience_s"),
    [
        (8, 75, 300, inf),  # Erlang C
        (6, 70, 300, 150),  # busy, impatient
        (5, 90, 300, 600),  # more work than handlers
        (14, 150, 300, 300),
    ],
)
def test_a_room_is_erlang_c_or_a(engine, handlers, per_h, handle_s, patience_s):
    patience = NEVER if patience_s == inf else exponential(patience_s)
    pool = one_class(per_h, exponential(handle_s), patience, handlers, within_s=20.0)
    runs = replicate(engine, pool, seed=101, measured_h=40)
    theory = erlang_a(handlers, per_h, handle_s, patience_s)
    expected = {
        "delay": ([run.delayed() for run in runs], theory.delay_probability),
        "service level": ([run.pair("service_level") for run in runs], theory.service_level(20)),
        "asa": ([run.pair("asa_s") for run in runs], theory.mean_wait_answered_s),
        "within 60 s": (
            [run.pair("answered_within_60s", channel="channel 0") for run in runs],
            theory.service_level(60),
        ),
        "occupancy": ([run.pair("occupancy") for run in runs], theory.occupancy),
    }
    if patience_s < inf:
        expected["abandonment"] = ([run.pair("abandonment") for run in runs], theory.abandonment)
    assert_agree(expected)


@pytest.mark.parametrize("cv", [0.5, 2.0])
def test_callers_who_will_not_wait_meet_erlang_b_whatever_the_shape_of_calls(engine, cv):
    """Erlang's loss formula depends on handle times by their mean alone (Sevastyanov 1957)."""
    runs = replicate(engine, one_class(80, gamma(300, cv), AT_ONCE, 7), seed=102, measured_h=40)
    lost = erlang_b(7, 80 / 12)
    assert_agree(
        {
            "abandonment": ([run.pair("abandonment") for run in runs], lost),
            "service level": ([run.pair("service_level") for run in runs], 1 - lost),
        }
    )


def test_callers_of_one_patience_give_up_as_in_m_m_n_d(engine):
    """M/M/n+D: the wait on offer has density ~ exp(lambda min(v, d) - n mu v).

    Baccelli and Hebuterne (1981); whoever would have to wait longer than d gives up.
    """
    handlers, rate, mu, patience_s = 6, 80 / 3600, 1 / 300, 60.0

    def density(v):
        return exp(rate * min(v, patience_s) - handlers * mu * v)

    none = 1 / (erlang_b(handlers - 1, rate / mu) * rate)
    early = integrate.quad(density, 0, patience_s)[0]
    late = density(patience_s) / (handlers * mu)
    in_time = integrate.quad(density, 0, 20)[0]
    total = none + early + late

    pool = one_class(80, exponential(300), constant(patience_s), handlers, within_s=20.0)
    runs = replicate(engine, pool, seed=103, measured_h=40)
    assert_agree(
        {
            "abandonment": ([run.pair("abandonment") for run in runs], late / total),
            "service level": (
                [run.pair("service_level") for run in runs],
                (none + in_time) / total,
            ),
        }
    )


def test_urgent_callers_go_first_as_cobham_says(engine):
    rates, handle_s, handlers = (12.0, 24.0), 300.0, 4
    callers = tuple(Callers(rate, exponential(handle_s)) for rate in rates)
    runs = replicate(
        engine,
        Pool(callers=(callers,), handlers=(handlers,), within_s=20.0),
        seed=104,
        measured_h=80,
    )
    waits = cobham(handlers, rates, handle_s)
    delayed = erlang_c(handlers, sum(rates), handle_s).delay_probability
    urgent = first_class_service_level(handlers, rates, handle_s, 20)
    assert_agree(
        {
            "delay, urgent": ([run.delayed(0) for run in runs], delayed),
            "delay, other": ([run.delayed(1) for run in runs], delayed),
            "asa, urgent": ([run.pair("asa_s", channel="channel 0") for run in runs], waits[0]),
            "asa, other": ([run.pair("asa_s", channel="channel 1") for run in runs], waits[1]),
            "service level, urgent": (
                [run.pair("service_level", channel="channel 0") for run in runs],
                urgent,
            ),
        }
    )


def test_callers_of_equal_rank_wait_as_one_queue(engine):
    callers = (Callers(12, exponential(300)), Callers(24, exponential(300)))
    pool = Pool(callers=(callers,), handlers=(4,), priority=False, within_s=20.0)
    runs = replicate(engine, pool, seed=105, measured_h=80)
    theory = erlang_c(4, 36, 300)
    assert_agree(
        {
            f"{measure}, {channel}": ([run.pair(measure, channel=channel) for run in runs], value)
            for channel in ("channel 0", "channel 1")
            for measure, value in (
                ("asa_s", theory.mean_wait_s),
                ("service_level", theory.service_level(20)),
            )
        }
    )


def test_handlers_kept_back_lose_the_others_calls_as_in_trunk_reservation(engine):
    """Nobody waits; the other class is taken only while more than 2 of 7 handlers are free."""
    urgent, other, mean_s, handlers, kept = 20.0, 60.0, 300.0, 7, 2

    def moves(busy):
        if busy < handlers:
            yield (urgent + (other if handlers - busy > kept else 0)) / 3600, busy + 1
        if busy:
            yield busy / mean_s, busy - 1

    shares = stationary(0, moves)
    callers = (
        Callers(urgent, exponential(mean_s), AT_ONCE),
        Callers(other, exponential(mean_s), AT_ONCE),
    )
    pool = Pool(callers=(callers,), handlers=(handlers,), reserve=(0, kept))
    runs = replicate(engine, pool, seed=106, measured_h=40)
    refused = sum(p for busy, p in shares.items() if handlers - busy <= kept)
    assert_agree(
        {
            "urgent": ([run.pair("abandonment", channel="channel 0") for run in runs], shares[7]),
            "other": ([run.pair("abandonment", channel="channel 1") for run in runs], refused),
        }
    )


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.5])
def test_one_handler_is_pollaczek_and_khinchine(engine, cv):
    """M/D/1 where cv is 0; whoever waits does so with the probability of a busy handler, 0.6."""
    handle = constant(120.0) if cv == 0 else gamma(120.0, cv)
    runs = replicate(engine, one_class(18, handle, NEVER, 1), seed=107, measured_h=150)
    assert_agree(
        {
            "asa": ([run.pair("asa_s") for run in runs], pollaczek_khinchine(18, 120, cv)),
            "delay": ([run.delayed() for run in runs], 0.6),
        }
    )


def test_with_a_handler_for_everybody_the_number_busy_is_poisson(engine):
    """M/G/inf: mean and variance of the busy are the load, whatever the shape (Takacs 1962)."""
    load_erl = 15.0
    runs = replicate(engine, one_class(180, gamma(300, 1.5), NEVER, 400), seed=108, measured_h=16)
    busy = []
    for run in runs:
        instants = np.arange(8, 24, 2.0) * 3600  # two hours apart: independent enough
        answer, end = np.sort(run.log.wait_end_s), np.sort(run.log.service_end_s)
        busy.append(answer.searchsorted(instants, "right") - end.searchsorted(instants, "right"))
        assert run.pair("service_level")[0] == run.pair("service_level")[1]
    means = [(counts.sum(), counts.size) for counts in busy]
    squares = [(((counts - load_erl) ** 2).sum(), counts.size) for counts in busy]
    assert abs(z_of(means, load_erl)) < WORST_Z
    assert abs(z_of(squares, load_erl)) < WORST_Z


def test_littles_law_holds_in_the_log(engine):
    """Contacts waiting, counted by the clock = arrival rate x wait, of those in the room the same.

    The mean number waiting at random instants is drawn apart from the waits: it is a sample.
    """
    pool = one_class(90, exponential(300), exponential(600), 7)
    runs = replicate(engine, pool, seed=109, measured_h=40)
    theory = erlang_a(7, 90, 300, 600)
    rng = np.random.default_rng(9)
    waiting, busy = [], []
    for run in runs:
        instants = np.sort(rng.uniform(8, 48, 2000)) * 3600
        arrived = np.sort(run.log.arrival_s).searchsorted(instants, "right")
        left = np.sort(run.log.wait_end_s).searchsorted(instants, "right")
        answered = run.log.group >= 0
        taken = np.sort(run.log.wait_end_s[answered]).searchsorted(instants, "right")
        done = np.sort(run.log.service_end_s[answered]).searchsorted(instants, "right")
        waiting.append(((arrived - left).sum(), instants.size))
        busy.append(((taken - done).sum(), instants.size))
    assert_agree(
        {
            "waiting": (waiting, theory.mean_waiting),
            "busy": (busy, 7 * theory.occupancy),
        }
    )
