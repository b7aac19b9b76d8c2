"""Results folders for the report's tests, and one report that is drawn once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from synthetic_results import Synthetic, write_results

from sim.report import draw_report
from sim.report.results import read_results
from sim.report.study import Study, reference_study

SMALL = {
    "forces": ("Kent", "Essex"),
    "designs": {"isolation": "Separate rooms", "merger": "One merged room"},
    "replications": 5,
}


@pytest.fixture(name="study_of")
def _study_of(tmp_path: Path) -> Callable[..., Study]:
    def make(**made: object) -> Study:
        folder = write_results(tmp_path / "made_up", Synthetic(**{**SMALL, **made}))
        return reference_study(read_results(folder))

    return make


@pytest.fixture(scope="session", name="drawn")
def _drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Synthetic(replications=8)
    folder = write_results(tmp_path_factory.mktemp("results") / "separate_or_merged", made)
    draw_report(folder)
    return folder
