"""The search for where a gain is lost, on gains that cost nothing."""

from math import isnan, nan

import pytest

from sim.experiment.crossing import TOLERANCE, Gain, find_crossing


def line(root, slope=1.0, half=0.1):
    return lambda x: Gain(slope * (root - x), slope * (root - x) - half, slope * (root - x) + half)


def steps(root):
    """Give a gain as weeks give it: a staircase, each step a call more or less answered in time."""

    def gain(x):
        value = round(50 * (root - x) ** 3 + 20 * (root - x)) / 50
        return Gain(value, value - 0.2, value + 0.2)

    return gain


class Counted:
    def __init__(self, gain):
        self.gain, self.factors = gain, []

    def __call__(self, x):
        self.factors.append(x)
        return self.gain(x)


@pytest.mark.parametrize("root", [1.003, 1.25, 1.5, 2.0, 2.999])
@pytest.mark.parametrize("gain", [line, steps])
def test_the_crossing_is_found_within_the_tolerance(gain, root):
    trial = Counted(gain(root))
    found = find_crossing(trial, 3)
    assert (
        gain(root)(found.value - TOLERANCE).value >= 0 >= gain(root)(found.value + TOLERANCE).value
    )
    if gain is line:
        assert found.value == pytest.approx(root, abs=TOLERANCE)
    assert len(trial.factors) == len(set(trial.factors)) <= 30  # each factor once


def test_the_ends_of_the_interval_are_found_too():
    found = find_crossing(line(1.5, half=0.2), 3)
    assert found.low == pytest.approx(1.3, abs=TOLERANCE)
    assert found.high == pytest.approx(1.7, abs=TOLERANCE)
    assert found.at_start == line(1.5, half=0.2)(1.0)
    assert found.at_upper == line(1.5, half=0.2)(3.0)
    assert abs(found.at_value.value) < TOLERANCE


def test_a_smooth_gain_takes_few_trials():
    trial = Counted(line(1.5))
    find_crossing(trial, 3)
    assert len(trial.factors) <= 12


@pytest.mark.parametrize("root", [0.5, 1.0])
def test_a_gain_that_is_none_at_the_start_is_lost_there(root):
    found = find_crossing(line(root, half=0.2), 3)
    assert found.value == found.low == 1
    assert found.high == (1 if root < 0.8 else pytest.approx(1.2, abs=TOLERANCE))
    assert found.at_value == found.at_start


def test_a_gain_that_is_never_lost_has_no_crossing():
    trial = Counted(line(3.05, half=0.1))
    found = find_crossing(trial, 3)
    assert isnan(found.value)
    assert isnan(found.high)
    assert found.low == pytest.approx(2.95, abs=TOLERANCE)
    assert found.at_value == found.at_upper
    assert isnan(find_crossing(line(9), 3).low)


def test_a_gain_without_an_interval_has_none():
    found = find_crossing(lambda x: Gain(1.5 - x, nan, nan), 3)
    assert found.value == pytest.approx(1.5, abs=TOLERANCE)
    assert isnan(found.low)
    assert isnan(found.high)


def test_whoever_watches_is_told_how_wide_the_range_still_is():
    widths = []
    trial = Counted(line(1.5, half=0))
    find_crossing(trial, 3, widths.append)
    assert widths[0] == 2
    assert all(width > 0 for width in widths)
    assert len(widths) == len(trial.factors) - 2
