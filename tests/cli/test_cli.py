"""The command line: what it prints, and how it ends."""

import json
import os
import shlex
import subprocess
import sys

import pytest
from experiment.small_experiment import blocks, write_centre, write_experiment

import sim.report
from sim.experiment import run as run_module
from sim.experiment import run_experiment


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = tmp_path_factory.mktemp("finished")
    path = write_experiment(place)
    return path, run_experiment(path, out=place / "results", jobs=1)


def process(*arguments, **options):
    command = [sys.executable, "-m", "sim", *map(str, arguments)]
    return subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, text=True, encoding="utf-8", check=False, **options
    )


# sim run

LOTS = """[vary]
"staffing.scale" = {from = 0.5, to = 1.5, step = 0.0002}
"staffing.absence_share" = [0.01, 0.02, 0.03, 0.04]
"""


def test_very_many_points_by_accident_are_refused_before_any_is_read(sim_, tmp_path):
    path = write_experiment(tmp_path, more=LOTS)
    status, out, err = sim_("run", path, "--out", tmp_path / "results")
    assert (status, out) == (2, "")
    assert "vary: gives 20,004 points, more than 10,000. If they are meant, say --yes" in err
    assert not (tmp_path / "results").exists()


def test_very_many_points_that_are_meant_are_read(sim_, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.sweep.MANY_POINTS", 1)
    path = write_experiment(tmp_path, more='[vary]\n"staffing.scale" = [0.9, 1]\n')
    arguments = ("run", path, "--out", tmp_path / "results", "--dry-run")
    assert sim_(*arguments)[0] == 2
    assert sim_(*arguments, "--yes")[0] == 0
    assert sim_("check", path)[0] == 2
    assert sim_("check", path, "--yes")[0] == 0


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 2)])
def test_on_a_terminal_the_user_is_asked_whether_many_points_are_meant(
    sim_, tmp_path, monkeypatch, answer, status
):
    monkeypatch.setattr("sim.experiment.sweep.MANY_POINTS", 1)
    monkeypatch.setattr("sim.cli.display.on_terminal", lambda: True)
    asked = []
    monkeypatch.setattr("typer.confirm", lambda text: asked.append(text) or answer == "y")
    path = write_experiment(tmp_path, more='[vary]\n"staffing.scale" = [0.9, 1]\n')
    assert sim_("run", path, "--out", tmp_path / "results", "--dry-run")[0] == status
    assert asked == [f"{path} asks for 2 points. Go on?"]


def test_a_dry_run_says_what_a_run_would_do_and_writes_nothing(sim_, tmp_path):
    more = "max = 9\nuntil = {channel = 'emergency', half_width = 0.1}\n"
    path = write_experiment(tmp_path, more=more)
    results = tmp_path / "results"
    status, out, err = sim_("run", path, "--out", results, "--jobs", 2, "--dry-run")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "small: 1 point x 2 designs x 4 to 9 replications."
    assert lines[1] == "Stored already: 0 of the first 4."
    assert lines[2].startswith("Time: about ")
    assert "with 2 workers and the compiled engine" in lines[2]
    assert lines[3].startswith("Disk: about ")
    assert lines[-1].endswith("Nothing was written.")
    assert not results.exists()


def test_a_dry_run_of_a_shard_says_what_the_part_is_and_what_it_leaves(sim_, tmp_path):
    more = "max = 9\nuntil = {channel = 'emergency', half_width = 0.1}\n"
    path = write_experiment(tmp_path, more=more)
    shard = ("--shard", "2/3", "--dry-run", "--jobs", 1)
    status, out, err = sim_("run", path, "--out", tmp_path / "results", *shard)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[1] == "Shard 2/3 is 1 of the first 4."
    assert lines[2] == "Stored already: 0 of these 1."
    assert lines[3].endswith("with 1 worker and the compiled engine.")
    assert "shard-2-of-3; " in lines[4]
    left = "Left to sim merge: the tables, replications from 5 to 9 if the rule asks for them."
    assert lines[5] == left
    assert not (tmp_path / "results").exists()


