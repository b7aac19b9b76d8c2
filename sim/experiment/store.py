"""The store: every finished block once, on disk, under the digest of what determines it.

    store/plan.json                             what the last run was asked for
    store/<digest of a point>/r000040-000040-<digest of designs>.block
    store/cells-<digest of cells>/              a store of a few cells only, see `cells`
    store/sets/<digest of a question>/          the assumption sets that have been read
    store/damaged/                              files whose checksum did not fit
    store/failed/<digest of a point>.txt        what went wrong in the work of a point

A block is written whole or not at all and never changed. Two runs on one folder write the same
bytes under the same name, so neither can harm the other. Designs have digests of their own inside
a block: a design added later is computed alone, and one that is renamed not at all.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from sim.experiment.block import Block, DamagedBlock
from sim.experiment.errors import CannotGoOn
from sim.experiment.files import write_atomically

FAILED = "failed"
_DIGITS = 24  # of a digest, in a folder's name: Windows likes short paths

Notice = Callable[[str], None]


class Store:
    """The blocks under one results folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder `store`, which need not exist yet."""
        self.folder = folder

    def put(self, point: str, block: Block) -> Path:
        """Write a block of the point with this digest, and give its path.

        Raises
        ------
        CannotGoOn, WrongInput
            If it cannot be written; what is there stays as it is.
        """
        path = self._path(point, block)
        content = block.to_bytes()
        try:
            write_atomically(path, lambda file: file.write(content))
        except CannotGoOn:
            # Windows refuses the name while another run reads or writes the same block.
            if not self._holds(path, block):
                raise
        return path

    def blocks(self, point: str, damaged: Callable[[Path], None]) -> Iterator[tuple[Path, Block]]:
        """Give the blocks of a point in order of name; tell `damaged` of any that is not whole."""
        for path in sorted(self.point_folder(point).glob("*.block")):
            try:
                block = read_block(path)
            except FileNotFoundError:
                continue  # another run has just set it aside
            except DamagedBlock:
                damaged(path)
                continue
            if path == self._path(point, block):
                yield path, block
            else:  # a block under the name of another, which the next run would write there
                damaged(path)

    def replications(
        self,
        point: str,
        designs: Iterable[str],
        damaged: Callable[[Path], None] = lambda _: None,
    ) -> set[int]:
        """Give the replications of a point that are stored under each of these designs."""
        return set.intersection(*self.by_design(point, designs, damaged).values())

    def by_design(
        self,
        point: str,
        designs: Iterable[str],
        damaged: Callable[[Path], None] = lambda _: None,
    ) -> dict[str, set[int]]:
        """Give the replications of a point that are stored, under each of these designs."""
        done: dict[str, set[int]] = {design: set() for design in designs}
        for _, block in self.blocks(point, damaged):
            for design in block.parts.keys() & done.keys():
                done[design].update(range(block.start, block.stop))
        return done

    def take(self, other: "Store", point: str) -> None:
        """Copy the whole blocks of a point from another store, but for those that are here."""
        for _, block in other.blocks(point, lambda _: None):
            if not self._holds(self._path(point, block), block):
                self.put(point, block)

    def set_aside(self, path: Path, notice: Notice) -> None:
        """Move a damaged file out of the way, and say so."""
        aside = self.folder / "damaged" / f"{path.parent.name}-{path.name}-{time.time_ns()}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.replace(aside)
        except FileNotFoundError:
            return  # another run was quicker
        notice(
            f"A stored result was damaged (its checksum did not fit). It now lies in {aside}; "
            "its replications are computed again."
        )

    def put_failure(self, point: str, lines: Iterable[str]) -> None:
        """Note what went wrong in the work of a point: a traceback, the error last."""
        content = "".join(lines).encode("utf-8", "backslashreplace")
        write_atomically(self._failure(point), lambda file: file.write(content))

    def failure(self, point: str) -> str:
        """Give the last line of what went wrong in the work of a point, "" if nothing did."""
        try:
            lines = self._failure(point).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return lines[-1] if lines else "unknown"

    def forget_failure(self, point: str) -> None:
        """Take away the note of what went wrong in the work of a point, if there is one."""
        self._failure(point).unlink(missing_ok=True)

    def _failure(self, point: str) -> Path:
        return self.folder / FAILED / f"{point[:_DIGITS]}.txt"

    def point_folder(self, point: str) -> Path:
        """Give the folder of the point with this digest."""
        return self.folder / point[:_DIGITS]

    def _path(self, point: str, block: Block) -> Path:
        """Give where a block lies: named by its replications and its designs."""
        designs = sha256("".join(sorted(block.parts)).encode()).hexdigest()[:12]
        name = f"r{block.start:06d}-{block.stop - 1:06d}-{designs}.block"
        return self.point_folder(point) / name

    @staticmethod
    def _holds(path: Path, block: Block) -> bool:
        try:
            return read_block(path).parts.keys() == block.parts.keys()
        except (OSError, DamagedBlock):
            return False


def read_block(path: Path, only: str | None = None) -> Block:
    """Read a block and check it, or of its parts that of one design alone.

    Raises
    ------
    DamagedBlock
        If a checksum does not fit.
    """
    with path.open("rb") as file:
        return Block.read(file, only)
