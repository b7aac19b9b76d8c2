"""Whether a centre or an experiment can be run at all, and what follows from it by theory."""

from dataclasses import dataclass
from pathlib import Path

from sim.config import CENTRE_FILE, Centre, event_evidence, evidence, load_changed
from sim.experiment.derive import Derived, derive
from sim.experiment.drawable import require_points_drawable
from sim.experiment.further import Further
from sim.experiment.replication import Recipe
from sim.experiment.robust import RobustPlan
from sim.experiment.run import DEFAULT_ENGINE
from sim.experiment.runner import pickled
from sim.experiment.scenario import Study, read_study, require_design
from sim.experiment.sweep import MANY_POINTS
from sim.records import HOURS_PER_WEEK, Horizon
from sim.workload import StaffingDrawer, WorkloadPlan

_WEEK = Horizon(warm_up_h=0, measured_h=HOURS_PER_WEEK)


@dataclass(frozen=True)
class Checked:
    """What was found sound: a centre, and the experiment that asks about it if it was one.

    Parameters
    ----------
    figures, assumptions
        How many facts the centre states, and how many of them are assumptions.
    robust
        What the experiment asks of its assumptions, if it does.
    """

    path: Path
    centre: Centre
    study: Study | None
    derived: Derived
    figures: int
    assumptions: int
    robust: RobustPlan | None = None


def check(path: Path, most_points: int | None = MANY_POINTS) -> Checked:
    """Validate a centre (its folder or `centre.toml`) or an experiment, down to its workloads.

    Parameters
    ----------
    most_points
        A sweep of more points is refused; None takes any.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    study, robust = None, None
    if path.is_dir() or path.name == CENTRE_FILE:
        centre, changed = load_changed(path)
        for name in centre.designs:
            require_design(path, name, centre, changed.get(name), _WEEK)
        for world in (centre, *changed.values()):
            WorkloadPlan(world, _WEEK)
            StaffingDrawer(world, _WEEK)
    else:
        study = read_study(path, most_points=most_points)
        centre, changed = study.points[0].centre, study.points[0].changed
        if study.experiment.vary_method != "grid":  # whose first point is one of many
            centre, changed = study.centre, study.changed
        robust = Further.of(study).robust
        seed = study.experiment.seed
        recipes = (
            (point, pickled(Recipe.of(point, study.horizon, seed, DEFAULT_ENGINE)))
            for point in study.points
        )
        require_points_drawable(study, recipes)
    facts = evidence(centre, changed)
    if study is not None:
        facts += event_evidence(study.experiment.events, centre)
    return Checked(
        path=path,
        centre=centre,
        study=study,
        derived=derive(centre),
        figures=len(facts),
        assumptions=sum(fact.assumed for fact in facts),
        robust=robust,
    )
