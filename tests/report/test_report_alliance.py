"""What a report says of an alliance: each part with its data only, every sentence by rule."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from math import nan
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from synthetic_results import Synthetic, write_results

from sim.experiment.accounting import ACCOUNTING_COLUMNS, EXCHANGE_COLUMNS
from sim.experiment.event_tables import event_header, timeline_header
from sim.experiment.penalty import BREAKS_EVEN, NEVER_PAYS, PAYS_AT_UPPER, Penalty, write_penalties
from sim.experiment.tables import write_csv
from sim.report import ReportError, aftermath, alliance, penalties
from sim.report.answer import Answer, Finding, led_by_events
from sim.report.figures import balance, break_even, event_lines, ladder, winners
from sim.report.figures.catalogue import SECTIONS as SHOWN
from sim.report.figures.catalogue import pictures
from sim.report.figures.style import STYLE, Drawing
from sim.report.incidents import incidents
from sim.report.page import Illustrated, page
from sim.report.results import read_results
from sim.report.study import Study, reference_study

FORCES = ("Kent", "Essex", "Dorset")
DESIGNS = {"isolation": "Separate rooms", "networked": "Networked rooms", "merger": "One room"}
EVENT = "Kent goes dark"
SECTIONS = ("winners", "balance", "events", "break_even")
MEASURES = {  # with, without
    "over_60s": (30.0, 2.0),
    "abandoned": (12.0, 1.0),
    "wait_max_s": (900.0, 80.0),
    "service_level": (0.6, 0.95),
    "recovery_s": (1800.0, 0.0),
    "recovery_censored": (0.0, 0.0),
}
Ends = tuple[float, float, float]


def around(value: float, half: float) -> Ends:
    return value, value - half, value + half


def write(path: Path, header: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("wb") as file:
        write_csv(file, header, ([row.get(name) for name in header] for row in rows))


def write_accounts(
    folder: Path,
    gains: Mapping[str, Ends],
    net: Mapping[str, float],
    designs: Iterable[str] = ("networked", "merger"),
) -> None:
    """Write the accounts of designs, all the same: gains with ends, net hours give or take 5."""
    worst = min(gains, key=lambda force: gains[force][0])
    rows = []
    for design in designs:
        for force, (gain, low, high) in gains.items():
            row = {"point": 0, "design": design, "baseline": "isolation", "force": force}
            row |= {"gain": gain, "gain_low": low, "gain_high": high, "replications": 8}
            row |= {"p_worse_off": 0.25, "p_mean_worse": 0.1, "worst_off": "no"}
            row |= {"worst_off": "yes" if force == worst else "no", "answered_elsewhere": 0.1}
            rows.append(row | {"channel": "emergency"})
            hours = {"given": 100.0 + net[force], "received": 100.0, "balance": net[force]}
            for name, value in hours.items():
                row |= {f"{name}_h_per_week": value}
                row |= {f"{name}_low": value - 5, f"{name}_high": value + 5}
            rows.append(row | {"channel": "all"})
    write(folder / "accounting.csv", ACCOUNTING_COLUMNS, rows)
    forces = list(gains)
    flow = [
        {
            "point": 0,
            "design": design,
            "from_force": a,
            "to_force": b,
            "replications": 8,
            "hours_per_week": 50.0 - 10 * n,
            "ci_low": 48.0 - 10 * n,
            "ci_high": 52.0 - 10 * n,
        }
        for design in designs
        for n, (a, b) in enumerate([(forces[0], forces[1]), (forces[1], forces[0])])
    ]
    write(folder / "exchange.csv", EXCHANGE_COLUMNS, flow)


def write_event(folder: Path, forces: Iterable[str], designs: Iterable[str], name: str) -> None:
    """Write an event that strikes the first force with all its force, the others hardly."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["experiment"]["events"] = [
        {
            "name": name,
            "kind": "site_outage",
            "starts": "fri 20:00",
            "lasts_h": 2,
            "groups": [f"{next(iter(forces))} room"],
        }
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    first = next(iter(forces))
    rows, lines = [], []
    for design in designs:
        for force in (*forces, "all"):
            part = 1.0 if force in {first, "all"} else 0.0
            head = {"point": 0, "event": name, "design": design, "force": force, "replications": 8}
            for measure, (struck, calm) in MEASURES.items():
                row = head | {"channel": "emergency", "measure": measure, "unit": "contacts"}
                rows.append(row | numbers(calm + part * (struck - calm), calm, 0.5))
            for measure in ("waiting", "waiting_urgent", "wait_mean_urgent_s", "staffed", "busy"):
                for minute in range(-60, 300, 30):
                    during = 5.0 * part * (0 <= minute < 120)
                    row = head | {"minute": float(minute), "measure": measure, "unit": "contacts"}
                    lines.append(row | numbers(10 + during, 10, 2))
    write(folder / "events.csv", event_header(()), rows)
    write(folder / "event_timeline.csv", timeline_header(()), lines)


