"""Whether every point's weeks can be drawn, found out before the first of them is."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sim.config.errors import ConfigError, Problem
from sim.experiment.replication import require_drawable
from sim.experiment.scenario import Point, Study, naming_vary

_HINT = (
    " (point {index} of a sample that draws both: link the two keys in [vary], so that they go up "
    "and down together, or leave one out)"
)


def require_points_drawable(study: Study, points: Iterable[tuple[Point, bytes]]) -> None:
    """Refuse a study in which the demand or the staffing of a point contradicts itself.

    Parameters
    ----------
    points
        Each with its pickled recipe.

    Raises
    ------
    ConfigError
        At the first such point; the message names the key of `[vary]` where it comes from there.
    """
    sampled = study.experiment.vary_method != "grid"
    for point, recipe in points:
        try:
            require_drawable(recipe)
        except ConfigError as error:
            named = naming_vary(study.path, error.problems, point.varied)
            hint = _HINT.format(index=point.index) if sampled else ""
            raise ConfigError([_hinted(study.path, each, hint) for each in named]) from error


def _hinted(path: Path, problem: Problem, hint: str) -> Problem:
    """Add the hint to a problem that comes from the experiment's file."""
    if problem.file != path or not hint:
        return problem
    return replace(problem, message=problem.message + hint)
