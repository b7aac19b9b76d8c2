"""A results folder as an experiment leaves it, made up in a moment: no week is simulated.

The cells, tables and files are those of the measures and experiment rooms; only the numbers are
made up. Waits follow one formula (a share answered at once, the rest exponential, some give up),
so every figure agrees with every other. `gains` moves the share answered at once in a design.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.config import evidence, layout_of
from sim.config.centre import Centre
from sim.experiment.files import file_digest
from sim.experiment.kpi import KpiTable
from sim.experiment.tables import (
    COMPARISON_COLUMNS,
    Cells,
    Figures,
    comparison_rows,
    summary_header,
    summary_rows,
    write_csv,
)
from sim.measures import Targets, plan_measures
from sim.records import Horizon

ASSUMED = "assumption: not published"
QUESTION = "Do three control rooms answer more 999 calls within 10 s as one?"
KINDS = ("isolation", "networked", "merger")
VARIED = "staffing.scale"
WEEK_SHAPE = 1.0 + 0.55 * np.sin((np.arange(168) % 24 - 13.5) / 24 * 2 * np.pi)
DAY_SHAPE = WEEK_SHAPE[:24] / WEEK_SHAPE[:24].mean()
GIVE_UP_SHARE = 0.015


@dataclass(frozen=True)
class Synthetic:
    """What to make up; the defaults are the shipped example.

    `gains` holds by design what is added to the share answered at once, one number or one by force;
    `noise` is how much that gain differs from week to week.
    """

    forces: tuple[str, ...] = ("Leicestershire", "Northamptonshire", "Nottinghamshire")
    designs: Mapping[str, str | None] = field(
        default_factory=lambda: {
            "isolation": "Separate rooms",
            "networked": "Networked rooms",
            "merger": "One merged room",
        }
    )
    channels: Mapping[str, tuple[str, float, float]] = field(  # label, within_s, target
        default_factory=lambda: {"emergency": ("999", 10, 0.9), "non_emergency": ("101", 30, 0.9)}
    )
    gains: Mapping[str, Any] = field(default_factory=lambda: {"networked": 0.05, "merger": 0.09})
    noise: float = 0.004
    replications: int = 20
    points: tuple[float, ...] = ()  # of `staffing.scale`
    sweep: tuple[Mapping[str, Any], ...] = ()  # instead, by point; without hours of the week
    question: str = QUESTION
    title: str | None = None
    seed: int = 1
    silent_forces: tuple[str, ...] = ()  # nobody calls them
    pools: tuple[str, ...] = ()  # rooms that belong to no force


def centre_of(made: "Synthetic") -> Centre:
    """Give a resolved centre that the real configuration room accepts."""
    shape = (WEEK_SHAPE / WEEK_SHAPE.mean()).tolist()
    all_day = {
        "name": "all day",
        "start": "00:00",
        "end": "24:00",
        "rostered": {"value": 12, "range": [8, 16], "source": ASSUMED},
    }
    centre = {
        "name": "east_midlands",
        "description": "made up for the tests",
        "sources": {"census": "Census 2011, Office for National Statistics"},
        "channels": {
            name: {
                "label": label,
                "priority": number,
                "answer_within_s": {"value": within_s, "source": "National standards 2005"},
                "target_share": {"value": target, "source": "National standards 2005"},
                "profile": {"file": "profile.csv", "column": name, "values": shape},
                "handle": {
                    "distribution": "lognormal",
                    "mean_s": {"value": 420 + 60 * number, "range": [300, 800], "source": ASSUMED},
                    "cv": {"value": 1.0, "range": [0.7, 1.3], "source": ASSUMED},
                },
                "patience": {
                    "distribution": "exponential",
                    "mean_s": {"value": 300 + 580 * number, "range": [90, 4000], "source": ASSUMED},
                },
                "redial": {
                    "share": {"value": 0.5, "range": [0.3, 0.85], "source": ASSUMED},
                    "delay_mean_s": {"value": 60, "range": [20, 120], "source": ASSUMED},
                    "max_attempts": 3,
                },
            }
            for number, (name, (label, within_s, target)) in enumerate(made.channels.items())
        },
        "forces": {
            force: {
                "population": {"value": 700_000 + 90_000 * number, "source": "census"},
                "contacts": {
                    name: {"per_day": {"value": 330 + 300 * c + 30 * number, "source": "FOI 2015"}}
                    for c, name in enumerate(made.channels)
                },
            }
            for number, force in enumerate(made.forces)
        },
        "groups": {
            f"{force} room": {
                "force": force,
                "answers": list(made.channels),
                "shifts": [all_day],
            }
            for force in made.forces
        }
        | {
            pool: {"answers": list(made.channels), "shifts": [all_day], "source": ASSUMED}
            for pool in made.pools
        },
        "demand": {
            "day_factor": {
                "cv": {"value": 0.12, "range": [0.05, 0.2], "source": ASSUMED},
                "correlation_forces": {"value": 0.5, "range": [0.2, 0.8], "source": ASSUMED},
                "correlation_channels": {"value": 0.5, "range": [0.2, 0.8], "source": ASSUMED},
            }
        },
        "staffing": {
            "scale": {"value": 1.0, "source": "by definition"},
            "shrinkage_share": {"value": 0.3, "range": [0.25, 0.35], "source": ASSUMED},
            "absence_share": {"value": 0.05, "range": [0.03, 0.09], "source": ASSUMED},
        },
        "designs": {
            name: {"kind": name if name in KINDS else "merger", "label": label}
            for name, label in made.designs.items()
        },
    }
    return Centre.model_validate(centre)


KINDS = ("isolation", "networked", "merger")


@dataclass(frozen=True, eq=False)
class _World:
    """The made-up weeks of one design: by force and channel, arrays of (replication, hour)."""

    made: Synthetic
    design: str
    offered: Mapping[tuple[str, str], Any]
    answered_at_once: Mapping[tuple[str, str], Any]
    load: Mapping[str, Any]  # by force, (replication, 168)
    staff: float  # times what the load asks for
    rooms: dict[tuple[str, ...], Any] = field(default_factory=dict)  # what was asked before

    @classmethod
    def of(cls, made: Synthetic, design: str, varied: Mapping[str, Any]) -> "_World":
        scale = scale_at(varied, design)
        offered, at_once, load = {}, {}, {}
        for f, force in enumerate(made.forces):
            shared = np.random.default_rng([made.seed, f])  # the same in every design
            own = np.random.default_rng([made.seed, f, *design.encode()])
            gain = made.gains.get(design, 0.0)
            gain = gain.get(force, 0.0) if isinstance(gain, Mapping) else gain
            for c, channel in enumerate(made.channels):
                per_h = 0.0 if force in made.silent_forces else (330 + 300 * c + 30 * f) * 7 / 24
                busy_week = shared.normal(1, 0.03, (made.replications, 1))
                offered[force, channel] = np.round(per_h * DAY_SHAPE * busy_week)
                late = 0.08 + 0.06 * (DAY_SHAPE - 1) + 0.02 * (f % 5) + 0.15 * c
                luck = shared.normal(0, 0.012, (made.replications, 1))
                change = gain + (own.normal(0, made.noise, (made.replications, 1)) if gain else 0.0)
                share = 1 - late / scale + luck + change
                at_once[force, channel] = np.clip(share, 0.02, 1 - GIVE_UP_SHARE)
            day = np.repeat(shared.normal(1, 0.08, (made.replications, 7)), 24, axis=1)
            load[force] = WEEK_SHAPE * (5.0 + 0.4 * (f % 5)) * day
        return cls(made, design, offered, at_once, load, float(varied.get(VARIED, 1.0)))

    def answered_within(self, within_s: float | None, pair: tuple[str, str]) -> Any:
        label, own_s, _ = self.made.channels[pair[1]]
        within_s = own_s if within_s is None else within_s
        mean_s = 80.0 if label == "101" else 25.0
        at_once = self.answered_at_once[pair]
        late = (1 - GIVE_UP_SHARE - at_once) * (1 - np.exp(-within_s / mean_s))
        return (at_once + late) * self.offered[pair]

    def cell(  # noqa: PLR0911 - one return per kind of measure
        self, measure: str, force: str, channel: str, group: str, period: str
    ) -> Any:
        """Give numerator and denominator of a cell, each (replication,)."""
        forces = self.made.forces if force in {"all", ""} else (force,)
        if measure in {"offered_load_erl", "staffed_h", "busy_h", "occupancy", "exchange_h"}:
            return self._room(measure, forces, group, period)
        channels = self.made.channels if channel == "all" else (channel,)
        pairs = [(f, c) for f in forces for c in channels]
        hour = None if period == "all" else int(period[5:]) % 24  # every day is the same
        hours = slice(None) if hour is None else slice(hour, hour + 1)

        def added(what: Callable[[tuple[str, str]], Any]) -> Any:
            return sum(what(pair)[:, hours].sum(axis=1) for pair in pairs)

        offered = added(self.offered.__getitem__)
        answered = offered * (1 - GIVE_UP_SHARE)
        counts = {"offered": offered, "answered": answered, "abandoned": offered - answered}
        if measure in counts:
            return counts[measure], 1.0
        if measure in {"service_level", "service_level_excl_short"}:
            return added(partial(self.answered_within, None)), offered
        if measure.startswith("answered_within_"):
            within_s = float(measure.removeprefix("answered_within_").removesuffix("s"))
            return added(partial(self.answered_within, within_s)), offered
        if measure == "exchange":
            return answered * self._taken(force, group), answered
        if measure == "answered_elsewhere":
            own = sum(self._taken(f, f"{f} room") for f in forces) / len(forces)
            return answered * (1 - own), answered
        return (offered - answered, offered) if measure == "abandonment" else (0.0 * offered, 1.0)

    def _taken(self, force: str, group: str) -> float:
        """Give the share of a force's answered contacts that a room takes."""
        others = len(self.made.forces) + len(self.made.pools) - 1
        own = {"isolation": 1.0, "networked": 0.85}.get(self.design, 0.45) if others else 1.0
        return own if group == f"{force} room" else (1 - own) / others

    def _room(self, measure: str, forces: tuple[str, ...], group: str, period: str) -> Any:
        load, staffed, busy = self._handlers(() if group in self.made.pools else forces)
        column = {"offered_load_erl": load, "staffed_h": staffed}.get(measure, busy)
        if period != "all":
            return column[:, int(period[5:])], 1.0
        return column.sum(1), (staffed.sum(1) if measure == "occupancy" else 1.0)

    def _handlers(self, forces: tuple[str, ...]) -> Any:
        """Give load, staffed and busy handlers, each (replication, 168)."""
        if forces not in self.rooms:
            load = sum((self.load[f] for f in forces), np.zeros((self.made.replications, 168)))
            staffed = np.maximum(load.mean(0) * 1.3, 1.0) * self.staff + 0.0 * load
            lent = {"isolation": 0.0, "networked": 0.1}.get(self.design, 0.2)
            busy = np.minimum(load * (1 + (lent if len(forces) == 1 else 0.0)), staffed)
            self.rooms[forces] = load, staffed, busy
        return self.rooms[forces]


