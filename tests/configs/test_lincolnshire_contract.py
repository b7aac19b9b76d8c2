"""Lincolnshire's room in-house and under contract, and the arithmetic of test calls."""

import csv
import runpy
import tomllib
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.config import Centre, evidence, load_centre, load_experiment
from sim.experiment import run_experiment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "lincolnshire_contract"
EXPERIMENTS = ("lincolnshire_contract", "lincolnshire_test_calls")
SCRIPT = SimpleNamespace(**runpy.run_path(str(FOLDER / "test_calls.py")))
TARGET = 0.92

SHORT = """
question = "A short version"
centre = "{centre}"
designs = ["in_house", "contracted", "contracted_claimed"]
baseline = "in_house"
seed = 20120401
[horizon]
warm_up_h = 24
measured_h = 168
[replications]
min = 24
"""


@cache
def centre() -> Centre:
    return load_centre(FOLDER)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lincolnshire")
    path = folder / "short.toml"
    path.write_text(SHORT.format(centre=FOLDER.as_posix()), encoding="utf-8")
    return run_experiment(path, out=folder, jobs=1)


def estimates(results: Path, table: str) -> pd.DataFrame:
    """Give by design what a results folder says of 999 in time."""
    rows = pd.read_csv(results / table)
    rows = rows[(rows["force"] == "all") & (rows["channel"] == "emergency")]
    if "period" in rows:
        rows = rows[rows["period"] == "all"]
    return rows[rows["measure"] == "service_level"].set_index("design")


def test_every_figure_has_a_source_and_every_assumption_a_range():
    figures = evidence(centre())
    assert len(figures) > 40
    assert [figure.key for figure in figures if not figure.source] == []
    assert [figure.key for figure in figures if figure.assumed and figure.low is None] == []


def test_sources_named_by_key_are_rows_of_the_evidence():
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert all(None not in row and row["source"] for row in rows.values())
    sources = tomllib.loads((FOLDER / "centre.toml").read_text(encoding="utf-8"))["sources"]
    assert sources
    assert all(rows[key]["source"] == reference for key, reference in sources.items())


def test_the_calls_are_those_of_december_2015_without_the_test_calls():
    per_day = centre().forces["Lincolnshire"].contacts["emergency"].per_day.value
    assert per_day == pytest.approx((8153 - 349) / 31, abs=0.5)


def test_the_hours_of_the_week_are_those_of_the_east_midlands():
    other = ROOT / "configs" / "east_midlands" / "hour_of_week.csv"
    assert (FOLDER / "hour_of_week.csv").read_bytes() == other.read_bytes()


def test_the_contractor_rosters_the_hours_of_the_room_in_house_in_whole_people():
    days = {"all": 7}
    hours = {
        name: sum(
            8 * shift.rostered.value * days.get(shift.days, len(shift.days))
            for shift in group.shifts
        )
        for name, group in centre().groups.items()
    }
    assert hours == {"Lincolnshire": 2184, "Contractor": 2184}
    for group in centre().groups.values():
        assert all(shift.rostered.value.is_integer() for shift in group.shifts)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_experiments_ask_designs_that_the_centre_has(name):
    experiment = load_experiment(ROOT / "experiments" / f"{name}.toml")
    assert set(experiment.designs) <= set(centre().designs)
    assert experiment.horizon.measured_h == 31 * 24  # the contract is judged by the month


def test_in_house_the_room_answers_about_the_published_89_percent(results):
    assert 0.86 < estimates(results, "summary.csv").loc["in_house", "value"] < 0.915


def test_the_contractor_gains_with_the_same_hours_and_loses_with_18_percent_fewer(results):
    change = estimates(results, "comparison.csv")
    assert change.loc["contracted", "ci_low"] > 0
    assert change.loc["contracted_claimed", "ci_high"] < 0


def test_under_each_design_one_room_alone_is_staffed(results):
    kpi = pd.read_parquet(results / "kpi.parquet", filters=[("measure", "==", "staffed_h")])
    rooms = kpi[(kpi["group"] != "") & (kpi["period"] == "all")].astype({"group": str})
    staffed = rooms.groupby(["design", "group"], observed=True)["numerator"].sum()
    assert staffed["in_house", "Contractor"] == 0 < staffed["in_house", "Lincolnshire"]
    for design in ("contracted", "contracted_claimed"):
        assert staffed[design, "Lincolnshire"] == 0 < staffed[design, "Contractor"]
    fewer = staffed["contracted_claimed", "Contractor"] / staffed["contracted", "Contractor"]
    assert fewer == pytest.approx(0.82, abs=0.02)


# The arithmetic of test calls, worked by hand.


def test_a_month_one_point_short_of_92_takes_an_eighth_of_its_calls_as_test_calls():
    # Each test call closes 0.08 of a call's gap; 10 calls are missing: 125.
    assert SCRIPT.calls_needed(1000, 910, TARGET) == 125
    assert SCRIPT.score(1000, 910, 125) == TARGET
    assert SCRIPT.score(1000, 910, 124) < TARGET


