"""The store: written once, whole or not at all, and honest about damage."""

import errno
import io
import os
import threading
import time

import numpy as np
import pytest
from experiment.small_experiment import fake_tally, fake_work

from sim.experiment.block import Block, DamagedBlock
from sim.experiment.errors import CannotGoOn, WrongInput
from sim.experiment.files import alone, clear_abandoned, file_digest, folder_name, write_atomically
from sim.experiment.replication import Task
from sim.experiment.store import Store

POINT = "0123456789abcdef" * 4


def block_of(start=0, stop=2, designs=("a", "b")):
    return fake_work(Task(0, start, stop, designs, b""))


def never(path):
    raise AssertionError(f"{path} is not damaged")


def test_what_is_put_is_found_bit_for_bit(tmp_path):
    store = Store(tmp_path)
    store.put(POINT, block_of())
    ((_, found),) = store.blocks(POINT, never)
    assert (found.start, found.stop, found.contacts) == (0, 2, 10)
    for design in "ab":
        expected = np.stack([fake_tally(design, row) for row in range(2)], axis=1)
        assert np.array_equal(found.tally(design), expected)


def test_missing_values_and_huge_values_survive(tmp_path):
    store = Store(tmp_path)
    values = np.array([[[np.nan, 1e308, 0.1]], [[0.0, -0.0, 5e-324]]])
    store.put(POINT, Block.pack(3, {"a": values}, contacts=0))
    ((_, found),) = store.blocks(POINT, never)
    assert found.tally("a").tobytes() == values.tobytes()


def test_a_block_under_the_name_of_another_is_damage(tmp_path):
    store, damaged = Store(tmp_path), []
    first, second = (store.put(POINT, block_of(start, start + 1)) for start in (0, 1))
    second.write_bytes(first.read_bytes())
    assert [path for path, _ in store.blocks(POINT, damaged.append)] == [first]
    assert damaged == [second]


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "tail", "text"])
def test_damage_anywhere_is_noticed(tmp_path, damage):
    store = Store(tmp_path)
    path = store.put(POINT, block_of())
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "flip": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "cut": whole[:middle],
            "empty": b"",
            "tail": whole + b"\0",
            "text": b"not a block at all\nreally\n",
        }[damage]
    )
    damaged = []
    assert list(store.blocks(POINT, damaged.append)) == []
    assert damaged == [path]


def test_every_flipped_bit_of_the_head_is_noticed():
    content = block_of(0, 1, ("a",)).to_bytes()
    for at in range(content.index(b"\n", 90)):
        with pytest.raises(DamagedBlock):
            Block.read(io.BytesIO(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]))


def test_one_design_is_read_and_checked_without_the_others():
    block = block_of(0, 1, ("a", "b"))
    content = bytearray(block.to_bytes())
    content[-1] ^= 1  # of the last design
    alone = Block.read(io.BytesIO(content), "a")
    assert alone.parts == {"a": block.parts["a"]}
    with pytest.raises(DamagedBlock):
        Block.read(io.BytesIO(content), "b")
    with pytest.raises(DamagedBlock):
        Block.read(io.BytesIO(content))


def test_a_damaged_file_is_set_aside_with_a_message(tmp_path):
    store = Store(tmp_path)
    path = store.put(POINT, block_of())
    notices = []
    store.set_aside(path, notices.append)
    assert not path.exists()
    (aside,) = (tmp_path / "damaged").iterdir()
    assert str(aside) in notices[0]
    store.set_aside(path, notices.append)  # another run was quicker
    assert len(notices) == 1


def test_many_writers_of_one_block_leave_one_whole_file(tmp_path):
    store, block = Store(tmp_path), block_of()
    writers = [threading.Thread(target=store.put, args=(POINT, block)) for _ in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(list(store.blocks(POINT, never))) == 1
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def fail(file):
        file.write(b"half")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.csv"]


def test_a_full_disk_is_a_clear_error_and_harms_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path)
    kept = store.put(POINT, block_of())

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotGoOn, match=r"disk is full.*run the same command again"):
        store.put(POINT, block_of(2, 3))
    assert [path for path, _ in store.blocks(POINT, never)] == [kept]
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's /dev/full")  # noqa: PTH110
def test_a_disk_that_is_really_full_says_so_too():
    with pytest.raises(OSError, match="No space left") as raised, open("/dev/full", "wb") as full:  # noqa: PTH123
        full.write(b"x" * 1_000_000)
    assert raised.value.errno == errno.ENOSPC  # what the store looks for


def test_a_folder_that_is_a_file_is_wrong_input(tmp_path):
    (tmp_path / "store").write_text("I am a file")
    with pytest.raises(WrongInput, match="--out"):
        Store(tmp_path / "store").put(POINT, block_of())


def test_sweeping_takes_old_rubbish_only(tmp_path):
    store = Store(tmp_path)
    kept = store.put(POINT, block_of())
    old, table, young = kept.with_name("old.tmp"), tmp_path / "t.tmp", kept.with_name("young.tmp")
    for path in (old, table, young):
        path.write_bytes(b"half a block")
    for path in (old, table, kept):
        os.utime(path, (0, 0))
    clear_abandoned(tmp_path)
    assert not old.exists()
    assert not table.exists()
    assert young.exists()
    assert kept.exists()


def test_one_process_at_a_time_is_alone(tmp_path):
    lock, events = tmp_path / "deep" / "lock", []

    def visit(name):
        with alone(lock):
            events.append(f"{name} in")
            time.sleep(0.02)
            events.append(f"{name} out")

    visitors = [threading.Thread(target=visit, args=(name,)) for name in "abc"]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(events) == 6
    for entered, left in zip(events[::2], events[1::2], strict=True):
        assert (entered[:1], entered[2:], left[2:]) == (left[:1], "in", "out")


def test_file_digests_are_those_of_sha256sum(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert file_digest(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223")


RESERVED = '<>:"/\\|?*'


@pytest.mark.parametrize(
    "name",
    ["con", "NUL.txt", "a:b", 'say "hi"', "a/b\\c", "dots..", "space ", "", "*", "x" * 300, "a\nb"],
)
def test_folder_names_are_ones_that_windows_takes(name):
    folder = folder_name(name)
    assert folder
    assert folder != name
    assert not set(folder) & set(RESERVED)
    assert folder.isprintable()
    assert folder[-1] not in " ."
    assert folder.split(".")[0].upper() not in {"CON", "NUL"}
    assert len(folder) < 100


def test_names_that_windows_would_confuse_stay_apart():
    names = ["a:b", "a?b", "a_b", "a*b"]
    assert len({folder_name(name) for name in names}) == len(names)


def test_ordinary_names_stay_as_they_are():
    for name in ("separate_or_merged", "Überblick 2016", "it's 90%", "a.b"):
        assert folder_name(name) == name
