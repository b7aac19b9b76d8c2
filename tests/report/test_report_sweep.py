"""Sweeps: what was varied, where a target is met, and figures for every shape of a sweep."""

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from math import inf, isnan

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from test_report_figures import meetings

from sim.report.crossing import Shape, crossing, in_whole_numbers
from sim.report.crossing_words import Values, met
from sim.report.estimate import Estimate
from sim.report.figures import frontier, plane, scatter, sweep
from sim.report.figures.across import NOT_TO_SCALE, Across
from sim.report.figures.catalogue import varied
from sim.report.figures.style import STYLE, Drawing
from sim.report.needed import EVERY_FORCE, needs, tables
from sim.report.page import page
from sim.report.study import Study
from sim.report.sweep import sweep_of

StudyOf = Callable[..., Study]
SCALE, HANDLE = "staffing.scale", "channels.emergency.handle.mean_s"
PEOPLE, REDIALS = "forces.Kent.population", "channels.emergency.redial.share"
ROOMS = "channels.emergency.profile.column"  # a key with words
CURVE = tuple({SCALE: scale} for scale in (0.6, 0.7, 0.8, 0.9, 1.0, 1.1))


def drawn(draw: Callable[[Study], Iterator[Drawing]], study: Study) -> list[Drawing]:
    with mpl.rc_context(STYLE):
        return list(draw(study))


def grid(**values: tuple[object, ...]) -> tuple[dict[str, object], ...]:
    keys = {"scale": SCALE, "handle": HANDLE, "people": PEOPLE, "rooms": ROOMS}
    names = [keys[name] for name in values]
    return tuple(dict(zip(names, row, strict=True)) for row in product(*values.values()))


def sampled(study: Study) -> Study:
    """Say that the points were drawn, as a run of a Latin hypercube does."""
    assert study.experiment
    study.results.manifest["experiment"]["vary_method"] = "latin_hypercube"
    return study


def steps(*values: float, half: float = 0.02) -> list[Estimate]:
    return [Estimate(value, value - half, value + half, 20) for value in values]


def test_a_target_is_met_where_the_line_between_the_values_tried_meets_it() -> None:
    found = crossing([1, 2, 3], steps(0.80, 0.88, 0.92), 0.9)
    assert found.value == pytest.approx(2.5)
    assert (found.low, found.high) == pytest.approx((2.0, 3.0))
    assert found.shape is Shape.FROM


def test_a_falling_curve_is_the_mirror_of_a_rising_one() -> None:
    found = crossing([-3, -2, -1], steps(0.92, 0.88, 0.80), 0.9)
    assert found.value == pytest.approx(-2.5)
    assert (found.low, found.high) == pytest.approx((-3.0, -2.0))
    assert found.shape is Shape.UP_TO


@pytest.mark.parametrize("turn", [1, -1])
def test_met_everywhere_and_nowhere_are_told_apart_whichever_way_it_goes(turn: int) -> None:
    high, low = ([*levels][::turn] for levels in ((0.95, 0.96, 0.97), (0.5, 0.6, 0.7)))
    assert crossing([1, 2, 3], steps(*high), 0.9).shape is Shape.ALWAYS
    assert crossing([1, 2, 3], steps(*low), 0.9).shape is Shape.NEVER


def test_an_end_of_the_interval_may_lie_beyond_what_was_tried() -> None:
    found = crossing([1, 2, 3], steps(0.80, 0.88, 0.91), 0.9)
    assert 2 < found.value < 3
    assert found.high == inf


def test_a_curve_that_crosses_its_target_twice_has_no_single_answer() -> None:
    found = crossing([1, 2, 3, 4], steps(0.8, 0.92, 0.85, 0.93), 0.9)
    assert isnan(found.value)
    assert met(Values(HANDLE), found) == "at 2 s and 4 s alone"


def test_a_cliff_is_not_read_by_a_straight_line() -> None:
    found = crossing([5, 10, 15], steps(0.98, 0.98, 0.85, half=0.004), 0.9)
    assert found.between == (10, 15)
    assert met(Values(SCALE), found) == "up to 10, not at 15"


