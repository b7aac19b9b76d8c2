"""Says how many test calls turn a month that misses its target into one that meets it.

A contract that scores the share of 999 calls answered in time also scores the calls that the room
makes to itself. This reads the months of a results folder and scores each with and without test
calls; it is the arithmetic of this case and no part of the simulator. Run

    python test_calls.py results/lincolnshire_contract

and find `test_calls.csv` (scores with and without), `test_calls_needed.csv` (how many it takes) and
`test_calls.png` in the folder. Not modelled: that a test call occupies a handler (349 of 20 s are
two hours of a month), and what a missed month costs, which is not published.
"""  # noqa: INP001 - a folder of data with two scripts, not a package

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, binomtest

from sim.experiment import ratio_interval, read_manifest

Floats = NDArray[np.float64]

# A normal month of 2015, then October, November and December (Guardian, 23 May 2016).
TEST_CALLS = (0, 35, 139, 236, 349)
QUIET_HOURS = 4  # of the day, those with fewest calls
MOST_SHOWN = 1600  # test calls, in the figure
CONFIDENCE = 0.95
MONTH = ["point", "design", "month"]


def score(
    calls: ArrayLike, in_time: ArrayLike, test_calls: ArrayLike, answered_share: float = 1.0
) -> Floats:
    """Give the share answered in time when test calls count as calls.

    Parameters
    ----------
    calls, in_time
        Real calls, and those of them answered in time.
    test_calls
        Calls that the room makes to itself.
    answered_share
        The share of test calls answered in time; 1 if they are made while a handler is free.

    Examples
    --------
    >>> float(score(calls=1000, in_time=910, test_calls=125))
    0.92
    """
    tests = np.asarray(test_calls)
    with_tests: Floats = (in_time + answered_share * tests) / (calls + tests)
    return with_tests


def calls_needed(
    calls: ArrayLike, in_time: ArrayLike, target: float, answered_share: float = 1.0
) -> Floats:
    """Give the smallest whole number of test calls with which the target is met.

    `(in_time + p t) / (calls + t) >= target` solved for t: each test call closes `p - target` of
    a call's worth of the gap. 0 where the target is met; infinite where test calls are answered
    in time no more often than the target asks.

    Examples
    --------
    >>> float(calls_needed(calls=1000, in_time=910, target=0.92))
    125.0
    """
    gap = target * np.asarray(calls, dtype=float) - np.asarray(in_time, dtype=float)
    if answered_share <= target:
        return np.where(gap > 0, np.inf, 0.0)
    # Less a hair: a quotient that is whole on paper may come out just above in floating point.
    whole: Floats = np.maximum(np.ceil(gap / (answered_share - target) - 1e-6), 0.0)
    return whole


def share_interval(count: int, of: int) -> tuple[float, float]:
    """Give the exact interval of a share (Clopper and Pearson 1934)."""
    interval = binomtest(count, of).proportion_ci(CONFIDENCE, method="exact")
    return float(interval.low), float(interval.high)


def median_interval(values: Floats) -> tuple[float, float, float]:
    """Give the median with its interval from order statistics (David and Nagaraja 2003, 7.1).

    The r-th smallest and the r-th largest value, r as large as the binomial (n, 1/2) allows; with
    fewer than six values the ends are unknown.
    """
    ordered = np.sort(values)
    if ordered.size == 0:
        return np.nan, np.nan, np.nan
    r = int(binom.ppf((1 - CONFIDENCE) / 2, ordered.size, 0.5))
    if r == 0:
        return float(np.median(ordered)), np.nan, np.nan
    return float(np.median(ordered)), float(ordered[r - 1]), float(ordered[-r])


@dataclass(frozen=True, eq=False)
class Months:
    """The simulated months of a results folder.

    Parameters
    ----------
    table
        A row per point, design and month: `calls`, `in_time`.
    target
        The share that the contract asks for.
    quiet_share
        By point and design: the share answered in time in the quietest hours of the day.
    varied
        The columns of varied keys.
    labels
        The designs' names for readers.
    """

    table: pd.DataFrame
    target: float
    quiet_share: dict[tuple[int, str], float]
    varied: list[str]
    labels: dict[str, str]


def read_months(results: Path) -> Months:
    """Read the months of a results folder: a replication is a month."""
    manifest = read_manifest(results)
    channels = manifest["centre"]["channels"]
    urgent = min(channels, key=lambda name: channels[name]["priority"])
    kpi = pd.read_parquet(results / "kpi.parquet", filters=[("measure", "==", "service_level")])
    kpi = kpi[(kpi["force"] == "all") & (kpi["channel"] == urgent) & (kpi["group"] == "")]
    kpi = kpi.rename(
        columns={"replication": "month", "numerator": "in_time", "denominator": "calls"}
    ).astype({"design": str, "period": str})
    varied = [key for key in manifest["points"][0]["varied"] if key in kpi]
    whole = kpi[kpi["period"] == "all"]
    by_hour = kpi[kpi["period"].str.startswith("hour_")]
    return Months(
        table=whole[[*MONTH, *varied, "calls", "in_time"]].reset_index(drop=True),
        target=channels[urgent]["target_share"]["value"],
        quiet_share={key: _quiet(hours) for key, hours in by_hour.groupby(["point", "design"])},
        varied=varied,
        labels={name: design["label"] for name, design in manifest["designs"].items()},
    )


