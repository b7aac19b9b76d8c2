"""The union's objection: posts cut, officers put back, and the saving net of both."""

import csv
import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.config import load_centre, load_experiment
from sim.config.centre import Group, Shift
from sim.config.vary import points
from sim.experiment import run_experiment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "configs" / "officers_backfill"
EXPERIMENTS = ("officers_backfill", "officers_backfill_handling")
SCRIPT = SimpleNamespace(**runpy.run_path(str(FOLDER / "net_saving.py")))

SHORT = """
question = "A short version"
centre = "{centre}"
designs = ["isolation", "networked"]
baseline = "isolation"
seed = 20151217
[horizon]
warm_up_h = 6
measured_h = 24
[replications]
min = 2
[vary]
"staffing.scale" = [0.8, 0.9, 1.0]
"""


@cache
def pay() -> dict[str, float]:
    return SCRIPT.read_pay()


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The money.


@pytest.mark.parametrize("name", ["pay.csv", "evidence.csv"])
def test_every_figure_has_a_source(name):
    rows = rows_of(name)
    assert rows
    assert all(None not in row and row["source"] for row in rows)
    assert len({row["key"] for row in rows}) == len(rows)


def test_assumptions_about_pay_have_a_range_that_holds_their_value():
    assumed = [row for row in rows_of("pay.csv") if row["source"].startswith("assumption")]
    assert {row["key"] for row in assumed} == {"on_cost_share", "hours_per_week"}
    assert all(float(r["low"]) <= float(r["value"]) <= float(r["high"]) for r in assumed)


def test_a_handler_costs_pay_allowances_and_on_costs():
    assert SCRIPT.handler_cost_gbp(pay()) == pytest.approx(18506 * 1.31 * 1.22)
    assert pay()["handler_paid_2021"] / pay()["handler_base_2021"] - 1 == pytest.approx(
        pay()["allowance_share"], abs=0.005
    )


def test_published_pay_supports_ratios_from_1_4_to_2_and_not_3():
    paid = pay()["handler_paid_2021"]
    assert pay()["constable_5"] / paid == pytest.approx(1.4, abs=0.05)
    assert pay()["constable_7"] / paid == pytest.approx(2.0, abs=0.05)
    # Even the whole cost of a constable at the top against a handler's bare pay.
    assert pay()["constable_7"] / pay()["handler_base"] < 2.7
    assert SCRIPT.RATIOS == (1.4, 2.0, 3.0)


def test_posts_are_the_hours_of_the_rotas():
    night = Shift(name="night", start="23:00", end="07:00", rostered=4)
    weekend = Shift(name="late", start="18:00", end="03:00", rostered=2, days=("fri", "sat"))
    half = Group(answers=("emergency",), shifts=(night, weekend), scale=0.5)
    # Half of 4 people for 8 h on 7 nights and 2 people for 9 h on 2, 37 hours a post.
    centre = SimpleNamespace(groups={"half": half})
    assert SCRIPT.posts(centre, pay()) == pytest.approx(0.5 * (4 * 8 * 7 + 2 * 9 * 2) / 37)


# The arithmetic, worked by hand.

SCALES = np.array([0.8, 0.9, 1.0])


def test_the_restoring_scale_is_where_the_line_crosses():
    level = np.array([[0.50], [0.70], [0.90]])
    assert SCRIPT.restoring_scale(SCALES, level, np.array([0.75])) == pytest.approx(0.925)
    assert SCRIPT.restoring_scale(SCALES, level, np.array([0.90])) == pytest.approx(1.0)


def test_every_cell_must_be_restored():
    level = np.array([[0.50, 0.1], [0.70, 0.2], [0.90, 0.4]])
    found = SCRIPT.restoring_scale(SCALES, level, np.array([0.75, 0.3]))
    assert found == pytest.approx(0.95)  # 0.925 for the first, 0.95 for the second