@pytest.mark.usefixtures("no_drawing")
def test_what_was_reached_stands_below_the_table(sim_, tmp_path):
    more = "max = 5\nuntil = {channel = 'emergency', half_width = 1e-4}\n"
    path = write_experiment(tmp_path, more=more)
    _, out, _ = sim_("run", path, "--out", tmp_path / "results", "--jobs", 1)
    (line,) = [line for line in out.splitlines() if "half-width" in line]
    assert line.startswith("999 service level, ")
    assert line.endswith(" points, wanted 0.01: not reached.")


def test_a_wrong_span_of_time_is_told(sim_, tmp_path):
    status, _, err = sim_("run", write_experiment(tmp_path), "--time", "10")
    assert status == 2
    assert '--time "10": must be hours, minutes or seconds, such as 2h' in err


def test_a_check_says_what_a_sample_is_drawn_over(sim_, tmp_path):
    more = '[vary]\nmethod = "sobol"\nn = 4\n"staffing.scale" = {from = 0.9, to = 1.1}\n'
    status, out, _ = sim_("check", write_experiment(tmp_path, more=more))
    assert status == 0
    assert "4 points x 2 designs x 4 replications." in out
    assert "Drawn with seed 7 as Sobol' points, scrambled; lowest and highest:" in out
    assert "staffing.scale" in out


@pytest.mark.usefixtures("no_drawing")
def test_a_run_ends_with_a_table_and_the_path_of_the_report(sim_, tmp_path):
    path = write_experiment(tmp_path)
    status, out, err = sim_("run", path, "--out", tmp_path / "results", "--jobs", 1)
    assert status == 0
    assert out.startswith("Is one room better than two?\n")
    assert out.rstrip().endswith(str(tmp_path / "results" / "small" / "report.html"))
    assert "\x1b" not in out
    lines = out.splitlines()
    assert max(map(len, lines[:-1])) <= 100
    rows = [line for line in lines if line.startswith("  ")]
    assert sum("North, & <b>South</b>" in row for row in rows) == 4
    assert sum("=East" in row for row in rows) == 4
    assert sum("all forces" in row for row in rows) == 4
    assert "Together [bold]" in lines  # markup in names is text
    assert all("(" in row for row in rows[1:])  # never a figure without its interval
    assert all(any(verdict in row for verdict in ("met", "uncertain")) for row in rows[1:])
    assert err.startswith("small: 2 designs.\n4 of 4 replications")


@pytest.mark.usefixtures("no_drawing")
def test_quiet_prints_the_path_and_no_more(sim_, tmp_path):
    path = write_experiment(tmp_path, replications=1)
    status, out, err = sim_("run", path, "--out", tmp_path, "--jobs", 1, "--quiet")
    assert status == 0
    assert out == f"Report: {tmp_path / 'small' / 'report.html'}\n"
    assert err == ""


def test_a_run_without_its_report_says_if_there_is_an_older_one(sim_, tmp_path):
    path = write_experiment(tmp_path, replications=1)
    asked = ("run", path, "--out", tmp_path, "--jobs", 1, "--quiet", "--no-report")
    assert sim_(*asked) == (0, f"Tables: {tmp_path / 'small'}\n", "")
    page = tmp_path / "small" / "report.html"
    assert not page.exists()
    page.write_text("<p>older</p>", encoding="utf-8")
    assert f"{page} is of an earlier run" in sim_(*asked)[1]