def _quiet(hours: pd.DataFrame) -> float:
    """Give the share answered in time in the hours of the day with fewest calls."""
    of_day = hours.groupby("period")[["in_time", "calls"]].sum().nsmallest(QUIET_HOURS, "calls")
    return float(of_day["in_time"].sum() / of_day["calls"].sum())


def scores(months: Months) -> pd.DataFrame:
    """Give the score with each number of test calls, and the share of months that meet the target.

    Each number stands twice: answered at once (made while a handler is free), and made at any
    moment of the quietest hours, whose answered share then counts.
    """
    rows = []
    for key, group in _by_design(months):
        calls, in_time = group["calls"].to_numpy(), group["in_time"].to_numpy()
        for made, answered in (("at once", 1.0), ("quiet hours", months.quiet_share[key])):
            for tests in TEST_CALLS:
                counted = (in_time + answered * tests)[:, None], (calls + tests)[:, None]
                interval = ratio_interval(*counted)
                met = int((score(calls, in_time, tests, answered) >= months.target).sum())
                low, high = share_interval(met, calls.size)
                rows.append(
                    _head(months, group)
                    | {"made": made, "answered_share": answered, "test_calls": tests}
                    | {"score": interval.value[0], "score_low": interval.low[0]}
                    | {"score_high": interval.high[0], "months": calls.size, "months_met": met}
                    | {"met_share": met / calls.size, "met_low": low, "met_high": high}
                )
    return pd.DataFrame(rows)


def needed(months: Months) -> pd.DataFrame:
    """Give how many test calls, answered at once, the missed months would have taken."""
    rows = []
    for _, group in _by_design(months):
        calls, in_time = group["calls"].to_numpy(), group["in_time"].to_numpy()
        tests = calls_needed(calls, in_time, months.target)
        missed = tests > 0
        middle, low, high = median_interval(tests[missed])
        missed_low, missed_high = share_interval(int(missed.sum()), calls.size)
        short = (months.target - in_time / calls)[missed]
        rows.append(
            _head(months, group)
            | {"months": calls.size, "calls_a_month": calls.mean(), "missed": int(missed.sum())}
            | {"missed_share": missed.mean(), "missed_low": missed_low, "missed_high": missed_high}
            | {"short_points_median": 100 * np.median(short) if missed.any() else np.nan}
            | {"needed_median": middle, "needed_low": low, "needed_high": high}
            | {"needed_per_point": calls.mean() / 100 / (1 - months.target)}
            | {f"turned_by_{made}": int((tests[missed] <= made).sum()) for made in TEST_CALLS[1:]}
        )
    return pd.DataFrame(rows)


def _by_design(months: Months) -> "pd.api.typing.DataFrameGroupBy":
    """Give the months point by point and design by design."""
    return months.table.groupby(["point", "design"], sort=True)


def _head(months: Months, group: pd.DataFrame) -> dict[str, object]:
    """Give the columns that say which months a row is about."""
    first = group.iloc[0]
    return {name: first[name] for name in ("point", "design", *months.varied)}


def draw(months: Months) -> Figure:
    """Draw what each missed month falls short by against the test calls that would hide it."""
    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    axes = figure.subplots()
    table = months.table.assign(
        short=100 * (months.target - months.table["in_time"] / months.table["calls"]),
        needed=calls_needed(months.table["calls"], months.table["in_time"], months.target),
    )
    missed = table[table["needed"] > 0]
    for colour, (name, label) in zip(
        ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9"),
        months.labels.items(),
        strict=False,
    ):
        rows = missed[missed["design"] == name]
        of = int((table["design"] == name).sum())
        swept = f", all values of {' and '.join(months.varied)}" if months.varied else ""
        said = f"{label}: {len(rows)} of {of} months missed{swept}"
        axes.plot(rows["short"], rows["needed"], "o", ms=3.5, alpha=0.6, color=colour, label=said)
    per_point = table["calls"].mean() / 100 / (1 - months.target)
    for made, when in zip(
        TEST_CALLS[1:], ("a normal month", "October", "November", "December"), strict=True
    ):
        axes.axhline(made, color="#595959", lw=0.8, ls=(0, (5, 2)))
        axes.text(
            *(0.995 * MOST_SHOWN / per_point, made + 0.006 * MOST_SHOWN),
            f"{made} test calls: {when}{' of 2015' if made == TEST_CALLS[1] else ' 2015'}",
            ha="right",
            va="bottom",
            size=8,
            color="#595959",
        )
    out = int((missed["needed"] > MOST_SHOWN).sum())
    axes.set_xlim(0, MOST_SHOWN / per_point)
    axes.set_ylim(0, MOST_SHOWN)
    axes.set_xlabel(
        f"Percentage points short of {100 * months.target:g}%, real calls only. "
        f"Each dot is a simulated month; {out} lie further out"
    )
    axes.set_ylabel("Test calls needed to reach it")
    axes.set_title(
        f"A month that is one point short takes about {per_point:,.0f} test calls to hide",
        loc="left",
        weight="bold",
    )
    axes.legend(frameon=False, loc="upper left", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def main() -> None:
    """Read a results folder and write the two tables and the figure into it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="the folder that `sim run` wrote")
    folder = parser.parse_args().results
    months = read_months(folder)
    scores(months).to_csv(folder / "test_calls.csv", index=False)
    needed(months).to_csv(folder / "test_calls_needed.csv", index=False)
    draw(months).savefig(folder / "test_calls.png", dpi=200)


if __name__ == "__main__":
    main()
