"""What a run would cost, said before it is run."""

import pytest
from experiment.small_experiment import write_experiment

from sim.config import ConfigError
from sim.experiment import Shard, run_experiment
from sim.experiment.estimate import Cost, RunEstimate, estimate_run

HANDLE_FACTORS = '\n[vary]\n"designs.together.handle_factor" = [1.0, 1.1]\n'
UNTIL = "max = 9\nuntil = {channel = 'emergency', half_width = 0.1}\n"
CHOICE = '[select]\ngoal = "cheapest"\ntolerance = 0.1\nmax_replications = 50\n'


def test_a_dry_run_counts_what_is_missing_and_writes_nothing(tmp_path):
    path = write_experiment(tmp_path, replications=3, more=UNTIL + HANDLE_FACTORS)
    found = estimate_run(path, out=tmp_path / "results", jobs=1)
    assert not (tmp_path / "results").exists()
    assert (found.points, found.designs, found.least, found.most) == (2, 2, 3, 9)
    assert found.stored == 0
    # "apart" is the same at both points and is run once: three designs of four.
    assert (found.missing_least, found.missing_most) == (4.5, 13.5)
    assert found.cost.replication_s > 0
    assert found.cost.tables_bytes > 1000
    assert found.free_bytes > 0


def test_what_is_stored_is_not_counted_again(tmp_path):
    path = write_experiment(tmp_path, replications=2, more=HANDLE_FACTORS)
    run_experiment(path, out=tmp_path / "results", jobs=1)
    same = estimate_run(path, out=tmp_path / "results", jobs=1)
    assert (same.stored, same.missing_least) == (4, 0)
    more = estimate_run(path, out=tmp_path / "results", jobs=1, replications=5)
    assert (more.stored, more.missing_least) == (4, 4.5)


def test_a_dry_run_of_a_shard_tells_of_that_part_and_what_its_own_store_holds(tmp_path):
    path = write_experiment(tmp_path, replications=5, more=UNTIL + HANDLE_FACTORS)
    out, part = tmp_path / "results", Shard(1, 2)
    run_experiment(path, out=out, jobs=1, replications=1)  # the whole has a store of its own
    found = estimate_run(path, out=out, jobs=1, shard=part)
    assert found.folder == out / "small" / "shard-1-of-2"
    # Both points have one workload, so one share of two replications: three designs of four.
    assert (found.wanted, found.stored, found.missing_least) == (4, 0, 3)
    assert found.missing_most == found.missing_least  # rounds beyond the first are not a shard's
    assert found.cost.tables_bytes == 0
    run_experiment(path, out=out, jobs=1, shard=part)
    again = estimate_run(path, out=out, jobs=1, shard=part)
    assert (again.wanted, again.stored, again.missing_least) == (4, 4, 0)
    other = estimate_run(path, out=out, jobs=1, shard=Shard(2, 2))
    assert (other.wanted, other.stored, other.missing_least) == (6, 0, 4.5)


def test_the_disk_foretold_is_the_disk_used(tmp_path):
    path = write_experiment(tmp_path, replications=6)
    found = estimate_run(path, out=tmp_path / "results", jobs=1)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    used = sum(
        file.stat().st_size
        for pattern in ("*.csv", "*.parquet", "store/*/*.block")
        for file in folder.glob(pattern)
    )
    assert found.disk_bytes(found.missing_least) == pytest.approx(used, rel=0.3)


def test_workers_share_the_replications_but_not_the_tables():
    cost = Cost(replication_s=2, replication_bytes=10, tables_s=3, tables_bytes=100)
    found = RunEstimate("x", ".", 5, 2, 10, 10, 50, 0, 50, 50, "compiled", 4, cost, 0, 60, ())
    assert found.seconds(50) == 50 * 2 / 4 + 5 * 3
    assert found.seconds(2) == 2 + 5 * 3  # not more workers than replications
    assert found.disk_bytes(50) == 50 * 10 + 5 * 100
    assert found.robust_s == 60 / 2 * 2 / 4  # a replication is of two designs


@pytest.mark.parametrize(
    ("more", "key"),
    [
        (f'{CHOICE}channels = ["x"]\n', "select.channels"),
        ("[robust]\n", "robust"),
        ('[break_even]\nchannel = "x"\n', "break_even.channel"),
    ],
)
def test_a_dry_run_refuses_what_the_run_would_refuse(tmp_path, more, key):
    path = write_experiment(tmp_path, more=more)
    with pytest.raises(ConfigError) as refused:
        estimate_run(path, out=tmp_path / "results")
    assert refused.value.problems[0].key == key


def test_a_dry_run_names_what_is_asked_beyond_the_tables(tmp_path):
    path = write_experiment(tmp_path, replications=2, more=CHOICE)
    found = estimate_run(path, out=tmp_path / "results")
    assert found.searches == ("the choice among 2 candidates (at most 50 replications each)",)
    assert found.robust_weeks == 0


def test_a_dry_run_counts_the_weeks_of_the_assumption_sets(tmp_path):
    path = write_experiment(tmp_path, replications=2, more="[robust]\nn = 4\nreplications = 3\n")
    centre = tmp_path / "centre" / "centre.toml"
    scale = 'scale = {value = 1.0, range = [0.9, 1.1], source = "assumption: a guess"}'
    centre.write_text(centre.read_text("utf-8").replace("scale = 1.0", scale), "utf-8")
    found = estimate_run(path, out=tmp_path / "results")
    assert found.robust_weeks == (1 + 2 + 4 * 3) * 3 * 2  # own, two ends, tables A, B and AB
