"""How precise the run was to be, and how precise it has become."""

from collections.abc import Iterator

from sim.experiment.answer import read_precision
from sim.experiment.progress import Precision, precise
from sim.report.study import Study


def reached(study: Study) -> tuple[Precision, ...]:
    """Give the widest interval of each stopping rule at the study's point; none without rules."""
    return next(
        (
            point.rules
            for point in read_precision(study.results.manifest)
            if point.point == study.point
        ),
        (),
    )


def precision_words(study: Study) -> str:
    """Say what was wanted and what was reached, for the account of how the results were made."""
    return "; ".join(
        f"{precise(rule)} ({'reached' if rule.met else 'not reached'})" for rule in reached(study)
    )


def precision_caveats(study: Study) -> Iterator[str]:
    """Say that the run was to be more precise than it is, and why it is not."""
    for rule in reached(study):
        if not rule.met:
            yield (
                f"The run was to be more precise: {precise(rule)}. Differences of that size cannot "
                "be told from chance."
            )
    short = study.results.manifest["replications"].get("short")
    if short:
        yield (
            f"The run was stopped by a limit of time with {len(short):,} of "
            f"{len(study.results.manifest['points']):,} points unfinished. How many runs each "
            "figure rests on depends on the machine; the same command goes on where it stopped."
        )
