"""Choosing on a small centre: the right one, the same however it is run, at no needless cost."""

from math import isnan

import pandas as pd
import pytest
from experiment.small_experiment import Watcher, interrupted_after, tables, write_experiment

import sim.experiment.cells
import sim.experiment.select.plan
from sim.config import ConfigError, load_centre
from sim.config.rota import rostered_h_per_week
from sim.experiment import (
    Silent,
    WrongInput,
    read_manifest,
    read_status,
    read_study,
    run_experiment,
)
from sim.experiment.check import check
from sim.experiment.select.plan import plan_selection
from sim.experiment.select.rules import Contest, linearised, running_ratio
from sim.experiment.select.run import find_choices
from sim.experiment.select.table import (
    COLUMNS,
    MEETS,
    MISSES,
    NOT_NEEDED,
    OUT,
    SAME,
    SELECT,
    SELECTED,
    UNDECIDED,
    read_choices,
)

NORTH, EAST = "North, & <b>South</b>", "=East"
SCALES = '[vary]\n"staffing.scale" = [1.0, 2.0, 1.5, 3.0]\n'
CHEAPEST = (
    '[select]\ngoal = "cheapest"\ntolerance = 0.05\nprobability = 0.9\n'
    "first_replications = 6\nmax_replications = 60\n"
)
BEST = (
    '[select]\ngoal = "best"\nchannel = "emergency"\nindifference = 0.02\nprobability = 0.9\n'
    "first_replications = 6\nmax_replications = 120\n"
)


def choose(path, **options):
    study = read_study(path)
    selection = plan_selection(study, study.experiment.select)
    given = {"engine": "compiled", "jobs": 1, "progress": Silent(), **options}
    return find_choices(selection, **given)


@pytest.fixture(scope="module")
def cheapest(tmp_path_factory):
    """Two designs at four staffings, the cheapest that meets both targets in both towns."""
    return write_experiment(tmp_path_factory.mktemp("cheapest"), 2, SCALES + CHEAPEST)


@pytest.fixture(scope="module")
def best(tmp_path_factory):
    """Three designs at two staffings, the best for 999."""
    more = '[vary]\n"staffing.scale" = [1.0, 1.2]\n' + BEST
    path = write_experiment(tmp_path_factory.mktemp("best"), 2, more)
    text = path.read_text(encoding="utf-8").replace('"apart", "together"', '"apart", "buddies"')
    path.write_text(text.replace('"buddies"]', '"together", "buddies"]'), encoding="utf-8")
    return path


def test_the_cheapest_that_meets_every_target_is_selected(cheapest):
    rows = choose(cheapest)
    assert [(row.point, row.design) for row in rows] == [
        (point, design) for point in range(4) for design in ("apart", "together")
    ]
    scale = {0: 1.0, 1: 2.0, 2: 1.5, 3: 3.0}
    (chosen,) = (row for row in rows if row.selected)
    cost = chosen.rostered_h_per_week
    for row in rows:
        # Five handlers day and night.
        assert row.rostered_h_per_week == pytest.approx(5 * 168 * scale[row.point])
        if row.rostered_h_per_week > cost:
            assert (row.verdict, row.replications, row.force) == (NOT_NEEDED, 0, "")
            assert isnan(row.value)
        elif row.rostered_h_per_week < cost:
            assert row.verdict == MISSES
            assert row.value < row.target + 0.05
        else:
            assert row.verdict in {SELECTED, MEETS, MISSES, UNDECIDED}
    assert chosen.value > chosen.target - 0.05
    assert chosen.ci_low < chosen.value < chosen.ci_high
    assert NOT_NEEDED in {row.verdict for row in rows}
    assert MISSES in {row.verdict for row in rows}


