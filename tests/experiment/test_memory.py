"""What is freed is kept: one week's arrays take the place of the last one's."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from sim.experiment.memory import keep_freed_memory
{first}
def week():
    [np.ones(1 << 16) for _ in range(20)]
for _ in range(3):
    week()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    week()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the others take no notice")
def test_arrays_of_one_size_after_another_meet_memory_that_is_there_already():
    def faults(first):
        command = [sys.executable, "-c", FAULTS.format(first=first)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
        return int(done.stdout)

    assert faults("keep_freed_memory()") < 100 < faults("")
