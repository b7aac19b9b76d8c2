"""Workloads whole: what a week holds, and that nothing in it depends on what stands beside it."""

import pickle

import numpy as np
import pytest
from scipy import stats
from small_centres import DAY_AND_NIGHT, a_centre, a_channel, a_force, profile, z_of_mean

from sim.config import ConfigError
from sim.records import Horizon
from sim.workload import WorkloadPlan, contacts_per_h

WEEK = Horizon(warm_up_h=0, measured_h=168)
COLUMNS = ("contact_class", "arrival_s", "patience_s", "handle_s", "trigger", "parent", "delay_s")
FACTOR = {"cv": 0.25, "correlation_forces": 0.3, "correlation_channels": 0.6}


def same(one, other):
    return all(np.array_equal(getattr(one, c), getattr(other, c)) for c in COLUMNS)


def rich(forces=("North", "South"), channels=("emergency", "routine"), **of_channels):
    """Give a centre in which everything that can be drawn is drawn."""
    redial = {"share": 0.5, "delay_mean_s": 40, "max_attempts": 2}
    follow_on = [{"to": "emergency", "share": 0.2, "delay_mean_s": 10}]
    bursts = {
        "channel": "emergency",
        "incidents_per_week": 20,
        "calls_mean": 5,
        "calls_max": 20,
        "spread_mean_s": 200,
        "seen_by_two_share": 0.3,
        "neighbours": {"North": ("South",), "South": ("North",)},
    }
    return a_centre(
        channels={
            name: a_channel(
                **{
                    "profile": profile(DAY_AND_NIGHT),
                    "redial": redial,
                    "follow_on": follow_on if i else [],
                }
                | of_channels
            )
            for i, name in enumerate(channels)
        },
        forces={name: a_force(**dict.fromkeys(channels, 100)) for name in forces},
        demand={"day_factor": FACTOR, "bursts": bursts},
    )


def of_force(workload, index, n_channels):
    """Give the rows of one force without the numbers of its classes and rows."""
    mine = workload.contact_class // n_channels == index
    return [
        workload.contact_class[mine] % n_channels,
        *(getattr(workload, name)[mine] for name in COLUMNS[1:5]),
        workload.delay_s[mine],
    ]


def test_the_same_numbers_give_the_same_workload_from_any_plan():
    first = WorkloadPlan(rich(), WEEK)
    assert same(first.draw(7, 3), first.draw(7, 3))
    assert same(first.draw(7, 3), WorkloadPlan(rich(), WEEK).draw(7, 3))
    assert same(first.draw(7, 3), pickle.loads(pickle.dumps(first)).draw(7, 3))  # noqa: S301 - our own


def test_other_replications_and_other_seeds_are_other_weeks():
    plan = WorkloadPlan(rich(), WEEK)
    assert not same(plan.draw(7, 3), plan.draw(7, 4))
    assert not same(plan.draw(7, 3), plan.draw(8, 3))


@pytest.mark.parametrize("forces", [("East", "North", "South"), ("North", "South", "West")])
def test_a_further_force_moves_nobody_elses_draws(forces):
    few = WorkloadPlan(rich(), WEEK).draw(7, 3)
    many = WorkloadPlan(rich(forces), WEEK).draw(7, 3)
    for name in ("North", "South"):
        one = of_force(few, ("North", "South").index(name), 2)
        other = of_force(many, forces.index(name), 2)
        for before, after in zip(one, other, strict=True):
            assert np.array_equal(before, after)


def test_a_further_channel_moves_nobody_elses_draws():
    few = WorkloadPlan(rich(), WEEK).draw(7, 3)
    many = WorkloadPlan(rich(channels=("emergency", "routine", "web")), WEEK).draw(7, 3)
    for channel in (0, 1):
        before, after = few.contact_class % 2 == channel, many.contact_class % 3 == channel
        primary = few.trigger[before] == 0, many.trigger[after] == 0
        for name in ("arrival_s", "patience_s", "handle_s"):
            old, new = getattr(few, name)[before], getattr(many, name)[after]
            assert np.array_equal(old[primary[0]], new[primary[1]])


def test_what_happens_after_the_call_does_not_move_the_arrivals():
    slow = {"distribution": "gamma", "mean_s": 999, "cv": 0.5}
    before = WorkloadPlan(rich(), WEEK).draw(7, 3)
    after = WorkloadPlan(rich(handle=slow, redial=None, follow_on=[]), WEEK).draw(7, 3)
    assert after.n_contacts == before.n_primary
    for name in ("contact_class", "arrival_s", "patience_s"):
        assert np.array_equal(getattr(before, name)[: before.n_primary], getattr(after, name))


def test_hourly_counts_have_the_mean_and_the_excess_variance_of_the_day_factor():
    centre = a_centre(demand={"day_factor": FACTOR})
    plan = WorkloadPlan(centre, Horizon(warm_up_h=0, measured_h=48))
    edges = 3600 * np.arange(49)
    counts = np.array([np.histogram(plan.draw(1, r).arrival_s, edges)[0] for r in range(1500)])
    off = counts - 10.0  # 240 a day
    assert abs(z_of_mean(off.mean(axis=1), 0)) < 4
    for hour in (0, 13, 47):
        assert abs(z_of_mean(off[:, hour] ** 2, 10 + (10 * 0.25) ** 2)) < 4
    assert abs(z_of_mean(off[:, 2] * off[:, 20], (10 * 0.25) ** 2)) < 4  # one day
    assert abs(z_of_mean(off[:, 2] * off[:, 30], 0)) < 4  # two days


