"""Figures: labelled axes, one colour per design, names as they are written, no text on another."""

import re
import shutil
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image
from synthetic_results import Synthetic, write_results

from sim.report import draw_report
from sim.report.figures.catalogue import SECTIONS, clear, pictures
from sim.report.figures.style import (
    COLOURS,
    MARKERS,
    STYLE,
    Drawing,
    colour_of,
    fitted,
    marker_of,
    parts,
    text_width_in,
)
from sim.report.results import read_results
from sim.report.study import DesignName, Study, reference_study

ODD = {
    "forces": (
        '<b>"Bold" & $x^2$</b>',
        "A police force with a very long name indeed, and more of it",
    ),
    "designs": {
        "isolation": "Separate rooms",
        "networked": "$\\alpha$ and <i>a long name of an alliance option that goes on and on</i>",
        "merger": "100% & more_than_that",
    },
    "channels": {
        "emergency": ("999", 10, 0.9),
        "non_emergency": ("101", 30, 0.9),
        "digital": ("Digital & web chat", 600, 0.8),
    },
    "replications": 4,
    "points": (0.9, 1.0),
}
NAMES = {
    "service_level",
    "ladder",
    "hours_emergency",
    "answer_times_emergency",
    "answer_times_non_emergency",
    "load_and_staff",
    "exchange",
    "differences",
}


def drawings(study: Study) -> Iterator[Drawing]:
    with mpl.rc_context(STYLE):
        for section in SECTIONS:
            yield from section.drawings(study)


@pytest.fixture(name="plain", scope="module")
def _plain(drawn: Path) -> list[Drawing]:
    return list(drawings(reference_study(read_results(drawn))))


@pytest.fixture(name="odd", scope="module")
def _odd(tmp_path_factory: pytest.TempPathFactory) -> list[Drawing]:
    folder = write_results(tmp_path_factory.mktemp("odd") / "r", Synthetic(**ODD))
    return list(drawings(reference_study(read_results(folder))))


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.has_data()]


def test_every_figure_is_there_in_both_formats(drawn: Path) -> None:
    folder = drawn / "figures"
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.{kind}" for name in NAMES for kind in ("png", "svg")
    }
    for name in NAMES:
        with Image.open(folder / f"{name}.png") as picture:
            assert picture.width == 1800  # 9 inches at 200 dots
        assert ET.parse(folder / f"{name}.svg").getroot().tag.endswith("svg")  # noqa: S314 - our own


def test_the_same_four_files_give_the_same_bytes_anywhere_and_with_any_number_of_workers(
    tmp_path: Path,
) -> None:
    made = Synthetic(
        forces=("Kent", "Essex"),
        designs={"isolation": None, "merger": None},
        channels={"emergency": ("999", 10, 0.9)},
        replications=3,
    )
    first, second = write_results(tmp_path / "r", made), tmp_path / "elsewhere"
    second.mkdir()
    for name in ("manifest.json", "kpi.parquet", "summary.csv", "comparison.csv"):
        shutil.copy(first / name, second)

    def drawn(folder: Path, jobs: int) -> dict[str, bytes]:
        page = draw_report(folder, jobs)
        return {path.name: path.read_bytes() for path in (page, *(folder / "figures").iterdir())}

    once = drawn(first, 1)
    assert len(once) == 13  # the page, and six figures twice
    assert drawn(second, 2) == once


def test_figures_of_an_earlier_report_are_removed_and_others_kept(tmp_path: Path) -> None:
    for name in ("exchange_part3.png", "differences.svg", "our_own.png", "service_level.png"):
        (tmp_path / name).write_text("old")
    clear(tmp_path, {"service_level"})
    assert {path.name for path in tmp_path.iterdir()} == {"our_own.png", "service_level.png"}


def test_every_axis_has_a_label(plain: list[Drawing], odd: list[Drawing]) -> None:
    for drawing in plain + odd:
        shown = panels(drawing.figure)
        scales = [axes for axes in shown if axes.get_label() == "scale"]
        assert len(shown) > len(scales), drawing.name
        for axes in shown:
            across, up = axes.get_xlabel(), axes.get_ylabel()
            ticks = [label.get_text() for label in axes.get_xticklabels()]
            assert across or not any(ticks), drawing.name  # a panel above another of its column
            beside = axes.get_position().x0 > min(a.get_position().x0 for a in shown)
            assert up or beside or axes in scales, drawing.name


