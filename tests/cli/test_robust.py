"""What `sim run` and `sim check` say of robust conclusions."""

import pytest
from experiment.test_robust_run import CONCLUSIONS, ROBUST, write


@pytest.mark.usefixtures("no_drawing")
def test_a_run_prints_a_line_for_each_conclusion_after_the_answer(sim_, tmp_path):
    path = write(tmp_path, more=(ROBUST + CONCLUSIONS).replace("n = 8", "n = 2"))
    options = ("--jobs", 1, "--replications", 2, "--out", tmp_path / "results")
    status, out, err = sim_("run", path, *options)
    assert status == 0
    lines = out.splitlines()
    after = lines[lines.index("Where it holds, wherever the assumptions lie") :]
    text = " ".join(" ".join(after).split())
    assert "Together [bold] beats Apart: 999, all forces " in text
    assert "Apart meets the target: 999, =East " in text
    assert "Together [bold] beats Apart: all channels, all forces, " in text
    assert "average answer time" in text
    assert "Shares of 4 sets of assumptions drawn evenly" in text
    assert "2 replications each; not probabilities." in text
    assert max(map(len, after[:-1])) <= 100  # the last line holds a path
    assert "small, assumptions: 2 designs, 13 sets." in err


def test_a_check_says_how_many_sets_there_will_be(sim_, tmp_path):
    status, out, _ = sim_("check", write(tmp_path))
    assert status == 0
    said = "3 conclusions asked of 2 assumptions over their ranges: 37 sets x 2 designs x 3"
    assert said in " ".join(out.split())


def test_a_wrong_conclusion_exits_2_and_names_it(sim_, tmp_path):
    path = write(tmp_path, more=(ROBUST + CONCLUSIONS).replace('"=East"', '"East"'))
    status, _, err = sim_("check", path)
    assert status == 2
    assert 'robust.conclusions.1.force = "East"' in err
    assert 'did you mean "=East"?' in err
