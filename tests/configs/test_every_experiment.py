"""Every shipped experiment loads, and a short version of it runs from file to tables."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sim.config import load_experiment
from sim.experiment import Silent, read_study, run_experiment

ROOT = Path(__file__).parents[2]
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.toml"))
SHORT = {
    "warm_up_h": "1",
    "measured_h": "2",
    "cool_down_h": "0",
    "min": "1",
    "first_replications": "2",
    "max_replications": "2",
    "starts": '"mon 00:30"',
    "lasts_h": "1",
    "n": "2",
    "replications": "2",
}

every_experiment = pytest.mark.parametrize("file", EXPERIMENTS, ids=lambda file: file.stem)


@every_experiment
def test_it_asks_a_question_and_its_scenarios_can_be_built(file):
    study = read_study(file)
    assert study.experiment.question.endswith("?")
    assert study.points


@every_experiment
def test_a_short_version_runs_and_answers_for_every_design(file, tmp_path):
    experiment = load_experiment(file)
    short = shorten(file.read_text(encoding="utf-8"), experiment.centre)
    copy = tmp_path / file.name
    copy.write_text(short, encoding="utf-8")
    results = run_experiment(copy, out=tmp_path / "results", jobs=1, progress=Silent())
    summary = pd.read_csv(results / "summary.csv", encoding="utf-8-sig")
    assert set(summary.design) == set(experiment.designs)
    assert (results / "comparison.csv").exists()


def shorten(text, centre):
    """Two measured hours of Monday, one replication, the first of varied values."""
    text = re.sub(r"^centre = .*$", f'centre = "{centre.as_posix()}"', text, flags=re.MULTILINE)
    text = re.sub(r"^(max|until) = .*$\n", "", text, flags=re.MULTILINE)
    text = re.sub(r'^("[^"]+" = \[[^,\]]+),.*\]$', r"\1]", text, flags=re.MULTILINE)
    for key, value in SHORT.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    return text
