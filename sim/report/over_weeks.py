"""What stands in `kpi.parquet` alone: cells by replication, and their intervals."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.experiment.statistics import ratio_interval
from sim.report.estimate import Estimate

Labels = tuple[str, ...]
Floats = NDArray[np.float64]

LABELS = ("design", "force", "channel", "group", "period", "measure")


class UnknownOrder(ValueError):  # noqa: N818 - the name is the message
    """The rows of a table are not in the order in which a run writes them."""


@dataclass(frozen=True, eq=False)
class OverWeeks:
    """Cells of `kpi.parquet` with their figures in every replication.

    Parameters
    ----------
    cells
        A row of LABELS for each of the M cells.
    numerator, denominator
        Shape (R, M).
    """

    cells: pd.DataFrame
    numerator: Floats
    denominator: Floats

    def where(self, keep: "pd.Series[bool]") -> "OverWeeks":
        """Give some of the cells."""
        kept = keep.to_numpy()
        return OverWeeks(self.cells[keep], self.numerator[:, kept], self.denominator[:, kept])

    def estimates(self, *by: str) -> dict[Labels, Estimate]:
        """Give an estimate by labels; cells that share them are added first and divided last."""
        if self.cells.empty:
            return {}
        cell = self.cells.groupby(list(by), observed=True, sort=False).ngroup().to_numpy()
        together = np.argsort(cell, kind="stable")
        _, first = np.unique(cell[together], return_index=True)
        numerator, denominator = (
            np.add.reduceat(part[:, together], first, axis=1)
            for part in (self.numerator, self.denominator)
        )
        rows = together[first]
        labels = zip(*(self.cells[name].to_numpy(object)[rows] for name in by), strict=True)
        numbers = zip(
            *(part.tolist() for part in ratio_interval(numerator, denominator)), strict=True
        )
        return {label: Estimate(*cell) for label, cell in zip(labels, numbers, strict=True)}


def read_over_weeks(path: Path, measures: Collection[str], point: int) -> OverWeeks:
    """Read the cells of some measures at a point.

    The table is read a row group at a time, and of each only these cells are kept.

    Raises
    ------
    UnknownOrder
        If the rows are not those of whole replications, design by design.
    OSError, pyarrow.ArrowException
        If the file cannot be read.
    """
    by_design: dict[str, list[OverWeeks]] = {}
    with pq.ParquetFile(path, read_dictionary=list(LABELS)) as file:
        for part in _parts(file, measures, point):
            by_design.setdefault(part.cells["design"].iloc[0], []).append(part)
    if not by_design:
        nothing = np.zeros((0, 0))
        return OverWeeks(pd.DataFrame(columns=list(LABELS)), nothing, nothing)
    designs = [_joined(parts) for parts in by_design.values()]
    if len({design.numerator.shape[0] for design in designs}) > 1:
        raise UnknownOrder("designs differ in the number of replications")
    return OverWeeks(
        pd.concat([design.cells for design in designs], ignore_index=True),
        np.concatenate([design.numerator for design in designs], axis=1),
        np.concatenate([design.denominator for design in designs], axis=1),
    )


def _parts(file: pq.ParquetFile, measures: Collection[str], point: int) -> Iterator[OverWeeks]:
    """Give what each row group holds of the cells."""
    for group in range(file.num_row_groups):
        here = file.read_row_group(group, ["point"])["point"].to_numpy() == point
        if not here.any():
            continue
        table = file.read_row_group(group, [*LABELS, "replication", "numerator", "denominator"])
        codes, words = zip(*(_coded(table[name]) for name in LABELS), strict=True)
        wanted = np.array([name in measures for name in words[-1]], dtype=np.bool_)
        row = np.flatnonzero(here & wanted[codes[-1]])
        if not row.size:
            continue
        replication = table["replication"].to_numpy()[row]
        replications = np.unique(replication).size
        if row.size % replications:
            raise UnknownOrder("replications differ in their cells")
        by_cell = row.reshape(replications, -1)
        for code in codes:
            if (code[by_cell] != code[by_cell[0]]).any():
                raise UnknownOrder("replications differ in the order of their cells")
        if (np.diff(replication.reshape(by_cell.shape), axis=1) != 0).any():
            raise UnknownOrder("replications are mixed")
        yield OverWeeks(
            pd.DataFrame(
                {
                    name: np.array(word, dtype=object)[code[by_cell[0]]]
                    for name, code, word in zip(LABELS, codes, words, strict=True)
                }
            ),
            table["numerator"].to_numpy()[by_cell],
            table["denominator"].to_numpy()[by_cell],
        )


def _coded(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[str]]:
    """Give the words of a column by code, and its codes."""
    together = column.combine_chunks()
    return together.indices.to_numpy(), together.dictionary.to_pylist()


def _joined(parts: list[OverWeeks]) -> OverWeeks:
    """Give the replications of one design, which may lie in several row groups."""
    cells = parts[0].cells
    if not all(part.cells.equals(cells) for part in parts):
        raise UnknownOrder("replications differ in their cells")
    return OverWeeks(
        cells,
        np.concatenate([part.numerator for part in parts]),
        np.concatenate([part.denominator for part in parts]),
    )
