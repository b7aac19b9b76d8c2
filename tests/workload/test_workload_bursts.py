"""Bursts: part of a force's volume, and at the same time at a neighbour that sees the incident."""

import numpy as np
import pytest
from scipy import stats
from small_centres import (
    DAY_AND_NIGHT,
    WEEK_S,
    a_centre,
    a_channel,
    a_force,
    profile,
    z_of_mean,
)

from sim.config import ConfigError
from sim.records import Horizon
from sim.workload import WorkloadPlan
from sim.workload.bursts import mean_calls
from sim.workload.demand import plan_arrivals
from sim.workload.streams import OpenStreams

WEEK = Horizon(warm_up_h=0, measured_h=168)
BURSTS = {
    "channel": "emergency",
    "incidents_per_week": 30,
    "calls_mean": 6,
    "calls_max": 15,
    "spread_mean_s": 300,
    "seen_by_two_share": 0.4,
    "neighbours": {"North": ("South",), "South": ("North",)},
}
TWO = {"North": a_force(emergency=60), "South": a_force(emergency=90)}


def drawn(n_weeks, forces=TWO, horizon=WEEK, channels=None, **changes):
    """Give the instants of each class in each of many weeks."""
    centre = a_centre(forces=forces, channels=channels, demand={"bursts": BURSTS | changes})
    plan = plan_arrivals(centre, horizon)
    return [plan.draw(OpenStreams(1, r)) for r in range(n_weeks)]


@pytest.mark.parametrize(("mean", "most"), [(1, 1), (1, 9), (6, 15), (2.5, 1), (8, 10_000)])
def test_the_mean_of_the_cut_geometric_is_exact(mean, most):
    calls = np.arange(1, most + 1)
    share = stats.geom.pmf(calls, 1 / mean)
    share[-1] += 1 - share.sum()
    assert mean_calls(mean, most) == pytest.approx((calls * share).sum(), rel=1e-12)


def test_bursts_are_part_of_the_volume_not_on_top_of_it():
    counts = np.array([[c.size for c in week] for week in drawn(600)])
    assert abs(z_of_mean(counts[:, 0], 7 * 60)) < 4
    assert abs(z_of_mean(counts[:, 1], 7 * 90)) < 4


def test_bursts_add_the_variance_and_the_covariance_of_their_clusters():
    counts = np.array([[c.size for c in week] for week in drawn(1500)])
    calls = np.minimum(np.random.default_rng(1).geometric(1 / 6, 400_000), 15)
    m, square = mean_calls(6, 15), (calls**2.0).mean()
    in_bursts = 30 * 1.4
    wanted = 7 * 60 - in_bursts * m + in_bursts * square
    off = counts - [7 * 60, 7 * 90]
    assert abs(z_of_mean(off[:, 0] ** 2, wanted)) < 4
    assert abs(z_of_mean(off[:, 0] * off[:, 1], 2 * 30 * 0.4 * m * m)) < 4


def test_what_a_neighbour_sees_comes_at_the_same_time():
    in_bursts = 15 * mean_calls(6, 15) / 7
    only = {"North": a_force(emergency=in_bursts + 1e-6)}
    only["South"] = a_force(emergency=2 * in_bursts + 1e-6)
    weeks = drawn(
        20,
        only,
        spread_mean_s=1e-3,
        seen_by_two_share=1,
        neighbours={"North": ("South",)},
        incidents_per_week=15,
    )
    north, south = zip(*weeks, strict=True)
    nearest = [
        np.abs(n[:, None] - s[None, :]).min(axis=1) for n, s in zip(north, south, strict=True)
    ]
    assert np.concatenate(nearest).max() < 0.1  # every incident of the North is seen by the South


def test_incidents_follow_the_profile_of_their_force():
    channels = {"emergency": a_channel(profile=profile(DAY_AND_NIGHT))}
    weeks = drawn(300, channels=channels, spread_mean_s=1e-3)
    at_night = np.array([(week[0] / 3600 % 24 < 8).sum() for week in weeks])
    in_all = np.array([week[0].size for week in weeks])
    assert abs(z_of_mean(at_night - 8 / 56 * in_all, 0)) < 4


def test_late_calls_of_incidents_before_the_horizon_are_not_missed():
    hour = Horizon(warm_up_h=0, measured_h=1)
    per_day = 30 * mean_calls(6, 15) / 7 + 1e-6  # bursts alone
    weeks = drawn(
        2000, {"North": a_force(emergency=per_day)}, hour, spread_mean_s=1800, neighbours={}
    )
    assert abs(z_of_mean([instants.size for (instants,) in weeks], per_day / 24)) < 4
    early = [(instants < 300).sum() for (instants,) in weeks]
    assert abs(z_of_mean(early, per_day / 24 / 12)) < 4


def test_no_call_lies_outside_the_horizon():
    for week in drawn(50, spread_mean_s=20_000):
        for instants in week:
            assert instants.min() >= 0
            assert instants.max() < WEEK_S
            assert (np.diff(instants) >= 0).all()


def test_a_neighbour_without_the_channel_sees_nothing_and_changes_nothing():
    channels = {"emergency": a_channel(), "web": a_channel()}
    forces = {"North": TWO["North"], "South": a_force(web=10)}
    counts = np.array([[c.size for c in week] for week in drawn(300, forces, channels=channels)])
    assert abs(z_of_mean(counts[:, 0], 7 * 60)) < 4
    assert not counts[:, 2].any()


def test_a_force_without_contacts_has_no_incidents():
    forces = {"North": TWO["North"], "South": a_force(emergency=0)}
    weeks = drawn(20, forces)
    assert all(week[1].size == 0 for week in weeks)
    assert any(week[0].size for week in weeks)


def test_bursts_beyond_the_volume_of_a_force_are_refused():
    per_day = 30 * 1.4 * mean_calls(6, 15) / 7
    just_enough = {"North": a_force(emergency=per_day + 0.01), "South": TWO["South"]}
    WorkloadPlan(a_centre(forces=just_enough, demand={"bursts": BURSTS}), WEEK)
    too_few = {"North": a_force(emergency=per_day - 0.01), "South": TWO["South"]}
    with pytest.raises(ConfigError, match="contacts a week to North on emergency, which has"):
        WorkloadPlan(a_centre(forces=too_few, demand={"bursts": BURSTS}), WEEK)


def test_a_further_force_moves_no_other_incidents():
    three = {"East": a_force(emergency=50), **TWO}
    for few, many in zip(drawn(5), drawn(5, three), strict=True):
        assert np.array_equal(few[0], many[1])
        assert np.array_equal(few[1], many[2])