def test_the_best_is_selected_and_the_others_know_who_beat_them(best):
    rows = choose(best)
    (chosen,) = (row for row in rows if row.selected)
    assert (chosen.by, chosen.by_point, chosen.further) == ("", None, 0)
    for row in rows:
        if row is chosen:
            continue
        assert row.verdict == OUT
        beater = next(one for one in rows if (one.point, one.design) == (row.by_point, row.by))
        assert beater.replications >= row.replications >= 6
        assert row.behind_low < row.behind < row.behind_high
        assert row.behind > 0
    assert chosen.replications == max(row.replications for row in rows)

    # The same by running everything for long, and by the rule week after week.
    swept = best.with_name("long.toml")
    swept.write_text(best.read_text(encoding="utf-8").split("[select]")[0], encoding="utf-8")
    folder = run_experiment(swept, out=best.parent, jobs=1, replications=60)
    kpi = pd.read_parquet(folder / "kpi.parquet")
    labels = {"measure": "service_level", "channel": "emergency", "force": "all", "period": "all"}
    for name, value in labels.items():
        kpi = kpi[kpi[name] == value]
    weeks = [
        kpi.pivot_table(index="replication", columns=["point", "design"], values=part)[
            [(row.point, row.design) for row in rows]
        ].to_numpy()
        for part in ("numerator", "denominator")
    ]
    first = linearised(*(part[:6] for part in weeks))
    contest, means = Contest(first[:, :, None], 0.1, 0.02), running_ratio(*weeks)
    week = 5
    while len(contest.remaining) > 1:
        week += 1
        contest.look(week, means[week - 1][:, None])
    assert rows[contest.remaining[0]] is chosen
    for number, out in contest.out.items():
        assert rows[number].replications == out.week
        assert rows[number].value == means[out.week - 1, number]
        assert (rows[out.by].point, rows[out.by].design) == (rows[number].by_point, rows[number].by)
    assert any((out.week - 6) % 10 for out in contest.out.values())  # not at the end of a round


@pytest.mark.parametrize(("measure", "force"), [("abandonment", "all"), ("service_level", "worst")])
def test_less_may_be_better_and_the_worst_off_force_may_count(best, tmp_path, measure, force):
    more = f'measure = "{measure}"\nforce = "{force}"\n'
    text = best.read_text(encoding="utf-8").replace('"centre"', f'"{best.parent}/centre"')
    path = tmp_path / "asked.toml"
    path.write_text(text + more, encoding="utf-8")
    rows = choose(path)
    (chosen,) = (row for row in rows if row.selected)
    sense = 1 if measure == "service_level" else -1
    assert sense * chosen.value > max(sense * row.value for row in rows) - 0.02
    assert chosen.point == 1  # more handlers
    assert (chosen.force == "all") == (force == "all")


def test_a_spent_budget_names_no_winner(cheapest, best, tmp_path):
    for path, most in ((cheapest, 6), (best, 7)):
        text = path.read_text(encoding="utf-8").replace('"centre"', f'"{path.parent}/centre"')
        short = tmp_path / path.name
        for old in ("max_replications = 60", "max_replications = 120"):
            text = text.replace(old, f"max_replications = {most}")
        for old in ("tolerance = 0.05", "indifference = 0.02"):
            text = text.replace(old, old.replace("0.0", "0.000"))
        short.write_text(text, encoding="utf-8")
        rows = choose(short)
        assert not any(row.selected for row in rows)
        left = [row for row in rows if row.verdict == UNDECIDED]
        assert left
        assert {row.replications for row in left} == {most}
        assert all(row.further > 0 for row in left)


@pytest.mark.parametrize(
    ("which", "engine", "jobs"),
    [("cheapest", "simpy", 1), ("cheapest", "compiled", 2), ("best", "compiled", 2)],
)
def test_engines_and_workers_choose_the_same(request, which, engine, jobs):
    path = request.getfixturevalue(which)
    assert repr(choose(path, engine=engine, jobs=jobs)) == repr(choose(path))  # nan, too


