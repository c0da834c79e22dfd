"""Every test of every mapping that comes with retoure, as a case of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from retoure import Checked, CompiledMapping, Source, check_source, data_folder, files_of_tests
from retoure.compile import bind
from retoure.language import nodes as n
from retoure.language.cases import expanded
from retoure.language.parse import parse
from retoure.testing import run_tests
from retoure_cli.main import group

FOLDER = data_folder("mappings")
FILES = sorted(FOLDER.rglob("*.rmap"))


@cache
def checked(path: Path) -> Checked:
    return check_source(Source.read(path), tests=files_of_tests(path))


@cache
def compiled(path: Path) -> CompiledMapping:
    return CompiledMapping(checked(path).facts, bind(checked(path).facts, {}))


def is_mapping(path: Path) -> bool:
    """Whether a file is neither a library nor one of tests."""
    return any(not head.library for head in parse(Source.read(path)).module.of(n.MappingNode))


MAPPINGS = [path for path in FILES if is_mapping(path)]


def every_test(module: n.Module) -> list[n.TestNode]:
    """Every test, each case of one on its own."""
    return [case for test in module.of(n.TestNode) for case in expanded(test)]


def cases() -> list[object]:
    found = [(path, checked(path).facts.module) for path in MAPPINGS]
    tests = [(path, test.name) for path, module in found for test in every_test(module)]
    return [pytest.param(path, name, id=f"{path.relative_to(FOLDER)}: {name}") for path, name in tests]


@pytest.mark.parametrize(("path", "name"), cases())
def test_it_passes(path: Path, name: str) -> None:
    (result,) = [result for result in run_tests(compiled(path), path.parent, name) if result.name == name]
    assert (result.error, result.failures) == ("", ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_errors_and_no_findings_at_all_where_shops_begin(path: Path) -> None:
    assert [finding.message for finding in checked(path).errors] == []
    if "reveni_to_scayle" in path.parts:
        assert checked(path).findings == ()


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_names_of_tests_are_unique(path: Path) -> None:
    names = [test.name for test in every_test(checked(path).facts.module)]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_its_own_tests_exercise_nearly_everything_it_declares(path: Path) -> None:
    result = CliRunner().invoke(group, ["test", str(path), "--min", "90"])
    assert result.exit_code == 0, result.output
    assert "declared things exercised" in result.output


def test_the_shipped_mapping_is_among_them() -> None:
    assert "returns.rmap" in [path.name for path in FILES]
