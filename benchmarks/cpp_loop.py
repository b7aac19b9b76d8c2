"""Builds and runs the bare C++ loop of `cpp/reference.cpp`, where there is a compiler."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import reference_model as model
from outcomes import Outcomes
from sim.records import Workload

SOURCE = Path(__file__).parent / "cpp" / "reference.cpp"
PROGRAM = Path(__file__).parent / "build" / "reference"
FLAGS = ("-std=c++17", "-O3")


@dataclass(frozen=True)
class CppLoop:
    """The built program."""

    compiler: str

    def run(self, workload: Workload) -> tuple[float, Outcomes]:
        """Give the seconds of the loop alone in a warmed-up process, and what it found."""
        with tempfile.TemporaryDirectory() as folder:
            calls, log = Path(folder, "calls"), Path(folder, "log")
            columns = (
                np.array([workload.n_contacts, model.HANDLERS]),
                workload.contact_class,
                workload.arrival_s,
                workload.patience_s,
                workload.handle_s,
            )
            calls.write_bytes(b"".join(column.tobytes() for column in columns))
            printed = subprocess.run(  # noqa: S603 - our own program
                [PROGRAM, calls, log, "1"], check=True, capture_output=True, text=True
            ).stdout
            answered, wait_end, service_end = np.split(np.fromfile(log, np.int64), 3)
        outcomes = Outcomes(
            workload.contact_class,
            workload.arrival_s,
            answered.astype(np.bool_),
            wait_end.view(np.float64),
            service_end.view(np.float64),
        )
        return float(printed), outcomes


def build() -> CppLoop | None:
    """Build the program; nothing where no C++ compiler is found."""
    names = (os.environ.get("CXX", ""), "g++", "clang++", "c++")
    compiler = next((name for name in names if name and shutil.which(name)), None)
    if compiler is None:
        return None
    PROGRAM.parent.mkdir(exist_ok=True)
    subprocess.run([compiler, *FLAGS, "-o", PROGRAM, SOURCE], check=True)  # noqa: S603 - our own source
    return CppLoop(f"{compiler} {' '.join(FLAGS)}")
