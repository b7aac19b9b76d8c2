"""What every registered design must keep to; a new design gets this suite for free.

A design with options of its own needs an entry in OPTIONS, and nothing else.
"""

import numpy as np
import pytest

from sim.engine import simulate
from sim.records import ANSWERED, Horizon, Layout, Staffing, Workload
from sim.routing import DesignError, build_design, registered_designs

HORIZON = Horizon(warm_up_h=24, measured_h=168, cool_down_h=2)
DESIGNS = registered_designs()
OPTIONS = {
    "bilateral": lambda n: {
        "pairs": [["Force 0", f"Force {n - 1}"]] if n > 1 else [],
        "after_s": 20,
        "keep_idle": 1,
        "handle_factor": 1.1,
    },
    "contracted": lambda _: {
        "pool": "contractor",
        "channels": ["emergency"],
        "handle_factor": 1.1,
    },
    "custom": lambda n: {"delay_s": np.zeros((2 * n, n + 1)).tolist()},
    "digital_desk": lambda _: {"channels": ["non_emergency"], "keep_idle": 1},
    "emergency_pool": lambda _: {"handle_factor": 1.1},
    "local_then_all": lambda _: {"handle_factor": 1.1},
    "merger": lambda _: {"handle_factor": 1.1},
    "networked": lambda _: {"after_s": 20, "handle_factor": 1.1},
    "night_pool": lambda _: {"room": "Force 0", "handle_factor": 1.1},
    "regional": lambda n: {
        "groups": [[f"Force {i}" for i in range(n)]],
        "after_s": 20,
        "handle_factor": 1.1,
    },
    "shared_leadership": lambda _: {"after_s": 20, "handle_factor": 1.1},
    "strategic_alliance": lambda _: {"handle_factor": 1.1},
    "triage": lambda _: {"switchboard": "non_emergency"},
}
every_design = pytest.mark.parametrize("kind", list(DESIGNS))
# What is written by hand is taken as it is written, so `custom` keeps no promise about skills.
every_design_but_custom = pytest.mark.parametrize("kind", [k for k in DESIGNS if k != "custom"])


def layout(n_forces, *, reserve=0, skills=None):
    """One room per force and a contractor's pool, all of them able to answer everything."""
    n_groups = n_forces + 1
    reserves = np.zeros((2, n_groups), dtype=int)
    reserves[1] = reserve
    return Layout(
        tuple(f"Force {i}" for i in range(n_forces)),
        ("emergency", "non_emergency"),
        (*(f"Force {i} room" for i in range(n_forces)), "contractor"),
        np.array([*range(n_forces), -1]),
        np.ones((2, n_groups), bool) if skills is None else np.array(skills, bool),
        np.array([1, 2]),
        reserves,
    )


def options_of(kind, n_forces):
    return OPTIONS[kind](n_forces) if kind in OPTIONS else {}


def build(kind, place):
    return build_design(kind, place, HORIZON, options_of(kind, len(place.forces)))


def matrices(design):
    names = (
        "delay_s",
        "contact_rank",
        "agent_rank",
        "reserve",
        "handle_factor",
        "interrupts",
        "at_once",
    )
    return [getattr(design, name).tolist() for name in names]


@every_design
@pytest.mark.parametrize("n_forces", [1, 2, 3, 43])
def test_it_has_the_shape_of_its_layout_and_opens_every_contact_to_someone_at_once(kind, n_forces):
    place = layout(n_forces)
    design = build(kind, place)
    assert design.delay_s.shape[1:] == (place.n_classes, place.n_groups)
    assert (design.delay_s.min(axis=2) == 0).all()


@every_design_but_custom
def test_a_group_without_the_skill_never_answers(kind):
    place = layout(3, skills=[[1, 1, 1, 1], [1, 1, 1, 0]])
    assert np.isinf(build(kind, place).delay_s[:, ~place.able]).all()


@every_design
def test_999_comes_before_101_for_every_handler(kind):
    place = layout(3)
    rank = build(kind, place).agent_rank
    assert (rank[:, place.urgent].max(axis=1) < rank[:, ~place.urgent].min(axis=1)).all()


@every_design
def test_the_own_force_is_never_slower_to_answer_unless_the_channel_was_let(kind):
    place = layout(3)
    design = build(kind, place)
    let = place.urgent if kind == "contracted" else np.zeros(place.n_classes, bool)
    for k in np.flatnonzero(~let):
        own = place.own[k]
        assert (design.delay_s[:, k, own].min(axis=1) <= design.delay_s[:, k].min(axis=1)).all()