def numbers(struck: float, calm: float, half: float) -> dict[str, float]:
    columns = {"with": struck, "without": calm, "difference": struck - calm}
    named = {"value_with": struck, "value_without": calm, "difference": struck - calm}
    for stem, value in columns.items():
        named |= {f"{stem}_low": value - half, f"{stem}_high": value + half}
    return named


def penalty(design: str, verdict: str, value: float, low: float, high: float) -> Penalty:
    return Penalty(
        point=0,
        design=design,
        baseline="isolation",
        force="all",
        channel="emergency",
        measure="service_level",
        verdict=verdict,
        break_even=value,
        ci_low=low,
        ci_high=high,
        worst_force="",
        upper=3.0,
        declared=1.1,
        gain_at_1=0.05,
        gain_at_1_low=0.04,
        gain_at_1_high=0.06,
        gain_at_upper=-0.2,
        gain_at_upper_low=-0.3,
        gain_at_upper_high=-0.1,
        replications=8,
    )


def write_break_even(folder: Path, *rows: Penalty) -> None:
    with (folder / "break_even.csv").open("wb") as file:
        write_penalties(file, rows)


@pytest.fixture(name="plain", scope="module")
def _plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Synthetic(forces=FORCES, designs=DESIGNS, replications=4)
    return write_results(tmp_path_factory.mktemp("alliance") / "plain", made)


@pytest.fixture(name="folder")
def _folder(plain: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plain, tmp_path / "r"))


@pytest.fixture(name="full")
def _full(folder: Path) -> Path:
    gains = {"Kent": around(0.02, 0.01), "Essex": around(-0.03, 0.01), "Dorset": around(0, 0.01)}
    write_accounts(folder, gains, {"Kent": 40.0, "Essex": -38.0, "Dorset": -2.0})
    write_event(folder, FORCES, DESIGNS, EVENT)
    write_break_even(folder, penalty("merger", BREAKS_EVEN, 1.5, 1.4, 1.6))
    return folder


def study_at(folder: Path) -> Study:
    return reference_study(read_results(folder))


