"""Values from outside the file: they go where the key says, and facts keep their evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import evidence, join_key, split_key


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("staffing.scale", 0.9, lambda c: c.staffing.scale.value),
        (
            "channels.emergency.handle.mean_s",
            99,
            lambda c: c.channels["emergency"].handle.mean_s.value,
        ),
        (
            'forces."North Shire".contacts.emergency.per_day',
            210,
            lambda c: c.forces["North Shire"].contacts["emergency"].per_day.value,
        ),
        (
            "forces.North Shire.contacts.emergency.per_day",
            220,
            lambda c: c.forces["North Shire"].contacts["emergency"].per_day.value,
        ),
        ("groups.north.shifts.1.rostered", 6, lambda c: c.groups["north"].shifts[1].rostered.value),
        (
            "groups.north.reserve.non_emergency",
            3,
            lambda c: c.groups["north"].reserve["non_emergency"].value,
        ),
        ("groups.south.scale", 1.2, lambda c: c.groups["south"].scale.value),  # not in the file
        ("designs.networked.after_s", 5, lambda c: c.designs["networked"].options["after_s"]),
        (
            "designs.networked.options.after_s",
            6,
            lambda c: c.designs["networked"].options["after_s"],
        ),
        (
            "designs.networked.handle_factor",
            1.2,
            lambda c: c.designs["networked"].options["handle_factor"],
        ),
        ("designs.isolation.extra", "x", lambda c: c.designs["isolation"].options["extra"]),
        (
            "channels.non_emergency.patience",
            {"distribution": "exponential", "mean_s": 5, "source": "x"},
            lambda c: (
                c.channels["non_emergency"].patience.mean_s.value
                and {"distribution": "exponential", "mean_s": 5, "source": "x"}
            ),
        ),
        ("channels.emergency.label", "nine", lambda c: c.channels["emergency"].label),
        ("staffing.scale", np.float64(0.8), lambda c: c.staffing.scale.value),
        (
            "groups.north.reserve.non_emergency",
            np.int64(2),
            lambda c: c.groups["north"].reserve["non_emergency"].value,
        ),
    ],
)
def test_an_override_goes_where_its_key_says(folder, key, value, read):
    assert read(folder.load({key: value})) == value


def test_an_override_leaves_everything_else(folder):
    plain, changed = folder.load(), folder.load({"staffing.scale": 0.9})
    assert plain.staffing.scale.value == 1
    assert changed.model_copy(update={"staffing": plain.staffing}) == plain


def test_options_in_their_own_table_are_the_same_options(folder):
    before = folder.load()
    folder.edit(
        'label = "Own room first"\n', 'label = "Own room first"\n[designs.networked.options]\n'
    )
    assert folder.load() == before
    changed = folder.load({"designs.networked.after_s": 7}).designs["networked"]
    assert changed.options == {"after_s": 7, "handle_factor": 1.1}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("stafing.scale", 'unknown key; did you mean "staffing"?'),
        ("staffing.scal", 'unknown key; did you mean "scale"? Known here: scale, shrinkage_share'),
        ("forces.Soth.contacts.emergency.per_day", 'did you mean "South"? Known here: North Shire'),
        ("forces.South.contacts.non_emergency.per_day", 'did you mean "emergency"?'),
        (
            "groups.north.shifts.7.rostered",
            "unknown key; known here: 0, 1 (in groups.north.shifts)",
        ),
        ("groups.north.shifts.x.rostered", "unknown key; known here: 0, 1"),
        ("channels.emergency.handle.men_s", 'unknown key; did you mean "mean_s"?'),
        ("channels.emergency.handle.shape", "known here: distribution, mean_s, cv, source"),
        ("channels.non_emergency.redial.share", "the file has no channels.non_emergency.redial"),
        ("staffing.scale.value", "staffing.scale is a number, so the key ends there"),
        ("designs.netwrked.after_s", 'unknown key; did you mean "networked"?'),
        ("staffing..scale", "is not a dotted key"),
        ("", "is not a dotted key"),
        ("staffing.scale.", "is not a dotted key"),
        ('forces."South', "is not a dotted key"),
        ("channels.emergency.profile.values", "unknown key"),
    ],
)
def test_a_key_that_leads_nowhere_is_told_with_the_nearest(folder, key, said):
    (problem,) = folder.problems({key: 1})
    assert problem.startswith(f"{folder.file}: ")
    assert said in problem


def test_a_wrong_value_from_outside_is_told_like_one_of_the_file(folder):
    assert folder.problems({"staffing.shrinkage_share": 2}) == [
        (
            f"{folder.file}: staffing.shrinkage_share = 2: must be a share from 0 to 1 (90% is "
            "0.9) (this value was set from outside the file)"
        )
    ]


def test_a_value_outside_the_declared_range_is_refused(folder):
    (problem,) = folder.problems({"staffing.scale": 1.6})
    assert "the value 1.6 lies outside its range [0.5, 1.5]" in problem


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_any_override_of_a_fact_keeps_its_evidence(lasting_folder, data):
    before = evidence(lasting_folder.load())
    figure = data.draw(st.sampled_from([f for f in before if f.value is not None]))
    low, high = (
        (figure.value * 0.9, figure.value) if figure.low is None else (figure.low, figure.high)
    )
    whole = ".reserve." in figure.key
    value = data.draw(st.integers(int(low), int(high)) if whole else st.floats(low, high))
    after = evidence(lasting_folder.load({figure.key: value}))
    assert [f for f in after if f.key != figure.key] == [f for f in before if f.key != figure.key]
    (changed,) = [f for f in after if f.key == figure.key]
    assert changed.value == value
    assert (changed.low, changed.high) == (figure.low, figure.high)
    assert (changed.source, changed.assumed) == (figure.source, figure.assumed)


@given(st.lists(st.sampled_from(["a", "North Shire", "St. Helens", '"q"', "O'x", "0", "é\\"])))
def test_a_dotted_key_of_any_names_is_read_back(parts):
    assert split_key(join_key([*parts, "scale"])) == [*parts, "scale"]
