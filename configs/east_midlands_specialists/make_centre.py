"""Writes centre.toml: the East Midlands with online contact, and with posts that specialists take.

The world is that of `../east_midlands/centre.toml`, figure by figure; `heading.toml` and
`added_*.toml` hold what is written by hand. Here the specialists' posts are taken from the
rooms. Run `python make_centre.py` to write the file again; a test holds that the file and the rules
agree, and that no design has a post more than another.
"""  # noqa: INP001 - a folder of data with one script, not a package

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

HERE = Path(__file__).parent
FILE = HERE / "centre.toml"
BASE = (HERE.parent / "east_midlands" / "centre.toml").read_text(encoding="utf-8")
CAMBRIDGESHIRE = 804_841  # residents
LEICESTERSHIRE = 1_017_697
# By channel, a day: Cambridgeshire's of 2018, half of Leicestershire's of 2020 (one figure is
# published for reports and chats), and Cambridgeshire's of January 2025.
CONTACTS = MappingProxyType(
    {
        "web_chat": (14_474 / 365, 8_000 / 366, 27_497 / 31),
        "online_report": (14_301 / 365, 8_000 / 366, 2_033 / 31),
    }
)

SHIFTS = ("early", "late", "night", "weekend cover")
POOL = "Contractor"
NOBODY = '[{name = "nobody", start = "00:00", end = "24:00", rostered = 0}]'

# Posts by force and shift, taken from the room. 999 takers: as many as Erlang C asks for 90% of 999
# within 10 s in the mean hour of the shift, of posts of which 74.5% are at their desks; fewer at
# night in Northamptonshire, where otherwise one post were left for everything else. Switchboard:
# the same for 90% of 60-second calls within 30 s, by day. Online desk: two by day. Under contract
# the rooms keep what 999 and online contact ask by themselves, since nobody helps them: the same
# rule in the busiest hour of the shift; at night they keep less, or nobody were left for 101.
Posts = Mapping[str, tuple[int, int, int, int]]
TAKERS: Posts = MappingProxyType(
    {
        "Leicestershire": (5, 7, 5, 1),
        "Northamptonshire": (5, 7, 3, 1),
        "Nottinghamshire": (7, 8, 5, 1),
    }
)
SWITCHBOARD: Posts = MappingProxyType(dict.fromkeys(TAKERS, (4, 4, 0, 0)))
UNDER_CONTRACT: Posts = MappingProxyType(
    {
        "Leicestershire": (8, 9, 6, 1),
        "Northamptonshire": (7, 8, 4, 1),
        "Nottinghamshire": (9, 9, 7, 1),
    }
)
ONLINE: Posts = MappingProxyType(dict.fromkeys(TAKERS, (2, 2, 0, 0)))
BY_RULE = "assumption: posts taken from the room, by the rules in make_centre.py; not published"

CHATS_AT_ONCE = (
    '{value = 2, range = [1, 3], source = "assumption: no police force publishes how many; a '
    "planners' course puts the limit for complex chats at two to three "
    '(ccplanning.net/courses/webchat-and-concurrency)"}'
)


def centre_toml() -> str:
    """Give the text of the file."""
    head, _, alliances = BASE.partition("# --- Designs: who may answer whom ---\n")
    text = head.partition("[sources]\n")[2]
    text = text.replace("\n# --- Channels:", f"{_written('sources')}\n# --- Channels:", 1)
    added = _written("channels")
    text = text.replace("# --- Forces: who calls ---", f"{added}# --- Forces: who calls ---", 1)
    text = text.replace(
        'answers = ["emergency", "non_emergency"]',
        'answers = ["emergency", "non_emergency", "passed_on", "web_chat", "online_report"]',
    )
    kept = "{value = 1, range = [0, 3]}"
    text = text.replace(
        f"reserve = {{non_emergency = {kept}}}",
        f"reserve = {{non_emergency = {kept}, passed_on = {kept}, web_chat = {kept}, "
        f"online_report = {kept}}}",
    )
    text = re.sub(
        r"^(contacts\.non_emergency\.per_day = .*)$", _with_online(), text, flags=re.MULTILINE
    )
    designs = _written("design")
    heading = (HERE / "heading.toml").read_text(encoding="utf-8")
    return "".join((heading, text, *_empty_groups(), designs, *_designs(), alliances))