@pytest.fixture(name="coarse", autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with few dots: quicker, and nothing here looks at them."""
    monkeypatch.setitem(STYLE, "savefig.dpi", 40)


def report(study: Study) -> str:
    """Give the page with the first figure of each section that is tested here, to save time."""
    parts = [section for section in SHOWN if section.name in {*SECTIONS, "ladder"}]
    illustrated = [Illustrated(part, tuple(islice(pictures(part, study), 1))) for part in parts]
    return page(study, [part for part in illustrated if part.pictures])


def draw_first(draw: Callable[[Study], Iterable[Drawing]], study: Study) -> Drawing | None:
    with mpl.rc_context(STYLE):
        return next(iter(draw(study)), None)


def drawn(draw: Callable[[Study], Iterable[Drawing]], study: Study) -> list[Drawing]:
    with mpl.rc_context(STYLE):
        return list(draw(study))


def test_without_the_tables_none_of_the_sections_is_there(folder: Path) -> None:
    html = report(study_at(folder))
    assert not [name for name in SECTIONS if f'<section id="{name}">' in html]
    assert '<section id="ladder">' in html  # that needs the levels only


@pytest.mark.parametrize(
    ("table", "section"),
    [
        ("accounting.csv", "winners"),
        ("accounting.csv", "balance"),
        ("events.csv", "events"),
        ("event_timeline.csv", "events"),
        ("break_even.csv", "break_even"),
    ],
)
def test_a_figure_goes_with_its_table(full: Path, table: str, section: str) -> None:
    draw = {
        "winners": winners.drawings,
        "balance": balance.drawings,
        "events": event_lines.drawings,
        "break_even": break_even.drawings,
    }[section]
    assert draw_first(draw, study_at(full))
    (full / table).unlink()
    assert not draw_first(draw, study_at(full))


def test_the_same_tables_give_the_same_bytes_and_all_sections(full: Path, tmp_path: Path) -> None:
    html = report(study_at(full))
    assert [name for name in SECTIONS if f'<section id="{name}">' in html] == list(SECTIONS)
    names = ("ladder", "winners", "balance", "event_1_whole", "break_even")
    assert all(f"figures/{name}.png" in html for name in names)
    other = Path(shutil.copytree(full, tmp_path / "elsewhere" / "r"))
    assert report(study_at(other)) == html


def test_winners_and_losers_are_named_with_their_change(full: Path) -> None:
    said = alliance.winners(study_at(full)).sentences[0]
    assert "Essex loses 3.0 points (2.0 to 4.0)" in said
    assert "Kent gains 2.0 points (1.0 to 3.0)" in said
    assert "too close to call for Dorset" in said
    assert "Worst off is Essex" in said
    assert "worse than with Separate rooms in 2 of 8 simulated weeks" in said


@pytest.mark.parametrize(
    ("gains", "words"),
    [
        ((0.02, 0.03, 0.04), "nobody loses, every force gains"),
        ((0.02, 0.03, 0.001), "nobody loses for certain; Kent gains"),
        ((0.0, 0.001, 0.0), "nobody gains or loses for certain"),
        ((-0.02, 0.03, 0.0), "Kent loses 2.0 points"),
    ],
)
def test_the_sentence_follows_from_the_intervals(
    folder: Path, gains: tuple[float, ...], words: str
) -> None:
    ends = {force: around(gain, 0.01) for force, gain in zip(FORCES, gains, strict=True)}
    write_accounts(folder, ends, dict.fromkeys(FORCES, 0.0))
    assert words in alliance.winners(study_at(folder)).sentences[0]


def test_a_loss_in_another_channel_is_said_where_nobody_loses_in_the_first(folder: Path) -> None:
    write_accounts(folder, dict.fromkeys(FORCES, around(0.03, 0.01)), dict.fromkeys(FORCES, 0.0))
    table = pd.read_csv(folder / "accounting.csv")
    other = table[table["channel"] == "emergency"].assign(channel="non_emergency")
    worse = {"gain": -0.04, "gain_low": -0.05, "gain_high": -0.03}
    other.loc[other["force"] == "Kent", list(worse)] = list(worse.values())
    pd.concat([table, other]).to_csv(folder / "accounting.csv", index=False)
    said = alliance.winners(study_at(folder)).sentences[0]
    assert "999: nobody loses, every force gains" in said
    assert said.endswith(": Kent loses 4.0 points (3.0 to 5.0).")


def test_a_force_that_takes_no_part_is_not_too_close_to_call(folder: Path) -> None:
    gains = {"Kent": around(0.02, 0.01), "Essex": around(0.03, 0.01), "Dorset": (0.0, 0.0, 0.0)}
    write_accounts(folder, gains, dict.fromkeys(FORCES, 0.0))
    said = alliance.winners(study_at(folder)).sentences[0]
    assert "nobody loses; Kent gains" in said
    assert "nothing changes for Dorset" in said
    assert "too close" not in said


def test_without_intervals_nobody_is_said_to_gain(folder: Path) -> None:
    write_accounts(folder, dict.fromkeys(FORCES, (0.1, nan, nan)), dict.fromkeys(FORCES, 0.0))
    assert "no intervals" in alliance.winners(study_at(folder)).sentences[0]
    assert drawn(winners.drawings, study_at(folder))


def test_who_subsidises_whom_is_told_from_the_balance(full: Path) -> None:
    said = alliance.balance(study_at(full)).sentences[0]
    assert "Kent gives 40 h (35 to 45) a week more than it gets" in said
    assert "Essex gets 38 h (33 to 43) a week more than it gives" in said
    assert "Dorset" not in said
    assert "Kent works 50 h (48 to 52) a week for callers of Essex" in said
    assert "40 h (38 to 42) come back" in said


def test_a_balance_within_chance_is_no_subsidy(folder: Path) -> None:
    write_accounts(folder, dict.fromkeys(FORCES, around(0, 1)), dict.fromkeys(FORCES, 2.0))
    assert "nobody subsidises anybody" in alliance.balance(study_at(folder)).sentences[0]


def test_an_event_is_told_by_what_it_adds(full: Path) -> None:
    told = aftermath.events(study_at(full))
    assert (
        "28.0 more (27.5 to 28.5), on target again 30.0 min (30.0 to 30.0) after"
        in told.sentences[0]
    )
    assert f"“{EVENT}”, as callers of Kent meet it: 999 calls" in told.sentences[1]
    assert told.sentences[2].endswith("with each of the designs nothing that these weeks can tell.")
    (table,) = told.tables
    lines = dict(table.groups)
    assert lines["Kent: 999 calls over 60 s"][0].cells[4:] == ("+28.0", "+27.5 to +28.5")
    assert lines["Kent: 999 calls answered within 10 s, %"][0].cells[4].startswith("\N{MINUS SIGN}")
    assert all(len(line.cells) + 1 == len(table.columns) for _, g in table.groups for line in g)


def test_the_event_is_shaded_from_its_start_to_its_end(full: Path) -> None:
    figures = drawn(event_lines.drawings, study_at(full))
    assert [figure.name for figure in figures] == ["event_1_whole", "event_1_hardest_hit"]
    for axes in figures[0].figure.axes:
        ends = {axes.patches[0].get_x(), axes.patches[0].get_x() + axes.patches[0].get_width()}
        assert ends == {0.0, 2.0}
        assert axes.get_xlim() == (-1.0, 5.0)


@pytest.mark.parametrize(
    ("verdict", "ends", "words"),
    [
        (BREAKS_EVEN, (1.5, 1.4, 1.6), "takes 1.50 times as long as one of the room's own (95%"),
        (BREAKS_EVEN, (1.5, 1.4, 1.6), "assumes 1.1, at which sharing pays"),
        (BREAKS_EVEN, (1.06, 1.0, 1.08), "assumes 1.1, at which sharing does not pay"),
        (BREAKS_EVEN, (1.1, 1.0, nan), "(95% interval 1 or less to more than 3)"),
        (BREAKS_EVEN, (1.1, 1.0, nan), "these weeks cannot tell"),
        (PAYS_AT_UPPER, (nan, nan, nan), "pays even where a call from another force takes 3 times"),
        (NEVER_PAYS, (nan, 1.0, 1.0), "does not pay even where"),
    ],
)
def test_the_break_even_is_told_by_its_verdict(
    folder: Path, verdict: str, ends: Ends, words: str
) -> None:
    write_break_even(folder, penalty("networked", verdict, *ends))
    study = study_at(folder)
    (said,) = penalties.beside(study).sentences
    assert words in said
    (figure,) = drawn(break_even.drawings, study)
    assert "Networked rooms" in figure.alt


def test_the_ladder_has_a_panel_per_force_and_all_designs_in_order(folder: Path) -> None:
    study = study_at(folder)
    (figure,) = drawn(ladder.drawings, study)
    assert [axes.get_title(loc="left") for axes in figure.figure.axes] == ["All forces", *FORCES]
    labels = [text.get_text() for text in figure.figure.legends[0].get_texts()]
    assert labels == ["1 Separate rooms", "2 Networked rooms", "3 One room"]
    kent = figure.figure.axes[1]
    level = study.estimate("merger", "Kent", "emergency", "service_level")
    assert (100 * level.low, 100 * level.high) in [tuple(x.get_ydata()) for x in kent.get_lines()]
    assert any(set(line.get_ydata()) == {90.0} for line in kent.get_lines())  # the target


def test_markup_in_names_is_text(tmp_path: Path) -> None:
    odd = "<script>alert(1)</script>"
    forces = (odd, "Kent & $x$")
    designs = {name: DESIGNS[name] for name in ("isolation", "merger")}
    made = Synthetic(forces=forces, designs=designs, replications=2)
    folder = write_results(tmp_path / "odd", made)
    write_accounts(
        folder,
        {odd: around(-0.1, 0.01), forces[1]: around(0.1, 0.01)},
        {odd: 9.0, forces[1]: -9.0},
        designs=["merger"],
    )
    write_event(folder, forces, designs, "<b>dark</b>")
    html = report(study_at(folder))
    assert "<script" not in html
    assert "<b>dark" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; loses" in html
    assert "&lt;b&gt;dark&lt;/b&gt;”, as callers of" in html


def test_many_forces_are_counted_and_keep_to_a_page(tmp_path: Path) -> None:
    forces = tuple(f"Force number {n}" for n in range(20))
    channels = {"emergency": ("999", 10, 0.9)}
    made = Synthetic(forces=forces, designs=DESIGNS, channels=channels, replications=2)
    folder = write_results(tmp_path / "many", made)
    gains = {force: around(0.01 * (n - 3), 0.001) for n, force in enumerate(forces)}
    write_accounts(folder, gains, {force: 10.0 * (n - 9) for n, force in enumerate(forces)})
    study = study_at(folder)
    assert (
        "16 forces gain; too close to call for Force number 3."
        in (alliance.winners(study).sentences[0])
    )
    assert (
        "10 forces give more than they get, most of all Force number 19"
        in (alliance.balance(study).sentences[0])
    )
    for draw in (ladder.drawings, winners.drawings, balance.drawings):
        for figure in drawn(draw, study):
            assert figure.figure.get_size_inches()[1] < 11.7  # A4


def test_a_damaged_table_is_refused_by_name(full: Path) -> None:
    text = (full / "accounting.csv").read_text()
    (full / "accounting.csv").write_text(text.replace("p_worse_off", "else"))
    with pytest.raises(ReportError, match=r"accounting\.csv: lacks the column p_worse_off"):
        report(study_at(full))


def test_a_study_of_events_is_answered_by_what_they_do():
    usual = Answer(Finding.MORE, "More", "In all weeks.", ("Also.",))
    led = led_by_events(usual, ["Everywhere.", "Where it strikes hardest.", "Elsewhere."])
    assert led.sentence == "Where it strikes hardest."
    assert led.more == ("Everywhere.", "Elsewhere.", "In all weeks.", "Also.")
    assert led_by_events(usual, ["Everywhere."]).sentence == "Everywhere."
    assert led_by_events(usual, []) is usual


def retold(folder: Path, change: Callable[[dict[str, Any]], None]) -> Study:
    """Give the study after a change of its manifest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return study_at(folder)


def test_whoever_shares_a_roof_is_named_with_the_handlers_that_are_left(full: Path) -> None:
    def under_one_roof(manifest: dict[str, Any]) -> None:
        manifest["centre"]["designs"]["merger"]["sites"] = {"Hall": ["Essex room", "Kent room"]}

    said = aftermath.events(retold(full, under_one_roof)).sentences[-1]
    assert "with “Separate rooms” and “Networked rooms” Kent room, which leaves 15 (13" in said
    assert "with “One room” Kent room and Essex room, which leaves 15 (13" in said
    assert "of 10 (8 to 12) handlers" in said


def test_a_failed_service_is_told_by_what_is_dialled_instead(full: Path) -> None:
    def failing(manifest: dict[str, Any]) -> None:
        (event,) = manifest["experiment"]["events"]
        del event["groups"]
        event |= {"kind": "telephony_failure", "from": "emergency", "to": "non_emergency"}

    (incident,) = incidents(retold(full, failing))
    assert incident.channel.name == "non_emergency"
    assert incident.urgent.name == "emergency"  # whose queue the time-line shows
    assert not incident.of_forces


def test_several_events_are_told_together_first(full: Path) -> None:
    table = (full / "events.csv").read_text(encoding="utf-8-sig")
    head, *rows = table.splitlines(keepends=True)
    again = [row.replace(EVENT, "Essex floods") for row in rows]
    (full / "events.csv").write_text("".join([head, *rows, *again]), encoding="utf-8-sig")

    def flooded(manifest: dict[str, Any]) -> None:
        (event,) = manifest["experiment"]["events"]
        later = {"name": "Essex floods", "starts": "sat 20:00", "groups": ["Essex room"]}
        manifest["experiment"]["events"].append(event | later)

    study = retold(full, flooded)
    assert aftermath.leading(study) == 0
    first = aftermath.events(study).sentences[0]
    assert first.startswith("How many callers of all 3 forces wait over 60 s")
    more = "28.0 more (27.5 to 28.5)"
    assert f"“{EVENT}” (999 calls): with “Separate rooms” {more}, with the 2 others {more}" in first
    assert "; “Essex floods” (999 calls): with" in first