@every_design
def test_the_own_force_handles_at_its_own_pace_and_others_no_faster(kind):
    place = layout(3)
    design = build(kind, place)
    assert (design.handle_factor[:, place.own] == 1).all()
    assert (design.handle_factor >= 1).all()


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
    log = simulate(waiting_101, Staffing.constant([3, 3, 3]), build(kind, place))
    for group in range(place.n_groups):
        begun = log.wait_end_s[(log.outcome == ANSWERED) & (log.group == group)]
        assert np.unique(begun, return_counts=True)[1].max(initial=0) <= 2


@every_design
def test_each_number_among_its_options_matters(kind):
    place = layout(3)
    given = options_of(kind, 3)
    for name, value in given.items():
        if isinstance(value, float | int):
            changed = build_design(kind, place, HORIZON, {**given, name: value + 1})
            assert matrices(changed) != matrices(build(kind, place)), f"{name} changes nothing"


@every_design
def test_it_is_described_in_a_sentence(kind):
    assert DESIGNS[kind].summary.endswith(".")
    assert len(DESIGNS[kind].summary) < 100


@every_design_but_custom
def test_a_class_with_nobody_is_refused_by_name(kind):
    nobody = layout(2, skills=[[1, 1, 1], [0, 0, 0]])
    with pytest.raises(DesignError, match="Force 0, non_emergency with nobody"):
        build(kind, nobody)


@pytest.mark.parametrize("kind", sorted(set(DESIGNS) - {"contracted", "custom", "digital_desk"}))
def test_one_force_alone_is_as_in_isolation(kind):
    place = layout(1, skills=[[1, 0], [1, 0]])
    alone, shared = build("isolation", place), build(kind, place)
    assert (shared.delay_s == alone.delay_s[:1]).all()
    assert (shared.handle_factor[:, place.own] == 1).all()


def test_partners_help_each_other_and_nobody_else():
    place = layout(3)
    design = build_design("bilateral", place, HORIZON, options_of("bilateral", 3))
    emergency = place.class_of("Force 0", "emergency")
    assert design.delay_s[0, emergency].tolist() == [0, np.inf, 20, np.inf]
    assert design.reserve[0, emergency].tolist() == [0, 0, 1, 0]
    assert np.isinf(design.delay_s[0, place.class_of("Force 0", "non_emergency"), 1:]).all()


def test_a_group_of_forces_shares_within_itself_and_a_force_in_no_group_is_alone():
    place = layout(4)
    groups = [["Force 0", "Force 2"]]
    shared = {"groups": groups, "after_s": 20, "handle_factor": 1.1}
    design = build_design("regional", place, HORIZON, shared)
    for channel in place.channels:
        rows = [design.delay_s[0, place.class_of(force, channel)] for force in place.forces]
        assert rows[0].tolist() == [0, np.inf, 20, np.inf, np.inf]
        assert rows[1].tolist() == [np.inf, 0, np.inf, np.inf, np.inf]
        assert rows[2].tolist() == [20, np.inf, 0, np.inf, np.inf]
    only_999 = build_design("regional", place, HORIZON, {**shared, "channels": ["emergency"]})
    assert (only_999.delay_s[0, place.urgent] == design.delay_s[0, place.urgent]).all()
    assert np.isinf(only_999.delay_s[0, ~place.urgent][~place.own[~place.urgent]]).all()


def test_one_group_of_all_forces_is_the_network_and_no_groups_are_isolation():
    place = layout(3)
    shared = {"after_s": 20, "handle_factor": 1.1}
    everyone = build_design("regional", place, HORIZON, {**shared, "groups": [place.forces]})
    nobody = build_design("regional", place, HORIZON, {**shared, "groups": []})
    forces = place.group_force >= 0  # the contractor's pool is in no group of forces
    networked = build_design("networked", place, HORIZON, shared)
    assert (everyone.delay_s[..., forces] == networked.delay_s[..., forces]).all()
    assert (everyone.agent_rank == networked.agent_rank).all()
    assert (nobody.delay_s == build("isolation", place).delay_s).all()


def test_a_force_in_two_groups_is_refused():
    twice = {
        "groups": [["Force 0", "Force 1"], ["Force 1", "Force 2"]],
        "after_s": 5,
        "handle_factor": 1,
    }
    with pytest.raises(DesignError, match="Force 1 stands in them twice") as caught:
        build_design("regional", layout(3), HORIZON, twice)
    assert caught.value.option == "groups"


def test_the_covering_room_answers_everyone_at_night_and_nobody_elses_by_day():
    place = layout(2)
    design = build("night_pool", place)
    k = place.class_of("Force 1", "emergency")
    for hour, covered in ((21.9, False), (22.0, True), (3.0, True), (6.99, True), (7.0, False)):
        for day in range(7):
            instant = HORIZON.measured_from_s + 3600 * (24 * day + hour)
            span = int(np.searchsorted(design.change_s, instant, side="right")) - 1
            assert np.isfinite(design.delay_s[span, k, 0]) == covered
    assert np.isfinite(design.delay_s[0, k, 0]), "the warm-up begins at midnight, which is night"


