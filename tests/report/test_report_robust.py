"""Robust conclusions in the report: sentences by rule, tables, bars and tornadoes."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from math import nan
from pathlib import Path

import matplotlib as mpl
import pytest
from synthetic_results import Synthetic, write_results

from sim.experiment.robust.tables import (
    BOXED,
    MOSTLY_CHANCE,
    NEVER_TURNS,
    NO_BOX,
    SAME_EVERYWHERE,
    TOLD,
    BoxSide,
    Holding,
    Influence,
    Swing,
    write_rows,
)
from sim.report import robust as words
from sim.report.answer import answer
from sim.report.caveats import caveats
from sim.report.figures import robust as bars
from sim.report.figures import tornado
from sim.report.figures.catalogue import SECTIONS, pictures
from sim.report.figures.style import STYLE, Drawing
from sim.report.page import Illustrated, page
from sim.report.results import ReportError, read_results
from sim.report.robustness import MOST_TOLD, robustness
from sim.report.study import Study, reference_study

HANDLE = "channels.emergency.handle.mean_s"
ABSENCE = "staffing.absence_share"
ROTAS = ("All rotas", 'groups."Kent room".shifts.0.rostered groups."Essex room".shifts.0.rostered')


def holding(number: int = 1, **changed: object) -> Holding:
    row = Holding(
        conclusion=number,
        design="merger",
        against="isolation",
        force="all",
        channel="emergency",
        measure="service_level",
        margin=0.0,
        own=0.05,
        own_low=0.04,
        own_high=0.06,
        own_verdict="holds",
        holds=0.75,
        holds_low=0.67,
        holds_high=0.82,
        cannot_tell=0.125,
        cannot_tell_low=0.08,
        cannot_tell_high=0.19,
        fails=0.125,
        fails_low=0.08,
        fails_high=0.19,
        sets=128,
        impossible=0,
        all_sets=320,
        replications=6,
        from_assumptions=0.9,
        from_weeks=0.04,
        from_both=0.06,
        noise=0.011,
        indices=TOLD,
        box=BOXED,
    )
    return replace(row, **changed)


def influence(number: int, name: str, total: float, keys: str = "") -> Influence:
    ends = (total - 0.1, total + 0.1)
    return Influence(number, name, keys or name, total / 2, *ends, total, *ends, 64)


def side(number: int, name: str, where: tuple[str, float, float], keys: str = "") -> BoxSide:
    told = (0.8, 0.7, 0.9, 0.93, 0.85, 0.98, 0.125, 0.08, 0.19)
    return BoxSide(number, "fails", name, keys or name, *where, *told)


def swings(number: int, name: str, change: tuple[float, float], keys: str = "") -> list[Swing]:
    return [
        Swing(
            number, name, keys or name, end, value, 0.05 + by, 0.04 + by, 0.06 + by,
            by, by - 0.005, by + 0.005, 6,
        )
        for end, value, by in zip(("lower", "upper"), (300, 800), change, strict=True)
    ]  # fmt: skip


BOX = [
    side(1, HANDLE, ("above", 550.0, 0.5)),
    side(1, ROTAS[0], ("below", 12.0, 0.25), ROTAS[1]),
]
INFLUENCES = [
    influence(1, ABSENCE, 0.02),
    influence(1, HANDLE, 0.6),
    influence(1, *ROTAS[:1], 0.3, ROTAS[1]),
    influence(1, "demand.day_factor.cv", 0.01),
]
SWINGS = [
    *swings(1, ABSENCE, (0.01, -0.01)),
    *swings(1, HANDLE, (0.03, -0.09)),
    *swings(1, ROTAS[0], (-0.04, 0.02), ROTAS[1]),
    *swings(1, "demand.day_factor.cv", (0.0, 0.0)),
]


def write_robust(
    folder: Path,
    holdings: Iterable[Holding] = (holding(),),
    influences: Iterable[Influence] = INFLUENCES,
    boxes: Iterable[BoxSide] = BOX,
    swung: Iterable[Swing] = SWINGS,
) -> None:
    for name, kind, rows in (
        ("robust.csv", Holding, holdings),
        ("robust_indices.csv", Influence, influences),
        ("robust_boxes.csv", BoxSide, boxes),
        ("robust_tornado.csv", Swing, swung),
    ):
        with (folder / name).open("wb") as file:
            write_rows(file, kind, rows)


@pytest.fixture(name="plain", scope="module")
def _plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Synthetic(
        forces=("Kent", "Essex"),
        designs={"isolation": "Separate rooms", "merger": "One room"},
        replications=3,
    )
    return write_results(tmp_path_factory.mktemp("robust") / "plain", made)


@pytest.fixture(name="folder")
def _folder(plain: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plain, tmp_path / "r"))


@pytest.fixture(name="coarse", autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with few dots: quicker, and nothing here looks at them."""
    monkeypatch.setitem(STYLE, "savefig.dpi", 40)


