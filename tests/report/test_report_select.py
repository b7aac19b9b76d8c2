"""What the report says and draws of a choice, by its verdicts."""

import json
from dataclasses import replace
from functools import partial
from math import nan
from pathlib import Path

import matplotlib as mpl
import pytest
from synthetic_results import Synthetic, write_results

from sim.config.select import SelectBest, SelectCheapest
from sim.experiment.files import write_atomically
from sim.experiment.select.table import (
    MEETS,
    MISSES,
    NOT_NEEDED,
    OUT,
    SAME,
    SELECT,
    SELECTED,
    UNDECIDED,
    Choice,
    read_choices,
    write_choices,
)
from sim.report.answer import answer, led_by_choice
from sim.report.figures import select as figure
from sim.report.figures.catalogue import SECTIONS, pictures
from sim.report.figures.style import STYLE
from sim.report.page import Illustrated, page
from sim.report.results import read_results
from sim.report.select import beside, closest, lead
from sim.report.select_verdicts import guarantee, verdicts
from sim.report.select_words import Names
from sim.report.study import reference_study

CHEAPEST = SelectCheapest(goal="cheapest", tolerance=0.005, max_replications=500)
BEST = SelectBest(goal="best", channel="emergency", indifference=0.005, max_replications=500)
NAMES = Names(
    {"isolation": "Separate rooms", "networked": "Networked rooms", "merger": "One merged room"},
    {"emergency": "999", "non_emergency": "101"},
    {0: {"staffing.scale": "1.0"}, 1: {"staffing.scale": "1.1"}},
)


def row(design: str, verdict: str, **given: object) -> Choice:
    usual = Choice(
        point=0, design=design, contest=0, verdict=verdict, rostered_h_per_week=7000.0,
        replications=40, by="", by_point=None,
        behind=nan, behind_low=nan, behind_high=nan, force="Kent", channel="emergency",
        measure="service_level", value=0.91, ci_low=0.904, ci_high=0.916, unit="share",
        target=0.9, skewness=-0.4, further=0,
    )  # fmt: skip
    return replace(usual, **given)


MISSING = row("isolation", MISSES, value=0.84, ci_low=0.83, ci_high=0.85, replications=20)
CHOSEN = row("networked", SELECTED, point=1, rostered_h_per_week=7700.0)
AS_GOOD = row("merger", MEETS, point=1, rostered_h_per_week=7700.0)
CLOSE = row("merger", MISSES, value=0.8985, ci_low=0.8965, ci_high=0.9005, replications=460)
DEAR = row(
    "isolation", NOT_NEEDED, point=1, rostered_h_per_week=9000.0, replications=0,
    force="", channel="", value=nan, ci_low=nan, ci_high=nan, target=nan,
)  # fmt: skip
DOUBTFUL = row("merger", UNDECIDED, replications=500, further=1234)
BEATEN = row(
    "isolation", OUT, by="networked", by_point=1, replications=23, target=nan,
    behind=0.06, behind_low=0.055, behind_high=0.065,
)  # fmt: skip
LAST = row(
    "merger", OUT, by="networked", by_point=1, replications=130, target=nan,
    behind=0.003, behind_low=0.001, behind_high=0.005,
)  # fmt: skip


