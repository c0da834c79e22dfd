"""The command line as a whole: its commands, its documentation, and what it may import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import retoure
from retoure_cli import failures, main, output

from .conftest import Call

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "cli" / "retoure_cli").rglob("*.py"))
DOCUMENTED = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
PUBLIC_MODULES = (
    *("retoure.connectors.contract", "retoure.connectors.kit"),
    *("retoure.comparing", "retoure.diagnostics", "retoure.documenting", "retoure.functions", "retoure.planning"),
    *(
        "retoure.erasing",
        "retoure.auditing",
        "retoure.benching",
        "retoure.importing",
        "retoure.migrating",
        "retoure.polling",
        "retoure.preflight",
        "retoure.reports",
        "retoure.scaffolding",
        "retoure.settlement",
        "retoure.telemetry",
    ),
    *("retoure.testing", "retoure.upkeep"),
    *("retoure.web", "retoure.connectors.simulators"),
    "retoure.connectors.simulators",
)
COMMANDS = main.group.list_commands(click.Context(main.group))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_file_is_a_command_that_explains_itself(name: str, call: Call) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert name in call("--help").output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert f"## `retoure {name}`" in DOCUMENTED


def test_commands_that_are_documented_exist() -> None:
    assert set(re.findall(r"^## `retoure ([a-z-]+)`", DOCUMENTED, re.MULTILINE)) == set(COMMANDS)


def test_options_that_are_documented_exist(call: Call) -> None:
    for name, text in re.findall(r"^## `retoure ([a-z-]+)`\n(.*?)(?=^## |\Z)", DOCUMENTED, re.MULTILINE | re.DOTALL):
        known = "\n".join(_helps(call, name))
        for option in re.findall(r"--[a-z][a-z-]+", text):
            assert option in known, f"retoure {name} has no {option}"


def _helps(call: Call, name: str) -> Iterator[str]:
    yield call(name, "--help").output
    command = main.group.get_command(click.Context(main.group), name)
    for below in getattr(command, "commands", {}):
        yield call(name, below, "--help").output


def test_exit_codes_are_told_in_help_and_documentation(call: Call) -> None:
    codes = {failures.TO_DO, failures.WRONG_USE, failures.UNAVAILABLE, failures.BUG, failures.INTERRUPTED}
    for text, form in ((call("--help").output, r"^\s+(\d+)  "), (DOCUMENTED, r"^\| (\d+) \|")):
        assert set(map(int, re.findall(form, text, re.MULTILINE))) == {0, *codes, output.READER_LEFT}


# -- imports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "cli")))
def test_only_public_names_are_imported(source: Path) -> None:
    for module, name in _imported(ast.parse(source.read_text(encoding="utf-8"))):
        assert not name.startswith("_"), f"{module}.{name}"
        if module == "retoure" or not _of_ours(module):
            assert module != "retoure" or name == "*module*" or name in retoure.__all__, name
        else:
            assert any(module == public or module.startswith(f"{public}.") for public in PUBLIC_MODULES), module
            assert not any(part.startswith("_") for part in module.split(".")), module


def test_the_public_modules_are_those_the_package_declares() -> None:
    assert retoure.__doc__ is not None
    assert all(f"`{module}`" in retoure.__doc__ for module in PUBLIC_MODULES)


def _of_ours(module: str) -> bool:
    return module.split(".")[0] == "retoure"


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every module and name that comes from `retoure`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "*module*") for alias in node.names if _of_ours(alias.name))
        elif isinstance(node, ast.ImportFrom) and not node.level and _of_ours(node.module or ""):
            yield from ((node.module or "", alias.name) for alias in node.names)