def test_the_number_is_the_smallest_whole_one_for_any_month():
    rng = np.random.default_rng(1)
    calls = rng.integers(500, 9000, 400)
    in_time = rng.binomial(calls, 0.91)
    tests = SCRIPT.calls_needed(calls, in_time, TARGET)
    missed = tests > 0
    assert (in_time[~missed] >= TARGET * calls[~missed]).all()
    # In whole numbers, so that nothing hangs on a rounding: 100 (k + t) >= 92 (n + t).
    n, k, t = calls[missed], in_time[missed], tests[missed].astype(int)
    assert (100 * (k + t) >= 92 * (n + t)).all()
    assert (100 * (k + t - 1) < 92 * (n + t - 1)).all()


def test_test_calls_answered_no_better_than_the_target_never_help():
    assert SCRIPT.calls_needed(1000, 910, TARGET, answered_share=0.92) == np.inf
    assert SCRIPT.calls_needed(1000, 930, TARGET, answered_share=0.5) == 0
    # Answered in time at 96%, each closes half of what one answered at once does.
    assert SCRIPT.calls_needed(1000, 910, TARGET, answered_share=0.96) == 250


def test_the_published_scores_of_december_2015_do_not_follow_from_the_test_calls():
    # Published: 8,153 calls, 349 of them test calls, 89.24% without them, around 93% with them.
    real, tests, published = 8153 - 349, 349, 0.8924
    assert SCRIPT.score(real, published * real, tests) == pytest.approx(0.8970, abs=5e-5)
    assert SCRIPT.calls_needed(real, published * real, TARGET) == 2693
    # They do if test calls were taken from the answered calls and left among all calls.
    with_tests = published * 8153 + tests
    assert with_tests / 8153 == pytest.approx(0.9352, abs=5e-5)
    assert (with_tests - tests) / real == pytest.approx(0.9323, abs=5e-5)  # above 92% all the same


def test_349_test_calls_lift_december_by_at_most_about_a_third_of_a_point():
    least = (TARGET * (7804 + 349) - 349) / 7804  # the lowest score that they turn into 92%
    assert least == pytest.approx(0.9164, abs=5e-5)
    assert SCRIPT.calls_needed(7804, np.ceil(least * 7804), TARGET) <= 349


def test_the_median_has_an_interval_from_six_months_on():
    assert SCRIPT.median_interval(np.array([5.0, 1, 2, 4, 3, 6])) == (3.5, 1, 6)
    middle, low, high = SCRIPT.median_interval(np.arange(5.0))
    assert (middle, np.isnan(low), np.isnan(high)) == (2.0, True, True)
    # For 20 values the sixth smallest and largest: P(Bin(20, 1/2) <= 5) = 0.0207.
    assert SCRIPT.median_interval(np.arange(1.0, 21)) == (10.5, 6, 15)


def months(in_time: list[int]):
    """Give months of 1,000 calls each under one design."""
    table = pd.DataFrame(
        {
            "point": 0,
            "design": "here",
            "month": range(len(in_time)),
            "calls": 1000.0,
            "in_time": np.array(in_time, dtype=float),
        }
    )
    return SCRIPT.Months(table, TARGET, {(0, "here"): 0.96}, [], {"here": "Here"})


def test_scores_with_and_without_count_the_months_that_turn():
    table = SCRIPT.scores(months([900, 912, 930])).set_index(["made", "test_calls"])
    at_once = table.loc["at once"]
    assert list(at_once["months_met"]) == [1, 1, 2, 2, 3]  # 912 takes 100, 900 takes 250
    assert at_once.loc[0, "score"] == pytest.approx(2742 / 3000)
    assert at_once.loc[349, "score"] == pytest.approx((2742 + 3 * 349) / (3000 + 3 * 349))
    assert list(table.loc["quiet hours", "months_met"]) == [1, 1, 1, 2, 2]  # 912 takes 200
    assert at_once.loc[0, "met_low"] == pytest.approx(1 - 0.975 ** (1 / 3))  # Clopper-Pearson


def test_needed_says_how_many_the_missed_months_took():
    row = SCRIPT.needed(months([900, 912, 930])).iloc[0]
    assert (row["missed"], row["needed_median"]) == (2, 175)
    assert (row["turned_by_35"], row["turned_by_139"], row["turned_by_349"]) == (0, 1, 2)
    assert row["needed_per_point"] == pytest.approx(125)


def test_the_script_reads_a_results_folder(results):
    found = SCRIPT.read_months(results)
    assert found.target == TARGET
    assert len(found.table) == 3 * 24
    assert all(0 < share <= 1 for share in found.quiet_share.values())
    without = SCRIPT.scores(found)
    without = without[(without["test_calls"] == 0) & (without["made"] == "at once")]
    summary = estimates(results, "summary.csv")
    for _, row in without.iterrows():
        assert row["score"] == pytest.approx(summary.loc[row["design"], "value"])
        assert row["score_low"] == pytest.approx(summary.loc[row["design"], "ci_low"])
    assert SCRIPT.draw(found).axes[0].get_title(loc="left").startswith("A month")


def test_the_script_leaves_its_tables_and_its_figure_in_the_results_folder(results, monkeypatch):
    monkeypatch.setattr("sys.argv", ["test_calls.py", str(results)])
    SCRIPT.main()
    table = pd.read_csv(results / "test_calls.csv")
    assert len(table) == 3 * 2 * len(SCRIPT.TEST_CALLS)  # designs, ways of making them
    assert list(pd.read_csv(results / "test_calls_needed.csv")["months"]) == [24] * 3
    assert (results / "test_calls.png").stat().st_size > 10_000
