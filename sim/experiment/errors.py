"""What can stop an experiment that is no fault of the program; each knows its exit status."""

from typing import ClassVar

WORKER_KILLED = (
    "A worker process ended suddenly; most often the machine ran out of memory. "
    "Nothing finished is lost: run the same command again, with fewer --jobs."
)


class ExperimentError(Exception):
    """The experiment cannot go on; the message says why and what to do, without a traceback."""

    status: ClassVar[int] = 1


class WrongInput(ExperimentError):  # noqa: N818 - the name is the message
    """What the user asked for does not fit together, or a path is not what it should be."""

    status = 2


class CannotGoOn(ExperimentError):  # noqa: N818 - the name is the message
    """The machine gave out: a full disk, a file that another program holds, a worker killed."""


class PointsFailed(ExperimentError):  # noqa: N818 - the name is the message
    """The work of some points is at fault; the others are done."""
