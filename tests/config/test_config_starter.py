"""`sim init` gives a centre that loads, and editors a schema that fits it."""

import tomllib

import jsonschema
import pytest

from sim.config import (
    ConfigError,
    evidence,
    load_centre,
    load_experiment,
    points,
    schema,
    write_starter,
)


def read(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_starter_loads_in_a_folder_with_spaces(tmp_path):
    folder = tmp_path / "my first" / "centre"
    written = write_starter(folder)
    assert sorted(written) == sorted(folder.iterdir())
    centre = load_centre(folder)
    experiment = load_experiment(folder / "alone_or_together.toml")
    assert experiment.centre == folder.resolve()
    assert set(experiment.designs) == set(centre.designs)
    assert points(experiment) == [{}]


def test_the_sweep_that_the_starter_suggests_works(tmp_path):
    write_starter(tmp_path)
    path = tmp_path / "alone_or_together.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("# [vary]")
    swept = lines[:start] + [line.removeprefix("# ") for line in lines[start:]]
    path.write_text("\n".join(swept), encoding="utf-8")
    drawn = points(load_experiment(path))
    assert len(drawn) == 18
    for point in drawn[::17]:
        assert load_centre(tmp_path, point).staffing.scale.value == point["staffing.scale"]


def test_every_figure_of_the_starter_says_where_it_comes_from(tmp_path):
    write_starter(tmp_path)
    figures = evidence(load_centre(tmp_path))
    assert all(figure.source for figure in figures)
    assert all(
        figure.low is not None for figure in figures if figure.assumed and figure.value is not None
    )


def test_the_starter_overwrites_nothing(tmp_path):
    (tmp_path / "profiles.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"profiles\.csv: is there already; nothing was written"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["profiles.csv"]


def test_a_place_where_nothing_can_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="is a file; name a folder"):
        write_starter(tmp_path / "file")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_starter(tmp_path / "file" / "below")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_starter(tmp_path / "x\0y")


def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def test_the_schema_accepts_the_starter_and_a_plain_centre(tmp_path, folder):
    write_starter(tmp_path / "starter")
    for path in (
        tmp_path / "starter" / "centre.toml",
        tmp_path / "starter" / "alone_or_together.toml",
        folder.file,
        folder.experiment,
    ):
        validator().validate(read(path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shrinkage_share = 0.2", "shrinkage_share = 2"),
        ("shrinkage_share = 0.2", 'shrinkage_share = "a fifth"'),
        ("shrinkage_share = 0.2", "shrinkage_shar = 0.2"),
        ("mean_s = 300", "mean_s = -300"),
        ('distribution = "gamma"', 'distribution = "gama"'),
        ('column = "posts"', 'column = "posts", values = [1]'),
    ],
)
def test_the_schema_refuses_what_loading_refuses(folder, old, new):
    folder.edit(old, new)
    folder.problems()
    assert not validator().is_valid(read(folder.file))


def test_a_fact_is_a_number_or_a_table_to_an_editor():
    share = schema()["$defs"]["StaffingPlan"]["properties"]["absence_share"]
    assert {"type": "number", "minimum": 0, "maximum": 1} in share["anyOf"]
    assert {"$ref": "#/$defs/Fact"} in share["anyOf"]
    assert "values" not in schema()["$defs"]["Profile"]["properties"]
