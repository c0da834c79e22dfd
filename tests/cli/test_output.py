"""Tables, JSON and spans of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from retoure import Label, Place, Severity, Span
from retoure_cli.output import ago, counted, plain, show_json, show_table

NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def test_a_table_is_aligned_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name", "number"), [("[bold]x[/bold]", 5), ("y" * 300, 12), (None, 0)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ""
    assert [line.split() for line in lines[1:]] == [
        ["name", "number"],
        ["[bold]x[/bold]", "5"],
        ["y" * 300, "12"],
        ["0"],
    ]
    assert len({len(line) for line in lines[1:]}) == 1


def test_an_empty_table_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name", "number"), [])
    assert capsys.readouterr().out == ""


def test_data_of_the_engine_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"at": NOW, "amount": Decimal("1E+2"), "label": Label(Span(1, 2), "ü"), "is": Severity.ERROR, "no": None})
    out = capsys.readouterr().out
    assert "ü" in out
    assert json.loads(out) == {
        "at": "2026-03-02T10:15:00+00:00",
        "amount": "100",
        "label": {"span": {"start": 1, "end": 2}, "text": "ü"},
        "is": "error",
        "no": None,
    }


def test_places_and_lists() -> None:
    assert plain((Place("a.rmap", 3), [1, 2.5, True])) == ["a.rmap:3", [1, 2.5, True]]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds ago"),
        (1, "1 second ago"),
        (119, "119 seconds ago"),
        (120, "2 minutes ago"),
        (7200, "2 hours ago"),
        (2 * 86400, "2 days ago"),
        (-300, "in 5 minutes"),
    ],
)
def test_how_long_ago(seconds: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


def test_no_moment_is_empty() -> None:
    assert ago(None) == ""


def test_plurals() -> None:
    assert [counted(1, "query", "queries"), counted(2, "query", "queries"), counted(0, "call")] == [
        "1 query",
        "2 queries",
        "0 calls",
    ]
