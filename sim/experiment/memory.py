"""How a worker keeps the memory of one week for the next."""

import numpy as np

_LARGEST_BYTES = 31 << 20  # glibc follows sizes up to 32 MiB


def keep_freed_memory() -> None:
    """Make the C library keep freed arrays for the next ones instead of giving them back.

    glibc takes every array beyond a threshold from the system by itself and returns it when it is
    freed, so that the pages of the next one have to be mapped and cleared again: a tenth and more
    of the time of a replication, whose arrays are all of one week's size. Freeing one large array
    moves the threshold up to its size (mallopt(3), M_MMAP_THRESHOLD). The array is never touched
    and costs nothing; other C libraries take no notice.
    """
    np.empty(_LARGEST_BYTES, dtype=np.uint8)
