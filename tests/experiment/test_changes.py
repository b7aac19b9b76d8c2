"""Designs that change their centre: what they meet, what is drawn once, what is run again."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from experiment.small_experiment import Watcher, blocks, write_experiment

import sim.experiment.replication as worker
from sim.config import ConfigError
from sim.experiment import read_manifest, read_status, read_study, run_experiment, trace
from sim.experiment.check import check
from sim.experiment.store import read_block

CHANGES = '\n[designs.{name}]\nkind = "isolation"\n[designs.{name}.changes]\nsource = "test"\n'
NORTH, EAST = "North, & <b>South</b>", "=East"


def write(folder, designs, replications=3, more=""):
    """Write an experiment on `apart` and designs in isolation that change something; its path."""
    path = write_experiment(folder, replications=replications, more=more)
    centre = folder / "centre" / "centre.toml"
    parts = [CHANGES.format(name=name) + change + "\n" for name, change in designs.items()]
    with centre.open("a", encoding="utf-8") as file:
        file.writelines(parts)
    text = path.read_text(encoding="utf-8")
    names = ", ".join(f'"{name}"' for name in ("apart", *designs))
    path.write_text(text.replace('"apart", "together"', names), encoding="utf-8")
    return path


DESIGNS = {
    "fewer": '"groups.east.shifts.0.rostered" = 1',
    "busier": "\"forces.'=East'.contacts.other.per_day\" = 300",
    "slower": '"channels.emergency.handle.mean_s" = 400\n"channels.emergency.target_share" = 0.8',
    "same": '"groups.east.shifts.0.rostered" = 2',
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = tmp_path_factory.mktemp("finished")
    path = write(place, DESIGNS)
    return path, run_experiment(path, out=place / "results", jobs=1)


@pytest.fixture(scope="module")
def weeks(finished):
    """By design, measure, force and channel: the values of the three replications."""
    kpi = pd.read_parquet(finished[1] / "kpi.parquet")
    kpi = kpi[(kpi["period"] == "all") & (kpi["group"] == "")]
    keys = ["design", "measure", "force", "channel"]
    return {key: part["value"].tolist() for key, part in kpi.groupby(keys, observed=True)}


def test_another_rota_meets_the_same_callers(weeks):
    for force in (NORTH, EAST):
        same = ("offered", force, "other")  # nobody rings back on this channel
        assert weeks["fewer", *same] == weeks["apart", *same]
    staffed = ("staffed_h", EAST, "all")
    assert (np.array(weeks["fewer", *staffed]) < weeks["apart", *staffed]).all()
    own = ("service_level", NORTH, "other")
    assert weeks["fewer", *own] == weeks["apart", *own]


def test_other_demand_of_one_force_leaves_everything_else(weeks):
    offered = ("offered", EAST, "other")
    assert min(weeks["busier", *offered]) > max(weeks["apart", *offered])
    for measure in ("offered", "service_level", "asa_s", "staffed_h"):
        channel = "all" if measure == "staffed_h" else "emergency"
        row = (measure, NORTH, channel)
        assert weeks["busier", *row] == weeks["apart", *row]
    staffed = ("staffed_h", EAST, "all")  # overruns apart
    assert np.allclose(weeks["busier", *staffed], weeks["apart", *staffed], rtol=0.05)


def test_other_handle_times_are_drawn_from_the_same_streams(weeks):
    first = ("offered", NORTH, "other")
    assert weeks["slower", *first] == weeks["apart", *first]
    busy = ("busy_h", "all", "all")
    assert min(weeks["slower", *busy]) > max(weeks["apart", *busy])


def test_a_change_to_what_is_so_anyway_changes_no_figure(weeks):
    assert {key[1:] for key in weeks if key[0] == "same"}
    for key, values in weeks.items():
        if key[0] == "same":
            assert np.array_equal(values, weeks["apart", *key[1:]], equal_nan=True)


def test_a_target_of_its_own_stands_in_the_summary(finished):
    summary = pd.read_csv(finished[1] / "summary.csv")
    rows = summary[(summary["measure"] == "service_level") & (summary["channel"] == "emergency")]
    targets = rows.groupby("design")["target"].unique().map(list).to_dict()
    assert targets["slower"] == [0.8]
    assert targets["apart"] == targets["fewer"] == [0.9]


def test_the_manifest_tells_the_changes_and_where_they_stand(finished):
    manifest = read_manifest(finished[1])
    assert manifest["designs"]["fewer"]["changes"] == {
        "source": "test",
        "groups.east.shifts.0.rostered": 1,
    }
    assert "changes" not in manifest["designs"]["apart"]
    facts = {fact["key"]: fact for fact in manifest["evidence"]}
    fact = facts['designs.fewer.changes."groups.east.shifts.0.rostered"']
    assert (fact["value"], fact["source"]) == (1, "made up for a test")
    assert facts["groups.east.shifts.0.rostered"]["value"] == 2


def test_workloads_and_staffings_are_drawn_once_for_all_designs_that_share_them(
    tmp_path, monkeypatch
):
    drawn = []

    def counted(kind):
        class Counted(kind):
            def draw(self, seed, replication):
                drawn.append((kind.__name__, replication))
                return super().draw(seed, replication)

        return Counted

    monkeypatch.setattr(worker, "WorkloadPlan", counted(worker.WorkloadPlan))
    monkeypatch.setattr(worker, "StaffingDrawer", counted(worker.StaffingDrawer))
    designs = DESIGNS | {"few": DESIGNS["fewer"] + "\n"}
    run_experiment(write(tmp_path, designs, replications=2), out=tmp_path, jobs=1)
    # Three workloads: the centre's, with more calls, with longer ones. Two staffings: `same` and
    # `apart` share one, `few` and `fewer` the other.
    parts = ["WorkloadPlan"] * 3 + ["StaffingDrawer"] * 2
    assert sorted(drawn) == sorted((part, r) for part in parts for r in range(2))


def test_another_change_runs_its_own_design_again_and_no_other(tmp_path):
    path = write(tmp_path, {"fewer": DESIGNS["fewer"], "busier": DESIGNS["busier"]}, 2)
    run_experiment(path, out=tmp_path, jobs=1)
    before = set(blocks(tmp_path / "small"))
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8")
    centre.write_text(text.replace('per_day" = 300', 'per_day" = 310'), encoding="utf-8")
    watcher = Watcher()
    folder = run_experiment(path, out=tmp_path, jobs=1, progress=watcher)
    assert (watcher.found, watcher.replications) == (0, 2)
    new = set(blocks(folder)) - before
    assert len(new) == 2
    assert all(len(read_block(block).parts) == 1 for block in new)
    assert read_status(folder).finished


def test_a_change_may_be_varied_and_the_other_designs_share_their_weeks(tmp_path):
    key = 'designs.fewer.changes."groups.east.shifts.0.rostered"'
    path = write(tmp_path, {"fewer": DESIGNS["fewer"]}, 2, f"[vary]\n'{key}' = [1, 4]\n")
    first, second = read_study(path).points
    assert first.digest == second.digest
    assert first.design_digests["apart"] == second.design_digests["apart"]
    assert first.design_digests["fewer"] != second.design_digests["fewer"]
    folder = run_experiment(path, out=tmp_path, jobs=1)
    assert len(blocks(folder)) == 4
    summary = pd.read_csv(folder / "summary.csv")
    staffed = summary[(summary["measure"] == "staffed_h") & (summary["force"] == "'=East")]
    one, four = staffed[staffed["design"] == "fewer"]["value"]
    assert four > 3 * one


def test_what_cannot_be_drawn_under_a_design_is_refused_before_anything_runs(tmp_path):
    rest = '{{at = "{}", minutes = 30, waves = 1}}'
    rests = f"[{rest.format('12:00')}, {rest.format('12:10')}]"
    day = f'name = "day", start = "08:00", end = "18:00", rostered = 2, breaks = {rests}'
    path = write(tmp_path, {"broken": f'"groups.east.shifts" = [{{{day}}}]'})
    with pytest.raises(ConfigError, match="two breaks overlap"):
        run_experiment(path, out=tmp_path / "results", jobs=1)
    for place in (path, tmp_path / "centre"):
        with pytest.raises(ConfigError, match="two breaks overlap"):
            check(place)


def test_a_design_is_built_for_the_skills_that_it_changes(tmp_path):
    answers = '"groups.east.answers" = ["emergency"]'
    with pytest.raises(ConfigError, match=r"designs\.apart2.*=East, other with nobody"):
        read_study(write(tmp_path, {"apart2": answers}))


def test_the_trace_follows_the_changed_centre(finished):
    def answered(design):
        file = io.StringIO()
        trace(finished[0], file, design=design, hours=6)
        file.seek(0)
        rows = [row for row in csv.DictReader(file) if row["group"] == "east"]
        return min(int(row["free"]) for row in rows), max(int(row["free"]) for row in rows)

    assert answered("fewer")[1] <= 1 < answered("apart")[1]
