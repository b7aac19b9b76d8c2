"""Sampled sweeps: what is drawn, from which ranges, and that a table shows what was run."""

from math import isclose

import numpy as np
import pytest
from experiment.small_experiment import Watcher, tables, write_experiment
from experiment.test_ranges import RANGED

from sim.config import ConfigError
from sim.config.levels import Span
from sim.experiment import read_manifest, read_study, run_experiment
from sim.experiment.check import check
from sim.experiment.sweep import Axis, TooManyPoints, sample
from sim.report.results import read_results
from sim.report.study import reference_study

HANDLE = "channels.emergency.handle.mean_s"
RESERVE = "groups.north.reserve.other"
SCALE = '"staffing.scale" = {from = 0.8, to = 1}\n'
STORM = """
[[events]]
name = "Big storm"
kind = "surge"
starts = "mon 04:00"
lasts_h = 2
factor = 2
"""


def ranged(folder, vary, after="", **changes):
    path = write_experiment(folder, more=f"\n[vary]\n{vary}\n{after}", **changes)
    (folder / "centre" / "centre.toml").write_text(RANGED, encoding="utf-8")
    return path


def column(study, key):
    return [point.varied[key] for point in study.points]


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol"])
def test_each_eighth_of_every_range_has_one_of_eight_points(tmp_path, method):
    vary = f'method = "{method}"\nn = 8\n"{HANDLE}" = "range"\n{SCALE}'
    study = read_study(ranged(tmp_path, vary))
    assert sorted(int((x - 100) / 25) for x in column(study, HANDLE)) == list(range(8))
    assert sorted(int((x - 0.8) / 0.025) for x in column(study, "staffing.scale")) == list(range(8))
    assert [point.centre.channels["emergency"].handle.mean_s.value for point in study.points] == (
        column(study, HANDLE)
    )


def test_the_seed_alone_decides_the_points(tmp_path):
    path = ranged(tmp_path, 'method = "latin_hypercube"\nn = 4\nranges = "all"')
    first, again, other = read_study(path), read_study(path), read_study(path, seed=8)
    assert column(first, HANDLE) == column(again, HANDLE) != column(other, HANDLE)


@pytest.mark.parametrize(
    ("entry", "counts"),
    [('"range"', [16, 16, 16, 16]), ("{from = 0.5, to = 2.5}", [0, 32, 32])],
)
def test_whole_numbers_are_drawn_whole_and_all_of_them_alike(tmp_path, entry, counts):
    study = read_study(ranged(tmp_path, f'method = "sobol"\nn = 64\n"{RESERVE}" = {entry}'))
    drawn = column(study, RESERVE)
    assert all(isinstance(value, int) for value in drawn)
    assert np.bincount(drawn).tolist() == counts


def test_a_list_is_drawn_from_in_equal_parts(tmp_path):
    vary = 'method = "latin_hypercube"\nn = 6\n"designs.buddies.after_s" = [10, 20, 30]'
    assert sorted(column(read_study(ranged(tmp_path, vary)), "designs.buddies.after_s")) == [
        10, 10, 20, 20, 30, 30,
    ]  # fmt: skip


def test_linked_keys_share_their_place_in_their_ranges(tmp_path):
    vary = (
        f'method = "latin_hypercube"\nn = 16\nlinked = [["{HANDLE}", "staffing.scale"]]\n'
        f'"{HANDLE}" = "range"\n{SCALE}'
        '"staffing.absence_share" = {from = 0, to = 0.2}'
    )
    study = read_study(ranged(tmp_path, vary))
    shares = [(x - 100) / 200 for x in column(study, HANDLE)]
    assert np.allclose(
        shares, [(x - 0.8) / 0.2 for x in column(study, "staffing.scale")], atol=1e-3
    )
    free = [x / 0.2 for x in column(study, "staffing.absence_share")]
    assert not np.allclose(shares, free, atol=0.05)


