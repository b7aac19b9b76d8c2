"""What a design changes in its centre: found, checked and sourced like everything else."""

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import ConfigError, Fact, evidence, load_changed

TABLE = "\n[designs.networked.changes]\n"


def changing(folder, text, overrides=None):
    """Give the centre, and the centre as it is under `networked` with these changes."""
    centre, changed = load_changed(folder.edit("", TABLE + text).centre, overrides)
    return centre, changed["networked"]


def test_a_change_holds_under_its_design_alone(folder):
    plain = folder.load()
    centre, under = changing(folder, 'source = "a plan"\n"groups.north.shifts.1.rostered" = 6\n')
    assert centre.model_copy(update={"designs": {}}) == plain.model_copy(update={"designs": {}})
    assert under.groups["north"].shifts[1].rostered == Fact(value=6, source="a plan")
    assert under.model_copy(update={"groups": centre.groups}) == centre


def test_without_changes_no_design_has_a_centre_of_its_own(folder):
    assert load_changed(folder.centre)[1] == {}


@pytest.mark.parametrize(
    "text",
    [
        '"groups.north.scale" = 0.8',
        "groups.north.scale = 0.8",
        "'groups.\"north\".scale' = 0.8",
        "[designs.networked.changes.groups.north]\nscale = 0.8",
    ],
)
def test_a_key_may_be_written_with_or_without_quotes(folder, text):
    centre, under = changing(folder, f'source = "a plan"\n{text}\n')
    assert under.groups["north"].scale.value == 0.8
    assert centre.designs["networked"].changes == {"source": "a plan", "groups.north.scale": 0.8}


def test_a_change_brings_its_own_evidence_and_leaves_that_of_the_figure_it_replaces(folder):
    # 0.4 lies outside the range that the file declares for the figure itself: it is another figure.
    _, under = changing(folder, '"staffing.scale" = {value = 0.4, source = "nchs"}\n')
    assert under.staffing.scale == Fact(value=0.4, source="nchs")


def test_changed_figures_are_listed_with_their_sources_after_all_others(folder):
    before = evidence(folder.load())
    centre, under = changing(
        folder,
        'source = "nchs"\n'
        '"groups.north.shifts.0.rostered" = 5\n'
        '"channels.emergency.handle" = {distribution = "exponential", mean_s = 280}\n'
        '"staffing.scale" = {value = 1.2, range = [1, 1.3], source = "assumption: so planned"}\n'
        '"groups.south.rostered" = {file = "profiles.csv", column = "emergency"}\n'
        '"groups.north.reserve.non_emergency" = 2\n',
    )
    figures = evidence(centre, {"networked": under})
    assert figures[: len(before)] == before
    above = "designs.networked.changes."
    found = {figure.key.removeprefix(above): figure for figure in figures[len(before) :]}
    assert list(found) == [
        '"groups.north.shifts.0.rostered"',
        '"channels.emergency.handle".mean_s',
        '"staffing.scale"',
        '"groups.south.rostered"',
        '"groups.north.reserve.non_emergency"',
    ]
    posts, handle, scale, hourly, kept = found.values()
    assert kept.value == 2
    assert (posts.value, posts.source) == (5, "National Call Handling Standards, 2005")
    assert (handle.value, handle.source) == (280, "National Call Handling Standards, 2005")
    assert (scale.low, scale.high, scale.assumed) == (1, 1.3, True)
    assert hourly.source.endswith("(profiles.csv, column emergency)")


def test_the_source_of_the_design_holds_for_its_changes(folder):
    folder.edit('label = "Own room first"', 'label = "Own room first"\nsource = "the proposal"')
    centre, under = changing(folder, '"groups.north.scale" = 0.8\n')
    assert evidence(centre, {"networked": under})[-1].source == "the proposal"


def test_a_change_wins_over_what_is_varied_and_may_be_varied_itself(folder):
    text = 'source = "a plan"\n"staffing.scale" = {value = 0.9, range = [0.8, 1]}\n'
    folder.edit("", TABLE + text)
    varied = {"staffing.scale": 1.4, "staffing.absence_share": 0.1}
    centre, changed = load_changed(folder.centre, varied)
    assert centre.staffing.scale.value == 1.4
    under = changed["networked"].staffing
    assert (under.scale.value, under.absence_share.value) == (0.9, 0.1)
    for key in (
        'designs.networked.changes."staffing.scale"',
        "designs.networked.changes.staffing.scale",
    ):
        fact = load_changed(folder.centre, {key: 0.85})[1]["networked"].staffing.scale
        assert fact == Fact(value=0.85, range=(0.8, 1), source="a plan")
    with pytest.raises(ConfigError, match=r"0\.7 lies outside its range \[0\.8, 1\]"):
        load_changed(folder.centre, {'designs.networked.changes."staffing.scale"': 0.7})