def said(asked: SelectBest | SelectCheapest, *rows: Choice) -> str:
    (told,) = verdicts(asked, rows, NAMES)
    return " ".join((told.heading, *told.sentences))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((MISSING, CLOSE, CHOSEN, AS_GOOD, DEAR), "To choose: “Networked rooms” with staffing"),
        (
            (MISSING, CLOSE, CHOSEN, AS_GOOD, DEAR),
            (
                "with staffing.scale = 1.1 is the cheapest of 5 candidates that meets the targets "
                "of 999 and 101 in every force, with a probability of at least 95%, give or take "
                "0.5 points of a target: 7,700 handler"
            ),
        ),
        ((MISSING, CHOSEN), "least to spare in 999, Kent: 91.0% (95% interval 90.4 to 91.6) ag"),
        ((CHOSEN, AS_GOOD), "“One merged room” with staffing.scale = 1.1 meets them for the same"),
        ((CLOSE, CHOSEN), "lies within 0.5 points of a target, too close to matter"),
        ((MISSING, CLOSE), "None meets every target None of 2 candidates meets the targets"),
        ((MISSING, CLOSE), "“One merged room” with staffing.scale = 1.0 comes nearest"),
        ((MISSING, DOUBTFUL), "No other was shown to meet them."),
        ((DOUBTFUL, replace(CHOSEN, verdict=MEETS)), "500 weeks cannot tell whether “One merged"),
        (
            (DOUBTFUL, replace(CHOSEN, verdict=MEETS)),
            "The cheapest that was shown to meet them is “Networked rooms” with staffing.scale",
        ),
        ((DOUBTFUL, replace(CHOSEN, verdict=MEETS)), "At most 1,234 more weeks would decide it."),
    ],
)
def test_the_cheapest_is_told_by_its_verdicts(rows: tuple[Choice, ...], words: str) -> None:
    assert words in said(CHEAPEST, *rows)


def test_an_undecided_choice_names_nobody_to_choose() -> None:
    told = said(CHEAPEST, DOUBTFUL, replace(CHOSEN, verdict=MEETS))
    assert told.startswith("Not decided")
    assert "To choose" not in told
    assert "is the cheapest of" not in told
    assert "is the best" not in said(BEST, DOUBTFUL, replace(DOUBTFUL, design="networked"))


def test_the_best_is_told_with_the_last_to_fall_behind() -> None:
    told = said(BEST, BEATEN, LAST, replace(CHOSEN, target=nan), replace(LAST, verdict=SAME))
    assert "“Networked rooms” with staffing.scale = 1.1 is the best of 3 candidates" in told
    assert "probability of at least 95% if the best leads by 0.5 points or more: 91.0%" in told
    assert "91.0% (95% interval 90.4 to 91.6), judged by % answered in target, 999, all" in told
    assert "“One merged room” with staffing.scale = 1.0 was the last to fall behind, after" in told
    assert "0.3 points (0.1 to 0.5) behind Networked rooms with staffing.scale = 1.1 on" in told
    assert "Less than 0.5 points behind, and so too close to matter: “One merged room” with" in told
    assert "Separate rooms" not in told
    told = said(BEST, BEATEN, DOUBTFUL, replace(DOUBTFUL, design="networked"))
    assert "Not decided between “One merged room” with" in told
    assert "At most 1,234 more weeks" in told


def test_points_with_winners_of_their_own_are_told_apart() -> None:
    rows = (replace(CHOSEN, point=0), MISSING, replace(CHOSEN, contest=1))
    first, second = verdicts(CHEAPEST, rows, NAMES)
    assert first.sentences[0].startswith("With staffing.scale = 1.0: ")
    assert second.sentences[0].startswith("With staffing.scale = 1.1: ")
    assert "each point by itself" in guarantee(CHEAPEST, rows, NAMES)[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (CHEAPEST, "probability of at least 95%, the chosen one reaches every target less 0.5 po"),
        (BEST, "better than every other by 0.5 points or more"),
        (BEST.model_copy(update={"measure": "asa_s", "indifference": 2.0}), "by 2 s or more"),
    ],
)
def test_the_guarantee_is_said_with_its_zone(asked: SelectBest, words: str) -> None:
    assert words in guarantee(asked, [CHOSEN], NAMES)[0]


def test_weeks_far_from_normal_are_told_where_it_was_close() -> None:
    close, far = replace(CLOSE, skewness=-1.2), replace(MISSING, skewness=-1.2)
    assert not any("normal (" in text for text in guarantee(CHEAPEST, [CLOSE, far], NAMES))
    said = guarantee(CHEAPEST, [close, far, CHOSEN], NAMES)[-1]
    assert said.startswith("The weeks of “One merged room” with staffing.scale = 1.0 are far from")