def study_at(folder: Path) -> Study:
    return reference_study(read_results(folder))


def drawn(draw: Callable[[Study], Iterable[Drawing]], study: Study) -> list[Drawing]:
    with mpl.rc_context(STYLE):
        return list(draw(study))


def report(study: Study) -> str:
    """Give the page with the figures of this section alone."""
    (section,) = (one for one in SECTIONS if one.name == "robust")
    shown = tuple(islice(pictures(section, study), 2))
    return page(study, [Illustrated(section, shown)] if shown else [])


def told(folder: Path, **changed: object) -> str:
    write_robust(folder, [holding(**changed)])
    return words.beside(study_at(folder)).sentences[2]


def test_without_the_tables_there_is_no_section(folder: Path) -> None:
    study = study_at(folder)
    assert '<section id="robust">' not in report(study)
    assert drawn(bars.drawings, study) == drawn(tornado.drawings, study) == []
    assert "No assumption was varied" in " ".join(caveats(study))


def test_chance_is_not_blamed_on_the_assumptions(folder: Path) -> None:
    rows = [
        holding(1, holds=0.95, fails=0.0, cannot_tell=0.05),
        holding(2, holds=0.0, fails=0.97, cannot_tell=0.03),
        holding(3, holds=0.2, fails=0.1, cannot_tell=0.7),
        holding(4, holds=0.5, fails=0.4, cannot_tell=0.1),
    ]
    write_robust(folder, rows, (), (), ())
    assert words.beside(study_at(folder)).sentences[1] == (
        "Conclusions: 4, of which 1 holds nearly everywhere (in 90% of the sets or more), 1 fails "
        "nearly everywhere (in 90% of the sets or more), 1 stays open, because in most of the sets "
        "these weeks cannot tell and 1 holds or not by what is assumed."
    )


def test_the_section_begins_with_what_was_tried(folder: Path) -> None:
    write_robust(folder)
    study = study_at(folder)
    opening = words.beside(study).sentences[0]
    assert opening.startswith(
        "4 assumptions were moved over the whole of their ranges at once: 128"
    )
    assert "6 simulated weeks each" in opening
    assert "not probabilities" in opening
    assert words.beside(study).sentences[1] == (
        "Conclusions: 1, of which 1 holds or not by what is assumed."
    )
    html = report(study)
    assert '<section id="robust">' in html
    assert opening in html
    assert "figures/robust.png" in html
    assert "figures/tornado_1.png" in html
    assert "4 assumptions were moved over their declared ranges" in " ".join(caveats(study))
    write_robust(folder, [holding(impossible=7)])
    opening = words.beside(study_at(folder)).sentences[0]
    assert "7 of 320 sets contradict themselves and are left out" in opening


def test_a_conclusion_is_told_with_its_shares_and_its_box(folder: Path) -> None:
    said = told(folder)
    assert said.startswith(
        "“One room” answers more 999 calls in time than “Separate rooms”: both forces. Holds in "
        "75% (67 to 82) of the sets, fails in 12% (8 to 19); in 12% (8 to 19) these weeks cannot"
    )
    assert "It fails mostly where 999: handling time mean is above 550 s and All rotas: in" in said
    assert "lower 25% of their ranges: 80% (70 to 90) of the sets in which it fails lie" in said
    assert "there it does so in 93% (85 to 98) of the sets, against 12% (8 to 19) of all." in said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"box": NEVER_TURNS}, "By its estimate it holds in every set that was tried."),
        ({"box": NEVER_TURNS, "holds": 0, "fails": 0.9}, "it fails in every set that was tried."),
        ({"box": NO_BOX, "conclusion": 2}, "No one or two assumptions tell where it turns round."),
        ({"indices": MOSTLY_CHANCE}, "mostly chance; more weeks per set would tell."),
        ({"indices": SAME_EVERYWHERE}, "It is the same in every set."),
        ({"against": ""}, "“One room” meets the target for 999 calls: both forces."),
        ({"force": "Kent", "margin": 0.02}, "than “Separate rooms” (by 2 points or more): Kent."),
        (
            {"measure": "asa_s", "channel": "all", "margin": 3},
            "on average answer time, contacts of all channels (by 3 or more): both forces.",
        ),
    ],
)
def test_what_is_said_follows_from_the_row(
    folder: Path, changed: dict[str, object], said: str
) -> None:
    assert said in told(folder, **changed)


