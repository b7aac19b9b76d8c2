"""Says what cutting posts saves when police officers must fill what the rooms cannot spare.

Run a sweep of `staffing.scale` (experiments/officers_backfill.toml), then

    python net_saving.py results/officers_backfill

and find in that folder `break_even.csv` (what each design can spare, and the cost ratio from which
a cut loses money), `net_saving.csv` (the net saving for each cut and cost ratio) and
`net_saving.png`. Where the sweep varies more than the posts, there is a figure for each value.

The rule. With all posts and every force for itself, the rooms give some service. Under a design
they still give it with a share `1 - spare` of the posts: that share is read off the sweep. A cut
deeper than `spare` displaces work, hour for hour, to officers, who cost `ratio` times a handler:

    net saving = cut - ratio * max(0, cut - spare)        in shares of the handlers' pay bill
    break-even ratio = cut / (cut - spare)

Officers are taken to work the handlers' rota as fast as they do; one who takes 10% longer costs
10% more, so read at 1.1 times the ratio. Not modelled: what officers leave undone elsewhere,
redundancy pay, and that officers sent only to the busiest hours would have to fill fewer.
"""  # noqa: INP001 - a folder of data with one script, not a package

import argparse
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.config import Centre
from sim.config.rota import MINUTES_PER_DAY, days_of, shift_span
from sim.experiment import read_manifest

Floats = NDArray[np.float64]

PAY = Path(__file__).with_name("pay.csv")
SCALE = "staffing.scale"
RATIOS = (1.4, 2.0, 3.0)  # what published pay supports, and the union's figure
CONFIDENCE = 0.95
CRITERIA = {
    "999": "999 as before, all forces together",
    "both": "999 and 101 as before, all forces together",
    "each_force": "999 and 101 as before in every force",
}


class Estimate(NamedTuple):
    """A value with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Sweep:
    """Service levels over a sweep of the staffing.

    Parameters
    ----------
    varied
        What else the experiment varies, and the values that it has here.
    scales
        Shape (S,), rising.
    tally
        By design: shape (2, R, S, M), answered in time and offered by week, scale and cell.
    force, channel
        Shape (M,): what a cell is about; force "all" is all together.
    urgent
        The most urgent channel.
    baseline
        The design whose service, with all posts, is to be kept.
    labels
        The designs' names for readers.
    pay_bill_gbp
        What the posts cost in a year.
    """

    varied: Mapping[str, object]
    scales: Floats
    tally: Mapping[str, Floats]
    force: NDArray[np.str_]
    channel: NDArray[np.str_]
    urgent: str
    baseline: str
    labels: Mapping[str, str]
    pay_bill_gbp: float

    def cells(self, criterion: str) -> NDArray[np.bool_]:
        """Shape (M,): the cells whose service must be as before."""
        together = self.force == "all"
        if criterion == "999":
            return together & (self.channel == self.urgent)
        return together if criterion == "both" else ~together


def restoring_scale(scales: Floats, level: Floats, wanted: Floats) -> float:
    """Give the smallest share of the posts that keeps every cell at what is wanted.

    Between two scales the level is taken to be a straight line. The lowest scale of the sweep
    stands for "this or less"; nan says that the highest is not enough.

    Parameters
    ----------
    scales
        Shape (S,), rising.
    level
        Shape (S, M).
    wanted
        Shape (M,).

    Examples
    --------
    >>> restoring_scale(np.array([0.5, 1.0]), np.array([[0.25], [0.75]]), np.array([0.5]))
    0.75
    """
    found = scales[0]
    for column, least in zip(level.T, wanted, strict=True):
        below = np.flatnonzero(column < least)
        if below.size == 0:
            continue
        i = int(below[-1])
        if i == scales.size - 1:
            return float("nan")
        part = (least - column[i]) / (column[i + 1] - column[i])
        found = max(found, scales[i] + part * (scales[i + 1] - scales[i]))
    return float(found)


def spare_share(sweep: Sweep, design: str, criterion: str) -> Estimate:
    """Give the share of the posts that a design can do without, with its jackknife interval.

    Each week is left out in turn, of the design and of the service to be kept alike, so what a
    busy week does to both cancels (Efron and Tibshirani 1993, equation 11.5).
    """
    cells = sweep.cells(criterion)
    # Left out in turn; and nothing left out, last.
    weeks = sweep.tally[design].shape[1]
    kept = [np.arange(weeks) != r for r in range(weeks)] if weeks > 1 else []
    kept.append(np.ones(weeks, dtype=bool))
    full = int(np.flatnonzero(np.isclose(sweep.scales, 1.0))[0])
    spare = np.empty(len(kept))
    for row, which in enumerate(kept):
        level, before = (
            np.divide(*sweep.tally[name][:, which][..., cells].sum(axis=1))
            for name in (design, sweep.baseline)
        )
        spare[row] = round(1 - restoring_scale(sweep.scales, level, before[full]), 12)
    left_out, value = spare[:-1], float(spare[-1])
    if weeks < 2:  # noqa: PLR2004 - two weeks are the least that differ
        return Estimate(value, np.nan, np.nan)
    variance = (weeks - 1) / weeks * ((left_out - left_out.mean()) ** 2).sum()
    half = float(stdtrit(weeks - 1, (1 + CONFIDENCE) / 2) * np.sqrt(variance))
    half = round(half, 12)  # 0 where the sweep's lowest scale is enough, whichever week is left out
    return Estimate(value, value - half, value + half)


def put_back(cut: float, spare: float) -> float:
    """Give the share of the posts that officers fill: what was cut beyond what can be spared."""
    return max(0.0, cut - spare) if not np.isnan(spare) else np.nan


def net_saving(cut: float, spare: float, ratio: float) -> float:
    """Give the saving net of displaced work, as a share of the pay bill.

    Examples
    --------
    Of a cut of 10%, where 4% can be spared, 6% goes to officers at 1.4 times the cost:

    >>> round(net_saving(cut=0.10, spare=0.04, ratio=1.4), 4)
    0.016
    """
    return cut - ratio * put_back(cut, spare)


def break_even_ratio(cut: float, spare: float) -> float:
    """Give the cost ratio from which the cut loses money; infinite where nothing is displaced.

    Examples
    --------
    >>> round(break_even_ratio(cut=0.10, spare=0.04), 4)
    1.6667
    """
    displaced = put_back(cut, spare)
    return float("inf") if displaced == 0 else cut / displaced


def read_pay(path: Path = PAY) -> dict[str, float]:
    """Read the published pay and the declared assumptions by key."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(file)}


