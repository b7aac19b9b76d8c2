"""The first sentence over a sweep: how far something holds, read off the points by rule."""

import json
from collections.abc import Callable
from math import inf, nan
from pathlib import Path

import pytest
from synthetic_results import Synthetic, write_results

from sim.report import needed, published
from sim.report.answer import answer
from sim.report.crossing import Crossing, Shape, crossing, tightest
from sim.report.estimate import Estimate
from sim.report.page import page
from sim.report.reading import led_by_reading, table
from sim.report.results import read_results
from sim.report.study import Study, reference_study
from sim.report.sweep import sweep_of

SCALES = (0.8, 0.9, 1.0, 1.1)
SMALL = {
    "forces": ("Kent", "Essex"),
    "designs": {"isolation": "Separate rooms", "merger": "One merged room"},
    "replications": 6,
    "points": SCALES,
    "gains": {"merger": 0.02},
}
KEY, PEOPLE = "staffing.scale", "forces.Kent.population"


def about(value: float, half: float = 0.01) -> Estimate:
    return Estimate(value, value - half, value + half, 20)


@pytest.fixture(name="asked")
def _asked(tmp_path: Path) -> Callable[..., Study]:
    def make(more: dict[str, object] | None = None, **made: object) -> Study:
        folder = write_results(tmp_path / "swept", Synthetic(**{**SMALL, **made}))
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["experiment"] |= more or {}
        path.write_text(json.dumps(manifest), encoding="utf-8")
        return reference_study(read_results(folder))

    return make


@pytest.mark.parametrize(
    ("margins", "shape", "value"),
    [
        ((-0.03, -0.01, 0.01, 0.03), Shape.FROM, 0.95),
        ((0.03, 0.01, -0.01, -0.03), Shape.UP_TO, 0.95),
        ((0.03, 0.01, 0.02, 0.03), Shape.ALWAYS, nan),
        ((-0.03, -0.01, -0.02, -0.03), Shape.NEVER, nan),
        ((0.03, -0.01, 0.02, 0.03), Shape.PATCHY, nan),
        ((0.03, nan, 0.02, 0.03), Shape.UNKNOWN, nan),
    ],
)
def test_where_a_margin_holds_follows_from_its_signs(
    margins: tuple[float, ...], shape: Shape, value: float
) -> None:
    found = crossing(SCALES, [about(margin) for margin in margins])
    assert found.shape is shape
    assert found.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_ends_are_where_the_intervals_ends_cross_zero(mirrored: bool) -> None:  # noqa: FBT001
    margins = [about(margin) for margin in (-0.03, -0.005, 0.005, 0.03)]
    found = crossing(SCALES, margins[::-1] if mirrored else margins)
    # From 0.9 to 1 the margin rises by 0.01; 0.005 of the upper end is reached between 0.8 and 0.9
    # (from -0.02 to 0.005), the lower end reaches 0 between 1.0 and 1.1 (from -0.005 to 0.02).
    low, high = 0.88, 1.02
    assert (found.low, found.value, found.high) == pytest.approx((low, 0.95, high))


def test_an_end_beyond_the_values_tried_is_said_to_be_beyond() -> None:
    found = crossing(SCALES, [about(margin, 0.05) for margin in (-0.03, -0.01, 0.01, 0.03)])
    assert (found.low, found.high) == (-inf, inf)


def test_always_is_sure_only_where_every_interval_says_so() -> None:
    assert crossing(SCALES, [about(0.02)] * 4).sure
    assert not crossing(SCALES, [about(0.005)] * 4).sure
    assert not crossing(SCALES, [about(-0.005)] * 4).sure


def test_of_several_the_one_that_ends_first_counts() -> None:
    def up_to(value: float) -> Crossing:
        return Crossing(Shape.UP_TO, SCALES, value)

    def since(value: float) -> Crossing:
        return Crossing(Shape.FROM, SCALES, value)

    always, never = Crossing(Shape.ALWAYS, SCALES), Crossing(Shape.NEVER, SCALES)
    assert tightest([("a", up_to(1.0)), ("b", up_to(0.9)), ("c", always)]) == "b"
    assert tightest([("a", since(1.0)), ("b", since(0.9)), ("c", always)]) == "a"
    assert tightest([("a", since(1.0)), ("b", never)]) == "b"


