"""The data dictionary: every measure, defined once.

A measure is a numerator over a denominator. Cells are added first and divided last, so a share of
all forces is not a mean of shares; 0/0 is missing. Report and documentation print this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OFFERED = "contacts that arrived in the period"
ANSWERED = "contacts that arrived in the period and were answered"

WAIT_QUANTILES = MappingProxyType(
    {"wait_p50_s": 50, "wait_p90_s": 90, "wait_p95_s": 95, "wait_p99_s": 99, "wait_max_s": 100}
)
THRESHOLDS_S = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600)
BAND_EDGES_S = (10.0, 60.0)  # the bands that police.uk publishes


@dataclass(frozen=True)
class Definition:
    """What a measure means.

    Parameters
    ----------
    unit
        "contacts", "share", "s" (seconds), "h" (hours) or "erl" (erlang).
    sentence
        The definition, in one sentence.
    numerator, denominator
        What is added up over cells; "1" where nothing is divided.
    police
        The words that a control room uses for it.
    """

    unit: str
    sentence: str
    numerator: str
    denominator: str
    police: str


def answered_within(threshold_s: int) -> str:
    """Give the name of the measure `answered_within_{x}s`."""
    return f"answered_within_{threshold_s}s"


_COUNTS = {
    "offered": Definition(
        "contacts",
        "Contacts that arrived, redials and follow-on contacts among them; the rest of interrupted "
        "work is no contact of its own.",
        OFFERED,
        "1",
        "calls received",
    ),
    "answered": Definition(
        "contacts",
        "Contacts that a handler answered, however late.",
        ANSWERED,
        "1",
        "calls answered",
    ),
    "abandoned": Definition(
        "contacts",
        "Contacts that gave up before a handler answered.",
        "contacts that arrived in the period and gave up",
        "1",
        "abandoned (discontinued) calls",
    ),
    "open": Definition(
        "contacts",
        "Contacts still waiting when nothing more could happen; they count as offered.",
        "contacts that arrived in the period and were neither answered nor gave up",
        "1",
        "calls still waiting",
    ),
    "redials": Definition(
        "contacts",
        "Contacts made again by somebody who had given up; they are among the offered.",
        "contacts that arrived in the period and were woken by giving up",
        "1",
        "repeat calls",
    ),
}

_SHARES = {
    "service_level": Definition(
        "share",
        "Share of the contacts offered that are answered within the channel's target time, on the "
        "force's own clock (a wait of exactly the target counts).",
        "answered within the target time",
        OFFERED,
        "% answered in target",
    ),
    "service_level_excl_short": Definition(
        "share",
        "As service level, leaving out those who gave up within the target time.",
        "answered within the target time",
        OFFERED + ", less those who gave up within the target time",
        "% answered in target, excluding short abandoned calls",
    ),
    "band_under_10s": Definition(
        "share",
        "Share of the answered contacts answered in under 10 s on police.uk's clock (wait plus "
        "the operator's transfer).",
        "answered in under 10 s on that clock",
        ANSWERED,
        "police.uk: answered in under 10 seconds",
    ),
    "band_10_60s": Definition(
        "share",
        "Share of the answered contacts answered in 10 to 60 s on police.uk's clock.",
        "answered in 10 to 60 s on that clock, both included",
        ANSWERED,
        "police.uk: answered in 10 to 60 seconds",
    ),
    "band_over_60s": Definition(
        "share",
        "Share of the answered contacts answered in over 60 s on police.uk's clock.",
        "answered in over 60 s on that clock",
        ANSWERED,
        "police.uk: answered in over 60 seconds",
    ),
    "abandonment": Definition(
        "share",
        "Share of the contacts offered that gave up.",
        "contacts that gave up",
        OFFERED,
        "abandonment rate",
    ),
    "answered_elsewhere": Definition(
        "share",
        "Share of a force's answered contacts that a room other than its own answered.",
        "answered by a group that is not the force's own",
        ANSWERED,
        "calls answered by another control room",
    ),
}

_WAITS = {
    "asa_s": Definition(
        "s",
        "Mean wait of the answered contacts, on the force's own clock.",
        "seconds waited by answered contacts",
        ANSWERED,
        "average answer time",
    ),
    **{
        name: Definition(
            "s",
            "Longest wait of an answered contact."
            if percent == 100  # noqa: PLR2004 - per cent
            else f"The shortest wait that at least {percent}% of the answered contacts did not "
            "exceed (the inverse of the distribution function: always a wait that happened).",
            "the wait itself",
            "1, or 0 where nobody was answered",
            "longest wait" if percent == 100 else f"{percent}% were answered within",  # noqa: PLR2004
        )
        for name, percent in WAIT_QUANTILES.items()
    },
}

_THRESHOLDS = {
    answered_within(x): Definition(
        "share",
        f"Share of the contacts offered that are answered within {x} s, on the force's own clock.",
        f"answered within {x} s",
        OFFERED,
        f"% answered in {x} seconds",
    )
    for x in THRESHOLDS_S
}

_ROOMS = {
    "offered_load_erl": Definition(
        "erl",
        "Mean work that arrives: the handlers that would be busy if nobody waited or gave up.",
        "handle time in hours, by the own force's handlers, of contacts that arrived in the hour",
        "how many times the hour of the week occurs in the measured window",
        "workload in handlers",
    ),
    "staffed_h": Definition(
        "h",
        "Handler hours at the desk, with the time in which a handler finishes a call after the end "
        "of the shift.",
        "integral over time of the larger of staffed and busy handlers",
        "how many times the hour of the week occurs; 1 for the whole window",
        "staffed hours",
    ),
    "busy_h": Definition(
        "h",
        "Handler hours spent on contacts (talk, hold, wrap-up), inside the measured window. A "
        "handler with several chats in hand is busy once.",
        "integral over time of busy handlers",
        "how many times the hour of the week occurs; 1 for the whole window",
        "hours on calls",
    ),
    "occupancy": Definition(
        "share",
        "Share of staffed time in which handlers are on a contact.",
        "busy hours",
        "staffed hours",
        "utilisation",
    ),
    "exchange": Definition(
        "share",
        "Share of a force's answered contacts that this group of handlers answered.",
        "answered by the group",
        ANSWERED,
        "who answers whose calls",
    ),
    "exchange_h": Definition(
        "h",
        "Handler hours that the group spent on the force's contacts, inside the measured window. "
        "With n chats in hand a handler gives each 1/n of the time.",
        "integral over time of the group's handlers busy with the force's contacts",
        "1",
        "hours given to a force",
    ),
}

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    _COUNTS | _SHARES | _WAITS | _THRESHOLDS | _ROOMS
)