def test_an_interrupted_choice_goes_on_and_comes_to_the_same(cheapest, tmp_path, monkeypatch):
    whole = run_experiment(cheapest, out=tmp_path / "whole", jobs=1)
    real, left = sim.experiment.cells.run_cells, [20]

    def interrupted(*arguments):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(sim.experiment.cells, "run_cells", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(cheapest, out=tmp_path / "cut", jobs=1)
    left[0] = 0
    cut = run_experiment(cheapest, out=tmp_path / "cut", jobs=1)
    assert (cut / SELECT).read_bytes() == (whole / SELECT).read_bytes()
    first = -left[0]
    run_experiment(cheapest, out=tmp_path / "cut", jobs=1)
    assert -left[0] == first  # all of it was in the store


def test_the_weeks_of_the_experiment_itself_are_not_run_again(cheapest, tmp_path, monkeypatch):
    seen = []
    real = sim.experiment.cells.run_cells

    def counting(task, cells):
        seen.append(task.start)
        return real(task, cells)

    monkeypatch.setattr(sim.experiment.cells, "run_cells", counting)
    run_experiment(cheapest, out=tmp_path, jobs=1)
    assert min(seen) == 2  # the experiment has two


def test_the_table_lies_in_the_results_and_goes_with_its_question(cheapest, tmp_path):
    folder = run_experiment(cheapest, out=tmp_path, jobs=1)
    rows = read_choices(folder / SELECT)
    assert sum(row.selected for row in rows) == 1
    header = (folder / SELECT).read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    assert header == [*COLUMNS[:2], "staffing.scale", *COLUMNS[2:]]
    manifest = read_manifest(folder)
    assert SELECT in manifest["files"]
    assert manifest["experiment"]["select"]["goal"] == "cheapest"
    before = tables(folder)
    unasked = tmp_path / cheapest.name
    text = cheapest.read_text(encoding="utf-8").replace('"centre"', f'"{cheapest.parent}/centre"')
    unasked.write_text(text.split("[select]")[0], encoding="utf-8")
    again = run_experiment(unasked, out=tmp_path, jobs=1)
    assert not (again / SELECT).exists()
    assert tables(again) == before
    assert read_manifest(again)["digest"] != manifest["digest"]


def test_replications_on_the_command_line_limit_the_choice_as_well(cheapest):
    select = read_study(cheapest, replications=4).experiment.select
    assert (select.first_replications, select.max_replications) == (4, 4)
    assert read_study(cheapest, replications=1).experiment.select.max_replications == 2


def test_each_point_may_have_a_winner_of_its_own(best, tmp_path):
    text = best.read_text(encoding="utf-8").replace('"centre"', f'"{best.parent}/centre"')
    path = tmp_path / "each.toml"
    path.write_text(text + 'among = "each_point"\n', encoding="utf-8")
    rows = choose(path)
    assert [row.contest for row in rows] == [0, 0, 0, 1, 1, 1]
    for contest in (0, 1):
        assert sum(row.selected for row in rows if row.contest == contest) == 1
    assert all(row.by_point in {None, row.point} for row in rows)


def test_candidates_that_are_the_same_stand_in_the_contest_once(tmp_path):
    path = write_experiment(tmp_path, 2, SCALES + CHEAPEST)
    centre = tmp_path / "centre" / "centre.toml"
    twin = '\n[designs.twin]\nkind = "merger"\nhandle_factor = 1.0\n'
    centre.write_text(centre.read_text(encoding="utf-8") + twin, encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"together"]', '"together", "twin"]'), encoding="utf-8")
    rows = choose(path)
    by_name = {(row.point, row.design): row for row in rows}
    for point in range(4):
        twin = by_name[point, "twin"]
        assert (twin.verdict, twin.by, twin.by_point) == (SAME, "together", point)
    without = write_experiment(tmp_path, 2, SCALES + CHEAPEST)
    assert [row for row in rows if row.verdict not in {SAME, NOT_NEEDED}] == [
        row for row in choose(without) if row.verdict != NOT_NEEDED
    ]


