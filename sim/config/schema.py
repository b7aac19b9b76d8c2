"""JSON Schema of the files that a planner writes, for editors that complete and underline."""

from typing import Any

from pydantic.json_schema import models_json_schema

from sim.config.centre import Centre
from sim.config.experiment import Experiment


def schema() -> dict[str, Any]:
    """Give one JSON Schema (draft 2020-12) for `centre.toml` and experiment files alike.

    The two stand under `$defs` as `Centre` and `Experiment`. A fact may be a number or a table
    with its evidence. Fields that loading fills from CSV files are left out.
    """
    _, definitions = models_json_schema(
        [(Centre, "validation"), (Experiment, "validation")],
        title="A centre of configs/ or an experiment",
    )
    sections = definitions["$defs"]
    for section in sections.values():
        properties = section.get("properties", {})
        for name in [name for name, entry in properties.items() if entry.get("readOnly")]:
            del properties[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": definitions["title"],
        "anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in (Centre, Experiment)],
        "$defs": sections,
    }
