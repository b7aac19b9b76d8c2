"""The answer's sentence is made by rule: one test for each case that a board may meet."""

import re
from collections.abc import Callable

import pytest

from sim.report.answer import Finding, answer
from sim.report.estimate import Estimate
from sim.report.study import Study

StudyOf = Callable[..., Study]
THREE = {"isolation": "Alone", "networked": "Helping", "merger": "One"}


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+", text))


def test_a_clear_gain_is_said_with_levels_difference_and_intervals(study_of: StudyOf) -> None:
    study = study_of(gains={"merger": 0.08})
    found = answer(study)
    change = study.difference("merger", "all", "emergency", "service_level")
    before = study.estimate("isolation", "all", "emergency", "service_level")
    after = study.estimate("merger", "all", "emergency", "service_level")
    assert found.finding is Finding.MORE
    assert found.heading == "More 999 calls answered in time"
    assert found.sentence == (
        f"Of 999 calls in both forces, {before.percent} (95% interval {before.percent_interval}) "
        "are answered within 10 s with “Separate rooms”; with “One merged room” "
        f"{after.percent} ({after.percent_interval}), {change.change_in_words()}."
    )
    assert "points more (" in found.sentence


def test_a_clear_loss_is_said_without_a_minus_sign(study_of: StudyOf) -> None:
    found = answer(study_of(gains={"merger": -0.08}))
    assert found.finding is Finding.FEWER
    assert "points fewer (" in found.sentence
    assert "\N{MINUS SIGN}" not in found.sentence


def test_an_interval_that_spans_zero_is_too_close_to_call(study_of: StudyOf) -> None:
    found = answer(study_of(gains={"merger": 1e-6}, noise=0.01))
    assert found.finding is Finding.UNSURE
    assert re.search(r"too close to call \(\S+ points, \N{MINUS SIGN}[\d.]+ to \+", found.sentence)


def test_a_gain_in_total_that_costs_one_force_names_that_force(study_of: StudyOf) -> None:
    found = answer(study_of(gains={"merger": {"Kent": 0.09, "Essex": -0.03}}))
    assert found.finding is Finding.MIXED
    assert re.search(r"more \([^)]*\), but Essex loses [\d.]+ points \([\d.]+ to", found.sentence)
    assert "Kent" not in found.sentence  # it fares as all of them together do


def test_forces_that_cancel_each_other_are_mixed_and_not_unchanged(study_of: StudyOf) -> None:
    study = study_of(
        gains={"merger": {"Kent": 0.0321, "Essex": -0.03}}, noise=0.02, replications=12
    )
    total = study.difference("merger", "all", "emergency", "service_level")
    assert total.sign == 0
    found = answer(study)
    assert found.finding is Finding.MIXED
    assert "too close to call" in found.sentence
    assert "Kent gains" in found.sentence
    assert "Essex loses" in found.sentence


def test_a_total_that_is_open_does_not_hide_a_force_that_is_clear(study_of: StudyOf) -> None:
    study = study_of(gains={"merger": {"Kent": 0.03, "Essex": 1e-6}}, noise=0.02, seed=2)
    signs = [
        study.difference("merger", row, "emergency", "service_level").sign for row in study.rows
    ]
    assert signs == [0, 1, 0]
    found = answer(study)
    assert found.finding is Finding.PARTLY
    assert "but Kent gains" in found.sentence


def test_the_same_design_twice_makes_no_difference(study_of: StudyOf) -> None:
    found = answer(study_of(gains={}))
    assert found.finding is Finding.SAME
    assert found.sentence.endswith("the same in every run.")


def test_designs_that_disagree_are_told_apart(study_of: StudyOf) -> None:
    found = answer(study_of(designs=THREE, gains={"networked": 0.05, "merger": -0.05}))
    assert found.finding is Finding.DEPENDS
    assert re.search(r"“Helping” .* more .*“One” .* fewer", found.sentence)


def test_many_designs_are_counted_and_the_ends_named(study_of: StudyOf) -> None:
    designs = {"isolation": "Alone", **{f"d{i}": f"Option {i}" for i in range(1, 6)}}
    gains = {"d1": 0.02, "d2": 0.05, "d3": 0.08, "d4": -0.05}
    found = answer(study_of(designs=designs, gains=gains))
    assert "of the 5 other designs more are answered in time with 3, fewer with 1" in found.sentence
    assert "exactly as many with 1" in found.sentence
    assert "the greatest rise is with “Option 3”" in found.sentence
    assert "the greatest fall is with “Option 4”" in found.sentence


