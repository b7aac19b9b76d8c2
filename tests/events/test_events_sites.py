"""An outage takes whole sites: whoever sits under one roof under a design goes dark together."""

import csv
import io

import pytest
from events.test_events_config import OUTAGE
from experiment.small_experiment import write_experiment

from sim.config import ConfigError, events_under, load_centre, load_experiment
from sim.experiment import read_study, run_experiment
from sim.experiment.results import TIMELINE
from sim.experiment.tables import CSV_ENCODING, as_named
from sim.experiment.trace import trace

NORTH, EAST = "North, & <b>South</b>", "=East"
STANDBY = """
standby = {after_h = {value = 1, source = "test"}, share = {value = 0.5, source = "test"}}
"""
ROOF = '\nsites = {Hall = ["north", "east"]}\n'


def an_experiment(folder, sites="", more=OUTAGE):
    """Write an experiment with an outage; `sites` goes to the design "together"."""
    path = write_experiment(folder, replications=2, more=more)
    centre = folder / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8").replace(
        'label = "Together [bold]"', f'label = "Together [bold]"{sites}'
    )
    centre.write_text(text, encoding="utf-8")
    return path


def staffed(folder):
    """Give the handlers during the event by design, force and minute."""
    with (folder / TIMELINE).open(encoding=CSV_ENCODING, newline="") as file:
        return {
            (row["design"], as_named(row["force"]), float(row["minute"])): float(row["value_with"])
            for row in csv.DictReader(file)
            if row["measure"] == "staffed" and 0 <= float(row["minute"]) < 120
        }


def test_one_roof_goes_dark_as_a_whole_and_only_under_the_design_that_has_it(tmp_path):
    found = staffed(run_experiment(an_experiment(tmp_path, ROOF), out=tmp_path / "out", jobs=1))
    assert {found[design, NORTH, 0.0] for design in ("apart", "together")} == {0}
    assert {v for (d, _, _), v in found.items() if d == "together"} == {0}
    assert found["apart", EAST, 0.0] > 0


def test_a_design_without_sites_loses_the_named_room_alone(tmp_path):
    found = staffed(run_experiment(an_experiment(tmp_path), out=tmp_path / "out", jobs=1))
    assert found["together", NORTH, 0.0] == 0
    assert found["together", EAST, 0.0] > 0


def test_a_standby_room_takes_its_share_back_after_its_time(tmp_path):
    path = an_experiment(tmp_path, more=OUTAGE + STANDBY)
    found = staffed(run_experiment(path, out=tmp_path / "out", jobs=1))
    assert found["apart", NORTH, 55.0] == 0
    # Of 2 or 3 handlers, 1 or (2 by rounding half to even) are back: fewer than without.
    assert 0 < found["apart", NORTH, 60.0] <= 2
    assert found["apart", EAST, 60.0] > 0


def test_who_sits_under_one_roof_counts_in_the_digest_only_where_something_may_take_it(tmp_path):
    def digests(folder, sites, more):
        study = read_study(an_experiment(tmp_path / folder, sites, more))
        return study.points[0].design_digests["together"]

    assert digests("a", ROOF, OUTAGE) != digests("b", "", OUTAGE)
    assert digests("c", ROOF, "") == digests("d", "", "")


def test_the_trace_shows_the_whole_site_dark(tmp_path):
    def answered(folder, sites):
        path = an_experiment(tmp_path / folder, sites)
        file = io.StringIO()
        trace(path, file, design="together")
        rows = csv.DictReader(file.getvalue().splitlines())
        return [
            row
            for row in rows
            if "answer" in row["event"] and 4 * 3600 < float(row["time_s"]) < 6 * 3600
        ]

    assert answered("open", "")
    assert not answered("roof", ROOF)


def test_groups_keep_their_order_and_stand_once(tmp_path):
    path = an_experiment(tmp_path, ROOF)
    entry = load_centre(tmp_path / "centre").designs["together"]
    (event,) = events_under(load_experiment(path).events, entry)
    assert event.groups == ("north", "east")


@pytest.mark.parametrize(
    ("sites", "key", "says"),
    [
        ('\nsites = {Hall = ["nort"]}\n', "designs.together.sites.Hall.0", "north"),
        (
            '\nsites = {Hall = ["north"], Barn = ["north"]}\n',
            "designs.together.sites.Barn.0",
            'sits in "Hall" already',
        ),
    ],
)
def test_a_wrong_site_has_its_clear_answer(tmp_path, sites, key, says):
    an_experiment(tmp_path, sites)
    with pytest.raises(ConfigError) as error:
        load_centre(tmp_path / "centre")
    assert any(key in line and says in line for line in str(error.value).splitlines()), error.value


def test_a_standby_room_that_opens_after_the_event_is_refused(tmp_path):
    late = OUTAGE + STANDBY.replace("value = 1,", "value = 9,")
    with pytest.raises(ConfigError, match=r"standby\.after_h = 9: must be below lasts_h"):
        load_experiment(an_experiment(tmp_path, more=late))
