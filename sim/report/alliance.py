"""What an alliance does to each of its forces, in words and tables, all of it by rule.

Who gains and who loses, and who works for whom.
"""

from collections.abc import Sequence
from math import isnan

from sim.report.accounts import (
    Account,
    Balance,
    accounts,
    compared_designs,
    flows,
    lending_designs,
)
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import MISSING, fates, listing
from sim.report.figures.style import colour_of
from sim.report.quantities import change, change_interval, plain, plain_interval, size_in_brief
from sim.report.study import DesignName, Study

NAMED_FORCES = 4  # with more of them, they are counted
LONGEST_TABLE = 60


def winners(study: Study) -> Beside:
    """Say of each design who gains, who loses and who is worst off."""
    found = compared_designs(study)
    if not found:
        return NOTHING
    table = Table(
        f"The worst-off force of each design: {study.main_channel.promise}, change against "
        f"{study.baseline.label} in percentage points; in how many of the simulated weeks it "
        "does worse; and how the forces fare.",
        ("Design", "Worst-off force", "Change", "95% interval", "Weeks worse", "Forces"),
        [("", [_worst_line(design, books) for design, books in found])],
        frozenset({0, 4}),
    )
    return Beside([_fates(study, design, books) for design, books in found], [table])


def _worst(books: Sequence[Account]) -> Account:
    """Give the worst-off force: the one that the table marks."""
    marked = [account for account in books if account.worst_off]
    return (marked or sorted(books, key=lambda account: account.gain.value))[0]


def _worst_line(design: DesignName, books: Sequence[Account]) -> Line:
    worst = _worst(books)
    return Line(
        design.label,
        (
            worst.force,
            worst.gain.points,
            worst.gain.points_interval,
            worst.weeks_worse,
            ", ".join(fates(account.gain for account in books)) or MISSING,
        ),
        colour_of(design),
    )


def _fates(study: Study, design: DesignName, books: Sequence[Account]) -> str:
    """Say who gains and who loses under a design."""
    known = [account for account in books if account.gain.has_interval]
    if not known:
        return f"{_quoted(design)}: no intervals, so nobody can say who gains."
    gain, lose, open_ = ([a for a in known if a.gain.sign == s] for s in (1, -1, 0))
    same = [a for a in open_ if a.gain.value == a.gain.low == a.gain.high]
    unsure = [a for a in open_ if a not in same]
    if lose:
        said = [_named(lose, "loses", "lose")]
        said += [_named(gain, "gains", "gain")] if gain else []
    elif not gain:
        said = ["nobody gains or loses for certain" if unsure else "no force gains or loses"]
    elif not open_:
        said = ["nobody loses, every force gains"]
    else:
        sure = "nobody loses for certain" if unsure else "nobody loses"
        said = [sure, _named(gain, "gains", "gain")]
    if unsure and (lose or gain):
        said.append(f"too close to call for {_names(unsure)}")
    if same and (unsure or lose or gain):
        said.append(f"nothing changes for {_names(same)}")
    text = f"{_quoted(design)}, {study.main_channel.label}: {'; '.join(said)}."
    worst = _worst(known)
    if len(known) > 1 and worst not in same and not isnan(worst.worse_off):
        runs = study.runs(worst.gain.replications)
        text += (
            f" Worst off is {worst.force}, {worst.gain.points} points "
            f"({worst.gain.points_interval}); it does worse than with {study.baseline.label} in "
            f"{round(worst.worse_off * worst.gain.replications)} of {runs}."
        )
    return text + _losses_elsewhere(study, design)


def _losses_elsewhere(study: Study, design: DesignName) -> str:
    """Say who loses for certain in the other channels; nothing where nobody does."""
    others = [channel for channel in study.channels if channel != study.main_channel]
    found = ((c, [a for a in accounts(study, design, c) if a.gain.sign == -1]) for c in others)
    return "".join(f" {c.label}: {_named(lose, 'loses', 'lose')}." for c, lose in found if lose)


