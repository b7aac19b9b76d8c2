"""What holds for every log of the engine, and a count of every cell by plain loops."""

from itertools import pairwise
from math import ceil, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_cells import TARGETS, Cells, plan
from strategies import designs, staffings, workloads

from sim.engine import simulate
from sim.measures import sum_week, tabulate, tabulate_weeks
from sim.records import (
    ABANDONED,
    ANSWERED,
    NOT_WOKEN,
    ON_ABANDONED,
    OPEN,
    ContactLog,
    Horizon,
    Staffing,
    Workload,
)
from sim.routing import build_design

DESIGNS = {
    "isolation": {},
    "networked": {"after_s": 5.0, "handle_factor": 1.5},
    "merger": {"handle_factor": 1.0},
}
HORIZONS = (
    Horizon(0, 1),
    Horizon(0.1, 0.25, 0, start_hour_of_week=23.5),
    Horizon(1, 2.5, 1, start_hour_of_week=167),
    Horizon(0.1, 170),
)
CHANNELS = ("emergency", "non_emergency")


@st.composite
def replications(draw):
    """Give a plan, a workload, a staffing and the engine's log of a small centre."""
    group_force = draw(st.sampled_from([(0, 1), (0, 1, -1), (1, 0, 1)]))
    horizon = draw(st.sampled_from(HORIZONS))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, latents = draw(st.integers(0, 25)), draw(st.integers(0, 8))
    latents = latents if n else 0
    until_s = draw(st.sampled_from([600.0, horizon.arrivals_until_s * 1.05]))
    arrival_s = np.sort(rng.uniform(0, until_s, n).round())
    rows = n + latents
    workload = Workload(
        4,
        rng.integers(0, 4, rows),
        np.concatenate((arrival_s, np.full(latents, inf))),
        np.where(rng.random(rows) < 0.3, inf, rng.exponential(30, rows).round()),
        rng.exponential(draw(st.sampled_from([20.0, 300.0, 5000.0])), rows).round(),
        np.concatenate((np.zeros(n), rng.integers(1, 3, latents))),
        np.concatenate((np.full(n, -1), rng.integers(0, max(n, 1), latents))),
        np.concatenate((np.zeros(n), rng.exponential(20, latents).round())),
    )
    steps = draw(st.integers(0, 12))
    keys = np.unique(
        np.column_stack(
            (rng.uniform(0, until_s, steps).round(), rng.integers(0, len(group_force), steps))
        ),
        axis=0,
    )
    staffing = Staffing(len(group_force), keys[:, 0], keys[:, 1], rng.integers(0, 4, len(keys)))
    measures = plan(horizon, ("A", "B"), group_force)
    kind = draw(st.sampled_from(sorted(DESIGNS)))
    design = build_design(kind, measures.layout, horizon, DESIGNS[kind])
    return measures, workload, staffing, simulate(workload, staffing, design, engine="simpy")


@st.composite
def any_replications(draw):
    """Give the same for any design: reserves, interruptions, outages, matrices that change."""
    measures = plan(Horizon(0.01, 0.1), ("A", "B"), (0, 1, -1))
    workload, staffing = draw(workloads(4)), draw(staffings(3))
    design = draw(designs(4, 3, most_at_once=draw(st.sampled_from([1, 3]))))
    return measures, workload, staffing, simulate(workload, staffing, design, "simpy")


def staffed_seconds(measures, staffing, log, group):
    """Integrate the larger of staffed and busy over the window, event by event."""
    opens, closes = measures.horizon.measured_from_s, measures.horizon.measured_until_s
    of_group = staffing.step_group == group
    steps = list(zip(staffing.step_s[of_group], staffing.step_staffed[of_group], strict=True))
    mine = np.flatnonzero(log.group == group)
    handler = np.where(log.desk[mine] < 0, -1 - mine, log.desk[mine])
    calls = list(zip(log.wait_end_s[mine], log.service_end_s[mine], handler, strict=True))
    instants = {opens, closes}
    instants |= {t for t, _ in steps} | {t for call in calls for t in call[:2]}
    inside = sorted(t for t in instants if opens <= t <= closes)
    staffed = busy = 0.0
    for begin, end in pairwise(inside):
        level = max((step for step in steps if step[0] <= begin), default=(0, 0))[1]
        on_call = len({handler for answer, over, handler in calls if answer <= begin < over})
        staffed += max(level, on_call) * (end - begin)
        busy += on_call * (end - begin)
    return staffed, busy


@given(st.one_of(replications(), any_replications()))
@settings(max_examples=120)
def test_hours_are_the_integrals_taken_event_by_event(replication):
    measures, workload, staffing, log = replication
    cells = Cells(measures, tabulate(measures, workload, staffing, log))
    for g, force in enumerate(measures.layout.group_force.tolist()):
        room = {"group": f"room {g}", "force": "" if force < 0 else "AB"[force]}
        staffed_s, busy_s = staffed_seconds(measures, staffing, log, g)
        assert cells.value("staffed_h", **room) == pytest.approx(staffed_s / 3600, abs=1e-9)
        assert cells.value("busy_h", **room) == pytest.approx(busy_s / 3600, abs=1e-9)
        weekly = [cells.pair("busy_h", **room, period=f"week_{h:03d}")[0] for h in range(168)]
        assert sum(weekly) == pytest.approx(busy_s / 3600, abs=1e-9)
        given_h = sum(cells.value("exchange_h", force=f, group=f"room {g}") for f in "AB")
        assert given_h == pytest.approx(busy_s / 3600, abs=1e-9)


