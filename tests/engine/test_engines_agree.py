"""Both engines return the same contact log bit for bit, on whatever centre is drawn.

`make fuzz N=10000` runs this file with many more examples and another seed. A difference is shrunk
by Hypothesis and kept in `tests/engine/kept/`, from where it is replayed for ever after.
"""

import json
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import centres

from sim.engine import simulate
from sim.records import Design, Staffing, Workload

KEPT = Path(__file__).parent / "kept"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "250"))


def as_json(centre):
    return {
        type(record).__name__: {
            field.name: np.asarray(getattr(record, field.name)).tolist()
            for field in fields(record)
            if field.init
        }
        for record in centre
    }


def from_json(kept):
    return tuple(kind(**kept[kind.__name__]) for kind in (Workload, Staffing, Design))


def assert_same_log(centre):
    reference = simulate(*centre, "simpy")
    assert simulate(*centre, "compiled").equals(reference), "the compiled log differs"


@settings(max_examples=EXAMPLES)
@given(st.one_of(centres(), centres(max_classes=3, max_groups=2, most_at_once=3)))
def test_the_engines_return_one_log_bit_for_bit(centre):
    try:
        assert_same_log(centre)
    except AssertionError:
        # Hypothesis ends with the smallest failing example, so that is what stays in the file.
        KEPT.mkdir(exist_ok=True)
        (KEPT / "last_failure.json").write_text(json.dumps(as_json(centre)), encoding="utf-8")
        raise


@pytest.mark.parametrize("file", sorted(KEPT.glob("*.json")), ids=lambda file: file.stem)
def test_the_engines_agree_on_every_kept_example(file):
    assert_same_log(from_json(json.loads(file.read_text(encoding="utf-8"))))


@settings(max_examples=20)
@given(centres())
def test_a_kept_example_comes_back_as_it_was(centre):
    again = from_json(json.loads(json.dumps(as_json(centre))))
    assert simulate(*again, "simpy").equals(simulate(*centre, "simpy"))


@pytest.mark.parametrize("seed", range(4))
def test_the_engines_agree_on_a_busy_day_of_thousands_of_contacts(seed):
    """Large enough for the event list to grow, with everything that the model has."""
    centre = busy_day(np.random.default_rng(seed))
    reference = simulate(*centre, "simpy")
    assert simulate(*centre, "compiled").equals(reference)
    assert set(np.unique(reference.outcome)) >= {0, 1, 2}


def busy_day(rng):
    """Six classes, three groups, whole seconds: bursts, redials, transfers, shifts, night rule."""
    n_classes, n_groups, n, latents = 6, 3, 6000, 6000
    day = 86_400
    parent = rng.integers(0, np.arange(n, n + latents))
    workload = Workload(
        n_classes,
        rng.integers(0, n_classes, n + latents),
        np.concatenate([np.sort(rng.integers(0, day, n)).astype(float), np.full(latents, np.inf)]),
        np.where(rng.random(n + latents) < 0.1, np.inf, rng.integers(0, 600, n + latents)),
        rng.integers(0, 500, n + latents).astype(float),
        np.concatenate([np.zeros(n, np.int8), rng.integers(1, 3, latents).astype(np.int8)]),
        np.concatenate([np.full(n, -1), parent]),
        np.concatenate([np.zeros(n), rng.integers(0, 120, latents).astype(float)]),
    )
    hours = np.repeat(np.arange(24) * 3600.0, n_groups)
    staffing = Staffing(
        n_groups, hours, np.tile(np.arange(n_groups), 24), rng.integers(0, 14, hours.size)
    )
    own = np.arange(n_classes)[:, None] % n_groups == np.arange(n_groups)
    delay = np.stack(
        [
            np.where(own, 0.0, np.inf),
            np.where(own, 0.0, 20.0),
            np.where(own, 0.0, rng.integers(1, 90, own.shape).astype(float)),
            np.zeros(own.shape),
        ]
    )
    design = Design(
        np.array([0.0, 0.2, 0.5, 0.8]) * day,
        delay,
        np.broadcast_to(~own, delay.shape),
        rng.integers(0, 3, delay.shape),
        rng.integers(0, 2, delay.shape),
        np.broadcast_to(np.where(own, 1.0, 1.15), delay.shape),
    )
    return workload, staffing, design