def test_a_smooth_curve_is_read_however_narrow_its_intervals() -> None:
    found = crossing([5, 10, 15, 20], steps(0.80, 0.86, 0.91, 0.95, half=0.001), 0.9)
    assert found.between is None
    assert found.value == pytest.approx(14.0)


def test_counts_are_read_as_whole_numbers_on_the_side_that_keeps_the_promise() -> None:
    up = in_whole_numbers(crossing([0, 1, 2], steps(0.80, 0.88, 0.92), 0.9))
    down = in_whole_numbers(crossing([0, 1, 2], steps(0.92, 0.88, 0.80), 0.9))
    assert (up.low, up.value, up.high) == (1, 2, 2)
    assert (down.low, down.value, down.high) == (0, 0, 1)


def test_without_intervals_nothing_is_read_between_the_values() -> None:
    found = crossing([1, 2], [Estimate(0.8), Estimate(0.95)], 0.9)
    assert found.between == (1, 2)


def test_keys_that_step_together_are_one_axis_and_those_that_stand_still_none(
    study_of: StudyOf,
) -> None:
    points = tuple(
        {SCALE: scale, HANDLE: 400 * scale, PEOPLE: 700_000} for scale in (0.9, 1.0, 1.1)
    )
    (axis,) = sweep_of(study_of(sweep=points)).axes
    assert axis.keys == (SCALE, HANDLE)
    assert len(sweep_of(study_of(sweep=grid(scale=(1, 2, 3), handle=(4, 5, 6)))).axes) == 2


def test_every_drawn_key_is_an_axis_though_no_value_comes_twice(study_of: StudyOf) -> None:
    points = tuple(
        {SCALE: 1 + 0.01 * n, HANDLE: 400 + (7 * n) % 10, PEOPLE: 700_000 + n} for n in range(10)
    )
    axes = sweep_of(sampled(study_of(sweep=points))).axes
    assert [axis.keys for axis in axes] == [(SCALE, PEOPLE), (HANDLE,)]


def test_the_point_of_the_report_is_the_nearest_in_spreads_of_each_key(study_of: StudyOf) -> None:
    # In plain numbers 1 s would count as much as the whole of the rota.
    points = ({SCALE: 1.4, HANDLE: 420}, {SCALE: 1.0, HANDLE: 425}, {SCALE: 0.6, HANDLE: 700})
    assert study_of(sweep=points).point == 1


def test_what_a_design_needs_is_told_in_values_and_in_handlers(study_of: StudyOf) -> None:
    study = study_of(sweep=CURVE, gains={"merger": 0.02}, replications=12)
    whole = sweep_of(study)
    (axis,) = whole.axes
    found = {(need.design.name, need.row): need for need in needs(whole, axis, study.channels[0])}
    alone, merged = found["isolation", "all"], found["merger", "all"]
    assert 0.6 < merged.crossing.value < alone.crossing.value < 1.1
    ratio = alone.handlers(alone.crossing.value) / alone.staff_here
    assert ratio == pytest.approx(alone.crossing.value, rel=0.01)
    every = found["isolation", EVERY_FORCE].crossing.value
    assert every >= max(found["isolation", force].crossing.value for force in study.forces) - 0.01


def test_the_table_of_needs_stands_on_the_page_and_shows_no_number_without_an_interval(
    study_of: StudyOf,
) -> None:
    study = study_of(sweep=CURVE, replications=12)
    first = next(tables(sweep_of(study)))
    assert first.columns[-3:] == ("Handlers then", "95% interval", "Handlers here")
    for _, lines in first.groups:
        for line in lines:
            if line.cells[0].startswith(("from", "up to")):
                assert " to " in line.cells[1]
                assert any(word in line.cells[3] for word in (" to ", "and more", "up to"))