def test_ranges_take_every_figure_of_these_designs_but_for_exceptions(tmp_path):
    everything = 'method = "latin_hypercube"\nn = 2\nranges = "all"'
    keys = {HANDLE, RESERVE, "groups.north.shifts.0.rostered"}
    assert read_study(ranged(tmp_path, everything)).points[0].varied.keys() == keys
    fewer = everything + '\nexcept = ["groups.*"]\n"staffing.scale" = [1, 2]'
    assert read_study(ranged(tmp_path, fewer)).points[0].varied.keys() == {HANDLE, "staffing.scale"}
    some = 'method = "latin_hypercube"\nn = 2\nranges = ["**.handle"]'
    assert read_study(ranged(tmp_path, some)).points[0].varied.keys() == {HANDLE}


def test_assumptions_are_figures_whose_source_says_so(tmp_path):
    path = ranged(tmp_path, 'method = "latin_hypercube"\nn = 2\nranges = "assumptions"')
    assert read_study(path).points[0].varied.keys() == {RESERVE, "groups.north.shifts.0.rostered"}


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ('"staffing.absence_share" = "range"', "declares no range; write {from"),
        ('ranges = ["chanels.*"]', 'vary.ranges = "chanels.*": unknown key with a range that'),
        ('ranges = "all"\nexcept = ["x"]', 'vary.except = "x": unknown key with a range that'),
        (
            'ranges = ["groups", "*.handle.*"]',
            f"once stood for several, so that it took {HANDLE} too; write ** for any number",
        ),
        (
            'ranges = "all"\nexcept = ["groups.*.rostered"]',
            "took groups.north.shifts.0.rostered too",
        ),
        ('ranges = "all"\nexcept = ["groups..x"]', "is not a dotted key"),
        (f'"{RESERVE}" = {{from = 0.2, to = 0.8}}', "holds no whole number"),
        (f'"{HANDLE}" = {{from = 50, to = 99}}', "lies outside its range [100, 300]"),
        ('ranges = "all"\nexcept = ["*"]', "the centre declares no such range"),
    ],
)
def test_what_cannot_be_drawn_from_is_told(tmp_path, vary, said):
    path = ranged(tmp_path, f'method = "latin_hypercube"\nn = 4\n{vary}')
    with pytest.raises(ConfigError) as refused:
        read_study(path)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{path}: vary")


def test_ranges_of_a_centre_without_any_are_told(tmp_path):
    more = '[vary]\nmethod = "sobol"\nn = 4\nranges = "assumptions"\n'
    path = write_experiment(tmp_path, more=more)
    with pytest.raises(ConfigError, match='"assumptions": there is no figure with a'):
        read_study(path)


def test_a_drawn_number_is_short_and_never_beyond_its_range():
    axis = Axis("x", span=Span(0.12345, 0.6))
    assert axis.at(0.0) == 0.1235
    assert axis.at(0.5) == 0.3617
    assert all(0.12345 <= axis.at(share) <= 0.6 for share in np.linspace(0, 1 - 1e-12, 999))
    assert Axis("x", span=Span(10000, 10000.5)).at(0.3) == 10000.15
    assert isclose(Axis("x", span=Span(0, 4e6)).at(0.33333333), 1_333_000)


def test_a_sample_covers_the_unit_cube_evenly():
    # The mean of each coordinate is 1/2; for a Latin hypercube its standard error is far below
    # that of independent draws, sqrt(1 / 12 n).
    for method in ("latin_hypercube", "sobol"):
        shares = sample(method, 64, 5, seed=3)
        assert shares.min() >= 0
        assert shares.max() < 1
        assert np.abs(shares.mean(axis=0) - 0.5).max() < 0.25 / np.sqrt(12 * 64)


def test_many_points_must_be_meant(tmp_path):
    path = ranged(tmp_path, 'method = "latin_hypercube"\nn = 20000\nranges = "all"')
    with pytest.raises(TooManyPoints, match=r"gives 20,000 points, more than 10,000\. .*--yes"):
        read_study(path)
    few = ranged(tmp_path, 'method = "latin_hypercube"\nn = 3\nranges = "all"')
    with pytest.raises(TooManyPoints):
        read_study(few, most_points=2)
    assert len(read_study(few, most_points=None).points) == 3