@pytest.mark.usefixtures("no_drawing")
def test_options_stand_in_place_of_the_file(sim_, tmp_path):
    path = write_experiment(tmp_path, replications=50)
    options = ("--replications", 2, "--seed", 99, "--engine", "simpy", "--jobs", 1)
    assert sim_("run", path, "--out", tmp_path, *options)[0] == 0
    manifest = json.loads((tmp_path / "small" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 99
    assert manifest["replications"]["reached"] == {"0": 2}
    assert "report.html" in manifest["files"]
    assert len(blocks(tmp_path / "small")) == 2


@pytest.mark.usefixtures("no_drawing")
def test_a_sweep_names_its_point_above_each_block(sim_, tmp_path):
    more = '[vary]\n"staffing.scale" = [0.9, 1.0]\n'
    path = write_experiment(tmp_path, replications=1, more=more)
    _, out, err = sim_("run", path, "--out", tmp_path, "--jobs", 1)
    assert "staffing.scale = 0.9, Apart" in out.splitlines()
    assert "staffing.scale = 1.0, Together [bold]" in out.splitlines()
    assert "no interval" in out
    assert "95% intervals over 1 replication." in " ".join(out.split())
    assert "2 points" in err


@pytest.mark.usefixtures("no_drawing")
def test_a_run_that_finds_everything_stored_says_so_in_one_line(sim_, tmp_path):
    until = (
        'max = 24\nuntil = {measure = "service_level", channel = "emergency", half_width = 1e-9}\n'
    )
    path = write_experiment(tmp_path, replications=4, more=until)
    command = ("run", path, "--out", tmp_path / "r", "--jobs", 1)
    first = sim_(*command)[2].splitlines()
    assert first[1].startswith("999 service level, ")
    assert first[1].endswith(" points, wanted 1e-07; 10 more replications.")
    assert sim_(*command)[2] == "small: 2 designs, 24 of 24 replications, all found.\n"


@pytest.mark.parametrize(
    ("right", "wrong"), [("service_level", "service_levl"), ("emergency", "emergancy")]
)
@pytest.mark.parametrize("command", [("check",), ("run", "--replications", 2)])
def test_a_stopping_rule_that_cannot_be_followed_is_refused(sim_, tmp_path, command, right, wrong):
    until = 'max = 9\nuntil = {measure = "service_level", channel = "emergency", half_width = 1}\n'
    path = write_experiment(tmp_path, more=until.replace(right, wrong))
    status, _, err = sim_(*command, path)
    assert status == 2
    assert f"{path}: replications.until." in err
    assert f'did you mean "{right}"' in err


@pytest.mark.usefixtures("no_drawing")
def test_one_failure_does_not_stop_the_rest(sim_, tmp_path):
    good = write_experiment(tmp_path, replications=1)
    bad = write_experiment(tmp_path, replications=1, name="bad")
    bad.write_text(bad.read_text(encoding="utf-8").replace("apart", "aprt"), encoding="utf-8")
    missing = tmp_path / "missing.toml"
    status, out, err = sim_("run", bad, missing, good, "--out", tmp_path / "r", "--jobs", 1)
    assert status == 2
    assert (tmp_path / "r" / "small" / "manifest.json").exists()
    assert "Is one room better" in out
    assert err.rstrip().endswith(f"2 of 3 experiments failed:\n  {bad}\n  {missing}")
    assert "aprt" in err


@pytest.mark.usefixtures("no_drawing")
def test_a_wrong_experiment_is_told_before_the_good_ones_run(sim_, tmp_path):
    good = write_experiment(tmp_path, replications=1)
    bad = write_experiment(tmp_path, replications=1, name="bad")
    bad.write_text(bad.read_text(encoding="utf-8").replace("apart", "aprt"), encoding="utf-8")
    status, out, err = sim_("run", good, bad, "--out", tmp_path / "r", "--jobs", 1)
    assert status == 2
    assert "Is one room better" in out
    assert err.index("aprt") < err.index("small: 2 designs.")
    assert err.count("aprt") == 1  # told once
    assert err.endswith(f"1 of 2 experiments failed:\n  {bad}\n")


def test_two_experiments_of_one_name_are_refused_before_either_runs(sim_, tmp_path):
    first, second = write_experiment(tmp_path / "a"), write_experiment(tmp_path / "b")
    status, _, err = sim_("run", first, second, "--out", tmp_path / "r")
    assert status == 2
    assert "both write" in err
    assert not (tmp_path / "r").exists()


@pytest.mark.usefixtures("no_drawing")
def test_a_folder_means_the_experiments_in_it_by_name(sim_, tmp_path):
    write_experiment(tmp_path / "x", replications=1, name="second")
    write_experiment(tmp_path / "x", replications=1, name="first")
    (tmp_path / "x" / "broken.toml").write_text('question = "?"\ncentre = 5\n', encoding="utf-8")
    (tmp_path / "x" / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    (tmp_path / "x" / "centre.toml").write_text('name = "x"\n[designs]\n', encoding="utf-8")
    first = tmp_path / "x" / "first.toml"
    status, _, err = sim_("run", first, tmp_path / "x", "--out", tmp_path / "r", "--jobs", 1)
    assert status == 2
    assert err.index("first: 2 designs.") < err.index("second: 2 designs.")
    assert err.rstrip().endswith(f"1 of 3 experiments failed:\n  {tmp_path / 'x' / 'broken.toml'}")
    assert sorted(entry.name for entry in (tmp_path / "r").iterdir()) == ["first", "second"]


def test_a_folder_without_an_experiment_is_refused(sim_, tmp_path):
    (tmp_path / "empty").mkdir()
    good = write_experiment(tmp_path)
    status, _, err = sim_("run", good, tmp_path / "empty", "--out", tmp_path / "r")
    assert status == 2
    assert "empty: is a folder without an experiment" in err
    status, _, err = sim_("run", tmp_path / "mising", "--out", tmp_path / "r")
    assert status == 2
    assert "there is no such file" in err
    assert not (tmp_path / "r").exists()


@pytest.mark.usefixtures("no_drawing")
def test_shards_are_run_told_of_and_merged(sim_, tmp_path):
    path = write_experiment(tmp_path, replications=3)
    results = tmp_path / "r" / "small"
    for number in (1, 2):
        status, out, err = sim_(
            "run", path, "--out", tmp_path / "r", "--jobs", 1, "--shard", f"{number}/2"
        )
        assert status == 0
        assert f"small, shard {number}/2: 2 designs." in err
        assert f"sim merge {results}" in out
        assert "Is one room better" not in out
    status, out, _ = sim_("status", results / "shard-2-of-2")
    assert status == 0
    assert "shard 2/2: finished" in " ".join(out.split())
    assert "A shard has no tables" in out
    status, out, err = sim_("merge", results, "--jobs", 1)
    assert status == 0
    assert "2 shards brought together" in err
    assert "Is one room better" in out
    assert (results / "summary.csv").exists()


@pytest.mark.usefixtures("no_drawing")
def test_a_failed_point_is_told_with_status_one_and_in_the_status(sim_, tmp_path, monkeypatch):
    path = write_experiment(
        tmp_path, replications=1, more='[vary]\n"staffing.scale" = [0.9, 1.0]\n'
    )
    work = run_module.run_task

    def faulty(task):
        return fail() if task.point else work(task)

    monkeypatch.setattr(run_module, "run_task", faulty)
    status, _, err = sim_("run", path, "--out", tmp_path / "r", "--jobs", 1)
    assert status == 1
    assert "Error: 1 of 2 points failed" in err
    assert "Traceback" not in err
    status, out, _ = sim_("status", tmp_path / "r" / "small")
    assert status == 0
    assert "not finished" in out
    assert "Point 1 failed: ZeroDivisionError: a fault of ours" in out


def test_the_results_folder_may_not_be_a_file(sim_, tmp_path):
    path = write_experiment(tmp_path, replications=1)
    (tmp_path / "taken").write_text("a file")
    status, _, err = sim_("run", path, "--out", tmp_path / "taken", "--jobs", 1)
    assert status == 2
    assert "--out" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "no_such_file.toml"),
        ("run", "x.toml", "--replications", "0"),
        ("run", "x.toml", "--jobs", "-1"),
        ("run", "x.toml", "--seed", "x"),
        ("run", "x.toml", "--no-such-option"),
        ("run", "x.toml", "--shard", "9/8"),
        ("run", "x.toml", "--shard", "3"),
        ("run", "."),
        ("merge",),
        ("merge", "no_such_folder"),
        ("check", "no_such_folder"),
        ("trace", "x.toml"),
        ("trace", "x.toml", "--design", "d", "--hours", "-1"),
        ("report", "no_such_folder"),
        ("status", "no_such_folder"),
        ("no_such_command",),
    ],
)
def test_wrong_input_ends_with_two_and_no_traceback(sim_, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = sim_(*arguments)
    assert status == 2
    assert err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_an_unknown_engine_names_those_there_are(sim_, tmp_path):
    path = write_experiment(tmp_path)
    status, _, err = sim_("run", path, "--out", tmp_path / "r", "--engine", "simpi")
    assert status == 2
    assert "simpy" in err


def fail(*_, **__):
    raise ZeroDivisionError("a fault of ours")


def test_a_fault_apologises_and_keeps_its_traceback_in_a_file(sim_, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiment.run_experiment", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    status, _, err = sim_("run", "x.toml")
    assert status == 1
    assert "Sorry" in err
    assert "ZeroDivisionError: a fault of ours" in err
    assert "Traceback" not in err
    (kept,) = tmp_path.glob("sim-fault-*.txt")
    assert str(kept) in err
    assert "Traceback" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("--debug", "run", "x.toml"), ("run", "x.toml", "--debug")])