def test_the_page_of_a_sweep_says_for_which_point_it_is(study_of: StudyOf) -> None:
    html = page(study_of(points=(0.8, 0.9, 1.0)), [])
    assert html.index("3 points were simulated") < html.index("In figures")


def test_curves_have_a_panel_for_each_force_and_channel_with_bands(study_of: StudyOf) -> None:
    study = study_of(sweep=CURVE)
    (drawing,) = drawn(sweep.drawings, study)
    panels = drawing.figure.axes
    assert len(panels) == len(study.rows) * len(study.channels)
    for axes in panels:
        assert len(axes.collections) == len(study.designs)  # their bands
    line = panels[0].lines[2]
    level = sweep_of(study).level(0, study.baseline, "all", study.channels[0])
    assert line.get_ydata()[0] == pytest.approx(100 * level.value)


def test_uneven_values_stand_one_step_apart_and_say_so(study_of: StudyOf) -> None:
    points = tuple({HANDLE: value} for value in (60, 61, 62, 300))
    across = Across.of(sweep_of(study_of(sweep=points)).axes[0])
    assert across.places == (0, 1, 2, 3)
    assert NOT_TO_SCALE in across.words
    assert across.at(181) == pytest.approx(2.5)


def test_words_are_marks_without_a_line_between_them(study_of: StudyOf) -> None:
    points = tuple({ROOMS: word} for word in ("early", "late", "night"))
    (drawing,) = drawn(sweep.drawings, study_of(sweep=points))
    marks = [line for line in drawing.figure.axes[0].lines if len(line.get_xdata()) == 3]
    assert {line.get_linestyle() for line in marks} == {"None"}


def test_one_point_draws_nothing_and_says_so(study_of: StudyOf) -> None:
    study = study_of(points=(1.0,))
    assert drawn(varied, study) == []
    assert "So there is one point" in page(study, [])


def test_a_map_parts_the_cells_that_meet_the_target_from_the_others(study_of: StudyOf) -> None:
    study = study_of(
        sweep=grid(scale=(0.6, 0.8, 1.0, 1.2), handle=(360, 420, 480)), replications=12
    )
    first = drawn(plane.drawings, study)[0]
    whole, target = sweep_of(study), study.channels[0].target_share
    across, up = whole.axes
    found = whole.along(across, up)
    met_ = [
        [
            whole.level(found[x, y], study.baseline, "all", study.channels[0]).value >= target
            for x in across.values
        ]
        for y in up.values[::-1]
    ]
    assert 0 < np.sum(met_) < np.size(met_)
    lines = [*met_, *zip(*met_, strict=True)]
    edges = sum(a != b for line in lines for a, b in pairwise(line))
    panels = [axes for axes in first.figure.axes if axes.get_label() != "scale"]
    (drawn_line,) = [c for c in panels[0].collections if isinstance(c, LineCollection)]
    assert len(drawn_line.get_segments()) == edges > 0


def test_a_design_that_neither_key_moves_has_no_map_but_its_number(study_of: StudyOf) -> None:
    factor = "designs.merger.handle_factor"
    points = tuple(
        {PEOPLE: people, factor: longer}
        for people, longer in product((700_000, 800_000), (1.0, 1.1))
    )
    study = study_of(sweep=points)
    first = drawn(plane.drawings, study)[0]
    level = sweep_of(study).level(0, study.baseline, "all", study.channels[0])
    assert f"Separate rooms does not depend on either: {level.percent_in_words}" in first.caption
    titles = [axes.get_title(loc="left") for axes in first.figure.axes[1:]]
    assert titles == ["All forces", "The force that is worst off", "Kent", "Essex"]


def test_where_no_design_moves_there_is_no_map(study_of: StudyOf) -> None:
    study = study_of(sweep=grid(people=(700_000, 800_000), rooms=("a", "b")))
    assert drawn(plane.drawings, study) == []