def test_todays_service_is_kept_down_to_where_the_paired_margin_is_lost(
    asked: Callable[..., Study],
) -> None:
    reading = {"holds": "as_now", "along": KEY, "called": "posts", "in_percent": True}
    study = asked({"answer": reading})
    found = led_by_reading(answer(study), study)
    # Late = 0.1 / scale; a gain of 0.02 is lost where 0.1 / scale - 0.02 = 0.1, near 0.83.
    assert found.sentence.startswith(
        "Posts: what “Separate rooms” answer in time at 100% is kept in both forces (counted "
        "as one) with “One merged room” down to 8"
    )
    (told,) = table(study).tables
    (line,) = told.groups[0][1]
    assert line.cells[0] in found.sentence
    here = "At the point nearest to the centre itself: of 999 calls"
    assert any(text.startswith(here) for text in found.more)


def test_without_being_asked_a_sweep_says_where_the_baseline_is_matched(
    asked: Callable[..., Study],
) -> None:
    study = asked()
    found = led_by_reading(answer(study), study)
    assert "with “One merged room” at every value tried from 0.8 to 1.1" in found.sentence


def test_one_design_alone_says_where_the_target_is_met_and_how_often(
    asked: Callable[..., Study],
) -> None:
    study = asked(designs={"isolation": "Separate rooms"}, gains={})
    found = led_by_reading(answer(study), study)
    assert (
        "90% of 999 calls are answered within 10 s in both forces (counted as one)"
        in found.sentence
    )
    assert "of 6 at 0.8" in found.more[0]


def test_each_force_is_as_good_as_the_one_that_loses_first(asked: Callable[..., Study]) -> None:
    reading = {"holds": "baseline", "along": KEY, "forces": "each"}
    study = asked({"answer": reading}, gains={"merger": {"Kent": 0.05, "Essex": -0.05}})
    found = led_by_reading(answer(study), study)
    assert "at no value tried from 0.8 to 1.1, Essex worst off" in found.sentence


def test_design_by_design_the_first_that_meets_the_target_is_named(
    asked: Callable[..., Study],
) -> None:
    study = asked(
        {"answer": {"holds": "target", "forces": "each"}},
        points=(),
        gains={"merger": 0.08},
        channels={"emergency": ("999", 10, 0.96), "non_emergency": ("101", 30, 0.9)},
    )
    found = led_by_reading(answer(study), study)
    assert "with “One merged room”, the first that does; not with “Separate rooms” (" in (
        found.sentence
    )


def test_no_design_is_passed_over_and_one_that_may_meet_the_target_is_not_said_to_miss_it(
    asked: Callable[..., Study],
) -> None:
    designs = {f"design_{n}": f"Design {n}" for n in range(1, 10)}
    study = asked(
        {"answer": {"holds": "target", "forces": "each"}},
        points=(),
        designs=designs,
        gains={"design_9": 0.08, "design_2": 0.052},
        channels={"emergency": ("999", 10, 0.96), "non_emergency": ("101", 30, 0.9)},
    )
    forces = [study.estimate("design_2", f, "emergency", "service_level") for f in study.forces]
    worst = min(forces, key=lambda level: level.value)
    assert worst.low < study.main_channel.target_share <= worst.high
    sentence = led_by_reading(answer(study), study).sentence
    assert "not for certain with “Design 2”" in sentence
    assert "not with “Design 1”" in sentence
    assert sentence.endswith("; nor with “Design 7” and “Design 8”.")


def test_what_explains_the_published_figures_is_told_with_both(asked: Callable[..., Study]) -> None:
    level = asked().estimate("isolation", "Kent", "emergency", "service_level")
    figure = {"force": "Kent", "channel": "emergency", "value": level.value, "source": "a paper"}
    more = {"answer": {"holds": "published"}, "published": [figure]}
    study = asked(more)
    found = led_by_reading(answer(study), study)
    assert "the published figure: " in found.sentence
    assert (
        f"staffing as in the centre's rota (Kent, 999 calls: % answered in target {level.percent}"
        in (found.sentence)
    )
    (told,) = published.table(study).tables
    assert told.groups[0][1][0].cells[3] == "yes"


def test_figures_that_no_point_gives_are_said_to_be_missed(asked: Callable[..., Study]) -> None:
    figure = {"force": "Kent", "channel": "emergency", "value": 0.3, "source": "a paper"}
    study = asked({"answer": {"holds": "published"}, "published": [figure]})
    found = led_by_reading(answer(study), study)
    assert found.sentence.startswith("None of the 4 combinations tried gives the published figure")
    assert "the nearest is staffing at 0.8 times the centre's rota" in found.sentence
    (told,) = published.table(study).tables
    assert told.groups[0][1][0].cells[3] == "no: higher"


