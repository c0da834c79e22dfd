"""What the contract suite tries the generic connectors on."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from ...types import json_text
from ...types.load import load_system
from ...types.manifest import Auth, AuthKind, Manifest, PageKind, Pages, Rest
from ..contract.subject import Listing, Specimen, Trials
from ..port import Call
from .depot import KEY, ORDERS, SECRETS, SIZE, Depot
from .receiver import OLD_SIGNING, SIGNING, Receiver

SAMPLES = Path(__file__).with_name("samples")

TAG = Call("orders.tag", body={"order": "70002", "tag": "return inside"}, key="tag-1")
NOTE = Call("notes.add", body={"order": "70001", "text": "refunded"}, key="note-1")


def rest(auth: AuthKind = AuthKind.BEARER, pages: PageKind = PageKind.CURSOR) -> Specimen:
    """The depot, spoken to as this kind of `auth` and of pages wants."""
    depot = Depot(auth, pages)
    listing = Listing(Call("orders.list"), "orders", len(ORDERS))
    trials = Trials(Call("orders.get", ("70001",)), (TAG, NOTE), Call("orders.get", ("1",)), listing)
    return Specimen(
        manifest_of(auth, pages),
        lambda url: trials,
        lambda url: depot.books(),
        depot,
        secrets=SECRETS[auth],
    )


def manifest_of(auth: AuthKind, pages: PageKind) -> Manifest:
    """The depot's manifest with these two ways."""
    manifest = load_system("depot/v1", SAMPLES)
    way = Auth(auth, KEY if auth in (AuthKind.HEADER, AuthKind.QUERY) else "", "/oauth/token", "")
    orders = manifest.operations["orders.list"]
    assert orders.http is not None
    listed = replace(orders, http=replace(orders.http, pages=_pages(pages)))
    return replace(
        manifest,
        rest=Rest(way, manifest.rest.idempotency_header),
        operations={**manifest.operations, "orders.list": listed},
    )


def _pages(kind: PageKind) -> Pages:
    items = "" if kind is PageKind.LINK else "orders"
    parameter = {PageKind.CURSOR: "cursor", PageKind.PAGE: "page", PageKind.OFFSET: "offset", PageKind.LINK: ""}[kind]
    return Pages(kind, items, parameter, "next" if kind is PageKind.CURSOR else "", size=SIZE)


def webhook() -> Specimen:
    """A receiver that believes only what is signed."""
    receiver = Receiver()
    report = Call("returns.report", body={"id": "R1", "status": "accepted"}, key="report-1")
    trials = Trials(report, (report,))
    return Specimen(
        load_system("receiver/v1", SAMPLES),
        lambda url: trials,
        lambda url: receiver.books(),
        receiver,
        path="/hooks/returns",
        secrets={"signing_secret": SIGNING, "previous_signing_secret": OLD_SIGNING},
    )


LEDGER_ROW = {"id": "70001", "quantity": 2, "price": "19.90", "fragile": True}
BOOKING = Call("bookings.add", body={"order": "70001", "amount": "19.90", "text": "refunded"}, key="booking-1")


def files(folder: Path, format: str = "csv") -> Specimen:
    """A folder with two orders."""
    kept = folder / "ledger"
    kept.mkdir()
    if format == "csv":
        lines = "id,quantity,price,fragile\n70001,2,19.90,true\n70002,1,5.00,false\n"
    else:
        lines = "".join(f"{json_text.dump(row)}\n" for row in (LEDGER_ROW, {**LEDGER_ROW, "id": "70002"}))
    (kept / f"orders.{format}").write_text(lines, encoding="utf-8")
    added = kept / f"bookings.{format}"
    trials = Trials(Call("orders.get", ("70001",)), (BOOKING,), Call("orders.get", ("1",)))
    return Specimen(
        load_system("ledger/v1", SAMPLES),
        lambda url: trials,
        lambda url: added.read_text(encoding="utf-8") if added.exists() else "",
        options={"folder": "ledger", "format": format},
    )


TABLES = (
    "CREATE TABLE orders (id VARCHAR(20) PRIMARY KEY, quantity INTEGER, price NUMERIC(12, 2), fragile BOOLEAN)",
    'CREATE TABLE bookings ("order" VARCHAR(20), amount NUMERIC(12, 2), text VARCHAR(200))',
    "CREATE TABLE stock (sku VARCHAR(20) PRIMARY KEY, quantity INTEGER)",
    "INSERT INTO orders VALUES ('70001', 2, 19.90, TRUE), ('70002', 1, 5.00, FALSE)",
    "INSERT INTO stock VALUES ('TEE-S', 5)",
)
STOCK = Call("stock.add", body={"sku": "TEE-S", "quantity": 1}, key="stock-1")
PRICE = Call("orders.set", body={"id": "70002", "price": "4.50"}, key="price-1")


def sql(folder: Path, url: str = "") -> Specimen:
    """A database with two orders and a stock: SQLite in the folder, else the empty one at `url`."""
    import sqlalchemy as sa

    address = url or f"sqlite:///{folder / 'ledger.db'}"
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.begin() as db:
        for statement in TABLES:
            db.execute(sa.text(statement))

    def books(_: str) -> object:
        with engine.connect() as db:
            tables = ("orders", "bookings", "stock")
            return [sorted(map(str, db.execute(sa.text(f"SELECT * FROM {table}")))) for table in tables]

    trials = Trials(Call("orders.get", ("70001",)), (BOOKING, STOCK, PRICE), Call("orders.get", ("1",)))
    return Specimen(load_system("ledger/v1", SAMPLES), lambda _: trials, books, secrets={"url": address})