def test_three_keys_hold_the_third_and_say_where(study_of: StudyOf) -> None:
    study = study_of(
        sweep=grid(scale=(0.9, 1.0), handle=(400, 420), people=(700_000, 790_000)), replications=2
    )
    maps = drawn(plane.drawings, study)
    assert {drawing.name for drawing in maps} == {
        "map_1_2_emergency",
        "map_1_3_emergency",
        "map_2_3_emergency",
    }
    assert "Held as in the rest of this report" in maps[0].caption
    assert "population at 790,000" in maps[0].caption or "population at 700,000" in maps[0].caption


def test_drawn_points_are_marks_and_neither_curves_nor_maps(study_of: StudyOf) -> None:
    points = tuple({SCALE: 0.8 + 0.03 * n, HANDLE: 400 + (7 * n) % 12} for n in range(12))
    study = sampled(study_of(sweep=points))
    assert drawn(sweep.drawings, study) == drawn(plane.drawings, study) == []
    (drawing,) = drawn(scatter.drawings, study)
    assert len(drawing.figure.axes) == 2
    assert drawing.figure.axes[0].get_xlabel().startswith("Staffing")  # it moves them most
    marks = [line for line in drawing.figure.axes[0].lines if len(line.get_xdata()) == 12]
    assert {line.get_linestyle() for line in marks} == {"None"}
    assert list(needs(sweep_of(study), sweep_of(study).axes[0], study.channels[0])) == []


def test_handlers_are_drawn_only_where_they_differ(study_of: StudyOf) -> None:
    assert drawn(frontier.drawings, study_of(sweep=grid(handle=(400, 420)))) == []
    names = [drawing.name for drawing in drawn(frontier.drawings, study_of(sweep=CURVE))]
    assert names == ["handlers_emergency", "handlers_non_emergency"]


def test_the_line_of_handlers_holds_what_is_assumed(study_of: StudyOf) -> None:
    study = study_of(sweep=grid(scale=(0.8, 1.0, 1.2), handle=(420, 480)))
    drawing = drawn(frontier.drawings, study)[0]
    joined = [line for line in drawing.figure.axes[0].lines if line.get_linestyle() != "None"]
    assert [len(line.get_xdata()) for line in joined[1:]] == [3, 3]  # after the target
    assert "faint" in drawing.caption


def test_many_forces_get_small_panels_and_the_caption_says_how_many(study_of: StudyOf) -> None:
    forces = tuple(f"Force {n}" for n in range(30))
    study = study_of(
        forces=forces, sweep=CURVE[:3], replications=2, channels={"e": ("999", 10, 0.9)}
    )
    whole, small = drawn(sweep.drawings, study)
    assert len(whole.figure.axes) == 1
    assert len(small.figure.axes) == 25
    assert "The 25 of 30 forces" in small.caption
    (handlers,) = drawn(frontier.drawings, study)
    assert len(handlers.figure.axes) == 1
    assert "summary.csv" in handlers.caption


@pytest.mark.parametrize(
    "points",
    [
        CURVE,
        tuple({HANDLE: value} for value in (60, 61, 62, 300, 420, 421)),
        tuple({ROOMS: word} for word in ("a long word for an early shift", "late", "night")),
        grid(scale=(0.6, 0.8, 1.0, 1.2), handle=(360, 420, 480)),
        grid(scale=(0.6, 0.8, 1.0, 1.2), rooms=("a long word for an early shift", "late")),
    ],
    ids=["curve", "uneven", "words", "map", "map with words"],
)
def test_no_text_of_a_sweep_meets_another_or_leaves_the_paper(
    study_of: StudyOf, points: tuple[dict[str, object], ...]
) -> None:
    study = study_of(sweep=points, replications=4)
    for drawing in (*drawn(varied, study), *drawn(frontier.drawings, study)):
        assert meetings(drawing) == [], drawing.name


def test_a_crossing_knows_nothing_of_a_force_that_nobody_calls() -> None:
    found = crossing([1, 2, 3], [Estimate(), Estimate(), Estimate()], 0.9)
    assert isnan(found.value)
    assert found.shape is Shape.UNKNOWN
