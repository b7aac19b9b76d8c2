"""What every registered design must keep to; a new design gets this suite for free."""

import numpy as np
import pytest

from sim.engine import simulate
from sim.records import ANSWERED, Horizon, Layout, Staffing, Workload
from sim.routing import DesignError, build_design, registered_designs

HORIZON = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
DESIGNS = registered_designs()
VALID = {"after_s": 20, "handle_factor": 1.1}


def layout(n_forces, *, priorities=(1, 2), reserve=0):
    """One room per force that answers everything; 101 may be refused the last `reserve` free."""
    names = [f"Force {i}" for i in range(n_forces)]
    reserves = np.zeros((2, n_forces), dtype=int)
    reserves[1] = reserve
    return Layout(
        tuple(names),
        ("emergency", "non_emergency"),
        tuple(f"{name} room" for name in names),
        np.arange(n_forces),
        np.ones((2, n_forces), bool),
        np.array(priorities),
        reserves,
    )


def options_of(kind):
    return {name: VALID[name] for name in DESIGNS[kind].options if name in VALID}


def build(kind, place):
    return build_design(kind, place, HORIZON, options_of(kind))


every_design = pytest.mark.parametrize("kind", list(DESIGNS))


@every_design
@pytest.mark.parametrize("n_forces", [1, 2, 3, 43])
def test_it_has_the_shape_of_its_layout_and_reaches_every_class(kind, n_forces):
    place = layout(n_forces)
    design = build(kind, place)
    assert design.delay_s.shape[1:] == (place.n_classes, place.n_groups)
    assert (design.delay_s.min(axis=2) == 0).all(), "every contact is open to someone at once"


@every_design
def test_a_group_without_the_skill_never_answers(kind):
    place = layout(3)
    skills = np.ones((2, 3), bool)
    skills[0, 2] = False
    dedicated = Layout(
        place.forces,
        place.channels,
        (*place.groups, "Force 2 999"),
        np.array([0, 1, 2, 2]),
        np.column_stack([skills, [True, False]]),
        place.priority,
        np.zeros((2, 4), int),
    )
    design = build(kind, dedicated)
    assert np.isinf(design.delay_s[:, ~dedicated.able]).all()


@every_design
def test_999_comes_before_101_for_every_handler(kind):
    place = layout(3)
    rank = build(kind, place).agent_rank
    emergency = place.class_channel == 0
    assert (rank[:, emergency].max(axis=1) < rank[:, ~emergency].min(axis=1)).all()


@every_design
def test_the_own_force_is_never_slower_to_answer_or_to_handle(kind):
    place = layout(3)
    design = build(kind, place)
    for k in range(place.n_classes):
        own = place.own[k]
        assert (design.delay_s[:, k, own].min(axis=1) <= design.delay_s[:, k].min(axis=1)).all()
        assert (design.handle_factor[:, k, own] == 1).all()
        assert (design.handle_factor[:, k] >= 1).all()


@every_design
def test_the_reserve_for_999_is_kept(kind):
    place = layout(2, reserve=1)
    n = 40
    waiting_101 = Workload(
        place.n_classes,
        np.full(n, place.class_of("Force 0", "non_emergency")),
        np.zeros(n),
        np.full(n, np.inf),
        np.full(n, 60.0),
        np.zeros(n),
        np.full(n, -1),
        np.zeros(n),
    )
    log = simulate(waiting_101, Staffing.constant([3, 3]), build(kind, place))
    for group in range(2):
        begun = log.wait_end_s[(log.outcome == ANSWERED) & (log.group == group)]
        assert np.unique(begun, return_counts=True)[1].max(initial=0) <= 2


@every_design
def test_it_takes_each_of_its_options_from_the_planner(kind):
    for name in DESIGNS[kind].options:
        if name in VALID:
            given = options_of(kind)
            changed = build_design(kind, layout(3), HORIZON, {**given, name: VALID[name] * 1.5})
            same = all(
                np.array_equal(getattr(changed, matrix), getattr(build(kind, layout(3)), matrix))
                for matrix in ("delay_s", "handle_factor", "contact_rank", "reserve")
            )
            assert not same, f"option {name} changes nothing"


@every_design
def test_it_is_described_in_a_sentence(kind):
    assert DESIGNS[kind].summary.endswith(".")
    assert len(DESIGNS[kind].summary) < 100


@every_design
def test_a_class_with_nobody_is_refused_by_name(kind):
    place = layout(2)
    nobody = Layout(
        place.forces,
        place.channels,
        place.groups,
        place.group_force,
        np.array([[True, True], [False, False]]),
        place.priority,
        place.reserve,
    )
    with pytest.raises(DesignError, match="Force 0, non_emergency with nobody"):
        build(kind, nobody)


def test_one_force_alone_is_the_same_in_every_design():
    place = layout(1)
    matrices = [
        (design.delay_s.tolist(), design.handle_factor.tolist(), design.reserve.tolist())
        for design in (build(kind, place) for kind in DESIGNS)
    ]
    assert all(matrix == matrices[0] for matrix in matrices)


def test_an_unknown_kind_or_option_names_the_nearest():
    with pytest.raises(DesignError, match=r'no design "merged" \(nearest: "merger"\)'):
        build_design("merged", layout(2), HORIZON)
    with pytest.raises(DesignError, match=r'no option "after" \(nearest: "after_s"\)') as caught:
        build_design("networked", layout(2), HORIZON, {"after": 20, "handle_factor": 1})
    assert caught.value.option == "after"


@pytest.mark.parametrize("wrong", [-1, float("inf"), float("nan"), "soon", None, [20]])
def test_an_option_out_of_range_is_named_with_its_value(wrong):
    with pytest.raises(DesignError, match="networked, option after_s"):
        build_design("networked", layout(2), HORIZON, {"after_s": wrong, "handle_factor": 1})


def test_a_missing_option_is_named():
    with pytest.raises(DesignError, match='needs the option "after_s"'):
        build_design("networked", layout(2), HORIZON, {"handle_factor": 1})