def handler_cost_gbp(pay: Mapping[str, float]) -> float:
    """Give what a handler's post costs in a year: pay, allowances, employer's on-costs."""
    return pay["handler_base"] * (1 + pay["allowance_share"]) * (1 + pay["on_cost_share"])


def posts(centre: Centre, pay: Mapping[str, float]) -> float:
    """Give the full-time posts behind a centre's rota: its hours a week over those of a post."""
    hours = 0.0
    for group in centre.groups.values():
        scale = 1.0 if group.scale is None else group.scale.value
        for shift in group.shifts:
            start, end = shift_span(shift)
            length_h = 24 * (end - start) / MINUTES_PER_DAY
            hours += scale * shift.rostered.value * length_h * len(days_of(shift))
        if group.rostered is not None:
            hours += scale * sum(group.rostered.values)
    return hours / pay["hours_per_week"]


def read_sweeps(results: Path) -> list[Sweep]:
    """Read the sweeps of `staffing.scale` of a results folder: one for each of what else varies."""
    manifest = read_manifest(results)
    others = [key for key in manifest["points"][0]["varied"] if key != SCALE]
    kpi = pd.read_parquet(results / "kpi.parquet", filters=[("measure", "==", "service_level")])
    if SCALE not in kpi or not np.isclose(kpi[SCALE], 1.0).any():
        raise SystemExit(f"{results}: needs a sweep of {SCALE} with the value 1, before the cut.")
    kpi = kpi.astype(dict.fromkeys(("design", "force", "channel", "group", "period"), str))
    kpi = kpi[(kpi["period"] == "all") & (kpi["group"] == "") & (kpi["channel"] != "all")]
    parts = kpi.groupby(others) if others else [((), kpi)]
    return [
        _sweep(manifest, dict(zip(others, values, strict=True)), part) for values, part in parts
    ]


def _sweep(manifest: Mapping[str, Any], varied: dict[str, object], kpi: pd.DataFrame) -> Sweep:
    """Give one sweep from its rows of `kpi.parquet`."""
    centre, pay = Centre.model_validate(manifest["centre"]), read_pay()
    labels = ["force", "channel"]
    cells = sorted(set(zip(kpi["force"], kpi["channel"], strict=True)))
    scales = np.sort(kpi[SCALE].unique())
    shape = (-1, scales.size, len(cells))
    ordered = kpi.sort_values(["replication", SCALE, *labels])
    return Sweep(
        varied=varied,
        scales=scales,
        tally={
            str(design): np.stack(
                [rows[part].to_numpy().reshape(shape) for part in ("numerator", "denominator")]
            )
            for design, rows in ordered.groupby("design")
        },
        force=np.array([force for force, _ in cells]),
        channel=np.array([channel for _, channel in cells]),
        urgent=min(centre.channels, key=lambda name: centre.channels[name].priority),
        baseline=manifest["experiment"]["baseline"],
        labels={name: entry["label"] for name, entry in manifest["designs"].items()},
        pay_bill_gbp=posts(centre, pay) * handler_cost_gbp(pay),
    )


