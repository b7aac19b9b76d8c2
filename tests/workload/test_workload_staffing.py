"""Staffing: shifts, breaks, shrinkage and absence become steps that are right on average."""

import numpy as np
import pytest
from scipy import stats
from small_centres import a_centre, a_force, a_group, a_shift, profile, z_of_mean

from sim.config import ConfigError
from sim.records import Horizon
from sim.workload import StaffingDrawer

WEEK = Horizon(warm_up_h=0, measured_h=168)
HOUR_S = 3600.0
DAY_H = 24


def drawer(*shifts, horizon=WEEK, staffing=None, **group):
    groups = {"room": a_group(shifts=shifts, **group) if shifts else a_group(**group)}
    return StaffingDrawer(a_centre(groups=groups, staffing=staffing), horizon)


def level(staffing, hour, group=0):
    """Give how many are at the desk from this hour on."""
    mine = staffing.step_group == group
    last = np.searchsorted(staffing.step_s[mine], hour * HOUR_S, side="right") - 1
    return int(staffing.step_staffed[mine][last])


def steps(staffing, group=0):
    """Give (hour, level) of every step of a group."""
    mine = staffing.step_group == group
    hours = staffing.step_s[mine] / HOUR_S
    return list(zip(hours.tolist(), staffing.step_staffed[mine].tolist(), strict=True))


def test_a_shift_comes_and_goes_on_its_days():
    staffing = drawer(a_shift(days=("mon", "sat"))).draw(1, 0)
    assert steps(staffing) == [
        (0, 0),
        *((7, 10), (19, 0)),
        *((5 * DAY_H + 7, 10), (5 * DAY_H + 19, 0)),
        *((7 * DAY_H + 7, 10), (7 * DAY_H + 19, 0)),  # Monday again, while the last ones drain
    ]


def test_the_pattern_goes_on_for_a_day_then_the_last_level_stays():
    horizon = Horizon(warm_up_h=0, measured_h=9, cool_down_h=1)
    assert steps(drawer(a_shift(), horizon=horizon).draw(1, 0)) == [
        (0, 0),
        (7, 10),
        (19, 0),
        (31, 10),
    ]


def test_a_night_shift_that_began_before_the_horizon_is_on_at_its_start():
    night = a_shift(name="night", start="22:00", end="06:00", days=("sun",))
    assert steps(drawer(night).draw(1, 0))[:2] == [(0, 10), (6, 0)]
    saturday = a_shift(name="night", start="22:00", end="06:00", days=("sat",))
    assert steps(drawer(saturday).draw(1, 0))[:2] == [(0, 0), (5 * DAY_H + 22, 10)]


def test_a_whole_day_shift_every_day_never_steps():
    assert steps(drawer(a_shift(start="00:00", end="24:00")).draw(1, 0)) == [(0, 10)]


def test_shifts_that_follow_each_other_without_a_gap_make_no_step():
    early, late = (
        a_shift(start="00:00", end="12:00"),
        a_shift(name="late", start="12:00", end="24:00"),
    )
    assert steps(drawer(early, late).draw(1, 0)) == [(0, 10)]


def test_overlapping_shifts_add_up():
    middle = a_shift(name="middle", start="10:00", end="22:00", rostered=4)
    staffing = drawer(a_shift(), middle).draw(1, 0)
    assert [level(staffing, h) for h in (6, 7, 10, 19, 22)] == [0, 10, 14, 4, 0]


@pytest.mark.parametrize("warm_up_h", [0, 24, 30.1, 500.7])
@pytest.mark.parametrize("start", [0, 24.3, 167.9])
def test_shifts_stand_at_their_hour_of_the_week_wherever_the_horizon_starts(warm_up_h, start):
    horizon = Horizon(warm_up_h=warm_up_h, measured_h=200, start_hour_of_week=start)
    early, late = (
        a_shift(start="07:00", end="15:00"),
        a_shift(name="late", start="15:00", end="23:00"),
    )
    staffing = drawer(early, late, horizon=horizon).draw(1, 0)
    middle_s = HOUR_S * (np.arange(0.0123, warm_up_h + 200, 0.3719))
    for instant in middle_s:
        hour = horizon.hour_of_week(instant) % DAY_H
        assert level(staffing, instant / HOUR_S) == (10 if 7 <= hour < 23 else 0)
    assert (np.diff(staffing.step_s) > 1).all()  # no slivers where one shift hands over


