"""What a chief constable reads: no bare keys, no empty columns, no "± 0.0", nothing cut off."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import pytest
from rich.console import Console
from synthetic_results import Synthetic, write_results

from sim.cli.tables import print_answer
from sim.experiment.answer import read_answer
from sim.report import needed
from sim.report.accounts import Account
from sim.report.beside import Beside, Line, Table
from sim.report.estimate import Estimate, fates
from sim.report.evidence import in_words
from sim.report.figures import exchange, load
from sim.report.figures import sweep as sweep_figures
from sim.report.figures.catalogue import SECTIONS
from sim.report.figures.heat_scale import sureness
from sim.report.figures.style import STYLE
from sim.report.page import Illustrated, about_points, page
from sim.report.quantities import change_interval, plain, plain_interval
from sim.report.results import read_results
from sim.report.study import Study, reference_study
from sim.report.sweep import Axis, sweep_of

StudyOf = Callable[..., Study]
SCALES = (0.8, 0.9, 1.0, 1.1)
EVER = Estimate(1.0, 1.0, 1.0, 5)
NO_CHANGE = Estimate(0.0, 0.0, 0.0, 5)


def asking(study: Study, answer: Mapping[str, object]) -> Study:
    """Give a study whose experiment asks this."""
    path = study.results.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["experiment"]["answer"] = answer
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return reference_study(read_results(study.results.folder))


def test_a_figure_that_is_the_same_in_every_run_says_so_in_place_of_an_interval() -> None:
    assert (EVER.percent, EVER.percent_interval) == ("100%", "in every run")
    assert EVER.percent_in_brief == EVER.percent_in_words == "100% (in every run)"
    assert (NO_CHANGE.points, NO_CHANGE.points_interval) == ("0", "in every run")
    assert NO_CHANGE.change_in_words() == "no change in any run"
    assert Estimate(0.05, 0.05, 0.05, 5).change_in_words() == "5 points more in every run"
    assert (plain(NO_CHANGE), plain_interval(NO_CHANGE)) == ("0", "in every run")
    assert change_interval(NO_CHANGE) == "in every run"
    nearly = Estimate(0.9999, 0.9998, 1.0, 5)
    assert "every run" not in nearly.percent_in_words


def test_cells_are_not_said_to_be_surer_or_less_sure_than_a_share_can_be() -> None:
    wild = Estimate(0.5, -0.9, 1.9, 3)  # three weeks say nothing: 0 to 100%
    assert "± 50.0 points at most" in sureness([wild, Estimate(0.9, 0.89, 0.91, 3)])


def test_bands_of_no_width_are_told_as_what_they_are(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of()

    def caption() -> str:
        with mpl.rc_context(STYLE):
            return next(load.drawings(study)).caption

    assert re.search(
        r"± [\d.]*[1-9]\d* handlers in the middle case, where runs differ\.", caption()
    )
    rooms = list(load._rooms(study))  # noqa: SLF001 - the same rooms without chance
    still = [
        replace(
            room,
            load=room.load[:, [0, 0, 0]],
            staffed={name: hours[:, [0, 0, 0]] for name, hours in room.staffed.items()},
            busy={name: hours[:, [0, 0, 0]] for name, hours in room.busy.items()},
        )
        for room in rooms
    ]
    monkeypatch.setattr(load, "_rooms", lambda _: still)
    assert "they are the same in every run" in caption()


def test_who_takes_no_part_under_a_design_is_left_out_of_its_panel(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    designs = {"isolation": "Apart", "networked": "Network", "merger": "One room"}
    study = study_of(designs=designs, pools=("Contractor",))

    def shares(_: Study) -> exchange.Shares:
        rooms = {"Kent room": 0.6, "Essex room": 0.4, "Contractor": 0.0}
        found = {
            (design, force, channel.name, room): Estimate(share, share - 0.01, share + 0.01, 5)
            for design in ("networked", "merger")
            for force in study.forces
            for channel in study.channels
            for room, share in rooms.items()
        }
        found["merger", "Kent", "emergency", "Contractor"] = Estimate(0.1, 0.0999, 0.1001, 5)
        found["merger", "Kent", "emergency", "Kent room"] = EVER
        return found

    monkeypatch.setattr(exchange, "exchange_shares", shares)
    with mpl.rc_context(STYLE):
        (drawing,) = exchange.drawings(study)
    panels = [axes for axes in drawing.figure.axes if axes.get_label() != "scale"]
    columns = [[text.get_text() for text in axes.get_xticklabels()] for axes in panels]
    own = ["Kent room", "Essex room"]
    assert columns == [own, own, [*own, "Contractor"], own]
    written = [text.get_text() for axes in panels for text in axes.texts]
    assert written.count("± under 0.1") == 1
    assert "100%" in written  # in every run: there is no ± to it
    assert "± 0.0" not in written


def test_axes_tables_and_sentences_use_the_words_of_the_experiment(study_of: StudyOf) -> None:
    reading = {"holds": "as_now", "along": "staffing.scale", "called": "posts", "in_percent": True}
    study = asking(study_of(points=SCALES), reading)
    swept = sweep_of(study)
    assert about_points(swept).startswith(
        "4 points were simulated. Where a single one is meant, it"
    )
    assert "the one with posts at 100%, nearest" in about_points(swept)
    with mpl.rc_context(STYLE):
        (drawing,) = sweep_figures.drawings(study)
    assert drawing.title == "Answered in time against posts"
    assert {axes.get_xlabel() for axes in drawing.figure.axes} == {"Posts"}
    ticks = [text.get_text() for text in drawing.figure.axes[0].get_xticklabels()]
    assert ticks == ["80%", "90%", "100%", "110%"]
    for table in needed.tables(swept):
        assert table.caption.startswith("Posts: where 90% of")
        assert "staffing" not in table.caption
        lines = [line for _, lines in table.groups for line in lines]
        assert any("%" in line.cells[0] for line in lines)


def test_staffing_is_told_in_times_the_rota(study_of: StudyOf) -> None:
    swept = sweep_of(study_of(points=SCALES))
    assert "the one with staffing as in the centre's rota, nearest" in about_points(swept)
    rota = Axis(("groups.Kent.scale",), "Kent: handlers (times the rota)", ("0.9",), ("0.9",), True)
    assert rota.at("0.9") == "Kent: handlers at 0.9 times the rota"
    assert swept.held_at(0) == "staffing at 0.8 times the centre's rota"
    alone = sweep_of(study_of(points=(0.9,)))
    assert "what is varied: staffing at 0.9 times the centre's rota. So" in about_points(alone)


def test_keys_are_told_by_the_labels_of_the_centre(study_of: StudyOf) -> None:
    study = study_of(channels={"emergency": ("999", 10, 0.9), "non": ("Non-emergency", 30, 0.9)})
    kept = in_words(study, 'groups."Kent room".reserve.non')
    assert kept == "Kent room: handlers kept free of non-emergency contacts"
    path = study.results.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["centre"]["designs"]["two_sites"] = {"kind": "merger", "label": "Two sites, one queue"}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    another = reference_study(read_results(study.results.folder))
    assert "two_sites" not in {design.name for design in another.designs}
    words = in_words(another, "designs.two_sites.handle_factor")
    assert words == "Two sites, one queue: handling time factor"


def test_a_table_of_many_columns_is_set_so_that_its_cells_may_wrap(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of()

    def made(columns: int) -> str:
        names = tuple(f"Column {n}" for n in range(columns))
        table = Table("Wide.", names, [("", [Line("Kent", ("1",) * (columns - 1))])])
        told = {"break_even": lambda _: Beside((), [table])}
        monkeypatch.setattr("sim.report.page.BESIDE", told | {"events": told["break_even"]})
        section = next(section for section in SECTIONS if section.name == "break_even")
        return page(study, [Illustrated(section, ())])

    assert 'class="levels many"' in made(9)
    assert 'class="levels many"' not in made(7)


def test_forces_that_nothing_changes_for_are_unchanged_and_not_too_close_to_call(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.report.page.LONGEST_TABLE", 3)
    html = page(study_of(gains={"merger": {"Kent": 0.05}}), [])
    assert "1 gain, 1 unchanged" in html
    assert "too close to call" not in html


def test_a_channel_that_nobody_calls_is_not_counted_as_no_replications(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "r", Synthetic(replications=5))
    answer = read_answer(folder)
    rows = (replace(answer.rows[0], replications=0), *answer.rows[1:])
    out = StringIO()
    print_answer(replace(answer, rows=rows), Console(file=out, width=400))
    assert "95% intervals over 5 replications." in out.getvalue()


def test_weeks_are_counted_and_not_given_as_a_bare_percentage() -> None:
    account = Account("Kent", Estimate(-0.01, -0.02, 0.01, 8), worse_off=0.25, worst_off=True)
    assert account.weeks_worse == "2 of 8"


def test_nobody_is_counted_where_nobody_is() -> None:
    gains = [Estimate(0.1, 0.05, 0.15, 8)] * 3
    assert fates(gains) == ["3 gain"]
    assert fates(gains[:1], verbs=True) == ["1 gains"]
    assert fates([*gains, NO_CHANGE, Estimate(0.0, -0.1, 0.1, 8)], verbs=True) == [
        "3 gain",
        "1 is too close to call",
        "1 is unchanged",
    ]


def test_a_unit_is_said_once(study_of: StudyOf) -> None:
    reading = {"holds": "target", "along": "channels.emergency.handle.mean_s", "called": "a call"}
    key = str(reading["along"])
    study = asking(study_of(sweep=[{key: 300}, {key: 400}, {key: 500}]), reading)
    (axis,) = sweep_of(study).axes
    assert (axis.heading, axis.at(axis.labels[0])) == ("A call (s)", "a call at 300 s")
    assert in_words(study, 'groups."Kent room".scale') == "Kent room: handlers (times the rota)"
