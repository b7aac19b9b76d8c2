"""What an experiment's first sentence is read for: wrong answers have a clear message."""

import pytest
from experiment.small_experiment import write_experiment

from sim.config import ConfigError
from sim.experiment import read_study

VARIED = '[vary]\n"staffing.scale" = [0.9, 1.0]\n'
ANSWER = '[answer]\nholds = "as_now"\nalong = "staffing.scale"\n'
FIGURE = '[[published]]\nchannel = "emergency"\nvalue = 0.9\nsource = "test"\n'


def test_a_sound_answer_and_a_published_figure_are_read(tmp_path):
    study = read_study(write_experiment(tmp_path, more=VARIED + ANSWER + FIGURE))
    assert study.experiment.answer.along == "staffing.scale"
    assert study.experiment.published[0].ends == (0.9, 0.9)


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        (ANSWER, "answer.along", "is not varied"),
        (VARIED + ANSWER.replace("scale", "scal"), "answer.along", '"staffing.scale"'),
        (VARIED + ANSWER.replace("as_now", "asnow"), "answer.holds", "as_now"),
        ('[answer]\nholds = "as_now"\n', "answer.along", "is missing"),
        ('[answer]\nholds = "published"\n', "answer.holds", "[[published]]"),
        (VARIED + ANSWER + 'channels = ["emergenc"]\n', "answer.channels.0", '"emergency"'),
        (VARIED + ANSWER + 'forces = ["East"]\n', "answer.forces.0", '"=East"'),
        (FIGURE.replace('"emergency"', '"emergenc"'), "published.0.channel", '"emergency"'),
        (FIGURE + 'force = "East"\n', "published.0.force", '"=East"'),
        (FIGURE + 'measure = "service_leve"\n', "published.0.measure", '"service_level"'),
        (FIGURE.replace('source = "test"\n', ""), "published.0.source", "is missing"),
        (
            f'{FIGURE}measure = "asa_s"\n{FIGURE}{FIGURE.replace("0.9", "0.8")}force = "all"\n',
            "published.2",
            "service_level of all on emergency stands in published.1 already; leave one of the two",
        ),
        (FIGURE + "range = [0.95, 0.85]\n", "published.0", "runs from high to low"),
        (FIGURE + "range = [0.1, 0.2]\n", "published.0", "0.9 lies outside its range"),
        (FIGURE.replace("0.9", "92"), "published.0.value", "from 0 to 1"),
        (VARIED + ANSWER + "forces = []\n", "answer.forces", "names no force"),
        (VARIED + ANSWER + 'called = ""\n', "answer.called", "must not be empty"),
    ],
)
def test_a_wrong_answer_has_its_clear_message(tmp_path, more, key, says):
    path = write_experiment(tmp_path, more=more)
    with pytest.raises(ConfigError) as error:
        read_study(path)
    about = [line for line in str(error.value).splitlines() if key in line]
    assert any(says in line for line in about), str(error.value)
    assert str(path) in about[0]


def test_with_one_design_alone_there_is_no_baseline_to_match(tmp_path):
    path = write_experiment(tmp_path, more=VARIED + ANSWER)
    text = path.read_text(encoding="utf-8").replace('["apart", "together"]', '["apart"]')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="with one alone it may be target"):
        read_study(path)
