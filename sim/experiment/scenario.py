"""From an experiment file to the scenarios that answer it: centre x staffing x design x horizon.

A *point* is one combination of the varied keys; without `[vary]` there is one. A point and a
design make a scenario. All designs of a point meet the same workloads, but for what a design
itself changes in the centre (`[designs.NAME.changes]`), and even that is drawn from the same
streams.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.config import (
    Centre,
    CentreFiles,
    DesignEntry,
    Event,
    event_problems,
    layout_of,
    load_experiment,
)
from sim.config.errors import ConfigError, Problem, as_toml, join_key, split_key, unknown
from sim.config.experiment import Experiment, Replications
from sim.config.levels import Scalar
from sim.config.loading import FROM_OUTSIDE
from sim.config.varied_events import is_event_key, varied_events
from sim.experiment.identity import design_digest, digest_of, point_digest
from sim.experiment.measure_plans import plan_for
from sim.experiment.precision import precision_cells
from sim.experiment.progress import watched
from sim.experiment.published import require_measured
from sim.experiment.sweep import MANY_POINTS, Varied, as_columns, require_few, sweep_points
from sim.measures import Targets
from sim.records import Horizon, Layout
from sim.routing import DesignError, build_design


@dataclass(frozen=True)
class Point:
    """One combination of the varied keys: a whole centre, and the designs tried on it.

    Parameters
    ----------
    index
        Its number, 0 for the first.
    varied
        By varied key: the value here.
    changed
        By design name: the centre as it is under a design that changes it.
    designs
        By design name: its entry in the centre.
    digest
        What determines its workloads and measures, see `identity`.
    design_digests
        By design name: what determines its matrices and its changes of the centre.
    events
        What happens; every design is run with all of it and with none.
    """

    index: int
    varied: Varied
    centre: Centre
    changed: Mapping[str, Centre]
    layout: Layout
    designs: Mapping[str, DesignEntry]
    digest: str
    design_digests: Mapping[str, str]
    events: tuple[Event, ...] = ()

    def centre_under(self, design: str) -> Centre:
        """Give the centre as it is under a design."""
        return self.changed.get(design, self.centre)


@dataclass(frozen=True)
class Study:
    """An experiment, resolved: everything that a run needs to know."""

    path: Path
    experiment: Experiment
    horizon: Horizon
    centre: Centre  # as the folder has it, before anything is varied
    changed: Mapping[str, Centre] = field(repr=False)  # likewise, by design that changes it
    points: tuple[Point, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The experiment's name: that of its file."""
        return self.path.stem

    @property
    def digest(self) -> str:
        """What determines the tables."""
        points = [[point.digest, list(point.design_digests.items())] for point in self.points]
        varied = [list(point.varied.items()) for point in self.points]
        targets = [
            [targets_of(point.centre_under(name)).target_share.tolist() for name in point.designs]
            for point in self.points
        ]
        experiment = self.experiment
        asked = [
            part.model_dump(mode="json")
            for part in (
                experiment.replications,
                experiment.break_even,
                experiment.select,
                experiment.robust,
            )
            if part is not None
        ]
        return digest_of([points, varied, targets, asked, experiment.baseline])


def read_study(
    path: Path,
    replications: int | None = None,
    seed: int | None = None,
    most_points: int | None = MANY_POINTS,
    notice: Callable[[str], None] = lambda _: None,
) -> Study:
    """Read an experiment and the centre it asks about.

    Parameters
    ----------
    replications
        Exactly this many, instead of what the file says; of an assumption set no more than this.
    seed
        Instead of the file's.
    most_points
        A sweep of more points is refused; None takes any.
    notice
        Told now and then how many points have been read.

    Raises
    ------
    ConfigError
        If the experiment or its centre is wrong, or the two do not fit together.
    TooManyPoints
        If the sweep has more points than that.
    """
    experiment = load_experiment(path)
    require_few(path, experiment, most_points)
    changes: dict[str, Any] = {}
    if replications is not None:
        changes["replications"] = Replications(min=replications)
        if experiment.select is not None:
            changes["select"] = experiment.select.limited(replications)
        if experiment.robust is not None:
            changes["robust"] = experiment.robust.at_most(replications)
    if seed is not None:
        changes["seed"] = seed
    untils = experiment.replications.until  # looked at even if they are not to be followed
    experiment = experiment.model_copy(update=changes)
    files = CentreFiles.read(experiment.centre)
    centre, changed = files.with_overrides({})
    if problems := event_problems(experiment.events, centre, path):
        raise ConfigError(problems)
    overrides = sweep_points(path, experiment, centre, changed)
    both = list(zip(overrides, as_columns(overrides), strict=True))
    resolved = tuple(
        resolve_point(path, experiment, index, *pair, files=files)
        for index, pair in enumerate(watched(both, "read", notice))
    )
    horizon = horizon_of(experiment)
    first = resolved[0]
    plan = plan_for(first.layout, horizon, targets_of(first.centre))
    require_measured(path, experiment.published, plan)
    precision_cells(path, untils, plan)
    return Study(path, experiment, horizon, centre, changed, resolved)


