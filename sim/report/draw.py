"""From a results folder to its report: read, draw, write."""

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from functools import lru_cache
from itertools import repeat
from pathlib import Path

from sim.experiment.errors import WORKER_KILLED, CannotGoOn
from sim.experiment.executors import executor_for
from sim.experiment.files import write_atomically
from sim.report.figures.catalogue import FOLDER, SECTIONS, Picture, clear, keep, pictures
from sim.report.page import Illustrated, page
from sim.report.results import read_results
from sim.report.study import Study, reference_study
from sim.report.workbook import write_workbook

REPORT = "report.html"
MOST_WORKERS = 4  # each holds some 300 MB, and there are few sections that take long


def draw_report(results: Path, jobs: int = 1) -> Path:
    """Write `report.html`, `figures/` and `summary.xlsx` into a results folder; give the page.

    Reads nothing but `manifest.json`, `kpi.parquet`, `summary.csv`, `comparison.csv` and, where
    they are there, the tables of accounts, exchange, events and break-even. The same folder gives
    the same bytes, with any number of workers.

    Parameters
    ----------
    jobs
        Workers that draw figures, a section of the page each; with 1 this process draws.

    Raises
    ------
    ReportError
        If the folder is missing, damaged or unfinished.
    CannotGoOn, WrongInput
        If the folder cannot be written or a worker is killed.
    """
    study = reference_study(read_results(results))
    illustrated = [
        Illustrated(section, drawn)
        for section, drawn in zip(SECTIONS, _drawn(results, study, jobs), strict=True)
        if drawn or section.otherwise
    ]
    clear(results / FOLDER, {picture.name for part in illustrated for picture in part.pictures})
    write_workbook(study)
    path = results / REPORT
    text = page(study, illustrated)
    write_atomically(path, lambda file: file.write(text.encode()))
    return path


def _drawn(results: Path, study: Study, jobs: int) -> Iterator[tuple[Picture, ...]]:
    """Give the pictures of every section, in order, whoever draws them."""
    places = range(len(SECTIONS))
    if jobs == 1:
        yield from (_draw_section(results, study, place) for place in places)
        return
    try:
        with executor_for(None, min(jobs, MOST_WORKERS)) as executor:
            yield from executor.map(_draw_in_worker, repeat(results), places)
    except BrokenExecutor as error:
        raise CannotGoOn(WORKER_KILLED) from error


def _draw_section(results: Path, study: Study, place: int) -> tuple[Picture, ...]:
    """Draw a section's figures, one at a time, and keep their files."""
    drawn = tuple(pictures(SECTIONS[place], study))
    for picture in drawn:
        keep(picture, results / FOLDER)
    return drawn


def _draw_in_worker(results: Path, place: int) -> tuple[Picture, ...]:
    return _draw_section(results, _study_of_worker(results), place)


@lru_cache(maxsize=1)  # a worker lives as long as one report is drawn
def _study_of_worker(results: Path) -> Study:
    return reference_study(read_results(results))
