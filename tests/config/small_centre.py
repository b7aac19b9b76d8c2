"""A small right centre in a folder of its own, for tests to break one thing at a time."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.config import Centre, ConfigError, Experiment, load_centre, load_experiment

CENTRE = """\
name = "Small"

[sources]
nchs = "National Call Handling Standards, 2005"

[channels.emergency]
label = "999"
priority = 0
answer_within_s = 10
target_share = 0.9
source = "nchs"
profile = {file = "profiles.csv", column = "emergency", source = "a count"}
handle = {distribution = "lognormal", mean_s = 300, cv = 0.9, source = "a count"}
patience = {distribution = "exponential", mean_s = 1500, source = "a count"}

[channels.emergency.redial]
share = {value = 0.8, range = [0.5, 0.9], source = "assumption: not published"}
delay_mean_s = 20
max_attempts = 2
source = "a count"

[channels.non_emergency]
label = "101"
priority = 1
answer_within_s = 30
target_share = 0.9
source = "nchs"
profile = {file = "profiles.csv", column = "non_emergency", source = "a count"}
handle = {distribution = "gamma", mean_s = 480, cv = 1.0, source = "a count"}
patience = {distribution = "never", source = "a count"}

[forces."North Shire"]
source = "a count"
[forces."North Shire".contacts]
emergency = {per_day = 200}
non_emergency = {per_day = 500}

[forces.South]
source = "a count"
[forces.South.contacts]
emergency = {per_day = {value = 100, range = [80, 120], source = "assumption: a guess"}}

[groups.north]
force = "North Shire"
answers = ["emergency", "non_emergency"]
reserve = {non_emergency = {value = 1, range = [0, 3]}}
source = "rota"

[[groups.north.shifts]]
name = "day"
start = "07:00"
end = "19:00"
rostered = 8
breaks = [{at = "12:00", minutes = 30, waves = 4}]

[[groups.north.shifts]]
name = "night"
start = "19:00"
end = "07:00"
rostered = 4

[groups.south]
force = "South"
answers = ["emergency"]
rostered = {file = "profiles.csv", column = "posts", source = "rota"}
source = "rota"

[demand.bursts]
channel = "emergency"
incidents_per_week = 3
calls_mean = 5
calls_max = 30
spread_mean_s = 300
seen_by_two_share = 0.1
neighbours = {"North Shire" = ["South"], South = ["North Shire"]}
source = "a count"

[staffing]
scale = {value = 1, range = [0.5, 1.5], source = "assumption: to be varied"}
shrinkage_share = 0.2
absence_share = 0.05
source = "returns"

[designs.isolation]
kind = "isolation"

[designs.networked]
kind = "networked"
label = "Own room first"
after_s = 20
handle_factor = {value = 1.1, range = [1, 1.3], source = "assumption: other systems"}
"""

EXPERIMENT = """\
question = "Alone or together?"
centre = "centre"
designs = ["isolation", "networked"]
baseline = "isolation"
seed = 1
[horizon]
warm_up_h = 24
measured_h = 168
[replications]
min = 2
max = 5
until = {measure = "service_level", channel = "emergency", half_width = 0.01}
"""


PROFILES = "hour,emergency,non_emergency,posts\n" + "".join(
    f"{hour},{1 + hour % 24},{2 + hour % 24},3\n" for hour in range(168)
)


@dataclass(frozen=True)
class Folder:
    """A centre in `centre/` and an experiment beside it."""

    root: Path

    @property
    def centre(self) -> Path:
        return self.root / "centre"

    @property
    def file(self) -> Path:
        return self.centre / "centre.toml"

    @property
    def profiles(self) -> Path:
        return self.centre / "profiles.csv"

    @property
    def experiment(self) -> Path:
        return self.root / "experiment.toml"

    def edit(self, old: str, new: str, file: Path | None = None) -> "Folder":
        """Replace a text that must stand there (or, with an empty `old`, add at the end)."""
        path = file or self.file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
        return self

    def ask(self, old: str, new: str) -> "Folder":
        """Edit the experiment."""
        return self.edit(old, new, self.experiment)

    def load(self, overrides: dict[str, object] | None = None) -> Centre:
        return load_centre(self.centre, overrides)

    def load_experiment(self) -> Experiment:
        return load_experiment(self.experiment)

    def problems(self, overrides: dict[str, object] | None = None) -> list[str]:
        """Give the lines of what is wrong with the centre."""
        with pytest.raises(ConfigError) as caught:
            self.load(overrides)
        return plain_lines(caught.value)

    def experiment_problems(self) -> list[str]:
        """Give the lines of what is wrong with the experiment."""
        with pytest.raises(ConfigError) as caught:
            self.load_experiment()
        return plain_lines(caught.value)


def plain_lines(error: ConfigError) -> list[str]:
    """Give one line per problem, none of them in the words of a library or too long to read."""
    lines = [str(problem) for problem in error.problems]
    for line in lines:
        assert "\n" not in line
        assert len(line) < 400
        for jargon in ("Input should", "validation error", "pydantic", "Traceback", "Value error"):
            assert jargon not in line
    return lines


def small_centre(root: Path) -> Folder:
    folder = Folder(root)
    folder.centre.mkdir(parents=True)
    folder.file.write_text(CENTRE, encoding="utf-8")
    folder.experiment.write_text(EXPERIMENT, encoding="utf-8")
    folder.profiles.write_text(PROFILES, encoding="utf-8")
    return folder
