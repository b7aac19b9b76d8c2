"""Whatever stands in the files, the answer is a centre or a `ConfigError`, nothing else."""

import datetime as dt
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_centre import CENTRE, EXPERIMENT, PROFILES, plain_lines

from sim.config import ConfigError

SETTINGS = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JUNK = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                float("inf"), float("nan"), -1, 0, 10**400, -0.0, 1e300, "", " ", "all", "\x1b[31m",
                "\ud800", "a\0b", "07:00", "24:00", "assumption: x", "emergency", "never", True,
                dt.date(2015, 12, 17), dt.time(7), {"value": 1}, {"value": "x"},
                {"distribution": "lognormal"}, {"distribution": []}, {"file": "profiles.csv"},
                {"file": ".", "column": "x"}, {"file": "", "column": ""},
            ]
        ),
        st.text(max_size=5),
        st.integers(),
        st.floats(),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)  # fmt: skip


def paths(table, above=()):
    """Give the path of every entry of a TOML document."""
    entries = table.items() if isinstance(table, dict) else enumerate(table)
    for key, entry in entries:
        yield (*above, key)
        if isinstance(entry, dict | list):
            yield from paths(entry, (*above, key))


def replaced(document, path, junk):
    """Give a document with junk at a path, or the entry taken out where junk is None."""
    copy = tomllib.loads(document)
    section = copy
    for part in path[:-1]:
        section = section[part]
    if junk is None:
        del section[path[-1]]
    else:
        section[path[-1]] = junk
    return copy


def answers(load):
    """Check that loading gives a value, or problems that can be read."""
    try:
        load()
    except ConfigError as error:
        lines = plain_lines(error)
    else:
        return
    assert lines
    assert all(line.isprintable() for line in lines)


@given(path=st.sampled_from(sorted(paths(tomllib.loads(CENTRE)), key=str)), junk=st.none() | JUNK)
@SETTINGS
def test_junk_anywhere_in_a_centre(lasting_folder, monkeypatch, path, junk):
    content = replaced(CENTRE, path, junk)
    monkeypatch.setattr("sim.config.loading.read_toml", lambda _: content)
    answers(lasting_folder.load)


@given(
    path=st.sampled_from(sorted(paths(tomllib.loads(EXPERIMENT)), key=str)), junk=st.none() | JUNK
)
@SETTINGS
def test_junk_anywhere_in_an_experiment(lasting_folder, monkeypatch, path, junk):
    contents = {
        lasting_folder.experiment: replaced(EXPERIMENT, path, junk),
        lasting_folder.file: tomllib.loads(CENTRE),
    }
    monkeypatch.setattr("sim.config.loading.read_toml", lambda file: contents[file])
    answers(lasting_folder.load_experiment)


@given(vary=st.dictionaries(st.text(max_size=8) | st.just("staffing.scale"), JUNK, max_size=2))
@SETTINGS
def test_junk_in_a_sweep(lasting_folder, monkeypatch, vary):
    contents = {
        lasting_folder.experiment: tomllib.loads(EXPERIMENT) | {"vary": vary},
        lasting_folder.file: tomllib.loads(CENTRE),
    }
    monkeypatch.setattr("sim.config.loading.read_toml", lambda file: contents[file])
    answers(lasting_folder.load_experiment)


@given(key=st.text(max_size=20) | st.sampled_from(["staffing.scale", "groups.north"]), junk=JUNK)
@SETTINGS
def test_junk_from_outside(lasting_folder, key, junk):
    answers(lambda: lasting_folder.load({key: junk}))


@given(at=st.integers(0, len(CENTRE)), cut=st.integers(0, 5), junk=st.binary(max_size=4))
@SETTINGS
def test_any_bytes_in_the_toml(folder, at, cut, junk):
    content = CENTRE.encode()
    folder.file.write_bytes(content[:at] + junk + content[at + cut :])
    answers(folder.load)


@given(at=st.integers(0, 2000), cut=st.integers(0, 5), junk=st.binary(max_size=4))
@SETTINGS
def test_any_bytes_in_the_csv(folder, at, cut, junk):
    content = PROFILES.encode()
    folder.profiles.write_bytes(content[:at] + junk + content[at + cut :])
    answers(folder.load)


@pytest.mark.parametrize("text", ["[[centre]]", "centre = ''", "vary = 3", "[vary]\nx.from = 1"])
def test_odd_experiments(folder, text):
    folder.experiment.write_text(text, encoding="utf-8")
    answers(folder.load_experiment)
