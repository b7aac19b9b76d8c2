"""Writes centre.toml: 43 forces with their calls and rooms, by rules that can be read.

`fixed_part.toml` holds what is written by hand, `evidence.csv` the published figures. Here the
calls are split by force and every room is given a rota. Run `python make_centre.py` to write the
file again; a test holds that the file and the rules agree. README.md says how the grade was found.
"""  # noqa: INP001 - a folder of data with one script, not a package

import csv
import tomllib
from math import ceil, floor, sqrt
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FILE = HERE / "centre.toml"
FIXED_PART = (HERE / "fixed_part.toml").read_text(encoding="utf-8")
FIXED = tomllib.loads(FIXED_PART)
HEADING = """# Made by make_centre.py; change that, or what it reads, and run it again.
#
"""

DAYS = 366  # April 2023 to March 2024
# Hardly anybody lives in the City of London. Its workers, 56 times as many as its residents, are
# there for about a quarter of the week: as many callers as 100,000 residents would be.
CITY = "City of London"
CITY_RESIDENTS = 100_000
LONDON = "Metropolitan"  # its rate is far above that of any other force but one

# Handlers at the desk in an hour of a erlangs: a + GRADE x sqrt(a), the square-root rule (Halfin
# and Whitt, 1981). One grade for all: the same share of callers has to wait at all, in a small room
# as in a large one. It is the one number that is calibrated.
GRADE = 0.5
RESERVE = 1  # handlers kept free for 999, in every room as in the East Midlands
LEAST_AT_DESK = 2  # one to keep free and one to answer

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Shift(NamedTuple):
    """A shift, and the hours that it is sized on: [from, until), wrapping at midnight."""

    days: tuple[str, ...]
    start: int
    end: int
    sized_on: tuple[int, int]
    breaks: str

    def hours(self, start: int, end: int) -> set[int]:
        """Give the hours of the week between two hours of its days."""
        first = [24 * WEEK.index(day) + self.start for day in self.days]
        begin, length = (start - self.start) % 24, (end - start) % 24
        return {(hour + begin + i) % 168 for hour in first for i in range(length)}

    @property
    def on(self) -> set[int]:
        """The hours of the week in which it is on."""
        return self.hours(self.start, self.end)

    @property
    def core(self) -> set[int]:
        """The hours of the week that it is sized on."""
        return self.hours(*self.sized_on)

    @property
    def at_desk_share(self) -> float:
        """The share of rostered posts at the desk: not on leave, ill or on a break."""
        staffing = FIXED["staffing"]
        absent = staffing["shrinkage_share"]["value"], staffing["absence_share"]["value"]
        break_share = BREAK_MINUTES / 60 / ((self.end - self.start) % 24)
        return (1 - absent[0]) * (1 - absent[1]) * (1 - break_share)


# In this order: each is sized on what those before it leave open.
BREAK_MINUTES = 40
SHIFTS = {
    "night": Shift(WEEK, 23, 7, (1, 7), '{at = "04:00", minutes = 40, waves = 3}'),
    "evening": Shift(WEEK, 18, 2, (23, 1), '{at = "21:00", minutes = 40, waves = 2}'),
    "early": Shift(WEEK, 7, 15, (7, 15), '{at = "10:00", minutes = 40, waves = 4}'),
    "late": Shift(WEEK, 15, 23, (15, 23), '{at = "18:00", minutes = 40, waves = 4}'),
    "weekend": Shift(("fri", "sat"), 20, 4, (22, 4), '{at = "21:00", minutes = 40, waves = 2}'),
}

Hours = dict[int, float]  # by hour of the week


def figures(prefix: str) -> dict[str, list[str]]:
    """Give the values of the rows of evidence.csv whose key starts so, by whom they are of."""
    with (HERE / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["who"]: row["value"].split("; ")
            for row in csv.DictReader(file)
            if row["key"].startswith(prefix)
        }


def number(prefix: str) -> dict[str, float]:
    """Give the first value of such rows as a number."""
    return {who: float(values[0]) for who, values in figures(prefix).items()}


def callers() -> dict[str, float]:
    """Give the residents by force, those of the City as its workers make them."""
    return number("population_") | {CITY: float(CITY_RESIDENTS)}


def emergency_per_day() -> dict[str, float]:
    """Give the 999 calls a day by force: published November, else population x mean rate."""
    november, people = number("calls_999_"), callers()
    known = [force for force in november if force != LONDON]
    rate = sum(november[force] for force in known) / sum(people[force] for force in known)
    calls = {force: november.get(force, rate * people[force]) for force in people}
    scale = number("total_999")["England and Wales"] / DAYS / sum(calls.values())
    return {force: round(scale * calls[force]) for force in calls}


def non_emergency_per_day() -> dict[str, float]:
    """Give the 101 calls a day by force, by population."""
    people = callers()
    scale = number("total_101")["England and Wales"] / DAYS / sum(people.values())
    return {force: round(scale * people[force]) for force in people}


def mean_handle_s(channel: str) -> float:
    """Give the mean handle time of a channel of the fixed part."""
    handle = {
        name: fact["value"]
        for name, fact in FIXED["channels"][channel]["handle"].items()
        if isinstance(fact, dict)
    }
    short = handle["short_share"]
    return short * handle["short_mean_s"] + (1 - short) * handle["long_mean_s"]


def needed(per_day: dict[str, float]) -> Hours:
    """Give the handlers needed at the desk, hour by hour, for calls a day by channel."""
    handle_s = {channel: mean_handle_s(channel) for channel in per_day}
    with (HERE / "hour_of_week.csv").open(encoding="utf-8", newline="") as file:
        hours = {int(row["hour_of_week"]): row for row in csv.DictReader(file)}
    loads = {
        hour: sum(per_day[c] * float(row[c]) * handle_s[c] for c in per_day) / 86_400
        for hour, row in hours.items()
    }
    return {hour: max(LEAST_AT_DESK, a + GRADE * sqrt(a)) for hour, a in loads.items()}


