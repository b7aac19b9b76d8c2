"""Each force's account: worked by hand, and held against the other tables of a run."""

import numpy as np
import pandas as pd
import pytest
from experiment.small_experiment import tables, write_experiment

from sim.experiment import run_experiment
from sim.experiment.accounting import (
    ACCOUNTING_COLUMNS,
    EXCHANGE_COLUMNS,
    Books,
    accounting_rows,
    exchange_rows,
    share_worse,
)
from sim.experiment.statistics import mean_interval, p_below_zero
from sim.experiment.tables import Cells, Figures
from sim.measures import Targets, plan_measures
from sim.records import Horizon, Layout

T_2 = 4.30265273  # Student's 97.5% quantile with 2 degrees of freedom: three weeks


def plan(forces=("A", "B"), group_force=(0, 1, -1), measured_h=168.0):
    """Give the measures of some forces with one channel; the last group is a contractor's pool."""
    groups = tuple(f"g{g}" for g in range(len(group_force)))
    layout = Layout(
        forces=forces,
        channels=("emergency",),
        groups=groups,
        group_force=np.array(group_force),
        skills=np.ones((1, len(groups)), bool),
        priority=np.array([0]),
        reserve=np.zeros((1, len(groups)), int),
    )
    targets = Targets(np.array([10.0]), np.array([0.9]), np.array([0.0]))
    return plan_measures(layout, Horizon(0, measured_h), targets)


def figures(measures, cells, design="shared", weeks=3):
    """Give a tally that is 0/0 but for cells by (measure, force, channel, group): (top, bottom)."""
    tally = np.zeros((2, weeks, measures.n_cells))
    for (measure, force, channel, group), pair in cells.items():
        found = (
            (measures.measure == measure)
            & (measures.period == "all")
            & (measures.force == force)
            & (measures.channel == channel)
            & (measures.group == group)
        )
        assert found.sum() == 1
        tally[:, :, found.argmax()] = pair
    return Figures(0, {}, design, Cells.of(measures, {}), tally)


def level(force, *answered, channel="emergency"):
    """Give weeks with 10 calls each, so many of them answered in time."""
    return {("service_level", force, channel, ""): (answered, (10,) * len(answered))}


def hours(force, group, *given):
    return {("exchange_h", force, "all", group): (given, (1,) * len(given))}


BASE = level("A", 8, 6, 7) | level("B", 9, 9, 9)
SHARED = (
    level("A", 10, 6, 8)  # better, as it was, better
    | level("B", 8, 9, 7)  # worse, as it was, worse
    | {("answered_elsewhere", "A", "emergency", ""): ((1, 2, 3), (10, 10, 10))}
    | {("answered_elsewhere", "A", "all", ""): ((1, 2, 3), (10, 10, 10))}
    | hours("A", "g0", 50, 50, 50)
    | hours("A", "g1", 4, 5, 6)  # B's room on A's contacts
    | hours("A", "g2", 1, 1, 1)  # the pool on A's
    | hours("B", "g0", 2, 2, 2)
    | hours("B", "g1", 40, 40, 40)
    | hours("B", "g2", 0, 0, 3)
)


def accounts(shared=SHARED, base=BASE, measures=None):
    measures = measures or plan()
    books = Books.of(measures)
    rows = accounting_rows(figures(measures, shared), figures(measures, base, "apart"), books)
    named = [dict(zip(ACCOUNTING_COLUMNS, row, strict=True)) for row in rows]
    return {(row["force"], row["channel"]): row for row in named}


def test_gain_and_loss_by_hand():
    a, b = (accounts()[force, "emergency"] for force in "AB")
    assert (a["point"], a["design"], a["baseline"]) == (0, "shared", "apart")
    assert a["gain"] == pytest.approx(0.1)
    half = T_2 * np.std([0.2, 0.0, 0.1], ddof=1) / np.sqrt(3)
    assert (a["gain_low"], a["gain_high"]) == pytest.approx((0.1 - half, 0.1 + half))
    assert b["gain"] == pytest.approx(-0.1)
    # A week as good as before is not worse.
    assert (a["p_worse_off"], b["p_worse_off"]) == (0, pytest.approx(2 / 3))
    assert (a["worst_off"], b["worst_off"]) == ("no", "yes")
    assert a["replications"] == 3


