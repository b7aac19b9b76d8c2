"""What events do to a replication's workload and staffing: small pure transforms of records.

Enters: the records that were drawn without events, and what an event is. Leaves: new records in
which it has happened. Whatever an event draws comes from streams of its own name, so that nobody
else's draws move, and an event more leaves the others as they were.
"""

from sim.workload.events.drawer import EventDrawer

__all__ = ["EventDrawer"]
