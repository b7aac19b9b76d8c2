"""The break-even handling penalty of each design: read, and put into words by rule."""

from math import isnan

from sim.experiment.penalty import BREAK_EVEN, BREAKS_EVEN, COLUMNS, PAYS_AT_UPPER, Penalty
from sim.experiment.tables import ALL
from sim.measures import DEFINITIONS
from sim.report.answer import in_sentence, quoted
from sim.report.beside import NOTHING, Beside, Line, Table
from sim.report.estimate import MISSING, Estimate
from sim.report.figures.style import colour_of
from sim.report.quantities import change, change_interval
from sim.report.study import DesignName, Study

WORST = "worst"


def penalties(study: Study) -> list[tuple[DesignName, Penalty]]:
    """Give the penalties of a study by design; none where nobody asked for them."""
    table = study.results.optional(BREAK_EVEN, COLUMNS)
    if table is None:
        return []
    rows = table[table["point"] == study.point].to_dict("records")
    found = {}
    for row in rows:
        whole = {name: int(row[name]) for name in ("point", "replications")}
        values = {str(name): value for name, value in row.items()} | whole
        found[str(row["design"])] = Penalty(**values)
    return [(design, found[design.name]) for design in study.designs if design.name in found]


def about(study: Study, penalty: Penalty) -> str:
    """Say what is gained or lost: measure, channel and whose."""
    labels = {channel.name: in_sentence(channel.contacts) for channel in study.channels}
    contacts = labels.get(penalty.channel, "all contacts")
    whose = {ALL: study.everybody, WORST: "the force that gains least"}
    measure = DEFINITIONS[penalty.measure].police
    return f"{measure}, {contacts}, {whose.get(penalty.force, penalty.force)}"


def beside(study: Study) -> Beside:
    """Give a sentence for each design and the table behind them."""
    found = penalties(study)
    if not found:
        return NOTHING
    first = found[0][1]
    unit, told = f", {_unit(first)}", any(penalty.worst_force for _, penalty in found)
    table = Table(
        f"Judged by {about(study, first)}, against {quoted(study.baseline)}. The gain is what "
        "sharing brings at that handle time.",
        (
            "Design",
            "Break-even, times as long",
            "95% interval",
            "Assumed",
            f"Gain at 1{unit}",
            "95% interval",
            f"Gain at {first.upper:g}{unit}",
            "95% interval",
            *(("First to lose",) if told else ()),
        ),
        [("", [_line(design, penalty, first=told) for design, penalty in found])],
        frozenset({7}),
    )
    return Beside([_sentence(design, penalty) for design, penalty in found], [table])


def ends(penalty: Penalty) -> tuple[str, str]:
    """Give the ends of the interval in words."""
    low = (
        f"more than {penalty.upper:g}"
        if isnan(penalty.ci_low)
        else "1 or less"
        if penalty.ci_low == 1
        else f"{penalty.ci_low:.2f}"
    )
    high = (
        f"more than {penalty.upper:g}"
        if isnan(penalty.ci_high)
        else "1 or less"
        if penalty.ci_high == 1
        else f"{penalty.ci_high:.2f}"
    )
    return low, high


def _line(design: DesignName, penalty: Penalty, *, first: bool) -> Line:
    low, high = ends(penalty)
    if penalty.verdict == BREAKS_EVEN:
        value = f"{penalty.break_even:.2f}"
    elif penalty.verdict == PAYS_AT_UPPER:
        value = f"above {penalty.upper:g}"
    else:
        value = "none: does not pay"
    return Line(
        design.label,
        (
            value,
            low if low == high else f"{low} to {high}",
            MISSING if isnan(penalty.declared) else f"{penalty.declared:g}",
            *_gain(penalty, at_upper=False),
            *_gain(penalty, at_upper=True),
            *((penalty.worst_force or MISSING,) if first else ()),
        ),
        colour_of(design),
    )


def _unit(penalty: Penalty) -> str:
    return "points" if DEFINITIONS[penalty.measure].unit == "share" else "s"


def _gain(penalty: Penalty, *, at_upper: bool) -> tuple[str, str]:
    """Give a gain and its interval, in points or in seconds, without the unit."""
    gain = (
        Estimate(penalty.gain_at_upper, penalty.gain_at_upper_low, penalty.gain_at_upper_high)
        if at_upper
        else Estimate(penalty.gain_at_1, penalty.gain_at_1_low, penalty.gain_at_1_high)
    )
    if DEFINITIONS[penalty.measure].unit == "share":
        return gain.points, gain.points_interval
    return change(gain), change_interval(gain)


def _sentence(design: DesignName, penalty: Penalty) -> str:
    name, unit = quoted(design), _unit(penalty)
    low, high = ends(penalty)
    if penalty.verdict == BREAKS_EVEN:
        said = (
            f"{name} pays until a call from another force takes {penalty.break_even:.2f} times "
            f"as long as one of the room's own (95% interval {low} to {high})"
        )
    elif penalty.verdict == PAYS_AT_UPPER:
        gain, interval = _gain(penalty, at_upper=True)
        said = (
            f"{name} pays even where a call from another force takes {penalty.upper:g} times as "
            f"long: {gain} {unit} ({interval})"
        )
        said += "" if isnan(penalty.ci_low) else f", though not for certain from {low} on"
    else:
        gain, interval = _gain(penalty, at_upper=False)
        said = (
            f"{name} does not pay even where a call from another force takes no longer: "
            f"{gain} {unit} ({interval})"
        )
        said += "" if penalty.ci_high == 1 else f", though that is not certain up to {high}"
    return f"{said}{_assumed(penalty)}."


def _assumed(penalty: Penalty) -> str:
    """Say on which side of the interval the assumed factor lies."""
    if isnan(penalty.declared):
        return ""
    low = penalty.upper if isnan(penalty.ci_low) else penalty.ci_low
    high = float("inf") if isnan(penalty.ci_high) else penalty.ci_high
    assumed = f"; the centre assumes {penalty.declared:g}"
    if penalty.declared < low:
        return f"{assumed}, at which sharing pays"
    if penalty.declared > high:
        return f"{assumed}, at which sharing does not pay"
    return f"{assumed}, at which these weeks cannot tell"