def test_the_tables_give_shares_deciders_and_variance(folder: Path) -> None:
    write_robust(folder)
    shares, deciders, variances = words.beside(study_at(folder)).tables
    ((heading, (line,)),) = shares.groups
    assert (heading, line.label) == (
        "“One room” against “Separate rooms”",
        "999 calls, both forces",
    )
    assert line.cells == (
        "75% (67 to 82)",
        "12% (8 to 19)",
        "12% (8 to 19)",
        "+5.0 (+4.0 to +6.0)",
        "holds",
    )
    ((heading, strongest),) = deciders.groups
    assert heading == "“One room” answers more 999 calls in time than “Separate rooms”: both forces"
    assert [one.label for one in strongest] == [
        "999: handling time mean",
        "All rotas",
        "Staffing: absence share",
    ]
    assert strongest[0].cells == ("60% (50 to 70)", "30% (50 to 70)")
    ((_, (line,)),) = variances.groups
    assert line.cells == ("90.0%", "4.0%", "6.0%", "1.1%")


def test_where_indices_mean_nothing_none_are_shown(folder: Path) -> None:
    write_robust(folder, [holding(indices=MOSTLY_CHANCE, from_assumptions=nan)])
    assert len(words.beside(study_at(folder)).tables) == 1


def test_of_many_conclusions_those_most_in_doubt_are_told(folder: Path) -> None:
    count = MOST_TOLD + 3
    rows = [holding(number, holds=1.0, fails=0.0) for number in range(1, count)]
    rows.append(holding(count))
    write_robust(folder, rows, [], [])
    study = study_at(folder)
    found = robustness(study)
    assert found is not None
    assert len(found.told) == MOST_TOLD
    assert found.told[-1].conclusion == count
    assert len(words.beside(study).tables[0].groups[0][1]) == count


def test_a_tornado_begins_with_the_assumption_that_moves_most(folder: Path) -> None:
    write_robust(folder)
    (figure,) = drawn(tornado.drawings, study_at(folder))
    assert figure.name == "tornado_1"
    axes = figure.figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "999: handling time mean",
        "All rotas",
        "Staffing: absence share",
    ]  # and not the one that moves nothing
    assert "999: handling time mean: +8.0 to -4.0" in figure.alt
    written = [text.get_text() for text in axes.texts]
    assert written == ["300 s to 800 s", "2 figures at once", "30000% to 80000%"]
    upper = next(line for line in axes.lines if line.get_marker() == "s")
    assert upper.get_xdata()[0] == pytest.approx(-4)


def test_an_end_that_cannot_be_is_left_out(folder: Path) -> None:
    lower, upper = swings(1, HANDLE, (0.03, nan))
    upper = replace(upper, there=nan, change=nan)
    write_robust(folder, swung=[lower, upper])
    (figure,) = drawn(tornado.drawings, study_at(folder))
    assert not [line for line in figure.figure.axes[0].lines if line.get_marker() == "s"]


def test_bars_add_up_to_all_sets(folder: Path) -> None:
    write_robust(folder, [holding(), holding(2, against="")])
    (figure,) = drawn(bars.drawings, study_at(folder))
    patches = figure.figure.axes[0].patches
    assert [patch.get_width() for patch in patches[:3]] == [75, 12.5, 12.5]
    assert patches[2].get_x() + patches[2].get_width() == 100
    assert "holds in 75% (67 to 82) of the sets" in figure.alt


def test_a_table_that_lacks_a_column_is_refused(folder: Path) -> None:
    write_robust(folder)
    table = folder / "robust_boxes.csv"
    text = table.read_text(encoding="utf-8-sig").replace("coverage_low", "coverage")
    table.write_text(text, encoding="utf-8-sig")
    with pytest.raises(ReportError, match="lacks the column coverage_low"):
        words.beside(study_at(folder))


def test_the_same_tables_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_robust(folder)
    other = Path(shutil.copytree(folder, tmp_path / "elsewhere" / "r"))
    assert report(study_at(folder)) == report(study_at(other))


def test_the_first_sentence_is_over_the_sets_and_not_about_one_of_them(
    folder: Path,
) -> None:
    networked = holding(3, design="networked", force="Kent", fails=0.0)
    write_robust(folder, [holding(), holding(2, force="Kent"), networked])
    study = study_at(folder)
    usual = answer(study)
    found = words.led_by_robustness(usual, study)
    assert found.sentence.startswith("Of 128 sets of assumptions, drawn over the whole of their")
    assert "in 75% (67 to 82) and does not in 12% (8 to 19);" in found.sentence
    assert found.sentence.count("in Kent in 75%") == 1  # of each design the first alone
    assert any(usual.sentence[1:] in text for text in found.more)