def test_debug_shows_the_traceback_wherever_it_stands(sim_, monkeypatch, arguments):
    monkeypatch.setattr("sim.experiment.run_experiment", fail)
    status, _, err = sim_(*arguments)
    assert status == 1
    assert "Traceback" in err
    assert "ZeroDivisionError" in err


def test_an_interruption_ends_with_130_and_says_how_to_go_on(sim_, monkeypatch, tmp_path):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiment.run_experiment", interrupt)
    first, second = write_experiment(tmp_path), write_experiment(tmp_path, name="second")
    status, _, err = sim_("run", first, second)
    assert status == 130
    assert "run the same command to go on" in err


def test_an_interruption_of_the_first_imports_prints_one_line(sim_, monkeypatch):
    class Interrupting:
        @staticmethod
        def find_spec(*_):
            raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "sim.cli.commands")
    monkeypatch.setattr(sys, "meta_path", [Interrupting])
    assert sim_("--help") == (130, "", "Interrupted.\n")


def test_a_report_that_cannot_be_drawn_leaves_the_tables(sim_, monkeypatch, tmp_path):
    monkeypatch.setattr(sim.report, "draw_report", fail)
    path = write_experiment(tmp_path, replications=1)
    status, out, err = sim_("run", path, "--out", tmp_path, "--jobs", 1, "--debug")
    assert status == 1
    assert "Is one room better" in out
    assert "ZeroDivisionError" in err
    assert (tmp_path / "small" / "summary.csv").exists()


