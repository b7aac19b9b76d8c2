"""Robust conclusions: where in the declared ranges of the assumptions a conclusion holds.

Nobody publishes handling times or rotas, so a result is worth as much as it holds over the ranges
that the centre declares. Assumption sets are drawn evenly over the box of these ranges (`sets`),
each is run on the same weeks (`outcomes`), and each conclusion of the experiment is judged in every
set (`margins`), told apart by what decides it (`indices`), where it turns round (`box`) and what a
single assumption can do to it (`answer`). Shares are shares of the declared box, not probabilities
of the world: nobody knows how likely one part of a range is.
"""

from sim.experiment.robust.answer import RobustAnswer, find_robust
from sim.experiment.robust.plan import RobustPlan, plan_robust

__all__ = ["RobustAnswer", "RobustPlan", "find_robust", "plan_robust"]
