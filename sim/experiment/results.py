"""The results folder: its tables from the store, its manifest, and whether it is whole."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config import event_evidence, evidence
from sim.experiment.accounting import (
    ACCOUNTING_COLUMNS,
    EXCHANGE_COLUMNS,
    Books,
    accounting_rows,
    exchange_rows,
)
from sim.experiment.block import Block, DamagedBlock
from sim.experiment.errors import CannotGoOn, WrongInput
from sim.experiment.event_tables import EventFigures, event_header, timeline_header
from sim.experiment.events import plan_event_cells
from sim.experiment.files import file_digest, write_atomically
from sim.experiment.penalty import BREAK_EVEN, Penalty, write_penalties
from sim.experiment.robust import RobustAnswer
from sim.experiment.robust.tables import ROBUST_TABLES
from sim.experiment.runner import PointRun
from sim.experiment.scenario import Study, targets_of
from sim.experiment.store import read_block
from sim.experiment.tables import (
    COMPARISON_COLUMNS,
    Cells,
    Figures,
    Value,
    comparison_rows,
    summary_header,
    summary_rows,
    write_csv,
    write_kpi,
)
from sim.experiment.versions import versions
from sim.measures import plan_measures

MANIFEST = "manifest.json"
KPI = "kpi.parquet"
SUMMARY = "summary.csv"
COMPARISON = "comparison.csv"
ACCOUNTING = "accounting.csv"
EXCHANGE = "exchange.csv"
EVENTS = "events.csv"
TIMELINE = "event_timeline.csv"


@dataclass(frozen=True)
class Results:
    """What the store holds for a study, read point by point and design by design."""

    study: Study
    runs: Mapping[int, PointRun]
    penalties: Sequence[Penalty] = ()  # where the experiment asks for them
    robust: RobustAnswer | None = None  # likewise
    keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Note the varied keys, the same for every point."""
        object.__setattr__(self, "keys", tuple(self.study.points[0].varied))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        events = (EVENTS, TIMELINE) if self.study.experiment.events else ()
        break_even = (BREAK_EVEN,) if self.penalties else ()
        robust = ROBUST_TABLES if self.robust is not None else ()
        return (KPI, SUMMARY, COMPARISON, ACCOUNTING, EXCHANGE, *break_even, *robust, *events)

    def figures(self, point: int, design: str) -> Figures:
        """Give one point under one design."""
        run = self.runs[point]
        cells = self._cells(point, design)
        tally = gather(run, run.point.design_digests[design])[:, :, : cells.measure.size]
        return Figures(point, run.point.varied, design, cells, tally)

    def event_figures(self) -> Iterator[EventFigures]:
        """Give what the events did in every point under every design, in order."""
        for run in self.runs.values():
            point, targets = run.point, targets_of(run.point.centre)
            cells = plan_event_cells(point.events, point.layout, self.study.horizon, targets)
            for name, digest in point.design_digests.items():
                tally = gather(run, digest)[:, :, -2 * cells.n_cells :]
                yield EventFigures(point.index, point.varied, name, cells, tally)

    def all_figures(self) -> Iterator[Figures]:
        """Give every point under every design, in order."""
        for point in self.runs:
            for design in self.study.experiment.designs:
                yield self.figures(point, design)

    def summary(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `summary.csv`."""
        for part in self.all_figures():
            yield from summary_rows(part, self.keys)

    def comparison(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `comparison.csv`."""
        for point in self.runs:
            for part, baseline in self._against_baseline(point):
                yield from comparison_rows(part, baseline)

    def accounting(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `accounting.csv`."""
        for point in self.runs:
            books = self._books(point)
            for part, baseline in self._against_baseline(point):
                yield from accounting_rows(part, baseline, books)

    def exchange(self) -> Iterator[tuple[Value, ...]]:
        """Give the rows of `exchange.csv`."""
        for point in self.runs:
            books = self._books(point)
            for design in self.study.experiment.designs:
                yield from exchange_rows(self.figures(point, design), books)

    def _against_baseline(self, point: int) -> Iterator[tuple[Figures, Figures]]:
        """Give every design but the baseline, in order, each with the baseline beside it."""
        baseline = self.figures(point, self.study.experiment.baseline)
        for design in self.study.experiment.designs:
            if design != baseline.design:
                yield self.figures(point, design), baseline

    def _books(self, point: int) -> Books:
        centre, layout = self.runs[point].point.centre, self.runs[point].point.layout
        return Books.of(plan_measures(layout, self.study.horizon, targets_of(centre)))

    def _cells(self, point: int, design: str) -> Cells:
        centre = self.runs[point].point.centre_under(design)
        layout = self.runs[point].point.layout
        targets = {name: channel.target_share.value for name, channel in centre.channels.items()}
        return Cells.of(plan_measures(layout, self.study.horizon, targets_of(centre)), targets)

    def write_tables(self, folder: Path) -> None:
        """Write the tables; the folder counts as unfinished until the manifest follows."""
        (folder / MANIFEST).unlink(missing_ok=True)
        write_atomically(folder / KPI, lambda file: write_kpi(file, self.all_figures(), self.keys))
        for name, header, rows in (
            (SUMMARY, summary_header(self.keys), self.summary()),
            (COMPARISON, COMPARISON_COLUMNS, self.comparison()),
            (ACCOUNTING, ACCOUNTING_COLUMNS, self.accounting()),
            (EXCHANGE, EXCHANGE_COLUMNS, self.exchange()),
        ):
            write_atomically(folder / name, partial(write_csv, header=header, rows=rows))
        for name in (BREAK_EVEN, *ROBUST_TABLES):  # an earlier run may have been asked for them
            (folder / name).unlink(missing_ok=True)
        if self.robust is not None:
            self.robust.write(folder)
        if self.penalties:
            write = partial(write_penalties, penalties=self.penalties)
            write_atomically(folder / BREAK_EVEN, write)
        self._write_events(folder)

    def _write_events(self, folder: Path) -> None:
        """Write the two tables of events, or take away those of an earlier run that had some."""
        if not self.study.experiment.events:
            for name in (EVENTS, TIMELINE):
                (folder / name).unlink(missing_ok=True)
            return
        rows = (row for part in self.event_figures() for row in part.event_rows())
        write_atomically(
            folder / EVENTS, lambda file: write_csv(file, event_header(self.keys), rows)
        )
        minutes = (row for part in self.event_figures() for row in part.timeline_rows())
        write_atomically(
            folder / TIMELINE, lambda file: write_csv(file, timeline_header(self.keys), minutes)
        )

    def write_manifest(self, folder: Path, engine: str, elapsed_s: float) -> None:
        """Write what was asked, of which world, by which program, and what came of it."""
        study = self.study
        experiment = study.experiment
        manifest = {
            "name": study.name,
            "experiment": experiment.model_dump(mode="json"),
            "centre": study.centre.model_dump(mode="json"),
            "evidence": [
                {
                    name: getattr(fact, name)
                    for name in ("key", "value", "low", "high", "source", "assumed")
                }
                for fact in (
                    *evidence(study.centre, study.changed),
                    *event_evidence(experiment.events, study.centre),
                )
            ],
            "digest": study.digest,
            "seed": experiment.seed,
            "versions": versions(),
            "engine": engine,
            "elapsed_s": round(elapsed_s, 3),
            "replications": {
                **experiment.replications.model_dump(mode="json"),
                "reached": {str(point): run.wanted for point, run in self.runs.items()},
                "half_width": {
                    str(point): _finite(run.half_width())
                    for point, run in self.runs.items()
                    if experiment.replications.until is not None
                },
            },
            "designs": {
                name: {
                    "label": entry.label or name,
                    "kind": entry.kind,
                    "options": entry.options,
                    **({"changes": entry.changes} if entry.changes else {}),
                }
                for name, entry in study.points[0].designs.items()
            },
            "points": [
                {"point": point.index, "varied": dict(point.varied), "digest": point.digest}
                for point in study.points
            ],
            "files": {name: file_digest(folder / name) for name in self.tables},
        }
        _write_json(folder / MANIFEST, manifest)


def gather(run: PointRun, design: str) -> NDArray[np.float64]:
    """Give all replications of a point under one design, shape (2, R, M).

    Raises
    ------
    CannotGoOn
        If a block that was whole a moment ago is gone or damaged.
    """
    tally: NDArray[np.float64] | None = None
    for replication in range(run.wanted):
        path = run.stored.blocks[design][replication]
        try:
            block: Block = read_block(path)
        except (OSError, DamagedBlock) as error:
            raise CannotGoOn(
                f"{path}: was whole a moment ago and cannot be read now ({error}). "
                "Run the same command again; only what is missing is computed."
            ) from error
        if tally is None:
            tally = np.empty((2, run.wanted, block.cells))
        tally[:, replication] = block.tally(design)[:, replication - block.start]
    if tally is None:
        raise ValueError("a point without replications")
    return tally


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a finished results folder.

    Raises
    ------
    WrongInput
        If this is no results folder, or one whose run has not ended.
    """
    path = folder / MANIFEST
    if not path.is_file():
        reason = (
            "its run has not ended; run the same experiment again"
            if (folder / "store").is_dir()
            else "it is not a results folder of `sim run`"
        )
        raise WrongInput(f"{folder}: there is no {MANIFEST}: {reason}.")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WrongInput(
            f"{path}: is damaged ({error}). Run the same experiment again; only the tables are "
            "written anew."
        ) from error
    return manifest


def seal(folder: Path) -> None:
    """Enter the digests of all files, report and figures too, in the manifest."""
    manifest = read_manifest(folder)
    manifest["files"] = {
        path.relative_to(folder).as_posix(): file_digest(path)
        for pattern in ("*", "figures/*")
        for path in sorted(folder.glob(pattern))
        if path.is_file() and path.name != MANIFEST and path.suffix != ".tmp"
    }
    _write_json(folder / MANIFEST, manifest)


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))
