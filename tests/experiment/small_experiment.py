"""What the experiment room's tests share: a small centre on disk, and work that costs nothing."""

import hashlib
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import sim.experiment.cells
from sim.experiment.block import Block
from sim.experiment.precision import PrecisionCell
from sim.experiment.progress import Silent
from sim.experiment.runner import PointRun, Stored

CENTRE = """
name = "Two towns"
[sources]
test = "made up for a test"
[channels.emergency]
label = "999"
priority = 0
answer_within_s = 10
target_share = 0.9
transfer_delay_s = 3
source = "test"
profile = {file = "hours.csv", column = "calls"}
handle = {distribution = "exponential", mean_s = 200}
patience = {distribution = "exponential", mean_s = 120}
redial = {share = 0.5, delay_mean_s = 30, max_attempts = 2}
[channels.other]
label = "101"
priority = 1
answer_within_s = 30
target_share = 0.9
source = "test"
profile = {file = "hours.csv", column = "calls"}
handle = {distribution = "exponential", mean_s = 300}
patience = {distribution = "exponential", mean_s = 240}
[forces."North, & <b>South</b>"]
source = "test"
contacts.emergency = {per_day = 120}
contacts.other = {per_day = 200}
[forces."=East"]
source = "test"
contacts.emergency = {per_day = 100}
contacts.other = {per_day = 150}
[groups.north]
force = "North, & <b>South</b>"
answers = ["emergency", "other"]
source = "test"
shifts = [{name = "all day", start = "00:00", end = "24:00", rostered = 3}]
[groups.east]
force = "=East"
answers = ["emergency", "other"]
source = "test"
shifts = [{name = "all day", start = "00:00", end = "24:00", rostered = 2}]
[staffing]
scale = 1.0
shrinkage_share = 0.1
absence_share = 0.05
source = "test"
[designs.apart]
kind = "isolation"
label = "Apart"
[designs.together]
kind = "merger"
label = "Together [bold]"
handle_factor = 1.0
[designs.buddies]
kind = "networked"
after_s = 20
handle_factor = 1.1
"""

EXPERIMENT = """
question = "Is one room better than two?"
centre = "centre"
designs = ["apart", "together"]
baseline = "apart"
seed = 7
[horizon]
warm_up_h = 1
measured_h = 12
cool_down_h = 1
[replications]
min = {replications}
"""


def write_centre(folder: Path) -> Path:
    """Write the centre into `folder/centre`."""
    centre = folder / "centre"
    centre.mkdir(parents=True, exist_ok=True)
    (centre / "centre.toml").write_text(CENTRE, encoding="utf-8")
    rows = "\n".join(f"{hour},{1 + hour % 24 // 8}" for hour in range(168))
    (centre / "hours.csv").write_text(f"hour,calls\n{rows}\n", encoding="utf-8")
    return centre


def write_experiment(
    folder: Path, replications: int = 4, more: str = "", name: str = "small"
) -> Path:
    """Write the centre and an experiment on it, and give the experiment's path."""
    write_centre(folder)
    path = folder / f"{name}.toml"
    text = EXPERIMENT.format(replications=replications)
    path.write_text(text + more, encoding="utf-8")
    return path


TABLES = ("summary", "comparison", "accounting", "exchange")


def tables(folder: Path) -> dict[str, bytes]:
    """Give the bytes of a results folder's tables."""
    return {
        name: (folder / name).read_bytes()
        for name in ("kpi.parquet", *(f"{table}.csv" for table in TABLES))
    }


def blocks(folder: Path) -> list[Path]:
    """Give the blocks in the store of a results folder."""
    return sorted(folder.glob("store/*/*.block"))


# Work that costs nothing: three cells per design, drawn from the replication's number.

CELLS = 3


def fake_tally(design: str, replication: int) -> np.ndarray:
    key = int.from_bytes(hashlib.sha256(f"{design} {replication}".encode()).digest()[:4], "big")
    rng = np.random.default_rng(key)
    denominator = np.array([100.0, 50.0, 1.0])
    return np.array([rng.binomial(denominator.astype(int), 0.8), denominator], dtype=np.float64)


def fake_work(task) -> Block:
    rows = range(task.start, task.stop)
    return Block.pack(
        task.start,
        {
            design: np.stack([fake_tally(design, row) for row in rows], axis=1)
            for design in task.designs
        },
        contacts=10,
    )


def slow_fake_work(task) -> Block:
    time.sleep(0.002 * (task.start % 3))
    return fake_work(task)


def fake_run(wanted: int, *, index: int = 0, designs=("a", "b"), cells=()) -> PointRun:
    """Give a point that the fake work can run, with designs of these digests."""
    point = SimpleNamespace(
        index=index,
        digest=hashlib.sha256(f"point {index}".encode()).hexdigest(),
        design_digests={design: design for design in designs},
    )
    return PointRun(point, b"", wanted, Stored(tuple(PrecisionCell(cell, 0) for cell in cells)))


class Watcher(Silent):
    """Counts what a run tells."""

    def __init__(self) -> None:
        self.found = self.replications = self.points = self.done = 0
        self.rounds: list[tuple[int, float, int]] = []
        self.notices: list[str] = []
        self.finished = False

    def start(self, *told):
        self.points, self.done, self.found = told[1], 0, told[3]

    def advance(self, *told):
        self.replications += told[0]

    def precision(self, *told):
        self.rounds.append((told[0], told[1].half_width, told[2]))

    def point_done(self):
        self.done += 1

    def notice(self, message):
        self.notices.append(message)

    def finish(self):
        self.finished = True


def interrupted_after(monkeypatch, tasks):
    """Have a search be interrupted when so many tasks are done; give what is left, to be raised."""
    real, left = sim.experiment.cells.run_cells, [tasks]

    def interrupted(*arguments):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*arguments)

    monkeypatch.setattr(sim.experiment.cells, "run_cells", interrupted)
    return left
