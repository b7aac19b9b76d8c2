"""Set-up does the right thing on machines that are not like ours: interpreters here are stubs.

A stub answers the few questions that `tools/set_up.sh` asks of a Python, "makes" a virtual
environment by copying itself there, and writes down each `pip install`.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
COMMANDS = ("sh", "cat", "chmod", "cksum", "cp", "dirname", "mkdir", "rm", "sed")

STUB = """#!/bin/sh
case "$*" in
    "-c import sys; sys.exit(sys.version_info < (3, 11))") exit {too_old:d} ;;
    "-c import ensurepip, venv") exit {without_venv:d} ;;
    "-c import sys; print"*) echo 3.12 ;;
    "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    "-m pip --version") ;;
    "-m pip install"*)
        echo "$*" >>pip.log
        case "$*" in *{pip_fails_at}*) exit 1 ;; esac ;;
    *) exit 99 ;;
esac
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="set-up on Windows is two plain lines")


class Machine:
    """A folder with a space in its path, with the project's set-up and a PATH of stubs."""

    def __init__(self, folder):
        self.project = folder / "a project"
        self.commands = folder / "bin"
        self.commands.mkdir(parents=True)
        (self.project / "tools").mkdir(parents=True)
        for name in ("pyproject.toml", "constraints.txt", "tools/set_up.sh"):
            shutil.copy(PROJECT / name, self.project / name)
        for name in COMMANDS:
            (self.commands / name).symlink_to(shutil.which(name))

    def add_python(self, name, *, too_old=False, without_venv=False, pip_fails_at="nothing"):
        stub = self.commands / name
        stub.write_text(
            STUB.format(too_old=too_old, without_venv=without_venv, pip_fails_at=pip_fails_at)
        )
        stub.chmod(0o755)

    def set_up(self, *extras, **environment):
        return subprocess.run(  # noqa: S603 - the project's own script
            [self.commands / "sh", "tools/set_up.sh", *extras],
            cwd=self.project,
            env={"PATH": str(self.commands), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def installs(self):
        log = self.project / "pip.log"
        return log.read_text().splitlines() if log.exists() else []

    def leave_trace(self):
        """Put a file into .venv that is gone once .venv is made anew."""
        (self.project / ".venv" / "trace").touch()

    @property
    def was_made_anew(self):
        return not (self.project / ".venv" / "trace").exists()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def ready(machine):
    machine.add_python("python3")
    assert machine.set_up("dev").returncode == 0
    machine.leave_trace()
    return machine


def test_a_newer_python_is_found_beside_one_that_is_too_old(machine):
    machine.add_python("python3", too_old=True)
    machine.add_python("python3.12")
    done = machine.set_up()
    assert done.returncode == 0
    assert "with python3.12;" in done.stdout
    assert machine.installs[-1].endswith("--editable .")


def test_a_machine_without_a_suitable_python_is_told_what_to_do(machine):
    machine.add_python("python3", too_old=True)
    done = machine.set_up()
    assert done.returncode == 1
    assert "no Python 3.11 or later found" in done.stderr
    assert "PYTHON=" in done.stderr
    assert not (machine.project / ".venv").exists()


def test_a_python_without_venv_is_told_which_package_to_install(machine):
    machine.add_python("python3", without_venv=True)
    done = machine.set_up()
    assert done.returncode == 1
    assert "apt install python3.12-venv" in done.stderr


def test_the_python_that_is_named_is_the_one_that_is_used(machine):
    machine.add_python("python3")
    machine.add_python("my python")
    assert "with my python;" in machine.set_up(PYTHON="my python").stdout
    assert machine.set_up("dev", PYTHON="nowhere").returncode == 0  # .venv stands by now


def test_set_up_that_is_done_is_not_done_again(ready):
    before = list(ready.installs)
    for extras in (("dev",), ()):  # who has the tests' packages has what a run needs
        done = ready.set_up(*extras)
        assert (done.returncode, done.stdout) == (0, "")
    assert ready.installs == before


def test_a_further_extra_is_added_to_those_there(ready):
    ready.set_up("peers")
    assert ready.installs[-1].endswith("--editable .[dev,peers]")
    assert not ready.was_made_anew


def test_a_changed_requirement_is_installed_into_the_same_environment(ready):
    before = len(ready.installs)
    with (ready.project / "pyproject.toml").open("a") as file:
        file.write("# a change\n")
    assert ready.set_up("dev").returncode == 0
    assert len(ready.installs) == before + 1
    assert not ready.was_made_anew


def test_an_interrupted_set_up_is_made_anew(machine):
    machine.add_python("python3", pip_fails_at="install")
    assert machine.set_up().returncode == 1
    machine.leave_trace()
    machine.add_python("python3")
    assert machine.set_up().returncode == 0
    assert machine.was_made_anew


def test_an_environment_that_lost_its_python_is_made_anew(ready):
    (ready.project / ".venv" / "bin" / "python").unlink()
    assert ready.set_up("dev").returncode == 0
    assert ready.was_made_anew


def test_a_project_that_was_moved_gets_a_new_environment(ready):
    """Scripts in a virtual environment name the folder that they were made in."""
    ready.project = ready.project.rename(ready.project.with_name("elsewhere"))
    assert ready.set_up("dev").returncode == 0
    assert ready.was_made_anew


def test_an_environment_made_by_hand_is_added_to(ready):
    (ready.project / ".venv" / "set_up").unlink()
    assert ready.set_up("dev").returncode == 0
    assert not ready.was_made_anew


def test_where_the_known_versions_are_missing_the_newest_that_fit_are_taken(machine):
    machine.add_python("python3", pip_fails_at="--constraint")
    done = machine.set_up("dev")
    assert done.returncode == 0
    assert "taking the newest that fit" in done.stdout
    assert [("--constraint" in install) for install in machine.installs] == [True, False]
