"""Files that are missing, empty, a folder, not text, not TOML; CSVs with a wrong cell."""

from pathlib import Path

import pytest

from sim.config import ConfigError, load_centre, load_experiment

PROFILE = 'column = "emergency", source = "a count"}\nhandle'


@pytest.fixture
def series(folder):
    """Give a function that rewrites the lines of profiles.csv."""
    csv = folder.profiles

    def rewrite(change):
        lines = csv.read_text(encoding="utf-8").splitlines()
        csv.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
        return folder

    return rewrite


def test_the_series_stand_in_the_model(folder):
    centre = folder.load()
    assert centre.channels["emergency"].profile.values == tuple(1 + h % 24 for h in range(168))
    assert centre.groups["south"].rostered.values == (3,) * 168


def test_a_resolved_centre_stands_alone(folder):
    centre = folder.load()
    written = centre.model_dump(mode="json")
    folder.profiles.unlink()
    assert type(centre).model_validate(written) == centre


def test_a_mark_from_windows_and_empty_rows_from_a_spreadsheet_do_no_harm(folder):
    csv = folder.profiles
    csv.write_bytes(b"\xef\xbb\xbf" + csv.read_bytes().replace(b"\n", b"\r\n") + b",,,\r\n\r\n")
    folder.file.write_bytes(b"\xef\xbb\xbf" + folder.file.read_bytes().replace(b"\n", b"\r\n"))
    assert folder.load().groups["south"].rostered.values == (3,) * 168


def test_backslashes_of_windows_lead_to_the_same_file(folder):
    (folder.centre / "series").mkdir()
    folder.profiles.rename(folder.centre / "series" / "profiles.csv")
    folder.edit('"profiles.csv"', "'series\\profiles.csv'")
    assert folder.load().groups["south"].rostered.values == (3,) * 168


def test_a_missing_folder_is_told_with_the_nearest(folder):
    with pytest.raises(ConfigError, match='there is no such folder; did you mean "centre"'):
        load_centre(folder.root / "center")


def test_a_folder_without_a_centre_is_told_with_the_nearest_file(folder):
    folder.file.rename(folder.centre / "center.toml")
    assert folder.problems() == [
        f'{folder.centre}: has no centre.toml in it; did you mean "center.toml"?'
    ]


def test_a_file_for_a_folder_is_told(folder):
    with pytest.raises(ConfigError, match=r"is a file; a folder with a centre\.toml is needed"):
        load_centre(folder.experiment)


def test_the_file_itself_may_stand_for_its_folder(folder):
    assert load_centre(folder.file) == folder.load()


def test_a_missing_experiment_is_told_with_the_nearest(folder):
    with pytest.raises(ConfigError, match=r'no such file; did you mean "experiment\.toml"'):
        load_experiment(folder.root / "experiments.toml")


def test_a_file_in_a_missing_folder_is_told(folder):
    with pytest.raises(ConfigError, match="nor is there a folder"):
        load_experiment(folder.root / "nowhere" / "experiment.toml")


def test_a_folder_for_a_file_is_told(folder):
    with pytest.raises(ConfigError, match="is a folder; a file is needed"):
        load_experiment(folder.root)


def test_a_path_that_no_system_can_hold_is_told(folder):
    for name in ("x\0y", "x" * 5000):
        with pytest.raises(ConfigError, match=r"no such file|cannot be read"):
            load_experiment(folder.root / name)


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(folder, content):
    folder.file.write_bytes(content)
    assert folder.problems() == [f"{folder.file}: is empty"]


def test_a_file_that_is_not_utf_8_is_told_with_the_byte(folder):
    folder.file.write_bytes(b'name = "Caf' + b'\xe9"\n')
    assert folder.problems() == [
        f"{folder.file}: is not UTF-8 text (byte 12 is 0xe9); save it with the encoding UTF-8"
    ]