def _written(what: str) -> str:
    """Give a part that is written by hand."""
    return (HERE / f"added_{what}.toml").read_text(encoding="utf-8")


def _with_online() -> Any:  # noqa: ANN401 - what re.sub takes
    """Give what puts the lines on online contact below each force's line on 101."""
    forces = iter(_base()["forces"].values())

    def lines(match: re.Match[str]) -> str:
        residents = next(forces)["population"]["value"]
        return "\n".join((match[1], *(_per_day(channel, residents) for channel in CONTACTS)))

    return lines


def _per_day(channel: str, residents: int) -> str:
    """Give the line on a force's online contacts of one channel."""
    value, low, high = (
        round(residents * contacts / where)
        for contacts, where in zip(
            CONTACTS[channel], (CAMBRIDGESHIRE, LEICESTERSHIRE, CAMBRIDGESHIRE), strict=True
        )
    )
    return (
        f"contacts.{channel}.per_day = {{value = {value}, range = [{low}, {high}], "
        'source = "assumption: by residents, as in Cambridgeshire in 2018 (online_2018); from half '
        "of Leicestershire's own of 2020 (online_leicestershire; published as one figure) to "
        "Cambridgeshire's of January 2025 (online_2025)\"}"
    )


def _base() -> dict[str, Any]:
    return tomllib.loads(BASE)


def _empty_groups() -> Iterator[str]:
    """Give the desks and the contractor's pool, with nobody in them."""
    yield "# --- Specialists: nobody, unless a design takes posts from the rooms for them ---\n\n"
    for force in TAKERS:
        yield (
            f'[groups."{force} desk"]\nforce = "{force}"\nanswers = ["web_chat", "online_report"]\n'
            f'shifts = {NOBODY}\nsource = "by definition: empty unless a design fills it"\n\n'
        )
    yield (
        f'[groups.{POOL}]\nanswers = ["non_emergency"]\nshifts = {NOBODY}\n'
        'source = "by definition: empty unless a design fills it"\n\n'
    )


def _designs() -> Iterator[str]:
    """Give the designs that have specialists."""
    yield (
        '\n[designs.dedicated_999]\nkind = "dedicated_999"\nlabel = "999 takers"\n'
        "after_s = {value = 5, range = [0, 30], "
        'source = "assumption: when a 999 call that no taker has answered goes to the others"}\n\n'
        f'[designs.dedicated_999.changes]\nsource = "{BY_RULE}"\n'
    )
    yield from _desks(TAKERS, '["emergency"]')
    # The takers are kept free for 999 by their work, so the others keep nobody back.
    for force in TAKERS:
        yield f'"groups.{force}.reserve.non_emergency" = {{value = 0, range = [0, 1]}}\n'
    yield (
        '\n[designs.triage]\nkind = "triage"\nlabel = "A switchboard for 101"\n'
        'switchboard = "non_emergency"\nafter_s = {value = 10, range = [0, 30], '
        'source = "assumption: when call-takers help the switchboard; at night it is closed"}\n\n'
        f'[designs.triage.changes]\nsource = "{BY_RULE}"\n'
        '"channels.non_emergency.handle" = {distribution = "exponential", mean_s = {value = 60, '
        'range = [30, 120], source = "assumption: as the short calls of non_emergency"}}\n'
        '"channels.non_emergency.follow_on" = [{to = "passed_on", delay_mean_s = {value = 0, '
        'range = [0, 60]}, share = {value = 0.70, range = [0.33, 0.90], source = "assumption: all '
        "but the short calls of non_emergency; a third, if a switchboard deals with two thirds "
        '(Avon and Somerset, 2015)"}}]\n'
    )
    yield from _desks(SWITCHBOARD, '["non_emergency"]')
    yield from _online_desk("digital_desk", "An online desk", CHATS_AT_ONCE)
    yield from _online_desk("one_chat", "An online desk, one chat at a time", "1")
    yield (
        f'\n[designs.contracted]\nkind = "contracted"\nlabel = "A contractor for 101"\n'
        f'pool = "{POOL}"\nchannels = ["non_emergency"]\nhandle_factor = {{value = 1.05, '
        'range = [0.9, 1.3], source = "assumption: no access to all systems; not published"}\n\n'
        f'[designs.contracted.changes]\nsource = "{BY_RULE}"\n'
    )
    room = _base()["groups"]
    for force, posts in UNDER_CONTRACT.items():
        yield f'"groups.{force}.shifts" = {_shifts(room[force]["shifts"], posts)}\n'
    rest = tuple(
        sum(_rostered(room[force], place) - posts[place] for force, posts in UNDER_CONTRACT.items())
        for place in range(len(SHIFTS))
    )
    yield f'"groups.{POOL}.shifts" = {_shifts(room["Nottinghamshire"]["shifts"], rest)}\n'


