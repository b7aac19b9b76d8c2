"""The report room: a results folder in, a page and its figures out.

`draw_report` reads the tables that an experiment leaves and nothing else, so that a report can
be drawn again on another machine, years later. Sentences and verdicts are made by rule from the
numbers; nothing is simulated here and nothing is decided about designs.
"""

from sim.report.draw import draw_report
from sim.report.results import ReportError

__all__ = ["ReportError", "draw_report"]
