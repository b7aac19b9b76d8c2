"""What holds for a contact class: what its force says, else what its channel says."""

import numpy as np

from sim.config.centre import Centre, Contacts, FollowOn, Group, Profile, Redial
from sim.config.distributions import HandleTime, Patience
from sim.records import Layout


def contacts_of(centre: Centre, force: str, channel: str) -> Contacts | None:
    """Give a force's own entry for a channel, None where it has no contacts on it."""
    return centre.forces[force].contacts.get(channel)


def handle_of(centre: Centre, force: str, channel: str) -> HandleTime:
    """Give the handle time of a contact class.

    Raises
    ------
    LookupError
        If neither the force nor the channel gives one; after loading only where the class can
        have no contacts, or where a call log brings the handle times.
    """
    contacts = contacts_of(centre, force, channel)
    handle = (contacts and contacts.handle) or centre.channels[channel].handle
    if handle is None:
        raise LookupError(f"{force}, {channel}: has no handle time")
    return handle


def patience_of(centre: Centre, force: str, channel: str) -> Patience:
    """Give the patience of a contact class.

    Raises
    ------
    LookupError
        If neither the force nor the channel gives one; after loading only where the class can
        have no contacts.
    """
    contacts = contacts_of(centre, force, channel)
    patience = (contacts and contacts.patience) or centre.channels[channel].patience
    if patience is None:
        raise LookupError(f"{force}, {channel}: has no patience")
    return patience


def profile_of(centre: Centre, force: str, channel: str) -> Profile | None:
    """Give the hour-of-week profile of a contact class, None where nobody gives one."""
    contacts = contacts_of(centre, force, channel)
    return (contacts and contacts.profile) or centre.channels[channel].profile


def redial_of(centre: Centre, force: str, channel: str) -> Redial | None:
    """Give what callers of a class do after giving up, None where they do nothing more."""
    contacts = contacts_of(centre, force, channel)
    return (contacts and contacts.redial) or centre.channels[channel].redial


def follow_on_of(centre: Centre, force: str, channel: str) -> tuple[FollowOn, ...]:
    """Give what follows an answered contact of a class; a force's empty list means nothing."""
    contacts = contacts_of(centre, force, channel)
    own = contacts.follow_on if contacts is not None else None
    return centre.channels[channel].follow_on if own is None else own


def layout_of(centre: Centre) -> Layout:
    """Give forces, channels and groups, in the configuration's order, with skills and reserves."""
    forces, channels = tuple(centre.forces), tuple(centre.channels)
    groups = centre.groups.values()
    return Layout(
        forces=forces,
        channels=channels,
        groups=tuple(centre.groups),
        group_force=np.array(
            [-1 if group.force is None else forces.index(group.force) for group in groups]
        ),
        skills=np.array([[channel in group.answers for group in groups] for channel in channels]),
        priority=np.array([channel.priority for channel in centre.channels.values()]),
        reserve=np.array([[_kept(group, channel) for group in groups] for channel in channels]),
    )


def _kept(group: Group, channel: str) -> int:
    """Give how many handlers a group keeps free of a channel."""
    return int(group.reserve[channel].value) if channel in group.reserve else 0
