"""TOML and CSV in, checked and frozen values out.

`load_centre` and `load_experiment` read files into a `Centre` and an `Experiment`, or raise a
`ConfigError` that tells everything that is wrong with them. `evidence` lists every figure with
its source. The room knows nothing of how a week is drawn, simulated or measured.
"""

from sim.config.centre import Centre
from sim.config.checks import burst_calls_per_week
from sim.config.design import DesignEntry
from sim.config.errors import ConfigError, Problem, join_key, nearest, split_key, unknown
from sim.config.event_checks import event_problems, incident_channel
from sim.config.events import (
    Absence,
    Event,
    SiteOutage,
    Surge,
    TelephonyFailure,
    events_under,
)
from sim.config.experiment import Experiment
from sim.config.facts import Fact
from sim.config.loading import CENTRE_FILE, CentreFiles, load_centre, load_changed, load_experiment
from sim.config.lookup import (
    follow_on_of,
    handle_of,
    layout_of,
    patience_of,
    profile_of,
    redial_of,
)
from sim.config.provenance import Evidence, event_evidence, evidence
from sim.config.schema import schema
from sim.config.starter import write_starter
from sim.config.vary import points

__all__ = [
    "CENTRE_FILE",
    "Absence",
    "Centre",
    "CentreFiles",
    "ConfigError",
    "DesignEntry",
    "Event",
    "Evidence",
    "Experiment",
    "Fact",
    "Problem",
    "SiteOutage",
    "Surge",
    "TelephonyFailure",
    "burst_calls_per_week",
    "event_evidence",
    "event_problems",
    "events_under",
    "evidence",
    "follow_on_of",
    "handle_of",
    "incident_channel",
    "join_key",
    "layout_of",
    "load_centre",
    "load_changed",
    "load_experiment",
    "nearest",
    "patience_of",
    "points",
    "profile_of",
    "redial_of",
    "schema",
    "split_key",
    "unknown",
    "write_starter",
]
