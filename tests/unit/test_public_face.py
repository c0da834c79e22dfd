"""`retoure.__all__`, and how much `import retoure` costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

import retoure

CHECK = """\
from retoure_cli.main import group
group(["check", "reveni_to_scayle"], standalone_mode=False)
"""
TREE = ast.parse(Path(retoure.__file__).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", retoure.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    found = getattr(retoure, name)
    assert found.__name__ == name
    assert found.__doc__ or issubclass(found, StrEnum), "only words may speak for themselves"


def test_what_is_there_is_what_is_declared() -> None:
    typed = {alias.asname for node in ast.walk(TREE) if isinstance(node, ast.ImportFrom) and node.level
             for alias in node.names}  # fmt: skip
    assert sorted(retoure.__all__) == retoure.__all__ == sorted(typed, key=str) == dir(retoure)


def test_names_come_from_where_type_checkers_look() -> None:
    for node in ast.walk(TREE):
        if isinstance(node, ast.ImportFrom) and node.level:
            for alias in node.names:
                assert getattr(retoure, alias.name).__module__.startswith("retoure.")
                assert getattr(sys.modules[f"retoure.{node.module}"], alias.name) is getattr(retoure, alias.name)


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no public name `Dispatcher`"):
        _ = retoure.Dispatcher  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import retoure", ("uvicorn", "starlette", "httpx", "lark", "jsonschema", "sqlite3", "psycopg")),
        (
            "from retoure import Runner, Event, check_source, load_deployment",
            ("uvicorn", "starlette", "prometheus_client", "structlog", "opentelemetry.sdk"),
        ),
        (
            CHECK,
            ("uvicorn", "starlette", "prometheus_client", "structlog", "opentelemetry", "httpx"),
        ),
        (
            "from retoure_cli.commands import exceptions, explain, holds, queue, status, test, trail",
            ("uvicorn", "starlette", "prometheus_client", "structlog", "smtplib", "jinja2", "psycopg"),
        ),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(code: str, absent: tuple[str, ...]) -> None:
    assert imported(code, absent) == []


def imported(code: str, names: tuple[str, ...]) -> list[str]:
    """Which of these modules a process has imported after it has run the code."""
    script = f"{code}\nimport sys\nprint(*(name for name in {names!r} if name in sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return found.stdout.split()


def test_checking_for_the_first_time_needs_no_yaml_no_json_schema_and_no_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETOURE_CACHE", str(tmp_path))
    engine = ("retoure.compile", "retoure.compiled", "retoure.runtime.decide", "retoure.delivery", "retoure.deployment")
    libraries = ("yaml", "jsonschema", "jinja2", "iso4217", "rich", "importlib.metadata", "asyncio", "sqlite3")
    assert imported(CHECK, (*engine, *libraries, "tempfile", "shutil", "difflib")) == []


def test_checking_what_has_not_changed_needs_no_grammar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETOURE_CACHE", str(tmp_path))
    rooms = ("language", "check", "compile", "compiled", "runtime", "types.kinds", "delivery", "deployment")
    engine = tuple(f"retoure.{room}" for room in rooms)
    libraries = ("lark", "jsonschema", "jinja2", "yaml", "iso4217", "asyncio", "anyio", "httpx", "starlette", "sqlite3")
    assert imported(CHECK, ("lark", "retoure.check")) == ["retoure.check"]
    assert imported(CHECK, (*engine, *libraries, "tempfile", "shutil", "difflib")) == []
