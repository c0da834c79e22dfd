"""Every mistake ends in a message with place and remedy and the exit code for its kind, never in a traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from retoure import SqliteStore
from retoure_cli import main
from retoure_cli.commands import status as status_command

from ..embedding.shop import DEPLOYMENT, MAPPING, SECRETS
from .conftest import Call

ADDRESS = "http://127.0.0.1:9"
READ = ("status",)
WORK = ("run", "--until-idle")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment of platforms that nobody answers for."""
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "retoure.yaml"
    file.write_text(DEPLOYMENT.format(mapping=MAPPING, scayle=ADDRESS, reveni=ADDRESS), encoding="utf-8")
    return file


def ends(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("arguments", [READ, WORK, ("serve",), ("queue", "list"), ("holds", "list")])
def test_no_deployment_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    ends(call(*arguments), 2, "retoure.yaml", "--deployment FILE", "RETOURE_DEPLOYMENT")


@pytest.mark.parametrize("way", ["option", "environment"])
def test_the_deployment_file_can_be_named(
    file: Path, call: Call, monkeypatch: pytest.MonkeyPatch, way: str, tmp_path: Path
) -> None:
    named = file.rename(tmp_path / "production.yaml")
    monkeypatch.setenv("RETOURE_DEPLOYMENT", str(named) if way == "environment" else "other.yaml")
    options = ("--deployment", str(named)) if way == "option" else ()
    ends(call("status", *options), 69, "no database yet")


def test_a_mistake_in_the_deployment_file(file: Path, call: Call) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("store:", "stor:"), encoding="utf-8")
    for arguments in (READ, WORK):
        ends(call(*arguments), 2, "retoure.yaml:", "did you mean `store`?")


def test_a_setting_that_does_not_fit(file: Path, call: Call) -> None:
    file.write_text(file.read_text(encoding="utf-8") + "settings: {restocks: maybe}\n", encoding="utf-8")
    ends(call(*WORK), 2, "retoure.yaml:18", "settings.restocks", "engine, elsewhere")


def test_a_missing_secret(file: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCAYLE_TOKEN")
    ends(call(*WORK), 2, "retoure.yaml:7", "SCAYLE_TOKEN is not set", "help:")


def test_a_broken_mapping(file: Path, call: Call, tmp_path: Path) -> None:
    broken = MAPPING.read_text(encoding="utf-8").replace("on error follow money", "on error follow monney")
    (tmp_path / "broken.rmap").write_text(broken, encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(str(MAPPING), "broken.rmap"), encoding="utf-8")
    ends(call(*WORK), 1, "broken.rmap:", "monney", "^^^^", "cannot be used")


@pytest.mark.parametrize("arguments", [READ, ("queue", "list"), ("holds", "list"), ("queue", "replay", "effect-1")])
def test_no_database_yet(file: Path, call: Call, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ends(call(*arguments), 69, "retoure.db", "no database yet")
    assert not (tmp_path / "retoure.db").exists()


@pytest.mark.parametrize("arguments", [READ, WORK])
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("PRAGMA user_version = 99", "version 99"),
        ("PRAGMA application_id = 1", "not one of retoure"),
    ],
)
def test_a_database_of_another_kind(
    file: Path, call: Call, damage: str, words: str, arguments: tuple[str, ...]
) -> None:
    SqliteStore("retoure.db").close()
    with closing(sqlite3.connect("retoure.db")) as database:
        database.execute(damage)
        database.commit()
    ends(call(*arguments), 69, "retoure.db", words)


def test_a_file_that_is_no_database(file: Path, call: Call, tmp_path: Path) -> None:
    (tmp_path / "retoure.db").write_text("no database at all, but a text that is long enough to be looked at" * 20)
    ends(call(*READ), 69, "retoure.db")


@pytest.mark.parametrize("arguments", [WORK, ("run",), ("serve",)])
def test_another_worker_runs(file: Path, call: Call, arguments: tuple[str, ...]) -> None:
    with closing(SqliteStore("retoure.db")) as store:
        store.start_work(datetime.now(UTC))
        ends(call(*arguments), 69, "already works on this database", "stop that process")


# -- mistakes of our own ----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`status` with a mistake in it."""

    @click.command()
    def command() -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(status_command, "command", command)
    return lambda *options: CliRunner().invoke(main.group, [*options, "status"])


def test_an_unexpected_error_is_one_clear_line(broken: Callable[..., Result]) -> None:
    result = broken()
    ends(result, 70, "mistake in retoure", "RuntimeError: two lines", "--traceback")
    assert result.stderr.count("\n") == 1


def test_a_traceback_is_there_for_those_who_ask(broken: Callable[..., Result]) -> None:
    result = broken("--traceback")
    assert result.exit_code == 70
    assert "Traceback (most recent call last)" in result.stderr


def test_an_unknown_command(call: Call) -> None:
    ends(call("statuss"), 2, "No such command 'statuss'")
