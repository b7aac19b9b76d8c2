"""The page: one HTML file that stands alone, from what tables, sentences and figures say."""

import base64
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from types import MappingProxyType
from typing import Any, Protocol

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from sim.experiment.results import KPI
from sim.report import aftermath, alliance, penalties, published, reading, robust, select
from sim.report.answer import answer, led_by_choice, led_by_events
from sim.report.beside import NOTHING, Beside
from sim.report.caveats import caveats
from sim.report.erlang import erlang_table
from sim.report.estimate import MISSING, listing
from sim.report.evidence import evidence_rows
from sim.report.figures.catalogue import Picture, Section
from sim.report.figures.style import colour_of
from sim.report.precision import precision_words
from sim.report.reading import led_by_reading
from sim.report.study import Study
from sim.report.sweep import Sweep, alone, sweep_of
from sim.report.tables import (
    glance_rows,
    glossary,
    level_rows,
    option_words,
    pages_of,
)
from sim.report.workbook import WORKBOOK

TEMPLATE, STYLE_SHEET = "page.html", "page.css"
LONGEST_TABLE = 60  # rows in the text; longer tables go to the end
CONTENTS = Markup("<!--contents-->")
NAMED_KEYS = 4
MOST_COLUMNS = 7  # a table of more is set closer, so that it keeps within the paper
LARGER = 2.0  # an SVG is taken for its sharpness unless it is so many times larger than the PNG

BESIDE: Mapping[str, Callable[[Study], Beside]] = MappingProxyType(  # by section
    {
        "select": select.beside,
        "varied": reading.beside,
        "winners": alliance.winners,
        "balance": alliance.balance,
        "events": aftermath.events,
        "break_even": penalties.beside,
        "robust": robust.beside,
    }
)


class Grouped(Protocol):
    """A row of a table that stands under a heading."""

    @property
    def heading(self) -> str:
        """What the heading says."""


@dataclass(frozen=True)
class Illustrated:
    """A section of the page with its pictures."""

    section: Section
    pictures: tuple[Picture, ...]


def page(study: Study, illustrated: Iterable[Illustrated]) -> str:
    """Give the page's HTML."""
    shown, later = pages_of(level_rows(study), LONGEST_TABLE)
    beside = {name: told(study) for name, told in BESIDE.items()}
    swept = sweep_of(study)
    choice = select.lead(study)
    found = led_by_events(
        robust.led_by_robustness(led_by_reading(answer(study), study), study),
        beside["events"].sentences,
        aftermath.leading(study),
    )
    text = (
        _environment()
        .get_template(TEMPLATE)
        .render(
            study=study,
            title=study.experiment.title or study.name,
            style=_read(STYLE_SHEET),
            answer=led_by_choice(found, choice),
            history=study.experiment.history,
            published=published.table(study),
            depends=study.experiment.depends,
            compared=bool(study.others),
            varied=about_points(swept),
            swept=bool(swept.axes),
            here=f"From here on, this page is about the point with {_where(swept)}.",
            workbook=WORKBOOK,
            contents=CONTENTS,
            altered=study.results.altered,
            glance=glance_rows(study) if later else [],
            levels=shown if not later else [],
            all_levels=later and [*shown, *later],
            illustrated=list(illustrated),
            beside=beside,
            nothing=NOTHING,
            erlang=erlang_table(study),
            assumptions=evidence_rows(study, assumed=True),
            facts=evidence_rows(study, assumed=False),
            glossary=list(glossary(study)),
            caveats=caveats(study),
            made=made(study),
            designs=[
                (design.label, design.name, design.kind, option_words(design.options))
                for design in study.designs
            ],
            digests={name: digest for name, digest in _digests(study).items() if digest},
            command=command(study),
            chips={design.label: colour_of(design) for design in study.designs},
            kpi=KPI,
            most_columns=MOST_COLUMNS,
        )
    )
    return text.replace(CONTENTS, contents(text), 1)