def test_where_nobody_calls_nothing_is_to_be_met(tmp_path):
    path = write_experiment(tmp_path, 2, SCALES + CHEAPEST)
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8")
    centre.write_text(text.replace("per_day = 120", "per_day = 0"), encoding="utf-8")
    assert any(row.selected for row in choose(path))
    text = text.replace("per_day = 120", "per_day = 0").replace("per_day = 100", "per_day = 0")
    centre.write_text(text, encoding="utf-8")
    study = read_study(write_and(path, 'channels = ["emergency"]\n'))
    with pytest.raises(ConfigError, match="no call on emergency counts for service_level"):
        plan_selection(study, study.experiment.select)
    centre.write_text(text.replace("per_day = 0", "per_day = 1e-9"), encoding="utf-8")
    with pytest.raises(WrongInput, match="no call on emergency counts for service_level"):
        choose(path)  # somebody may, though nobody does: only the weeks tell


NOBODY = """
[designs.together.changes]
forces."=East".contacts.emergency.per_day = {value = 0, source = "test"}
"""
DIVERTED = """
[[events]]
name = "exchange fails"
kind = "telephony_failure"
starts = "mon 03:00"
lasts_h = 1
from = "other"
to = "emergency"
share = 0.6
"""


def test_a_force_that_nobody_calls_under_one_design_is_told_before_any_week_is_run(tmp_path):
    path = write_experiment(tmp_path, 2, BEST + 'force = "worst"\n')
    centre = tmp_path / "centre" / "centre.toml"
    centre.write_text(centre.read_text(encoding="utf-8") + NOBODY, encoding="utf-8")
    study = read_study(path)
    with pytest.raises(ConfigError, match="of =East on emergency is not known under together"):
        plan_selection(study, study.experiment.select)
    # The cheapest is each candidate by itself, and there is another force to call.
    path = write_experiment(tmp_path, 2, CHEAPEST)
    centre.write_text(centre.read_text(encoding="utf-8") + NOBODY, encoding="utf-8")
    study = read_study(path)
    assert plan_selection(study, study.experiment.select).contests


def test_events_may_bring_the_first_calls_so_that_it_is_left_to_the_weeks(tmp_path):
    path = write_experiment(tmp_path, 2, CHEAPEST + 'channels = ["emergency"]\n')
    centre = tmp_path / "centre" / "centre.toml"
    text = centre.read_text(encoding="utf-8")
    text = text.replace("per_day = 120", "per_day = 0").replace("per_day = 100", "per_day = 0")
    centre.write_text(text, encoding="utf-8")
    study = read_study(write_and(path, DIVERTED))
    assert plan_selection(study, study.experiment.select).contests