def _named(books: Sequence[Account], one: str, many: str) -> str:
    """Name forces with their change, or count them."""
    if len(books) > NAMED_FORCES:
        return f"{len(books)} forces {many}"
    clauses = [f"{a.force} {one} {a.gain.change_in_words('', '')}".split() for a in books]
    return listing([" ".join(words) for words in clauses])


def _names(books: Sequence[Account]) -> str:
    return (
        listing([account.force for account in books])
        if len(books) <= NAMED_FORCES
        else f"{len(books)} forces"
    )


def balance(study: Study) -> Beside:
    """Say of each design who works for whom, and by how much more than comes back."""
    found = lending_designs(study)
    if not found:
        return NOTHING
    sentences = [_subsidies(study, design, books) for design, books in found]
    lines = [(book.force, design, book) for design, books in found for book in books]
    if len(lines) > LONGEST_TABLE:
        return Beside(sentences)
    groups = [
        (design.label, [_balance_line(design, book) for book in books]) for design, books in found
    ]
    caption = (
        "Handler hours a week that the rooms of a force give to callers of others, and that its "
        "own callers get from elsewhere."
    )
    columns = (
        *("Force", "Given", "95% interval", "Received", "95% interval", "Balance"),
        *("95% interval", "Reading"),
    )
    return Beside(sentences, [Table(caption, columns, groups, frozenset({6}))])


def _balance_line(design: DesignName, book: Balance) -> Line:
    return Line(
        book.force,
        (
            plain(book.given),
            plain_interval(book.given),
            plain(book.received),
            plain_interval(book.received),
            change(book.net),
            change_interval(book.net),
            {1: "gives more", -1: "is helped", 0: "balanced or unsure"}[book.net.sign],
        ),
        colour_of(design),
    )


def _subsidies(study: Study, design: DesignName, books: Sequence[Balance]) -> str:
    """Say who gives more than it gets, who the reverse, and what the largest flow is."""
    known = [book for book in books if book.net.has_interval]
    if not known:
        return f"{_quoted(design)}: a single run, from which no balance follows."
    givers = sorted((b for b in known if b.net.sign > 0), key=lambda b: -b.net.value)
    takers = sorted((b for b in known if b.net.sign < 0), key=lambda b: b.net.value)
    if not givers and not takers:
        said = "no force gives or gets more than it may by chance: nobody subsidises anybody"
    else:
        said = "; ".join(
            _side(side, words)
            for side, words in ((givers, "more than it gets"), (takers, "more than it gives"))
            if side
        )
    return f"{_quoted(design)}: {said}.{_largest_flow(study, design)}"


def _side(books: Sequence[Balance], words: str) -> str:
    """Name forces with their balance, or count them and name the first."""
    verb = "gives" if words.endswith("gets") else "gets"
    first = f"{books[0].force} {verb} {size_in_brief(books[0].net, 'h')} a week {words}"
    if len(books) > NAMED_FORCES:
        plural = words.replace("it gets", "they get").replace("it gives", "they give")
        most = size_in_brief(books[0].net, "h")
        first = f"most of all {books[0].force}, {most} a week"
        return f"{len(books)} forces {verb[:-1]} {plural}, {first}"
    rest = [f"{book.force} {size_in_brief(book.net, 'h')}" for book in books[1:]]
    return listing([first, *rest])


def _largest_flow(study: Study, design: DesignName) -> str:
    """Name the largest flow from one force's rooms to another's callers, and what comes back."""
    found = {
        pair: hours
        for pair, hours in flows(study, design).items()
        if pair[0] != pair[1] and not hours.missing and hours.value > 0
    }
    if not found:
        return ""
    giver, taker = max(found, key=lambda pair: found[pair].value)
    there = size_in_brief(found[giver, taker], "h")
    if not giver:
        return f" Rooms that belong to no force work {there} a week for callers of {taker}."
    back = found.get((taker, giver))
    come_back = "nothing comes back" if back is None else f"{size_in_brief(back, 'h')} come back"
    return (
        f" The largest flow: {giver} works {there} a week for callers of {taker}, and {come_back}."
    )


def _quoted(design: DesignName) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{design.label}\N{RIGHT DOUBLE QUOTATION MARK}"
