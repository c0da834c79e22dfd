"""What SCAYLE does not document, one switch after the other, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from . import shared
from .conftest import Inbox
from .shared import Platform, ordered, subscribe

ORDERS = "/shops/ms/countries/de/orders"
RETURN = "/fulfillment/return-items"
DAY = 86400.0


@pytest.fixture(scope="module")
def server() -> Iterator[Platform]:
    with shared.scayle() as client:
        yield client


@pytest.fixture
def scayle(server: Platform) -> Platform:
    server.admin("PUT", "/switches", {"webhook_backoff_seconds": 0.01})
    for held in server.get("/webhooks/subscriptions").json()["entities"]:
        server.delete(f"/webhooks/subscriptions/{held['id']}")
    return server


def back(scayle: Platform, *keys: object) -> httpx.Response:
    return scayle.post(RETURN, json=[{"returnKey": str(key), "received": "2026-03-01 08:30:00"} for key in keys])


def booked(scayle: Platform, book: str, order: Any) -> list[Any]:
    return [entry for entry in scayle.books()[book] if entry["orderId"] == order["id"]]


def error(answer: httpx.Response) -> Any:
    return answer.json()["errors"][0]


# -- answers -----------------------------------------------------------------------------------------------------------


def test_validation_status(scayle: Platform) -> None:
    assert back(scayle).status_code == 400
    scayle.switch(validation_status=422)
    assert (back(scayle).status_code, scayle.post(RETURN, content=b"{").status_code) == (422, 422)
    assert scayle.get(f"{ORDERS}/1").status_code == 404


@pytest.mark.parametrize(("shape", "empty"), [("mixed", [[], {}]), ("object", [{}, {}]), ("array", [[], []])])
def test_error_context(scayle: Platform, shape: str, empty: list[Any]) -> None:
    scayle.switch(error_context=shape)
    assert [error(back(scayle))["context"], error(scayle.get(f"{ORDERS}/1"))["context"]] == empty
    full = error(scayle.post(RETURN, json=[{}]))["context"]
    assert full == ([{"field": "returnKey"}] if shape == "array" else {"field": "returnKey"})


@pytest.mark.parametrize(
    ("case", "keys"),
    [
        ("mixed", ["validation_error", "ORDER_NOT_FOUND"]),
        ("lower", ["validation_error", "order_not_found"]),
        ("upper", ["VALIDATION_ERROR", "ORDER_NOT_FOUND"]),
    ],
)
def test_error_key_case(scayle: Platform, case: str, keys: list[str]) -> None:
    scayle.switch(error_key_case=case)
    assert [error(back(scayle))["errorKey"], error(scayle.get(f"{ORDERS}/1"))["errorKey"]] == keys


def test_retry_after(scayle: Platform) -> None:
    scayle.admin("PUT", "/limits", {"vouchersRead": 0})
    path = "/shops/ms/countries/de/vouchers"
    assert "Retry-After" not in scayle.get(path).headers
    scayle.switch(retry_after=True)
    answer = scayle.get(path)
    assert answer.headers["Retry-After"] == answer.headers["X-RateLimit-Reset"]


def test_last_page(scayle: Platform) -> None:
    assert scayle.get("/warehouses").json()["cursor"] == {"next": None}
    scayle.switch(last_page="absent")
    assert "cursor" not in scayle.get("/warehouses").json()
    ordered(scayle)
    ordered(scayle)
    assert scayle.get(ORDERS, params={"limit": 1}).json()["cursor"]["next"]


def test_stale_read_seconds(scayle: Platform) -> None:
    order = ordered(scayle)
    scayle.switch(stale_read_seconds=30.0)
    path = f"{ORDERS}/{order['id']}"
    before = scayle.get(path).json()
    back(scayle, order["items"][0]["id"])
    assert scayle.get(path).json() == before
    scayle.pass_time(30)
    assert scayle.get(path).json()["items"][0]["status"] == "returned"


def test_optional_fields(scayle: Platform) -> None:
    scayle.switch(optional_fields="left_out")
    order = scayle.get(f"{ORDERS}/{ordered(scayle)['id']}").json()
    assert {"customer", "payment", "publicKey"}.isdisjoint(order)
    assert {"merchant", "shippedAt"}.isdisjoint(order["items"][0])
    assert (order["items"][0]["status"], len(order["packages"])) == ("delivered", 1)


def test_order_filters(scayle: Platform) -> None:
    first, last = ordered(scayle)["id"], ordered(scayle)["id"]
    query = {"filters[minId]": last}
    assert [order["id"] for order in scayle.get(ORDERS, params=query).json()["entities"]] == [last]
    scayle.switch(order_filters="ignored")
    assert first in [order["id"] for order in scayle.get(ORDERS, params=query).json()["entities"]]


@pytest.mark.parametrize("word", ["delivered", "deliverable", "shipped", "partially_shipped"])
def test_delivered_item_status(scayle: Platform, word: str) -> None:
    scayle.switch(delivered_item_status=word)
    order = ordered(scayle, 2)
    back(scayle, order["items"][0]["id"])
    items = scayle.get(f"{ORDERS}/{order['id']}").json()["items"]
    assert [item["status"] for item in items] == ["returned", word]


# -- fulfilment and money ----------------------------------------------------------------------------------------------


def test_fulfilment_success(scayle: Platform) -> None:
    scayle.switch(fulfilment_success=202)
    assert back(scayle, ordered(scayle)["items"][0]["id"]).status_code == 202


@pytest.mark.parametrize(("choice", "status", "notes"), [("accept", 204, 1), ("conflict", 409, 0)])
def test_cancel_shipped(scayle: Platform, choice: str, status: int, notes: int) -> None:
    order = ordered(scayle)
    scayle.switch(cancel_shipped=choice)
    item = {"orderItemId": order["items"][0]["id"]}
    body = {"shopKey": "ms", "countryCode": "DE", "orderId": order["id"], "items": [item]}
    assert scayle.post("/fulfillment/cancellations", json=body).status_code == status
    assert len(booked(scayle, "correctiveInvoices", order)) == notes
    assert scayle.post("/fulfillment/cancellations", json=body).status_code == status
    assert len(booked(scayle, "correctiveInvoices", order)) == notes


def test_late_capture(scayle: Platform, inbox: Inbox) -> None:
    subscribe(scayle, inbox, "payment-capture")
    assert booked(scayle, "captures", ordered(scayle)) == []
    scayle.switch(late_capture=True)
    order = ordered(scayle)
    assert [entry["amount"] for entry in booked(scayle, "captures", order)] == [2000]
    (told,) = scayle.told(inbox)
    assert told["payload"]["transaction"] == {"transactionId": f"tx-{order['id']}", "operationStatus": "successful"}


def test_mail_on_return(scayle: Platform) -> None:
    with_mail = ordered(scayle)
    back(scayle, with_mail["items"][0]["id"])
    assert [mail["to"] for mail in booked(scayle, "mails", with_mail)] == [with_mail["customer"]["email"]]
    scayle.switch(mail_on_return=False)
    without = ordered(scayle)
    back(scayle, without["items"][0]["id"])
    assert booked(scayle, "mails", without) == []


def test_return_costs(scayle: Platform) -> None:
    scayle.switch(return_costs=2500)
    order = ordered(scayle, 2)
    back(scayle, *[item["id"] for item in order["items"]])
    assert [entry["amount"] for entry in booked(scayle, "refunds", order)] == [0, 1500]
    kinds = [entry["type"] for entry in scayle.get(f"{ORDERS}/{order['id']}/invoices").json()["entities"]]
    assert kinds[-1] == "return_cost_corrective_invoice"


@pytest.mark.parametrize("days", [2, 14])
def test_force_close_after_days(scayle: Platform, days: int) -> None:
    scayle.switch(force_close_after_days=days)
    order = ordered(scayle, ship=False)
    scayle.pass_time(days * DAY - 120)
    assert scayle.get(f"{ORDERS}/{order['id']}/status").json()["status"] == "payment_reserved"
    scayle.pass_time(240)
    assert scayle.get(f"{ORDERS}/{order['id']}/status").json()["status"] == "invoice_partially_completed"


@pytest.mark.parametrize(
    ("what", "event", "status"),
    [
        ("out_of_stock", "order-item-out-of-stock", "unavailable"),
        ("unshippable", "order-item-unshippable", "unavailable"),
        ("undeliverable", "order-package-undeliverable", "undeliverable"),
    ],
)
def test_mishaps_are_no_returns(scayle: Platform, inbox: Inbox, what: str, event: str, status: str) -> None:
    subscribe(scayle, inbox, event)
    order = ordered(scayle, ship=what == "undeliverable")
    assert scayle.admin("POST", f"/orders/{order['id']}/mishaps", {"what": what})["items"]
    (told,) = scayle.told(inbox)
    assert (told["type"], told["payload"]["items"][0]["status"]) == (event, status)
    assert "returnedAt" not in told["payload"]["items"][0]


# -- billing status ----------------------------------------------------------------------------------------------------


def override(scayle: Platform, order: Any, code: str, *items: str) -> httpx.Response:
    codes = [{"id": item["id"], "code": word} for item, word in zip(order["items"], items, strict=False)]
    return scayle.patch(f"{ORDERS}/{order['id']}/billing-status", json={"code": code, "reason": "x", "items": codes})


@pytest.mark.parametrize(("choice", "status"), [("any", 200), ("forward", 409)])
def test_billing_override_transitions(scayle: Platform, choice: str, status: int) -> None:
    order = ordered(scayle)
    scayle.switch(billing_override_transitions=choice)
    assert override(scayle, order, "billing_refunded").status_code == 200
    assert override(scayle, order, "billing_completed").status_code == status


@pytest.mark.parametrize(("choice", "status"), [("free", 200), ("must_agree", 400)])
def test_billing_override_items(scayle: Platform, choice: str, status: int) -> None:
    order = ordered(scayle, 2)
    scayle.switch(billing_override_items=choice)
    mixed = override(scayle, order, "billing_refunded", "billing_refunded", "billing_completed")
    assert mixed.status_code == status
    assert override(scayle, order, "billing_refunded", "billing_refunded", "billing_refunded").status_code == 200


@pytest.mark.parametrize(("moves", "refunds"), [(False, []), (True, [2000])])
def test_billing_override_moves_money(scayle: Platform, moves: bool, refunds: list[int]) -> None:
    order = ordered(scayle, 2)
    scayle.switch(billing_override_moves_money=moves)
    override(scayle, order, "billing_partially_refunded", "billing_refunded", "billing_completed")
    assert [entry["amount"] for entry in booked(scayle, "refunds", order)] == refunds


@pytest.mark.parametrize("tells", [False, True])
def test_billing_override_event(scayle: Platform, inbox: Inbox, tells: bool) -> None:
    subscribe(scayle, inbox, "payment-refund")
    scayle.switch(billing_override_event=tells)
    override(scayle, ordered(scayle), "billing_refunded")
    assert len(scayle.told(inbox)) == tells


# -- orders, stock, bulk -----------------------------------------------------------------------------------------------


def test_order_create_success(scayle: Platform) -> None:
    scayle.admin("POST", "/variants", {"variants": [{"sku": "NEW", "stock": {"main-warehouse": 9}}]})
    held = ordered(scayle)
    body = {"items": [{"variant": {"referenceKey": "NEW"}}], "currencyCode": "EUR"}
    body |= {"address": held["address"], "customer": held["customer"]}
    assert scayle.post(ORDERS, json=body).status_code == 201
    scayle.switch(order_create_success=200)
    assert scayle.post(ORDERS, json=body).status_code == 200


def stock(scayle: Platform, quantity: int, at: str, warehouse: str = "main-warehouse") -> httpx.Response:
    scayle.admin("POST", "/variants", {"variants": [{"sku": "STOCKED"}]})
    body = {"quantity": quantity, "warehouseReferenceKey": warehouse, "changedAt": at}
    return scayle.post("/variants/key%3DSTOCKED/stocks", json=body)


@pytest.mark.parametrize("status", [404, 400])
def test_unknown_warehouse(scayle: Platform, status: int) -> None:
    scayle.switch(unknown_warehouse=status)
    answer = stock(scayle, 1, "2026-03-01T10:00:00+00:00", "nowhere")
    assert (answer.status_code, error(answer)["errorKey"]) == (status, "WAREHOUSE_NOT_FOUND")


@pytest.mark.parametrize(("blockers", "left"), [(True, 4), (False, 5)])
def test_stock_blockers(scayle: Platform, blockers: bool, left: int) -> None:
    """A sale after the count still blocks when the count is written: the count did not know of it."""
    sku = f"BLOCKED-{blockers}"
    scayle.switch(stock_blockers=blockers)
    scayle.admin("POST", "/variants", {"variants": [{"sku": sku}]})
    body = {"quantity": 5, "warehouseReferenceKey": "main-warehouse", "changedAt": "2026-03-01T10:00:00+00:00"}
    scayle.post(f"/variants/key%3D{sku}/stocks", json=body)
    entry = {"referenceKey": "r", "variant": {"referenceKey": sku}, "warehouseReferenceKey": "main-warehouse"}
    scayle.post("/reservations", json=[entry])
    scayle.post(f"/variants/key%3D{sku}/stocks", json={**body, "changedAt": "2026-03-01T11:00:00+00:00"})
    (level,) = scayle.get(f"/variants/key%3D{sku}/stocks").json()["entities"]
    assert level["quantity"] == left


def bulk(scayle: Platform, *keys: str) -> httpx.Response:
    scayle.admin("POST", "/variants", {"variants": [{"sku": "STOCKED"}]})
    body = {"quantity": 1, "warehouseReferenceKey": "main-warehouse", "changedAt": "2026-03-01T12:00:00+00:00"}
    operation = {"url": "/variants/key%3DSTOCKED/stocks", "method": "POST", "body": body}
    operations = [{"key": key, **operation} for key in keys]
    return scayle.post("/variants/stocks/bulk-requests", json={"operations": operations})


def test_bulk_cap(scayle: Platform) -> None:
    scayle.switch(bulk_cap=1)
    assert (bulk(scayle, "a", "b").status_code, bulk(scayle, "a").status_code) == (409, 200)
    assert error(bulk(scayle, "a"))["errorKey"] == "BULK_OPERATIONS_LIMIT"


@pytest.mark.parametrize(("outcome", "done"), [("processed", 1), ("failed", 0), ("aborted", 0)])
def test_bulk_outcome(scayle: Platform, outcome: str, done: int) -> None:
    scayle.switch(bulk_outcome=outcome, bulk_polls=0)
    key = bulk(scayle, "a").json()["key"]
    state = scayle.get(f"/bulk-requests/{key}/status").json()
    assert (state["status"], state["progress"]["processedOperations"]) == (outcome, done)