def _tally(world: _World, cells: Cells) -> Any:
    """Fill the cells, (2, replication, cell)."""
    labels = (cells.measure, cells.force, cells.channel, cells.group, cells.period)
    tally = np.empty((2, world.made.replications, cells.measure.size))
    for at, label in enumerate(zip(*(column.tolist() for column in labels), strict=True)):
        numerator, denominator = world.cell(*label)
        tally[0, :, at], tally[1, :, at] = numerator, denominator
    return tally


def write_results(folder: Path, made: Synthetic | None = None) -> Path:
    """Write manifest.json, kpi.parquet, summary.csv and comparison.csv; give the folder."""
    made = made or Synthetic()
    folder.mkdir(parents=True, exist_ok=True)
    centre = centre_of(made)
    within_s, targets = ([channel[at] for channel in made.channels.values()] for at in (1, 2))
    plan = plan_measures(
        layout_of(centre),
        Horizon(24, 168, 2),
        Targets(np.array(within_s), np.array(targets), np.zeros(len(targets))),
    )
    cells = Cells.of(plan, dict(zip(made.channels, targets, strict=True)))
    if made.sweep:
        cells = Cells(
            **{name: column[cells.period == "all"] for name, column in vars(cells).items()}
        )
    points = points_of(made)
    keys = tuple(points[0])
    parts = {
        (point, design): Figures(
            point, varied, design, cells, _tally(_World.of(made, design, varied), cells)
        )
        for point, varied in enumerate(points)
        for design in made.designs
    }
    baseline = next(iter(made.designs))
    with (folder / "kpi.parquet").open("wb") as file, KpiTable(file, keys) as table:
        for part in parts.values():
            table.add(part)
    with (folder / "summary.csv").open("wb") as file:
        rows = (row for part in parts.values() for row in summary_rows(part, keys))
        write_csv(file, summary_header(keys), rows)
    with (folder / "comparison.csv").open("wb") as file:
        others = ((point, part) for (point, design), part in parts.items() if design != baseline)
        rows = (row for p, part in others for row in comparison_rows(part, parts[p, baseline]))
        write_csv(file, COMPARISON_COLUMNS, rows)
    manifest = _manifest(folder, made, centre)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def points_of(made: Synthetic) -> list[Mapping[str, Any]]:
    """Give the varied keys of each point."""
    return list(made.sweep) or [{VARIED: scale} for scale in made.points] or [{}]


