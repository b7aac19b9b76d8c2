"""Assumption sets: where they lie in the declared ranges, and what moves together."""

import numpy as np
import pytest

from sim.experiment.patterns import matches
from sim.experiment.ranges import DeclaredRange
from sim.experiment.robust.plan import Assumption
from sim.experiment.robust.sets import draw_sets


def declared(key, low, high, *, whole=False):
    return DeclaredRange(key, low, low, high, whole=whole, assumed=True, source="test")


FACTOR = Assumption("factor", (declared("factor", 1.0, 1.3),))
KEPT = Assumption("kept", (declared("kept", 0, 3, whole=True),))
ROTAS = Assumption("Rotas", (declared("early", 10, 20), declared("late", 4, 5)))
THREE = (FACTOR, KEPT, ROTAS)


@pytest.fixture(scope="module")
def sets():
    return draw_sets(THREE, 64, 7)


def test_first_come_the_own_values_then_each_assumption_alone_at_its_ends(sets):
    assert sets.values(sets.own) == {}
    assert sets.values(sets.ends[0, 0]) == {"factor": 1.0}
    assert sets.values(sets.ends[0, 1]) == {"factor": 1.3}
    assert sets.values(sets.ends[1, 1]) == {"kept": 3}
    assert sets.values(sets.ends[2, 1]) == {"early": 20, "late": 5}
    assert sets.label(0) == ("own", 0)
    assert sets.label(sets.ends[2, 0]) == ("Rotas: lower end", 0)


def test_a_mixed_set_differs_from_table_a_in_its_own_assumption_alone(sets):
    table_a, table_b, *mixed = (sets.places[rows] for rows in sets.rows)
    for which, table in enumerate(mixed):
        np.testing.assert_array_equal(table[:, which], table_b[:, which])
        others = [column for column in range(3) if column != which]
        np.testing.assert_array_equal(table[:, others], table_a[:, others])
    assert sets.label(sets.rows[3, 5]) == ("AB: kept", 5)
    assert len(sets.places) == 1 + 2 * 3 + 64 * 5 == sets.rows.max() + 1
    assert not set(sets.independent) & set(sets.rows[2:].ravel())


def test_the_sets_fill_the_ranges_evenly_and_whole_numbers_have_equal_parts(sets):
    places = sets.places[sets.rows[0]]
    for column in places.T:
        assert (np.histogram(column, 8, (0, 1))[0] == 8).all()  # as a Sobol' sample does
    kept = [sets.values(number)["kept"] for number in sets.rows[0]]
    assert [kept.count(value) for value in range(4)] == [16] * 4
    assert all(isinstance(value, int) for value in kept)


def test_what_moves_together_lies_at_the_same_place_of_each_range(sets):
    for number in sets.rows[1]:
        values = sets.values(number)
        assert (values["early"] - 10) / 10 == pytest.approx(values["late"] - 4)
        assert 1.0 <= values["factor"] <= 1.3


def test_the_two_tables_are_independent(sets):
    table_a, table_b = (sets.places[rows] for rows in sets.rows[:2])
    correlations = np.corrcoef(table_a.T, table_b.T)[:3, 3:]
    assert abs(correlations).max() < 0.4  # three standard errors of 64 independent pairs


def test_a_larger_sample_continues_a_smaller_one_of_the_same_seed(sets):
    smaller = draw_sets(THREE, 16, 7)
    for few, many in zip(smaller.rows, sets.rows, strict=True):
        np.testing.assert_array_equal(smaller.places[few], sets.places[many[:16]])
    other = draw_sets(THREE, 16, 8)
    assert not np.isin(other.places[other.rows[0]], smaller.places[smaller.rows[0]]).any()


def test_a_whole_number_is_snapped_to_where_its_value_lies(sets):
    snapped = sets.snapped()[sets.rows[0]]
    kept = [sets.values(number)["kept"] / 3 for number in sets.rows[0]]
    np.testing.assert_allclose(snapped[:, 1], kept)
    np.testing.assert_array_equal(snapped[:, 0], sets.places[sets.rows[0], 0])


@pytest.mark.parametrize(
    ("pattern", "key", "named"),
    [
        ("channels.*.handle.*", "channels.emergency.handle.mean_s", True),
        ("channels", "channels.emergency.handle.mean_s", True),
        ("channels.*.mean_s", "channels.emergency.handle.mean_s", False),
        ("channels.emergency.handle.mean_s.more", "channels.emergency.handle.mean_s", False),
        ('forces."St. *".contacts', 'forces."St. Helens".contacts.emergency.per_day', True),
        ("forces.a+.contacts", "forces.aa.contacts", False),
        ("designs.*.handle_factor", "designs.merger.handle_factor", True),
        ("*.mean_s", "channels.emergency.handle.mean_s", False),
        ("**.mean_s", "channels.emergency.handle.mean_s", True),
        ("**.handle", "channels.emergency.handle.mean_s", True),
        ("channels.**.handle.mean_s", "channels.emergency.handle.mean_s", True),
        ("channels.**.emergency.handle", "channels.emergency.handle.mean_s", True),
        ("**.mean", "channels.emergency.handle.mean_s", False),
        ("**", "staffing.scale", True),
    ],
)
def test_one_star_is_one_part_two_are_any_number_and_a_section_is_all_in_it(pattern, key, named):
    assert matches(pattern, key) is named
