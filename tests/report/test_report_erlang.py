"""Erlang A beside the simulation: the right numbers, only where they mean something, and why."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from synthetic_results import WEEK_SHAPE

from sim.report.erlang import erlang_table
from sim.report.study import Study
from sim.theory import pointwise_erlang_a

StudyOf = Callable[..., Study]


def _changed(study: Study, **changes: Any) -> Study:
    """Give the study with other parts of its centre."""
    study.results.manifest["centre"] |= changes
    return Study(study.results, study.point)


def test_a_room_of_one_channel_gets_the_formulas_own_figure(study_of: StudyOf) -> None:
    study = study_of(
        forces=("Kent",), designs={"isolation": None}, channels={"emergency": ("999", 10, 0.9)}
    )
    cells = study.over_weeks(["offered_load_erl", "staffed_h"])
    numbers = cells.estimates("measure", "force", "group", "period")
    load, staffed = (
        np.array([numbers[measure, "Kent", group, f"week_{h:03d}"].value for h in range(168)])
        for measure, group in (("offered_load_erl", ""), ("staffed_h", "Kent room"))
    )
    expected = pointwise_erlang_a(load * 3600 / 420, staffed, 420, 300, within_s=10)
    (row,) = erlang_table(study).rows
    assert row.formula == f"{100 * expected.service_level:.1f}%"
    level = study.estimate("isolation", "Kent", "emergency", "service_level")
    assert row.simulated == level.percent
    assert row.difference.startswith(f"{100 * (level.value - expected.service_level):+.1f} (")


def test_a_longer_promise_is_kept_more_often(study_of: StudyOf) -> None:
    rows = {row.channel: row.formula for row in erlang_table(study_of()).rows if row.room == "Kent"}
    within_10_s = float(rows["999 calls answered within 10 s"].rstrip("%"))
    within_30_s = float(rows["101 calls answered within 30 s"].rstrip("%"))
    assert within_10_s < within_30_s


def test_rows_stand_for_separate_rooms_and_for_a_merger_only(study_of: StudyOf) -> None:
    designs = {"isolation": "Alone", "networked": "Helping", "merger": "One"}
    rows = erlang_table(study_of(designs=designs)).rows
    assert {(row.design, row.room) for row in rows} == {
        ("Alone", "Kent"),
        ("Alone", "Essex"),
        ("One", "All forces"),
    }


def test_a_merger_is_better_by_the_formula_too(study_of: StudyOf) -> None:
    study = study_of()
    rows = erlang_table(study).rows
    alone = [float(r.formula[:-1]) for r in rows if r.design == "Separate rooms"]
    (one, _) = [float(r.formula[:-1]) for r in rows if r.design == "One merged room"]
    assert one > max(alone[0], alone[2])


def test_a_room_split_by_channel_is_two_rooms(study_of: StudyOf) -> None:
    study = study_of(forces=("Kent",), designs={"isolation": None})
    groups = study.results.manifest["centre"]["groups"]
    one = groups["Kent room"]
    split = _changed(study, groups={"Kent room": {**one, "answers": ["emergency"]}})
    (row,) = erlang_table(split).rows  # nobody answers 101
    assert row.channel == "999 calls answered within 10 s"


def test_no_formula_for_rooms_that_help_each_other(study_of: StudyOf) -> None:
    table = erlang_table(study_of(designs={"networked": None}))
    assert table.rows == ()
    assert table.reason == ""


def test_a_force_without_callers_has_no_row(study_of: StudyOf) -> None:
    study = study_of(silent_forces=("Essex",))
    for contacts in study.results.manifest["centre"]["forces"]["Essex"]["contacts"].values():
        contacts["per_day"]["value"] = 0.0
    rows = erlang_table(Study(study.results, 0)).rows
    assert {row.room for row in rows} == {"Kent", "All forces"}


REASONS = {
    "priority": "here 999 is taken first",
    "reserve": "kept free of 101",
    "hours": "handed on to the next",
    "days": "some days are busier",
    "bursts": "one incident brings many calls",
    "absence": "absent on the day",
    "lengths": "call lengths are not exponential",
    "patience": "patience is not exponential",
    "redials": "come back soon",
}


def test_the_reason_names_what_the_example_has_and_nothing_else(study_of: StudyOf) -> None:
    reason = erlang_table(study_of()).reason
    absent = {"reserve", "bursts", "patience"}
    assert {name for name, words in REASONS.items() if words in reason} == set(REASONS) - absent


@pytest.mark.parametrize("kind", ["reserve", "bursts", "patience"])
def test_the_reason_names_what_is_added(study_of: StudyOf, kind: str) -> None:
    study = study_of()
    centre = study.results.manifest["centre"]
    assumed = {"range": [1, 1000], "source": "assumption: made up"}
    if kind == "reserve":
        centre["groups"]["Kent room"]["reserve"] = {"non_emergency": 1}
    elif kind == "patience":
        mean_s = {"value": 200, **assumed}
        law = {"distribution": "weibull", "mean_s": mean_s, "shape": {"value": 2, **assumed}}
        centre["channels"]["emergency"]["patience"] = law
    else:
        centre["demand"]["bursts"] = {
            "channel": "emergency",
            "incidents_per_week": {"value": 5, **assumed},
            "calls_mean": {"value": 3, **assumed},
            "calls_max": 10,
            "spread_mean_s": {"value": 100, **assumed},
            "seen_by_two_share": {"value": 0.1, "source": "test"},
            "neighbours": {"Kent": ["Essex"], "Essex": ["Kent"]},
        }
    assert REASONS[kind] in erlang_table(Study(study.results, 0)).reason


def test_a_scenario_that_is_the_formulas_own_differs_by_nothing(study_of: StudyOf) -> None:
    study = study_of(
        forces=("Kent",), designs={"isolation": None}, channels={"emergency": ("999", 10, 0.9)}
    )
    centre = study.results.manifest["centre"]
    channel = centre["channels"]["emergency"]
    channel |= {"redial": None, "profile": None}
    mean_s = channel["handle"]["mean_s"]
    channel["handle"] = {"distribution": "exponential", "mean_s": mean_s}
    centre["demand"] = {}
    centre["staffing"]["absence_share"]["value"] = 0.03
    centre["staffing"]["absence_share"]["range"] = [0.0, 0.1]
    centre["staffing"]["absence_share"]["value"] = 0.0
    assert erlang_table(Study(study.results, 0)).reason.endswith("this scenario nearly does too.")
    assert np.ptp(WEEK_SHAPE) > 0  # the shape was taken away, not absent from the start
