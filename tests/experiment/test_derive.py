"""What `sim check` shows, worked by hand, and the trace against the engine's own log."""

import csv
import io
from math import isnan

import numpy as np
import pytest
from experiment.small_experiment import write_centre, write_experiment

from sim.config import ConfigError, load_centre
from sim.engine import simulate
from sim.experiment import read_study, trace, trace_file
from sim.experiment.check import check
from sim.experiment.derive import derive, hourly_staffed, mean_staffed, rooms_of
from sim.records import ANSWERED, Layout, Staffing
from sim.routing import build_design
from sim.theory import erlang_c
from sim.workload import StaffingDrawer, WorkloadPlan


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    return load_centre(write_centre(tmp_path_factory.mktemp("centre")))


def test_offered_load_is_rate_times_handle_time(centre):
    load = derive(centre).classes[0]
    assert (load.force, load.channel) == ("North, & <b>South</b>", "emergency")
    assert load.per_day == pytest.approx(120)
    assert (load.handle_mean_s, load.patience_mean_s) == (200, 120)
    assert load.offered_erl == pytest.approx(120 / 24 * 200 / 3600)
    assert load.busiest_erl == pytest.approx(1.5 * load.offered_erl)  # weights 1, 2, 3 by thirds


def test_staff_at_the_desk_are_rostered_less_shrinkage_and_absence(centre):
    staffed = mean_staffed(centre)
    assert staffed.shape == (2, 168)
    # Twenty weeks of 7 shifts, each 2 or 3 people of whom 5% are absent.
    assert staffed.mean(axis=1) == pytest.approx([3 * 0.9 * 0.95, 2 * 0.9 * 0.95], abs=0.15)


def test_a_room_puts_load_against_staff(centre):
    room = derive(centre).rooms[0]
    assert (room.force, room.groups) == ("North, & <b>South</b>", ("north",))
    assert room.offered_erl == pytest.approx((120 * 200 + 200 * 300) / 86400)
    assert room.occupancy == pytest.approx(room.offered_erl / room.staffed)
    flat = erlang_c(round(room.staffed), 320 / 24, (120 * 200 + 200 * 300) / 320)
    assert room.waiting_share == pytest.approx(flat.delay_probability)
    assert [level.within_s for level in room.levels] == [10, 30]
    assert 0 < room.levels[0].service_level < room.levels[1].service_level < 1
    assert 0 < room.abandonment < 1


def test_hours_of_a_step_function_by_hand():
    # Group 0: 2 from the start, 4 from 1:30, 0 from 2:00. Group 1: nobody.
    steps = Staffing(
        2, np.array([0.0, 0.0, 5400.0, 7200.0]), np.array([0, 1, 0, 0]), np.array([2, 0, 4, 0])
    )
    hours = hourly_staffed(steps)
    assert hours[0, :4].tolist() == [2, 3, 0, 0]
    assert not hours[1].any()
    assert hourly_staffed(Staffing.constant([17]))[0].tolist() == [17.0] * 168


def test_groups_that_share_channels_are_one_room():
    layout = Layout(
        forces=("A", "B"),
        channels=("x", "y", "z"),
        groups=("a_x", "b", "a_xy", "pool", "a_z", "a_y"),
        group_force=np.array([0, 1, 0, -1, 0, 0]),
        skills=np.array(
            [
                [True, True, True, True, False, False],
                [False, True, True, False, False, True],
                [False, True, False, False, True, False],
            ]
        ),
        priority=np.zeros(3, dtype=np.int64),
        reserve=np.zeros((3, 6), dtype=np.int64),
    )
    assert list(rooms_of(layout)) == [(0, (0, 2, 5)), (1, (1,)), (-1, (3,)), (0, (4,))]


def test_a_room_without_calls_has_no_answer(tmp_path):
    folder = write_centre(tmp_path)
    file = folder / "centre.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("per_day = 100", "per_day = 0").replace("per_day = 150", "per_day = 0"),
        encoding="utf-8",
    )
    room = derive(load_centre(folder)).rooms[1]
    assert (room.offered_erl, room.occupancy, room.levels) == (0, 0, ())
    assert isnan(room.waiting_share)