def _online_desk(name: str, label: str, chats_at_once: str) -> Iterator[str]:
    """Give a design with an online desk."""
    yield (
        f'\n[designs.{name}]\nkind = "digital_desk"\nlabel = "{label}"\n'
        'channels = ["web_chat", "online_report"]\nkeep_idle = {value = 2, range = [1, 4], '
        'source = "assumption: as in digital_spare"}\n'
        f'chats = ["web_chat"]\nchats_at_once = {chats_at_once}\n\n'
        f'[designs.{name}.changes]\nsource = "{BY_RULE}"\n'
    )
    yield from _desks(ONLINE, '["web_chat", "online_report"]')


def _desks(posts: Posts, answers: str) -> Iterator[str]:
    """Give the changes that move posts from each room to its desk."""
    room = _base()["groups"]
    for force, taken in posts.items():
        left = tuple(_rostered(room[force], place) - n for place, n in enumerate(taken))
        yield f'"groups.{force}.shifts" = {_shifts(room[force]["shifts"], left)}\n'
        yield f'"groups.{force} desk.answers" = {answers}\n'
        yield f'"groups.{force} desk.shifts" = {_shifts(room[force]["shifts"], taken)}\n'


def _rostered(group: Mapping[str, Any], place: int) -> int:
    """Give the posts of a shift; the file names them in the order of `SHIFTS`."""
    shift = group["shifts"][place]
    if shift["name"] != SHIFTS[place]:
        raise ValueError(f"{shift['name']}: the shifts must be {', '.join(SHIFTS)}")
    return int(shift["rostered"]["value"])


def _shifts(like: list[dict[str, Any]], posts: tuple[int, ...]) -> str:
    """Give shifts like those of a room with other posts, those without posts left out."""
    return f"[{', '.join(_shift(shift, n) for shift, n in zip(like, posts, strict=True) if n)}]"


def _shift(like: Mapping[str, Any], posts: int) -> str:
    (taken,) = like["breaks"]
    days = f"days = {list(like['days'])!r}, ".replace("'", '"') if "days" in like else ""
    return (
        f'{{name = "{like["name"]}", {days}start = "{like["start"]}", end = "{like["end"]}", '
        f"rostered = {{value = {posts}, range = [{max(posts - 2, 0)}, {posts + 2}]}}, "
        f'breaks = [{{at = "{taken["at"]}", minutes = {taken["minutes"]}, '
        f"waves = {min(posts, taken['waves'])}}}]}}"
    )


if __name__ == "__main__":
    FILE.write_text(centre_toml(), encoding="utf-8")