def test_history_and_dependence_stand_on_the_page_as_text(asked: Callable[..., Study]) -> None:
    history = {"afterwards": "It <b>ended</b>.", "agrees": ["so far"], "cannot_say": ["why"]}
    html = page(asked({"history": history, "depends": ["on much"]}), [])
    assert "It &lt;b&gt;ended&lt;/b&gt;." in html
    assert "<strong>Agrees:</strong> so far" in html
    assert "<strong>Cannot say:</strong> why" in html
    assert "on much" in html
    assert "Does not agree" not in html


def test_a_single_run_is_read_for_nothing(asked: Callable[..., Study]) -> None:
    study = asked(replications=1)
    assert led_by_reading(answer(study), study) == answer(study)


def test_the_sentence_and_the_table_give_the_same_values_and_handlers(
    asked: Callable[..., Study],
) -> None:
    reading = {"holds": "target", "along": KEY, "forces": "each"}
    study = asked({"answer": reading}, points=(0.5, 0.6, 0.7, 0.8, 0.9, 1.0), replications=12)
    first = next(needed.tables(sweep_of(study)))
    told = led_by_reading(answer(study), study).sentence
    assert first.groups[0][0] == needed.EVERY_FORCE
    for line in first.groups[0][1]:
        met, ends, posts, ends_of_posts, _ = line.cells
        both = f"{met} ({ends}), which is {posts} handlers at the desk ({ends_of_posts}), Essex"
        assert f"with “{line.label}” {both} worst off" in told


def test_what_another_channel_pays_is_the_change_of_the_same_weeks(
    asked: Callable[..., Study],
) -> None:
    reading = {"holds": "target", "along": KEY, "pays": ["non_emergency"]}
    study = asked({"answer": reading}, gains={"merger": 0.08}, replications=12)
    told = led_by_reading(answer(study), study).sentence
    assert "with “Separate rooms” and “One merged room” at every value tried" in told
    there, here = (
        Study(study.results, point).estimate("merger", "all", "non_emergency", "service_level")
        for point in (0, study.point)
    )
    size = f"{100 * (here.value - there.value):.2f} points fewer"
    paid = told[told.index(" 101 calls then answered within 30 s in both forces: ") :]
    assert f"with “One merged room” {size} (" in paid
    assert paid.endswith("at 0.8 than at 1.")


def test_keys_that_step_together_are_read_as_one(asked: Callable[..., Study]) -> None:
    other = "channels.emergency.handle.mean_s"
    points = tuple({KEY: scale, other: 400 * scale} for scale in (0.5, 0.7, 0.9, 1.0))
    study = asked({"answer": {"holds": "target", "along": other}}, points=(), sweep=points)
    told = led_by_reading(answer(study), study).sentence
    assert "at every value tried from 200 s to 400 s" in told  # in the key that was asked for


def test_a_cliff_is_told_by_its_neighbours_and_a_design_that_nothing_moves_once(
    asked: Callable[..., Study],
) -> None:
    factor, wait = "designs.merger.handle_factor", PEOPLE
    points = tuple({factor: f, wait: w} for f in (1.0, 1.2) for w in (1, 2, 3))
    study = asked({"answer": {"holds": "target", "along": wait}}, points=(), sweep=points)
    told = led_by_reading(answer(study), study).sentence
    assert told.count("“Separate rooms”") == 1
    assert "whatever the value" in told


def test_drawn_points_are_told_as_the_share_at_which_it_holds_for_certain(
    asked: Callable[..., Study],
) -> None:
    points = tuple({KEY: 0.4 + 0.1 * n, PEOPLE: 700_000 + (7 * n) % 9} for n in range(9))
    study = asked({"vary_method": "latin_hypercube"}, points=(), sweep=points)
    found = led_by_reading(answer(study), study)
    assert found.sentence == (
        "Of 9 sets of values drawn over the whole ranges: as many 999 calls are answered in time "
        "in both forces (counted as one) as with “Separate rooms”, or more, in 100% (70 to 100) "
        "with “One merged room” (not so, for certain, in 0% (0 to 30))."
    )
