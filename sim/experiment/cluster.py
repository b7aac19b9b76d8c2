"""Where tasks run on many machines: a Dask cluster, reached by its scheduler's address.

The library `distributed` (extra `cluster`) is imported only when a scheduler is asked for. Every
worker has to have the same code and the same feature versions of the libraries that draw, or its
figures would not be the same; that is checked when the run begins, and by each task, because
workers come and go.

Dask runs a task again when its worker is lost. What it cannot get done ends the run with what was
finished stored: a task that takes four workers with it, a scheduler that is gone, a cluster that
stays without workers.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.metadata import version
from typing import Any, ParamSpec, TypeVar

from sim.experiment.errors import CannotGoOn, WrongInput
from sim.experiment.identity import semantics

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_S = 10.0
WITHOUT_WORKERS_S = 120.0  # as long as a machine may take to start again
_LOOK_S = 5.0
_AGAIN = "Nothing finished is lost: run the same command again."
_INSTALL = "python -m pip install distributed"  # as the extra `cluster` does


class ClusterExecutor(Executor):
    """Runs tasks on a Dask cluster; `workers` is how many it does at a time at the start."""

    def __init__(self, client: Any, address: str, workers: int) -> None:  # noqa: ANN401 - Dask's
        """Take a connected client."""
        self.workers = workers
        self._client, self._address = client, address
        self._dask = client.get_executor(pure=False)  # pure tasks would be hashed, recipe and all
        self._identity = identity()
        self._open: set[Future[Any]] = set()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand out the task and give its future."""
        answer: Future[T] = Future()
        self._open.add(answer)
        answer.add_done_callback(self._open.discard)
        try:
            asked = self._dask.submit(_run_if_same, self._identity, fn, *args, **kwargs)
        except Exception as error:
            raise CannotGoOn(_gone(self._address)) from error
        asked.add_done_callback(partial(_pass_on, answer, self._address))
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as in Executor
        """Take back what is not done, or wait for it."""
        self._ended.set()
        with suppress(Exception):  # where the scheduler is gone, so are the tasks
            self._dask.shutdown(wait=wait and not cancel_futures)

    def _watch(self) -> None:
        """End the run when no worker is left for too long: Dask itself would wait for ever."""
        seen_s = time.monotonic()
        while not self._ended.wait(_LOOK_S):
            try:
                there = bool(self._client.nthreads())
            except Exception:  # noqa: BLE001 - a scheduler that is gone is told by the tasks
                there = False
            if there:
                seen_s = time.monotonic()
            elif time.monotonic() - seen_s > WITHOUT_WORKERS_S:
                _give_up(tuple(self._open), self._address)


@contextmanager
def cluster_executor(address: str) -> Iterator[ClusterExecutor]:
    """Give an executor on the cluster of the scheduler at an address.

    When the block ends by an exception, Dask forgets the tasks; those that a worker has begun end
    by themselves within seconds.

    Raises
    ------
    WrongInput
        If `distributed` is not installed, the scheduler does not answer, or its workers are not
        the same as this process.
    CannotGoOn
        If the scheduler is lost.
    """
    client = _connect(address)
    executor = None
    told = logging.getLogger("distributed.client")
    told.disabled, before = True, told.disabled  # it shows tracebacks; what they mean we tell
    try:
        executor = ClusterExecutor(client, address, _require_workers(client, address))
        yield executor
    finally:
        if executor is not None:
            executor.shutdown(cancel_futures=True)
        with suppress(Exception):  # there is nobody left to say goodbye to
            client.close(timeout=2)
        told.disabled = before


@cache
def identity() -> dict[str, str]:
    """Give what has to be the same on every machine, by a name to tell the user."""
    _, code, libraries = semantics()
    return {
        "program": f"version {version('joint-contact-centres')}, code {code[:12]}",
        "libraries": ", ".join(libraries),
    }


