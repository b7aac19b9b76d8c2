"""The short answer: service level by design, force and channel, read from a results folder."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import nan
from pathlib import Path
from typing import Any

from sim.experiment.progress import Precision
from sim.experiment.results import COMPARISON, SUMMARY, read_manifest
from sim.experiment.tables import ALL, CSV_ENCODING, as_named

MEASURE = "service_level"


class Verdict(StrEnum):
    """Whether the long-run service level meets its target, as far as the interval tells."""

    MET = "met"
    NOT_MET = "not met"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval; nan where there is none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AnswerRow:
    """One design, force and channel at one point.

    Parameters
    ----------
    difference
        To the baseline, on the same workloads; nothing for the baseline itself.
    """

    point: int
    varied: Mapping[str, str]
    design: str
    force: str
    channel: str
    service_level: Estimate
    target: float
    verdict: Verdict
    difference: Estimate | None
    replications: int


@dataclass(frozen=True)
class Answer:
    """The rows with what is needed to print them."""

    question: str
    baseline: str
    design_labels: Mapping[str, str]
    channel_labels: Mapping[str, str]
    rows: tuple[AnswerRow, ...]
    precision: tuple["PointPrecision", ...] = ()
    short: tuple[int, ...] = ()  # points that a budget of time left without some replications


@dataclass(frozen=True)
class PointPrecision:
    """What a point's stopping rules have reached: of each the widest interval."""

    point: int
    varied: Mapping[str, str | float]
    rules: tuple[Precision, ...]


def read_answer(folder: Path) -> Answer:
    """Read the answer of a finished results folder.

    Raises
    ------
    WrongInput
        If this is no results folder, or its run has not ended.
    """
    manifest = read_manifest(folder)
    channels = manifest["centre"]["channels"]
    return Answer(
        question=manifest["experiment"]["question"],
        baseline=manifest["experiment"]["baseline"],
        design_labels={name: design["label"] for name, design in manifest["designs"].items()},
        channel_labels={name: channel["label"] for name, channel in channels.items()},
        rows=tuple(_rows(folder, tuple(manifest["points"][0]["varied"]))),
        precision=read_precision(manifest),
        short=tuple(map(int, manifest["replications"].get("short", ()))),
    )


def read_precision(manifest: Mapping[str, Any]) -> tuple[PointPrecision, ...]:
    """Give what each point's stopping rules have reached, as a manifest has it; none without."""
    noted = manifest["replications"].get("precision", {})
    return tuple(
        PointPrecision(
            point["point"],
            point["varied"],
            tuple(
                Precision(
                    rule["about"],
                    rule["unit"],
                    nan if rule["half_width"] is None else rule["half_width"],
                    rule["wanted"],
                )
                for rule in noted[str(point["point"])]
            ),
        )
        for point in manifest["points"]
        if str(point["point"]) in noted
    )


def _rows(folder: Path, keys: tuple[str, ...]) -> Iterator[AnswerRow]:
    """Join the service levels to their differences."""
    differences = {
        (row["point"], row["design"], row["force"], row["channel"]): Estimate(
            number(row["difference"]), number(row["ci_low"]), number(row["ci_high"])
        )
        for row in read_csv(folder / COMPARISON)
        if row["measure"] == MEASURE
    }
    for row in read_csv(folder / SUMMARY):
        if row["measure"] != MEASURE or row["period"] != ALL or not row["target"]:
            continue
        level = Estimate(number(row["value"]), number(row["ci_low"]), number(row["ci_high"]))
        target = float(row["target"])
        yield AnswerRow(
            point=int(row["point"]),
            varied={key: row[key] for key in keys},
            design=row["design"],
            force=row["force"],
            channel=row["channel"],
            service_level=level,
            target=target,
            verdict=judge(level, target),
            difference=differences.get((row["point"], row["design"], row["force"], row["channel"])),
            replications=int(row["replications"]),
        )


def judge(level: Estimate, target: float) -> Verdict:
    """Say what an interval says of a target; without an interval, nothing is certain.

    Examples
    --------
    >>> judge(Estimate(0.93, 0.91, 0.95), 0.90).value
    'met'
    >>> judge(Estimate(0.91, 0.89, 0.93), 0.90).value
    'uncertain'
    """
    if level.low >= target:
        return Verdict.MET
    if level.high < target:
        return Verdict.NOT_MET
    return Verdict.UNCERTAIN


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Give the rows of a table by column, with every name as it was given."""
    with path.open(encoding=CSV_ENCODING, newline="") as file:
        for row in csv.DictReader(file):
            yield {column: as_named(text) for column, text in row.items()}


def number(text: str) -> float:
    """Give a number of a table; nan where it is missing."""
    return float(text) if text else nan
