"""A results folder as an experiment leaves it, made up in a second: no simulation is run.

Waits follow one formula (a share answered at once, the rest exponential, some give up), so every
table agrees with every other. `gains` moves a force's share answered at once in a design.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from sim.config.centre import Centre

THRESHOLDS_S = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600)
ASSUMED = "assumption: not published"
HOURS = np.arange(168)
SHAPE = 1.0 + 0.55 * np.sin((HOURS % 24 - 13.5) / 24 * 2 * np.pi)
KEYS = ["point", "design", "force", "channel", "group", "period", "measure", "unit"]
QUESTION = "Do three control rooms answer more 999 calls within 10 s as one?"


@dataclass(frozen=True)
class Synthetic:
    """What to make up; the defaults are the shipped example."""

    forces: tuple[str, ...] = ("Leicestershire", "Northamptonshire", "Nottinghamshire")
    designs: Mapping[str, str | None] = field(
        default_factory=lambda: {
            "isolation": "Separate rooms",
            "networked": "Networked rooms",
            "merger": "One merged room",
        }
    )
    channels: Mapping[str, tuple[str, float, float]] = field(
        default_factory=lambda: {"emergency": ("999", 10, 0.9), "non_emergency": ("101", 30, 0.9)}
    )
    gains: Mapping[str, Any] = field(default_factory=lambda: {"networked": 0.05, "merger": 0.09})
    replications: int = 20
    points: tuple[float, ...] = ()
    question: str = QUESTION
    seed: int = 1
    silent_forces: tuple[str, ...] = ()  # nobody calls them


def centre_of(made: Synthetic) -> dict[str, Any]:
    """Give a resolved centre that the real configuration room accepts."""
    shape = (SHAPE / SHAPE.mean()).tolist()
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
                "shifts": [
                    {
                        "name": "all day",
                        "start": "00:00",
                        "end": "24:00",
                        "rostered": {"value": 12, "range": [8, 16], "source": ASSUMED},
                    }
                ],
            }
            for force in made.forces
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
    return Centre.model_validate(centre).model_dump(mode="json")


KINDS = ("isolation", "networked", "merger")


def evidence_of(centre: Any, path: str = "") -> list[dict[str, Any]]:
    """List every fact of a resolved centre, as the manifest does."""
    if isinstance(centre, dict) and "value" in centre:
        source = centre.get("source") or "FOI answers, 2015"
        low, high = centre.get("range") or (None, None)
        assumed = source.startswith("assumption")
        row = {"key": path, "value": centre["value"], "low": low, "high": high}
        return [{**row, "source": source, "assumed": assumed}]
    if isinstance(centre, dict):
        pairs = centre.items()
    elif isinstance(centre, list):
        pairs = enumerate(centre)
    else:
        return []
    return [row for key, part in pairs for row in evidence_of(part, f"{path}.{key}".lstrip("."))]


class _Rows:
    """Collects cells, each over the replications, and makes one table of them."""

    def __init__(self, replications: int) -> None:
        self.count = replications
        self.labels: list[dict[str, Any]] = []
        self.numerators: list[Any] = []
        self.denominators: list[Any] = []

    def add(self, labels: dict[str, Any], numerator: Any, denominator: Any) -> None:
        self.labels.append(labels)
        self.numerators.append(np.broadcast_to(np.asarray(numerator, float), self.count))
        self.denominators.append(np.broadcast_to(np.asarray(denominator, float), self.count))

    def table(self) -> pd.DataFrame:
        cells = pd.DataFrame(self.labels)
        table = cells.loc[cells.index.repeat(self.count)].reset_index(drop=True)
        table.insert(1, "replication", np.tile(np.arange(self.count), len(cells)))
        table["numerator"] = np.concatenate(self.numerators)
        table["denominator"] = np.concatenate(self.denominators)
        table["value"] = table["numerator"] / table["denominator"].where(table["denominator"] > 0)
        return table


def _waits(share_now: Any, mean_s: float, within_s: float) -> Any:
    return share_now + (0.985 - share_now) * (1 - np.exp(-within_s / mean_s))


def _gain(made: Synthetic, design: str, force: str) -> float:
    gain = made.gains.get(design, 0.0)
    return gain.get(force, 0.0) if isinstance(gain, Mapping) else gain


def _force_cells(
    rows: _Rows, made: Synthetic, labels: dict[str, Any], offered: Any, share_now: Any, at: int
) -> None:
    """Write the cells of one force (or all) and channel; arrays are (replications, 24)."""
    _, within_s, _ = list(made.channels.values())[at]
    mean_s = 25.0 + 50.0 * at
    by_hour = dict(labels)
    served = _waits(share_now, mean_s, within_s) * offered
    totals = {"offered": (offered, "contacts"), "answered": (offered * 0.985, "contacts")}
    totals["abandoned"] = (offered * 0.015, "contacts")
    for measure, (count, unit) in totals.items():
        rows.add({**labels, "period": "all", "measure": measure, "unit": unit}, count.sum(1), 1.0)
    share = {**labels, "unit": "share"}
    rows.add(
        {**share, "period": "all", "measure": "service_level"}, served.sum(1), offered.sum(1)
    )
    rows.add(
        {**share, "period": "all", "measure": "abandonment"}, 0.015 * offered.sum(1), offered.sum(1)
    )
    rows.add(
        {**labels, "period": "all", "measure": "asa_s", "unit": "s"},
        ((1 - share_now) * mean_s * offered).sum(1),
        offered.sum(1),
    )
    for within in THRESHOLDS_S:
        rows.add(
            {**share, "period": "all", "measure": f"answered_within_{within}s"},
            (_waits(share_now, mean_s, within) * offered).sum(1),
            offered.sum(1),
        )
    for hour in range(24):
        rows.add(
            {**by_hour, "unit": "share", "period": f"hour_{hour:02d}", "measure": "service_level"},
            served[:, hour],
            offered[:, hour],
        )


def _design_cells(rows: _Rows, made: Synthetic, base: dict[str, Any], scale: float) -> None:
    design, count = base["design"], made.replications
    rooms = [*made.forces]
    hours = SHAPE.reshape(7, 24).mean(0)
    for at, channel in enumerate(made.channels):
        offered_all, now_all = np.zeros((count, 24)), np.zeros((count, 24))
        for number, force in enumerate(made.forces):
            draws = np.random.default_rng([made.seed, number, at])
            silent = force in made.silent_forces
            volume = 0.0 if silent else (330 + 300 * at + 30 * number) * 7 / 24
            offered = volume * hours * draws.normal(1, 0.03, (count, 1))
            crowd = 0.10 + 0.05 * (hours - 1) + 0.03 * ((number % 5) - 1) + 0.08 * at
            noise = draws.normal(0, 0.012, (count, 1)) + np.zeros(24)
            share_now = np.clip(
                1 - crowd / scale - noise - 0.1 * at + _gain(made, design, force), 0.02, 0.98
            )
            labels = {**base, "force": force, "channel": channel, "group": ""}
            _force_cells(rows, made, labels, offered, share_now, at)
            offered_all, now_all = offered_all + offered, now_all + offered * share_now
            _exchange(rows, made, labels, rooms, offered.sum(1), draws)
        mean_now = np.divide(now_all, offered_all, out=np.full((count, 24), 0.5), where=now_all > 0)
        labels = {**base, "force": "all", "channel": channel, "group": ""}
        _force_cells(rows, made, labels, offered_all, mean_now, at)


def _exchange(
    rows: _Rows, made: Synthetic, labels: dict[str, Any], rooms: list[str], offered: Any, draws: Any
) -> None:
    design, force = labels["design"], labels["force"]
    away = 0.0 if design == "isolation" or len(rooms) == 1 else 0.15 + 0.4 * (design != "networked")
    others = {room: draws.uniform(0.5, 1.5) for room in rooms if room != force}
    total = sum(others.values())
    for room in rooms:
        share = 1 - away if room == force else away * others[room] / total
        got = offered * share * draws.normal(1, 0.02, offered.shape)
        cell = {**labels, "group": f"{room} room", "period": "all", "measure": "exchange"}
        for channel in (labels["channel"], "all"):  # rows of "all" are added up by their labels
            rows.add({**cell, "channel": channel, "unit": "share"}, np.minimum(got, offered), offered)
    cell = {**labels, "period": "all", "measure": "answered_elsewhere", "unit": "share"}
    rows.add(cell, offered * away, offered)


def _week_cells(rows: _Rows, made: Synthetic, base: dict[str, Any]) -> None:
    load_all = np.zeros((made.replications, 168))
    lent = {"isolation": 0.0, "networked": 0.02}.get(base["design"], 0.05)
    for number, force in enumerate(made.forces):
        draws = np.random.default_rng([made.seed, 99, number])
        day = np.repeat(draws.normal(1, 0.08, (made.replications, 7)), 24, axis=1)
        load = SHAPE * (5.0 + 0.4 * number) * day
        staffed = 7.0 + (HOURS % 24 > 7) + 2.0 * (HOURS % 24 > 14) + np.zeros_like(load)
        load_all += load
        busy = np.minimum(load * (1 + lent * (number - 1)), staffed * 0.96)
        for hour in HOURS:
            period = {**base, "channel": "all", "period": f"week_{hour:03d}"}
            rows.add(
                {**period, "force": force, "group": "", "measure": "offered_load_erl", "unit": "erl"},
                load[:, hour],
                1.0,
            )
            for group in ("", f"{force} room"):
                for measure, column in (("staffed_h", staffed), ("busy_h", busy)):
                    rows.add(
                        {**period, "force": force, "group": group, "measure": measure, "unit": "h"},
                        column[:, hour],
                        1.0,
                    )
        for measure, column in (("staffed_h", staffed), ("busy_h", busy)):
            labels = {**base, "force": force, "channel": "all", "group": "", "period": "all"}
            rows.add({**labels, "measure": measure, "unit": "h"}, column.sum(1), 1.0)


    for hour in HOURS:
        labels = {**base, "force": "all", "channel": "all", "group": "", "unit": "erl"}
        labels |= {"period": f"week_{hour:03d}", "measure": "offered_load_erl"}
        rows.add(labels, load_all[:, hour], 1.0)


def _interval(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Ratio of sums with the delta method, as the experiment room does it."""
    grouped = cells.groupby(by, sort=False, observed=True)
    sums = grouped[["numerator", "denominator"]].transform("sum")
    ratio = sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
    cells = cells.assign(residual=(cells["numerator"] - ratio * cells["denominator"]) ** 2)
    table = cells.groupby(by, sort=False, observed=True).agg(
        numerator=("numerator", "sum"),
        denominator=("denominator", "sum"),
        square=("residual", "sum"),
        replications=("replication", "nunique"),
    )
    count = table["replications"]
    value = table["numerator"] / table["denominator"].where(table["denominator"] > 0)
    error = np.sqrt(table["square"] * count / (count - 1).where(count > 1)) / table["denominator"]
    half = student.ppf(0.975, (count - 1).clip(lower=1)) * error
    return pd.DataFrame(
        {"value": value, "ci_low": value - half, "ci_high": value + half, "replications": count}
    ).reset_index()