def test_an_event_is_varied_by_its_name(tmp_path):
    vary = '\'events."Big storm".factor\' = [2, 3]\n\'events."Big storm".starts\' = ["mon 04:00"]'
    study = read_study(ranged(tmp_path, vary, STORM))
    assert [point.events[0].factor for point in study.points] == [2, 3]
    assert study.points[0].digest != study.points[1].digest
    unvaried = read_study(ranged(tmp_path, "", STORM)).points[0]
    assert unvaried.digest == study.points[0].digest


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("'events.\"Big storm\".factor' = [2, 0.5]", "= 0.5: must be above 1"),
        ("'events.\"Big storm\".lasts_h' = [2, 50]", "= 50: with lasts_h = 50 the event ends 42 h"),
        ('\'events."Big storm".starts\' = ["monday"]', '= "monday": must be a day and a time'),
    ],
)
def test_a_wrong_figure_of_an_event_is_told_of_the_sweep(tmp_path, entry, said):
    path = ranged(tmp_path, entry, STORM)
    with pytest.raises(ConfigError) as refused:
        read_study(path)
    assert str(refused.value).startswith(f'{path}: vary."events.')
    assert said in str(refused.value)


def test_a_sampled_sweep_runs_resumes_and_says_how_its_points_were_drawn(tmp_path):
    vary = 'method = "latin_hypercube"\nn = 3\nranges = "all"'
    path = ranged(tmp_path, vary, STORM, replications=2)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    manifest = read_manifest(folder)
    assert manifest["experiment"]["vary_method"] == "latin_hypercube"
    drawn = [point["varied"] for point in manifest["points"]]
    assert drawn == [dict(point.varied) for point in read_study(path).points]
    header, first = (folder / "summary.csv").read_text("utf-8-sig").splitlines()[:2]
    shown = dict(zip(header.split(","), first.split(","), strict=False))
    assert shown[HANDLE] == str(drawn[0][HANDLE])
    before, watcher = tables(folder), Watcher()
    run_experiment(path, out=tmp_path / "results", jobs=1, progress=watcher)
    assert watcher.found == 6
    assert tables(folder) == before


def test_the_report_tells_of_an_event_as_it_is_at_its_point(tmp_path):
    path = ranged(tmp_path, "'events.\"Big storm\".factor' = [3, 2]", STORM, replications=2)
    folder = run_experiment(path, out=tmp_path / "results", jobs=1)
    study = reference_study(read_results(folder))
    assert study.varied == {'events."Big storm".factor': "3"}
    assert [event.factor for event in study.experiment.events] == [3]


CORRELATED = """
[demand.day_factor]
cv = 0.1
correlation_forces = {value = 0.4, range = [0.0, 0.8]}
correlation_channels = {value = 0.6, range = [0.1, 0.9]}
source = "test"
"""
CLASHING = (
    'method = "latin_hypercube"\nn = 8\n"demand.day_factor.correlation_forces" = "range"\n'
    '"demand.day_factor.correlation_channels" = "range"\n'
)


def correlated(folder, vary):
    path = ranged(folder, vary)
    (folder / "centre" / "centre.toml").write_text(RANGED + CORRELATED, encoding="utf-8")
    return path


def test_drawn_figures_that_contradict_each_other_are_told_of_the_sweep(tmp_path):
    path = correlated(tmp_path, CLASHING)
    with pytest.raises(ConfigError) as refused:
        run_experiment(path, out=tmp_path / "results", jobs=1)
    told = str(refused.value)
    assert told.startswith(f'{path}: vary."demand.day_factor.correlation_channels" = 0.')
    assert "must be at least correlation_forces" in told
    assert "link the two keys in [vary]" in told
    assert not (tmp_path / "results").exists()


def test_linked_they_do_not(tmp_path):
    keys = '["demand.day_factor.correlation_forces", "demand.day_factor.correlation_channels"]'
    path = correlated(tmp_path, f"linked = [{keys}]\n{CLASHING}")
    assert len(check(path).study.points) == 8
