"""The study that a report is about: its names, its promises, and its numbers by name.

What enters is `Results`; what leaves is a `Study`, from which tables, sentences and figures take
everything they say. Where an experiment varies something, a study is one of its points.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd
from pydantic import ValidationError

from sim.config import Centre, Experiment
from sim.config.varied_events import varied_events
from sim.experiment.results import COMPARISON, MANIFEST, SUMMARY
from sim.experiment.tables import ALL
from sim.records import HOURS_PER_WEEK
from sim.report.estimate import Estimate, duration
from sim.report.nearness import distances
from sim.report.over_weeks import Labels, OverWeeks
from sim.report.results import ReportError, Results

SERVICE_LEVEL = "service_level"
LOADED, STAFFED, BUSY, EXCHANGE = "offered_load_erl", "staffed_h", "busy_h", "exchange"
OVER_WEEKS = (SERVICE_LEVEL, LOADED, STAFFED, BUSY, EXCHANGE)
ALL_FORCES = "All forces"
ANSWERED_WITHIN = re.compile(r"answered_within_(\d+)s")

Model = TypeVar("Model", Centre, Experiment)


@dataclass(frozen=True)
class Channel:
    """How people call, and what is promised to them."""

    name: str
    label: str
    within_s: float
    target_share: float
    priority: int

    @property
    def contacts(self) -> str:
        """What people make on it: "999 calls", "Web chat contacts".

        >>> Channel("emergency", "999", 10, 0.9, 0).contacts
        '999 calls'
        """
        if self.label.lower().endswith((" calls", " contacts")):
            return self.label
        return f"{self.label} {'calls' if self.label.isdigit() else 'contacts'}"

    @property
    def promise(self) -> str:
        """What is measured: "999 calls answered within 10 s"."""
        return f"{self.contacts} answered within {duration(self.within_s)}"


@dataclass(frozen=True)
class DesignName:
    """A design by its name, label and place in the experiment (its colour follows from that)."""

    name: str
    label: str
    index: int
    kind: str
    options: Mapping[str, Any] = field(compare=False)


@dataclass(frozen=True, eq=False)
class Study:
    """One point of an experiment, with its numbers looked up by name.

    Parameters
    ----------
    results
        The results folder.
    point
        Which combination of varied keys; 0 where nothing is varied.
    """

    results: Results
    point: int

    @property
    def name(self) -> str:
        """The experiment's name."""
        return str(self.results.manifest.get("name") or self.results.folder.resolve().name)

    @cached_property
    def centre(self) -> Centre:
        """The centre as it was resolved for the run."""
        return _model(self.results, "centre", Centre)

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment as it was asked, with its events as they are at this point."""
        asked = _model(self.results, "experiment", Experiment)
        points = {each["point"]: each["varied"] for each in self.results.manifest["points"]}
        varied: Mapping[str, object] = points.get(self.point, {})
        events = varied_events(asked, varied, self.results.folder / MANIFEST)
        return asked.model_copy(update={"events": events})

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Channels in the order of the configuration."""
        return tuple(
            Channel(
                name,
                channel.label,
                channel.answer_within_s.value,
                channel.target_share.value,
                channel.priority,
            )
            for name, channel in self.centre.channels.items()
        )

    def slug(self, channel: Channel) -> str:
        """Give a name for a channel's files that any file system takes, another for each."""
        slugs = [re.sub(r"[^a-z0-9]+", "_", c.name.lower()).strip("_")[:40] for c in self.channels]
        index = self.channels.index(channel)
        alone = slugs[index] and slugs.count(slugs[index]) == 1
        return slugs[index] if alone else f"channel_{index + 1}"

    @cached_property
    def main_channel(self) -> Channel:
        """The channel that the answer is about: the one the run was to be precise in, else 999."""
        asked = [until.channel for until in self.experiment.replications.until[:1]]
        named = [channel for channel in self.channels if channel.name in asked]
        return named[0] if named else min(self.channels, key=lambda channel: channel.priority)

    @cached_property
    def forces(self) -> tuple[str, ...]:
        """Forces in the order of the configuration."""
        return tuple(self.centre.forces)

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """Forces as tables and figures list them: all together first, where there are several."""
        return (ALL, *self.forces) if len(self.forces) > 1 else self.forces

    @property
    def whole(self) -> str:
        """The row that stands for everybody."""
        return self.rows[0]

    @property
    def everybody(self) -> str:
        """Who that is, within a sentence."""
        counts = {1: self.forces[0], 2: "both forces"}
        return counts.get(len(self.forces), f"all {len(self.forces)} forces")

    @cached_property
    def designs(self) -> tuple[DesignName, ...]:
        """Designs in the order of the experiment."""
        entries = self.results.manifest["designs"]
        return tuple(
            DesignName(
                name,
                (entries.get(name) or {}).get("label") or name,
                index,
                (entries.get(name) or {}).get("kind") or name,
                (entries.get(name) or {}).get("options") or {},
            )
            for index, name in enumerate(self.experiment.designs)
        )

    @property
    def baseline(self) -> DesignName:
        """The design that the others are compared with."""
        return next(d for d in self.designs if d.name == self.experiment.baseline)

    @property
    def others(self) -> tuple[DesignName, ...]:
        """Every design but the baseline."""
        return tuple(d for d in self.designs if d.name != self.experiment.baseline)

    @cached_property
    def varied(self) -> dict[str, str]:
        """By varied key: its value here, as written in `summary.csv`."""
        return dict(self.results.varied.get(self.point, {}))

    @cached_property
    def answered_within_s(self) -> tuple[int, ...]:
        """The times for which the share answered by then is known, in seconds, in order."""
        measures = self._summary["measure"].drop_duplicates()
        return tuple(sorted(int(m[1]) for m in map(ANSWERED_WITHIN.fullmatch, measures) if m))

    @cached_property
    def replications(self) -> int:
        """How many weeks were simulated here."""
        rows = self._summary
        return int(rows["replications"].max()) if len(rows) else 0

    def runs(self, count: int) -> str:
        """Give a number of replications in words: "20 simulated weeks"."""
        hours = self.experiment.horizon.measured_h
        if hours in {24, HOURS_PER_WEEK}:
            unit = "week" if hours == HOURS_PER_WEEK else "day"
            return f"{count:,} simulated {unit}{'' if count == 1 else 's'}"
        return f"{count:,} simulated run{'' if count == 1 else 's'} of {hours:g} hours"

    def estimate(
        self, design: str, force: str, channel: str, measure: str, period: str = ALL
    ) -> Estimate:
        """Give a number of `summary.csv`; one without a value where there is none."""
        return self._estimates.get((design, force, channel, measure, period), Estimate())

    def difference(self, design: str, force: str, channel: str, measure: str) -> Estimate:
        """Give a paired difference to the baseline of `comparison.csv`."""
        return self._differences.get((design, force, channel, measure), Estimate())

    def has_level(self, design: str, force: str, channel: str, measure: str) -> bool:
        """Tell whether `summary.csv` has a line for this, whatever stands in it."""
        return (design, force, channel, measure, ALL) in self._estimates

    def has_difference(self, design: str, force: str, channel: str, measure: str) -> bool:
        """Tell whether `comparison.csv` has a line for this, whatever stands in it."""
        return (design, force, channel, measure) in self._differences

    def weeks_on_target(self, design: str, force: str, channel: str) -> tuple[int, int] | None:
        """Give in how many weeks, of how many, the target was met; None if nobody knows."""
        return self._weeks_on_target.get((design, force, channel))

    @cached_property
    def _summary(self) -> pd.DataFrame:
        table = self.results.summary
        return table[table["point"] == self.point]

    @cached_property
    def _estimates(self) -> dict[Labels, Estimate]:
        keys = ["design", "force", "channel", "measure", "period"]
        return _by_name(self._summary, keys, "value")

    @cached_property
    def _differences(self) -> dict[Labels, Estimate]:
        table = self.results.comparison
        rows = table[table["point"] == self.point]
        return _by_name(rows, ["design", "force", "channel", "measure"], "difference")

    @cached_property
    def _weeks_on_target(self) -> dict[Labels, tuple[int, int]]:
        rows = self._summary
        rows = rows[(rows["measure"] == SERVICE_LEVEL) & (rows["period"] == ALL)]
        rows = rows[rows["p_meets_target"].notna()]
        return {
            (design, force, channel): (round(share * weeks), int(weeks))
            for design, force, channel, share, weeks in zip(
                *(rows[name] for name in ("design", "force", "channel")),
                rows["p_meets_target"],
                rows["replications"],
                strict=True,
            )
        }

    def over_weeks(self, measures: Collection[str]) -> OverWeeks:
        """Give some of `OVER_WEEKS`, of which cells stand in `kpi.parquet` alone."""
        return self._over_weeks.where(self._over_weeks.cells["measure"].isin(measures))

    @cached_property
    def _over_weeks(self) -> OverWeeks:
        """All of them: going through the table costs more than what is kept of it."""
        return self.results.over_weeks(OVER_WEEKS, self.point)

    @cached_property
    def hours(self) -> dict[Labels, Estimate]:
        """Load and handlers by measure, design, force, group and hour of the week (as a period)."""
        cells = self.over_weeks((LOADED, STAFFED, BUSY))
        week = cells.where(cells.cells["period"].astype(str).str.startswith("week_"))
        return week.estimates("measure", "design", "force", "group", "period")