def scale_at(varied: Mapping[str, Any], design: str) -> float:
    """Give how well staffed a point is: more for a higher scale, less for longer calls."""
    longer = varied.get("channels.emergency.handle.mean_s", 420) / 420
    longer *= varied.get(f"designs.{design}.handle_factor", 1.0)
    return float(varied.get(VARIED, 1.0)) / longer


def _manifest(folder: Path, made: Synthetic, centre: Centre) -> dict[str, Any]:
    until = {"measure": "service_level", "channel": next(iter(made.channels)), "half_width": 0.005}
    replications = {"min": made.replications, "max": 400, "until": until}
    points = points_of(made)
    return {
        "name": folder.name,
        "experiment": {
            "question": made.question,
            "title": made.title,
            "centre": "configs/east_midlands",
            "designs": list(made.designs),
            "baseline": next(iter(made.designs)),
            "seed": 20151217,
            "horizon": {"warm_up_h": 24, "measured_h": 168, "cool_down_h": 2},
            "replications": replications,
            "vary": {key: list({point[key]: 0 for point in points}) for key in points[0]},
        },
        "centre": centre.model_dump(mode="json"),
        "evidence": [vars(figure) for figure in evidence(centre)],
        "digest": "0" * 64,
        "seed": 20151217,
        "versions": {"sim": "0.1.0", "python": "3.11.7", "numpy": "2.0.0"},
        "engine": "simpy",
        "elapsed_s": 61.5,
        "replications": {
            **replications,
            "reached": {str(point): made.replications for point in range(len(points))},
        },
        "designs": {
            name: {
                "label": label or name,
                "kind": name if name in KINDS else "merger",
                "options": {} if name == "isolation" else {"handle_factor": 1.05},
            }
            for name, label in made.designs.items()
        },
        "points": [
            {"point": point, "varied": dict(varied), "digest": "0" * 64}
            for point, varied in enumerate(points)
        ],
        "files": {
            name: file_digest(folder / name)
            for name in ("kpi.parquet", "summary.csv", "comparison.csv")
        },
    }
