"""Writes hour_of_week.csv: how 999 and non-emergency calls spread over the hours of a week.

Nobody publishes hourly counts. What is published are a few statements about the shape, and here
they are turned into 168 numbers by rules that can be read. Run `python make_profiles.py` to write
the file again; a test holds that the file and the rules agree. Sources: see README.md.
"""  # noqa: INP001 - a folder of data with one script, not a package

import csv
import io
from pathlib import Path

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FILE = Path(__file__).with_name("hour_of_week.csv")

# 999 on a day from Monday to Thursday, as a share of the peak hour. Stated: the four hours from
# 18:00 are the busiest, the peak is about 20:00-21:00, the trough 04:00-05:00 at 30-35% of it.
# The numbers between are ours: a smooth climb through the day.
EMERGENCY_DAY = (
    *(0.52, 0.44, 0.38, 0.34, 0.32, 0.33, 0.38, 0.48, 0.58, 0.64, 0.68, 0.72),
    *(0.76, 0.78, 0.81, 0.86, 0.91, 0.95, 0.98, 0.99, 1.00, 0.99, 0.88, 0.70),
)
# Stated: midnight to 04:00 on Saturday and Sunday is about twice other nights.
WEEKEND_NIGHT_FACTOR = 2.0
WEEKEND_NIGHT_HOURS = range(4)
# Stated: the Friday and Saturday peaks run on into the next morning. The factors are ours.
RUN_ON_FACTOR = {22: 1.15, 23: 1.40}

# Non-emergency on a weekday, as a share of the peak hour. Stated: crime calls peak from 09:00 to
# 16:00, calls about incidents from 16:00 to 24:00. The numbers are ours.
NON_EMERGENCY_DAY = (
    *(0.20, 0.15, 0.12, 0.10, 0.09, 0.10, 0.16, 0.32, 0.60, 0.95, 1.00, 1.00),
    *(0.96, 0.96, 0.97, 0.97, 0.92, 0.92, 0.90, 0.84, 0.74, 0.62, 0.46, 0.32),
)
# Stated: 758 calls on an average Friday, 716 on an average Saturday. Sunday is ours.
NON_EMERGENCY_DAY_FACTOR = {"fri": 758 / 716, "sun": 0.90}


def emergency(day: str, hour: int) -> float:
    """Give the relative number of 999 calls in an hour."""
    share = EMERGENCY_DAY[hour]
    if day in {"sat", "sun"} and hour in WEEKEND_NIGHT_HOURS:
        share *= WEEKEND_NIGHT_FACTOR
    if day in {"fri", "sat"}:
        share *= RUN_ON_FACTOR.get(hour, 1.0)
    return share


def non_emergency(day: str, hour: int) -> float:
    """Give the relative number of non-emergency calls in an hour."""
    return NON_EMERGENCY_DAY[hour] * NON_EMERGENCY_DAY_FACTOR.get(day, 1.0)


def csv_text() -> str:
    """Give the file's text: a row for each hour of the week; both series have mean 1."""
    hours = [(day, hour) for day in DAYS for hour in range(24)]
    series = [[shape(*at) for at in hours] for shape in (emergency, non_emergency)]
    means = [sum(values) / len(values) for values in series]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("hour_of_week", "day", "hour", "emergency", "non_emergency"))
    for number, (day, hour) in enumerate(hours):
        relative = [
            f"{values[number] / mean:.4f}" for values, mean in zip(series, means, strict=True)
        ]
        writer.writerow((number, day, hour, *relative))
    return text.getvalue()


if __name__ == "__main__":
    FILE.write_text(csv_text(), encoding="utf-8", newline="\n")