def reference_study(results: Results) -> Study:
    """Give the point that the report is about: the one nearest to the centre's own values."""
    away = distances(results.varied, results.manifest["centre"])
    study = Study(results, min(away, key=lambda point: (away[point], point)))
    _check_whole(study)
    return study


def _check_whole(study: Study) -> None:
    """Refuse tables that lack a line: what is not there must not read as if nobody had called."""
    for design in study.designs:
        for row in study.rows:
            for channel in study.channels:
                labels = (design.name, row, channel.name, SERVICE_LEVEL)
                lacking = [
                    name
                    for name, there in (
                        (SUMMARY, study.has_level(*labels)),
                        (COMPARISON, design == study.baseline or study.has_difference(*labels)),
                    )
                    if not there
                ]
                if lacking:
                    raise ReportError(
                        f"{study.results.folder / lacking[0]}: lacks the line for design "
                        f'"{design.name}", force "{row}", channel "{channel.name}", measure '
                        f"{SERVICE_LEVEL}; run the experiment again with `sim run`"
                    )


def _by_name(rows: pd.DataFrame, keys: list[str], value: str) -> dict[Labels, Estimate]:
    columns = (rows[name].to_numpy() for name in (*keys, value, "ci_low", "ci_high"))
    weeks = rows["replications"].fillna(0).to_numpy()
    found = {}
    for cell in zip(*columns, weeks, strict=True):
        number, low, high, replications = cell[len(keys) :]
        labels = tuple(map(str, cell[: len(keys)]))
        found[labels] = Estimate(float(number), float(low), float(high), int(replications))
    return found


def _model(results: Results, key: str, model: type[Model]) -> Model:
    try:
        return model.model_validate(results.manifest[key])
    except ValidationError as error:
        problem: Any = error.errors()[0]
        where = ".".join([key, *map(str, problem["loc"])])
        raise ReportError(
            f"{results.folder / MANIFEST}: {where}: {problem['msg']}; "
            "run the experiment again with `sim run`"
        ) from error
