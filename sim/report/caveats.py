"""What the model cannot say: what holds of every report, and what holds of this one."""

from collections.abc import Iterator

from sim.config import redial_of
from sim.records import HOURS_PER_WEEK
from sim.report.estimate import listing
from sim.report.precision import precision_caveats
from sim.report.robustness import robustness
from sim.report.study import Study
from sim.report.sweep import varied_words

FEW_RUNS, MANY_COMPARISONS = 10, 10

ALWAYS = (
    (
        "The intervals cover chance alone: how much one simulated run differs from another if "
        "every assumption is right. They do not cover how wrong an assumption may be; that is what "
        "the ranges in the table of assumptions are for."
    ),
    (
        "Answering in time is not answering well. Whether the caller was understood, the risk "
        "seen, the right officer sent and the crime recorded is not in the model; nor is what "
        "happens after the call: dispatch, radio, officers, victims."
    ),
    (
        "Handlers are alike within a room: no experience, fatigue, learning or leaving. They do "
        "not hurry when many wait, and they do not hold back."
    ),
    (
        "Local knowledge counts only as longer calls for another force's callers, where a design "
        "says so, and not as mistakes."
    ),
    (
        "Money, contracts, buildings, telephony and the time it takes to get from one design to "
        "another are not in the model: it compares arrangements that run as if they always had."
    ),
    (
        "People may call more, or less, or elsewhere, if the service changes. Here as many call as "
        "before, except that those who give up may call again."
    ),
)


def caveats(study: Study) -> list[str]:
    """Give the list, general ones last."""
    return [*_about_evidence(study), *_about_runs(study), *_about_scenario(study), *ALWAYS]


def _about_evidence(study: Study) -> Iterator[str]:
    evidence = study.results.manifest["evidence"]
    assumed = sum(bool(row.get("assumed")) for row in evidence)
    if assumed:
        yield (
            f"Of {len(evidence)} figures about the world that the model stands on, {assumed} are "
            "assumptions, because nobody publishes them. The answer is worth as much as they are."
        )
    if study.varied:
        yield (
            f"Of all these figures this experiment varied {varied_words(study)} alone; "
            "what follows from being wrong about the others has not been tried."
        )
    elif found := robustness(study):
        yield (
            f"{found.assumptions} assumptions were moved over their declared ranges, each place in "
            "a range as likely as any other and none depending on another. What lies outside the "
            "ranges has not been tried, nor the figures that declare none; and how designs, "
            "channels and rules are described is the same in all sets."
        )
    elif assumed:
        yield (
            "No assumption was varied in this experiment: whether the answer would hold elsewhere "
            "in their ranges has not been tried here."
        )


def _about_runs(study: Study) -> Iterator[str]:
    runs = study.replications
    if failed := study.results.manifest.get("failed"):
        numbers = listing([f"point {point}" for point in failed])
        yield (
            f"The sweep is not whole: {numbers} could not be computed, and stand in no table and "
            "in no figure. Run the experiment again before building on what is here."
        )
    if runs == 1:
        yield (
            "There was one run only, so no figure has an interval, and nothing here can be told "
            "from chance. Ask for 20 replications or more."
        )
    elif runs < FEW_RUNS:
        yield (
            f"There were only {runs} runs: the intervals themselves are rough. "
            "Ask for 20 replications or more."
        )
    yield from precision_caveats(study)
    comparisons = len(study.others) * len(study.rows) * len(study.channels)
    if comparisons > MANY_COMPARISONS and runs > 1:
        chance = max(1, round(comparisons / 20))
        yield (
            f"There are {comparisons} comparisons in this report, each with an interval of its "
            f"own. Where nothing differs at all, about {chance} of them would still look as if it "
            "did; do not build on one force's figure alone."
        )
    hours = study.experiment.horizon.measured_h
    if hours < HOURS_PER_WEEK:
        yield (
            f"Each run measures {hours:g} hours, not a whole week: days and hours that were not "
            "measured may be worse."
        )


def _about_scenario(study: Study) -> Iterator[str]:
    centre = study.centre
    bursts, day = centre.demand.bursts, centre.demand.day_factor
    if centre.demand.call_log is not None:
        yield (
            "Arrivals are replayed from a call log: the same calls in every run. The intervals say "
            "nothing of other weeks' calls."
        )
    else:
        if bursts is None or bursts.incidents_per_week.value == 0:
            yield (
                "No incident brings many calls at once here. In life it does, and every room does "
                "worse for it."
            )
        if day is None or day.cv.value == 0:
            yield "Every week is as busy as every other here, apart from chance. In life it is not."
    channels = centre.channels
    if not any(redial_of(centre, f, c) for f in centre.forces for c in channels):
        yield "Nobody who gives up calls again here."
    quick = [design.label for design in study.others if design.options.get("handle_factor") == 1]
    if quick:
        yield (
            f"With {listing(quick)}, another force's call takes no longer than one's own: same "
            "systems, full local knowledge. That is the best case."
        )
    if study.others and not study.experiment.events:
        yield (
            "Nothing breaks here: no site is lost, no telephone line fails. How each design fares "
            "on the day it does is another experiment."
        )
