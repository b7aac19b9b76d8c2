"""The events of an experiment, on the workload and the staffing of a replication."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config import (
    Absence,
    Centre,
    Event,
    SiteOutage,
    Surge,
    TelephonyFailure,
    incident_channel,
    layout_of,
)
from sim.records import SECONDS_PER_HOUR, Horizon, Staffing, Workload
from sim.workload.demand import contacts_per_h
from sim.workload.events.absence import send_home
from sim.workload.events.graft import merge
from sim.workload.events.outage import go_dark, stand_by
from sim.workload.events.own_streams import EventStreams
from sim.workload.events.ring_back import Cut, ring_back
from sim.workload.events.surge import extra_instants, incident_instants, reports, together
from sim.workload.events.telephony_failure import divert
from sim.workload.plan import WorkloadPlan
from sim.workload.streams import StreamName


class EventDrawer:
    """What the events of an experiment do to the workloads and staffings of a centre.

    Surges come first, so that a failure diverts their callers too; then failures; then what
    follows a cut. Absences come before outages, so that whoever is back after an outage may be
    absent still.

    Parameters
    ----------
    centre, horizon
        As for `WorkloadPlan`.
    events
        Loaded and checked.
    plan
        Of the same centre and horizon: the extra callers behave like the others.
    """

    def __init__(
        self, centre: Centre, horizon: Horizon, events: Sequence[Event], plan: WorkloadPlan
    ) -> None:
        self._centre, self._horizon, self._plan = centre, horizon, plan
        self._layout = layout_of(centre)
        self._per_h = contacts_per_h(centre)
        self._surges = [event for event in events if isinstance(event, Surge)]
        self._failures = [event for event in events if isinstance(event, TelephonyFailure)]
        self._absences = [event for event in events if isinstance(event, Absence)]
        outages = [event for event in events if isinstance(event, SiteOutage)]
        self._outages = sorted(outages, key=lambda outage: outage.span_s(horizon))

    def workload(self, workload: Workload, seed: int, replication: int) -> Workload:
        """Give the workload of a replication with everything that happens."""
        for surge in self._surges:
            streams = EventStreams(surge.name, seed, replication)
            arrivals = self._surge_arrivals(surge, streams)
            workload = merge(workload, self._plan.arriving(arrivals, streams))
        for failure in self._failures:
            coin = EventStreams(failure.name, seed, replication)[StreamName("divert")]
            span_s = failure.span_s(self._horizon)
            workload = divert(workload, span_s, self._to_class(failure), failure.share, coin)
        cuts = [
            Cut(
                outage.span_s(self._horizon)[0],
                outage.ring_back.share.value,
                outage.ring_back.delay_mean_s.value,
                EventStreams(outage.name, seed, replication),
            )
            for outage in self._outages
            if outage.calls_in_hand == "cut" and outage.ring_back is not None
        ]
        return ring_back(workload, cuts, self._plan)

    def staffing(self, staffing: Staffing, seed: int, replication: int) -> Staffing:
        """Give the staffing of a replication with everything that happens."""
        for absence in self._absences:
            streams = EventStreams(absence.name, seed, replication)
            for name in absence.groups:
                group = self._layout.groups.index(name)
                span_s = absence.span_s(self._horizon)
                coins = streams[StreamName("absence", name)]
                staffing = send_home(staffing, group, span_s, absence.share, coins)
        for outage in self._outages:
            groups = [self._layout.groups.index(name) for name in outage.groups]
            start_s, end_s = outage.span_s(self._horizon)
            dark_until_s = end_s
            if outage.standby is not None:
                dark_until_s = start_s + SECONDS_PER_HOUR * outage.standby.after_h.value
            if outage.standby is not None and dark_until_s < end_s:
                span_s, share = (dark_until_s, end_s), outage.standby.share.value
                staffing = stand_by(staffing, groups, span_s, share)
            dark_s = (start_s, min(dark_until_s, end_s))
            staffing = go_dark(staffing, groups, dark_s, cut=outage.calls_in_hand == "cut")
        return staffing

    def _surge_arrivals(
        self, surge: Surge, streams: EventStreams
    ) -> tuple[NDArray[np.float64], ...]:
        """Draw the instants of a surge's contacts by class."""
        layout, span_s = self._layout, surge.span_s(self._horizon)
        parts: list[list[NDArray[np.float64]]] = [[] for _ in range(layout.n_classes)]
        if surge.factor is not None:
            for force in surge.forces or layout.forces:
                for channel in surge.channels or layout.channels:
                    k = layout.class_of(force, channel)
                    rng = streams[StreamName("arrivals", force, channel)]
                    per_h = self._per_h[k]
                    parts[k].append(extra_instants(rng, per_h, self._horizon, span_s, surge.factor))
        if (incidents := surge.incidents) is not None:
            channel = incident_channel(incidents, self._centre)
            when = incident_instants(streams[StreamName("incidents")], incidents.count, span_s)
            for force in incidents.seen_by:
                rng = streams[StreamName("reports", force, channel)]
                mean, spread_s = incidents.calls_mean, incidents.spread_mean_s
                calls = reports(rng, when, mean, spread_s, self._horizon.arrivals_until_s)
                parts[layout.class_of(force, channel)].append(calls)
        return tuple(together(of_class) for of_class in parts)

    def _to_class(self, failure: TelephonyFailure) -> NDArray[np.int64]:
        """Give the class that a contact of each class is in during a failure, shape (K,)."""
        layout = self._layout
        to_class = np.arange(layout.n_classes)
        for force in failure.forces or layout.forces:
            k = layout.class_of(force, failure.from_channel)
            to_class[k] = layout.class_of(force, failure.to)
        return to_class
