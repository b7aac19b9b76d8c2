"""Each force's account under each design, as the results folder has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from typing import Any

from sim.experiment.accounting import ACCOUNTING_COLUMNS, EXCHANGE_COLUMNS
from sim.experiment.results import ACCOUNTING, EXCHANGE
from sim.experiment.tables import ALL
from sim.report.estimate import MISSING, Estimate
from sim.report.study import Channel, DesignName, Study


@dataclass(frozen=True)
class Account:
    """What one force gains on the answer's channel under one design, and how often it loses.

    Parameters
    ----------
    gain
        Service level less the baseline's, a share.
    worse_off
        Share of the simulated weeks in which its service level is below the baseline's.
    worst_off
        Whether no force of the design gains less.
    """

    force: str
    gain: Estimate
    worse_off: float
    worst_off: bool

    @property
    def weeks_worse(self) -> str:
        """In how many weeks, of how many, it is worse off: "2 of 80"."""
        if isnan(self.worse_off):
            return MISSING
        weeks = self.gain.replications
        return f"{round(self.worse_off * weeks):,} of {weeks:,}"


@dataclass(frozen=True)
class Balance:
    """Handler hours per week that one force's rooms give to others' contacts, and get back."""

    force: str
    given: Estimate
    received: Estimate
    net: Estimate


def accounts(study: Study, design: DesignName, channel: Channel | None = None) -> list[Account]:
    """Give the accounts of a design, one per force; none where the folder has none.

    Parameters
    ----------
    channel
        The main channel unless given.
    """
    name = (channel or study.main_channel).name
    return [
        Account(
            str(row["force"]),
            _estimate(row, "gain", "gain"),
            float(row["p_worse_off"]),
            row["worst_off"] == "yes",
        )
        for row in _rows(study, ACCOUNTING, ACCOUNTING_COLUMNS, design)
        if row["channel"] == name
    ]


def balances(study: Study, design: DesignName) -> list[Balance]:
    """Give who gave and received how many hours under a design; none where nobody did."""
    found = [
        Balance(
            str(row["force"]),
            *(
                _estimate(row, f"{part}_h_per_week", part)
                for part in ("given", "received", "balance")
            ),
        )
        for row in _rows(study, ACCOUNTING, ACCOUNTING_COLUMNS, design)
        if row["channel"] == ALL
    ]
    lent = any(b.given.value > 0 or b.received.value > 0 for b in found)
    return found if lent else []


def flows(study: Study, design: DesignName) -> dict[tuple[str, str], Estimate]:
    """Give the hours per week by room's force ("" for pools) and callers' force."""
    return {
        (str(row["from_force"]), str(row["to_force"])): Estimate(
            row["hours_per_week"], row["ci_low"], row["ci_high"], int(row["replications"])
        )
        for row in _rows(study, EXCHANGE, EXCHANGE_COLUMNS, design)
    }


def lending_designs(study: Study) -> list[tuple[DesignName, list[Balance]]]:
    """Give the designs under which rooms work for others, with the balances."""
    found = ((design, balances(study, design)) for design in study.others)
    return [(design, books) for design, books in found if books]


def compared_designs(study: Study) -> list[tuple[DesignName, list[Account]]]:
    """Give the designs that have accounts, with them."""
    found = ((design, accounts(study, design)) for design in study.others)
    return [(design, books) for design, books in found if any(not b.gain.missing for b in books)]


def _rows(
    study: Study, name: str, columns: tuple[str, ...], design: DesignName
) -> Iterator[dict[str, Any]]:
    table = study.results.optional(name, columns)
    if table is None:
        return
    mine = table[(table["point"] == study.point) & (table["design"] == design.name)]
    for row in mine.to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _estimate(row: dict[str, Any], value: str, stem: str) -> Estimate:
    low, high = row[f"{stem}_low"], row[f"{stem}_high"]
    return Estimate(row[value], low, high, int(row["replications"]))
