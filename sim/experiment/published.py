"""Whether the published figures that an experiment names are measured at all, and can be."""

from collections.abc import Sequence
from pathlib import Path

from sim.config.errors import ConfigError, Problem, as_toml, join_key, unknown
from sim.config.reading import Published
from sim.measures import DEFINITIONS, MeasurePlan


def require_measured(path: Path, published: Sequence[Published], plan: MeasurePlan) -> None:
    """Refuse published figures of a force or measure that no table has, and shares in percent.

    Raises
    ------
    ConfigError
        With every such figure; the message names the experiment, `path`.
    """
    problems = []
    whole = (plan.group == "") & (plan.period == "all")
    for number, figure in enumerate(published):
        of_channel = whole & (plan.channel == figure.channel)
        here = of_channel & (plan.force == figure.force)
        for key, named, known in (
            ("channel", figure.channel, plan.channel[whole]),
            ("force", figure.force, plan.force[of_channel]),
            ("measure", figure.measure, plan.measure[here]),
        ):
            names = tuple(dict.fromkeys(known.tolist()))
            if names and named not in names:
                place = join_key(("published", number, key))
                problems.append(Problem(path, unknown(key, named, names), place, as_toml(named)))
        unit = DEFINITIONS[figure.measure].unit if figure.measure in DEFINITIONS else ""
        if unit == "share" and not all(0 <= part <= 1 for part in (figure.value, *figure.ends)):
            place, wrong = join_key(("published", number, "value")), "must be a share, from 0 to 1"
            problems.append(Problem(path, wrong, place, f"{figure.value:g}"))
    if problems:
        raise ConfigError(problems)