def test_a_call_log_is_counted(tmp_path):
    folder = write_centre(tmp_path)
    rows = "".join(f"=East,emergency,{600 * i},{90 if i % 2 else 110}\n" for i in range(1008))
    (folder / "log.csv").write_text(f"force,channel,arrival_s,handle_s\n{rows}", encoding="utf-8")
    file = folder / "centre.toml"
    text = file.read_text(encoding="utf-8") + '[demand.call_log]\nfile="log.csv"\nsource="test"\n'
    file.write_text(text, encoding="utf-8")
    loads = derive(load_centre(folder)).classes
    assert [load.per_day for load in loads] == pytest.approx([0, 0, 144, 0])
    assert loads[2].handle_mean_s == pytest.approx(100)
    assert loads[2].offered_erl == pytest.approx(6 * 100 / 3600)


def test_check_finds_a_design_that_cannot_be_built(tmp_path):
    folder = write_centre(tmp_path)
    file = folder / "centre.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("after_s = 20", "afetr_s = 20"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"designs\.buddies.*afetr_s"):
        check(folder)


def test_check_of_an_experiment_knows_its_scenarios(tmp_path):
    path = write_experiment(tmp_path, more='[vary]\n"staffing.scale" = [0.9, 1.0]\n')
    checked = check(path)
    assert len(checked.study.points) == 2
    assert checked.figures > 20
    assert checked.assumptions == 0


# The trace


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_trace_tells_what_the_log_records(tmp_path):
    path = write_experiment(tmp_path)
    file = io.StringIO()
    assert trace(path, file, design="buddies", replication=3) == len(rows_of(file.getvalue()))
    rows = rows_of(file.getvalue())

    study = read_study(path)
    point = study.points[0]
    workload = WorkloadPlan(point.centre, study.horizon).draw(7, 3)
    staffing = StaffingDrawer(point.centre, study.horizon).draw(7, 3)
    entry = point.centre.designs["buddies"]
    design = build_design(entry.kind, point.layout, study.horizon, entry.options)
    log = simulate(workload, staffing, design)
    answers = {
        int(row["contact"]): (float(row["time_s"]), row["group"])
        for row in rows
        if row["event"] == "answer"
    }
    assert answers.keys() == set(np.flatnonzero(log.outcome == ANSWERED))
    for contact, (time_s, group) in answers.items():
        assert time_s == log.wait_end_s[contact]
        assert group == point.layout.groups[log.group[contact]]
    assert [float(row["time_s"]) for row in rows] == sorted(float(row["time_s"]) for row in rows)
    assert all(int(row["waiting"]) >= 0 for row in rows)
    assert {row["force"] for row in rows} == {"", "North, & <b>South</b>", "'=East"}


def test_the_trace_of_some_hours_is_the_beginning_of_the_whole(tmp_path):
    path = write_experiment(tmp_path)
    whole, part, none = io.StringIO(), io.StringIO(), io.StringIO()
    trace(path, whole, design="apart")
    trace(path, part, design="apart", hours=2)
    assert trace(path, none, design="apart", hours=0) == 0
    assert whole.getvalue().startswith(part.getvalue())
    assert float(rows_of(part.getvalue())[-1]["time_s"]) < 7200
    assert len(rows_of(whole.getvalue())) > len(rows_of(part.getvalue())) > 10
    assert rows_of(part.getvalue())[0]["hour_of_week"] == "167"  # the warm-up is Sunday's last hour


def test_another_seed_is_another_week(tmp_path):
    path = write_experiment(tmp_path)
    first, second = io.StringIO(), io.StringIO()
    trace(path, first, design="apart", hours=2)
    trace(path, second, design="apart", hours=2, seed=8)
    assert first.getvalue() != second.getvalue()


def test_a_trace_that_fails_leaves_no_file(tmp_path):
    def fail(file):
        file.write("half")
        raise ConfigError([])

    with pytest.raises(ConfigError):
        trace_file(tmp_path / "trace.csv", fail)
    assert not list(tmp_path.iterdir())
