"""Shards on machines that share nothing, and their merging into one run."""

import shutil
from itertools import chain

import pytest
from experiment.small_experiment import Watcher, blocks, tables, write_experiment
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment import (
    Shard,
    WrongInput,
    merge_shards,
    read_manifest,
    read_status,
    run_experiment,
)

WEEKS = 4
SWEEP = '[vary]\n"staffing.scale" = [0.9, 1.1]\n"designs.buddies.after_s" = [10, 60]\n'
UNTIL = 'max = 24\nuntil = {measure = "service_level", channel = "emergency", half_width = 0.05}\n'


@given(
    st.integers(1, 40),
    st.integers(1, 60),
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8),
)
def test_every_replication_of_every_point_is_in_one_shard(of, replications, workloads):
    shards = [Shard(number, of).shares(replications, workloads) for number in range(1, of + 1)]
    for of_point in zip(*shards, strict=True):
        assert sorted(chain.from_iterable(of_point)) == list(range(replications))
    for shares in shards:  # points of one workload lie in one shard
        assert len(set(zip(workloads, shares, strict=True))) == len(set(workloads))


@given(st.integers(1, 12), st.integers(1, 30), st.integers(1, 12))
def test_shards_are_about_equally_large(of, replications, points):
    workloads = [str(i) for i in range(points)]
    sizes = [
        sum(map(len, Shard(number, of).shares(replications, workloads)))
        for number in range(1, of + 1)
    ]
    assert max(sizes) - min(sizes) <= max(1, points / 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0/8", "K must be from 1 to 8"),
        ("9/8", "K must be from 1 to 8"),
        ("1/0", "N must be from 1"),
        ("3", "must be K/N, such as 3/8"),
        ("a/b", "must be K/N"),
        ("1/2/3", "must be K/N"),
        ("-1/3", "must be K/N"),
        ("", "must be K/N"),
    ],
)
def test_a_shard_that_is_none_is_refused(text, message):
    with pytest.raises(WrongInput, match=message):
        Shard.parse(text)


def shard(path, number, of, out, **options):
    return run_experiment(path, out=out, jobs=1, shard=Shard(number, of), **options)


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """A sweep whose designs change too, both halves of it, and the folder they lie in."""
    folder = tmp_path_factory.mktemp("halves")
    path = write_experiment(folder, replications=WEEKS, more=SWEEP)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"together"]', '"together", "buddies"]'), encoding="utf-8")
    for number in (1, 2):
        shard(path, number, 2, folder / "results")
    return path, folder / "results" / "small"


@pytest.fixture
def copied(halves, tmp_path):
    """The same, to be harmed."""
    path, results = halves
    shutil.copytree(results, tmp_path / "small")
    return path, tmp_path / "small"


def test_merged_shards_give_the_tables_of_one_run(copied, tmp_path):
    path, results = copied
    watcher = Watcher()
    folder = merge_shards([results], jobs=1, progress=watcher)
    assert folder == results
    assert watcher.replications == 0  # nothing is computed twice
    assert watcher.found == 4 * WEEKS
    assert "2 shards brought together" in watcher.notices[0]
    assert tables(folder) == tables(run_experiment(path, out=tmp_path / "whole", jobs=1))
    again = merge_shards([results], jobs=1)
    assert tables(again) == tables(folder)


def test_shards_may_lie_anywhere_and_be_named_one_by_one(copied, tmp_path):
    _, results = copied
    (tmp_path / "stick").mkdir()
    moved = (results / "shard-2-of-2").rename(tmp_path / "stick" / "second")
    folder = merge_shards([results / "shard-1-of-2", moved, moved], out=tmp_path / "merged", jobs=1)
    assert folder == tmp_path / "merged" / "small"
    assert read_status(folder).finished


def test_a_shard_runs_its_part_and_writes_no_tables(halves):
    _, results = halves
    folders = [results / f"shard-{number}-of-2" for number in (1, 2)]
    assert sorted(entry.name for entry in folders[0].iterdir()) == ["store"]
    for folder in folders:
        status = read_status(folder)
        assert status.finished
        assert str(status.shard) in folder.name.replace("-of-", "/")
        assert [(p.stored, p.least, p.missing) for p in status.points] == [(2, 2, 0)] * 4
    with pytest.raises(WrongInput, match="there is no manifest"):
        read_manifest(folders[0])


def test_a_results_folder_with_shards_only_says_what_to_do(halves):
    _, results = halves
    with pytest.raises(WrongInput, match=r"shard-1-of-2, shard-2-of-2.*`sim merge "):
        read_status(results)


