"""The connectors `folder` and `sql`: rows read and written exactly once, in real files and real databases."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec import structs

from retoure.connectors.contract import RULES, Outcome, Rule, tried
from retoure.connectors.generic import folder as folders
from retoure.connectors.generic import specimens
from retoure.connectors.generic import sql as sqls
from retoure.connectors.generic.files import KEY, Table
from retoure.connectors.generic.folder import FolderConnector
from retoure.connectors.generic.specimens import BOOKING, PRICE, SAMPLES, STOCK
from retoure.connectors.generic.sql import SqlConnector, opened
from retoure.connectors.kit import Call, CallFailed, Connector, Secret, Settled, WiringInvalid
from retoure.types.kinds import Record
from retoure.types.load import load_system

LEDGER = load_system("ledger/v1", SAMPLES)
GET, LIST = Call("orders.get", ("70001",)), Call("orders.list")
ONCE = ("idempotency-true", "doubt-settled")


@pytest.fixture(params=["csv", "jsonl"])
def format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path, format: str) -> Path:
    specimens.files(tmp_path, format)
    return tmp_path / "ledger"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'ledger.db'}"
    else:
        address = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
    specimens.sql(tmp_path, address)
    return address


def send(made: Connector, *calls: Call) -> Any:
    async def whole() -> Any:
        try:
            return [await made.send(call) for call in calls][-1]
        finally:
            await made.aclose()

    return asyncio.run(whole())


def settled(made: Connector, call: Call) -> Settled:
    async def whole() -> Settled:
        try:
            return await made.settle(call)
        finally:
            await made.aclose()

    return asyncio.run(whole())


def failing(made: Connector, call: Call) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        send(made, call)
    return caught.value


def rows(url: str, table: str) -> list[Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as db:
        return [tuple(row) for row in db.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1"))]


# -- a folder ---------------------------------------------------------------------------------------------------------


def test_rows_of_files_have_the_types_of_the_manifest(folder: Path, format: str) -> None:
    made = FolderConnector(LEDGER, folder, format)
    assert send(made, GET) == {"id": "70001", "quantity": 2, "price": "19.90", "fragile": True}
    assert [row["id"] for row in send(made, LIST)["orders"]] == ["70001", "70002"]


def test_a_row_is_added_once(folder: Path, format: str) -> None:
    made = FolderConnector(LEDGER, folder, format)
    other = replace(BOOKING, key="booking-2")
    send(made, BOOKING, other, BOOKING)
    found = Table(folder / f"bookings.{format}", Record("Booking")).rows()
    assert [row[KEY] for row in found] == ["booking-1", "booking-2"]
    assert settled(made, other) is Settled.APPLIED
    assert settled(made, replace(BOOKING, key="booking-3")) is Settled.NOT_APPLIED


def test_many_writers_lose_nothing(folder: Path, format: str) -> None:
    calls = [replace(BOOKING, key=f"booking-{i % 20}") for i in range(60)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda call: send(FolderConnector(LEDGER, folder, format), call), calls))
    found = Table(folder / f"bookings.{format}", Record("Booking")).rows()
    assert sorted(str(row[KEY]) for row in found) == sorted({call.key for call in calls})


def test_a_text_with_line_ends_quotes_and_commas_comes_back(folder: Path, format: str) -> None:
    text = 'first, "second"\nthird; ü'
    call = Call("bookings.add", body={"order": "1", "amount": "1.00", "text": text}, key="k")
    send(FolderConnector(LEDGER, folder, format), call)
    (row,) = Table(folder / f"bookings.{format}", Record("Booking")).rows()
    assert row["text"] == text


def test_columns_of_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "bookings.csv"
    file.write_text(f"text,booked by,{KEY},order,amount\nold,Mira,x,1,2.00\n", encoding="utf-8")
    send(FolderConnector(LEDGER, tmp_path), BOOKING)
    assert file.read_text(encoding="utf-8").splitlines()[1:] == ["old,Mira,x,1,2.00", "refunded,,booking-1,70001,19.90"]


@pytest.mark.parametrize(
    ("name", "text", "call", "error", "said"),
    [
        ("orders.csv", "id,quantity\n1,2,3\n", LIST, "INVALID", "orders.csv, line 2: 3 cells below 2 titles"),
        ("orders.csv", 'id\n"open\n', LIST, "INVALID", "orders.csv, line"),
        ("bookings.csv", "order,amount\n", BOOKING, "INVALID", "bookings.csv has no column text, retoure_key"),
        ("other.csv", "id\n", LIST, "NOT_FOUND", "there is no file orders.csv"),
        ("orders.csv", "id\n1\n", STOCK, "INVALID", "to a folder rows are only added"),
        ("orders.csv", "id\n1\n", replace(BOOKING, key=""), "INVALID", "needs a key"),
        ("orders.csv", "id\n1\n", replace(BOOKING, body={"order": ["x"]}), "INVALID", "`order` of `bookings.add`"),
    ],
)  # fmt: skip
def test_what_a_folder_refuses(tmp_path: Path, name: str, text: str, call: Call, error: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    failed = failing(FolderConnector(LEDGER, tmp_path), call)
    assert (failed.error, said in failed.message) == (error, True), failed.message


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "orders.jsonl").write_text('{"id": "1"}\n{"id": "2"', encoding="utf-8")
    failed = failing(FolderConnector(LEDGER, tmp_path, "jsonl"), LIST)
    assert (failed.error, "orders.jsonl, line 2" in failed.message) == ("INVALID", True)


def test_a_folder_that_is_gone_is_an_outage(tmp_path: Path) -> None:
    assert failing(FolderConnector(LEDGER, tmp_path / "gone"), BOOKING).error == "UNAVAILABLE"


# -- a database -------------------------------------------------------------------------------------------------------


def connector(url: str) -> SqlConnector:
    return SqlConnector(LEDGER, opened(Secret(url)))


def test_rows_of_tables_have_the_types_of_the_manifest(url: str) -> None:
    found = send(connector(url), GET)
    assert {**found, "price": Decimal(found["price"])} == {
        "id": "70001",
        "quantity": 2,
        "price": Decimal("19.9"),
        "fragile": True,
    }
    assert isinstance(found["price"], str)
    assert len(send(connector(url), LIST)["orders"]) == 2


def test_each_write_counts_once(url: str) -> None:
    send(connector(url), BOOKING, STOCK, BOOKING, STOCK, replace(STOCK, key="stock-2"))
    assert rows(url, "stock") == [("TEE-S", 7)]
    assert [(row[0], row[2]) for row in rows(url, "bookings")] == [("70001", "refunded")]
    assert settled(connector(url), STOCK) is Settled.APPLIED
    assert settled(connector(url), replace(STOCK, key="x")) is Settled.NOT_APPLIED


def test_a_row_is_set_or_made(url: str) -> None:
    send(connector(url), PRICE, Call("orders.set", body={"id": "70003", "quantity": 4}, key="new"))
    assert [(row[0], row[1], float(row[2] or 0)) for row in rows(url, "orders")] == [
        ("70001", 2, 19.9),
        ("70002", 1, 4.5),
        ("70003", 4, 0.0),
    ]


def test_a_failed_write_leaves_no_key(url: str) -> None:
    lost = Call("stock.add", body={"sku": "NO-SUCH", "quantity": 1}, key="stock-9")
    assert failing(connector(url), lost).error == "NOT_FOUND"
    assert settled(connector(url), lost) is Settled.NOT_APPLIED


@pytest.mark.parametrize("text", ["'; DROP TABLE bookings; --", '" OR 1=1', "%s :x ?"])
def test_values_are_never_part_of_a_statement(url: str, text: str) -> None:
    assert failing(connector(url), Call("orders.get", (text,))).error == "NOT_FOUND"
    send(connector(url), replace(BOOKING, body={"order": "1", "amount": "1.00", "text": text}))
    assert [row[2] for row in rows(url, "bookings")] == [text]


def test_a_missing_table_is_invalid(url: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as db:
        db.execute(sa.text("DROP TABLE bookings"))
    failed = failing(connector(url), BOOKING)
    assert (failed.error, failed.outcome_unknown) == ("INVALID", False)


def test_a_row_that_cannot_be_twice_is_a_conflict(url: str) -> None:
    made = connector(url)
    made.manifest = structs.replace(LEDGER, operations={"orders.add": structs.replace(LEDGER.operations["bookings.add"],
                            name="orders.add", input=LEDGER.types["Order"])})  # fmt: skip
    failed = failing(made, Call("orders.add", body={"id": "70001"}, key="again"))
    assert failed.error == "CONFLICT"
    assert "70001" not in failed.message


def test_a_database_that_is_away_shows_no_password() -> None:
    away = "postgresql+psycopg://shop:hidden-word-31@127.0.0.1:9/shop"
    failed = failing(SqlConnector(LEDGER, opened(Secret(away))), GET)
    assert failed.error == "UNAVAILABLE"
    assert "hidden-word-31" not in f"{failed} {failed!r} {failed.__cause__}"


@pytest.mark.parametrize(
    ("url", "said"),
    [("no address, hidden-word-31", "holds no address"), ("nosuch://u:hidden-word-31@h/d", "a driver that is missing")],
)
def test_an_address_that_cannot_be_used(url: str, said: str) -> None:
    with pytest.raises(WiringInvalid) as caught:
        opened(Secret(url))
    assert said in caught.value.message
    assert "hidden-word-31" not in str(caught.value)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.name in ("idempotency-true", "doubt-settled")], ids=str
)
def test_the_contract_on_the_other_kinds(rule: Rule, postgres: str) -> None:
    """Files of JSON Lines; one database for all stands of a rule, emptied for each."""
    lines = replace(folders.KIND, specimen=lambda folder: specimens.files(folder, "jsonl"))
    assert tried(lines, rule).outcome is Outcome.KEPT
    address = postgres.replace("postgresql://", "postgresql+psycopg://")

    def emptied(folder: Path) -> Any:
        with sa.create_engine(address, poolclass=sa.NullPool).begin() as db:
            db.execute(sa.text("DROP TABLE IF EXISTS orders, bookings, stock, retoure_calls"))
        return specimens.sql(folder, address)

    verdict = tried(replace(sqls.KIND, specimen=emptied), rule)
    assert verdict.outcome is Outcome.KEPT, verdict.detail
