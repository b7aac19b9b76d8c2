"""A block: the tallies of a few replications under some designs, as bytes that check themselves.

    sim-block 2 <SHA-256 of the next line>
    {"start": ..., "stop": ..., "cells": ..., "contacts": ..., "parts": {<digest of design 1>: ...}}
    <zstd of design 1> <zstd of design 2> ...

Each design's part holds float64, little-endian, shape (2, replications, cells): numerators, then
denominators. One design can be read without unpacking the others.
"""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

MAGIC = b"sim-block 2 "
_CODEC = "zstd"  # as small as zlib in a quarter of its time


class DamagedBlock(Exception):  # noqa: N818 - the name is the message
    """The bytes are not those that were written."""


@dataclass(frozen=True)
class Block:
    """Replications `start` to `stop` - 1 of one point, under the designs of these digests.

    Parameters
    ----------
    contacts
        The contacts simulated, over all designs and replications (for the rate shown).
    parts
        By design digest: the packed tallies.
    """

    start: int
    stop: int
    cells: int
    contacts: int
    parts: Mapping[str, bytes]

    @classmethod
    def pack(
        cls,
        start: int,
        tallies: Mapping[str, NDArray[np.float64]],
        contacts: int,
    ) -> Self:
        """Give a block of tallies by design digest, each of shape (2, replications, cells)."""
        shapes = {tally.shape for tally in tallies.values()}
        ((_, replications, cells),) = shapes
        parts = {
            digest: pa.compress(np.ascontiguousarray(tally, dtype="<f8"), _CODEC, asbytes=True)
            for digest, tally in tallies.items()
        }
        return cls(start, start + replications, cells, contacts, parts)

    def tally(self, design: str) -> NDArray[np.float64]:
        """Give one design's tallies, shape (2, replications, cells)."""
        shape = (2, self.stop - self.start, self.cells)
        size = 8 * math.prod(shape)
        values = np.frombuffer(pa.decompress(self.parts[design], size, _CODEC), dtype="<f8")
        return values.reshape(shape)

    def to_bytes(self) -> bytes:
        """Give the bytes of the file."""
        header = {
            "start": self.start,
            "stop": self.stop,
            "cells": self.cells,
            "contacts": self.contacts,
            "parts": {
                design: {"bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}
                for design, part in self.parts.items()
            },
        }
        line = json.dumps(header).encode() + b"\n"
        return b"".join((_first_line(line), line, *self.parts.values()))

    @classmethod
    def read(cls, file: BinaryIO, only: str | None = None) -> Self:
        """Read a block, or of its parts that of one design alone.

        Raises
        ------
        DamagedBlock
            If a checksum does not fit, or the bytes are no block.
        """
        first, line = file.readline(), file.readline()
        if first != _first_line(line):
            raise DamagedBlock("its checksum does not fit its content")
        header: dict[str, Any] = json.loads(line)
        parts = {}
        for design, expected in header["parts"].items():
            if only not in {None, design}:
                file.seek(expected["bytes"], os.SEEK_CUR)
                continue
            parts[design] = file.read(expected["bytes"])
            if hashlib.sha256(parts[design]).hexdigest() != expected["sha256"]:
                raise DamagedBlock("a checksum does not fit its content")
        if only is None and file.read(1):
            raise DamagedBlock("it is longer than it was written")
        return cls(header["start"], header["stop"], header["cells"], header["contacts"], parts)


def _first_line(header: bytes) -> bytes:
    return MAGIC + hashlib.sha256(header).hexdigest().encode() + b"\n"