def horizon_of(experiment: Experiment) -> Horizon:
    """Give the window that an experiment asks for."""
    return experiment.horizon.horizon


def targets_of(centre: Centre) -> Targets:
    """Give what each channel promises, in the order of the channels."""
    channels = centre.channels.values()
    return Targets(
        answer_within_s=np.array([channel.answer_within_s.value for channel in channels]),
        target_share=np.array([channel.target_share.value for channel in channels]),
        transfer_delay_s=np.array(
            [
                0.0 if channel.transfer_delay_s is None else channel.transfer_delay_s.value
                for channel in channels
            ]
        ),
    )


def resolve_point(  # noqa: PLR0913 - each is a part of its own
    path: Path,
    experiment: Experiment,
    index: int,
    overrides: Mapping[str, Scalar],
    varied: Varied,
    *,
    files: CentreFiles | None = None,
) -> Point:
    """Resolve one combination of the varied keys.

    Parameters
    ----------
    overrides
        By dotted key of the centre or of an event: its value here.
    varied
        The same as the tables hold it.
    files
        Those of the centre, where they have been read already.

    Raises
    ------
    ConfigError
        If the centre is wrong with these values; the message names the key of `[vary]`.
    """
    of_centre = {key: value for key, value in overrides.items() if not is_event_key(key)}
    events = varied_events(experiment, overrides, path)
    try:
        files = files or CentreFiles.read(experiment.centre)
        centre, changed = files.with_overrides(of_centre)
    except ConfigError as error:
        raise ConfigError(naming_vary(path, error.problems, overrides)) from error
    horizon = horizon_of(experiment)
    for name in experiment.designs:
        if name not in centre.designs:
            message = unknown("design of the centre", name, centre.designs)
            raise ConfigError([Problem(path, message, "designs", as_toml(name))])
    designs = {name: centre.designs[name] for name in experiment.designs}
    digests = {
        name: require_design(
            experiment.centre,
            name,
            centre,
            changed.get(name),
            horizon,
            dark=bool(experiment.events),
        )
        for name in designs
    }
    return Point(
        index=index,
        varied=varied,
        centre=centre,
        changed=changed,
        layout=layout_of(centre),
        designs=designs,
        digest=point_digest(centre, horizon, experiment.seed, events),
        design_digests=digests,
        events=events,
    )


def naming_vary(
    path: Path, problems: Iterable[Problem], overrides: Mapping[str, object]
) -> list[Problem]:
    """Blame a wrong value on the `[vary]` of the experiment where it comes from there."""
    keys = {join_key(split_key(key)): key for key in overrides}
    named = []
    for problem in problems:
        for written, key in keys.items():
            if f"{problem.key}.".startswith(f"{written}."):
                message = problem.message.removesuffix(FROM_OUTSIDE)
                place = join_key(["vary", key])
                named.append(Problem(path, message, place, as_toml(overrides[key])))
                break
        else:
            named.append(problem)
    return named


def require_design(  # noqa: PLR0913 - what a design is built from, and where it stands
    folder: Path,
    name: str,
    centre: Centre,
    changed: Centre | None,
    horizon: Horizon,
    *,
    dark: bool = False,
) -> str:
    """Give the digest of a design that can be built.

    Parameters
    ----------
    changed
        The centre as it is under the design, if the design changes it.
    dark
        Whether there are events, so that it counts who sits under one roof.

    Raises
    ------
    ConfigError
        If it cannot; the message names its key in the centre.
    """
    try:
        entry = centre.designs[name]
        layout = layout_of(centre if changed is None else changed)
        built = build_design(entry.kind, layout, horizon, entry.options)
        return design_digest(built, changed, entry.sites if dark else {})
    except DesignError as error:
        option = ["options", error.option] if error.option else []
        key = join_key(["designs", name, *option])
        raise ConfigError([Problem(folder / "centre.toml", str(error), key)]) from error