def test_an_experiment_may_vary_a_change(folder):
    folder.edit("", TABLE + 'source = "a plan"\n"staffing.scale" = 0.9\n')
    vary = "\n[vary]\n'designs.networked.changes.\"staffing.{}\"' = [0.8, 0.9]\n"
    folder.ask("", vary.format("scale"))
    assert len(folder.load_experiment().vary) == 1
    folder.ask("staffing.scale", "staffing.scal")
    (problem,) = folder.experiment_problems()
    assert 'unknown key; did you mean "staffing.scale"?' in problem
    assert "(in designs.networked.changes)" in problem


# what stands in the table -> what the one problem must say
WRONG = {
    '"groups.nort.scale" = 1': [
        'designs.networked.changes."groups.nort.scale" = 1: unknown key; did you mean "north"?',
        "(in groups)",
    ],
    '"channels.emergency.handle.men_s" = 1': ['did you mean "mean_s"?'],
    '"groups.new" = {}': ["unknown key; known here: north, south (in groups)"],
    '"groups..scale" = 1': ["is not a dotted key"],
    '"designs.isolation.kind" = "merger"': ["is not for a design to change"],
    'name = "Other"': ["is not for a design to change"],
    "forces = 3": ["is a whole table; name the keys in it"],
    '"groups.north.scale" = 0.9': ["has no source: write {value = ..., source"],
    '"groups.north.scale" = 0.9\nsource = "assumption: a guess"': ["an assumption needs a range"],
    '"groups.north.scale" = 0.9\nsource = 3': ["changes.source = 3: must be text in quotes"],
    '"groups.north.scale" = 0.9\nsource = "nhcs"': [
        'changes."groups.north.scale" = 0.9: its source "nhcs" is not in [sources]',
        'did you mean "nchs"?',
    ],
    '"groups.north.scale" = -1\nsource = "nchs"': [
        'designs.networked.changes."groups.north.scale" = -1: must be above 0'
    ],
    '"groups.south.answers" = ["emergency", "x"]': ['answers".1 = "x": unknown channel'],
    '"groups.north.force" = "South"': ["cannot give a group to another force"],
    '"channels.emergency.answer_within_s" = 9\nsource = "nchs"': ["cannot change what is measured"],
    '"channels.emergency.transfer_delay_s" = 9\nsource = "nchs"': [
        "cannot change what is measured"
    ],
    '"groups.north.shifts" = []\n"groups.north.shifts.0.rostered" = 3': [
        'lies inside "groups.north.shifts", which this design changes as well'
    ],
    '"groups.north.shifts" = []': ["it has neither (as changed under design networked)"],
    '"groups.north.scale" = 1\n"groups.\'north\'.scale" = 2': ["this key stands twice"],
    '"demand.bursts.calls_mean" = 50\nsource = "nchs"': ["calls_mean", "must be from 1 to"],
    '"groups.south.rostered" = {file = "profiles.csv", column = "post"}\nsource = "nchs"': [
        'profiles.csv: header = "post": unknown column; did you mean "posts"?'
    ],
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_change_has_its_clear_answer(folder, text):
    (problem,) = folder.edit("", TABLE + text + "\n").problems()
    for said in WRONG[text]:
        assert said in problem


def test_changes_must_be_a_table(folder):
    (problem,) = folder.edit('label = "Own', 'changes = 3\nlabel = "Own').problems()
    assert "designs.networked.changes = 3: must be a table" in problem


def test_wrong_changes_of_several_designs_are_told_together(folder):
    folder.edit("", TABLE + '"groups.nort.scale" = 1\n"groups.south.scal" = 1\n')
    folder.edit("", '\n[designs.isolation.changes]\n"staffing.scal" = 1\n')
    assert len(folder.problems()) == 3


JUNK = st.recursive(
    st.sampled_from([-1, 0.5, float("nan"), 10**400, "", "x", True, "\x1b", [], {}])
    | st.sampled_from([{"value": "x"}, {"value": 1, "range": 1}, {"distribution": []}]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
KEYS = st.sampled_from(
    [
        "source", "staffing", "staffing.scale", "groups.north", "groups.north.shifts", "demand",
        "groups.north.shifts.0", "groups.north.shifts.0.rostered", "channels.emergency.handle",
        "forces.South.contacts", "demand.bursts", "demand.bursts.neighbours.South", "groups",
        "groups.south.rostered", "channels.emergency.redial.escalate_to", "", ".", 'a"',
    ]
)  # fmt: skip


@given(table=JUNK | st.dictionaries(KEYS, JUNK, min_size=1, max_size=3))
@settings(deadline=None, max_examples=60)
def test_junk_in_changes_is_a_centre_or_a_plain_answer(lasting_folder, table):
    content = tomllib.loads(lasting_folder.file.read_text(encoding="utf-8"))
    content["designs"]["networked"]["changes"] = table
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.config.loading.read_toml", lambda _: content)
        with suppress(ConfigError):
            lasting_folder.load()