@given(replications())
@settings(max_examples=80)
def test_contacts_are_counted_as_plain_loops_count_them(replication):
    measures, workload, staffing, log = replication
    cells = Cells(measures, tabulate(measures, workload, staffing, log))
    rows = [
        i
        for i in range(workload.n_contacts)
        if log.outcome[i] != NOT_WOKEN
        and measures.horizon.measured_from_s <= log.arrival_s[i] < measures.horizon.measured_until_s
    ]
    for f, force in enumerate(("A", "B")):
        for c, channel in enumerate(CHANNELS):
            mine = [i for i in rows if workload.contact_class[i] == 2 * f + c]
            answered = [i for i in mine if log.outcome[i] == ANSWERED]
            gave_up = [i for i in mine if log.outcome[i] == ABANDONED]
            target_s = TARGETS.answer_within_s[c]
            wait = dict(zip(range(workload.n_contacts), log.wait_s.tolist(), strict=True))
            in_time = sum(wait[i] <= target_s for i in answered)
            short = sum(wait[i] <= target_s for i in gave_up)
            clock = [wait[i] + TARGETS.transfer_delay_s[c] for i in answered]
            home = [measures.layout.group_force[log.group[i]] == f for i in answered]
            expected = {
                "offered": (len(mine), 1),
                "answered": (len(answered), 1),
                "abandoned": (len(gave_up), 1),
                "open": (sum(log.outcome[i] == OPEN for i in mine), 1),
                "redials": (sum(workload.trigger[i] == ON_ABANDONED for i in mine), 1),
                "service_level": (in_time, len(mine)),
                "service_level_excl_short": (in_time, len(mine) - short),
                "band_under_10s": (sum(t < 10 for t in clock), len(answered)),
                "band_10_60s": (sum(10 <= t <= 60 for t in clock), len(answered)),
                "band_over_60s": (sum(t > 60 for t in clock), len(answered)),
                "abandonment": (len(gave_up), len(mine)),
                "answered_elsewhere": (len(answered) - sum(home), len(answered)),
                "asa_s": (sum(wait[i] for i in answered), len(answered)),
                "answered_within_20s": (sum(wait[i] <= 20 for i in answered), len(mine)),
            }
            waits = sorted(wait[i] for i in answered)
            for percent in (50, 90, 95, 99):
                rank = ceil(percent * len(waits) / 100)
                expected[f"wait_p{percent}_s"] = (waits[rank - 1], 1) if waits else (0, 0)
            for measure, pair in expected.items():
                found = cells.pair(measure, force=force, channel=channel)
                assert found == pytest.approx(pair), measure


@given(st.one_of(replications(), any_replications()))
@settings(max_examples=120)
def test_every_log_obeys_the_books(replication):
    measures, workload, staffing, log = replication
    tally = tabulate(measures, workload, staffing, log)
    cells = Cells(measures, tally)
    for force in ("A", "B", "all"):
        for channel in (*CHANNELS, "all"):
            where = {"force": force, "channel": channel}
            ends = [cells.value(m, **where) for m in ("answered", "abandoned", "open")]
            assert cells.value("offered", **where) == sum(ends)
    shares = tally.value[measures.unit == "share"]
    shares = shares[~np.isnan(shares)]
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (tally.numerator[measures.unit == "contacts"] >= 0).all()
    missing = tally.denominator == 0
    assert np.allclose(tally.numerator[missing], 0, atol=1e-9)
    assert np.isfinite(tally.numerator).all()


@given(replications())
@settings(max_examples=40)
def test_the_cell_of_all_is_the_sum_of_its_parts(replication):
    measures, workload, staffing, log = replication
    cells = Cells(measures, tabulate(measures, workload, staffing, log))
    added = ("answered", "service_level", "service_level_excl_short", "asa_s", "band_over_60s")
    for measure in added:
        parts = [cells.pair(measure, force=f, channel=c) for f in "AB" for c in CHANNELS]
        total = np.sum(parts, axis=0)
        if measure == "answered":
            total[1] = 1
        assert cells.pair(measure) == pytest.approx(tuple(total))
        for c in CHANNELS:
            both = np.sum([cells.pair(measure, force=f, channel=c) for f in "AB"], axis=0)
            assert cells.pair(measure, channel=c)[0] == pytest.approx(both[0])
    days = [f"hour_{hour:02d}" for hour in range(24)]
    weeks = [f"week_{hour:03d}" for hour in range(168)]
    for periods in (days, weeks):
        hours = [
            cells.pair("service_level", channel=c, period=p) for c in CHANNELS for p in periods
        ]
        assert tuple(np.sum(hours, axis=0)) == cells.pair("service_level")


@given(replications(), st.integers(1, 4))
@settings(max_examples=40)
def test_weeks_tabulated_together_are_those_tabulated_alone(replication, n):
    measures, workload, staffing, log = replication
    nobody = Workload(workload.n_classes, *[[]] * 7)
    quiet = sum_week(measures, nobody, staffing, ContactLog(*[[]] * 5))
    week = sum_week(measures, workload, staffing, log)
    together = tabulate_weeks(measures, [quiet, *[week] * n])
    for alone, place in ((quiet, 0), (week, n)):
        np.testing.assert_array_equal(together[:, place], tabulate_weeks(measures, [alone])[:, 0])
