"""`make help` tells of every target, and `.ci/run` runs the one that the README names."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def make(*arguments):
    return subprocess.run(  # noqa: S603 - the project's own Makefile
        [shutil.which("make"), "--no-print-directory", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def targets():
    return TARGET.findall((PROJECT / "Makefile").read_text(encoding="utf-8"))


def test_make_help_lists_every_target_and_says_what_it_does():
    lines = [line.split(maxsplit=2) for line in make("help").splitlines()]
    assert [(command, target) for command, target, _ in lines] == [("make", t) for t in targets()]
    assert all(summary for _, _, summary in lines)


def test_make_alone_gives_the_same_help():
    assert make() == make("help")


def test_the_targets_that_were_promised_are_there():
    assert set(targets()) >= {"help", "run", "test", "check", "bench", "report"}


def test_every_target_is_declared_phony():
    """A file or folder of that name (`report`, `test`) must not stop a target from running."""
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony[1].split() == targets()


def test_make_test_checks_and_then_runs_the_whole_suite():
    steps = make("--dry-run", "test").splitlines()
    ran = " ".join(steps)
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert tool in ran
    assert "pytest" in steps[-1]


def test_ci_runs_the_test_command_of_the_readme():
    script = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^exec make test\b", script, re.MULTILINE)
