"""`kpi.parquet`: the tidy table of every measure, cell and replication.

Its rows are in order of point, design and replication, then of the cells. Each row group holds
whole replications of one point under one design.
"""

from collections.abc import Sequence
from typing import Any, BinaryIO, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.experiment.statistics import divide
from sim.experiment.tables import Figures, Value

_BUFFER_BYTES = 8 << 20
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
        # Every write to a Python file asks for the interpreter's lock, which others hold meanwhile.
        self._buffered = pa.BufferedOutputStream(pa.PythonFile(file, "w"), _BUFFER_BYTES)
        self._keys = keys
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
            self._buffered,
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
        self._buffered.detach().flush()


def _rows(part: Figures, keys: Sequence[str], start: int, stop: int) -> pa.Table:
    """Give the rows of some replications."""
    cells, weeks = part.cells, stop - start
    size = cells.measure.size
    numerator, denominator = part.tally[:, start:stop].reshape(2, -1)
    rows = weeks * size
    value = divide(numerator, denominator)

    def same(value: Value) -> pa.Array:
        if isinstance(value, str):
            return _words([value], np.zeros(rows, dtype=np.int32))
        return _numbers(np.full(rows, np.nan if value is None else value, dtype=np.float64))

    words = {
        label: _words(names, np.tile(codes, weeks)) for label, (names, codes) in cells.coded.items()
    }
    unit = words.pop("unit")
    columns = {
        "point": _numbers(np.full(rows, part.point, dtype=np.int32)),
        "design": same(part.design),
        "replication": _numbers(np.repeat(np.arange(start, stop, dtype=np.int32), size)),
        **words,
        "numerator": _numbers(numerator),
        "denominator": _numbers(denominator),
        "value": _numbers(value, known=~np.isnan(value)),  # 0/0 is null
        "unit": unit,
        **{key: same(part.varied[key]) for key in keys},
    }
    return pa.table(columns)


def _numbers(values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Give numbers as a column, null where they are not known.

    It is made from the numbers' bytes, because `pyarrow.array` imports pandas to see whether it was
    given something of pandas: a quarter of a second.
    """
    valid = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(
        kind, values.size, [valid, pa.py_buffer(np.ascontiguousarray(values))]
    )


def _words(names: Sequence[str], codes: NDArray[np.int32]) -> pa.Array:
    """Give words as a column of codes, made as `_numbers` is."""
    written = [name.encode() for name in names]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    dictionary = pa.StringArray.from_buffers(
        len(names), pa.py_buffer(ends), pa.py_buffer(b"".join(written))
    )
    return pa.DictionaryArray.from_arrays(_numbers(codes), dictionary)