def test_the_probability_that_the_mean_is_worse_is_students():
    a, b = (accounts()[force, "emergency"] for force in "AB")
    # With two degrees of freedom P(T < t) = 1/2 + t / (2 sqrt(2 + t^2)); here t = -sqrt(3).
    t = -0.1 / (np.std([0.2, 0.0, 0.1], ddof=1) / np.sqrt(3))
    expected = 0.5 + t / (2 * np.sqrt(2 + t * t))
    assert a["p_mean_worse"] == pytest.approx(expected)
    assert b["p_mean_worse"] == pytest.approx(1 - expected)


def test_hours_given_received_and_their_balance_by_hand():
    rows = accounts()
    a, b = rows["A", "all"], rows["B", "all"]
    assert a["given_h_per_week"] == 2
    assert (a["given_low"], a["given_high"]) == (2, 2)
    assert a["received_h_per_week"] == 6  # 5 from B's room and 1 from the pool
    half = T_2 * 1 / np.sqrt(3)
    assert (a["received_low"], a["received_high"]) == pytest.approx((6 - half, 6 + half))
    assert a["balance_h_per_week"] == -4
    assert (b["given_h_per_week"], b["received_h_per_week"]) == (5, 3)
    assert b["balance_h_per_week"] == 2
    assert a["answered_elsewhere"] == pytest.approx(0.2)
    assert a["elsewhere_low"] == 0  # and not 0.2 - 0.25
    # Hours are of all channels together: nobody counts them by channel.
    assert rows["A", "emergency"]["given_h_per_week"] is None


def test_the_exchange_by_hand():
    measures = plan()
    rows = [
        dict(zip(EXCHANGE_COLUMNS, row, strict=True))
        for row in exchange_rows(figures(measures, SHARED), Books.of(measures))
    ]
    found = {(row["from_force"], row["to_force"]): row["hours_per_week"] for row in rows}
    assert found == {
        ("A", "A"): 50,
        ("A", "B"): 2,
        ("B", "A"): 5,
        ("B", "B"): 40,
        ("", "A"): 1,
        ("", "B"): 1,
    }
    pool = rows[-1]
    assert (pool["ci_low"], pool["replications"]) == (0, 3)  # hours are never below 0
    assert pool["ci_high"] == pytest.approx(1 + T_2 * np.std([0, 0, 3], ddof=1) / np.sqrt(3))


def test_what_is_given_is_received():
    rng = np.random.default_rng(5)
    forces, group_force = tuple("ABCD"), (0, 1, 2, 3, 1, 3)
    measures = plan(forces, group_force)
    cells = {}
    for force in forces:
        for group in range(len(group_force)):
            cells |= hours(force, f"g{group}", *rng.gamma(2, 3, size=3))
    rows = accounts(cells, {}, measures)
    balance = [rows[force, "all"]["balance_h_per_week"] for force in forces]
    assert sum(balance) == pytest.approx(0, abs=1e-9)
    assert max(map(abs, balance)) > 1


def test_hours_of_part_of_a_week_are_scaled_to_a_week():
    whole, day = plan(), plan(measured_h=24.0)
    rows = accounts(measures=day)
    assert rows["A", "all"]["balance_h_per_week"] == pytest.approx(-4 * 7)
    assert accounts(measures=whole)["A", "all"]["balance_h_per_week"] == -4


def test_several_rooms_of_one_force_are_no_exchange():
    measures = plan(("A", "B"), (0, 0, 1))
    cells = hours("A", "g0", 3, 3, 3) | hours("A", "g1", 5, 5, 5) | hours("B", "g1", 1, 2, 3)
    row = accounts(cells, {}, measures)["A", "all"]
    assert (row["given_h_per_week"], row["received_h_per_week"]) == (2, 0)


def test_forces_that_lose_alike_are_both_the_worst_off_and_those_without_calls_are_not():
    measures = plan(("A", "B", "C", "D"), (0, 1, 2, 3))
    base = level("A", 8, 8, 8) | level("B", 8, 8, 8) | level("C", 8, 8, 8)
    shared = level("A", 7, 7, 7) | level("B", 7, 7, 7) | level("C", 9, 9, 9)
    rows = accounts(shared, base, measures)
    worst = {force: rows[force, "emergency"]["worst_off"] for force in "ABCD"}
    assert worst == {"A": "yes", "B": "yes", "C": "no", "D": "no"}
    nobody = rows["D", "emergency"]
    assert np.isnan([nobody["gain"], nobody["p_worse_off"], nobody["p_mean_worse"]]).all()


def test_a_week_without_calls_says_nothing_of_who_is_worse_off():
    ours = np.array([[[7.0], [0.0], [8.0]], [[10.0], [0.0], [10.0]]])
    theirs = np.array([[[8.0], [0.0], [8.0]], [[10.0], [0.0], [10.0]]])
    assert share_worse(ours, theirs) == [0.5]


