"""Random streams by name: what is drawn for one purpose never depends on what else is drawn.

A stream is named by its purpose, force and channel (or group and shift) and opened for a seed and
a replication. All of it is hashed, nothing is numbered, so that a further force, channel or
purpose moves nobody else's draws. Enters: names and two numbers. Leaves: a numpy `Generator`.
"""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.random import SFC64, Generator
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import DTypeLike, NDArray


def stream(
    seed: int, purpose: str, force: str = "", channel: str = "", replication: int = 0
) -> Generator:
    """Give the generator of one purpose, force and channel in one replication.

    An empty force or channel stands for what all of them share.

    Examples
    --------
    >>> first = stream(1, "patience", "Leicestershire", "emergency", 0)
    >>> again = stream(1, "patience", "Leicestershire", "emergency", 0)
    >>> bool(first.random() == again.random())
    True
    """
    return StreamName(purpose, force, channel).open(seed, replication)


@dataclass(frozen=True)
class StreamName:
    """The name of a stream.

    Parameters
    ----------
    purpose, first, second
        Its parts: what is drawn, for whom.
    """

    purpose: str
    first: str = ""
    second: str = ""

    def open(self, seed: int, replication: int) -> Generator:
        """Give the generator of this name for a seed and a replication, any whole numbers.

        The bit generator is SFC64: of numpy's it draws normals and gammas fastest. Two of its
        streams cannot overlap within 2**64 draws: its state holds a counter that starts alike for
        all and each step can be undone, so two streams could only meet at the same step, and would
        have begun alike.
        """
        # A JSON array cannot be spelt in two ways: ("a", "bc") and ("ab", "c") differ.
        spelt = json.dumps([self.purpose, self.first, self.second, int(seed), int(replication)])
        return Generator(SFC64(_HashedSeed(spelt)))  # type: ignore[arg-type] # numpy's stubs forget it


class _HashedSeed(ISeedSequence):
    """A starting state that is a hash, as numpy's interface for seeds wants it.

    BLAKE2b (RFC 7693) spreads any text evenly over the states, which is what numpy's own
    `SeedSequence` does with numbers, in a quarter of the time.
    """

    def __init__(self, text: str) -> None:
        self._state = hashlib.blake2b(text.encode()).digest()

    def generate_state(
        self, n_words: int, dtype: DTypeLike = np.uint32
    ) -> NDArray[np.uint32 | np.uint64]:
        """Give the first words of the hash; it has 512 bits."""
        return np.frombuffer(self._state, dtype=dtype, count=n_words)


class OpenStreams:
    """The streams of one replication, each opened when first asked for, then continued."""

    def __init__(self, seed: int, replication: int) -> None:
        """Start with none open."""
        self._seed, self._replication = seed, replication
        self._open: dict[StreamName, Generator] = {}

    def __getitem__(self, name: StreamName) -> Generator:
        """Give the generator of this name, where the last use left it."""
        generator = self._open.get(name)
        if generator is None:
            generator = self._open[name] = name.open(self._seed, self._replication)
        return generator