def test_a_dip_counts_the_last_crossing():
    level = np.array([[0.9], [0.7], [0.9]])
    assert SCRIPT.restoring_scale(SCALES, level, np.array([0.8])) == pytest.approx(0.95)


def test_beyond_the_sweep_the_lowest_scale_or_nothing_is_known():
    level = np.array([[0.5], [0.7], [0.9]])
    assert SCRIPT.restoring_scale(SCALES, level, np.array([0.4])) == 0.8
    assert np.isnan(SCRIPT.restoring_scale(SCALES, level, np.array([0.95])))
    assert np.isnan(SCRIPT.net_saving(0.1, np.nan, 1.4))
    assert np.isnan(SCRIPT.break_even_ratio(0.1, np.nan))


@pytest.mark.parametrize(
    ("ratio", "saved"), [(1.4, 0.016), (2.0, -0.02), (3.0, -0.08)], ids=["1.4", "2", "3"]
)
def test_a_cut_of_10_percent_with_4_to_spare_saves_at_1_4_and_loses_at_2_and_3(ratio, saved):
    assert SCRIPT.net_saving(0.10, 0.04, ratio) == pytest.approx(saved)


def test_at_the_break_even_ratio_nothing_is_saved():
    for cut, spare in ((0.1, 0.04), (0.2, 0.15), (0.05, -0.01)):
        ratio = SCRIPT.break_even_ratio(cut, spare)
        assert SCRIPT.net_saving(cut, spare, ratio) == pytest.approx(0)


def test_within_what_can_be_spared_the_whole_cut_is_saved_at_any_ratio():
    assert SCRIPT.net_saving(0.05, 0.06, 3.0) == 0.05
    assert SCRIPT.break_even_ratio(0.05, 0.06) == np.inf


def test_where_nothing_can_be_spared_any_dearer_officer_loses_money():
    assert SCRIPT.break_even_ratio(0.15, 0.0) == 1
    assert SCRIPT.net_saving(0.15, 0.0, 1.4) == pytest.approx(-0.06)


def sweep(shared: list[list[float]]):
    """Give a sweep of one cell with 100 calls a week: alone 50, 70, 90 in time, shared as given."""
    alone = np.array([[50.0, 70, 90]] * len(shared))

    def tally(in_time: np.ndarray) -> np.ndarray:
        return np.stack([in_time[..., None], np.full((*in_time.shape, 1), 100.0)])

    return SCRIPT.Sweep(
        varied={},
        scales=SCALES,
        tally={"alone": tally(alone), "shared": tally(np.array(shared, dtype=float))},
        force=np.array(["all"]),
        channel=np.array(["emergency"]),
        urgent="emergency",
        baseline="alone",
        labels={"alone": "Alone", "shared": "Shared"},
        pay_bill_gbp=1e6,
    )


def test_the_spare_share_is_against_the_baseline_with_all_its_posts():
    alike = sweep([[60, 80, 100]] * 3)  # 90 is reached half way from 0.9 to 1.0
    assert SCRIPT.spare_share(alike, "shared", "999") == pytest.approx((0.05, 0.05, 0.05))
    assert SCRIPT.spare_share(alike, "alone", "999") == (0, 0, 0)


def test_the_interval_of_the_spare_share_is_the_jackknife():
    # Levels at 1.0 of 98, 100 and 102 with 80 at 0.9; without one week: 101, 100, 99.
    found = SCRIPT.spare_share(sweep([[60, 80, 98], [60, 80, 100], [60, 80, 102]]), "shared", "999")
    left_out = np.array([1 - (0.9 + 0.1 * 10 / (top - 80)) for top in (101, 100, 99)])
    variance = 2 / 3 * ((left_out - left_out.mean()) ** 2).sum()
    half = 4.302653 * np.sqrt(variance)  # Student's t, 2 degrees of freedom
    assert found == pytest.approx((0.05, 0.05 - half, 0.05 + half), rel=1e-6)