def test_a_file_that_may_not_be_read_is_told(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert folder.problems() == [f"{folder.file}: cannot be read (permission denied)"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("priority = 0", "priority = = 0", ["line 8: is not valid TOML", "in: priority = = 0"]),
        ('start = "07:00"', "start = 07:00", ['times of day stand in quotes, such as "07:00"']),
        ('"profiles.csv"', '"series\\profiles.csv"', ["write the folders of a file name with /"]),
        ("[groups.south]", "[groups.north]", ["the same name or key stands twice", "groups.north"]),
        ("priority = 0", "priority = 0\npriority = 1", ["line 9", "the same name or key stands"]),
        ("after_s = 20", "after_s = " + "9" * 5000, ["is not TOML that can be read"]),
        ("after_s = 20", "after_s = " + "[" * 5000, ["is not TOML that can be read: is nested"]),
        ("range = [1, 1.3], ", "range = [1, 1.3, ", ["is not valid TOML"]),
    ],
)
def test_broken_toml_is_told_with_its_line(folder, old, new, said):
    (problem,) = folder.edit(old, new).problems()
    assert problem.startswith(f"{folder.file}: ")
    for words in said:
        assert words in problem


def test_a_missing_csv_is_told_with_the_nearest(folder):
    problems = folder.edit('"profiles.csv", column = "posts"', '"profile.csv"').problems()
    key = 'groups.south.rostered.file = "profile.csv"'
    assert problems[0].startswith(f"{folder.file}: groups.south.rostered.column: is missing")
    folder.edit('"profile.csv"', '"profile.csv", column = "posts"')
    assert folder.problems() == [
        f'{folder.file}: {key}: there is no such file; did you mean "profiles.csv"?'
    ]


def test_a_missing_column_is_told_with_the_nearest(folder):
    folder.edit(PROFILE, PROFILE.replace("emergency", "emergencies"))
    assert folder.problems() == [
        (
            f'{folder.profiles}: header = "emergencies": unknown column; did you mean '
            '"emergency"? Known here: hour, emergency, non_emergency, posts'
        )
    ]


def test_a_column_that_stands_twice_is_told(series):
    folder = series(lambda lines: [lines[0].replace("hour", "posts"), *lines[1:]])
    assert folder.problems() == [f'{folder.profiles}: header = "posts": stands twice']


@pytest.mark.parametrize("rows", [167, 169, 24, 0])
def test_a_profile_without_168_hours_is_told(series, rows):
    folder = series(lambda lines: [lines[0], *(2 * lines[1:])[:rows]])
    problems = folder.problems()
    assert len(problems) == 3
    assert problems[0] == (
        f"{folder.profiles}: column emergency: has {rows} rows; a profile needs "
        "168, one for each hour of the week, Monday 00:00 first"
    )


@pytest.mark.parametrize("cell", ["-1", "x", "", "inf", "nan", "1e999", '"1,5"'])
def test_a_wrong_cell_is_told_with_its_row(series, cell):
    folder = series(lambda lines: [*lines[:4], f"3,{cell},5,3", *lines[5:]])
    shown = cell.strip('"')
    assert folder.problems() == [
        f'{folder.profiles}: row 5, column emergency = "{shown}": must be a number, 0 or more'
    ]


def test_a_row_that_is_too_short_is_told(series):
    folder = series(lambda lines: [*lines[:4], "3,4,5", *lines[5:]])
    assert folder.problems() == [
        f'{folder.profiles}: row 5, column posts = "": must be a number, 0 or more'
    ]


def test_many_wrong_cells_are_counted(series):
    folder = series(lambda lines: [lines[0], *(line + "x" for line in lines[1:])])
    problems = folder.problems()
    assert len(problems) == 6
    assert problems[5].endswith("column posts: 163 more rows are wrong in the same column")


def test_a_profile_of_nothing_but_zeros_is_told(series):
    folder = series(lambda lines: [lines[0], *(f"{h},1,0,1" for h in range(168))])
    assert folder.problems() == [
        f"{folder.profiles}: column non_emergency: must not be zero in every hour of the week"
    ]


def test_a_csv_that_is_none_is_told(folder):
    folder.profiles.write_bytes(b'hour,emergency\n0,"1\n')
    assert any("row 2: is not a CSV" in problem for problem in folder.problems())
    folder.profiles.write_bytes(b"\xff\xfe\x00")
    assert any("profiles.csv: is not UTF-8 text" in problem for problem in folder.problems())
    folder.profiles.write_bytes(b"")
    assert any("profiles.csv: is empty" in problem for problem in folder.problems())


