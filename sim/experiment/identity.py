"""What determines a block of results, as a digest: the name under which the store keeps it.

A replication's figures follow from the centre's numbers, the horizon, the seed, the design's
matrices and the code that turns one into the other; not from wording (labels, sources, ranges,
the experiment's question), from how many replications are asked for, from the engine (both give
the same log) or from the number of workers.

The code counts by its syntax, without comments and docstrings: who edits a rule and forgets to
raise the engine's semantics version gets new figures all the same. NumPy and SciPy count by
feature version, because NumPy may change what a random generator draws in one (NEP 19); patch
releases, Python and the processor do not count.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel

from sim.config import Event
from sim.config.centre import CallLog, Centre, Channel, Profile
from sim.config.distributions import Empirical
from sim.config.facts import WORDING, Fact
from sim.engine import SEMANTICS_VERSION
from sim.experiment.errors import CannotGoOn, WrongInput
from sim.experiment.files import write_atomically
from sim.jit.cache import cache_folder
from sim.records import Design, Horizon

CODE = (
    "jit",
    "records",
    "config",
    "routing",
    "workload",
    "engine",
    "measures",
    "experiment/events.py",
    "experiment/replication.py",
)
LIBRARIES = ("numpy", "scipy")

_NOT_COUNTED: Mapping[type[BaseModel], frozenset[str]] = {
    Centre: frozenset({"name", "sources", "designs"}),  # designs count by their matrices
    Channel: frozenset({"target_share"}),  # no cell needs it; the tables read it from the centre
    Profile: frozenset({"file", "column"}),  # the series itself stands in the model
    Empirical: frozenset({"file", "column"}),
    CallLog: frozenset({"file"}),
}


def digest_of(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """Give the SHA-256 of a value's JSON, in hexadecimal."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def point_digest(centre: Centre, horizon: Horizon, seed: int, events: Sequence[Event] = ()) -> str:
    """Give the digest of all that determines a point's workload, staffing and measures."""
    spans = (
        horizon.warm_up_h,
        horizon.measured_h,
        horizon.cool_down_h,
        horizon.start_hour_of_week,
    )
    happens = [determinants(tuple(events))] if events else []
    known = [semantics(), determinants(centre), [float(span) for span in spans], seed]
    return digest_of(known + happens)


def design_digest(
    design: Design,
    changed: Centre | None = None,
    sites: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Give the digest of a design's matrices, whatever it is called.

    Parameters
    ----------
    changed
        The centre as it is under the design, if the design changes it.
    sites
        Which groups share a roof, where an event may take it away.
    """
    sha = hashlib.sha256()
    for field in fields(design):
        matrix: NDArray[Any] = getattr(design, field.name)
        sha.update(f"{field.name} {matrix.shape} ".encode())
        sha.update(matrix.astype(matrix.dtype.newbyteorder("<")).tobytes())
    if changed is not None:
        sha.update(digest_of(determinants(changed)).encode())
    if sites:
        sha.update(digest_of(sorted(sorted(groups) for groups in sites.values())).encode())
    return sha.hexdigest()


def workload_digest(centre: Centre) -> str:
    """Give the digest of what determines a centre's workloads, for a seed and a horizon."""
    return digest_of(
        [determinants(part) for part in (centre.channels, centre.forces, centre.demand)]
    )


def staffing_digest(centre: Centre) -> str:
    """Give the digest of what determines a centre's staffing, for a seed and a horizon."""
    return digest_of([determinants(part) for part in (centre.groups, centre.staffing)])


def determinants(value: Any) -> Any:  # noqa: ANN401 - walks whatever a model holds
    """Give what counts of a configuration value: numbers and names in order, without the wording.

    The order of forces, channels and groups counts (it decides ties), so a table becomes a list
    of pairs.
    """
    if isinstance(value, Fact):
        return value.value
    if isinstance(value, BaseModel):
        left_out = WORDING | _NOT_COUNTED.get(type(value), frozenset())
        return [
            [name, determinants(getattr(value, name))]
            for name in type(value).model_fields
            if name not in left_out
        ]
    if isinstance(value, Mapping):
        return [[str(key), determinants(item)] for key, item in value.items()]
    if isinstance(value, tuple | list):
        return [determinants(item) for item in value]
    return value


@cache
def semantics() -> tuple[Any, ...]:
    """Give the engine's semantics version, the rooms' code and the libraries that draw."""
    libraries = [f"{name} {'.'.join(version(name).split('.')[:2])}" for name in LIBRARIES]
    return SEMANTICS_VERSION, code_digest(*(files("sim") / place for place in CODE)), libraries


def code_digest(*places: Traversable) -> str:
    """Give the digest of the Python code in files and folders: its syntax, not its wording.

    Parsing a hundred files takes a quarter of a second, so the digest is kept under that of their
    text.
    """
    texts = [pair for place in places for pair in sorted(_python_files(place, place.name))]
    ours = Path(__file__).read_text(encoding="utf-8")  # what is parsed, and how
    kept = cache_folder() / f"code-{digest_of([sys.version_info[:2], ours, texts])[:16]}"
    with suppress(OSError, UnicodeDecodeError):
        known, _, check = kept.read_text(encoding="ascii").partition(" ")
        if check == digest_of([kept.name, known]):  # a false digest would mix two codes' figures
            return known
    sha = hashlib.sha256()
    for name, text in texts:
        sha.update(f"{name}\n{_syntax(text)}\n".encode())
    digest = sha.hexdigest()
    content = f"{digest} {digest_of([kept.name, digest])}".encode()
    with suppress(CannotGoOn, WrongInput):  # to have it in the next run is a comfort and no more
        write_atomically(kept, lambda file: file.write(content))
    return digest


def _python_files(place: Traversable, name: str) -> Iterator[tuple[str, str]]:
    """Give the name and text of a Python file, or of each in a folder and those below it."""
    if place.is_dir():
        for entry in place.iterdir():
            yield from _python_files(entry, f"{name}/{entry.name}")
    elif name.endswith(".py"):
        yield name, place.read_text(encoding="utf-8")


def _syntax(text: str) -> str:
    """Give the code of a file without comments, docstrings and layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(ast.Constant(str())), *rest]:
                    node.body = rest
    return ast.unparse(tree)  # and not ast.dump, which changes with Python