def test_every_figure_has_words_for_those_who_cannot_see_it(plain: list[Drawing]) -> None:
    for drawing in plain:
        assert len(drawing.alt) > 60, drawing.name
        assert len(drawing.caption) > 60, drawing.name


def test_a_design_has_one_colour_in_every_figure(plain: list[Drawing]) -> None:
    colours: dict[str, set[str]] = defaultdict(set)
    for drawing in plain:
        for legend in drawing.figure.legends:
            for line, text in zip(legend.get_lines(), legend.get_texts(), strict=True):
                name = text.get_text().removeprefix("busy: ").removeprefix("staffed: ")
                colours[name].add(to_hex(line.get_color()))
    assert colours["Separate rooms"] == {COLOURS[0]}
    assert colours["Networked rooms"] == {COLOURS[1]}
    assert colours["One merged room"] == {COLOURS[2]}


def test_lines_are_drawn_in_the_colour_that_the_legend_says(plain: list[Drawing]) -> None:
    (times,) = (d for d in plain if d.name == "answer_times_emergency")
    for axes in panels(times.figure):
        drawn = {line.get_color() for line in axes.get_lines() if len(line.get_xdata()) > 2}
        assert drawn == set(COLOURS[:3])


def test_the_colours_can_be_told_apart_on_grey_paper_by_their_marks() -> None:
    designs = [DesignName(f"d{i}", f"D{i}", i, "merger", {}) for i in range(60)]
    assert len({(colour_of(d), marker_of(d)) for d in designs}) == 60
    assert len(set(COLOURS)) == 13
    assert len(set(MARKERS)) == 14


def test_the_service_level_stands_where_the_table_says(drawn: Path) -> None:
    study = reference_study(read_results(drawn))
    (figure,) = _figures(study, "levels")
    level = study.estimate("merger", "Northamptonshire", "emergency", "service_level")
    first = panels(figure)[0]
    bars = [line.get_xdata() for line in first.get_lines() if line.get_color() == COLOURS[2]]
    ends = {tuple(round(float(x), 6) for x in bar) for bar in bars}
    assert (round(100 * level.low, 6), round(100 * level.high, 6)) in ends
    assert (round(100 * level.value, 6),) in ends
    assert any(abs(float(line.get_xdata()[0]) - 90) < 1e-9 for line in first.get_lines())  # target


def _figures(study: Study, section: str) -> list[Figure]:
    (found,) = (s for s in SECTIONS if s.name == section)
    with mpl.rc_context(STYLE):
        return [drawing.figure for drawing in found.drawings(study)]


