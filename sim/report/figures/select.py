"""The contest: how good each candidate was found to be, and how many weeks that took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.config.select import SelectCheapest
from sim.experiment.break_even import SENSE
from sim.experiment.select.table import NOT_NEEDED, SAME, SELECTED, Choice
from sim.measures import DEFINITIONS
from sim.report.estimate import Estimate, listing, number
from sim.report.figures.style import (
    BAND,
    GRID,
    LOAD,
    SMALL_PT,
    TEXT,
    WIDTH_IN,
    Drawing,
    Sheet,
    colour_of,
    design_legend,
    fitted,
    marker_of,
    part_name,
    part_title,
    parts,
)
from sim.report.select import asked_of, choices, closest, names_of, said_of
from sim.report.select_words import Asked, Names, judged, size, value_of
from sim.report.study import Study

STEM = "select"
MOST_ROWS = 20  # candidates drawn: those that took most weeks
NEAREST = 12  # the scale covers these; whoever lies beyond it gets an arrow
ROW_IN, ABOVE_IN, BELOW_IN = 0.44, 0.3, 0.62
LABEL_IN, WEEKS_IN, SAID_IN, GAP_IN = 2.45, 1.2, 2.1, 0.15
AXIS_PT = SMALL_PT + 0.5


@dataclass(frozen=True)
class _Contest:
    """What to draw: candidates in the order of rows, and how their values become lengths."""

    study: Study
    asked: Asked
    names: Names
    rows: Sequence[Choice]

    @property
    def against_target(self) -> bool:
        """Whether what is drawn is how far values lie above their targets."""
        return isinstance(self.asked, SelectCheapest)

    @property
    def zone(self) -> float:
        """The difference that does not matter, as drawn."""
        asked = self.asked
        zone = asked.tolerance if isinstance(asked, SelectCheapest) else asked.indifference
        return self.factor * zone

    @property
    def share(self) -> bool:
        """Whether values are shares."""
        return self.rows[0].unit == "share"

    @property
    def factor(self) -> float:
        """Shares are drawn in percent."""
        return 100.0 if self.share else 1.0

    @property
    def reference(self) -> float:
        """Where the upright line stands: at the target, or at the best."""
        if self.against_target:
            return 0.0
        sense = SENSE[self.rows[0].measure]
        best = next((one for one in self.rows if one.verdict == SELECTED), None)
        if best is None:
            best = max(self.rows, key=lambda one: sense * one.value)
        return self.drawn(best).value

    def drawn(self, choice: Choice) -> Estimate:
        """Give a candidate's value and interval as they are drawn."""
        off = choice.target if self.against_target else 0.0
        ends = (choice.value, choice.ci_low, choice.ci_high)
        value, low, high = (self.factor * (end - off) for end in ends)
        return Estimate(value, low, high, choice.replications)

    def limits(self) -> tuple[float, float]:
        """Give the ends of the scale: the nearest candidates with their intervals."""
        known = [self.drawn(one) for one in self.rows]
        near = sorted(known, key=lambda one: abs(one.value - self.reference))[:NEAREST]
        ends = [self.reference - self.zone, self.reference + self.zone]
        for one in near:
            ends += [one.value, *((one.low, one.high) if one.has_interval else ())]
        spare = 0.06 * (max(ends) - min(ends))
        return min(ends) - spare, max(ends) + spare

    @property
    def axis(self) -> str:
        """The label of the scale."""
        if self.against_target:
            return "least to spare above a target (points)"
        unit = "%" if self.share else self.rows[0].unit
        return f"{DEFINITIONS[self.rows[0].measure].police.lstrip('% ')} ({unit})"


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure of each contest; none where nothing was to be chosen."""
    asked, found = asked_of(study), choices(study)
    if asked is None or not found:
        return
    names, pages = names_of(study), 0
    for contest in dict.fromkeys(one.contest for one in found):
        here = [one for one in found if one.contest == contest]
        several = len({one.contest for one in found}) > 1
        title = "The contest" + (f" with {names.point(here[0].point)}" if several else "")
        drawn = _Contest(study, asked, names, _in_order(asked, here))
        chunks = parts([str(place) for place in range(len(drawn.rows))], ROW_IN)
        for number_, chunk in enumerate(chunks):
            heading = part_title(title, number_, len(chunks))
            rows = [int(place) for place in chunk]
            yield Drawing(
                part_name(STEM, pages),
                heading,
                _caption(drawn, len(here)),
                _alt(drawn),
                _figure(drawn, rows, heading),
            )
            pages += 1


def _in_order(asked: Asked, found: Sequence[Choice]) -> list[Choice]:
    """Give the candidates that are drawn: from cheap to dear, or from best to worst."""
    run = [one for one in found if one.verdict not in {SAME, NOT_NEEDED}]
    shown = closest(run, MOST_ROWS)
    if isinstance(asked, SelectCheapest):
        return sorted(shown, key=lambda one: one.rostered_h_per_week)
    return sorted(shown, key=lambda one: -SENSE[one.measure] * one.value)


def _caption(contest: _Contest, candidates: int) -> str:
    zone = size(contest.zone / contest.factor, contest.rows[0].unit)
    what = (
        "how far the target with least to spare is exceeded or missed"
        if contest.against_target
        else "what it was found to reach"
    )
    left_out = candidates - len(contest.rows)
    rest = f" {left_out} more candidates are not drawn." if left_out else ""
    order = "from cheap to dear" if contest.against_target else "from the best"
    return (
        f"Candidates {order}, judged by {judged(contest.asked, contest.names)}. Mark and line: "
        f"{what}, with its 95% interval; an arrow: beyond the scale. Band: differences of up to "
        f"{zone} that do not matter. Bars: the weeks that it took.{rest}"
    )


def _alt(contest: _Contest) -> str:
    said = [
        f"{contest.names.candidate(one)} {value_of(one)[0]}, {said_of(one, contest.names)}"
        for one in contest.rows
    ]
    return f"One row per candidate: {listing(said)}."


def _figure(contest: _Contest, rows: Sequence[int], heading: str) -> Figure:
    study = contest.study
    shown = [contest.rows[row] for row in rows]
    used = [design for design in study.designs if design.name in {one.design for one in shown}]
    height_in = ROW_IN * len(shown)
    sheet = Sheet(
        heading,
        ABOVE_IN + height_in + BELOW_IN,
        [*design_legend(used, marks=True), _chosen_mark()],
        f"Simulation {study.name}, as many weeks as each candidate took. Lines are 95% intervals.",
    )
    width_in = WIDTH_IN - LABEL_IN - WEEKS_IN - SAID_IN - 3 * GAP_IN
    values = sheet.panel(LABEL_IN, ABOVE_IN, width_in, height_in)
    weeks = sheet.panel(LABEL_IN + width_in + GAP_IN, ABOVE_IN, WEEKS_IN, height_in)
    for axes in (values, weeks):
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0, pad=9)  # room for an arrow
        for place in range(0, len(shown), 2):
            axes.axhspan(place - 0.5, place + 0.5, color=BAND, linewidth=0, zorder=0)
    _values(values, contest, shown, width_in)
    _weeks(weeks, contest, shown)
    return sheet.figure


def _chosen_mark() -> Line2D:
    return Line2D(
        [], [], color=TEXT, marker="o", markerfacecolor="none", markersize=10, linestyle="none",
        label="selected",
    )  # fmt: skip


def _values(axes: Axes, contest: _Contest, shown: Sequence[Choice], width_in: float) -> None:
    low, high = contest.limits()
    axes.set_xlim(low, high)
    middle, zone = contest.reference, contest.zone
    axes.axvspan(middle - zone, middle + zone, color=LOAD, alpha=0.25, linewidth=0, zorder=1)
    axes.axvline(middle, color=TEXT, linewidth=1.1, linestyle=(0, (4, 2)))
    axes.annotate(
        "target" if contest.against_target else "the best",
        (middle, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        size=SMALL_PT,
    )
    for place, one in enumerate(shown):
        _mark(axes, contest, place, one)
    labels = [_label(contest, one) for one in shown]
    axes.set_yticks(range(len(shown)), labels, size=SMALL_PT)
    axes.set_ylabel("Candidate", visible=False)  # the names say it
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel(fitted(contest.axis, width_in, AXIS_PT, lines=2), size=AXIS_PT)


def _mark(axes: Axes, contest: _Contest, place: int, one: Choice) -> None:
    design = next(d for d in contest.study.designs if d.name == one.design)
    value, (low, high) = contest.drawn(one), axes.get_xlim()
    colour = colour_of(design)
    if not low <= value.value <= high:
        beyond = (low, "<") if value.value < low else (high, ">")
        axes.plot([beyond[0]], [place], color=colour, marker=beyond[1], clip_on=False)
        return
    if value.has_interval:
        axes.plot([value.low, value.high], [place, place], color=colour, linewidth=1.8)
    axes.plot([value.value], [place], color=colour, marker=marker_of(design), ms=6, mec="white")
    if one.verdict == SELECTED:
        axes.plot([value.value], [place], color=TEXT, marker="o", mfc="none", ms=12)


def _weeks(axes: Axes, contest: _Contest, shown: Sequence[Choice]) -> None:
    most = max(one.replications for one in contest.rows)
    axes.set_xlim(0, 1.25 * most)
    for place, one in enumerate(shown):
        axes.barh(place, one.replications, height=0.5, color=LOAD)
        axes.annotate(
            f"{one.replications:,}",
            (one.replications, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            size=SMALL_PT,
        )
        value, interval = value_of(one)
        where = f": {contest.names.place(one)}" if contest.against_target else ""
        said = said_of(one, contest.names) + where
        axes.annotate(
            f"{value} ({interval})\n{fitted(said, SAID_IN - 0.1, SMALL_PT, lines=2)}",
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            size=SMALL_PT,
        )
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_xlabel("weeks simulated", size=AXIS_PT)


def _label(contest: _Contest, one: Choice) -> str:
    """Give a row's name: the design, and below it the point and the cost, a line for each."""
    point = contest.names.point(one.point)
    cost = f"{number(one.rostered_h_per_week, 0)} h a week" if contest.against_target else ""
    below = [fitted(text, LABEL_IN - 0.25, SMALL_PT) for text in (point, cost) if text]
    label = contest.names.designs[one.design]
    label = fitted(label, LABEL_IN - 0.25, SMALL_PT, lines=1 if below else 2)
    return "\n".join((label, *below))
