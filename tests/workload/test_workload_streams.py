"""Streams by name: the same name gives the same draws, any other name independent ones."""

import numpy as np
import pytest

from sim.workload import stream
from sim.workload.streams import OpenStreams, StreamName


def test_a_name_gives_the_same_draws_each_time_it_is_opened():
    name = ("patience", "North", "emergency", 7)
    assert np.array_equal(stream(3, *name).random(5), stream(3, *name).random(5))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "a", "bc", ""), (1, "ab", "c", "")),
        ((1, "a", "", "b"), (1, "a", "b", "")),
        ((1, "a", 'b","c', ""), (1, "a", "b", "c")),
        ((1, "a", "b", "c", 23), (12, "a", "b", "c", 3)),
        ((1, "a", "b", "c", 0), (2, "a", "b", "c", 0)),
        ((1, "a", "b", "c", 0), (1, "a", "b", "c", 1)),
        ((1, "a", "\u00e9", ""), (1, "a", "e\u0301", "")),
    ],
)
def test_names_that_look_alike_are_different_streams(one, other):
    assert stream(*one).random() != stream(*other).random()


def test_the_draws_of_a_name_are_pinned():
    # Whoever changes this changes every published number.
    raw = stream(20151217, "arrivals", "Leicestershire", "emergency", 4).bit_generator.random_raw(2)
    assert raw.tolist() == [10693621655574815804, 6651338984688651859]


def test_seeds_may_be_of_any_size_and_of_numpys_integers():
    assert stream(2**200, "a").random() != stream(2**200 + 1, "a").random()
    assert stream(np.int64(5), "a").random() == stream(5, "a").random()


def test_streams_of_neighbouring_replications_are_uncorrelated():
    draws = np.array([stream(1, "a", replication=r).standard_normal(20_000) for r in range(8)])
    z = np.corrcoef(draws)[np.triu_indices(8, 1)] * np.sqrt(20_000)
    assert np.abs(z).max() < 4
    assert abs((z**2).sum() - z.size) / np.sqrt(2 * z.size) < 4


def test_first_draws_over_replications_are_uniform():
    first = np.array([stream(1, "a", replication=r).random() for r in range(4000)])
    counts = np.bincount((first * 20).astype(int), minlength=20)
    chi_square = ((counts - 200) ** 2 / 200).sum()
    assert abs(chi_square - 19) / np.sqrt(2 * 19) < 4


def test_an_open_stream_goes_on_where_it_was_left():
    streams = OpenStreams(3, 1)
    name = StreamName("handle", "North", "emergency")
    parts = [streams[name].random(2), streams[StreamName("handle", "South")].random(9)]
    parts.append(streams[name].random(2))
    whole = stream(3, "handle", "North", "emergency", 1).random(4)
    assert np.array_equal(np.concatenate([parts[0], parts[2]]), whole)
