"""From a results folder to its report: read, draw, write."""

from pathlib import Path

from sim.experiment.files import write_atomically
from sim.report.figures.catalogue import FOLDER, SECTIONS, clear, keep, pictures
from sim.report.page import Illustrated, page
from sim.report.results import read_results
from sim.report.study import reference_study
from sim.report.workbook import write_workbook

REPORT = "report.html"


def draw_report(results: Path) -> Path:
    """Write `report.html`, `figures/` and `summary.xlsx` into a results folder; give the page.

    Reads nothing but `manifest.json`, `kpi.parquet`, `summary.csv`, `comparison.csv` and, where
    they are there, the tables of accounts, exchange, events and break-even. The same folder gives
    the same bytes.

    Raises
    ------
    ReportError
        If the folder is missing, damaged or unfinished.
    CannotGoOn, WrongInput
        If the folder cannot be written.
    """
    study = reference_study(read_results(results))
    folder = results / FOLDER
    illustrated = []
    for section in SECTIONS:
        drawn = tuple(pictures(section, study))
        for picture in drawn:
            keep(picture, folder)
        if drawn or section.otherwise:
            illustrated.append(Illustrated(section, drawn))
    clear(folder, {picture.name for part in illustrated for picture in part.pictures})
    write_workbook(study)
    path = results / REPORT
    text = page(study, illustrated)
    write_atomically(path, lambda file: file.write(text.encode()))
    return path
