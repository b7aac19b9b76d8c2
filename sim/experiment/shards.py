"""Which part of an experiment a machine runs that shares nothing with the others.

A shard runs its part of the first `min` replications of every point. Replications are dealt out
within each workload, so that shards take about equally long and points that share a workload
stay together: what one of them has run, the others need not run again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sim.experiment.errors import WrongInput

MOST_SHARDS = 10_000


@dataclass(frozen=True)
class Shard:
    """Part `number` of `of`, the first being 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read K/N.

        Examples
        --------
        >>> Shard.parse("3/8")
        Shard(number=3, of=8)

        Raises
        ------
        WrongInput
            If it is none.
        """
        parts = text.split("/")
        if len(parts) != 2 or not all(part.isascii() and part.isdecimal() for part in parts):  # noqa: PLR2004 - K and N
            raise WrongInput(f'--shard "{text}": must be K/N, such as 3/8 for the third of eight.')
        number, of = map(int, parts)
        if not 1 <= of <= MOST_SHARDS:
            raise WrongInput(f'--shard "{text}": N must be from 1 to {MOST_SHARDS:,}.')
        if not 1 <= number <= of:
            raise WrongInput(
                f'--shard "{text}": K must be from 1 to {of}; the shards of an experiment are '
                f"1/{of} to {of}/{of}."
            )
        return cls(number, of)

    def __str__(self) -> str:
        """Give K/N."""
        return f"{self.number}/{self.of}"

    @property
    def folder(self) -> str:
        """The name of its folder, below the results folder of the experiment."""
        return f"shard-{self.number}-of-{self.of}"

    def shares(self, replications: int, workloads: Sequence[str]) -> tuple[range, ...]:
        """Give its replications of every point.

        Slices are not all of a size, so the shard that has the first of one workload has the
        second of the next.

        Parameters
        ----------
        workloads
            By point: the digest of its workload.

        Examples
        --------
        >>> for number in (1, 2, 3):
        ...     Shard(number, 3).shares(10, ["a", "b", "a"])
        (range(0, 3), range(6, 10), range(0, 3))
        (range(3, 6), range(0, 3), range(3, 6))
        (range(6, 10), range(3, 6), range(6, 10))
        """
        first = {digest: turn for turn, digest in enumerate(dict.fromkeys(workloads))}
        slices = [(self.number - 1 - first[digest]) % self.of for digest in workloads]
        return tuple(
            range(replications * at // self.of, replications * (at + 1) // self.of) for at in slices
        )


def shares_of(
    shard: Shard | None, replications: int, workloads: Sequence[str]
) -> tuple[range, ...]:
    """Give the replications of every point that a shard runs; all of them where there is none."""
    if shard is None:
        return (range(replications),) * len(workloads)
    return shard.shares(replications, workloads)