# The other commands


@pytest.mark.parametrize("target", ["centre", "centre/centre.toml", "small.toml"])
def test_check_prints_loads_and_erlangs_answers(sim_, tmp_path, target):
    write_experiment(tmp_path)
    status, out, _ = sim_("check", tmp_path / target)
    assert status == 0
    assert f"{tmp_path / target}: sound." in out.replace("\n", "")
    emergency = next(line for line in out.splitlines() if "<b>" in line and " emergency " in line)
    # 120 calls a day of 200 s are 0.2778 Erlang.
    assert emergency.split()[-5:] == ["120.0", "200", "120", "0.28", "0.42"]
    assert "90% in 10 s" in out
    assert max(map(len, out.splitlines()[1:])) <= 100


def test_check_goes_on_after_a_wrong_path(sim_, tmp_path):
    write_experiment(tmp_path)
    status, out, err = sim_("check", tmp_path / "none", tmp_path / "small.toml")
    assert status == 2
    assert "sound" in out
    assert "none" in err


def test_trace_tells_every_event_as_csv(sim_, tmp_path):
    path = write_experiment(tmp_path)
    status, out, err = sim_("trace", path, "--design", "together", "--hours", 4)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "time_s,hour_of_week,event,contact,force,channel,group,waiting,free"
    assert len(lines) > 50
    file = tmp_path / "trace.csv"
    assert sim_("trace", path, "--design", "together", "--hours", 4, "--out", file)[0] == 0
    assert file.read_text(encoding="utf-8-sig").splitlines() == lines


def test_trace_of_an_unknown_design_names_the_nearest(sim_, tmp_path):
    path = write_experiment(tmp_path)
    status, _, err = sim_("trace", path, "--design", "togehter")
    assert status == 2
    assert 'mean "together"' in err


@pytest.mark.skipif(os.name == "nt", reason="head")
def test_a_reader_who_has_seen_enough_is_no_error(tmp_path):
    path = write_experiment(tmp_path)
    text = path.read_text(encoding="utf-8").replace("measured_h = 12", "measured_h = 168")
    path.write_text(text, encoding="utf-8")
    tracing = shlex.join([sys.executable, "-m", "sim", "trace", str(path), "--design", "apart"])
    command = f"{tracing} | head -2; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(  # noqa: S603 - our own command
        ["/bin/bash", "-c", command], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "0"
    assert ended.stderr == ""


def unread(*arguments, errors=subprocess.PIPE):
    """Run a command whose output nobody reads; give its status and what it said beside it."""
    command = [sys.executable, "-m", "sim", *map(str, arguments)]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=errors, text=True
    ) as process:
        process.stdout.close()
        said = "" if process.stderr is None else process.stderr.read()
    return process.returncode, said


