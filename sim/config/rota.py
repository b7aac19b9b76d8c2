"""What a week of shifts must be to make sense: spans of time, breaks inside them, no overlaps."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sim.config.errors import Finding, as_toml

if TYPE_CHECKING:
    from sim.config.centre import Centre, Group, Shift

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY = 1440
MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY
_MINUTES_PER_HOUR = 60


def minute_of_day(clock: str) -> int:
    """Give the minutes since midnight of a time of day.

    Examples
    --------
    >>> minute_of_day("07:30")
    450
    """
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def shift_span(shift: Shift) -> tuple[int, int]:
    """Give the minutes at which a shift starts and ends, counted from midnight of its day."""
    start, end = minute_of_day(shift.start), minute_of_day(shift.end)
    return start, end if end > start else end + MINUTES_PER_DAY


def days_of(shift: Shift) -> tuple[int, ...]:
    """Give the days on which a shift starts, 0 for Monday to 6."""
    return tuple(map(DAYS.index, DAYS if shift.days == "all" else shift.days))


def rostered_h_per_week(centre: Centre) -> float:
    """Give the handlers' hours on the rota of all groups in a week, scales applied.

    They are what is paid: breaks, leave, training and sickness are part of them.
    """
    total_h = 0.0
    for group in centre.groups.values():
        scale = centre.staffing.scale.value * (1.0 if group.scale is None else group.scale.value)
        if group.rostered is not None:
            total_h += scale * sum(group.rostered.values)
        for shift in group.shifts:
            start, end = shift_span(shift)
            length_h = (end - start) / _MINUTES_PER_HOUR
            total_h += scale * shift.rostered.value * length_h * len(days_of(shift))
    return round(total_h, 6)  # rotas that are equal cost the same, however they were added up


def shift_findings(shift: Shift) -> list[Finding]:
    """Find shifts without a length, days that stand twice, and breaks outside the shift."""
    findings = []
    if shift.start == "24:00":
        findings.append(
            Finding('must be from "00:00" to "23:59"', ("start",), as_toml(shift.start))
        )
    if minute_of_day(shift.start) % MINUTES_PER_DAY == minute_of_day(shift.end):
        findings.append(
            Finding(
                "is when the shift starts as well; a shift needs a length "
                '(a whole day is start = "00:00", end = "24:00")',
                ("end",),
                as_toml(shift.end),
            )
        )
    if len(set(days_of(shift))) < len(days_of(shift)):
        findings.append(Finding("a day stands twice", ("days",), as_toml(shift.days)))
    return findings or _break_findings(shift)


def _break_findings(shift: Shift) -> list[Finding]:
    """Find breaks that start or end outside their shift."""
    findings = []
    start, end = shift_span(shift)
    for number, rest in enumerate(shift.breaks):
        at = minute_of_day(rest.at)
        at += MINUTES_PER_DAY if at < start else 0
        until = at + rest.waves * rest.minutes
        hours = f"the shift from {shift.start} to {shift.end}"
        if at >= end:
            findings.append(
                Finding(f"is outside {hours}", ("breaks", number, "at"), as_toml(rest.at))
            )
        elif until > end:
            over = (
                f"{rest.waves} waves of {rest.minutes:g} minutes from {rest.at} end "
                f"{until - end:g} minutes after {hours}"
            )
            findings.append(Finding(over, ("breaks", number)))
    return findings


def group_findings(group: Group) -> list[Finding]:
    """Find groups without a rota or with two, and a shift that stands twice at one time."""
    findings = []
    if bool(group.shifts) == (group.rostered is not None):
        which = "both" if group.shifts else "neither"
        findings.append(
            Finding(
                f"a group needs shifts or hourly posts in rostered, one of the two; it has {which}"
            )
        )
    if len(set(group.answers)) < len(group.answers):
        findings.append(Finding("a channel stands twice", ("answers",), as_toml(group.answers)))
    findings += [
        Finding(
            "the group does not answer this channel, so it cannot keep handlers back from it",
            ("reserve", channel),
        )
        for channel in group.reserve
        if channel not in group.answers
    ]
    return findings + _overlaps(group)


def _overlaps(group: Group) -> list[Finding]:
    """Find two shifts of one name that are on at the same time."""
    findings = []
    for (i, one), (j, other) in combinations(enumerate(group.shifts), 2):
        if one.name.casefold() == other.name.casefold() and _meet(one, other):
            wrong = (
                f"overlaps shift {i} of the same name ({one.start} to {one.end}); "
                "merge the two or give them different names"
            )
            findings.append(Finding(wrong, ("shifts", j, "name"), as_toml(other.name)))
    return findings


def _meet(one: Shift, other: Shift) -> bool:
    """Tell whether two shifts share a minute of the week, which goes round."""
    (a, a_end), (b, b_end) = shift_span(one), shift_span(other)
    gaps = [
        (day_b - day_a) * MINUTES_PER_DAY + b - a
        for day_a in days_of(one)
        for day_b in days_of(other)
    ]
    return any(
        gap % MINUTES_PER_WEEK < a_end - a or -gap % MINUTES_PER_WEEK < b_end - b for gap in gaps
    )