def test_a_missing_shard_is_named_with_its_command(copied):
    path, results = copied
    shutil.rmtree(results / "shard-2-of-2")
    with pytest.raises(WrongInput, match=rf"1 of 2 shards.*2/2.*sim run {path} --shard 2/2"):
        merge_shards([results])


def test_an_unfinished_shard_is_named_with_what_it_lacks(copied):
    path, results = copied
    blocks(results / "shard-2-of-2")[0].unlink()
    damaged = blocks(results / "shard-1-of-2")[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(WrongInput) as raised:
        merge_shards([results])
    message = str(raised.value)
    for number in (1, 2):
        assert f"shard-{number}-of-2" in message
        assert f"`sim run {path} --shard {number}/2` goes on" in message
    assert not (results / "store").exists()
    for number in (1, 2):  # what it says
        shard(path, number, 2, results.parent)
    assert read_status(merge_shards([results], jobs=1)).finished


def test_the_same_shard_twice_is_refused(copied, tmp_path):
    _, results = copied
    shutil.copytree(results / "shard-2-of-2", tmp_path / "copy")
    with pytest.raises(WrongInput, match=r"shard 2/2 stands twice: .*copy"):
        merge_shards([results, tmp_path / "copy"])


def test_shards_of_different_numbers_are_refused(copied):
    path, results = copied
    shard(path, 1, 3, results.parent)
    with pytest.raises(WrongInput, match=r"is shard 1/2 and .* is shard 1/3"):
        merge_shards([results])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"seed": 8}, r"different seeds \(7 and 8\)"),
        ({"replications": 6}, r"different numbers of replications \(4 and 6 at least\)"),
    ],
)
def test_shards_of_different_questions_are_refused(copied, options, reason):
    path, results = copied
    shutil.rmtree(results / "shard-2-of-2")
    shard(path, 2, 2, results.parent, **options)
    with pytest.raises(WrongInput, match=f"do not belong together.*{reason}"):
        merge_shards([results])


def test_shards_of_another_version_are_refused(copied):
    _, results = copied
    plan = results / "shard-2-of-2" / "store" / "plan.json"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace('"digest": "', '"digest": "f').replace('"code": "', '"code": "f'))
    with pytest.raises(WrongInput, match="different versions of the program"):
        merge_shards([results])


def test_an_experiment_that_has_changed_since_is_refused(tmp_path):
    path = write_experiment(tmp_path, replications=1)
    folder = shard(path, 1, 1, tmp_path / "results")
    path.write_text(path.read_text(encoding="utf-8").replace("seed = 7", "seed = 8"))
    with pytest.raises(WrongInput, match=r"is not what .* was run for"):
        merge_shards([folder])
    path.unlink()
    with pytest.raises(WrongInput, match="--experiment FILE"):
        merge_shards([folder])
    elsewhere = write_experiment(tmp_path / "elsewhere", replications=1)
    assert read_status(merge_shards([folder], experiment=elsewhere, jobs=1)).finished


def test_folders_that_are_no_shards_say_so(tmp_path):
    path = write_experiment(tmp_path, replications=1)
    with pytest.raises(WrongInput, match="is not the folder of a shard"):
        merge_shards([tmp_path / "nothing"])
    whole = run_experiment(path, out=tmp_path, jobs=1)
    with pytest.raises(WrongInput, match="whole run and no shards"):
        merge_shards([whole])


def test_a_stopping_rule_is_followed_when_the_shards_are_merged(tmp_path):
    """No shard can know what the others found: they run `min`, the merging goes on from there."""
    path = write_experiment(tmp_path, replications=4, more=UNTIL)
    for number in (1, 2, 3):
        watcher = Watcher()
        shard(path, number, 3, tmp_path / "results", progress=watcher)
        assert watcher.replications in (1, 2)
    watcher = Watcher()
    folder = merge_shards([tmp_path / "results" / "small"], jobs=1, progress=watcher)
    assert watcher.found == 4
    assert watcher.replications > 0
    assert "stopping rule" in watcher.notices[1]
    whole = run_experiment(path, out=tmp_path / "whole", jobs=1)
    assert tables(folder) == tables(whole)
    assert read_manifest(folder)["replications"] == read_manifest(whole)["replications"]


def test_more_shards_than_replications_leave_some_with_nothing_to_do(tmp_path):
    path = write_experiment(tmp_path, replications=2)
    done = []
    for number in (1, 2, 3):
        watcher = Watcher()
        assert read_status(shard(path, number, 3, tmp_path, progress=watcher)).finished
        done.append(watcher.replications)
    assert sorted(done) == [0, 1, 1]
    assert read_status(merge_shards([tmp_path / "small"], jobs=1)).finished