def contents(html: str) -> str:
    """Give the list of a page's sections, each a link, in the order in which they stand."""
    found = re.findall(r'<section id="(\w+)">\s*<h2>(.*?)</h2>', html)
    lines = [f'<li><a href="#{name}">{heading}</a></li>' for name, heading in found]
    return "\n".join(("<nav><h2>On this page</h2><ul>", *lines, "</ul></nav>"))


def about_points(swept: Sweep) -> str:
    """Say for which point of a sweep the page is; nothing where nothing is varied."""
    study = swept.study
    if not study.varied:
        return ""
    if not swept.axes:
        return f"A single value was tried of what is varied: {_at(study)}. So there is one point."
    count = f"{len(swept.points)} points were simulated"
    if swept.sampled:
        return (
            f"{count}, drawn at random over the ranges. Where a single one is meant, it is that "
            f"with {_where(swept)}: the nearest to the centre itself, though not the centre itself."
        )
    return (
        f"{count}. Where a single one is meant, it is the one with {_where(swept)}, nearest to "
        "what the centre itself says."
    )


def _where(swept: Sweep) -> str:
    if len(swept.axes) > NAMED_KEYS:
        return f"number {swept.study.point} in the tables"
    return listing([axis.at(swept.here(axis)) for axis in swept.axes])


def _at(study: Study) -> str:
    return listing([alone(study, key) for key in study.varied])


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"source_of": source_of, "in_groups": in_groups, "breakable": breakable}
    return environment


def _read(name: str) -> str:
    return (files("sim.report") / name).read_text(encoding="utf-8")


def source_of(picture: Picture) -> str:
    """Give a picture as a data URI: sharp at any size, or small where sharp would be too large."""
    if len(picture.svg) <= LARGER * len(picture.png):
        return f"data:image/svg+xml;base64,{base64.b64encode(picture.svg).decode()}"
    return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"


def in_groups(rows: Sequence[Grouped]) -> list[tuple[str, list[Grouped]]]:
    """Give rows under their headings, both in the order in which they come."""
    return [(heading, list(group)) for heading, group in groupby(rows, key=lambda row: row.heading)]


def breakable(text: str) -> Markup:
    """Give a key that may go on in the next line after a dot or an underscore."""
    return Markup(re.sub(r"(?<=[._])", "<wbr>", str(escape(text))))  # noqa: S704 - escaped first


def made(study: Study) -> list[tuple[str, str]]:
    """Give how the results were made, as pairs of words."""
    manifest, horizon = study.results.manifest, study.experiment.horizon
    versions = manifest["versions"]
    pairs = {
        "Experiment": study.name,
        "Centre": study.centre.name,
        "Replications": study.runs(study.replications) + " under each design, the same callers",
        "Precision": precision_words(study) or "no half-width was asked for",
        "Each run": (
            f"{horizon.warm_up_h:g} h of warm-up, {horizon.measured_h:g} h measured, "
            f"{horizon.cool_down_h:g} h of cool-down"
        ),
        "Seed": str(manifest["seed"]),
        "Engine": str(manifest["engine"]),
        "Time taken": f"{manifest['elapsed_s']:,.0f} s" if manifest.get("elapsed_s") else MISSING,
        "Input digest": str(manifest.get("digest") or MISSING),
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    return list(pairs.items())


def _digests(study: Study) -> dict[str, Any]:
    """Give the tables' digests; not those of the figures, which this page is drawn before."""
    return {
        name: digest
        for name, digest in (study.results.manifest.get("files") or {}).items()
        if name.endswith((".csv", ".parquet"))
    }


def command(study: Study) -> str:
    """Give the command that makes the same results again."""
    manifest = study.results.manifest
    path = shlex.quote(f"experiments/{study.name}.toml")
    return (
        f"sim run {path} --seed {manifest['seed']} --replications {study.replications} "
        f"--engine {shlex.quote(str(manifest['engine']))}"
    )