def test_breaks_go_in_waves_that_add_up_to_the_staff():
    lunch = {"at": "12:00", "minutes": 30, "waves": 4}
    staffing = drawer(a_shift(breaks=[lunch])).draw(1, 0)
    at_desk = [level(staffing, h) for h in (11.9, 12, 12.5, 13, 13.5, 14)]
    assert at_desk == [10, 8, 7, 8, 7, 10]
    assert sum(10 - n for n in at_desk[1:5]) == 10


def test_a_break_after_midnight_belongs_to_the_night_shift():
    rest = {"at": "02:00", "minutes": 60, "waves": 2}
    night = a_shift(name="night", start="22:00", end="06:00", breaks=[rest], days=("mon",))
    staffing = drawer(night).draw(1, 0)
    assert level(staffing, 3) == 0
    assert [level(staffing, DAY_H + h) for h in (1.5, 2, 3, 4)] == [10, 5, 5, 10]


def test_breaks_of_different_people_may_overlap_those_of_the_same_may_not():
    tea = {"at": "10:00", "minutes": 60, "waves": 2}
    later = {"at": "11:00", "minutes": 60, "waves": 2}  # the second wave of tea, the first of this
    staffing = drawer(a_shift(breaks=[tea, later])).draw(1, 0)
    assert [level(staffing, h) for h in (10, 11, 12, 13)] == [5, 0, 5, 10]
    with pytest.raises(ConfigError, match=r"groups.room.shifts: in shift day two breaks overlap"):
        drawer(a_shift(breaks=[tea, later | {"at": "10:59"}]))


def test_nobody_is_on_two_breaks_so_the_desk_never_counts_below_0():
    tea = {"at": "10:00", "minutes": 60, "waves": 3}
    later = {"at": "11:00", "minutes": 60, "waves": 3}
    for rostered in range(8):
        staffing = drawer(a_shift(rostered=rostered, breaks=[tea, later])).draw(1, 0)
        assert staffing.step_staffed.min() >= 0


def test_scale_and_shrinkage_are_right_on_average():
    plan = drawer(
        a_shift(rostered=7.5),
        staffing={"scale": 0.9, "shrinkage_share": 0.25},
        scale=1.3,
    )
    staffed = np.array(
        [[level(s, DAY_H * d + 8) for d in range(7)] for s in (plan.draw(1, r) for r in range(300))]
    )
    mean = 7.5 * 0.9 * 1.3 * 0.75
    assert set(staffed.ravel()) == {int(mean), int(mean) + 1}
    assert abs(z_of_mean(staffed.ravel(), mean)) < 4


def test_absence_is_binomial_and_drawn_anew_each_day():
    plan = drawer(a_shift(rostered=10), staffing={"absence_share": 0.2})
    staffed = np.array(
        [[level(s, DAY_H * d + 8) for d in range(7)] for s in (plan.draw(1, r) for r in range(600))]
    )
    absent = 10 - staffed
    seen = np.bincount(np.minimum(absent.ravel(), 6), minlength=7)
    share = stats.binom.pmf(np.arange(7), 10, 0.2)
    share[6] += stats.binom.sf(6, 10, 0.2)
    assert stats.chisquare(seen, absent.size * share).pvalue > 1e-4
    off = absent - 2.0
    assert abs(z_of_mean(off[:, 0] * off[:, 1], 0)) < 4


def test_rounding_and_absence_together_keep_the_mean():
    plan = drawer(a_shift(rostered=3.3), staffing={"absence_share": 0.15})
    staffed = [level(plan.draw(1, r), 8) for r in range(3000)]
    assert abs(z_of_mean(staffed, 3.3 * 0.85)) < 4


def test_everybody_may_be_absent():
    plan = drawer(a_shift(), staffing={"absence_share": 1})
    assert steps(plan.draw(1, 0)) == [(0, 0)]


def test_more_posts_never_take_a_handler_away():
    levels = []
    for scale in (0.7, 0.8, 0.95, 1.0, 1.2):
        plan = drawer(a_shift(), staffing={"scale": scale, "absence_share": 0.2})
        levels.append([level(plan.draw(1, r), 8) for r in range(50)])
    assert (np.diff(levels, axis=0) >= 0).all()
    assert (np.diff(levels, axis=0) > 0).any()


