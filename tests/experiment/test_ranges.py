"""Declared ranges: every figure that may lie elsewhere, under the key that `[vary]` takes."""

from pathlib import Path

from experiment.small_experiment import CENTRE, write_centre

from sim.config import load_changed
from sim.experiment.ranges import declared_ranges

RANGED = (
    CENTRE.replace("mean_s = 200}", "mean_s = {value = 200, range = [100, 300]}}")
    .replace("after_s = 20", 'after_s = {value = 20, range = [5, 30], source = "test"}')
    .replace(
        "handle_factor = 1.1", 'handle_factor = {value = 1.1, range = [1.1, 1.1], source = "test"}'
    )
    .replace("rostered = 3", "rostered = {value = 3, range = [2, 4]}")
    .replace(
        'answers = ["emergency", "other"]\nsource = "test"',
        'answers = ["emergency", "other"]\nsource = "assumption: made up"\n'
        "reserve = {other = {value = 1, range = [0, 3]}}",
        1,
    )
    + """[designs.frugal]
kind = "bilateral"
pairs = [["North, & <b>South</b>", "=East"]]
after_s = 5
handle_factor = 1.0
keep_idle = {value = 1, range = [0, 2], source = "test"}
[designs.frugal.changes]
source = "test"
"groups.east.scale" = {value = 0.9, range = [0.8, 1.0]}
"""
)


def ranged(folder):
    centre = write_centre(folder)
    (centre / "centre.toml").write_text(RANGED, encoding="utf-8")
    return {found.key: found for found in declared_ranges(*load_changed(centre))}


def test_a_range_of_one_value_is_none(tmp_path):
    assert list(ranged(tmp_path)) == [
        "channels.emergency.handle.mean_s",
        "groups.north.reserve.other",
        "groups.north.shifts.0.rostered",
        "designs.buddies.after_s",
        "designs.frugal.keep_idle",
        'designs.frugal.changes."groups.east.scale"',
    ]


def test_it_tells_ends_assumptions_and_whole_numbers(tmp_path):
    found = ranged(tmp_path)
    handle = found["channels.emergency.handle.mean_s"]
    assert (handle.value, handle.low, handle.high) == (200, 100, 300)
    assert [key for key, one in found.items() if one.whole] == [
        "groups.north.reserve.other",
        "designs.frugal.keep_idle",
    ]
    assert [key for key, one in found.items() if one.assumed] == [
        "groups.north.reserve.other",
        "groups.north.shifts.0.rostered",
    ]
    assert found["groups.north.reserve.other"].source == "assumption: made up"


def test_every_key_is_one_that_a_sweep_can_set(tmp_path):
    for key, one in ranged(tmp_path).items():
        centre, changed = load_changed(Path(tmp_path / "centre"), {key: one.high})
        again = {found.key: found.value for found in declared_ranges(centre, changed)}
        assert again[key] == one.high
