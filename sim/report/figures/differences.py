"""What each design changes, force by force: paired differences to the baseline."""

from collections.abc import Iterator

from sim.report.answer import in_sentence
from sim.report.estimate import listing
from sim.report.figures.interval_rows import IntervalRows
from sim.report.figures.style import Drawing, part_name, part_title, with_intervals
from sim.report.study import SERVICE_LEVEL, Study

STEM = "differences"


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure, in parts where there are many forces; none without a second design."""
    if not study.others:
        return
    baseline = study.baseline.label
    title = f"What each design changes, compared with {baseline}"
    rows = IntervalRows(
        study,
        title,
        study.others,
        value=lambda design, row, channel: study.difference(
            design.name, row, channel.name, SERVICE_LEVEL
        ),
        reference=lambda _: (0.0, "no change"),
        axis=lambda channel: f"change in {in_sentence(channel.promise)} (percentage points)",
        share=False,
    )
    figures = rows.figures()
    for number, (_, figure) in enumerate(figures):
        yield Drawing(
            part_name(STEM, number),
            part_title(title, number, len(figures)),
            f"Marks to the right of the line: more contacts answered in time than with {baseline}; "
            "to the left: fewer. Both designs met the same callers in every simulated run, so the "
            "difference is surer than the levels."
            + with_intervals(
                study, " A bar is the 95% interval of its mark; across the line, it is open."
            ),
            _alt(study),
            figure,
        )


def _alt(study: Study) -> str:
    channel = study.main_channel
    changes = [
        f"{design.label} {change.points} points ({change.points_interval})"
        for design in study.others
        if not (
            change := study.difference(design.name, study.whole, channel.name, SERVICE_LEVEL)
        ).missing
    ]
    said = f" In {study.everybody}: {listing(changes)}." if changes else ""
    return (
        f"Marks with intervals for each force and design beside the line of no change, "
        f"{channel.promise}.{said}"
    )
