"""What `[vary]` says beside its keys: methods, links, events, and what is wrong with them."""

import re
import tomllib
from pathlib import Path

import pytest

from sim.config import points, schema
from sim.config.experiment import Replications
from sim.config.vary import Sweep, by_dotted_key, vary_findings

GUIDE = Path(__file__).parents[2] / "docs" / "sweeps.md"

SURGE = """
[[events]]
name = "Big storm"
kind = "surge"
starts = "fri 20:00"
lasts_h = 2
factor = 3
"""
SCALES = '"groups.north.scale" = {}\n"groups.south.scale" = {}\n'


def vary(folder, text, after=""):
    return folder.ask("", f"\n[vary]\n{text}\n{after}")


def test_a_method_is_noted_for_readers_of_the_manifest(folder):
    assert folder.load_experiment().vary_method == "grid"
    sampled = vary(folder, 'method = "sobol"\nn = 8\n"staffing.scale" = "range"').load_experiment()
    assert sampled.vary_method == "sobol"
    assert Sweep.of(sampled.vary).n_points == 8
    assert type(sampled).model_validate(sampled.model_dump(mode="json")) == sampled


def test_linked_keys_step_together_whatever_their_spelling(folder):
    text = (
        'linked = [["groups.north.scale", "groups.\'south\'.scale"]]\n'
        '"groups.north.scale" = [0.9, 1.0]\n'
        '"staffing.scale" = [1, 1.1]\n'
        '"groups.south.scale" = {from = 1.2, to = 1.1, step = -0.1}\n'
    )
    experiment = vary(folder, text).load_experiment()
    assert [tuple(point.values()) for point in points(experiment)] == [
        (0.9, 1, 1.2),
        (0.9, 1.1, 1.2),
        (1.0, 1, 1.1),
        (1.0, 1.1, 1.1),
    ]
    assert Sweep.of(experiment.vary).n_points == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'method = "sobl"\nn = 4\n"staffing.scale" = "range"',
            'vary.method = "sobl": unknown method; did you mean "sobol"?',
        ),
        ('method = ["sobol"]', 'vary.method = ["sobol"]: unknown method'),
        ('method = "sobol"\n"staffing.scale" = "range"', "vary.n: is missing"),
        ('method = "latin_hypercube"\nn = 0\n"staffing.scale" = "range"', "vary.n = 0: must be a"),
        ('method = "latin_hypercube"\nn = 2.0\n"staffing.scale" = "range"', "vary.n = 2: must be"),
        ('method = "latin_hypercube"\nn = 2000000\n"staffing.scale" = "range"', "1 to 1,000,000"),
        ('method = "sobol"\nn = 100\n"staffing.scale" = "range"', "power of two; take 64 or 128"),
        ('n = 4\n"staffing.scale" = [1]', "vary.n = 4: belongs to method"),
        ('ranges = "all"', 'vary.ranges = "all": belongs to method'),
        ('method = "sobol"\nn = 4', 'vary.method = "sobol": varies nothing'),
        ('method = "sobol"\nn = 4\nranges = "assumption"', 'did you mean "assumptions"?'),
        ('method = "sobol"\nn = 4\nranges = [3]', "vary.ranges = [3]: must be"),
        ('method = "sobol"\nn = 4\nranges = "all"\nexcept = "demand"', "vary.except"),
        ('"staffing.scale" = "range"', "needs a method that draws points"),
        ('method = "sobol"\nn = 4\n"staffing.scale" = "rang"', 'or "range" for the range'),
        ('method = "sobol"\nn = 4\n"staffing.scale" = {from = 1}', "the range lacks to"),
        ('method = "sobol"\nn = 4\n"staffing.scale" = {from = 1, to = 1}', "must be below to"),
        ('method = "sobol"\nn = 4\n"staffing.scale" = {from = 1, too = 2}', 'did you mean "to"?'),
        ('"staffing.scale" = [1]\nstaffing.scale = [2]', "this key stands twice"),
        (
            '"designs.networked.after_s" = [1]\n"designs.networked.options.after_s" = [2]',
            "another key of [vary] means the same figure",
        ),
        (
            'linked = [["groups.north.scale", "groups.south.scale"]]\n'
            + SCALES.format("[1, 2]", "[1]"),
            "lists of one length: groups.north.scale has 2, groups.south.scale has 1",
        ),
        (
            'linked = [["groups.nort.scale", "groups.south.scale"]]\n'
            + SCALES.format("[1, 2]", "[1, 2]"),
            'did you mean "groups.north.scale"?',
        ),
        (
            'linked = [["groups.north.scale", "groups.north.scale"]]\n'
            + SCALES.format("[1, 2]", "[1, 2]"),
            "is linked twice",
        ),
        ('linked = ["staffing.scale"]\n"staffing.scale" = [1]', "must be a list of lists"),
        ('linked = [["staffing.scale"]]\n"staffing.scale" = [1]', "two keys or more"),
        ("'events.\"Big strom\".factor' = [2]", 'unknown event; did you mean "Big storm"?'),
        ("'events.\"Big storm\".facto' = [2]", 'did you mean "factor"?'),
        ('\'events."Big storm".name\' = ["b"]', "unknown key; known here: starts, lasts_h"),
        ("'events.\"Big storm\".lasts_h.x' = [2]", "below a number or a list"),
        ("\"events.'Big storm'\" = [2]", "names a whole event"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_told(folder, text, said):
    (problem,) = vary(folder, text, SURGE).experiment_problems()
    assert problem.startswith(f"{folder.experiment}: vary")
    assert said in problem


def test_vary_method_is_no_key_of_an_experiment_file(folder):
    folder.ask('question = "', 'vary_method = "grid"\nquestion = "')
    (problem,) = folder.experiment_problems()
    assert 'vary_method = "grid": unknown key' in problem


def test_several_half_widths_are_written_as_a_list_and_one_as_before(folder):
    one = folder.load_experiment()
    assert one.model_dump(mode="json")["replications"]["until"]["channel"] == "emergency"
    several = folder.ask(
        'until = {measure = "service_level", channel = "emergency", half_width = 0.01}',
        'until = [{channel = "emergency", half_width = 0.01},'
        ' {measure = "asa_s", channel = "non_emergency", half_width = 2}]',
    ).load_experiment()
    assert [until.measure for until in several.replications.until] == ["service_level", "asa_s"]
    assert type(several).model_validate(several.model_dump(mode="json")) == several


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (
            '[{channel = "emergency", half_width = 1}, {channel = "emergance", half_width = 1}]',
            'replications.until.1.channel = "emergance": unknown channel of the centre; did you',
        ),
        (
            '[{channel = "emergency", half_width = 1}, {channel = "emergency", half_width = 2}]',
            "replications.until.1: this measure of this channel stands twice",
        ),
        ('[{channel = "emergency", half_width = 0}]', "replications.until.0.half_width = 0: must"),
        ('{channel = "emergency", half_width = 0}', "replications.until.half_width = 0: must"),
        ("3", "replications.until = 3: must be"),
    ],
)
def test_a_wrong_half_width_is_told_where_it_stands(folder, until, said):
    folder.ask('{measure = "service_level", channel = "emergency", half_width = 0.01}', until)
    assert any(said in problem for problem in folder.experiment_problems())


def test_the_schema_tells_editors_of_the_words_and_not_of_what_loading_fills():
    properties = schema()["$defs"]["Experiment"]["properties"]
    assert set(properties["vary"]["properties"]) == {"method", "n", "linked", "ranges", "except"}
    assert "vary_method" not in properties
    until = schema()["$defs"]["Replications"]["properties"]["until"]
    assert "array" in str(until)
    assert "#/$defs/Until" in str(until)


def test_the_examples_of_the_guide_are_right():
    examples = [
        tomllib.loads(text)
        for text in re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    ]
    varied = [by_dotted_key(example["vary"]) for example in examples if "vary" in example]
    assert [vary_findings(vary) for vary in varied] == [[], [], []]
    assert [Sweep.of(vary).n_points for vary in varied] == [54, 2, 64]
    (asked,) = [example["replications"] for example in examples if "replications" in example]
    assert len(Replications.model_validate(asked).until) == 2