def test_counts_of_a_plain_week_are_poisson_by_the_hour_of_the_profile():
    centre = a_centre(channels={"emergency": a_channel(profile=profile(DAY_AND_NIGHT))})
    plan = WorkloadPlan(centre, WEEK)
    edges = 3600 * np.arange(169)
    counts = np.array([np.histogram(plan.draw(1, r).arrival_s, edges)[0] for r in range(400)])
    expected = contacts_per_h(centre)[0]
    assert expected.sum() == pytest.approx(7 * 240)
    z = (counts.mean(axis=0) - expected) / np.sqrt(expected / 400)
    assert np.abs(z).max() < 4.5
    dispersion = (counts.var(axis=0, ddof=1) / expected).mean()
    assert abs(dispersion - 1) / np.sqrt(2 / 399 / 168) < 4


def test_two_forces_rise_and_fall_together_only_by_their_shared_factor():
    forces = {"North": a_force(emergency=240), "South": a_force(emergency=240)}
    demand = {"day_factor": FACTOR | {"correlation_forces": 0.6}}
    plan = WorkloadPlan(a_centre(forces=forces, demand=demand), Horizon(0, 24))
    counts = np.array([np.bincount(plan.draw(1, r).contact_class) for r in range(1000)])
    z = stats.norm.ppf(np.linspace(0.0005, 0.9995, 1000))
    factor = stats.gamma.ppf(stats.norm.cdf(z), 16, scale=1 / 16)
    # Covariance of two gammas under a normal copula, by Hermite polynomials (Mehler's formula).
    order = range(1, 8)
    basis = [np.polynomial.hermite_e.hermeval(z, [0] * k + [1]) for k in order]
    covariance = sum(
        0.6**k * np.mean(factor * h) ** 2 / np.mean(h * h)
        for k, h in zip(order, basis, strict=True)
    )
    off = counts - 240.0
    assert abs(z_of_mean(off[:, 0] * off[:, 1], 240**2 * covariance)) < 4


def test_the_profile_starts_where_the_horizon_does():
    lone = np.zeros(168)
    lone[30] = 1  # Tuesday 06:00 to 07:00
    centre = a_centre(channels={"emergency": a_channel(profile=profile(lone))})
    horizon = Horizon(warm_up_h=5.5, measured_h=48, start_hour_of_week=24)
    instants = WorkloadPlan(centre, horizon).draw(1, 0).arrival_s
    assert instants.size > 1000
    assert instants.min() >= 3600 * 11.5
    assert instants.max() <= 3600 * 12.5


def test_a_cut_hour_gets_its_part_of_the_contacts():
    plan = WorkloadPlan(a_centre(), Horizon(warm_up_h=0, measured_h=0.3))
    assert abs(z_of_mean([plan.draw(1, r).n_contacts for r in range(1000)], 3)) < 4


def test_an_hour_is_enough_of_a_horizon():
    workload = WorkloadPlan(rich(), Horizon(warm_up_h=0, measured_h=1)).draw(1, 0)
    assert workload.arrival_s[: workload.n_primary].max() < 3600


def test_no_volume_is_an_empty_workload():
    centre = a_centre(forces={"North": a_force(emergency=0)})
    workload = WorkloadPlan(centre, WEEK).draw(1, 0)
    assert workload.n_contacts == 0


def test_a_channel_that_a_force_lacks_has_no_contacts_and_needs_no_law():
    channels = {"emergency": a_channel(), "web": a_channel(handle=None, patience=None)}
    plan = WorkloadPlan(a_centre(channels=channels), WEEK)
    assert set(plan.draw(1, 0).contact_class) == {0}


def test_a_force_own_entry_replaces_what_the_channel_says():
    own = {"per_day": 240, "handle": {"distribution": "lognormal", "mean_s": 7, "cv": 0}}
    forces = {"North": {"contacts": {"emergency": own}}, "South": a_force(emergency=240)}
    workload = WorkloadPlan(a_centre(forces=forces), WEEK).draw(1, 0)
    north = workload.contact_class == 0
    assert (workload.handle_s[north] == 7).all()
    assert not (workload.handle_s[~north] == 7).any()


def test_a_profile_of_zeros_for_expected_contacts_is_refused():
    channels = {"emergency": a_channel(profile=profile([0.0] * 168))}
    with pytest.raises(ConfigError, match=r"forces.North.contacts.emergency.profile: .* is 0"):
        WorkloadPlan(a_centre(channels=channels), WEEK)


def test_months_and_years_repeat_the_week():
    plan = WorkloadPlan(a_centre(), Horizon(warm_up_h=0, measured_h=24 * 365))
    workload = plan.draw(1, 0)
    assert abs(workload.n_contacts - 240 * 365) / np.sqrt(240 * 365) < 4