@pytest.mark.skipif(os.name == "nt", reason="closed pipes are told otherwise")
def test_a_run_that_nobody_reads_is_finished_all_the_same(tmp_path):
    good = write_experiment(tmp_path, replications=1)
    bad = write_experiment(tmp_path, replications=1, name="bad")
    bad.write_text(bad.read_text(encoding="utf-8").replace("apart", "aprt"), encoding="utf-8")
    options = ("--out", tmp_path / "r", "--jobs", 1)
    status, said = unread("run", good, *options)
    assert status == 0
    assert "Traceback" not in said
    assert (tmp_path / "r" / "small" / "report.html").exists()
    both = ("run", good, bad, *options, "--replications", 2)
    assert unread(*both, errors=subprocess.STDOUT)[0] == 2  # not 0: one of them is wrong
    manifest = json.loads((tmp_path / "r" / "small" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["replications"]["reached"] == {"0": 2}


@pytest.mark.skipif(os.name == "nt", reason="closed pipes are told otherwise")
def test_check_and_status_that_nobody_reads_end_quietly(tmp_path, finished):
    path = write_experiment(tmp_path)
    assert unread("check", path) == (0, "")
    assert unread("status", finished[1]) == (0, "")


def test_status_counts_what_is_there(sim_, finished):
    status, out, _ = sim_("status", finished[1])
    assert status == 0
    assert f"{finished[0]}: finished" in out.replace("\n", "")
    assert out.split()[-6:] == ["0", "4", "4", "0", "0", "4"]


def test_schema_is_json_schema_that_the_starter_fits(sim_, tmp_path):
    import tomllib  # noqa: PLC0415

    import jsonschema  # noqa: PLC0415

    status, out, _ = sim_("schema")
    assert status == 0
    schema = json.loads(out)
    assert sim_("init", tmp_path / "new")[0] == 0
    for file in (tmp_path / "new").glob("*.toml"):
        jsonschema.validate(tomllib.loads(file.read_text(encoding="utf-8")), schema)
    assert sim_("schema", "--out", tmp_path / "s.json")[0] == 0
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == out


@pytest.mark.usefixtures("no_drawing")
def test_the_starter_can_be_checked_and_run_as_it_is(sim_, tmp_path):
    status, out, _ = sim_("init", tmp_path / "new")
    assert status == 0
    (experiment,) = [line for line in out.splitlines() if "alone" in line]
    assert sim_("check", experiment)[0] == 0
    run = ("run", experiment, "--out", tmp_path / "r", "--jobs", 1, "--replications", 1)
    assert sim_(*run)[0] == 0
    assert sim_("init", tmp_path / "new")[0] == 2  # it does not write over what is there


@pytest.mark.usefixtures("no_drawing")
def test_report_draws_the_page_again_and_enters_it_in_the_manifest(sim_, tmp_path):
    folder = run_experiment(write_experiment(tmp_path, replications=1), out=tmp_path, jobs=1)
    status, out, _ = sim_("report", folder)
    assert (status, out) == (0, f"Report: {folder / 'report.html'}\n")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert "report.html" in manifest["files"]


def test_version_and_help(sim_):
    assert sim_("--version")[:2] == (0, "0.1.0\n")
    status, out, _ = sim_("--help")
    assert status == 0
    for command in ("run", "check", "trace", "report", "status", "schema", "init"):
        assert f"\n  {command} " in out
    assert "Commands:" in "".join(sim_()[1:])


@pytest.mark.skipif(os.name == "nt", reason="processor time of children")
def test_help_is_quick_because_it_imports_no_room():
    import resource  # noqa: PLC0415

    code = (
        "import sys; sys.argv = ['sim', '--help']\n"
        "from sim.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'pyarrow', 'pydantic', 'matplotlib', 'simpy'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 0.5


def test_a_terminal_without_the_letters_still_gets_its_table(tmp_path):
    path = write_experiment(tmp_path, replications=1, name="é")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = process("check", path, env=environment)
    assert ended.returncode == 0
    assert "sound" in ended.stdout


def test_a_centre_folder_is_no_experiment(sim_, tmp_path):
    status, _, err = sim_("run", write_centre(tmp_path), "--out", tmp_path / "r")
    assert status == 2
    assert "Traceback" not in err