def test_the_tables_carry_the_interval_through():
    even, net = SCRIPT.tables(sweep([[60, 80, 98], [60, 80, 100], [60, 80, 102]]))
    even, net = even[even["criterion"] == "999"], net[net["criterion"] == "999"]
    row = even[(even["design"] == "shared") & (even["cut_share"] == 0.1)].iloc[0]
    assert row["break_even"] == pytest.approx(2)
    assert row["break_even_low"] == pytest.approx(0.1 / (0.1 - row["spare_share_low"]))
    assert row["break_even_low"] < row["break_even"] < row["break_even_high"]
    money = net[(net["design"] == "shared") & (net["cut_share"] == 0.1)].set_index("cost_ratio")
    assert money.loc[1.4, "net_saving_share"] == pytest.approx(0.1 - 1.4 * 0.05)
    assert money.loc[3.0, "net_saving_gbp"] == pytest.approx(1e6 * (0.1 - 3 * 0.05))
    assert money.loc[2.0, "net_saving_share_low"] < 0 < money.loc[2.0, "net_saving_share_high"]
    assert (net["officers_share_low"] <= net["officers_share_high"]).all()


# The experiments.


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_experiments_sweep_the_posts_of_the_three_rooms_before_and_after_the_cut(name):
    experiment = load_experiment(ROOT / "experiments" / f"{name}.toml")
    centre = load_centre(ROOT / "configs" / "east_midlands")
    assert set(experiment.designs) <= set(centre.designs)
    scales = {point[SCRIPT.SCALE] for point in points(experiment)}
    assert 1.0 in scales
    assert min(scales) < 0.85
    for point in points(experiment):
        load_centre(experiment.centre, point)  # within the declared ranges


def test_a_short_sweep_shows_that_alone_nothing_can_be_spared_and_999_shared_a_fifth(
    tmp_path, monkeypatch
):
    path = tmp_path / "short.toml"
    centre = ROOT / "configs" / "east_midlands"
    path.write_text(SHORT.format(centre=centre.as_posix()), encoding="utf-8")
    (found,) = SCRIPT.read_sweeps(run_experiment(path, out=tmp_path, jobs=1))
    assert SCRIPT.spare_share(found, "isolation", "each_force") == (0, 0, 0)
    urgent, both, each = (
        SCRIPT.spare_share(found, "networked", criterion).value for criterion in SCRIPT.CRITERIA
    )
    assert urgent == pytest.approx(0.2)  # the end of the sweep: this or more
    assert each <= both < urgent
    even, net = SCRIPT.tables(found)
    assert set(even["cut_share"]) == {0.1, 0.2}
    worse = net[(net["design"] == "isolation") & (net["cost_ratio"] == 3.0)]
    assert worse["net_saving_share"].to_numpy() == pytest.approx(-2 * worse["cut_share"].to_numpy())
    # The service levels are those that the run itself reports.
    summary = pd.read_csv(tmp_path / "short" / "summary.csv")
    row = summary[
        (summary["design"] == "networked")
        & (summary["force"] == "Leicestershire")
        & (summary["channel"] == "non_emergency")
        & (summary["measure"] == "service_level")
        & (summary["period"] == "all")
        & (summary["staffing.scale"] == 0.9)
    ].iloc[0]
    cell = (found.force == "Leicestershire") & (found.channel == "non_emergency")
    in_time, offered = found.tally["networked"][:, :, 1][..., cell].sum(axis=1)
    assert in_time / offered == pytest.approx(row["value"])
    monkeypatch.setattr("sys.argv", ["net_saving.py", str(tmp_path / "short")])
    SCRIPT.main()
    assert len(pd.read_csv(tmp_path / "short" / "break_even.csv")) == len(even)
    assert len(pd.read_csv(tmp_path / "short" / "net_saving.csv")) == len(net)
    assert (tmp_path / "short" / "net_saving.png").stat().st_size > 10_000