def difference(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Say in what another machine is not the same; "" where it is.

    Examples
    --------
    >>> difference({"libraries": "numpy 2.1"}, {"libraries": "numpy 2.3"})
    'libraries: numpy 2.3 there, numpy 2.1 here'
    """
    return "; ".join(
        f"{name}: {theirs.get(name)} there, {here} here"
        for name, here in ours.items()
        if theirs.get(name) != here
    )


def _run_if_same(
    ours: Mapping[str, str], fn: Callable[..., T], /, *args: object, **kwargs: object
) -> T:
    """Run a task on a worker that is the same as the machine that asks."""
    if differs := difference(ours, identity()):
        raise WrongInput(_not_the_same("a worker that has joined", differs))
    return fn(*args, **kwargs)


def _connect(address: str) -> Any:  # noqa: ANN401 - Dask's client, which need not be installed
    """Give a client of the scheduler at an address."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, not always there
        from distributed.comm.core import connect  # noqa: PLC0415
    except ImportError:
        raise WrongInput(
            f"--scheduler {address}: needs the library `distributed`. Install it by {_INSTALL}"
        ) from None

    async def knock() -> None:
        async with asyncio.timeout(CONNECT_S):  # `connect` waits for ever for a mute server
            comm = await connect(address, timeout=CONNECT_S / 2)
        await comm.close()

    try:
        if not address.startswith("inproc"):
            asyncio.run(knock())  # a client that cannot connect would linger and complain at exit
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise WrongInput(
            f"--scheduler {address}: no Dask scheduler answers there within {CONNECT_S:g} s. "
            "`dask scheduler` starts one and prints its address."
        ) from error
    except (ValueError, TypeError) as error:
        raise WrongInput(
            f"--scheduler {address}: cannot be used as the address of a Dask scheduler ({error}); "
            "the usual form is tcp://192.168.1.10:8786."
        ) from error


def _require_workers(client: Any, address: str) -> int:  # noqa: ANN401 - Dask's client
    """Give how many tasks the cluster does at a time, once its workers are found to be the same."""
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=CONNECT_S)
    threads = client.nthreads()
    if not threads:
        raise WrongInput(
            f"--scheduler {address}: has no workers. `dask worker {address}` starts one on each "
            "machine."
        )
    ours = identity()
    for worker, theirs in client.run(identity, on_error="return").items():
        if isinstance(theirs, Exception):  # most often the program is not there at all
            what = f"it cannot tell its version ({theirs})"
        else:
            what = difference(ours, theirs)
        if what:
            raise WrongInput(_not_the_same(f"the worker {worker}", what))
    return sum(threads.values())


def _not_the_same(worker: str, difference: str) -> str:
    return (
        f"--scheduler: {worker} would not give the same figures as this machine: {difference}. "
        "Install the same versions on all of them and start the workers again."
    )


def _pass_on(answer: Future[T], address: str, asked: Future[T]) -> None:
    """Hand the outcome of a task on, with what Dask says of lost machines in words of ours."""
    from distributed import KilledWorker  # noqa: PLC0415 - an extra, there when a task has run

    with suppress(InvalidStateError):  # it was given up
        if asked.cancelled():
            answer.set_exception(CannotGoOn(_gone(address)))
        elif (error := asked.exception()) is None:
            answer.set_result(asked.result())
        elif isinstance(error, KilledWorker):
            answer.set_exception(
                CannotGoOn(
                    f"--scheduler {address}: {error.allowed_failures + 1} workers ended suddenly, "
                    f"one after the other, at the same work; most often they ran out of memory. "
                    f"{_AGAIN}"
                )
            )
        else:
            answer.set_exception(error)


def _gone(address: str) -> str:
    return f"--scheduler {address}: the scheduler is gone. {_AGAIN}"


def _give_up(answers: tuple[Future[Any], ...], address: str) -> None:
    for answer in answers:
        with suppress(InvalidStateError):
            answer.set_exception(
                CannotGoOn(
                    f"--scheduler {address}: has had no workers for {WITHOUT_WORKERS_S:g} s. "
                    f"{_AGAIN}"
                )
            )