def test_empirical_handle_times_come_from_their_column(folder):
    folder.edit(
        'handle = {distribution = "gamma", mean_s = 480, cv = 1.0,',
        'handle = {distribution = "empirical", file = "times.csv",',
    )
    (folder.centre / "times.csv").write_text("handle_s\n30\n400.5\n", encoding="utf-8")
    assert folder.load().channels["non_emergency"].handle.values_s == (30, 400.5)
    (folder.centre / "times.csv").write_text("handle_s\n", encoding="utf-8")
    assert folder.problems() == [
        f"{folder.centre / 'times.csv'}: column handle_s: has no rows below the header"
    ]


CALL_LOG = """\
force,channel,arrival_s,handle_s
South,emergency,-30,200
North Shire,non_emergency,12.5,300
"""


@pytest.fixture
def replay(folder):
    """Give a function that replaces the drawn arrivals by a call log."""
    folder.edit(
        "[demand.bursts]",
        '[demand.call_log]\nfile = "calls.csv"\nsource = "switch"\n[demand.bursts]',
    )

    def write(text):
        (folder.centre / "calls.csv").write_text(text, encoding="utf-8")
        return folder

    return write


def test_a_call_log_stands_in_the_model(replay):
    log = replay(CALL_LOG).load().demand.call_log
    assert log.force == ("South", "North Shire")
    assert log.channel == ("emergency", "non_emergency")
    assert log.arrival_s == (-30, 12.5)
    assert log.handle_s == (200, 300)


def test_a_call_log_needs_neither_profile_nor_handle_time_where_it_brings_them(replay):
    folder = replay(CALL_LOG)
    folder.edit('handle = {distribution = "gamma", mean_s = 480, cv = 1.0, source = "a count"}', "")
    folder.edit(
        'profile = {file = "profiles.csv", column = "non_emergency", source = "a count"}', ""
    )
    folder.load()
    folder = replay("\n".join(row.rsplit(",", 1)[0] for row in CALL_LOG.splitlines()))
    assert folder.problems() == [
        (
            f'{folder.file}: forces."North Shire".contacts.non_emergency.handle: is missing; give '
            "it here, or for every force in channels.non_emergency.handle"
        )
    ]


def test_what_a_logged_call_leads_to_needs_a_handle_time_of_its_own(replay):
    folder = replay(CALL_LOG)
    folder.edit('handle = {distribution = "gamma", mean_s = 480, cv = 1.0, source = "a count"}', "")
    folder.edit(
        "[channels.non_emergency]",
        '[[channels.emergency.follow_on]]\nto = "non_emergency"\nshare = 0.1\ndelay_mean_s = 9\n'
        "[channels.non_emergency]",
    )
    assert folder.problems() == [
        f"{folder.file}: channels.non_emergency.handle: is missing; redials or follow-ons need it"
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Soth,emergency,1,2", 'row 4, column force = "Soth": unknown force; did you mean "South"'),
        ("South,emergncy,1,2", 'row 4, column channel = "emergncy": unknown channel; did you mean'),
        ("South,emergency,x,2", 'row 4, column arrival_s = "x": must be a number'),
        ("South,emergency,inf,2", 'row 4, column arrival_s = "inf": must be a number'),
        ("South,emergency,1,-2", 'row 4, column handle_s = "-2": must be a number, 0 or more'),
        ("South,emergency", 'row 4, column arrival_s = "": must be a number'),
    ],
)
def test_a_wrong_row_of_a_call_log_is_told(replay, row, said):
    problems = replay(CALL_LOG + row + "\n").problems()
    assert any(f"calls.csv: {said}" in problem for problem in problems), problems


def test_an_empty_call_log_and_a_missing_column_are_told(replay):
    folder = replay("force,channel,arrival_s\n")
    assert folder.problems() == [
        f"{folder.centre / 'calls.csv'}: column force: has no rows below the header"
    ]
    folder = replay("force,channel,arrivals_s\nSouth,emergency,3\n")
    assert folder.problems() == [
        (
            f'{folder.centre / "calls.csv"}: header = "arrival_s": unknown column; did you mean '
            '"arrivals_s"? Known here: force, channel, arrivals_s'
        )
    ]