def test_when_there_are_too_many_the_winner_and_the_close_ones_are_shown() -> None:
    far = [replace(MISSING, value=0.5 + number / 1000) for number in range(50)]
    shown = closest([*far, CLOSE, CHOSEN, DEAR], 5)
    assert shown[-2:] == [CLOSE, CHOSEN]
    assert [one.value for one in shown[:3]] == [0.547, 0.548, 0.549]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return write_results(tmp_path / "made_up", Synthetic(replications=4, points=(1.0, 1.1)))


def ask(folder: Path, asked: SelectBest | SelectCheapest, *rows: Choice) -> None:
    """Enter a question and its rows into a results folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"]["select"] = asked.model_dump(mode="json")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    varied = {point: {"staffing.scale": 1.0 + point / 10} for point in (0, 1)}
    write = partial(write_choices, choices=rows, varied=varied, keys=["staffing.scale"])
    write_atomically(folder / SELECT, write)


ROWS = {
    "cheapest": (CHEAPEST, (MISSING, CLOSE, CHOSEN, AS_GOOD, DEAR)),
    "best": (BEST, (BEATEN, LAST, replace(CHOSEN, target=nan))),
}


@pytest.mark.parametrize("goal", ROWS)
def test_the_table_is_read_back_as_it_was_written(folder: Path, goal: str) -> None:
    asked, rows = ROWS[goal]
    ask(folder, asked, *rows)
    assert repr(read_choices(folder / SELECT)) == repr(list(rows))  # nan, too


@pytest.mark.parametrize("goal", ROWS)
def test_the_section_has_the_winner_the_guarantee_a_table_and_a_figure(
    folder: Path, goal: str
) -> None:
    asked, rows = ROWS[goal]
    study = reference_study(read_results(folder))
    assert beside(study).sentences == ()
    with mpl.rc_context(STYLE):
        assert not list(figure.drawings(study))
    ask(folder, asked, *rows)
    study = reference_study(read_results(folder))
    told = beside(study)
    assert told.sentences[0].startswith(
        "“Networked rooms” with staffing at 1.1 times the centre's rota is the"
    )
    assert any("guarantee" in sentence for sentence in told.sentences)
    (table,) = told.tables
    lines = [line for _, group in table.groups for line in group]
    assert len(lines) == len(rows)
    assert all(len(line.cells) + 1 == len(table.columns) for line in lines)
    with mpl.rc_context(STYLE):
        (drawn,) = figure.drawings(study)
    assert "selected" in drawn.alt
    values, weeks = drawn.figure.axes
    run = [one for one in rows if one.verdict != NOT_NEEDED]
    assert [bar.get_width() for bar in weeks.patches if bar.get_height() == 0.5] == [
        one.replications
        for one in (run if goal == "cheapest" else sorted(run, key=lambda one: -one.value))
    ]
    low, high = values.get_xlim()
    assert low < (0 if goal == "cheapest" else 91) < high


def test_the_page_leads_with_the_choice_and_does_not_deny_it(folder: Path) -> None:
    asked, rows = ROWS["cheapest"]
    ask(folder, asked, *rows)
    study = reference_study(read_results(folder))
    found = led_by_choice(answer(study), lead(study))
    assert found.heading.startswith("To choose: “Networked rooms”")
    assert "is the cheapest of 5 candidates" in found.sentence
    assert not any("does not choose" in text for text in found.more)
    section = next(section for section in SECTIONS if section.name == "select")
    html = page(study, [Illustrated(section, tuple(pictures(section, study)))])
    assert html.index("To choose: “Networked rooms”") < html.index('<section id="select">')
    assert "Where a single one is meant, it is the one with" in html
