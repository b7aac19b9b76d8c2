"""Small centres to draw from, built directly from the configuration's values."""

import numpy as np

from sim.config import Centre

WEEK_S = 7 * 24 * 3600.0
FLAT = (1.0,) * 168
DAY_AND_NIGHT = tuple([1.0] * 8 + [3.0] * 16) * 7


def profile(values=FLAT):
    return {"file": "profile.csv", "column": "share", "values": tuple(values)}


def exponential(mean_s):
    return {"distribution": "exponential", "mean_s": mean_s}


def a_channel(**changes):
    return {
        "label": "calls",
        "priority": 0,
        "answer_within_s": 10,
        "target_share": 0.9,
        "profile": profile(),
        "handle": exponential(300),
        "patience": exponential(120),
    } | changes


def a_shift(**changes):
    return {"name": "day", "start": "07:00", "end": "19:00", "rostered": 10} | changes


def a_group(force="North", **changes):
    shifts = {} if "rostered" in changes else {"shifts": (a_shift(),)}
    return {"force": force, "answers": ("emergency",)} | shifts | changes


def a_force(**per_day):
    """Give a force with so many contacts per day by channel."""
    return {"contacts": {channel: {"per_day": volume} for channel, volume in per_day.items()}}


def a_centre(*, channels=None, forces=None, groups=None, demand=None, staffing=None):
    """Give a centre: one force, one channel, 240 contacts a day, unless said otherwise."""
    forces = forces or {"North": a_force(emergency=240)}
    return Centre.model_validate(
        {
            "name": "test",
            "channels": channels or {"emergency": a_channel()},
            "forces": forces,
            "groups": groups or {"room": a_group(next(iter(forces)))},
            "demand": demand or {},
            "staffing": {"scale": 1, "shrinkage_share": 0, "absence_share": 0} | (staffing or {}),
        }
    )


def z_of_mean(sample, expected):
    """Give by how many standard errors the mean of a sample lies off."""
    sample = np.asarray(sample, dtype=float)
    return (sample.mean() - expected) / (sample.std(ddof=1) / np.sqrt(sample.size))
