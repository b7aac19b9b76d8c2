"""Making a choice: weeks are run where it is close, and every candidate is told what became of it.

Weeks are run `ROUND` at a time and looked at one by one, in their order and from nothing else, so
that neither workers nor interruptions change the answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sim.config.select import SelectBest, SelectCheapest
from sim.experiment.cells import CellRuns
from sim.experiment.executors import executor_for, workers_of
from sim.experiment.progress import Progress
from sim.experiment.select.plan import Candidate, Selection
from sim.experiment.select.rules import Contest, Trial, error_of_a_test, linearised, running_ratio
from sim.experiment.select.table import (
    MEETS,
    MISSES,
    NOT_NEEDED,
    OUT,
    SAME,
    SELECTED,
    UNDECIDED,
    Choice,
)
from sim.experiment.select.weeks import Choosing, Known, Weeks
from sim.experiment.store import Store

ROUND = 10


def find_choices(  # noqa: PLR0913 - each is a part of its own
    selection: Selection,
    *,
    engine: str,
    jobs: int,
    progress: Progress,
    scheduler: str | None = None,
    store: Store | None = None,
    known: Known | None = None,
) -> list[Choice]:
    """Give what became of every candidate, in the order of points and designs.

    Parameters
    ----------
    store
        Where the weeks that are run are kept; None keeps nothing.
    known
        Gives what the experiment itself has run, which is not run again.

    Raises
    ------
    WrongInput
        If nobody calls where candidates are judged.
    CannotGoOn
        If a worker is killed.
    """
    study = selection.study
    name = f"{study.name}, selection"
    candidates = sum(len(_originals(contest)) for contest in selection.contests)
    progress.start(name, candidates, len(study.experiment.designs), 0, 0, "candidate")
    choices: list[Choice] = []
    try:
        with executor_for(engine, jobs, scheduler) as executor:
            runs = CellRuns(
                study,
                selection.cells,
                executor=executor,
                jobs=workers_of(executor, jobs),
                engine=engine,
                progress=progress,
                store=store,
            )
            weeks = Weeks(selection.cells, runs, progress, known)
            for number, contest in enumerate(selection.contests):
                choices += _chosen(Choosing(selection, number, weeks), contest)
    finally:
        progress.finish()
    return choices


def _chosen(choosing: Choosing, candidates: Sequence[Candidate]) -> list[Choice]:
    """Give what became of the candidates of one contest; two that are the same stand in it once."""
    originals = _originals(candidates)
    distinct = [one for one in candidates if originals[one.identity] is one]
    asked = choosing.selection.asked
    if isinstance(asked, SelectBest):
        found = _best(choosing, asked, distinct)
    else:
        found = _cheapest(choosing, asked, distinct)
    by_identity = {one.identity: row for one, row in zip(distinct, found, strict=True)}
    rows = []
    for one in candidates:
        original = originals[one.identity]
        row = by_identity[one.identity]
        rows.append(
            row if original is one else choosing.row(one, SAME, row.replications, by=original)
        )
    return rows


def _originals(candidates: Sequence[Candidate]) -> dict[tuple[object, ...], Candidate]:
    """Give by identity the candidate that stands for all that are the same: the cheapest."""
    originals: dict[tuple[object, ...], Candidate] = {}
    for one in sorted(candidates, key=attrgetter("rostered_h")):
        originals.setdefault(one.identity, one)
    return originals


def _best(choosing: Choosing, asked: SelectBest, candidates: Sequence[Candidate]) -> list[Choice]:
    """Let the candidates compete until one is left or the weeks are spent."""
    tallies = choosing.weeks.of(candidates, 0, asked.first_replications)
    columns = choosing.called(candidates, tallies)
    first = [choosing.sense * linearised(*tally[:, :, columns]) for tally in tallies]
    contest = Contest(np.stack(first, axis=1), 1 - asked.probability, asked.indifference)
    reached = 0
    for start, stop in rounds(asked):
        left = contest.remaining
        if start:
            tallies = choosing.weeks.of([candidates[one] for one in left], start, stop)
        levels = np.full((stop, len(candidates), columns.size), np.nan)
        for one, tally in zip(left, tallies, strict=True):
            levels[:, one] = choosing.sense * running_ratio(*tally[:, :, columns])
        for reached in range(max(start + 1, asked.first_replications), stop + 1):
            contest.look(reached, levels[reached - 1])
            if len(contest.remaining) == 1:
                break
        if len(contest.remaining) < len(left):
            said = f"{len(contest.remaining)} of {len(candidates)} candidates left"
            choosing.weeks.progress.notice(f"{said} after {reached} weeks.")
            choosing.done(len(left) - len(contest.remaining))
        if len(contest.remaining) == 1:
            break
    choosing.done(len(contest.remaining))
    return _best_rows(choosing, candidates, contest, reached)


def _best_rows(
    choosing: Choosing, candidates: Sequence[Candidate], contest: Contest, reached: int
) -> list[Choice]:
    """Tell the candidates of a contest what became of them."""
    decided = len(contest.remaining) == 1
    rows = []
    for number, candidate in enumerate(candidates):
        if number in contest.out:
            by, week = contest.out[number]
            rows.append(choosing.row(candidate, OUT, week, by=candidates[by]))
        elif decided:
            rows.append(choosing.row(candidate, SELECTED, reached))
        else:
            further = contest.last_week - reached
            rows.append(choosing.row(candidate, UNDECIDED, reached, further=further))
    return rows


def _cheapest(
    choosing: Choosing, asked: SelectCheapest, candidates: Sequence[Candidate]
) -> list[Choice]:
    """Go from cheap to dear until one meets its targets; those that cost the same together."""
    n_targets = len(choosing.selection.pairs)
    error = error_of_a_test(asked.probability, len(candidates), n_targets)
    rows: dict[int, Choice] = {}
    by_cost = sorted(range(len(candidates)), key=lambda one: candidates[one].rostered_h)
    for _, same_cost in groupby(by_cost, key=lambda one: candidates[one].rostered_h):
        level = list(same_cost)
        found = _tried(choosing, asked, [candidates[one] for one in level], error)
        doubtful = any(row.verdict == UNDECIDED for row in rows.values())
        rows |= dict(zip(level, found, strict=True))
        meeting = [one for one in level if rows[one].verdict == MEETS]
        if meeting:
            if not doubtful:  # none that costs less may be what is wanted
                rows[meeting[0]] = replace(rows[meeting[0]], verdict=SELECTED)
            break
    choosing.done(len(candidates) - len(rows))
    return [
        rows[number] if number in rows else choosing.row(candidate, NOT_NEEDED, 0)
        for number, candidate in enumerate(candidates)
    ]


def _tried(
    choosing: Choosing, asked: SelectCheapest, candidates: Sequence[Candidate], error: float
) -> list[Choice]:
    """Try candidates against their targets until each is decided or the weeks are spent."""
    trials: dict[int, tuple[Trial, NDArray[np.intp]]] = {}
    left, rows = list(range(len(candidates))), {}
    for start, stop in rounds(asked):
        tallies = choosing.weeks.of([candidates[one] for one in left], start, stop)
        for one, tally in zip(tuple(left), tallies, strict=True):
            if one not in trials:
                columns = choosing.called([candidates[one]], [tally])
                targets = np.array(candidates[one].targets)[columns]
                first = linearised(*tally[:, :, columns])
                trials[one] = Trial(first, targets, error, asked.tolerance), columns
            trial, columns = trials[one]
            levels = running_ratio(*tally[:, :, columns])
            for week in range(max(start + 1, asked.first_replications), stop + 1):
                trial.look(week, levels[week - 1])
                if trial.decided:
                    verdict = MEETS if trial.feasible else MISSES
                    rows[one] = choosing.row(candidates[one], verdict, week)
                    left.remove(one)
                    choosing.tell(rows[one])
                    choosing.done(1)
                    break
        if not left:
            break
    choosing.done(len(left))
    for one in left:
        further = trials[one][0].last_week - asked.max_replications
        rows[one] = choosing.row(
            candidates[one], UNDECIDED, asked.max_replications, further=further
        )
    return [rows[one] for one in range(len(candidates))]


def rounds(asked: SelectBest | SelectCheapest) -> Iterator[tuple[int, int]]:
    """Give the weeks of each round, from and up to.

    >>> asked = SelectCheapest(goal="cheapest", tolerance=0.01, max_replications=55)
    >>> list(rounds(asked))
    [(0, 40), (40, 50), (50, 55)]
    """
    start, stop = 0, asked.first_replications
    while start < stop:
        yield start, stop
        start, stop = stop, min(stop + ROUND, asked.max_replications)
