"""Answered in time, by design and force, against the target."""

from collections.abc import Iterator

from sim.report.estimate import listing, percent_number
from sim.report.figures.interval_rows import IntervalRows
from sim.report.figures.style import Drawing, part_name, part_title, with_intervals
from sim.report.study import SERVICE_LEVEL, Study

STEM = "service_level"
TITLE = "Answered in time, by force and design"


def drawings(study: Study) -> Iterator[Drawing]:
    """Give the figure, in parts where there are many forces."""
    rows = IntervalRows(
        study,
        TITLE,
        study.designs,
        value=lambda design, row, channel: study.estimate(
            design.name, row, channel.name, SERVICE_LEVEL
        ),
        reference=lambda channel: (
            channel.target_share,
            f"target {percent_number(channel.target_share, 0)}%",
        ),
        axis=lambda channel: f"{channel.promise} (% of those offered)",
        share=True,
    )
    figures = rows.figures()
    for number, (_, figure) in enumerate(figures):
        yield Drawing(
            part_name(STEM, number),
            part_title(TITLE, number, len(figures)),
            "Each mark is the share of contacts answered within the time promised; the dashed line "
            "is the target."
            + with_intervals(
                study,
                " Each bar is the 95% interval of its mark: wholly to the right of the line it "
                "meets the target, wholly to the left it misses it, across the line it is open.",
            ),
            _alt(study),
            figure,
        )


def _alt(study: Study) -> str:
    channel = study.main_channel
    levels = []
    for design in study.designs:
        level = study.estimate(design.name, study.whole, channel.name, SERVICE_LEVEL)
        levels.append(f"{design.label} {level.percent_in_words}")
    target = percent_number(channel.target_share, 0)
    return (
        f"Marks with intervals for each force and design beside the target line. "
        f"{channel.promise} in {study.everybody}, target {target}%: {listing(levels)}."
    )
