"""Every test inside every mapping that comes with retoure, as a case of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from retoure import CompiledMapping, Source, check_source, compile_mapping, data_folder
from retoure.language import nodes as n
from retoure.language.cases import expanded
from retoure.testing import run_tests
from retoure_cli.main import group

FOLDER = data_folder("mappings")
FILES = sorted(FOLDER.rglob("*.rmap"))


@cache
def compiled(path: Path) -> CompiledMapping:
    return compile_mapping(Source.read(path))


def every_test(module: n.Module) -> list[n.TestNode]:
    """Every test, each case of one on its own."""
    return [case for test in module.of(n.TestNode) for case in expanded(test)]


def cases() -> list[object]:
    found = [(path, check_source(Source.read(path)).facts.module) for path in FILES]
    tests = [(path, test.name) for path, module in found for test in every_test(module)]
    return [pytest.param(path, name, id=f"{path.relative_to(FOLDER)}: {name}") for path, name in tests]


@pytest.mark.parametrize(("path", "name"), cases())
def test_in_file(path: Path, name: str) -> None:
    (result,) = [result for result in run_tests(compiled(path), path.parent, name) if result.name == name]
    assert (result.error, result.failures) == ("", ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_errors_and_no_findings_at_all_where_shops_begin(path: Path) -> None:
    checked = check_source(Source.read(path))
    assert [finding.message for finding in checked.errors] == []
    if path.parent.name == "reveni_to_scayle":
        assert checked.findings == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_names_of_tests_are_unique(path: Path) -> None:
    names = [test.name for test in every_test(check_source(Source.read(path)).facts.module)]
    assert sorted(set(names)) == sorted(names)


MAPPINGS = [path for path in FILES if not check_source(Source.read(path)).facts.module.of(n.MappingNode)[0].library]


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_its_own_tests_exercise_nearly_everything_it_declares(path: Path) -> None:
    result = CliRunner().invoke(group, ["test", str(path), "--min", "90"])
    assert result.exit_code == 0, result.output
    assert "declared things exercised" in result.output


def test_the_shipped_mapping_is_among_them() -> None:
    assert "returns.rmap" in [path.name for path in FILES]
