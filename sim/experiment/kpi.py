"""`kpi.parquet`: the tidy table of every measure, cell and replication.

Its rows are in order of point, design and replication, then of the cells. Each row group holds
whole replications of one point under one design.
"""

from collections.abc import Sequence
from typing import BinaryIO, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiment.statistics import divide
from sim.experiment.tables import Figures, Value

_ROWS_PER_GROUP = 1 << 19  # a few MB of columns in memory at a time


class KpiTable:
    """The table while it is written, one point under one design after the other.

    A context: when it ends, everything is in the file, which stays open.

    Parameters
    ----------
    keys
        The varied keys, each a column.
    """

    def __init__(self, file: BinaryIO, keys: Sequence[str]) -> None:
        """Write nothing yet: the first part tells the types of the columns."""
        self._file, self._keys = file, keys
        self._writer: pq.ParquetWriter | None = None

    def add(self, part: Figures) -> None:
        """Write the rows of one point under one design."""
        replications, cells = part.tally.shape[1:]
        step = max(1, _ROWS_PER_GROUP // max(1, cells))
        for start in range(0, replications, step):
            table = _rows(part, self._keys, start, min(start + step, replications))
            if self._writer is None:
                self._writer = self._begun(table.schema)
            self._writer.write_table(table, row_group_size=table.num_rows)

    def _begun(self, schema: pa.Schema) -> pq.ParquetWriter:
        # Words repeat, and small numbers; amounts do not. Only what a whole group of rows has in
        # common is worth its extremes to a search; to find those of the others costs a third.
        words = [column.name for column in schema if not pa.types.is_float64(column.type)]
        return pq.ParquetWriter(
            self._file,
            schema,
            compression="zstd",
            use_dictionary=words,
            write_statistics=["point", "design"],
        )

    def __enter__(self) -> Self:
        """Give the table itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the table."""
        if self._writer is not None:
            self._writer.close()


def _rows(part: Figures, keys: Sequence[str], start: int, stop: int) -> pa.Table:
    """Give the rows of some replications."""
    cells, weeks = part.cells, stop - start
    size = cells.measure.size
    numerator, denominator = part.tally[:, start:stop].reshape(2, -1)
    rows = weeks * size
    value = divide(numerator, denominator)

    def same(value: Value) -> pa.Array:
        if isinstance(value, str):
            codes = pa.array(np.zeros(rows, dtype=np.int32))
            return pa.DictionaryArray.from_arrays(codes, pa.array([value], pa.string()))
        return pa.array(np.full(rows, np.nan if value is None else value, dtype=np.float64))

    words = {
        label: pa.DictionaryArray.from_arrays(np.tile(codes, weeks), pa.array(names, pa.string()))
        for label, (names, codes) in cells.coded.items()
    }
    unit = words.pop("unit")
    columns = {
        "point": pa.array(np.full(rows, part.point, dtype=np.int32)),
        "design": same(part.design),
        "replication": pa.array(np.repeat(np.arange(start, stop, dtype=np.int32), size)),
        **words,
        "numerator": pa.array(numerator),
        "denominator": pa.array(denominator),
        "value": pa.array(value, mask=np.isnan(value)),  # 0/0 is null
        "unit": unit,
        **{key: same(part.varied[key]) for key in keys},
    }
    return pa.table(columns)
