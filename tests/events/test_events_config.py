"""`[[events]]` in an experiment's file: whatever is wrong is told with file, key and value."""

import pytest
from experiment.small_experiment import write_experiment

from sim.config import ConfigError, load_experiment
from sim.config.events import Occurrence, hour_of_week
from sim.experiment import read_study
from sim.records import Horizon

OUTAGE = """
[[events]]
name = "dark"
kind = "site_outage"
starts = "mon 03:00"
lasts_h = 2
groups = ["north"]
"""
ABSENCE = """
[[events]]
name = "flu"
kind = "absence"
starts = "mon 04:00"
lasts_h = 2
groups = ["north"]
share = 0.2
"""
FAILURE = """
[[events]]
name = "no 999"
kind = "telephony_failure"
starts = "mon 03:00"
lasts_h = 1
from = "emergency"
to = "other"
"""
SURGE = """
[[events]]
name = "storm"
kind = "surge"
starts = "mon 03:00"
lasts_h = 2
forces = ["=East"]
channels = ["emergency"]
factor = 2.5
incidents = {count = 3, calls_mean = 20, spread_mean_s = 300, seen_by = ["=East"]}
"""
RING_BACK = 'ring_back = {share = 0.9, delay_mean_s = 30, source = "test"}\n'
CHAT = """
[channels.chat]
label = "chat"
priority = 2
answer_within_s = 60
target_share = 0.9
source = "test"
"""


@pytest.mark.parametrize("event", [OUTAGE, OUTAGE + RING_BACK, ABSENCE, FAILURE, SURGE])
def test_each_kind_is_read_and_survives_the_manifest(tmp_path, event):
    experiment = load_experiment(write_experiment(tmp_path, more=event))
    (read,) = experiment.events
    assert read.span_s(Horizon(1, 12, 1))[0] == (1 + float(read.starts[4:6])) * 3600
    again = type(experiment).model_validate(experiment.model_dump(mode="json"))
    assert again.events == experiment.events


def test_a_moment_is_the_first_of_its_kind_in_the_measured_window():
    assert hour_of_week("sun 23:45") == 6 * 24 + 23.75
    event = Occurrence(name="any", starts="tue 01:00", lasts_h=2)
    assert event.span_s(Horizon(24, 336)) == ((24 + 25) * 3600, (24 + 27) * 3600)
    from_wednesday = Horizon(0, 168, 0, start_hour_of_week=48)
    assert event.span_s(from_wednesday)[0] == (168 - 48 + 25) * 3600


