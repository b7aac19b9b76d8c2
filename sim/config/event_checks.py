"""Whether the events of an experiment fit its centre: evidence, and what the new callers do."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.config.centre import Centre
from sim.config.errors import Problem, join_key
from sim.config.events import Event, Incidents, Surge
from sim.config.lookup import contacts_of, handle_of, patience_of
from sim.config.provenance import event_evidence_problems


def event_problems(events: Sequence[Event], centre: Centre, file: Path) -> list[Problem]:
    """Find what is wrong with events that are each right by themselves."""
    return [*event_evidence_problems(events, centre, file), *_undescribed(events, centre, file)]


def incident_channel(incidents: Incidents, centre: Centre) -> str:
    """Give the channel on which incidents are reported: the most urgent unless one is named."""
    most_urgent = min(centre.channels, key=lambda name: centre.channels[name].priority)
    return incidents.channel or most_urgent


def _undescribed(events: Sequence[Event], centre: Centre, file: Path) -> Iterator[Problem]:
    """Find surges of contacts whose handle time or patience nobody gives."""
    for number, event in enumerate(events):
        if not isinstance(event, Surge):
            continue
        for force, channel in dict.fromkeys(_surging(event, centre)):
            for what, give in (("handle", handle_of), ("patience", patience_of)):
                try:
                    give(centre, force, channel)
                except LookupError:
                    wrong = f"brings contacts of {force} on {channel}, for which there is no {what}"
                    yield Problem(file, f"{wrong} in the centre", join_key(("events", number)))


def _surging(surge: Surge, centre: Centre) -> Iterator[tuple[str, str]]:
    """Give the classes to which a surge adds contacts, by force and channel."""
    if surge.factor is not None:
        for force in surge.forces or centre.forces:
            for channel in surge.channels or centre.channels:
                contacts = contacts_of(centre, force, channel)
                if contacts is not None and contacts.per_day.value > 0:
                    yield force, channel
    if surge.incidents is not None:
        for force in surge.incidents.seen_by:
            yield force, incident_channel(surge.incidents, centre)