def summary_of(kpi: pd.DataFrame, made: Synthetic) -> pd.DataFrame:
    """Give summary.csv from kpi.parquet."""
    cells = kpi[(kpi["group"] == "") & ~kpi["period"].str.startswith("week_")]
    varied = [name for name in ("staffing.scale",) if name in kpi]
    by = ["point", "design", *varied, "force", "channel", "period", "measure", "unit"]
    table = _interval(cells, by)
    targets = {name: target for name, (_, _, target) in made.channels.items()}
    level = table["measure"] == "service_level"
    table["target"] = table["channel"].map(targets).where(level)
    met = cells[cells["measure"] == "service_level"]
    met = met.assign(met=(met["value"] >= met["channel"].map(targets)).astype(float))
    share = met.groupby(by, observed=True)["met"].mean().rename("p_meets_target").reset_index()
    return table.merge(share, how="left", on=by)


def comparison_of(kpi: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Give comparison.csv: paired differences of the replications' values, Student's t."""
    cells = kpi[(kpi["group"] == "") & (kpi["period"] == "all")]
    by = ["point", "force", "channel", "measure"]
    base = cells[cells["design"] == baseline][[*by, "replication", "value"]]
    pairs = cells[cells["design"] != baseline].merge(base, on=[*by, "replication"])
    pairs["difference"] = pairs["value_x"] - pairs["value_y"]
    grouped = pairs.groupby(["point", "design", "force", "channel", "measure"], sort=False)
    table = grouped["difference"].agg(["mean", "std", "count"]).reset_index()
    free = (table["count"] - 1).clip(lower=1)
    half = student.ppf(0.975, free) * table["std"] / np.sqrt(table["count"])
    return pd.DataFrame(
        {
            "point": table["point"],
            "design": table["design"],
            "baseline": baseline,
            "force": table["force"],
            "channel": table["channel"],
            "measure": table["measure"],
            "difference": table["mean"],
            "ci_low": table["mean"] - half,
            "ci_high": table["mean"] + half,
            "replications": table["count"],
        }
    )


def write_results(folder: Path, made: Synthetic | None = None) -> Path:
    """Write manifest.json, kpi.parquet, summary.csv and comparison.csv; give the folder."""
    made = made or Synthetic()
    folder.mkdir(parents=True, exist_ok=True)
    rows = _Rows(made.replications)
    for point, scale in enumerate(made.points or (1.0,)):
        for design in made.designs:
            base = {"point": point, "design": design}
            if made.points:
                base["staffing.scale"] = scale
            _design_cells(rows, made, base, scale)
            _week_cells(rows, made, base)
    kpi = rows.table()
    kpi.to_parquet(folder / "kpi.parquet", index=False)
    baseline = next(iter(made.designs))
    summary_of(kpi, made).to_csv(folder / "summary.csv", index=False)
    comparison_of(kpi, baseline).to_csv(folder / "comparison.csv", index=False)
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("kpi.parquet", "summary.csv", "comparison.csv")
    }
    centre = centre_of(made)
    manifest = {
        "experiment": {
            "question": made.question,
            "title": None,
            "centre": "configs/east_midlands",
            "designs": list(made.designs),
            "baseline": baseline,
            "seed": 20151217,
            "horizon": {"warm_up_h": 24, "measured_h": 168, "cool_down_h": 2},
            "replications": {
                "min": made.replications,
                "max": 400,
                "until": {
                    "measure": "service_level",
                    "channel": next(iter(made.channels)),
                    "half_width": 0.005,
                },
            },
            "vary": {"staffing.scale": list(made.points)} if made.points else {},
        },
        "centre": centre,
        "evidence": evidence_of(centre),
        "digest": "0" * 64,
        "seed": 20151217,
        "versions": {"sim": "0.1.0", "python": "3.11.7", "numpy": "2.0.0"},
        "engine": "simpy",
        "elapsed_s": 61.5,
        "replications": dict.fromkeys(made.designs, made.replications),
        "designs": {
            name: {"label": label, "kind": name if name in KINDS else "merger", "options": {}}
            for name, label in made.designs.items()
        },
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return folder
