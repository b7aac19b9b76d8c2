"""Random small centres for property and differential tests, shared by every room."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.records import (
    ON_ABANDONED,
    ON_ANSWERED,
    ON_CUT,
    ON_INTERRUPTED,
    PRIMARY,
    Design,
    Staffing,
    Workload,
)

INF = float("inf")


def instants(longest: int) -> st.SearchStrategy:
    """Whole seconds, so that ties are common, or any float."""
    return st.one_of(
        st.integers(0, longest).map(float),
        st.floats(0, longest, allow_nan=False, width=64),
    )


def column(n, elements, dtype) -> st.SearchStrategy:
    return arrays(dtype, n, elements=elements, fill=st.nothing())


@st.composite
def workloads(draw, n_classes: int, max_primary: int = 30, max_latent: int = 15) -> Workload:
    p = draw(st.integers(0, max_primary))
    latent = draw(st.integers(0, max_latent)) if p else 0
    n = p + latent
    span = draw(st.sampled_from([1, 10, 60, 400]))
    arrival = np.sort(np.array(draw(st.lists(instants(span), min_size=p, max_size=p)), float))
    durations = st.one_of(st.just(0.0), instants(60))
    parent = np.full(n, -1)
    for row in range(p, n):
        parent[row] = draw(st.integers(0, row - 1))
    return Workload(
        n_classes,
        draw(column(n, st.integers(0, n_classes - 1), np.int64)),
        np.concatenate([arrival, np.full(latent, INF)]),
        np.array(
            draw(
                st.lists(
                    st.one_of(st.just(0.0), st.just(INF), instants(90)), min_size=n, max_size=n
                )
            ),
            float,
        ),
        np.array(draw(st.lists(durations, min_size=n, max_size=n)), float),
        np.concatenate(
            [
                np.full(p, PRIMARY, np.int8),
                draw(
                    column(
                        latent,
                        st.sampled_from([ON_ABANDONED, ON_ANSWERED, ON_CUT, ON_INTERRUPTED]),
                        np.int8,
                    )
                ),
            ]
        ),
        parent,
        np.concatenate(
            [
                np.zeros(p),
                np.array(draw(st.lists(durations, min_size=latent, max_size=latent)), float),
            ]
        ),
    )


@st.composite
def staffings(draw, n_groups: int, max_steps: int = 10) -> Staffing:
    """Levels that rise, fall to nothing and come back; some groups never have anybody."""
    keys = draw(
        st.lists(
            st.tuples(instants(400), st.integers(0, n_groups - 1)),
            max_size=max_steps,
            unique=True,
        )
    )
    keys = sorted(keys)
    first = [(0.0, g) for g in range(n_groups) if (0.0, g) not in keys and draw(st.booleans())]
    keys = sorted(keys + first)
    levels = draw(st.lists(st.integers(0, 4), min_size=len(keys), max_size=len(keys)))
    return Staffing(
        n_groups,
        np.array([time for time, _ in keys], float),
        np.array([group for _, group in keys], int),
        np.array(levels, int),
        draw(arrays(np.bool_, len(keys), elements=st.sampled_from([False, False, False, True]))),
    )


@st.composite
def designs(
    draw, n_classes: int, n_groups: int, max_spans: int = 3, most_at_once: int = 1
) -> Design:
    """Random matrices: zero, finite and infinite delays, reserves, equal and unequal ranks."""
    spans = draw(st.integers(1, max_spans))
    change = sorted(
        draw(
            st.lists(
                instants(400).filter(lambda t: t > 0),
                min_size=spans - 1,
                max_size=spans - 1,
                unique=True,
            )
        )
    )
    shape = (spans, n_classes, n_groups)
    delays = st.sampled_from([0.0, 0.0, 0.0, INF, 5.0, 20.0, 0.1, 7.3])
    return Design(
        np.array([0.0, *change]),
        draw(arrays(np.float64, shape, elements=delays, fill=st.nothing())),
        draw(arrays(np.int64, shape, elements=st.integers(0, 2), fill=st.nothing())),
        draw(arrays(np.int64, shape, elements=st.integers(0, 2), fill=st.nothing())),
        draw(arrays(np.int64, shape, elements=st.sampled_from([0, 0, 0, 1, 2]), fill=st.nothing())),
        draw(
            arrays(
                np.float64,
                shape,
                elements=st.sampled_from([1.0, 1.0, 1.1, 0.5, 0.0, 1 / 3]),
                fill=st.nothing(),
            )
        ),
        draw(arrays(np.bool_, shape, elements=st.booleans(), fill=st.nothing())),
        draw(arrays(np.int64, shape, elements=st.integers(1, most_at_once), fill=st.nothing())),
    )


@st.composite
def centres(draw, max_classes: int = 6, max_groups: int = 5, most_at_once: int = 1):
    """Give (workload, staffing, design) that fit each other."""
    n_classes = draw(st.integers(1, max_classes))
    n_groups = draw(st.integers(1, max_groups))
    return (
        draw(workloads(n_classes)),
        draw(staffings(n_groups)),
        draw(designs(n_classes, n_groups, most_at_once=most_at_once)),
    )
