"""What stands in `kpi.parquet` alone: cells by replication, and their intervals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiment.statistics import ratio_interval
from sim.report.estimate import Estimate

Labels = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OverWeeks:
    """Cells of `kpi.parquet`, one row per replication and cell, and what they say together."""

    cells: pd.DataFrame

    def where(self, keep: "pd.Series[bool]") -> "OverWeeks":
        """Give some of the cells."""
        return OverWeeks(self.cells[keep])

    def estimates(self, *by: str) -> dict[Labels, Estimate]:
        """Give an estimate by labels; cells that share them are added first and divided last."""
        cells = self.cells
        if cells.empty:
            return {}
        grouped = cells.groupby(list(by), observed=True, sort=False)
        cell = grouped.ngroup().to_numpy()
        week, weeks = pd.factorize(cells["replication"])
        shape = (len(weeks), grouped.ngroups)
        place = week * shape[1] + cell
        numerator, denominator = (
            np.bincount(place, cells[part].to_numpy(dtype=np.float64), shape[0] * shape[1])
            .reshape(shape)
            .astype(np.float64)
            for part in ("numerator", "denominator")
        )
        _, first = np.unique(cell, return_index=True)
        labels = cells[list(by)].iloc[first].astype(str).itertuples(index=False, name=None)
        numbers = zip(*ratio_interval(numerator, denominator), strict=True)
        return {
            label: Estimate(float(value), float(low), float(high), int(count))
            for label, (value, low, high, count) in zip(labels, numbers, strict=True)
        }
