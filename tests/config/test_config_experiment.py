"""Experiment files: the example of the design, what they may vary, and what is wrong with them."""

from dataclasses import replace

import pytest

from sim.config import points

AGREED = """\
question = "Do three control rooms answer more 999 calls within 10 s as one?"
centre   = "../configs/east_midlands"
designs  = ["isolation", "buddy_overflow", "strategic_alliance", "merger"]
baseline = "isolation"
seed     = 20151217
[horizon]
warm_up_h = 24
measured_h = 168
[replications]
min = 20
max = 400
until = {measure = "service_level", channel = "emergency", half_width = 0.005}
[vary]                       # optional: every combination (grid)
"staffing.scale" = [0.85, 0.90, 0.95, 1.00, 1.05]
"""


def vary(folder, text):
    return folder.ask("", "\n[vary]\n" + text + "\n")


def test_the_agreed_example_is_read(folder):
    (folder.root / "configs").mkdir()
    (folder.root / "experiments").mkdir()
    folder.centre.rename(folder.root / "configs" / "east_midlands")
    folder.experiment.write_text(AGREED, encoding="utf-8")
    folder.experiment.rename(folder.root / "experiments" / "experiment.toml")
    experiment = replace(folder, root=folder.root / "experiments").load_experiment()
    assert experiment.centre == (folder.root / "configs" / "east_midlands").resolve()
    assert experiment.baseline == "isolation"
    assert experiment.horizon.cool_down_h == 2
    assert [point["staffing.scale"] for point in points(experiment)] == [0.85, 0.9, 0.95, 1, 1.05]


def test_an_experiment_written_out_is_read_back(folder):
    experiment = vary(folder, '"staffing.scale" = [0.9, 1]').load_experiment()
    assert type(experiment).model_validate(experiment.model_dump(mode="json")) == experiment


def test_without_vary_there_is_one_point_that_changes_nothing(folder):
    assert points(folder.load_experiment()) == [{}]


def test_every_combination_is_a_point_and_the_last_key_changes_fastest(folder):
    vary(
        folder,
        '"staffing.scale" = [0.9, 1.1]\n'
        '"designs.networked.after_s" = {from = 10, to = 30, step = 10}',
    )
    drawn = points(folder.load_experiment())
    assert [tuple(point.values()) for point in drawn] == [
        (0.9, 10),
        (0.9, 20),
        (0.9, 30),
        (1.1, 10),
        (1.1, 20),
        (1.1, 30),
    ]
    assert all(isinstance(point["designs.networked.after_s"], int) for point in drawn)
    for point in drawn:
        centre = folder.load(point)
        assert centre.staffing.scale.value == point["staffing.scale"]
        assert centre.designs["networked"].options["after_s"] == point["designs.networked.after_s"]


def test_keys_without_quotes_mean_the_same(folder):
    experiment = vary(
        folder, 'staffing.scale = [1]\nforces."North Shire".contacts.emergency.per_day = [200]'
    ).load_experiment()
    assert points(experiment) == [
        {"staffing.scale": 1, 'forces."North Shire".contacts.emergency.per_day': 200}
    ]


