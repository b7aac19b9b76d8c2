"""Whether a centre's sections fit together: every class described, answered, of a sound size."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from sim.config.centre import Centre
from sim.config.errors import Problem, as_toml, join_key
from sim.config.lookup import (
    contacts_of,
    follow_on_of,
    handle_of,
    patience_of,
    profile_of,
    redial_of,
)
from sim.config.provenance import evidence_problems

DAYS_PER_WEEK = 7

ContactClass = tuple[str, str]  # force, channel
Lookup = Callable[[Centre, str, str], object]  # such as `handle_of`


def centre_problems(centre: Centre, file: Path) -> list[Problem]:
    """Find what is wrong with a centre whose sections are each right by themselves."""
    return [*section_problems(centre, file), *evidence_problems(centre, file)]


def section_problems(centre: Centre, file: Path) -> list[Problem]:
    """Find what of that is wrong whatever the evidence."""
    return [
        *_undescribed(centre, file),
        *_unanswered(centre, file),
        *_endless(centre, file),
        *_too_many_in_bursts(centre, file),
    ]


def arriving_classes(centre: Centre) -> set[ContactClass]:
    """Give the classes whose contacts arrive by themselves, drawn or from the call log."""
    log = centre.demand.call_log
    if log is not None:
        return set(zip(log.force, log.channel, strict=True))
    return {
        (name, channel)
        for name, force in centre.forces.items()
        for channel, contacts in force.contacts.items()
        if contacts.per_day.value > 0
    }


def following_classes(centre: Centre, arriving: set[ContactClass]) -> set[ContactClass]:
    """Give the classes that those contacts lead to by redials and follow-ons, however far."""
    reached: set[ContactClass] = set()
    ahead = set(arriving)
    while ahead:
        force, channel = ahead.pop()
        led_to = [entry.to for entry in follow_on_of(centre, force, channel)]
        redial = redial_of(centre, force, channel)
        if redial is not None and redial.escalate_to is not None:
            led_to.append(redial.escalate_to)
        new = {(force, to) for to in led_to} - reached
        reached |= new
        ahead |= new
    return reached


def calling_classes(centre: Centre) -> set[ContactClass]:
    """Give the classes that can have any contacts, as long as no event brings them."""
    arriving = arriving_classes(centre)
    return arriving | following_classes(centre, arriving)


def _undescribed(centre: Centre, file: Path) -> Iterator[Problem]:
    """Find classes that have contacts but no handle time, patience or profile."""
    log = centre.demand.call_log
    arriving = arriving_classes(centre)
    following = following_classes(centre, arriving)
    timed = arriving - following if log is not None and log.handle_s else set()
    drawn = arriving if log is None else set()
    every = [(force, channel) for force in centre.forces for channel in centre.channels]
    redialling = {(force, channel) for force, channel in every if redial_of(centre, force, channel)}
    wanted: list[tuple[str, Lookup, set[ContactClass]]] = [
        ("handle", handle_of, (arriving | following) - timed),
        ("patience", patience_of, arriving | following | redialling),
        ("profile", profile_of, drawn),
    ]
    for what, give, classes in wanted:
        for force, channel in every:
            if (force, channel) in classes and not _is_given(give, centre, force, channel):
                yield _missing(centre, file, what, force, channel)


def _is_given(give: Lookup, centre: Centre, force: str, channel: str) -> bool:
    """Tell whether a lookup finds something."""
    try:
        return give(centre, force, channel) is not None
    except LookupError:
        return False


def _missing(centre: Centre, file: Path, what: str, force: str, channel: str) -> Problem:
    """Say that a class lacks a section."""
    own = join_key(("forces", force, "contacts", channel, what))
    shared = join_key(("channels", channel, what))
    if contacts_of(centre, force, channel) is None:
        return Problem(file, "is missing; redials or follow-ons need it", shared)
    return Problem(file, f"is missing; give it here, or for every force in {shared}", own)


def _unanswered(centre: Centre, file: Path) -> Iterator[Problem]:
    """Find channels that have contacts but no group at all to answer them."""
    used = {channel for _, channel in calling_classes(centre)}
    answered = {channel for group in centre.groups.values() for channel in group.answers}
    for channel in centre.channels:
        if channel in used - answered:
            wrong = "has contacts, but no group answers it; add it to the answers of a group"
            yield Problem(file, wrong, join_key(("channels", channel)))


def _endless(centre: Centre, file: Path) -> Iterator[Problem]:
    """Find follow-ons that lead to more of themselves without end.

    The expected number of descendants is finite where the largest eigenvalue of the matrix of
    shares is below 1 (Harris 1963, The Theory of Branching Processes, chapter II).
    """
    channels = list(centre.channels)
    for force in centre.forces:
        shares = np.zeros((len(channels), len(channels)))
        for i, channel in enumerate(channels):
            for entry in follow_on_of(centre, force, channel):
                shares[i, channels.index(entry.to)] += entry.share.value
        if np.abs(np.linalg.eigvals(shares)).max() >= 1:
            wrong = "follow-ons lead round in a circle, each contact to another, without end"
            yield Problem(file, wrong, join_key(("forces", force, "contacts")))


def burst_calls_per_week(centre: Centre, force: str) -> float:
    """Give the mean number of a force's calls a week that come in bursts.

    The number of calls per incident is geometric with mean `calls_mean` cut at `calls_max`, so
    its mean is `(1 - (1 - p) ** calls_max) / p` with `p = 1 / calls_mean`. A force reports its
    own incidents and its part of those that it sees from a neighbour; a force without contacts on
    the channel has no incidents.
    """
    bursts = centre.demand.bursts
    if bursts is None or not _has_contacts(centre, force, bursts.channel):
        return 0.0
    p = 1 / bursts.calls_mean.value
    calls = (1 - (1 - p) ** bursts.calls_max) / p
    seen = sum(
        1 / len(seen_by)
        for neighbour, seen_by in bursts.neighbours.items()
        if force in seen_by and _has_contacts(centre, neighbour, bursts.channel)
    )
    incidents = bursts.incidents_per_week.value * (1 + bursts.seen_by_two_share.value * seen)
    return incidents * calls


def _has_contacts(centre: Centre, force: str, channel: str) -> bool:
    """Tell whether contacts of a class are drawn."""
    contacts = contacts_of(centre, force, channel)
    return contacts is not None and contacts.per_day.value > 0


def _too_many_in_bursts(centre: Centre, file: Path) -> Iterator[Problem]:
    """Find forces whose bursts bring more calls than the force has."""
    bursts = centre.demand.bursts
    if bursts is None or centre.demand.call_log is not None:
        return
    for force in centre.forces:
        contacts = contacts_of(centre, force, bursts.channel)
        in_bursts = burst_calls_per_week(centre, force) / DAYS_PER_WEEK
        if contacts is not None and in_bursts > contacts.per_day.value:
            key = join_key(("forces", force, "contacts", bursts.channel, "per_day"))
            wrong = (
                f"the incidents of demand.bursts alone bring {in_bursts:.4g} calls a day, which "
                "are part of it; lower incidents_per_week or calls_mean, or raise per_day"
            )
            yield Problem(file, wrong, key, as_toml(contacts.per_day.value))