def test_where_all_weeks_agree_the_mean_is_below_0_or_is_not():
    values = np.array([[-0.5, 0.0, 0.5]] * 3)
    assert p_below_zero(mean_interval(values)).tolist() == [1, 0, 0]
    assert np.isnan(p_below_zero(mean_interval(values[:1]))).all()  # one week proves nothing


def test_one_force_has_nobody_to_exchange_with():
    measures = plan(("A",), (0,))
    part = figures(measures, level("A", 8, 8, 8))
    assert list(accounting_rows(part, part, Books.of(measures))) == []
    assert list(exchange_rows(part, Books.of(measures))) == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = tmp_path_factory.mktemp("finished")
    path = write_experiment(place)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"together"]', '"together", "buddies"]'), encoding="utf-8")
    return path, run_experiment(path, out=place / "results", jobs=1)


def test_the_accounts_agree_with_the_other_tables(finished):
    accounting, comparison, summary = (
        pd.read_csv(finished[1] / f"{name}.csv") for name in ("accounting", "comparison", "summary")
    )
    assert list(accounting.columns) == list(ACCOUNTING_COLUMNS)
    assert len(accounting) == 2 * 2 * 3  # designs, forces, channels and all
    keys = ["design", "force", "channel"]
    level = comparison[comparison["measure"] == "service_level"]
    both = accounting.merge(level, on=keys)
    assert len(both) == len(accounting)
    for mine, other in (("gain", "difference"), ("gain_low", "ci_low"), ("gain_high", "ci_high")):
        assert np.array_equal(both[mine], both[other])
    share = summary[(summary["measure"] == "answered_elsewhere") & (summary["period"] == "all")]
    both = accounting.merge(share, on=keys)
    assert np.allclose(both["answered_elsewhere"], both["value"])
    assert both["answered_elsewhere"].max() > 0.1
    assert accounting["p_worse_off"].isin([0, 0.25, 0.5, 0.75, 1]).all()
    assert (
        accounting.groupby(["design", "channel"])["worst_off"]
        .agg(list)
        .map(lambda flags: flags.count("yes"))
        == 1
    ).all()


def test_the_balance_is_that_of_the_exchange(finished):
    accounting = pd.read_csv(finished[1] / "accounting.csv").set_index(["design", "force"])
    exchange = pd.read_csv(finished[1] / "exchange.csv")
    assert set(exchange["design"]) == {"apart", "together", "buddies"}
    others = exchange[exchange["from_force"] != exchange["to_force"]]
    assert (others[others["design"] == "apart"]["hours_per_week"] == 0).all()
    given = others.groupby(["design", "from_force"])["hours_per_week"].sum()
    received = others.groupby(["design", "to_force"])["hours_per_week"].sum()
    rows = accounting[accounting["channel"] == "all"]
    assert len(rows) == 4
    for place, row in rows.iterrows():
        assert row["given_h_per_week"] == pytest.approx(given[place])
        assert row["received_h_per_week"] == pytest.approx(received[place])
        assert row["balance_h_per_week"] == pytest.approx(given[place] - received[place])
    assert given["together"].min() > 1
    busy = pd.read_csv(finished[1] / "summary.csv")
    busy = busy[
        (busy["measure"] == "busy_h") & (busy["force"] == "all") & (busy["period"] == "all")
    ]
    total = exchange.groupby("design")["hours_per_week"].sum() / 14  # 12 h are a 14th of a week
    assert total.sort_index().tolist() == pytest.approx(
        busy.set_index("design")["value"].sort_index()
    )


def test_one_design_has_no_account_and_keeps_its_exchange(tmp_path):
    path = write_experiment(tmp_path, replications=2)
    text = path.read_text(encoding="utf-8")
    alone = text.replace('"apart", "together"', '"together"').replace('= "apart"', '= "together"')
    path.write_text(alone, encoding="utf-8")
    content = tables(run_experiment(path, out=tmp_path, jobs=1))
    header = ",".join(ACCOUNTING_COLUMNS)
    assert content["accounting.csv"].decode("utf-8-sig") == f"{header}\n"
    assert len(content["exchange.csv"].splitlines()) == 1 + 4


def test_the_same_figures_give_the_same_bytes(finished, tmp_path):
    again = run_experiment(finished[0], out=tmp_path, jobs=2, engine="simpy")
    assert tables(again) == tables(finished[1])