@pytest.mark.parametrize(
    ("range_", "values"),
    [
        ("{from = 0.7, to = 1.3, step = 0.1}", [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3]),
        ("{from = 1, to = 0.5, step = -0.25}", [1.0, 0.75, 0.5]),
        ("{from = 0.5, to = 1, step = 0.4}", [0.5, 0.9]),
        ("{from = 1, to = 1, step = 1}", [1]),
    ],
)
def test_a_range_ends_where_it_says_and_its_numbers_are_as_written(folder, range_, values):
    experiment = vary(folder, f'"staffing.scale" = {range_}').load_experiment()
    assert [point["staffing.scale"] for point in points(experiment)] == values


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('"staffing.scale" = []', 'vary."staffing.scale" = []: is an empty list; must be a list'),
        ('"staffing.scale" = 1', 'vary."staffing.scale" = 1: must be a list of values, or {from'),
        ('"staffing.scale" = [1, 1.0]', "a value stands twice"),
        ('"staffing.scale" = [1, nan]', "nan cannot be varied; numbers or text can"),
        ('"staffing.scale" = [[1]]', "[1] cannot be varied"),
        ('"staffing.scale" = {from = 1, to = 2}', "the range lacks step"),
        ('"staffing.scale" = {from = 1, too = 2, step = 1}', 'did you mean "to"?'),
        ('"staffing.scale" = {from = 1, to = 2, step = 0}', "steps of 0 do not lead from 1 to 2"),
        ('"staffing.scale" = {from = 1, to = 2, step = -1}', "steps of -1 do not lead from 1 to 2"),
        ('"staffing.scale" = {from = 1, to = inf, step = 1}', "to = inf must be a finite number"),
        ('"staffing.scale" = {from = 1, to = "2", step = 1}', 'to = "2" must be a finite number'),
        *(
            (
                f'"staffing.scale" = {{from = 0.9, to = 1.1, step = {step}}}',
                "more than 10,000 values, the most that are allowed; take a larger step, such as 0",
            )
            for step in ("1e-09", "1e-300")
        ),
        (
            '"staffing.scale" = {from = 1, to = 1.0000000000000002, step = 1e-19}',
            "steps of 1e-19 are too small to tell the values apart",
        ),
        (f'"staffing.scale" = [{10**400}]', "0... cannot be varied; numbers or text can"),
        (f'"staffing.scale" = {{from = 1, to = {10**400}, step = 1}}', "0... must be a finite"),
        (
            (
                '"staffing.scale" = {from = 0, to = 1, step = 0.001}\n'
                '"staffing.absence_share" = {from = 0, to = 1, step = 0.001}'
            ),
            "vary: has more than 1,000,000 combinations, the most that are allowed",
        ),
        ('"staffing.scal" = [1]', 'vary."staffing.scal": unknown key; did you mean "scale"?'),
        ('"forces.Soth.contacts.emergency.per_day" = [1]', 'did you mean "South"?'),
        ('"designs.merger.handle_factor" = [1]', "unknown key; known here: isolation, networked"),
        ('"staffing." = [1]', "is not a dotted key"),
        *(
            (f"'{key}' = ['a', 'b']", "is wording for readers and changes no figure")
            for key in (
                "name",
                "description",
                "sources.nchs",
                "channels.emergency.label",
                "forces.South.contacts.emergency.source",
                "designs.networked.label",
            )
        ),
    ],
)
def test_what_cannot_be_varied_is_told(folder, entry, said):
    problems = vary(folder, entry).experiment_problems()
    assert len(problems) == 1
    assert problems[0].startswith(f"{folder.experiment}: vary")
    assert said in problems[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed = 1", "sed = 1", 'sed = 1: unknown key; did you mean "seed"?'),
        ("seed = 1\n", "", "seed: is missing; a whole number is needed"),
        ("seed = 1", "seed = -1", "seed = -1: must be 0 or more"),
        ("seed = 1", "seed = 1.5", "seed = 1.5: must be a whole number"),
        ('question = "Alone or together?"', 'question = ""', 'question = "": must not be empty'),
        ('centre = "centre"', 'centre = "center"', 'did you mean "centre"?'),
        ('centre = "centre"', 'centre = "."', "has no centre.toml in it"),
        ('centre = "centre"', "centre = 3", "centre = 3: must be text in quotes"),
        ('baseline = "isolation"', 'baseline = "isolatoin"', 'did you mean "isolation"?'),
        ('["isolation", "networked"]', "[]", "designs = []: must hold at least 1"),
        ('["isolation", "networked"]', '["isolation", "isolation"]', "a design stands twice"),
        ("measured_h = 168", "measured_h = 0", "horizon.measured_h = 0: must be above 0"),
        ("measured_h = 168", "measured_h = inf", "measured_h = inf: must be a finite number"),
        ("max = 5", "max = 1", "replications.max = 1: must not be below min = 2"),
        ("max = 5\n", "", "replications.max: is missing; with until, say the largest number"),
        ("min = 2", "min = 0", "replications.min = 0: must be 1 or more"),
        (
            'channel = "emergency"',
            'channel = "emergence"',
            'channel of the centre; did you mean "em',
        ),
    ],
)
def test_a_wrong_experiment_is_told_in_plain_words(folder, old, new, said):
    (problem,) = folder.ask(old, new).experiment_problems()
    assert problem.startswith(f"{folder.experiment}: ")
    assert said in problem


def test_problems_of_an_experiment_and_of_its_centre_are_told_together(folder):
    folder.ask("seed = 1", "seed = -1").edit("priority = 0", "priority = = 0")
    first, second = folder.experiment_problems()
    assert first.startswith(f"{folder.experiment}: seed = -1")
    assert second.startswith(f"{folder.file}: line 8: is not valid TOML")


def test_the_centre_is_found_from_the_file_not_from_where_one_stands(
    folder, monkeypatch, tmp_path_factory
):
    monkeypatch.chdir(folder.root)
    here = replace(folder, root=folder.root.relative_to(folder.root)).load_experiment()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert here == folder.load_experiment()
    assert here.centre.is_absolute()


def test_as_many_replications_at_most_as_at_least_are_allowed(folder):
    assert folder.ask("max = 5", "max = 2").load_experiment().replications.max == 2