@pytest.mark.parametrize(
    ("event", "old", "new", "key", "says"),
    [
        (OUTAGE, '"north"', '"nort"', "events.0.groups.0", 'did you mean "north"'),
        (SURGE, 'forces = ["=East"]', 'forces = ["East"]', "events.0.forces.0", '"=East"'),
        (SURGE, '["emergency"]', '["emergancy"]', "events.0.channels.0", '"emergency"'),
        (SURGE, 'seen_by = ["=East"]', 'seen_by = ["x"]', "incidents.seen_by.0", "force"),
        (FAILURE, 'from = "emergency"', 'from = "emergenc"', "events.0.from", '"emergency"'),
        (FAILURE, 'to = "other"', 'to = "othr"', "events.0.to", '"other"'),
        (FAILURE, 'to = "other"', 'to = "emergency"', "events.0.to", "must differ"),
        (OUTAGE, "lasts_h = 2", "lasts_h = 0", "events.0.lasts_h = 0", "above 0"),
        (OUTAGE, "lasts_h = 2", "lasts_h = -1", "events.0.lasts_h", "above 0"),
        (OUTAGE, "lasts_h = 2", "lasts_h = 9.5", "events.0.starts", "0.5 h after the measured"),
        (OUTAGE, "mon 03:00", "fri 20:00", "events.0.starts", "after the measured"),
        (OUTAGE, "mon 03:00", "monday 3", "events.0.starts", 'such as "fri 20:00"'),
        (OUTAGE, "mon 03:00", "mon 25:00", "events.0.starts", 'such as "fri 20:00"'),
        (OUTAGE, "site_outage", "site_outrage", "events.0.kind", 'did you mean "site_outage"'),
        (OUTAGE, 'kind = "site_outage"', "", "events.0.kind", "is missing; it may be"),
        (OUTAGE, "groups", "group", "events.0.group", 'did you mean "groups"'),
        (OUTAGE, '["north"]', '["north", "north"]', "events.0.groups", "stands twice"),
        (OUTAGE, '["north"]', "[]", "events.0.groups", "at least 1"),
        (ABSENCE, "share = 0.2", "share = 1.2", "events.0.share = 1.2", "1 or less"),
        (FAILURE, 'to = "other"', 'to = "other"\nshare = -0.1', "events.0.share", "0 or more"),
        (SURGE, "factor = 2.5", "factor = 1", "events.0.factor", "above 1"),
        (SURGE, "factor = 2.5", "", "events.0.factor", "is missing"),
        (SURGE, "count = 3", "count = 0", "events.0.incidents.count", "1 or more"),
        (
            OUTAGE + RING_BACK,
            "[[events]]",
            '[[events]]\ncalls_in_hand = "finish"',
            "events.0.ring_back",
            "nobody rings back",
        ),
        (
            OUTAGE,
            "lasts_h = 2",
            'lasts_h = 2\nfallback_handle_factor = {value = 1.1, source = "test"}',
            "events.0.fallback_after_s",
            "is missing",
        ),
        (OUTAGE + OUTAGE, "starts", "starts", "events.1.starts", "north is dark at this time"),
        (OUTAGE + OUTAGE, "starts", "starts", "events.1.name", "event 0 has this name too"),
        (ABSENCE + ABSENCE, "starts", "starts", "events.1.starts", "short of staff"),
        (FAILURE + FAILURE, "starts", "starts", "events.1.starts", "fails at this time"),
    ],
)
def test_a_wrong_event_has_its_clear_answer(tmp_path, event, old, new, key, says):  # noqa: PLR0913, PLR0917
    assert old in event
    path = write_experiment(tmp_path, more=event.replace(old, new))
    with pytest.raises(ConfigError) as error:
        load_experiment(path)
    about = [line for line in str(error.value).splitlines() if key in line]
    assert any(says in line for line in about), str(error.value)
    assert str(path) in about[0]


@pytest.mark.parametrize(
    ("ring_back", "says"),
    [
        ("{share = 0.9, delay_mean_s = 30}", "has no source"),
        ('{share = 0.9, delay_mean_s = 30, source = "assumption"}', "needs a range"),
        ('{share = 1.9, delay_mean_s = 30, source = "test"}', "a share from 0 to 1"),
    ],
)
def test_what_callers_do_needs_evidence(tmp_path, ring_back, says):
    path = write_experiment(tmp_path, more=f"{OUTAGE}ring_back = {ring_back}\n")
    with pytest.raises(ConfigError, match=says) as error:
        read_study(path)
    assert "events.0.ring_back.share" in str(error.value)


def test_a_surge_of_contacts_that_nobody_describes_is_refused(tmp_path):
    path = write_experiment(tmp_path, more=SURGE)
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8").replace("[channels.other]", CHAT + "[channels.other]")
    text = text.replace(
        'answers = ["emergency", "other"]', 'answers = ["emergency", "chat", "other"]'
    )
    centre.write_text(text, encoding="utf-8")
    read_study(path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("count = 3", 'count = 3, channel = "chat"'),
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match="=East on chat, for which there is no handle") as error:
        read_study(path)
    assert "events.0" in str(error.value)


def test_an_outage_may_follow_another_and_rooms_may_be_dark_together(tmp_path):
    later = OUTAGE.replace("dark", "again").replace("03:00", "05:00")
    other = OUTAGE.replace("dark", "both").replace("north", "east")
    assert len(load_experiment(write_experiment(tmp_path, more=OUTAGE + later + other)).events) == 3
