"""The README's commands are those of the project: each is looked up, and the study is run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def commands(text, language):
    """Give the lines of the fences in a language, without comments."""
    lines = [
        line.partition(" #")[0].strip()
        for fence_language, body in FENCE.findall(text)
        if fence_language == language
        for line in body.splitlines()
    ]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def readme():
    return (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def two_commands(readme):
    """Give the section of the two commands."""
    sections = re.split(r"^## ", readme, flags=re.MULTILINE)
    return next(section for section in sections if "two commands" in section.lower().split("\n")[0])


def test_the_two_commands_are_make_run_and_make_test(two_commands):
    assert commands(two_commands, "sh") == ["make run", "make test"]


def test_every_make_command_in_the_readme_is_a_target(readme):
    targets = TARGET.findall((PROJECT / "Makefile").read_text(encoding="utf-8"))
    named = [line.split()[1] for line in commands(readme, "sh") if line.startswith("make ")]
    assert named
    assert set(named) <= set(targets)


def test_the_windows_lines_name_things_that_are_there(two_commands):
    lines = commands(two_commands, "powershell")
    assert lines[0] == "py -m venv .venv"
    assert lines[-1].startswith(r".venv\Scripts\python -m pytest")
    text = "\n".join(lines)
    constraints, extra = re.search(r'pip install -c (\S+) -e "\.\[(\w+)\]"', text).groups()
    assert (PROJECT / constraints).is_file()
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extra in project["optional-dependencies"]
    assert set(re.findall(r"Scripts\\(\w+)", text)) <= {"pip", "python", *project["scripts"]}


def test_the_study_that_the_readme_runs_ends_with_its_report(two_commands, tmp_path):
    """The same command as `make run` and the Windows line, with two replications for brevity."""
    windows = next(line for line in commands(two_commands, "powershell") if r"\sim " in line)
    arguments = windows.replace("\\", "/").split()[1:]
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert arguments == ["run", re.search(r"^EXPERIMENT \?= (\S+)$", makefile, re.MULTILINE)[1]]
    done = subprocess.run(  # noqa: S603 - the README's command
        [sys.executable, "-m", "sim", *arguments, "--replications", "2", "--out", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = tmp_path / Path(arguments[1]).stem / "report.html"
    assert report.is_file()
    assert "report.html" in done.stdout
