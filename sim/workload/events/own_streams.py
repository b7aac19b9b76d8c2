"""The streams of an event: those of its purposes, under the event's name."""

from dataclasses import replace

from numpy.random import Generator

from sim.workload.streams import OpenStreams, StreamName


class EventStreams(OpenStreams):
    """The streams of one event in one replication; no name is shared with anybody else."""

    def __init__(self, event: str, seed: int, replication: int) -> None:
        """Start with none open."""
        super().__init__(seed, replication)
        self._event = event

    def __getitem__(self, name: StreamName) -> Generator:
        """Give the generator of this name, for this event."""
        return super().__getitem__(replace(name, purpose=f"event {self._event} {name.purpose}"))
