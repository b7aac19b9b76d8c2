"""Reads a centre or an experiment from its files, or tells everything that is wrong with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from sim.config.centre import Centre
from sim.config.changes import under_designs
from sim.config.checks import centre_problems
from sim.config.errors import ConfigError, Problem, as_toml, join_key, split_key, unknown
from sim.config.experiment import Experiment
from sim.config.facts import FilePath, written_keys
from sim.config.files import kind_of, nearest_path, read_toml
from sim.config.overrides import UnknownKeyError, find, flat_designs, is_wording, overridden
from sim.config.references import experiment_reference_problems, names_in, reference_problems
from sim.config.series import SeriesReader
from sim.config.shape import is_list, path_in
from sim.config.translate import problems_of
from sim.config.varied_events import event_key_problems, is_event_key
from sim.config.vary import WORDS, by_dotted_key

CENTRE_FILE = "centre.toml"
FROM_OUTSIDE = " (this value was set from outside the file)"
_CENTRE_PATH: TypeAdapter[Path] = TypeAdapter(FilePath)


def load_centre(folder: Path, overrides: Mapping[str, object] | None = None) -> Centre:
    """Read `centre.toml` and the CSV files beside it into one checked value.

    Parameters
    ----------
    folder
        The folder of the centre (or its `centre.toml`).
    overrides
        Values by dotted key, such as `{"staffing.scale": 0.9}`, put in place of the file's; where
        the file holds a fact with its evidence, range and source stay.

    Raises
    ------
    ConfigError
        With every problem found: first those that the files show by themselves and the names
        that refer to nothing, then, if there are none, whether the sections fit together, and
        last whether they do with the changes of each design.
    """
    return load_changed(folder, overrides)[0]


def load_changed(
    folder: Path, overrides: Mapping[str, object] | None = None
) -> tuple[Centre, Mapping[str, Centre]]:
    """Read a centre, and by name of design the centre as it is under each that changes it.

    A design's changes are put in after the overrides and win over them; an override of a change
    itself names it: `designs.NAME.changes."staffing.scale"`.

    Raises
    ------
    ConfigError
        As `load_centre`.
    """
    return CentreFiles.read(folder).with_overrides(overrides or {})


@dataclass(frozen=True)
class CentreFiles:
    """The files of a centre, read once for all points of a sweep.

    Parameters
    ----------
    file
        The path of `centre.toml`.
    raw
        What it holds.
    series
        Reads the CSV files beside it, each when it is first asked for.
    """

    file: Path
    raw: Mapping[str, Any]
    series: SeriesReader

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the TOML file of a centre.

        Raises
        ------
        ConfigError
            If there is none, or it is not TOML.
        """
        file = centre_file(folder)
        raw = read_toml(file)
        series = SeriesReader(file.parent, names_in(raw, "forces"), names_in(raw, "channels"))
        return cls(file, raw, series)

    def with_overrides(
        self, overrides: Mapping[str, object]
    ) -> tuple[Centre, Mapping[str, Centre]]:
        """Give the centre with these overrides, as `load_changed` does."""
        raw = overridden(self.raw, overrides, self.file)
        problems = reference_problems(raw, self.file)
        changed: dict[str, Centre] = {}
        try:
            centre = Centre.model_validate(raw, context=self.series)
        except ValidationError as error:
            problems = problems_of(error, Centre, raw, self.file) + problems
        if not problems:
            problems = centre_problems(centre, self.file)
        if not problems:
            changed, problems = under_designs(raw, centre, self.file, self.series)
        if problems:
            raise ConfigError(_naming_overrides(problems, overrides))
        return centre, changed


def _naming_overrides(problems: list[Problem], overrides: Iterable[str]) -> list[Problem]:
    """Say of a wrong value that came from outside the file that it did."""
    keys = [join_key(split_key(key)) for key in overrides]
    return [
        replace(problem, message=f"{problem.message}{FROM_OUTSIDE}")
        if any(f"{problem.key}.".startswith(f"{key}.") for key in keys)
        else problem
        for problem in problems
    ]


def centre_file(folder: Path) -> Path:
    """Give the path of a centre's TOML file.

    Raises
    ------
    ConfigError
        If there is no such folder, or no `centre.toml` in it.
    """
    file = folder if folder.name == CENTRE_FILE else folder / CENTRE_FILE
    if wrong := _why_no_centre(file.parent):
        raise ConfigError([Problem(file.parent, wrong)])
    return file