def test_dedicated_takers_answer_nothing_but_999_and_the_rest_nothing_of_it():
    place = Layout(
        ("A",),
        ("emergency", "non_emergency"),
        ("A 999", "A"),
        np.array([0, 0]),
        np.array([[True, True], [False, True]]),
        np.array([1, 2]),
        np.zeros((2, 2), int),
    )
    never = build_design("dedicated_999", place, HORIZON)
    assert never.delay_s[0].tolist() == [[0, np.inf], [np.inf, 0]]
    later = build_design("dedicated_999", place, HORIZON, {"after_s": 15})
    assert later.delay_s[0].tolist() == [[0, 15], [np.inf, 0]]


def test_999_interrupts_the_digital_desk_and_nothing_else_does():
    place = layout(2)
    design = build("digital_desk", place)
    assert design.interrupts[0, place.urgent].all()
    assert not design.interrupts[0, ~place.urgent].any()


def test_a_handler_of_the_digital_desk_may_hold_several_chats_but_one_call():
    place = layout(2)
    assert (build("digital_desk", place).at_once == 1).all()
    options = {"channels": ["non_emergency"], "keep_idle": 1, "chats_at_once": 3}
    design = build_design("digital_desk", place, HORIZON, options)
    assert (design.at_once[0, place.urgent] == 1).all()
    assert (design.at_once[0, ~place.urgent] == 3).all()
    with pytest.raises(DesignError, match="chats_at_once"):
        build_design("digital_desk", place, HORIZON, options | {"chats_at_once": 0})


def test_of_the_online_channels_only_chats_are_held_together_and_the_more_urgent_comes_first():
    place = Layout(
        ("A",),
        ("emergency", "non_emergency", "chat", "report"),
        ("A",),
        np.array([0]),
        np.ones((4, 1), bool),
        np.array([0, 1, 2, 3]),
        np.zeros((4, 1), int),
    )
    options = {"channels": ["chat", "report"], "keep_idle": 1, "chats_at_once": 2}
    chats = build_design("digital_desk", place, HORIZON, options | {"chats": ["chat"]})
    assert chats.at_once[0, :, 0].tolist() == [1, 1, 2, 1]
    assert chats.agent_rank[0, :, 0].argsort().tolist() == [0, 1, 2, 3]
    assert np.unique(chats.agent_rank[0, :, 0]).size == 4
    with pytest.raises(DesignError, match="only channels that stand in `channels`"):
        build_design("digital_desk", place, HORIZON, options | {"chats": ["non_emergency"]})


def test_custom_matrices_are_taken_as_written_and_their_shape_is_checked():
    delays = [[0, "never", 5], ["never", 0, 5]]
    place = Layout(
        ("A", "B"),
        ("emergency",),
        ("A", "B", "shared"),
        np.array([0, 1, -1]),
        np.ones((1, 3), bool),
        np.array([1]),
        np.zeros((1, 3), int),
    )
    design = build_design("custom", place, HORIZON, {"delay_s": delays})
    assert design.delay_s[0].tolist() == [[0, np.inf, 5], [np.inf, 0, 5]]
    with pytest.raises(DesignError, match=r"needs 2 rows .* of 3 numbers"):
        build_design("custom", place, HORIZON, {"delay_s": delays[:1]})


def test_an_unknown_kind_option_or_name_names_the_nearest():
    with pytest.raises(DesignError, match=r'no design "merged" \(nearest: "merger"\)'):
        build_design("merged", layout(2), HORIZON)
    with pytest.raises(DesignError, match=r'no option "after" \(nearest: "after_s"\)') as caught:
        build_design("networked", layout(2), HORIZON, {"after": 20, "handle_factor": 1})
    assert caught.value.option == "after"
    with pytest.raises(DesignError, match=r'no force "Force O" \(nearest: "Force 0"\)'):
        build_design("night_pool", layout(1), HORIZON, {"room": "Force O", "handle_factor": 1})


@pytest.mark.parametrize("wrong", [-1, float("inf"), float("nan"), "soon", None, [20]])
def test_an_option_out_of_range_is_named_with_its_value(wrong):
    with pytest.raises(DesignError, match="networked, option after_s"):
        build_design("networked", layout(2), HORIZON, {"after_s": wrong, "handle_factor": 1})


def test_a_missing_option_is_named():
    with pytest.raises(DesignError, match='needs the option "after_s"'):
        build_design("networked", layout(2), HORIZON, {"handle_factor": 1})
