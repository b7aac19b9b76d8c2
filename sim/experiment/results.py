"""The results folder: its tables from the store, its manifest, and whether it is whole."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.config import Centre, event_evidence, evidence
from sim.experiment.accounting import (
    ACCOUNTING_COLUMNS,
    EXCHANGE_COLUMNS,
    Books,
    accounting_rows,
    exchange_rows,
)
from sim.experiment.budget import Spent
from sim.experiment.errors import WrongInput
from sim.experiment.event_tables import EventFigures, event_header, timeline_header
from sim.experiment.events import plan_event_cells
from sim.experiment.files import atomic_file, file_digest, write_atomically
from sim.experiment.further import Found
from sim.experiment.gather import gather
from sim.experiment.kpi import KpiTable
from sim.experiment.measure_plans import plan_for
from sim.experiment.penalty import BREAK_EVEN, write_penalties
from sim.experiment.progress import furthest_off
from sim.experiment.robust.tables import ROBUST_TABLES
from sim.experiment.runner import PointRun
from sim.experiment.scenario import Study, targets_of
from sim.experiment.select.table import SELECT, write_choices
from sim.experiment.tables import (
    COMPARISON_COLUMNS,
    Cells,
    CsvTable,
    Figures,
    comparison_rows,
    summary_header,
    summary_rows,
)
from sim.experiment.versions import versions
from sim.measures import MeasurePlan

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
    found: Found = field(default_factory=Found)
    failed: Mapping[int, Exception] = field(default_factory=dict)  # by point that is in no table
    spent: Spent | None = None  # where the run had a budget of time
    keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Note the varied keys, the same for every point."""
        object.__setattr__(self, "keys", tuple(self.study.points[0].varied))

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        events = (EVENTS, TIMELINE) if self.study.experiment.events else ()
        break_even = (BREAK_EVEN,) if self.found.penalties else ()
        select = (SELECT,) if self.found.choices else ()
        robust = ROBUST_TABLES if self.found.robust is not None else ()
        return (
            *(KPI, SUMMARY, COMPARISON, ACCOUNTING, EXCHANGE),
            *(*break_even, *select, *robust, *events),
        )

    def parts(
        self, run: PointRun, plan: MeasurePlan
    ) -> Iterator[tuple[Figures, Figures, EventFigures | None]]:
        """Give one point under every design, in order; each is read once.

        Each with the baseline beside it, and what the events did where there are any.
        """
        point, experiment = run.point, self.study.experiment
        of_point = _cells(plan, point.centre)
        events = plan_event_cells(point.events, plan.layout, plan.horizon, plan.targets)

        def read(design: str) -> tuple[Figures, EventFigures | None]:
            changed = point.changed.get(design)  # at most in what it promises
            cells = of_point if changed is None else _cells(plan, changed)
            tally = gather(run, point.design_digests[design])
            part = Figures(
                point.index, point.varied, design, cells, tally[:, :, : cells.measure.size]
            )
            if not point.events:
                return part, None
            happened = tally[:, :, -2 * events.n_cells :]
            return part, EventFigures(point.index, point.varied, design, events, happened)

        baseline, happened = read(experiment.baseline)
        for design in experiment.designs:
            if design == experiment.baseline:
                yield baseline, baseline, happened
            else:
                part, of_part = read(design)
                yield part, baseline, of_part

    def write_tables(self, folder: Path) -> None:
        """Write the tables; the folder counts as unfinished until the manifest follows.

        All of them side by side, because reading the store costs more than writing.
        """
        (folder / MANIFEST).unlink(missing_ok=True)
        for name in (BREAK_EVEN, SELECT, *ROBUST_TABLES, EVENTS, TIMELINE):
            if name not in self.tables:  # an earlier run may have been asked for it
                (folder / name).unlink(missing_ok=True)
        if self.found.penalties:
            write = partial(write_penalties, penalties=self.found.penalties)
            write_atomically(folder / BREAK_EVEN, write)
        if self.found.robust is not None:
            self.found.robust.write(folder)
        if self.found.choices:
            varied = {point: run.point.varied for point, run in self.runs.items()}
            choices = self.found.choices
            write = partial(write_choices, choices=choices, varied=varied, keys=self.keys)
            write_atomically(folder / SELECT, write)
        with ExitStack() as opened, ThreadPoolExecutor(1) as beside:
            kpi = opened.enter_context(
                KpiTable(opened.enter_context(atomic_file(folder / KPI)), self.keys)
            )
            tables = {
                name: opened.enter_context(
                    CsvTable(opened.enter_context(atomic_file(folder / name)), header)
                )
                for name, header in self._headers()
            }
            for run in self.runs.values():
                self._write_point(run, kpi, tables, beside)

    def _headers(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give the columns of the CSV tables that come from the store."""
        yield SUMMARY, summary_header(self.keys)
        yield COMPARISON, COMPARISON_COLUMNS
        yield ACCOUNTING, ACCOUNTING_COLUMNS
        yield EXCHANGE, EXCHANGE_COLUMNS
        if self.study.experiment.events:
            yield EVENTS, event_header(self.keys)
            yield TIMELINE, timeline_header(self.keys)

    def _write_point(
        self, run: PointRun, kpi: KpiTable, tables: Mapping[str, CsvTable], beside: Executor
    ) -> None:
        """Write the rows of one point in all tables; pyarrow packs without the GIL, so beside."""
        centre, layout = run.point.centre, run.point.layout
        plan = plan_for(layout, self.study.horizon, targets_of(centre))
        books = Books.of(plan)
        packed: Future[None] | None = None
        for part, baseline, happened in self.parts(run, plan):
            if packed is not None:
                packed.result()  # one design waits at most: they are large
            packed = beside.submit(kpi.add, part)
            tables[SUMMARY].add(summary_rows(part, self.keys))
            tables[EXCHANGE].add(exchange_rows(part, books))
            if part is not baseline:
                tables[COMPARISON].add(comparison_rows(part, baseline))
                tables[ACCOUNTING].add(accounting_rows(part, baseline, books))
            if happened is not None:
                tables[EVENTS].add(happened.event_rows())
                tables[TIMELINE].add(happened.timeline_rows())
        if packed is not None:
            packed.result()

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
                "reached": {
                    str(point.index): self.runs[point.index].wanted
                    if point.index in self.runs
                    else 0
                    for point in study.points
                },
                **self._precision(),
                **self._spent(),
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
        if self.failed:
            manifest["failed"] = {
                str(point): f"{type(error).__name__}: {error}"
                for point, error in self.failed.items()
            }
        _write_json(folder / MANIFEST, manifest)

    def _precision(self) -> dict[str, Any]:
        """Give what each point has reached: of every rule the widest interval, and the worst."""
        untils = self.study.experiment.replications.until
        reached = {str(point): run.precision(untils) for point, run in self.runs.items() if untils}
        return {
            "half_width": {
                point: _finite(furthest_off(rules).half_width) for point, rules in reached.items()
            },
            "precision": {
                point: [
                    {**asdict(rule), "half_width": _finite(rule.half_width), "met": rule.met}
                    for rule in rules
                ]
                for point, rules in reached.items()
            },
        }

    def _spent(self) -> dict[str, Any]:
        """Give what a budget of time left undone, where there was one."""
        if self.spent is None:
            return {}
        short = {str(point): wanted for point, wanted in self.spent.wanted.items()}
        note = "stopped by --time: how many replications there are depends on the machine"
        return {"time_s": self.spent.time_s, "short": short, **({"note": note} if short else {})}


def _cells(plan: MeasurePlan, centre: Centre) -> Cells:
    targets = {name: channel.target_share.value for name, channel in centre.channels.items()}
    return Cells.of(plan, targets)


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
