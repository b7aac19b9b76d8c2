"""Choosing with a stated probability: the best candidate, or the cheapest that meets its targets.

A candidate is a design at a point. `plan` checks the question and lists the candidates, `rules`
says when one is out and when a target is met, `weeks` gets their weeks done, `run` makes the
choice, and `table` is what `select.csv` holds. docs/decisions/0018 has the promise and its limits.
"""

from sim.experiment.select.plan import Selection, plan_selection
from sim.experiment.select.run import find_choices
from sim.experiment.select.table import SELECT, Choice, write_choices

__all__ = ["SELECT", "Choice", "Selection", "find_choices", "plan_selection", "write_choices"]