@pytest.mark.parametrize(
    ("lift", "fate"),
    [(0.05, "is met."), (-0.5, "is not met."), (0.0, "may or may not be met")],
)
def test_one_design_alone_is_judged_by_the_target(
    study_of: StudyOf, lift: float, fate: str
) -> None:
    target = 0.9 if lift else 0.937
    study = study_of(
        forces=("Kent",),
        designs={"isolation": "As today"},
        gains={"isolation": lift},
        channels={"emergency": ("999", 10, target)},
    )
    found = answer(study)
    level = study.estimate("isolation", "Kent", "emergency", "service_level")
    if not lift:  # the case is what its name says
        assert level.low < target < level.high
    assert found.finding is Finding.ALONE
    assert fate in found.sentence
    assert f"95% interval {level.percent_interval}" in found.sentence


def test_a_single_run_gives_no_conclusion(study_of: StudyOf) -> None:
    found = answer(study_of(replications=1))
    assert found.finding is Finding.NO_INTERVAL
    assert "no interval" in found.sentence
    assert "nothing follows for other weeks" in found.sentence


def test_a_single_run_of_one_design_is_not_judged_by_the_target(study_of: StudyOf) -> None:
    found = answer(study_of(replications=1, designs={"isolation": None}))
    assert "cannot be judged from a single run" in found.sentence


@pytest.mark.parametrize("designs", [{"isolation": None}, {"isolation": None, "merger": None}])
def test_nobody_called_is_said_and_not_zero_percent(study_of: StudyOf, designs: object) -> None:
    found = answer(study_of(silent_forces=("Kent", "Essex"), designs=designs))
    assert found.sentence.startswith("Nobody called: no 999 calls were offered")
    assert not numbers(found.sentence)


def test_a_force_that_nobody_calls_does_not_spoil_the_answer(study_of: StudyOf) -> None:
    found = answer(study_of(silent_forces=("Essex",), gains={"merger": 0.08}))
    assert found.finding is Finding.MORE
    assert not any("Essex" in text for text in found.more)


def test_every_number_of_the_answer_stands_in_the_tables(study_of: StudyOf) -> None:
    study = study_of(designs=THREE, gains={"networked": 0.05, "merger": {"Kent": 0.08}})
    printed = set()
    for design in THREE:
        for row in study.rows:
            for channel in study.channels:
                level = study.estimate(design, row, channel.name, "service_level")
                change = study.difference(design, row, channel.name, "service_level")
                for text in (level.percent, level.percent_interval, change.points_interval):
                    printed |= numbers(text)
                printed |= numbers(change.points)
    found = answer(study)
    said = numbers(found.sentence).union(*(numbers(text) for text in found.more))
    assert len(said) > 10
    assert said <= printed


def test_the_answer_is_about_the_channel_that_the_run_was_to_be_precise_in(
    study_of: StudyOf,
) -> None:
    channels = {"non_emergency": ("101", 30, 0.9), "emergency": ("999", 10, 0.9)}
    assert "Of 101 calls" in answer(study_of(channels=channels)).sentence


@pytest.mark.parametrize(
    ("estimate", "percent", "interval"),
    [
        (Estimate(0.8604, 0.8531, 0.8674), "86.0%", "85.3 to 86.7"),
        (Estimate(0.5, 0.4, 0.6), "50%", "40 to 60"),  # no false precision
        (Estimate(0.99996, 0.9995, 0.9999), "99.996%", "99.95 to 99.99"),  # not 100
        (Estimate(1.0, 1.0, 1.0), "100%", "in every run"),
        (Estimate(0.93), "93.0%", "\N{EN DASH}"),
        (Estimate(), "\N{EN DASH}", "\N{EN DASH}"),
    ],
)
def test_shares_are_printed_with_the_digits_that_their_interval_supports(
    estimate: Estimate, percent: str, interval: str
) -> None:
    assert (estimate.percent, estimate.percent_interval) == (percent, interval)


def test_a_channel_that_the_baseline_does_not_have_is_told_by_itself(
    study_of: StudyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of(gains={"merger": 0.08})
    known = study.estimate("merger", "all", "non_emergency", "service_level")

    def estimate(design: str, _force: str, channel: str, *_: str) -> Estimate:
        return Estimate() if (design, channel) == ("isolation", "non_emergency") else known

    monkeypatch.setattr(Study, "estimate", lambda _, *label: estimate(*label))
    monkeypatch.setattr(
        Study,
        "difference",
        lambda _, _design, _force, channel, _measure: (
            Estimate() if channel == "non_emergency" else Estimate(0.1, 0.09, 0.11, 5)
        ),
    )
    said = f"with “One merged room” {known.percent_in_brief}; there are none with “Separate rooms”."
    assert any(said in text for text in answer(study).more)
