"""What the command line's tests share: a command run in this process, and a report not drawn."""

import sys
from pathlib import Path

import pytest

import sim.report
from sim.cli import main


@pytest.fixture
def sim_(monkeypatch, capfd):
    """Run a command in this process; give its exit status, output and errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sim", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capfd.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def no_drawing(monkeypatch):
    """Put a page without figures in place of the report: drawing has tests of its own."""

    def draw(folder, _jobs):
        page = Path(folder) / "report.html"
        page.write_text("<html></html>", encoding="utf-8")
        return page

    monkeypatch.setattr(sim.report, "draw_report", draw)
