"""The example experiment's figures, as they were when they were last looked at.

A figure that moves is a result that changed: say so in the CHANGELOG under *Results changed*, with
the reason, and write the file anew by running this file as a program.
"""

from pathlib import Path

import pandas as pd
import pytest

from sim.engine import ENGINES
from sim.experiment import Silent, run_experiment

EXAMPLE = Path(__file__).parents[2] / "experiments" / "separate_or_merged.toml"
GOLDEN = Path(__file__).with_name("separate_or_merged.csv")
MEASURES = ["offered", "answered", "abandoned", "redials", "service_level", "asa_s", "wait_p90_s"]
KEYS = ["design", "force", "channel", "measure"]


def figures(out: Path, engine: str) -> pd.DataFrame:
    """Two weeks of the example, all designs: the figures of every force and channel."""
    folder = run_experiment(
        EXAMPLE, out=out, jobs=1, engine=engine, replications=2, progress=Silent()
    )
    summary = pd.read_csv(folder / "summary.csv", encoding="utf-8-sig")
    chosen = summary[(summary.period == "all") & summary.measure.isin(MEASURES)]
    return chosen[[*KEYS, "value", "ci_low", "ci_high"]].reset_index(drop=True)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_the_example_gives_the_figures_that_it_gave(engine, tmp_path):
    found, golden = figures(tmp_path, engine), pd.read_csv(GOLDEN)
    # The last bit of an exponential may differ between processors, and a caller with it.
    pd.testing.assert_frame_equal(found, golden, rtol=1e-4)


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        figures(Path(folder), "compiled").to_csv(GOLDEN, index=False)
