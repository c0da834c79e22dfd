"""`retoure store erase`: a person is out of the file, and the books are whole."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from retoure import Runner, load_deployment
from retoure.erasing import Person

from ..embedding.shop import Shop, webhook
from .conftest import Call, told, two_days_later

ANNA = {"email": "Anna.Muster@shopper.example", "first_name": "Annabella", "last_name": "Mustermann-Zwei",
        "phone": "+49 151 23456789"}  # fmt: skip
BERT = {"email": "bert@shopper.example", "first_name": "Bertram", "last_name": "Beispiel"}


def returned(shop: Shop, runner: Runner, customer: dict[str, Any], **fields: Any) -> str:
    """A return of a customer that was refunded; its id."""
    made = shop.returned(shop.ordered(), **fields)
    runner.accept("reveni", *webhook({**made, "customer": customer}))
    runner.drain()
    return str(made["id"])


@pytest.fixture
def both(running_shop: Shop) -> tuple[Shop, str, str]:
    """Returns of Anna and of Bert, and a message about Anna that was not taken."""
    with Runner.from_deployment(running_shop.file) as runner:
        anna, bert = (returned(running_shop, runner, each) for each in (ANNA, BERT))
        odd = json.dumps({"id": "e9", "event": "return.exploded", "data": {"object": {"customer": ANNA}}}).encode()
        with pytest.raises(Exception, match="signature"):
            runner.accept("reveni", odd, {"x-reveni-signature": "t=1,v1=none"})
    two_days_later(running_shop)
    return running_shop, anna, bert


def file_of(shop: Shop) -> Path:
    return shop.file.with_name("retoure.db")


def bytes_of(shop: Shop) -> bytes:
    """Everything that lies on the disk."""
    return b"".join(path.read_bytes() for path in sorted(shop.file.parent.glob("retoure.db*")))


def said(shop: Shop) -> str:
    """All that is in the tables, bodies unpacked."""
    import zlib

    with closing(sqlite3.connect(file_of(shop))) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        cells = [cell for table in tables for row in db.execute(f"SELECT * FROM {table}") for cell in row]

    def text(cell: Any) -> str:
        if not isinstance(cell, bytes):
            return str(cell)
        try:
            return zlib.decompress(cell).decode()
        except zlib.error:
            return cell.decode("utf-8", "replace")

    return "\n".join(map(text, cells))


def ledger(shop: Shop) -> list[Any]:
    with closing(sqlite3.connect(file_of(shop))) as db:
        return db.execute(
            "SELECT l.id, l.operation, e.state, e.body, l.body, e.identity, l.key"
            " FROM ledger l JOIN effects e ON e.entry = l.id ORDER BY e.id"
        ).fetchall()


def erase(call: Call, *who: str, code: int = 0) -> str:
    result = call("store", "erase", *who, "--why", "request 17", "--by", "Eve", "--yes")
    assert result.exit_code == code, result.output
    return result.output


def test_the_person_is_out_of_the_file_and_the_books_are_whole(both: tuple[Shop, str, str], call: Call) -> None:
    shop, anna, _ = both
    before = ledger(shop)
    assert all(value.lower() in said(shop).lower() for value in ANNA.values())
    assert erase(call, "--email", "anna.muster@shopper.example") == (
        "erased from 1 return and 1 message that had not been taken\n"
    )
    for value in (*ANNA.values(), *(value.lower() for value in ANNA.values())):
        assert value not in said(shop)
        assert value.encode() not in bytes_of(shop)
    assert all(value in said(shop) for value in BERT.values())
    assert ledger(shop) == before
    assert call("store", "check").output == "the books are in order\n"
    assert "none was changed" in call("trail", "verify").output
    done = [(each["deed"]["who"], each["deed"]["act"], each["deed"]["subject"]) for each in told(call, "trail", "show")]
    assert done[-2:] == [("Eve", "personal data erased", anna), ("Eve", "personal data erased", "")]


def test_what_comes_again_is_known_and_what_is_new_is_decided(both: tuple[Shop, str, str], call: Call) -> None:
    shop, anna, _ = both
    erase(call, "--return", anna)
    refunds = shop.refunds()
    newest = shop.moved({"id": anna}, "completed")
    with Runner.from_deployment(load_deployment(shop.file)) as runner:
        runner.accept("reveni", *webhook(newest, "2"))
        runner.drain()
    assert shop.refunds() == refunds
    assert call("store", "check").exit_code == 0


def test_by_return_only_that_return_is_touched(both: tuple[Shop, str, str], call: Call) -> None:
    shop, _, bert = both
    erase(call, "--return", bert)
    assert "Bertram" not in said(shop)
    assert "Annabella" in said(shop)


def test_a_second_time_nothing_is_left(both: tuple[Shop, str, str], call: Call) -> None:
    erase(call, "--email", ANNA["email"])
    assert "erased from 0 returns and 0 messages" in erase(call, "--email", ANNA["email"])


def test_reports_say_the_same_afterwards(both: tuple[Shop, str, str], call: Call) -> None:
    def reported() -> Any:
        report = json.loads(call("report", "month-end", "--format", "json").stdout)
        return report["tables"]

    before = reported()
    erase(call, "--email", ANNA["email"])
    assert reported() == before


def test_what_is_not_over_is_left_and_named(worked: Shop, call: Call) -> None:
    (open_one,) = {each["subject"] for each in told(call, "queue", "list")}
    output = erase(call, "--return", open_one, code=1)
    assert f"not over, and left alone: {open_one}" in output


def test_it_is_asked_before(both: tuple[Shop, str, str], call: Call) -> None:
    shop, anna, _ = both
    result = call("store", "erase", "--return", anna, "--why", "request 17")
    assert result.exit_code == 1
    assert "Annabella" in said(shop)


def test_somebody_must_be_named_and_a_return_must_be_there(worked: Shop, call: Call) -> None:
    assert "name a person" in erase(call, code=2)
    assert "there is no return r1" in erase(call, "--return", "r1", code=2)


def test_what_people_wrote_into_the_trail_is_told(both: tuple[Shop, str, str], call: Call) -> None:
    _, anna, _ = both
    result = call("store", "erase", "--return", anna, "--why", "Annabella asked", "--yes")
    assert "1 entry of the audit trail hold what people wrote of the person" in result.output


@pytest.mark.parametrize(("person", "value", "meant"), [
    (Person(email="a@b.example"), {"x": ["write to A@B.example, please"]}, True),
    (Person(email="a@b.example"), {"x": "joanna@b.example a@b.example.org"}, False),
    (Person(customer="17"), {"customer": {"id": 17, "address": {"id": 3}}}, True),
    (Person(customer="3"), {"customer": {"id": 17, "address": {"id": 3}}}, False),
    (Person(customer="C-9"), {"customerReferenceKey": "C-9"}, True),
    (Person(customer="9"), {"order": {"id": 9}}, False),
])  # fmt: skip
def test_who_is_meant(person: Person, value: Any, meant: bool) -> None:
    assert person.is_in(value) is meant
