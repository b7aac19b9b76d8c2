"""From an experiment file to the scenarios that answer it: centre x staffing x design x horizon.

A *point* is one combination of the varied keys; without `[vary]` there is one. A point and a
design make a scenario. All designs of a point meet the same workloads, but for what a design
itself changes in the centre (`[designs.NAME.changes]`), and even that is drawn from the same
streams.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.config import (
    Centre,
    DesignEntry,
    Event,
    event_problems,
    layout_of,
    load_changed,
    load_experiment,
)
from sim.config.errors import ConfigError, Problem, as_toml, join_key, split_key, unknown
from sim.config.experiment import Experiment, Replications
from sim.config.loading import FROM_OUTSIDE
from sim.config.vary import Scalar, points, values_of
from sim.experiment.identity import design_digest, digest_of, point_digest
from sim.experiment.precision import precision_cells
from sim.experiment.published import require_measured
from sim.measures import Targets, plan_measures
from sim.records import Horizon, Layout
from sim.routing import DesignError, build_design

MOST_POINTS = 10_000

Varied = Mapping[str, str | float]


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
            for part in (experiment.replications, experiment.break_even)
            if part is not None
        ]
        return digest_of([points, varied, targets, asked, experiment.baseline])


def read_study(path: Path, replications: int | None = None, seed: int | None = None) -> Study:
    """Read an experiment and the centre it asks about.

    Parameters
    ----------
    replications
        Exactly this many, instead of what the file says.
    seed
        Instead of the file's.

    Raises
    ------
    ConfigError
        If the experiment or its centre is wrong, or the two do not fit together.
    """
    experiment = load_experiment(path)
    changes: dict[str, Any] = {}
    if replications is not None:
        changes["replications"] = Replications(min=replications)
    if seed is not None:
        changes["seed"] = seed
    until = experiment.replications.until  # looked at even if it is not to be followed
    experiment = experiment.model_copy(update=changes)
    centre, changed = load_changed(experiment.centre)
    if problems := event_problems(experiment.events, centre, path):
        raise ConfigError(problems)
    overrides = combinations(path, experiment)
    resolved = tuple(
        resolve_point(path, experiment, index, *pair)
        for index, pair in enumerate(zip(overrides, as_columns(overrides), strict=True))
    )
    horizon = horizon_of(experiment)
    if until is not None or experiment.published:
        first = resolved[0]
        plan = plan_measures(first.layout, horizon, targets_of(first.centre))
        require_measured(path, experiment.published, plan)
        if until is not None:
            precision_cells(path, until, plan)
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


def combinations(path: Path, experiment: Experiment) -> list[dict[str, Scalar]]:
    """Give every combination of the varied keys, the last key changing fastest.

    Raises
    ------
    ConfigError
        If there are more than anyone can have meant.
    """
    n = prod(len(values_of(values)) for values in experiment.vary.values())
    if n > MOST_POINTS:
        message = (
            f"gives {n:,} combinations, at most {MOST_POINTS:,} are allowed; "
            "vary fewer keys at once, or fewer values of each"
        )
        raise ConfigError([Problem(path, message, "vary")])
    return points(experiment)


def as_columns(combined: list[dict[str, Scalar]]) -> list[Varied]:
    """Give the varied values as table columns hold them: each key all numbers, or all text."""
    numeric = {
        key: all(
            isinstance(row[key], int | float) and not isinstance(row[key], bool) for row in combined
        )
        for key in combined[0]
    }
    return [
        MappingProxyType({key: value if numeric[key] else str(value) for key, value in row.items()})
        for row in combined
    ]


def resolve_point(
    path: Path, experiment: Experiment, index: int, overrides: Mapping[str, Scalar], varied: Varied
) -> Point:
    """Resolve one combination of the varied keys.

    Parameters
    ----------
    overrides
        By dotted key of the centre: its value here.
    varied
        The same as the tables hold it.

    Raises
    ------
    ConfigError
        If the centre is wrong with these values; the message names the key of `[vary]`.
    """
    try:
        centre, changed = load_changed(experiment.centre, overrides)
    except ConfigError as error:
        raise ConfigError(_naming_vary(path, error.problems, overrides)) from error
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
        digest=point_digest(centre, horizon, experiment.seed, experiment.events),
        design_digests=digests,
        events=experiment.events,
    )


def _naming_vary(
    path: Path, problems: Iterable[Problem], overrides: Mapping[str, Scalar]
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
