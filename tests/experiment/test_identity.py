"""What makes the store compute a block again, and what does not."""

from dataclasses import fields, replace

import numpy as np
import pytest
from experiment.small_experiment import CENTRE, write_experiment

from sim.experiment import read_study
from sim.experiment.identity import code_digest, design_digest, semantics
from sim.records import Design
from sim.routing import build_design


@pytest.fixture
def path(tmp_path):
    return write_experiment(tmp_path)


def digests(path, old="", new="", **options):
    """Give the digests of the first point after a change of its centre file."""
    assert old in CENTRE
    centre = path.parent / "centre" / "centre.toml"
    centre.write_text(CENTRE.replace(old, new) if old else CENTRE, encoding="utf-8")
    point = read_study(path, **options).points[0]
    return point.digest, point.design_digests


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mean_s = 200", "mean_s = 201"),
        ("per_day = 120", "per_day = 121"),
        ("answer_within_s = 10", "answer_within_s = 11"),
        ("max_attempts = 2", "max_attempts = 3"),
        ("rostered = 3", "rostered = 4"),
        ("absence_share = 0.05", "absence_share = 0.06"),
        ('distribution = "exponential", mean_s = 240', 'distribution = "never"'),
        ('name = "all day"', 'name = "early"'),  # names the stream of its absences
    ],
)
def test_a_figure_that_counts_makes_another_block(path, old, new):
    assert digests(path, old, new)[0] != digests(path)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "Two towns"', 'name = "Two cities"'),
        ("made up for a test", "measured with a stopwatch"),
        ('label = "999"', 'label = "emergency calls"'),
        ("mean_s = 200", 'mean_s = {value = 200, range = [100, 300], source = "assumption"}'),
        ("target_share = 0.9", "target_share = 0.8"),  # it only says what to compare with
        ('label = "Apart"', 'label = "Separate"'),
        ("handle_factor = 1.0", "handle_factor = 1.5"),  # the design's own digest says so
    ],
)
def test_wording_does_not(path, old, new):
    assert digests(path, old, new)[0] == digests(path)[0]


def test_a_series_in_a_csv_counts_and_its_place_does_not(path):
    before = digests(path)
    hours = path.parent / "centre" / "hours.csv"
    moved = hours.rename(hours.with_name("other.csv"))
    assert digests(path, "hours.csv", "other.csv") == before
    text = moved.read_text(encoding="utf-8")
    moved.write_text(text.replace("\n5,1", "\n5,2"), encoding="utf-8")
    assert digests(path, "hours.csv", "other.csv")[0] != before[0]


def test_seed_and_horizon_count_and_the_number_of_replications_does_not(path):
    before = digests(path)
    assert digests(path, seed=8)[0] != before[0]
    assert digests(path, replications=9) == before
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("measured_h = 12", "measured_h = 13"), encoding="utf-8")
    assert digests(path)[0] != before[0]


def test_a_design_is_what_its_matrices_are(path):
    _, before = digests(path)
    assert before["apart"] != before["together"]
    _, changed = digests(path, "handle_factor = 1.0", "handle_factor = 1.5")
    assert changed["apart"] == before["apart"]
    assert changed["together"] != before["together"]
    # What it is called does not count: buddies that help at once and at no cost are a merger that
    # prefers its own room; two mergers are one.
    _, twins = digests(path, 'kind = "isolation"', 'kind = "merger"\nhandle_factor = 1')
    assert twins["apart"] == twins["together"] == before["together"]


@pytest.mark.parametrize("name", [field.name for field in fields(Design)])
def test_every_matrix_of_a_design_counts(path, name):
    study = read_study(path)
    design = build_design("isolation", study.points[0].layout, study.horizon, {})
    values = getattr(design, name)
    if name == "change_s":
        halved = {
            field.name: np.repeat(getattr(design, field.name), 2, axis=0)
            for field in fields(Design)
        }
        changed = replace(design, **(halved | {name: np.array([0.0, 60.0])}))
    else:
        other = ~values if values.dtype == bool else np.where(np.isfinite(values), values + 1, 0)
        changed = replace(design, **{name: other})
    assert design_digest(changed) != design_digest(design)
    assert design_digest(replace(design)) == design_digest(design)


def test_the_order_of_forces_counts(path):
    before = digests(path)[0]
    start, middle = CENTRE.index('[forces."North'), CENTRE.index('[forces."=East')
    end = CENTRE.index("[groups.north]")
    north, east = CENTRE[start:middle], CENTRE[middle:end]
    assert digests(path, north + east, east + north)[0] != before


def test_code_counts_by_its_syntax(tmp_path):
    rules = tmp_path / "rules.py"

    def digest(text):
        rules.write_text(text, encoding="utf-8")
        return code_digest(tmp_path)

    before = digest('"""Rules."""\n\n\ndef rule(a, b):\n    """Say."""\n    return a < b\n')
    assert digest("def rule(a, b):  # why\r\n\r\n    return (a < b)\r\n") == before
    assert digest('"""Rules."""\n\n\ndef rule(a, b):\n    return a <= b\n') != before
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "more.py").write_text("x = 1\n", encoding="utf-8")
    assert digest("def rule(a, b):\n    return a < b\n") != before


def test_the_semantics_name_the_libraries_that_draw_by_feature_version():
    _, code, libraries = semantics()
    assert len(code) == 64
    assert [text.split()[0] for text in libraries] == ["numpy", "scipy"]
    assert all(text.count(".") == 1 for text in libraries)


def test_a_digest_that_is_kept_is_the_one_that_would_be_computed(tmp_path, monkeypatch):
    monkeypatch.setenv("SIM_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "rules.py").write_text("def rule(a): return a\n", encoding="utf-8")
    digest = code_digest(tmp_path / "code")
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    assert code_digest(tmp_path / "code") == digest
    for damage in (b"\xff cut sh", b"0" * 64, b"0" * 64 + whole[64:]):
        kept.write_bytes(damage)
        assert code_digest(tmp_path / "code") == digest
        assert kept.read_bytes() == whole
    monkeypatch.setenv("SIM_CACHE_DIR", str(tmp_path / "code" / "rules.py"))  # no folder
    assert code_digest(tmp_path / "code") == digest