def test_a_shift_of_the_same_name_on_another_day_is_drawn_by_itself():
    weekdays = a_shift(days=("mon", "tue"))
    weekend = a_shift(days=("sat",), start="09:00")
    staffing = {"absence_share": 0.3}
    alone, both = drawer(weekdays, staffing=staffing), drawer(weekdays, weekend, staffing=staffing)
    off = []
    for r in range(300):
        one, two = alone.draw(1, r), both.draw(1, r)
        assert [level(one, h) for h in (8, 32)] == [level(two, h) for h in (8, 32)]
        off.append((level(two, 8) - 7) * (level(two, 5 * DAY_H + 10) - 7))
    assert abs(z_of_mean(off, 0)) < 4


def test_a_further_shift_or_group_moves_no_other_draws():
    staffing = {"absence_share": 0.3, "shrinkage_share": 0.05}
    night = a_shift(name="night", start="22:00", end="06:00")
    few = drawer(a_shift(), staffing=staffing).draw(1, 5)
    centre = a_centre(
        forces={"North": a_force(emergency=1), "South": a_force(emergency=1)},
        groups={"other": a_group("South"), "room": a_group(shifts=(night, a_shift()))},
        staffing=staffing,
    )
    many = StaffingDrawer(centre, WEEK).draw(1, 5)
    for day in range(7):
        assert level(few, DAY_H * day + 8) == level(many, DAY_H * day + 8, group=1)


def test_hourly_posts_are_right_on_average_in_every_hour():
    posts = np.round(3 + 2.5 * np.sin(np.arange(168) / 4), 2)
    plan = drawer(
        rostered=profile(posts), staffing={"scale": 1.1, "absence_share": 0.1}, horizon=WEEK
    )
    draws = [plan.draw(1, r) for r in range(300)]
    staffed = np.array([[level(s, h) for h in range(0, 168, 5)] for s in draws])
    wanted = 1.1 * 0.9 * posts[::5]
    z = [z_of_mean(hour, mean) for hour, mean in zip(staffed.T, wanted, strict=True)]
    assert np.abs(z).max() < 4


def test_whoever_is_absent_from_hourly_posts_is_so_for_eight_hours():
    plan = drawer(rostered=profile([10.5] * 168), staffing={"absence_share": 0.2})
    staffing = plan.draw(1, 0)
    assert {hour % 8 for hour, _ in steps(staffing)} == {0}
    assert len(steps(staffing)) > 10


def test_steps_are_real_changes_one_per_instant_and_group_from_0_on():
    rest = {"at": "12:00", "minutes": 20, "waves": 3}
    groups = {
        "always": a_group(shifts=(a_shift(start="00:00", end="24:00", rostered=3),)),
        "late": a_group(shifts=(a_shift(start="12:00", end="20:00", breaks=()),)),
        "early": a_group(shifts=(a_shift(breaks=[rest]), a_shift(name="b", rostered=2))),
        "none": a_group(shifts=(a_shift(rostered=0),)),
    }
    staffing = StaffingDrawer(a_centre(groups=groups), WEEK).draw(1, 0)
    assert staffing.step_group[:4].tolist() == [0, 1, 2, 3]
    assert not staffing.step_s[:4].any()
    for group in range(4):
        mine = staffing.step_group == group
        assert (np.diff(staffing.step_s[mine]) > 0).all()
        assert (np.diff(staffing.step_staffed[mine]) != 0).all()
    assert steps(staffing, 0) == [(0, 3)]
    assert steps(staffing, 3) == [(0, 0)]
    assert level(staffing, 12, 1) == 10
    assert level(staffing, 11, 2) == 12


def test_the_same_numbers_give_the_same_staffing():
    plan = drawer(a_shift(), staffing={"absence_share": 0.3})
    one, again, other = plan.draw(1, 0), plan.draw(1, 0), plan.draw(1, 1)
    assert np.array_equal(one.step_staffed, again.step_staffed)
    assert np.array_equal(one.step_s, again.step_s)
    assert steps(one) != steps(other)


def test_staffing_and_workload_do_not_depend_on_the_design():
    # A draw takes a seed and a replication and nothing else: every design meets the same week.
    plan = drawer(a_shift(), staffing={"absence_share": 0.3})
    plan.draw(1, 7)
    assert steps(plan.draw(1, 3)) == steps(
        drawer(a_shift(), staffing={"absence_share": 0.3}).draw(1, 3)
    )