def test_the_week_is_drawn_by_day_and_hour_for_each_force_and_design(drawn: Path) -> None:
    study = reference_study(read_results(drawn))
    (figure,) = _figures(study, "hours")
    grids = [axes for axes in panels(figure) if axes.get_label() != "scale"]
    assert len(grids) == 4 * 3
    cells = study.over_weeks(["service_level"]).estimates("design", "force", "channel", "period")
    for place, axes in enumerate(grids):
        row, design = study.rows[place // 3], study.designs[place % 3]
        levels = axes.collections[0].get_array()
        assert levels.shape == (7, 24)
        for day, hour in ((0, 0), (4, 23), (6, 5)):
            label = (design.name, row, "emergency", f"week_{24 * day + hour:03d}")
            assert levels[day, hour] == pytest.approx(cells[label].value)


def test_hours_in_which_nobody_called_are_hatched(study_of: Callable[..., Study]) -> None:
    study = study_of(forces=("Kent", "Essex"), silent_forces=("Essex",), replications=2)
    (figure,) = _figures(study, "hours")
    grids = [axes for axes in panels(figure) if axes.get_label() != "scale"]
    assert [bool(axes.patch.get_hatch()) for axes in grids] == [False] * 4 + [True] * 2
    assert all(axes.collections[0].get_array().mask.all() for axes in grids[4:])


def test_many_forces_get_a_day_each_and_the_caption_says_so(
    study_of: Callable[..., Study],
) -> None:
    study = study_of(forces=tuple(f"Force {i}" for i in range(16)), replications=2)
    (section,) = (s for s in SECTIONS if s.name == "hours")
    with mpl.rc_context(STYLE):
        found = list(section.drawings(study))
    assert "by hour of the day" in found[0].title
    assert found[0].caption.startswith("There are too many forces and designs")
    grids = [a for d in found for a in panels(d.figure) if a.get_label() != "scale"]
    assert [axes.collections[0].get_array().shape for axes in grids] == [(2, 24)] * 17


def test_markup_in_a_name_stays_text_in_the_svg(study_of: Callable[..., Study]) -> None:
    study = study_of(forces=("</svg><script>alert(1)</script>", "Kent & Essex --> $x"))
    levels = next(section for section in SECTIONS if section.name == "levels")
    (picture,) = pictures(levels, study)
    root = ET.fromstring(picture.svg)  # noqa: S314 - our own
    assert not [node for node in root.iter() if str(node.tag).endswith("script")]
    assert b"<script" not in picture.svg


class _Reader(RendererAgg):
    """Notes every line of text that is drawn, with its place in dots from the top left."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(*(figure.get_size_inches() * figure.dpi), figure.dpi)
        self.boxes: list[tuple[str, float, float, float, float]] = []

    def draw_text(self, _gc, x, y, s, prop, angle, ismath=False, **_named) -> None:  # noqa: FBT002, PLR0913, PLR0917 - matplotlib's
        assert not ismath, s  # a $ in a name is a dollar
        width, height, below = self.get_text_width_height_descent(s, prop, ismath=False)
        above = height - below
        if angle == 90:
            box = (x - above, y - width, x + below, y)
        else:
            box = (x, y - above, x + width, y + below)
        self.boxes.append((s, *box))


def _read(drawing: Drawing) -> _Reader:
    with mpl.rc_context(STYLE):
        FigureCanvasAgg(drawing.figure)
        reader = _Reader(drawing.figure)
        drawing.figure.draw(reader)
    return reader


def test_names_are_drawn_as_they_are_written(odd: list[Drawing]) -> None:
    levels = next(drawing for drawing in odd if drawing.name == "service_level")
    said = [text for text, *_ in _read(levels).boxes]
    assert '<b>"Bold" & $x^2$</b>' in said
    assert any(text.startswith("$\\alpha$ and <i>a long name of an alliance") for text in said)
    assert "100% & more_than_that" in said


def meetings(drawing: Drawing) -> list[tuple[str, ...]]:
    """Give the texts of a drawing that meet another or leave the paper."""
    reader = _read(drawing)
    assert len(reader.boxes) > 10, drawing.name
    found: list[tuple[str, ...]] = [
        (text,)
        for text, left, top, right, bottom in reader.boxes
        if not (0 <= left < right <= reader.width and 0 <= top < bottom <= reader.height)
    ]
    for (one, *a), (two, *b) in combinations(reader.boxes, 2):
        width = min(a[2], b[2]) - max(a[0], b[0])
        height = min(a[3], b[3]) - max(a[1], b[1])
        if width >= 1 and height >= 1:
            found.append((one, two))
    return found


@pytest.mark.parametrize("which", ["plain", "odd"])
def test_no_text_meets_another_or_leaves_the_paper(
    which: str, request: pytest.FixtureRequest
) -> None:
    found: list[Drawing] = request.getfixturevalue(which)
    for drawing in found:
        assert meetings(drawing) == [], drawing.name


def test_a_page_of_many_forces_becomes_several_figures_of_a_page_each() -> None:
    forces = [f"Force {i}" for i in range(43)]
    chunks = parts(forces, 0.9, 1.0)
    assert [force for chunk in chunks for force in chunk] == forces
    assert max(map(len, chunks)) - min(map(len, chunks)) <= 1
    assert all(1.0 + 0.9 * len(chunk) <= 10.5 for chunk in chunks)


@pytest.mark.parametrize("text", ["Nottinghamshire", "W" * 60, "a b c d e f g h i j k l m", "x"])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_fitted_name_fits(text: str, lines: int) -> None:
    rows = fitted(text, 1.0, lines=lines).split("\n")
    assert len(rows) <= lines
    assert all(text_width_in(row) <= 1.0 for row in rows)
    assert "…" in rows[-1] or re.sub(r"\s", "", "".join(rows)) == re.sub(r"\s", "", text)