def rota(at_desk: Hours) -> dict[str, int]:
    """Give the rostered posts of each shift: what is open on average in its hours, whole people.

    The shifts of every day are sized on the hours that the weekend's does not touch.
    """
    weekend = SHIFTS["weekend"].on
    there = dict.fromkeys(at_desk, 0.0)
    posts = {}
    for name, shift in SHIFTS.items():
        core = shift.core if name == "weekend" else shift.core - weekend
        missing = sum(at_desk[hour] - there[hour] for hour in core) / len(core)
        posts[name] = max(0, ceil(missing / shift.at_desk_share))
        for hour in shift.on:
            there[hour] += posts[name] * shift.at_desk_share
    return posts


def fact(value: float, low: float, high: float, source: str = "") -> str:
    """Give a number with its range as TOML."""
    source = f', source = "{source}"' if source else ""
    return f"{{value = {value}, range = [{low}, {high}]{source}}}"


def force_toml(force: str, calls: dict[str, float]) -> str:
    """Give a force's section."""
    emergency, others = calls["emergency"], calls["non_emergency"]
    residents = int(number("population_")[force])
    if force == CITY:
        why = (
            f"assumption: as of {CITY_RESIDENTS:,} residents, since about 56 times as many people "
            f"work there as live there; from its residents alone to all of its workers"
        )
        low, high = residents / CITY_RESIDENTS, 56 * residents / CITY_RESIDENTS
        facts = [fact(v, floor(low * v), ceil(high * v), why) for v in (emergency, others)]
    else:
        known = force in number("calls_999_")
        low, high = (0.9, 1.1) if known else (0.64, 1.54)
        source = "by_november" if known else "by_rate"
        facts = [
            fact(emergency, floor(low * emergency), ceil(high * emergency), source),
            fact(others, floor(0.74 * others), ceil(1.6 * others), "by_population"),
        ]
    return f"""[forces.{key(force)}]
population = {{value = {residents}, source = "census_2011"}}
contacts.emergency.per_day = {facts[0]}
contacts.non_emergency.per_day = {facts[1]}
"""


def group_toml(force: str, calls: dict[str, float]) -> str:
    """Give the section of a force's room."""
    lines = []
    for name, posts in rota(needed(calls)).items():
        if posts == 0:
            continue
        shift = SHIFTS[name]
        on = "" if shift.days == WEEK else f"days = {names(list(shift.days))}, "
        rostered = fact(posts, floor(0.85 * posts), ceil(1.15 * posts))
        lines.append(
            f'    {{name = "{name}", {on}start = "{shift.start:02}:00", end = "{shift.end:02}:00", '
            f"rostered = {rostered}, breaks = [{shift.breaks}]}},"
        )
    shifts = "\n".join(lines)
    return f"""[groups.{key(force)}]
force = "{force}"
answers = ["emergency", "non_emergency"]
reserve = {{non_emergency = {{value = {RESERVE}, range = [0, 3]}}}}
source = "rota"
shifts = [
{shifts}
]
"""


def designs_toml(regions: dict[str, list[str]]) -> str:
    """Give the designs: separate, shared within regions, shared by all; all calls or 999 alone."""
    pools = "\n".join(f"    {names(forces)},  # {region}" for region, forces in regions.items())
    everybody = sorted(force for forces in regions.values() for force in forces)
    shared = f"""after_s = {fact(5, 3, 30, "after_5_s")}
handle_factor = {fact(1.1, 1.0, 1.3, "others_calls")}
"""
    return f"""[designs.isolation]
kind = "isolation"
label = "43 separate rooms"

[designs.regional_pools]
kind = "regional"
label = "Ten regional pools"
groups = [
{pools}
]
{shared}
[designs.national_pool]
kind = "networked"
label = "One national pool"
{shared}
[designs.regional_999]
kind = "regional"
label = "Ten regional pools for 999"
channels = ["emergency"]
groups = [
{pools}
]
{shared}
[designs.national_999]
kind = "regional"
label = "One national pool for 999"
channels = ["emergency"]
groups = [{names(everybody)}]
{shared}"""


def key(name: str) -> str:
    """Give a name as a key of TOML."""
    return name if name.replace("-", "").isalpha() else f'"{name}"'


def names(forces: list[str]) -> str:
    """Give names as a list of TOML."""
    return "[" + ", ".join(f'"{force}"' for force in forces) + "]"


def centre_toml() -> str:
    """Give the text of centre.toml."""
    emergency, non_emergency = emergency_per_day(), non_emergency_per_day()
    calls = {
        force: {"emergency": emergency[force], "non_emergency": non_emergency[force]}
        for force in sorted(emergency)
    }
    regions = figures("region_")
    seen_by = "\n".join(
        f"{key(force)} = {names([other for other in forces if other != force])}"
        for forces in regions.values()
        for force in forces
    )
    return "\n".join(
        [
            HEADING + FIXED_PART,
            "# --- Forces: who calls ---\n",
            *(force_toml(force, calls[force]) for force in calls),
            "# --- Who may see a neighbour's incident: the other forces of the region ---\n",
            f"[demand.bursts.neighbours]\n{seen_by}\n",
            "# --- Rotas: make_centre.py has the rule ---\n",
            *(group_toml(force, calls[force]) for force in calls),
            "# --- Designs: who may answer whom ---\n",
            designs_toml(regions),
        ]
    )


if __name__ == "__main__":
    FILE.write_text(centre_toml(), encoding="utf-8", newline="\n")
