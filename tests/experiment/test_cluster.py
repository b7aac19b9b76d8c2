"""A Dask cluster on the loopback: the same tables, and a clear end when a part of it is lost."""

import json
import socket
import subprocess
import sys
import time
from functools import partial

import pytest
from experiment.small_experiment import Watcher, blocks, tables, write_experiment

from sim.experiment import CannotGoOn, WrongInput, cluster, run_experiment
from sim.experiment.executors import executor_for, workers_of

distributed = pytest.importorskip("distributed")

WEEKS = 12


class Cluster:
    """A scheduler and workers, each a process of its own, without nannies that revive them."""

    def __init__(self, folder):
        self.folder, self.processes = folder, []
        file = folder / "scheduler.json"
        self.scheduler = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file
        )
        self.wait_for(file.exists)
        self.address = json.loads(file.read_text(encoding="utf-8"))["address"]
        self.workers = []

    def start(self, *command):
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "dask", *map(str, command), "--no-dashboard"],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
        )
        log.close()
        self.processes.append(process)
        return process

    def have(self, workers):
        """Start as many workers as are lacking, and wait until the scheduler knows them."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", self.folder)
        while len(self.workers) < workers:
            self.workers.append(self.start("worker", self.address, *options))
        with self.client() as client:
            self.wait_for(lambda: len(client.nthreads()) == workers)

    def client(self):
        return distributed.Client(self.address, timeout=20, set_as_default=False)

    def tasks(self):
        with self.client() as client:
            return client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))

    def kill_worker(self):
        self.workers.pop().kill()

    @staticmethod
    def wait_for(condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "nothing happened"
            time.sleep(0.05)

    def close(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


class Once(Watcher):
    """Does something when so many replications are finished."""

    def __init__(self, replications, act):
        super().__init__()
        self.at, self.act = replications, act

    def advance(self, *told):
        super().advance(*told)
        if self.replications >= self.at:
            self.at = float("inf")
            self.act()


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    cluster_of_two = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster_of_two
    cluster_of_two.close()


@pytest.fixture
def run(tmp_path):
    """Run an experiment that takes some seconds on the cluster."""
    path = write_experiment(tmp_path, replications=WEEKS)
    return partial(run_experiment, path, out=tmp_path / "results", engine="simpy")


def test_the_tables_are_the_same_though_a_worker_is_killed(dask, run, tmp_path):
    dask.have(2)
    watcher = Once(3, dask.kill_worker)
    folder = run(scheduler=dask.address, progress=watcher)
    assert (watcher.replications, watcher.at) == (WEEKS, float("inf"))
    local = run(out=tmp_path / "local", jobs=1)
    assert tables(folder) == tables(local)


def interrupt():
    raise KeyboardInterrupt


def test_an_interruption_leaves_nothing_on_the_cluster_and_what_was_finished(dask, run, tmp_path):
    dask.have(1)
    with pytest.raises(KeyboardInterrupt):
        run(scheduler=dask.address, progress=Once(3, interrupt))
    dask.wait_for(lambda: dask.tasks() == 0, seconds=20)
    watcher = Watcher()
    folder = run(jobs=1, progress=watcher)
    assert watcher.found >= 3
    assert tables(folder) == tables(run(out=tmp_path / "local", jobs=1))


def test_a_fault_of_a_task_comes_through_as_it_is(dask):
    dask.have(1)
    with executor_for("simpy", 7, dask.address) as executor:
        assert workers_of(executor, 7) == 1
        assert executor.submit(abs, -3).result(timeout=30) == 3
        with pytest.raises(ZeroDivisionError):
            executor.submit(divmod, 1, 0).result(timeout=30)


def test_workers_with_other_code_are_refused_before_anything_runs(dask, run, monkeypatch, tmp_path):
    dask.have(1)
    monkeypatch.setattr(cluster, "semantics", lambda: (1, "abc", ["numpy 1.0"]))
    cluster.identity.cache_clear()
    try:
        with pytest.raises(WrongInput, match=r"worker tcp://.*numpy .* there, numpy 1\.0 here"):
            run(scheduler=dask.address)
    finally:
        cluster.identity.cache_clear()
    assert not blocks(tmp_path / "results" / "small")


def test_a_worker_with_other_code_that_joins_later_refuses_its_task():
    ours = {**cluster.identity(), "program": "version 9, code abc"}
    with pytest.raises(WrongInput, match="version 9, code abc here"):
        cluster._run_if_same(ours, abs, -3)  # noqa: SLF001 - what a worker does
    assert cluster._run_if_same(cluster.identity(), abs, -3) == 3  # noqa: SLF001


def test_a_cluster_that_stays_without_workers_ends_the_run(dask, run, monkeypatch):
    dask.have(1)
    monkeypatch.setattr(cluster, "WITHOUT_WORKERS_S", 0.5)
    monkeypatch.setattr(cluster, "_LOOK_S", 0.1)
    with pytest.raises(CannotGoOn, match=r"no workers for 0\.5 s.*run the same command again"):
        run(scheduler=dask.address, progress=Once(2, dask.kill_worker))


def test_a_cluster_without_workers_is_refused(dask, run, monkeypatch):
    dask.have(0)
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    with pytest.raises(WrongInput, match=f"no workers. `dask worker {dask.address}`"):
        run(scheduler=dask.address)


@pytest.mark.parametrize("server", ["nobody", "mute"])
def test_a_scheduler_that_does_not_answer_is_told_in_time(run, monkeypatch, server):
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        if server == "mute":
            there.listen()
        address = f"tcp://127.0.0.1:{there.getsockname()[1]}"
        started_s = time.monotonic()
        with pytest.raises(WrongInput, match=r"no Dask scheduler answers there within 1 s"):
            run(scheduler=address)
    assert time.monotonic() - started_s < 20  # reading the experiment included


@pytest.mark.parametrize("address", ["nonsense", "tcp://host:port", "carrier-pigeon://coop:1"])
def test_an_address_that_is_none_is_refused(run, address):
    with pytest.raises(WrongInput, match=r"cannot be used as the address.*tcp://192"):
        run(scheduler=address)


def test_without_the_library_the_message_says_how_to_install_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WrongInput, match=r"Install it by python -m pip install distributed"):
        run(scheduler="tcp://127.0.0.1:1")


def test_jobs_and_a_scheduler_are_not_asked_for_at_once(run):
    with pytest.raises(WrongInput, match="--jobs 2: cannot be had together with --scheduler"):
        run(scheduler="tcp://127.0.0.1:1", jobs=2)


def test_a_scheduler_that_is_lost_ends_the_run(dask, run):
    """The last test of the file: nothing is left of the cluster."""
    dask.have(1)
    with pytest.raises(CannotGoOn, match="scheduler is gone"):
        run(scheduler=dask.address, progress=Once(2, dask.scheduler.kill))
    watcher = Watcher()
    run(jobs=1, progress=watcher)
    assert watcher.found >= 2
