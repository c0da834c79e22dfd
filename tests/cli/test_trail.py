"""`retoure trail` and `retoure exceptions`: what people do is kept, and what waits for them is one list."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from ..embedding.shop import Shop
from .conftest import Call, letter, told


def done(call: Call, *arguments: str, code: int = 0) -> str:
    result = call(*arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_who_did_what_is_shown_and_verified(worked: Shop, call: Call) -> None:
    name = letter(call)
    done(call, "queue", "edit", name, "--set", "returnReason=damaged", "--why", "a photo", "--yes", "--by", "Ann")
    done(call, "queue", "replay", name, "--by", "Bob")
    done(call, "holds", "assign", "1", "finance", "--by", "Ann")
    done(call, "holds", "close", "1", "--why", "merged", "--by", "Eve")
    shown = [(each["deed"]["who"], each["deed"]["act"], each["deed"]["about"]) for each in told(call, "trail", "show")]
    assert shown[-4:] == [
        ("Ann", "call edited", name),
        ("Bob", "replayed", name),
        ("Ann", "assigned", "hold-1"),
        ("Eve", "hold closed", "hold-1"),
    ]
    assert [each["deed"]["who"] for each in told(call, "trail", "show", "--by", "Eve")] == ["Eve"]
    head = done(call, "trail", "verify").rpartition("head ")[2].strip()
    done(call, "trail", "verify", "--head", head)
    assert done(call, "report", "stock", "--format", "json").count(head) == 1


def test_a_start_puts_a_version_in_force(worked: Shop, call: Call) -> None:
    (first,) = told(call, "trail", "show")
    assert (first["deed"]["act"], first["deed"]["actor"]) == ("version activated", "engine")
    assert first["deed"]["about"].startswith("reveni_to_scayle ")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE trail SET detail = replace(detail, 'merged', 'Merged') WHERE number = 3", "entry 3 was changed"),
        ("DELETE FROM trail WHERE number = 2", "entry 2 is missing"),
        ("UPDATE trail SET number = 9 WHERE number = 2", "entry 2 is missing"),
        ("UPDATE trail SET who = 'Ann' WHERE number = 1", "entry 1 was changed"),
    ],
)
def test_a_row_that_was_changed_is_found(worked: Shop, call: Call, change: str, found: str) -> None:
    done(call, "holds", "assign", "1", "finance")
    done(call, "holds", "close", "1", "--why", "merged")
    head = done(call, "trail", "verify").rpartition("head ")[2].strip()
    with closing(sqlite3.connect(worked.file.with_name("retoure.db"))) as db, db:
        db.execute(change)
    assert found in done(call, "trail", "verify", code=1)
    assert "the audit trail: " + found in done(call, "store", "check", code=1)
    with closing(sqlite3.connect(worked.file.with_name("retoure.db"))) as db, db:
        db.execute("DELETE FROM trail")
    done(call, "trail", "verify")
    assert "taken off its end" in done(call, "trail", "verify", "--head", head, code=1)


def test_exceptions_are_one_list_with_what_people_say_of_them(worked: Shop, call: Call) -> None:
    name = letter(call)
    first, second = told(call, "exceptions", "list")
    assert [(first["id"], first["severity"]), (second["id"], second["severity"])] == [
        (name, "high"),
        ("hold-1", "medium"),
    ]
    done(call, "exceptions", "comment", name, "asked the bank", "--by", "Ann")
    done(call, "exceptions", "assign", name, "Bob", "--by", "Ann")
    done(call, "exceptions", "assign", "hold-1", "finance")
    assert [each["id"] for each in told(call, "exceptions", "list", "--owner", "Bob")] == [name]
    assert [each["id"] for each in told(call, "exceptions", "list", "--owner", "finance")] == ["hold-1"]
    said = told(call, "exceptions", "show", name)["said"]
    assert [(each["deed"]["who"], each["deed"]["act"]) for each in said] == [
        ("Ann", "commented"),
        ("Ann", "assigned"),
    ]
    shown = done(call, "exceptions", "show", name)
    assert "asked the bank" in shown
    assert "at stake     10.00 EUR" in shown


def test_another_owner_than_any_is_no_empty_desk(worked: Shop, call: Call) -> None:
    assert "none of the 2 exceptions is among these" in done(call, "exceptions", "list", "--owner", "nobody")


@pytest.mark.parametrize(
    "arguments",
    [
        ("exceptions", "comment", "hold-1", " "),
        ("exceptions", "assign", "hold-1", ""),
        ("exceptions", "resolve", "hold-1", "--why", ""),
        ("holds", "close", "1", "--why", " "),
        ("queue", "drop", "effect-4", "--reason", ""),
    ],
)
def test_words_that_say_nothing_are_not_taken(worked: Shop, call: Call, arguments: tuple[str, ...]) -> None:
    before = told(call, "trail", "show")
    assert "say something" in done(call, *arguments, code=2)
    assert told(call, "trail", "show") == before


def test_a_replay_of_one_letter_is_known_by_its_return(worked: Shop, call: Call) -> None:
    name = letter(call)
    subject = told(call, "queue", "show", name)["return"]
    done(call, "queue", "replay", name, "--by", "Ann")
    (entry,) = told(call, "trail", "show", "--return", subject)
    assert (entry["deed"]["act"], entry["deed"]["about"]) == ("replayed", name)


def test_reports_name_who_looks_after_it_and_what_people_settled(worked: Shop, call: Call) -> None:
    name = letter(call)
    done(call, "exceptions", "assign", name, "Bob", "--by", "Ann")
    edit = ("--set", "returnReason=damaged", "--why", "a photo of anna@shop.example", "--yes", "--by", "Ann")
    done(call, "queue", "edit", name, *edit)
    done(call, "holds", "close", "1", "--why", "merged", "--by", "Eve")
    rows = json.loads(done(call, "report", "exceptions", "--format", "json"))["tables"]["exceptions"]["rows"]
    assert [row["owner"] for row in rows] == ["Bob"]
    rows = json.loads(done(call, "report", "month-end", "--format", "json"))["tables"]["by-hand"]["rows"]
    assert [(row["who"], row["did"], row["what"], row["why"]) for row in rows] == [
        ("Ann", "call edited", name, "a photo of redacted@example.com"),
        ("Eve", "hold closed", "hold-1", "merged"),
    ]


def test_an_exception_rests_and_comes_back(worked: Shop, call: Call) -> None:
    done(call, "exceptions", "snooze", "hold-1", "--days", "2", "--why", "the carrier looks for it")
    assert "hold-1" not in [each["id"] for each in told(call, "exceptions", "list")]
    assert "hold-1" in [each["id"] for each in told(call, "exceptions", "list", "--all")]


def test_exceptions_are_settled_by_hand(worked: Shop, call: Call) -> None:
    name = letter(call)
    assert "say --as done" in done(call, "exceptions", "resolve", name, "--why", "by hand", code=2)
    done(call, "exceptions", "resolve", name, "--as", "done", "--why", "by hand", "--by", "Ann")
    done(call, "exceptions", "resolve", "hold-1", "--why", "merged", "--by", "Ann")
    assert told(call, "exceptions", "list") == []
    assert told(call, "holds", "list") == []
    assert "hold-1 is settled: merged; `retoure explain " in done(call, "exceptions", "show", "hold-1", code=2)
    assert f"{name} waits for nobody: it is applied" in done(call, "exceptions", "show", name, code=2)
    assert "no exception hold-9" in done(call, "exceptions", "show", "hold-9", code=2)
