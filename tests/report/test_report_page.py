"""The page: whole, safe, self-contained, and in the order that a board reads it."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from synthetic_results import QUESTION

from sim.measures import DEFINITIONS
from sim.report.answer import answer
from sim.report.caveats import ALWAYS, caveats
from sim.report.evidence import in_words, with_unit
from sim.report.page import command, page
from sim.report.results import read_results
from sim.report.study import Study, reference_study

StudyOf = Callable[..., Study]
EVIL = '<script>alert("x")</script>'
ORDER = (
    "answer",
    "table",
    "levels",
    "hours",
    "times",
    "load",
    "exchange",
    "differences",
    "erlang",
    "assumptions",
    "limits",
    "measures",
    "made",
)


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in {"meta", "img", "br", "wbr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text.append(data)

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(name="html", scope="module")
def _html(drawn: Path) -> str:
    return (drawn / "report.html").read_text(encoding="utf-8")


def test_the_page_stands_in_the_order_that_a_board_reads(html: str) -> None:
    places = [html.index(f'<section id="{name}">') for name in ORDER]
    assert places == sorted(places)
    assert html.index(QUESTION) < places[0]


def test_every_tag_that_is_opened_is_closed(html: str) -> None:
    assert Page(html).open == []


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    parsed = Page(html)
    loaded = [
        (tag, value)
        for tag, name, value in parsed.attributes
        if name in {"src", "href", "srcset", "data", "action", "poster"}
    ]
    assert len(loaded) >= 7
    assert all(value.startswith(("data:image/", "#")) for _, value in loaded)
    assert not {"script", "link", "iframe", "object", "base", "form"} & set(parsed.tags)
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_every_picture_has_an_alternative_text(html: str) -> None:
    pictures = [
        value for tag, name, value in Page(html).attributes if (tag, name) == ("img", "alt")
    ]
    assert len(pictures) == 8
    assert all(len(text) > 60 for text in pictures)


def test_the_answer_stands_on_the_page_as_the_rule_makes_it(html: str, drawn: Path) -> None:
    found = answer(reference_study(read_results(drawn)))
    words = Page(html).words()
    assert found.heading in words
    assert found.sentence in words
    assert all(text in words for text in found.more)


def test_every_level_has_its_interval_target_and_verdict_in_the_table(
    html: str, drawn: Path
) -> None:
    study = reference_study(read_results(drawn))
    words = Page(html).words()
    assert len(study.rows) * len(study.channels) * len(study.designs) == 24
    for row in study.rows:
        for channel in study.channels:
            for design in study.designs:
                key = (design.name, row, channel.name, "service_level")
                level = study.estimate(*key)
                change = study.difference(*key)
                start = f"{design.label} {level.percent} {level.percent_interval} 90%"
                assert start in words
                if design is not study.baseline:
                    assert f"{change.points} {change.points_interval}" in words
    for verdict in ("✓ met", "✗ not met"):
        assert verdict in words


def test_the_table_counts_the_weeks_on_target(html: str) -> None:
    assert " of 8 " in Page(html).words()


def test_every_fact_stands_with_its_source_and_every_assumption_with_its_range(
    html: str, drawn: Path
) -> None:
    words = Page(html).words()
    for figure in json.loads((drawn / "manifest.json").read_text())["evidence"]:
        source = figure["source"].removeprefix("assumption: ")
        assert source[1:] in words
        assert figure["key"].replace(".", ". ").replace("_", "_ ").split()[-1] in words
        if figure["assumed"] and figure["key"].endswith("mean_s"):
            assert f"{figure['low']:,.10g} s to {figure['high']:,.10g} s" in words


def test_every_measure_is_explained(html: str) -> None:
    words = Page(html).words()
    for name, definition in DEFINITIONS.items():
        if not name.startswith("answered_within_"):
            assert definition.sentence in words, name
    assert "answered_within_…s" in words


def test_the_page_says_how_to_make_the_same_again(html: str) -> None:
    words = Page(html).words()
    assert (
        "sim run experiments/separate_or_merged.toml --seed 20151217 --replications 8 "
        "--engine simpy" in words
    )
    for text in ("20151217", "numpy 2.0.0", "0" * 64):
        assert text in words


def test_a_command_with_a_strange_name_can_still_be_pasted(study_of: StudyOf) -> None:
    study = study_of()
    study.results.manifest["name"] = "why? & how"
    assert "'experiments/why? & how.toml'" in command(study)


def test_what_the_model_cannot_say_is_said(html: str) -> None:
    words = Page(html).words()
    assert all(text in words for text in ALWAYS)


def test_limits_follow_from_the_scenario(study_of: StudyOf) -> None:
    said = "\n".join(caveats(study_of(replications=1)))
    assert "There was one run only" in said
    assert "No incident brings many calls at once here" in said
    assert "No assumption was varied" in said
    assert "comparisons" not in said


def test_limits_change_with_the_scenario(study_of: StudyOf) -> None:
    said = "\n".join(caveats(study_of(points=(0.9, 1.0), replications=6)))
    assert "this experiment varied staffing (times the centre's rota) alone" in said
    assert "There were only 6 runs" in said
    assert "No assumption was varied" not in said
    assert "takes no longer than one's own" not in said  # the handle factor is 1.05


def test_a_sweep_with_failed_points_says_that_it_is_not_whole(study_of: StudyOf) -> None:
    study = study_of(points=(0.9, 1.0))
    assert "not whole" not in "\n".join(caveats(study))
    study.results.manifest["failed"] = {"3": "ValueError: a", "5": "ValueError: b"}
    assert "The sweep is not whole: point 3 and point 5 could not" in "\n".join(caveats(study))


def test_markup_in_names_and_questions_is_text_and_never_a_tag(study_of: StudyOf) -> None:
    study = study_of(
        forces=(EVIL, "a & b"),
        designs={"isolation": f"<img src=x onerror=1>{EVIL}", "merger": "'\"><b>"},
        channels={"emergency": ("<i>999</i>", 10, 0.9)},
        question=f"Does {EVIL} help?",
        title=EVIL,
    )
    parsed = Page(page(study, []))
    assert not {"script", "img", "i", "b"} & set(parsed.tags)
    assert parsed.open == []
    assert EVIL in parsed.words()
    assert "<img src=x onerror=1>" in parsed.words()
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on")]


def test_a_long_table_goes_to_the_end_and_leaves_a_count_of_forces(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.report.page.LONGEST_TABLE", 15)
    forces = tuple(f"Force {i}" for i in range(4))
    study = study_of(forces=forces, gains={"merger": {"Force 2": -0.05, "Force 3": 0.05}})
    words = Page(page(study, [])).words()
    assert "1 gain, 1 lose, 2 unchanged" in words
    assert words.rindex("Every force by itself") > words.index("What the measures mean")
    assert "Force 3: 101 calls answered within 30 s" in words


def test_a_page_without_intervals_claims_none(study_of: StudyOf) -> None:
    words = Page(page(study_of(replications=1, designs={"isolation": None}), [])).words()
    assert "? no interval" in words
    assert "✓ met" not in words
    assert " nan" not in words


def test_a_changed_table_is_announced_on_the_page(study_of: StudyOf) -> None:
    study = study_of()
    path = study.results.folder / "comparison.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    again = reference_study(read_results(study.results.folder))
    assert "Changed since the run: comparison.csv" in Page(page(again, [])).words()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("channels.emergency.handle.mean_s", "999: handling time mean"),
        ("forces.Kent.contacts.emergency.per_day", "Kent, 999: per day"),
        ('groups."Kent room".shifts.0.rostered', "Kent room, all day: rostered"),
        ("designs.merger.handle_factor", "One merged room: handling time factor"),
        ("demand.day_factor.cv", "Demand: day factor spread (coefficient of variation)"),
        ("no key at all ..", "no key at all .."),
    ],
)
def test_a_key_of_the_configuration_is_put_in_words(
    study_of: StudyOf, key: str, words: str
) -> None:
    assert in_words(study_of(replications=2), key) == words


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("a.mean_s", 420, "420 s"),
        ("a.absence_share", 0.045, "4.5%"),
        ("a.share", 1, "100%"),
        ("forces.Kent.population", 1017697, "1,017,697"),
        ("a.cv", 0.7, "0.7"),
    ],
)
def test_a_figure_is_printed_with_its_unit(key: str, value: float, text: str) -> None:
    assert with_unit(key, value) == text
