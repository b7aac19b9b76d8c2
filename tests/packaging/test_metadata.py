"""What the package says of itself in several places is the same in each."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
ASKED_FOR = {"simpy", "numpy", "scipy", "matplotlib"}
PART_OF = {"pydantic_core": "pydantic"}  # one library in two packages of matching versions


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(project):
    """Give what the package and its extras need, but for its own extras."""
    texts = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        texts += extra
    found = [Requirement(text) for text in texts]
    return [each for each in found if each.name != project["name"]]


def test_every_requirement_has_a_version_known_good(project):
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    known = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    for requirement in requirements(project):
        version = known[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_the_dependencies_that_were_asked_for_are_there(project):
    assert {Requirement(text).name for text in project["dependencies"]} >= ASKED_FOR


def test_every_library_that_is_imported_is_declared(project):
    """One that is there only because another library needs it may be gone with the next version."""
    texts = project["dependencies"] + project["optional-dependencies"]["cluster"]
    declared = {Requirement(text).name for text in texts}
    imported = {
        name.partition(".")[0]
        for file in (PROJECT / "sim").rglob("*.py")
        for name in imports(ast.parse(file.read_text(encoding="utf-8")))
    }
    foreign = imported - set(sys.stdlib_module_names) - {"sim"}
    assert {PART_OF.get(name, name) for name in foreign} <= declared


def imports(tree):
    """Give the dotted names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def test_the_citation_and_the_changelog_name_this_version(project):
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE)[1] == project["version"]
    assert re.search(rf"^## \[({project['version']}|Unreleased)\]", changelog, re.MULTILINE)
    assert "### Results changed" in changelog


def test_the_licence_is_the_one_declared(project):
    licence = (PROJECT / project["license-files"][0]).read_text(encoding="utf-8")
    assert licence.startswith(f"{project['license']} License")
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"license: {project['license']}" in citation