def write_and(path, more):
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("section", "key", "said"),
    [
        (BEST.replace('"emergency"', '"emergancy"'), "channel", 'did you mean "emergency"?'),
        (BEST + 'measure = "service_levl"\n', "measure", 'did you mean "service_level"?'),
        (BEST + 'force = "east"\n', "force", 'did you mean "=East"?'),
        (CHEAPEST + 'channels = ["othr"]\n', "channels", 'did you mean "other"?'),
        (CHEAPEST + 'forces = ["east"]\n', "forces", 'did you mean "=East"?'),
        (BEST.replace("0.02", "0"), "indifference", "1e-06 or more"),
        (CHEAPEST.replace("0.05", "0"), "tolerance", "1e-06 or more"),
        (CHEAPEST + "channels = []\n", "channels", "at least 1"),
        (CHEAPEST + 'forces = ["=East", "=East"]\n', "forces", "stands twice"),
        (BEST.replace("= 120", "= 5"), "max_replications", "first_replications = 6"),
        (BEST.replace('"best"', '"bset"'), "goal", 'did you mean "best"?'),
        (BEST.replace("0.9", "0.4"), "probability", "above 0.5"),
        (BEST.replace("0.9", "95"), "probability", "below 1"),
        (CHEAPEST + 'cost = "pounds"\n', "cost", '"handler_hours"'),
        (CHEAPEST.replace('goal = "cheapest"', ""), "goal", "best, cheapest"),
        (CHEAPEST + "indiference = 0.1\n", "indiference", "unknown key"),
        (BEST + 'among = "each_pont"\n', "among", 'did you mean "each_point"?'),
        (BEST.replace("indifference = 0.02\n", ""), "indifference", "is missing"),
    ],
)
def test_a_wrong_question_is_refused_before_anything_runs(tmp_path, section, key, said):
    path = write_experiment(tmp_path, 2, section)
    for refuse in (check, lambda file: run_experiment(file, out=tmp_path / "results")):
        with pytest.raises(ConfigError) as caught:
            refuse(path)
        assert f"select.{key}" in str(caught.value)
        assert said in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_one_candidate_is_no_choice(tmp_path):
    path = write_experiment(tmp_path, 2, CHEAPEST)
    text = path.read_text(encoding="utf-8").replace('"apart", "together"', '"apart"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="one candidate only, so nothing to choose"):
        check(path)
    each = text.replace("[select]", '[vary]\n"staffing.scale" = [1, 2]\n[select]')
    path.write_text(each + 'among = "each_point"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="one candidate only at a point"):
        check(path)


def test_more_than_can_be_compared_in_pairs_is_refused(best, monkeypatch):
    monkeypatch.setattr(sim.experiment.select.plan, "MOST_COMPARED", 5)
    with pytest.raises(ConfigError, match=r"6 would be compared.*each_point"):
        check(best)


def test_the_cost_is_the_rota_with_its_scales_and_before_any_absence(tmp_path):
    write_experiment(tmp_path)
    place = tmp_path / "centre" / "centre.toml"
    text = place.read_text(encoding="utf-8")
    night = (
        'shifts = [{name = "night", start = "22:00", end = "06:30", days = ["mon", "tue"], '
        "rostered = 4}]\nscale = 0.5"
    )
    day = 'shifts = [{name = "all day", start = "00:00", end = "24:00", rostered = 2}]'
    place.write_text(text.replace(day, night), encoding="utf-8")
    assert rostered_h_per_week(load_centre(place.parent)) == 3 * 168 + 0.5 * 4 * 8.5 * 2
    posts = 'rostered = {file = "hours.csv", column = "calls"}'
    place.write_text(text.replace(day, posts), encoding="utf-8")
    assert rostered_h_per_week(load_centre(place.parent)) == 3 * 168 + 7 * 8 * (1 + 2 + 3)


def test_progress_counts_what_is_run_and_tells_who_is_left(best):
    progress = Watcher()
    lengthened = []
    progress.lengthen = lengthened.append
    choose(best, progress=progress)
    assert sum(lengthened) == progress.replications
    assert any("of 6 candidates left after" in said for said in progress.notices)
    assert progress.finished


def test_the_status_counts_the_weeks_of_the_candidates(tmp_path, monkeypatch):
    path = write_experiment(tmp_path, 2, SCALES + CHEAPEST)
    left = interrupted_after(monkeypatch, 9)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(path, out=tmp_path / "results", jobs=1)
    folder = tmp_path / "results" / "small"
    status = read_status(folder)
    # Two weeks of all eight were run for the tables. Of the cheapest staffing four more were run
    # under both designs; of the next one, under the first design or both, the rest of the nine.
    choice = status.choice
    assert not status.finished
    assert (choice.candidates, choice.most, choice.made) == (8, 60, False)
    assert 16 + 9 <= choice.weeks <= 16 + 2 * 9
    left[0] = 10_000
    run_experiment(path, out=tmp_path / "results", jobs=1)
    next(folder.glob("store/cells-*/*/*.block")).write_bytes(b"nothing")
    done = read_status(folder)
    assert done.finished
    assert (done.choice.made, done.choice.damaged) == (True, 1)
    told = {(row.point, row.design): row.replications for row in read_choices(folder / SELECT)}
    assert done.choice.weeks >= sum(max(2, weeks) for weeks in told.values()) - 2


def test_a_run_that_had_no_time_for_the_choice_is_not_finished(tmp_path):
    path = write_experiment(tmp_path, 2, SCALES + CHEAPEST)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    assert read_status(folder).finished
    (folder / SELECT).unlink()
    assert not read_status(folder).finished


def test_every_candidate_is_counted_once_when_it_needs_no_more_weeks(cheapest, best):
    for path, candidates in ((cheapest, 8), (best, 6)):
        watcher = Watcher()
        choose(path, progress=watcher)
        assert (watcher.points, watcher.done) == (candidates, candidates)