def tables(sweep: Sweep) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the break-even table and the table of net savings, every figure with its interval.

    Both are monotone in the share that can be spared, so the ends of its interval give theirs.
    """
    even, net = [], []
    for criterion in CRITERIA:
        for design in sweep.labels:
            spare = spare_share(sweep, design, criterion)
            for cut in sorted(round(1 - scale, 6) for scale in sweep.scales if scale < 1):
                head = {"criterion": criterion, "design": design, "cut_share": cut}
                head |= sweep.varied
                ratio = Estimate(*(break_even_ratio(cut, end) for end in spare))
                least = {"at_least": bool(np.isclose(spare.value, 1 - sweep.scales[0]))}
                even.append(
                    head | _spread("spare_share", spare) | least | _spread("break_even", ratio)
                )
                officers = Estimate(*(put_back(cut, spare[end]) for end in (0, 2, 1)))
                for cost in RATIOS:
                    saved = Estimate(*(net_saving(cut, end, cost) for end in spare))
                    pounds = Estimate(*(sweep.pay_bill_gbp * end for end in saved))
                    net.append(
                        head
                        | {"cost_ratio": cost}
                        | _spread("officers_share", officers)
                        | _spread("net_saving_share", saved)
                        | _spread("net_saving_gbp", pounds)
                    )
    return pd.DataFrame(even), pd.DataFrame(net)


def _spread(name: str, estimate: Estimate) -> dict[str, float]:
    """Give an estimate as three columns."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def draw(sweep: Sweep, net: pd.DataFrame) -> Figure:
    """Draw the net saving over the cut: a column for each criterion, a row for each cost ratio."""
    figure = Figure(figsize=(9.0, 7.2), layout="constrained")
    panels = figure.subplots(len(RATIOS), len(CRITERIA), sharex=True, sharey=True)
    for row, ratio in zip(panels, RATIOS, strict=True):
        for axes, (criterion, words) in zip(row, CRITERIA.items(), strict=True):
            here = net[(net["cost_ratio"] == ratio) & (net["criterion"] == criterion)]
            _panel(axes, sweep, here)
            if ratio == RATIOS[0]:
                axes.set_title(words.replace(", ", ",\n").replace(" in ", "\nin "), fontsize=9)
        row[0].set_ylabel(f"Officers at {ratio:g} times\nnet saving, % of pay bill", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel("Posts cut, %", fontsize=8)
        axes.set_xticks(100 * np.sort(net["cut_share"].unique()))
    named = ", ".join(f"{key} = {value}" for key, value in sweep.varied.items())
    title = "What a cut saves once officers fill what the rooms cannot spare"
    figure.suptitle(
        f"{title} ({named})" if named else title, x=0.01, ha="left", size=11, weight="bold"
    )
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=3, frameon=False, fontsize=8)
    return figure


def _panel(axes: Any, sweep: Sweep, net: pd.DataFrame) -> None:  # noqa: ANN401 - matplotlib's
    """Draw the lines of one criterion and cost ratio, with their intervals."""
    marks = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#aa4499", "D"))
    axes.axhline(0, color="#595959", lw=0.8)
    for (design, label), (colour, mark) in zip(sweep.labels.items(), marks * 3, strict=False):
        rows = net[net["design"] == design]
        cut, value = 100 * rows["cut_share"], 100 * rows["net_saving_share"]
        low, high = 100 * rows["net_saving_share_low"], 100 * rows["net_saving_share_high"]
        axes.plot(cut, value, color=colour, marker=mark, ms=4, lw=1.2, label=label)
        axes.fill_between(cut, low, high, color=colour, alpha=0.2, lw=0)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Read a results folder and write the two tables and the figures into it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="the folder that `sim run` wrote")
    folder = parser.parse_args().results
    sweeps = read_sweeps(folder)
    pairs = [tables(sweep) for sweep in sweeps]
    for name, parts in zip(("break_even", "net_saving"), zip(*pairs, strict=True), strict=True):
        pd.concat(parts).to_csv(folder / f"{name}.csv", index=False)
    for number, (sweep, (_, net)) in enumerate(zip(sweeps, pairs, strict=True), start=1):
        stem = "net_saving" if len(sweeps) == 1 else f"net_saving_{number}"
        draw(sweep, net).savefig(folder / f"{stem}.png", dpi=200)


if __name__ == "__main__":
    main()
