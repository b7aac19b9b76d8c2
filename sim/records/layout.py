"""Who calls and who answers: the names behind the indices of classes and groups."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.records.arrays import freeze, require


@dataclass(frozen=True, eq=False)
class Layout:
    """Forces, channels and agent groups, and which contact class (force x channel) each row means.

    Class `k = f * C + c` is channel `c` of force `f`; every force has every channel.

    Parameters
    ----------
    forces, channels
        Names, F and C of them, in the order of the configuration.
    groups
        Names of the G agent groups.
    group_force
        Shape (G,): the force whose control room the group belongs to; -1 for a contractor's or a
        shared pool that belongs to none.
    skills
        Shape (C, G): whether the group's handlers take the channel at all.
    priority
        Shape (C,): a freed handler takes a lower number first.
    reserve
        Shape (C, G): the group takes the channel only while more than this many of its handlers
        are free (handlers kept back for 999).
    """

    forces: tuple[str, ...]
    channels: tuple[str, ...]
    groups: tuple[str, ...]
    group_force: NDArray[np.int64]
    skills: NDArray[np.bool_]
    priority: NDArray[np.int64]
    reserve: NDArray[np.int64]
    class_force: NDArray[np.int64] = field(init=False)
    class_channel: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Check the shapes and number the classes."""
        put = object.__setattr__
        put(self, "group_force", freeze("group_force", self.group_force, np.int64))
        put(self, "skills", freeze("skills", self.skills, np.bool_, 2))
        put(self, "priority", freeze("priority", self.priority, np.int64))
        put(self, "reserve", freeze("reserve", self.reserve, np.int64, 2))
        forces, channels, groups = len(self.forces), len(self.channels), len(self.groups)
        for what, names in (
            ("forces", self.forces),
            ("channels", self.channels),
            ("groups", self.groups),
        ):
            require(len(set(names)) == len(names), f"{what}: a name stands twice in {names}")
        require(self.group_force.shape == (groups,), "group_force: needs one force per group")
        require(
            (self.group_force >= -1) & (self.group_force < forces),
            f"group_force: must be -1 to {forces - 1}",
        )
        require(self.skills.shape == (channels, groups), "skills: shape must be (C, G)")
        require(self.priority.shape == (channels,), "priority: needs one number per channel")
        require(self.reserve.shape == (channels, groups), "reserve: shape must be (C, G)")
        require(self.reserve >= 0, "reserve: must not be negative")
        put(
            self,
            "class_force",
            freeze("class_force", np.repeat(np.arange(forces), channels), np.int64),
        )
        put(
            self,
            "class_channel",
            freeze("class_channel", np.tile(np.arange(channels), forces), np.int64),
        )

    @property
    def n_classes(self) -> int:
        """K, the number of contact classes."""
        return len(self.forces) * len(self.channels)

    @property
    def n_groups(self) -> int:
        """G, the number of agent groups."""
        return len(self.groups)

    def class_of(self, force: str, channel: str) -> int:
        """Give the index of a contact class by its names."""
        return self.forces.index(force) * len(self.channels) + self.channels.index(channel)

    @property
    def own(self) -> NDArray[np.bool_]:
        """Shape (K, G): whether the group belongs to the class's own force."""
        own: NDArray[np.bool_] = self.class_force[:, None] == self.group_force[None, :]
        return own

    @property
    def urgent(self) -> NDArray[np.bool_]:
        """Shape (K,): whether the class's channel has the first priority (999)."""
        urgent: NDArray[np.bool_] = self.priority[self.class_channel] == self.priority.min()
        return urgent

    @property
    def able(self) -> NDArray[np.bool_]:
        """Shape (K, G): whether the group has the skill that the class's channel needs."""
        able: NDArray[np.bool_] = self.skills[self.class_channel]
        return able
