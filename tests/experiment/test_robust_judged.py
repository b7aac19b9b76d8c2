"""Margins, shares, indices and boxes, each against what is known beforehand."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.experiment.ranges import DeclaredRange
from sim.experiment.robust.box import (
    FOLDS,
    Side,
    find_box,
    inside,
    share_over_rows,
    tell,
    validated,
)
from sim.experiment.robust.indices import RESAMPLES, sobol
from sim.experiment.robust.margins import Verdict, changes, margins, share_of, spread, wilson
from sim.experiment.robust.outcomes import Outcomes
from sim.experiment.robust.plan import Assumption, Claim
from sim.experiment.robust.rows import box_sides
from sim.experiment.robust.sets import draw_sets
from sim.experiment.statistics import Interval, mean_interval


def assumptions(count):
    return tuple(
        Assumption(f"x{n}", (DeclaredRange(f"x{n}", 0.5, 0.0, 1.0, False, True, "test"),))
        for n in range(count)
    )


def claim(*, against="b", sense=1, margin=0.0):
    return Claim(1, "a", against, "all", "emergency", "service_level", margin, sense, 0, 0)


def outcomes(ours, theirs=None, target=0.9, impossible=()):
    """Weekly values of two designs, shape (R, S), as ratios whose denominator is 1."""

    def tally(values):
        values = np.asarray(values, dtype=float)
        return np.stack([values, np.ones_like(values)])[..., np.newaxis]

    sets = np.shape(ours)[1]
    tallies = {"a": tally(ours), "b": tally(ours if theirs is None else theirs)}
    targets = {name: np.full((sets, 1), target) for name in tallies}
    return Outcomes(tallies, targets, dict.fromkeys(impossible, "why"))


# Three sets of three weeks: a is better by 0.2 in the first, worse in the second, and in the third
# now better and now worse.
OURS = np.array([[0.7, 0.3, 0.9], [0.8, 0.2, 0.1], [0.9, 0.4, 0.5]])
THEIRS = np.array([[0.5, 0.5, 0.5], [0.6, 0.4, 0.5], [0.7, 0.6, 0.5]])


def test_a_conclusion_holds_fails_or_cannot_be_told():
    found = margins(claim(), outcomes(OURS, THEIRS))
    assert found.verdicts.tolist() == ["holds", "fails", "cannot tell"]
    np.testing.assert_allclose(found.interval.value, [0.2, -0.2, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.weekly, OURS - THEIRS, atol=1e-12)
    paired = mean_interval(OURS - THEIRS)
    np.testing.assert_allclose(found.interval.low, paired.low, atol=1e-12)
    np.testing.assert_allclose(found.interval.high, paired.high, atol=1e-12)


def test_where_less_is_better_it_is_the_other_way_round():
    found = margins(claim(sense=-1), outcomes(OURS, THEIRS))
    assert found.verdicts.tolist() == ["fails", "holds", "cannot tell"]


def test_what_is_to_be_gained_at_least_counts_against_it():
    found = margins(claim(margin=0.3), outcomes(OURS, THEIRS))
    assert found.verdicts.tolist() == ["fails", "fails", "cannot tell"]
    assert found.interval.value[0] == pytest.approx(-0.1)


def test_a_target_is_met_where_the_level_reaches_it():
    levels = np.array([[0.954, 0.9, 0.804], [0.956, 0.9, 0.806]])
    found = margins(claim(against=""), outcomes(levels))
    assert found.verdicts.tolist() == ["holds", "holds", "fails"]
    np.testing.assert_allclose(found.interval.value, [0.055, 0.0, -0.095], atol=1e-12)


def test_nobody_is_beaten_by_the_same_figures():
    assert margins(claim(), outcomes(OURS, OURS)).verdicts.tolist() == ["fails"] * 3


def test_a_set_that_cannot_be_is_neither():
    ours = OURS.copy()
    ours[:, 0] = np.nan
    found = margins(claim(), outcomes(ours, THEIRS, impossible=(0,)))
    assert found.verdicts.tolist() == ["impossible", "fails", "cannot tell"]
    assert share_of(found.verdicts, Verdict.FAILS).value == 0.5


def test_shares_are_counted_with_wilsons_interval():
    verdicts = np.array(["holds"] * 80 + ["cannot tell"] * 15 + ["fails"] * 5)
    found = share_of(verdicts, Verdict.FAILS)
    # By hand: (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).
    assert found == pytest.approx((0.05, 0.02154368, 0.11175047), abs=1e-7)
    assert share_of(verdicts, Verdict.HOLDS).value == 0.8
    assert wilson(10, 10).low == pytest.approx(0.722467, abs=1e-6)
    assert np.isnan(wilson(0, 0)).all()


def test_the_change_to_an_end_is_paired_with_the_own_values():
    sets = SimpleNamespace(own=0, ends=np.array([[1, 2]]))
    found = changes(claim(), outcomes(OURS, THEIRS), sets)
    gains = OURS - THEIRS
    paired = mean_interval(gains[:, 1:] - gains[:, :1])
    for part, expected in zip(found[:3], paired[:3], strict=True):
        np.testing.assert_allclose(part, expected, atol=1e-12)


def test_a_target_that_is_itself_an_assumption_moves_the_change():
    levels = np.array([[0.9, 0.8], [0.9, 0.8]])
    given = outcomes(levels)
    given.targets["a"][1] = 0.7
    sets = SimpleNamespace(own=0, ends=np.array([[1, 1]]))
    np.testing.assert_allclose(changes(claim(against=""), given, sets).value, [0.1, 0.1])


def test_variance_is_split_between_assumptions_weeks_and_both():
    rng = np.random.default_rng(3)
    weeks, sets = 40, 2000
    weekly = (rng.normal(0, 3, sets) + rng.normal(0, 2, weeks)[:, np.newaxis]) + rng.normal(
        0, 1, (weeks, sets)
    )
    found = spread(weekly)
    assert found.assumptions == pytest.approx(9 / 14, abs=0.08)  # 40 weeks tell 4 within a third
    assert found.weeks == pytest.approx(4 / 14, abs=0.08)
    assert found.assumptions / found.both == pytest.approx(9, rel=0.1)
    assert found.noise == pytest.approx((1 / weeks) / (9 + 1 / weeks), rel=0.1)
    assert sum(found[:3]) == pytest.approx(1)


def test_what_chance_leaves_in_the_means_of_sets_is_not_taken_for_assumptions():
    found = spread(np.random.default_rng(4).normal(size=(4, 3000)))
    assert found.assumptions < 0.02  # and not the quarter that the means of four weeks have
    assert found.noise > 0.9


def test_variance_of_nothing_and_of_one_week():
    assert spread(np.ones((5, 5))) == (0, 0, 0, 0)
    assert np.isnan(spread(np.ones((1, 5)))).all()
    known = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
    assert spread(known) == (1, 0, 0, 0)  # the set that says nothing in a week does not count


def ishigami(places):
    """Give a function whose indices are known (Ishigami and Homma 1990, with a = 7, b = 0.1)."""
    x = np.pi * (2 * places - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_indices_are_those_of_a_function_that_has_known_ones():
    sets = draw_sets(assumptions(4), 1024, 5)  # the fourth does nothing
    found = sobol(ishigami(sets.places)[sets.rows], np.random.default_rng(1))
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0, 0], atol=0.03)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437, 0], atol=0.03)
    for value, low, high in (
        (np.array([0.3139, 0.4424, 0, 0]), found.first_low, found.first_high),
        (np.array([0.5576, 0.4424, 0.2437, 0]), found.total_low, found.total_high),
    ):
        assert (low <= value + 1e-12).all()
        assert (value <= high + 1e-12).all()
        assert (high - low < 0.3).all()
    assert found.rows == 1024


def test_indices_of_a_single_assumption_are_all_there_is():
    sets = draw_sets(assumptions(1), 64, 5)
    found = sobol(sets.places[:, 0][sets.rows], np.random.default_rng(1))
    assert found.total == pytest.approx([1], abs=0.05)


def test_rows_with_a_set_that_cannot_be_do_not_count():
    sets = draw_sets(assumptions(4), 256, 5)
    margin = ishigami(sets.places)[sets.rows]
    spoilt = margin.copy()
    spoilt[3, 200] = spoilt[0, 250] = np.nan
    found = sobol(spoilt, np.random.default_rng(1))
    assert found.rows == 128
    np.testing.assert_array_equal(
        found.total, sobol(margin[:, :128], np.random.default_rng(1)).total
    )
    assert sobol(margin[:, :7], np.random.default_rng(1)) is None
    assert sobol(np.ones((6, 64)), np.random.default_rng(1)) is None


def test_intervals_of_indices_are_as_wide_as_95_percent_of_samples_spread():
    rng = np.random.default_rng(1)
    weights = np.array([2.0, 1.0])
    found = []
    for _ in range(150):
        a, b = rng.random((2, 64, 2))
        mixed = [np.where(np.arange(2) == one, b, a) for one in range(2)]
        found.append(sobol(np.array([places @ weights for places in (a, b, *mixed)]), rng))
    width = np.mean([one.first_high - one.first_low for one in found], axis=0)
    spread_of = np.std([one.first for one in found], axis=0, ddof=1)
    # 90% intervals would be 0.84 as wide; bootstraps of 64 rows are a little narrow.
    assert width / (2 * 1.96 * spread_of) == pytest.approx([1, 1], abs=0.1)


def test_the_bootstrap_is_that_of_its_generator():
    sets = draw_sets(assumptions(4), 16, 5)
    margin = ishigami(sets.places)[sets.rows]
    once, again = (sobol(margin, np.random.default_rng(2)) for _ in range(2))
    np.testing.assert_array_equal(once.total_low, again.total_low)
    assert RESAMPLES >= 200


@pytest.fixture(scope="module")
def places():
    return np.random.default_rng(11).random((600, 4))


def test_a_planted_side_is_found(places):
    assert find_box(places, places[:, 2] <= 0.35, [0] * 4) == (Side(2, above=False, place=0.35),)
    assert find_box(places, places[:, 0] > 0.8, [0] * 4) == (Side(0, above=True, place=0.8),)


def test_a_planted_corner_is_found(places):
    wanted = (places[:, 1] > 0.6) & (places[:, 3] <= 0.5)
    assert find_box(places, wanted, [0] * 4) == (
        Side(1, above=True, place=0.6),
        Side(3, above=False, place=0.5),
    )


def test_a_corner_is_found_among_exceptions(places):
    wanted = (places[:, 1] > 0.6) & (places[:, 3] <= 0.5)
    wanted ^= np.random.default_rng(12).random(600) < 0.03
    box = find_box(places, wanted, [0] * 4)
    assert [(side.assumption, side.above) for side in box] == [(1, True), (3, False)]
    assert [side.place for side in box] == pytest.approx([0.6, 0.5], abs=0.051)


def test_a_second_side_that_adds_little_is_left_out(places):
    wanted = (places[:, 1] > 0.6) & (places[:, 3] <= 0.93)
    assert len(find_box(places, wanted, [0] * 4)) == 1


def test_where_chance_decides_there_is_no_box(places):
    few = np.random.default_rng(13).random(600) < 0.5
    assert find_box(places, few, [0] * 4) == ()
    assert find_box(places, np.ones(600, dtype=bool), [0] * 4) == ()


def test_a_whole_number_is_cut_between_its_values():
    kept = np.random.default_rng(14).integers(0, 4, 400)
    places = np.stack([kept / 3, np.random.default_rng(15).random(400)], axis=1)
    (side,) = find_box(places, kept >= 2, [3, 0])
    assert side == Side(0, above=True, place=0.5)


def test_coverage_and_density_are_counted():
    places = np.array([[[0.1], [0.9], [0.6]], [[0.2], [0.8], [0.7]]])  # two tables of three rows
    wanted = np.array([[False, True, True], [True, True, False]])
    told = tell(inside((Side(0, above=True, place=0.5),), places), wanted)
    assert told.coverage.value == pytest.approx(3 / 4)
    assert told.density.value == pytest.approx(3 / 4)
    # Rows are what is independent: two of two sets in the second, one of two in the third.
    assert told.density.low == 0
    assert told.density.high == 1


def test_a_share_over_rows_that_all_agree_still_has_an_interval():
    found = share_over_rows(np.array([2, 2, 0]), np.array([2, 2, 0]))
    assert found == wilson(2, 2)
    assert share_over_rows(np.array([0, 0]), np.array([2, 2])) == wilson(0, 2)


def planted(of_places, drawn=None):
    """Give the box of a conclusion whose margin is a function of three assumptions."""
    sets = draw_sets(drawn or assumptions(3), 128, 5)
    places = np.where(np.isnan(sets.places), 0.5, sets.places)
    value = of_places(places)
    found = SimpleNamespace(interval=Interval(value, value, value, np.ones(len(value))))
    return box_sides(claim(), sets, found)


def test_a_box_is_counted_in_rows_that_it_was_not_found_in():
    rng = np.random.default_rng(2)
    places = rng.random((1, 20 * FOLDS, 2))
    wanted = (places[..., 0] > 0.8) & (np.arange(20 * FOLDS) % FOLDS != 0)
    told = validated(places, wanted, [0, 0])
    assert told.coverage.value == pytest.approx(1)
    in_box = (places[..., 0] > 0.8).sum()
    assert told.density.value == pytest.approx(wanted.sum() / in_box, abs=0.1)
    chance = rng.random((1, 20 * FOLDS)) < 0.1
    found = find_box(places.reshape(-1, 2), chance.ravel(), [0, 0])
    assert found  # a box is found where chance decides, and flatters itself
    flattering = tell(inside(found, places), chance)
    assert validated(places, chance, [0, 0]).density.value < flattering.density.value / 1.5


def test_the_box_of_a_conclusion_is_that_of_the_rarer_cases():
    (side,), said = planted(lambda x: 0.7 - x[:, 1])
    assert said == "boxed"
    assert (side.finds, side.assumption, side.side) == ("fails", "x1", "above")
    assert side.threshold == pytest.approx(0.7)
    assert side.coverage == pytest.approx(1, abs=0.05)
    assert side.density == pytest.approx(1, abs=0.05)
    assert side.density_low > 0.8
    assert side.base == pytest.approx(0.3, abs=0.02)
    (turned,), _ = planted(lambda x: x[:, 1] - 0.7)  # what mostly fails may hold somewhere
    assert (turned.finds, turned.side) == ("holds", "above")


def test_a_threshold_of_whole_numbers_is_one_of_them():
    kept = Assumption("kept", (DeclaredRange("kept", 1, 0, 3, True, True, "test"),))
    drawn = (*assumptions(2), kept)
    (side,), _ = planted(lambda x: x[:, 2] - 0.25, drawn)  # fails at 0 alone
    assert (side.finds, side.assumption, side.side, side.threshold) == (
        "fails",
        "kept",
        "at most",
        0,
    )
    (side,), _ = planted(lambda x: 0.75 - x[:, 2], drawn)
    assert (side.side, side.threshold) == ("at least", 3)


def test_what_never_turns_round_or_too_seldom_has_no_box():
    assert planted(lambda x: 1 + x[:, 1]) == ([], "never turns round")
    assert planted(lambda x: 0.97 - x[:, 1]) == ([], "no box")  # 8 of 256
    rng = np.random.default_rng(1)
    assert planted(lambda x: rng.normal(0.5, size=len(x))) == ([], "no box")