def _why_no_centre(folder: Path) -> str:
    """Say why a folder holds no centre, nothing where it does."""
    kind = kind_of(folder)
    if kind is None:
        return "there is no such folder" + nearest_path(folder)
    if kind == "file":
        return f"is a file; a folder with a {CENTRE_FILE} is needed"
    if kind_of(folder / CENTRE_FILE) is None:
        return f"has no {CENTRE_FILE} in it" + nearest_path(folder / CENTRE_FILE)
    return ""


def load_experiment(path: Path) -> Experiment:
    """Read an experiment file; the path of its centre is made absolute.

    Raises
    ------
    ConfigError
        With every problem found, a centre that is not there and varied keys that the centre does
        not know included.
    """
    raw = read_toml(path)
    problems = []
    try:
        experiment = Experiment.model_validate(raw)
    except ValidationError as error:
        problems = problems_of(error, Experiment, raw, path)
    else:
        problems = event_key_problems(experiment, path)
    problems += [*_filled_by_loading(raw, path), *_against_centre(raw, path)]
    if problems:
        raise ConfigError(problems)
    return experiment.model_copy(update={"centre": _centre_folder(experiment.centre, path)})


def _filled_by_loading(raw: Mapping[str, Any], path: Path) -> list[Problem]:
    """Find keys that an experiment has only in a manifest."""
    known = written_keys(Experiment)
    return [
        Problem(path, unknown("key", key, known), key, as_toml(value))
        for key, value in raw.items()
        if key in Experiment.model_fields and key not in known
    ]


def _centre_folder(centre: Path, path: Path) -> Path:
    """Give the absolute folder of the centre that an experiment file names."""
    return (path.parent / centre).resolve()


def _against_centre(raw: Mapping[str, Any], path: Path) -> list[Problem]:
    """Find what an experiment file asks of its centre that is not there."""
    try:
        named = _CENTRE_PATH.validate_python(raw.get("centre"))
    except ValidationError:
        return []  # told already
    folder = _centre_folder(named, path)
    if wrong := _why_no_centre(folder):
        return [Problem(path, f"{folder}: {wrong}", "centre", as_toml(raw["centre"]))]
    try:
        centre = read_toml(folder / CENTRE_FILE)
    except ConfigError as error:
        return list(error.problems)
    problems = _unknown_varied_keys(raw, centre, path)
    problems += experiment_reference_problems(raw, centre, path)
    return problems + _unknown_channels(raw, names_in(centre, "channels"), path)


def _unknown_channels(
    raw: Mapping[str, Any], channels: tuple[str, ...], path: Path
) -> list[Problem]:
    """Find channels of stopping rules that the centre does not have."""
    place, until = path_in(raw, ("replications", "until"))
    several = is_list(until)
    problems = []
    for number, rule in enumerate(until if several else [until]):
        parts, channel = path_in(rule, ("channel",))
        if place[1:] and parts and isinstance(channel, str) and channel not in channels:
            wrong = unknown("channel of the centre", channel, channels)
            key = join_key((*place, *([number] if several else []), "channel"))
            problems.append(Problem(path, wrong, key, as_toml(channel)))
    return problems


def _unknown_varied_keys(
    raw: Mapping[str, Any], centre: Mapping[str, Any], path: Path
) -> list[Problem]:
    """Find keys of `[vary]` that lead nowhere in the centre, to words, or two to one place."""
    vary = raw.get("vary")
    flat, problems, places = flat_designs(centre), [], set()
    for key in by_dotted_key(vary) if isinstance(vary, Mapping) else ():
        if key in WORDS or is_event_key(key):
            continue
        try:
            place = find(flat, key)
        except UnknownKeyError as error:
            problems.append(Problem(path, f"{error}", join_key(("vary", key))))
            continue
        if is_wording(flat, place):
            wrong = "is wording for readers and changes no figure; vary a figure instead"
            problems.append(Problem(path, wrong, join_key(("vary", key))))
        if place in places:
            wrong = "another key of [vary] means the same figure"
            problems.append(Problem(path, wrong, join_key(("vary", key))))
        places.add(place)
    return problems
