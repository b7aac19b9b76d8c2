"""Each wrong input has its clear answer: file, key, value, what is allowed, the nearest key."""

import pytest

from sim.config import ConfigError

MEAN = 'handle = {distribution = "lognormal", mean_s = 300'

# what is wrong -> (text to replace, replacement, what the one problem must say)
WRONG = {
    "unknown key": (
        "priority = 0",
        "priority = 0\nanswer_wihtin_s = 3",
        ['channels.emergency.answer_wihtin_s = 3: unknown key; did you mean "answer_within_s"?'],
    ),
    "unknown key inside a fact": (
        "share = {value = 0.8, range",
        "share = {value = 0.8, rang = 1, range",
        ['channels.emergency.redial.share.rang = 1: unknown key; did you mean "range"?'],
    ),
    "unknown table": (
        "[staffing]",
        "[stafing]\n[staffing]",
        ['stafing = {}: unknown key; did you mean "staffing"? Known here: name, description'],
    ),
    "misspelt needed key is told once": (
        "seen_by_two_share",
        "seen_by_tow_share",
        ['demand.bursts.seen_by_tow_share = 0.1: unknown key; did you mean "seen_by_two_share"?'],
    ),
    "missing key": ("absence_share = 0.05\n", "", ["staffing.absence_share: is missing; a number"]),
    "missing section": (
        "[staffing]",
        "[forces.X]\n[staffing]",
        ["forces.X.contacts: is missing; a table"],
    ),
    "negative time": (MEAN, MEAN.replace("300", "-3"), ["handle.mean_s = -3: must be above 0"]),
    "negative volume": (
        "{per_day = 500}",
        "{per_day = -500}",
        ['forces."North Shire".contacts.non_emergency.per_day = -500: must be 0 or more'],
    ),
    "infinite time": (
        MEAN,
        MEAN.replace("300", "inf"),
        ["channels.emergency.handle.mean_s = inf: must be a finite number"],
    ),
    "no number": (
        MEAN,
        MEAN.replace("300", "{value = nan}"),
        ["channels.emergency.handle.mean_s.value = nan: must be a finite number"],
    ),
    "number too large to hold": (
        MEAN,
        MEAN.replace("300", "1" * 400),
        ["channels.emergency.handle.mean_s = 111", "must be a number"],
    ),
    "share above 1": (
        "shrinkage_share = 0.2",
        "shrinkage_share = 20",
        ["staffing.shrinkage_share = 20: must be a share from 0 to 1 (90% is 0.9)"],
    ),
    "range beyond a share": (
        "value = 0.8, range = [0.5, 0.9]",
        "value = 0.8, range = [0.5, 9]",
        ["channels.emergency.redial.share = {value = 0.8", "ends of its range must be a share"],
    ),
    "value outside its range": (
        "value = 0.8, range = [0.5, 0.9]",
        "value = 0.8, range = [0.5, 0.7]",
        ["channels.emergency.redial.share", "the value 0.8 lies outside its range [0.5, 0.7]"],
    ),
    "range from high to low": (
        "value = 0.8, range = [0.5, 0.9]",
        "value = 0.8, range = [0.9, 0.5]",
        ["channels.emergency.redial.share", "[0.9, 0.5] runs from high to low"],
    ),
    "range of one number": (
        "value = 0.8, range = [0.5, 0.9]",
        "value = 0.8, range = [0.5]",
        ["channels.emergency.redial.share.range.1: is missing; a number"],
    ),
    "text for a number": (
        "scale = {value = 1,",
        'scale = {value = "1",',
        ['staffing.scale.value = "1": must be a number'],
    ),
    "truth for a number": (
        "shrinkage_share = 0.2",
        "shrinkage_share = true",
        ["staffing.shrinkage_share = true: must be a number, or a table such as {value = 420"],
    ),
    "part of a whole number": (
        "max_attempts = 2",
        "max_attempts = 2.5",
        ["redial.max_attempts = 2.5: must be a whole number"],
    ),
    "number beyond a limit": (
        "max_attempts = 2",
        "max_attempts = 99",
        ["redial.max_attempts = 99: must be 20 or less"],
    ),
    "text for a list": (
        'answers = ["emergency"]',
        'answers = "emergency"',
        ['groups.south.answers = "emergency": must be a list in square brackets, such as ['],
    ),
    "list for a table": (
        "[staffing]",
        "[demand]\nday_factor = [1]\n[staffing]",
        ["demand.day_factor = [1]: must be a table"],
    ),
    "number for a distribution": (
        'patience = {distribution = "never", source = "a count"}',
        "patience = 3",
        ["channels.non_emergency.patience = 3: must be a table"],
    ),
    "unknown distribution": (
        'distribution = "gamma"',
        'distribution = "gama"',
        ['handle.distribution = "gama": unknown distribution; did you mean "gamma"?', "lognormal"],
    ),
    "no distribution": (
        'distribution = "gamma", ',
        "",
        ["channels.non_emergency.handle.distribution: is missing; it may be lognormal, gamma"],
    ),
    "key of another distribution": (
        'distribution = "gamma", mean_s = 480',
        'distribution = "gamma", men_s = 480',
        ['handle.men_s = 480: unknown key; did you mean "mean_s"? Known here: distribution, mean'],
    ),
    "time of day": (
        'start = "07:00"',
        'start = "7:00"',
        ['groups.north.shifts.0.start = "7:00": must be a time of day such as "07:30"'],
    ),
    "unknown day": (
        'name = "day"',
        'name = "day"\ndays = ["mon", "tus"]',
        ['groups.north.shifts.0.days.1 = "tus": must be one of "mon"', 'did you mean "tue"?'],
    ),
    "word for days": (
        'name = "day"',
        'name = "day"\ndays = "al"',
        ['groups.north.shifts.0.days = "al": must be', '"all"'],
    ),
    "shift without a length": (
        'end = "19:00"',
        'end = "07:00"',
        ['groups.north.shifts.0.end = "07:00": is when the shift starts as well', 'end = "24:00"'],
    ),
    "shift from the end of the day": (
        'start = "07:00"\nend = "19:00"',
        'start = "24:00"\nend = "19:00"',
        ['groups.north.shifts.0.start = "24:00": must be from "00:00" to "23:59"'],
    ),
    "day that stands twice": (
        'name = "day"',
        'name = "day"\ndays = ["mon", "mon"]',
        ["groups.north.shifts.0.days = [", "a day stands twice"],
    ),
    "break outside its shift": (
        'at = "12:00"',
        'at = "19:30"',
        ['groups.north.shifts.0.breaks.0.at = "19:30": is outside the shift from 07:00 to 19:00'],
    ),
    "break that runs over": (
        'at = "12:00"',
        'at = "17:30"',
        ["shifts.0.breaks.0: 4 waves of 30 minutes from 17:30 end 30 minutes after the shift from"],
    ),
    "overlapping shifts of one name": (
        'name = "night"\nstart = "19:00"',
        'name = "Day"\nstart = "18:00"',
        ['groups.north.shifts.1.name = "Day": overlaps shift 0 of the same name (07:00 to 19:00)'],
    ),
    "overlap across the end of the week": (
        'name = "night"\nstart = "19:00"\nend = "07:00"',
        'name = "day"\ndays = ["sun"]\nstart = "23:00"\nend = "08:00"',
        ['groups.north.shifts.1.name = "day": overlaps shift 0 of the same name'],
    ),
    "shifts and hourly posts": (
        'answers = ["emergency", "non_emergency"]',
        (
            'answers = ["emergency", "non_emergency"]\n'
            'rostered = {file = "profiles.csv", column = "posts"}'
        ),
        ["groups.north: a group needs shifts or hourly posts in rostered", "it has both"],
    ),
    "no rota": (
        'rostered = {file = "profiles.csv", column = "posts", source = "rota"}\n',
        "",
        ["groups.south: a group needs shifts or hourly posts in rostered", "it has neither"],
    ),
    "group that answers nothing": (
        'answers = ["emergency"]',
        "answers = []",
        ["groups.south.answers = []: must hold at least 1"],
    ),
    "channel answered twice": (
        'answers = ["emergency"]',
        'answers = ["emergency", "emergency"]',
        ["groups.south.answers", "a channel stands twice"],
    ),
    "reserve for what is not answered": (
        'answers = ["emergency"]',
        'answers = ["emergency"]\nreserve = {non_emergency = 2}',
        ["groups.south.reserve.non_emergency: the group does not answer this channel"],
    ),
    "unknown channel answered": (
        'answers = ["emergency"]',
        'answers = ["emergency", "emergancy"]',
        ['groups.south.answers.1 = "emergancy": unknown channel; did you mean "emergency"?'],
    ),
    "unknown channel of contacts": (
        "non_emergency = {per_day = 500}",
        "non_emergncy = {per_day = 500}",
        ['forces."North Shire".contacts.non_emergncy: unknown channel; did you mean "non_emer'],
    ),
    "unknown force of a group": (
        'force = "South"',
        'force = "Sooth"',
        ['groups.south.force = "Sooth": unknown force; did you mean "South"? Known here: North'],
    ),
    "unknown burst channel": (
        'channel = "emergency"',
        'channel = "emergence"',
        ['demand.bursts.channel = "emergence": unknown channel; did you mean "emergency"?'],
    ),
    "unknown neighbour": (
        '= ["South"]',
        '= ["Suoth"]',
        ['demand.bursts.neighbours."North Shire".0 = "Suoth": unknown force; did you mean "South"'],
    ),
    "unknown force with neighbours": (
        'South = ["North Shire"]}',
        'Soth = ["North Shire"]}',
        ['demand.bursts.neighbours.Soth: unknown force; did you mean "South"?'],
    ),
    "own neighbour": (
        'South = ["North Shire"]}',
        'South = ["South"]}',
        ["demand.bursts.neighbours.South", "a force is not its own neighbour"],
    ),
    "bursts of less than a call": (
        "calls_mean = 5",
        "calls_mean = 0.5",
        ["demand.bursts.calls_mean = 0.5: must be from 1 to calls_max = 30"],
    ),
    "bursts larger than the volume": (
        "incidents_per_week = 3",
        "incidents_per_week = 200",
        ["forces.South.contacts.emergency.per_day = 100: the incidents of demand.bursts", "a day"],
    ),
    "unknown channel to escalate to": (
        "max_attempts = 2",
        'max_attempts = 2\nescalate_share = 0.1\nescalate_to = "999"',
        ['redial.escalate_to = "999": unknown channel; known here: emergency, non_emergency'],
    ),
    "escalation to nowhere": (
        "max_attempts = 2",
        "max_attempts = 2\nescalate_share = 0.1",
        ["channels.emergency.redial.escalate_to: is missing; escalate_share and escalate_to go"],
    ),
    "unknown channel to follow on": (
        "[staffing]",
        (
            '[[channels.emergency.follow_on]]\nto = "emergencies"\nshare = 0.1\ndelay_mean_s = 3\n'
            "[staffing]"
        ),
        ['channels.emergency.follow_on.0.to = "emergencies": unknown channel; did you mean "emer'],
    ),
    "follow-ons without end": (
        "[staffing]",
        (
            '[[channels.emergency.follow_on]]\nto = "emergency"\nshare = 1\ndelay_mean_s = 3\n'
            "[staffing]"
        ),
        ['forces."North Shire".contacts: follow-ons lead round in a circle', "forces.South.con"],
    ),
    "no handle time": (
        MEAN + ', cv = 0.9, source = "a count"}\n',
        "",
        [
            (
                'forces."North Shire".contacts.emergency.handle: is missing; give it here, or for '
                "every force in channels.emergency.handle"
            ),
            "forces.South.contacts.emergency.handle",
        ],
    ),
    "no patience": (
        'patience = {distribution = "never", source = "a count"}\n',
        "",
        ['forces."North Shire".contacts.non_emergency.patience: is missing; give it here, or for'],
    ),
    "no profile": (
        'profile = {file = "profiles.csv", column = "non_emergency", source = "a count"}\n',
        "",
        ['forces."North Shire".contacts.non_emergency.profile: is missing; give it here, or for'],
    ),
    "redial without patience": (
        "[staffing]",
        (
            '[channels.web]\nlabel = "Web"\npriority = 2\nanswer_within_s = 60\n'
            'target_share = 0.5\nsource = "nchs"\n'
            "redial = {share = 0.1, delay_mean_s = 9, max_attempts = 1}\n[staffing]"
        ),
        ["channels.web.patience: is missing; redials or follow-ons need it"],
    ),
    "follow-on that nobody describes": (
        'patience = {distribution = "never", source = "a count"}\n',
        (
            'patience = {distribution = "never", source = "a count"}\n'
            '[[channels.non_emergency.follow_on]]\nto = "task"\nshare = 0.1\ndelay_mean_s = 3\n'
            'source = "a count"\n[channels.task]\nlabel = "Task"\npriority = 2\n'
            'answer_within_s = 60\ntarget_share = 0.5\nsource = "nchs"\n'
        ),
        [
            "channels.task.handle: is missing; redials or follow-ons need it",
            "channels.task.patience: is missing",
            "channels.task: has contacts, but no group answers it",
        ],
    ),
    "nobody answers": (
        (
            'answers = ["emergency", "non_emergency"]\n'
            "reserve = {non_emergency = {value = 1, range = [0, 3]}}"
        ),
        'answers = ["emergency"]',
        ["channels.non_emergency: has contacts, but no group answers it; add it to the answers"],
    ),
    "fact without a source": (
        'patience = {distribution = "exponential", mean_s = 1500, source = "a count"}',
        'patience = {distribution = "exponential", mean_s = 1500}',
        [],  # the channel's own source holds
    ),
    "section without a source": (
        'source = "returns"',
        "",
        [
            'staffing.shrinkage_share = 0.2: has no source: write {value = ..., source = "..."}',
            "staffing.absence_share = 0.05: has no source",
        ],
    ),
    "assumption without a range": (
        "range = [1, 1.3], ",
        "",
        ["designs.networked.handle_factor", "an assumption needs a range, for example range = ["],
    ),
    "assumption by the section's source": (
        'source = "returns"',
        'source = "Assumption: a guess"',
        ["staffing.shrinkage_share = 0.2: is an assumption, by its section's source, and needs a"],
    ),
    "assumption by a source of the list": (
        'nchs = "National',
        'nchs = "assumption: National',
        ["channels.emergency.answer_within_s = 10: is an assumption", "channels.non_emergency.ans"],
    ),
    "misspelt source": (
        'target_share = 0.9\nsource = "nchs"\nprofile = {file = "profiles.csv", column = "emerg',
        'target_share = 0.9\nsource = "nhcs"\nprofile = {file = "profiles.csv", column = "emerg',
        ['its source "nhcs" is not in [sources]; did you mean "nchs"?'],
    ),
    "series without a source": (
        'rostered = {file = "profiles.csv", column = "posts", source = "rota"}\nsource = "rota"',
        'rostered = {file = "profiles.csv", column = "posts"}',
        ['groups.south.rostered: has no source: write source = "..." beside its file'],
    ),
    "names alike but for capitals": (
        "[staffing]",
        '[forces.SOUTH]\nsource = "x"\n[forces.SOUTH.contacts]\n[staffing]',
        ['forces.SOUTH: this force stands twice: "South" differs only in capital letters'],
    ),
    "names alike but for spaces": (
        "[designs.isolation]",
        (
            '[designs."Net  worked"]\nkind = "x"\n[designs."net worked"]\nkind = "x"\n'
            "[designs.isolation]"
        ),
        ['designs."net worked": this design stands twice: "Net  worked" differs only'],
    ),
    "reserved name": (
        "[groups.south]",
        "[groups.All]",
        ['groups.All: "all" is what tables call the sum; choose another name'],
    ),
    "empty name": ('label = "101"', 'label = ""', ['label = "": must not be empty']),
    "empty key": (
        "[groups.south]",
        '[groups.""]',
        ['groups."": this name must not be empty'],
    ),
    "line break in a name": (
        "[groups.south]",
        '[groups."so\\nuth"]',
        ['groups."so\\nuth": this name must not contain line breaks, tabs'],
    ),
    "escape sequence in a label": (
        'label = "101"',
        'label = "\\u001b[31m101"',
        ['channels.non_emergency.label = "\\u001b[31m101": must not contain line breaks, tabs'],
    ),
    "spaces around a name": (
        "[groups.south]",
        '[groups." south"]',
        ['groups." south": this name must not begin or end with a space'],
    ),
    "too long a name": (
        'name = "Small"',
        f'name = "{"x" * 81}"',
        ["must have at most 80 characters"],
    ),
    "options that stand twice": (
        "after_s = 20",
        "after_s = 20\noptions = {after_s = 30}",
        ["designs.networked.after_s: stands both beside kind and in options"],
    ),
    "options that are no table": (
        "after_s = 20",
        "options = 3",
        ["designs.networked.options = 3: must be a table"],
    ),
    "filled in by hand": (
        'column = "posts", source = "rota"}',
        'column = "posts", source = "rota", values = [1]}',
        ["groups.south.rostered.values: is read from the file; leave it out"],
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_centre_is_told_in_plain_words(folder, old, new, said):
    folder.edit(old, new)
    if not said:
        folder.load()
        return
    problems = folder.problems()
    assert all(problem.startswith(str(folder.centre)) for problem in problems)
    for words in said:
        assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize("claim", [claim for claim, case in WRONG.items() if len(case[2]) == 1])
def test_one_mistake_is_one_problem(folder, claim):
    old, new, _ = WRONG[claim]
    several = {  # one wrong source or number that reaches several figures is told for each
        "assumption by the section's source": 2,
        "misspelt source": 2,
        "no number": 1,
    }
    assert len(folder.edit(old, new).problems()) == several.get(claim, 1)


def test_every_problem_is_told_in_one_run(folder):
    folder.edit("priority = 0", "prority = 0").edit("shrinkage_share = 0.2", "shrinkage_share = 2")
    folder.edit('force = "South"', 'force = "Sth"').edit('"posts"', '"post"')
    problems = folder.problems()
    assert len(problems) == 4
    for key in ("channels.emergency.prority", "staffing.shrinkage_share", "groups.south.force"):
        assert any(key in problem for problem in problems)
    assert any(
        "profiles.csv" in problem and 'did you mean "posts"?' in problem for problem in problems
    )


def test_the_message_counts_several_problems_and_shows_one_alone(folder):
    folder.edit("absence_share = 0.05", "absence_share = 5")
    with pytest.raises(ConfigError) as one:
        folder.load()
    assert str(one.value).startswith(f"{folder.file}: staffing.absence_share = 5: must be a share")
    folder.edit("shrinkage_share = 0.2", "shrinkage_share = 2")
    with pytest.raises(ConfigError) as two:
        folder.load()
    assert str(two.value).splitlines()[0] == "2 problems:"
    assert len(str(two.value).splitlines()) == 3


def test_markup_quotes_and_spaces_in_names_are_names(folder):
    name = '[b]O\'Neill & Sons[/b] <script> \\"x\\"'
    folder.edit("[forces.South]", f'[forces."{name}"]').edit(
        "[forces.South.contacts]", f'[forces."{name}".contacts]'
    )
    folder.edit('force = "South"', f'force = "{name}"').edit('["South"]', f'["{name}"]')
    folder.edit('South = ["North Shire"]', f'"{name}" = ["North Shire"]')
    centre = folder.load()
    assert list(centre.forces) == ["North Shire", '[b]O\'Neill & Sons[/b] <script> "x"']


RIGHT = {  # the edge of what is allowed
    "break until the end of the shift": ('at = "12:00"', 'at = "17:00"'),
    "break across midnight": (
        'end = "07:00"',
        'end = "07:00"\nbreaks = [{at = "23:00", minutes = 60, waves = 8}]',
    ),
    "shift of a whole day": ('start = "07:00"\nend = "19:00"', 'start = "00:00"\nend = "24:00"'),
    "shifts of one name that touch": ('name = "night"', 'name = "day"'),
    "shifts of other names that overlap": ('start = "19:00"', 'start = "12:00"'),
    "shifts of one name on other days": (
        (
            '[groups.south]\nforce = "South"\nanswers = ["emergency"]\n'
            'rostered = {file = "profiles.csv", column = "posts", source = "rota"}\n'
            'source = "rota"\n'
        ),
        (
            '[groups.south]\nforce = "South"\nanswers = ["emergency"]\nsource = "rota"\n'
            "shifts = [\n"
            '{name = "x", days = ["mon"], start = "07:00", end = "15:00", rostered = 3},\n'
            '{name = "x", days = ["tue"], start = "07:00", end = "15:00", rostered = 4}]\n'
        ),
    ),
    "share of nothing": ("absence_share = 0.05", "absence_share = 0"),
    "share of everything": ("absence_share = 0.05", "absence_share = 1"),
    "range of one value": ("value = 1.1, range = [1, 1.3]", "value = 1.1, range = [1.1, 1.1]"),
    "no contacts": ("non_emergency = {per_day = 500}", "non_emergency = {per_day = 0}"),
    "no contacts, nothing said of them": ("non_emergency = {per_day = 500}", ""),
    "follow-ons that die out": (
        "[staffing]",
        (
            '[[channels.emergency.follow_on]]\nto = "emergency"\nshare = 0.9\ndelay_mean_s = 3\n'
            "[staffing]"
        ),
    ),
    "source in words": ('source = "returns"', 'source = "n h c s"'),
    "bursts of one call": ("calls_mean = 5", "calls_mean = 1"),
}


@pytest.mark.parametrize(("old", "new"), RIGHT.values(), ids=RIGHT)
def test_the_edge_of_what_is_allowed_is_allowed(folder, old, new):
    folder.edit(old, new).load()
