"""The window of time that a replication covers, and where in the week an instant lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.records.arrays import require

SECONDS_PER_HOUR = 3600.0
HOURS_PER_WEEK = 168


@dataclass(frozen=True)
class Horizon:
    """Warm-up, measured window and cool-down, in hours; instant 0 is the start of the warm-up.

    The measured window starts on Monday 00:00 plus `start_hour_of_week`. Contacts go on arriving
    during the cool-down, so that the last measured ones meet ordinary traffic; only those that
    arrive inside the measured window are counted.

    Examples
    --------
    >>> horizon = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
    >>> horizon.hour_of_week(horizon.measured_from_s)
    0
    >>> horizon.hour_of_week(0.0)  # the warm-up is Sunday
    144
    """

    warm_up_h: float
    measured_h: float
    cool_down_h: float = 0.0
    start_hour_of_week: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a horizon that measures nothing."""
        spans = (self.warm_up_h, self.measured_h, self.cool_down_h, self.start_hour_of_week)
        require(np.isfinite(spans), f"horizon: every span must be finite, not {spans}")
        require(self.measured_h > 0, f"horizon: measured_h must be above 0, not {self.measured_h}")
        require(
            self.warm_up_h >= 0 and self.cool_down_h >= 0,
            f"horizon: warm-up and cool-down must not be negative, not {spans}",
        )

    @property
    def measured_from_s(self) -> float:
        """The instant at which the measured window opens, in seconds."""
        return self.warm_up_h * SECONDS_PER_HOUR

    @property
    def measured_until_s(self) -> float:
        """The instant at which the measured window closes (not included), in seconds."""
        return (self.warm_up_h + self.measured_h) * SECONDS_PER_HOUR

    @property
    def arrivals_until_s(self) -> float:
        """The instant at which arrivals stop, in seconds."""
        return (self.warm_up_h + self.measured_h + self.cool_down_h) * SECONDS_PER_HOUR

    def hour_of_week(self, instant_s: float) -> int:
        """Give the hour of the week, 0 (Monday 00:00) to 167, in which an instant lies."""
        return int(self.hours_of_week(np.array([instant_s]))[0])

    def hours_of_week(self, instants_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the hour of the week, 0 to 167, of each instant."""
        since_monday_h = instants_s / SECONDS_PER_HOUR - self.warm_up_h + self.start_hour_of_week
        return np.floor(since_monday_h).astype(np.int64) % HOURS_PER_WEEK

    def instant_of_hour_of_week(self, hour_of_week: float) -> float:
        """Give the first instant, at or before 0, that lies at this hour of the week, in seconds.

        Weekly patterns (profiles, shifts, night rules) are laid from here, a week at a time.
        """
        offset_h = (hour_of_week - self.start_hour_of_week + self.warm_up_h) % HOURS_PER_WEEK
        start_h = offset_h if offset_h == 0 else offset_h - HOURS_PER_WEEK
        return start_h * SECONDS_PER_HOUR
