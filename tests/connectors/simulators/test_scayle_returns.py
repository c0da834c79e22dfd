"""`return-items`: the effects, every answer SCAYLE does not document, and the books of what really happened."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

ORDERS = "/api/admin/v1/shops/ms/countries/de/orders"
RETURN = "/api/admin/v1/fulfillment/return-items"
RECEIVED = "2026-03-01 08:30:00"


def shipped(scayle: httpx.Client, quantity: int = 2, **fields: Any) -> dict[str, Any]:
    body = {"lines": [{"sku": "TEE-S", "quantity": quantity, "price": 1999}], "ship": True, **fields}
    order: dict[str, Any] = scayle.post("/_sim/orders", json=body).json()
    return order


def units(order: dict[str, Any]) -> list[str]:
    return [str(item["id"]) for item in order["items"]]


def send(scayle: httpx.Client, *keys: str, **fields: Any) -> httpx.Response:
    return scayle.post(RETURN, json=[{"returnKey": key, "received": RECEIVED, **fields} for key in keys])


def switch(scayle: httpx.Client, **changes: Any) -> None:
    assert scayle.patch("/_sim/switches", json=changes).status_code == 200


def books(scayle: httpx.Client) -> Any:
    return scayle.get("/_sim/books").json()


def codes(scayle: httpx.Client, order: dict[str, Any]) -> tuple[str, str]:
    detailed = scayle.get(f"{ORDERS}/{order['id']}/status").json()["detailedStatus"]
    return detailed["shipping"]["code"], detailed["billing"]["code"]


def test_a_returned_unit_is_refunded_credited_and_marked(scayle: httpx.Client) -> None:
    order = shipped(scayle)
    answer = send(scayle, units(order)[0], returnReason="too-small")
    assert (answer.status_code, answer.content) == (204, b"")
    first, second = scayle.get(f"{ORDERS}/{order['id']}").json()["items"]
    assert (first["status"], first["returnedAt"]) == ("returned", "2026-03-02T10:15:42+00:00")
    assert (second["status"], "returnedAt" in second) == ("delivered", False)
    assert codes(scayle, order) == ("shipping_partially_returned", "billing_partially_refunded")
    kinds = [entry["type"] for entry in scayle.get(f"{ORDERS}/{order['id']}/invoices").json()["entities"]]
    assert kinds == ["invoice", "corrective_invoice"]


def test_the_books_tell_each_unit_and_its_money(scayle: httpx.Client) -> None:
    order = shipped(scayle)
    send(scayle, units(order)[1], returnReason="too-small")
    written = books(scayle)
    number = int(units(order)[1])
    kept = {key: written["returns"][0][key] for key in ("orderId", "orderItemId", "returnKey", "received", "reason")}
    assert kept == {
        "orderId": order["id"],
        "orderItemId": number,
        "returnKey": str(number),
        "received": RECEIVED,
        "reason": "too-small",
    }
    refund = written["refunds"][0]
    assert (refund["orderItemId"], refund["amount"], refund["currency"]) == (number, 1999, "EUR")
    credit = written["correctiveInvoices"][0]
    assert (credit["orderItemIds"], credit["amount"]) == ([number], 1999)


def test_the_whole_order_back_is_returned_and_refunded(scayle: httpx.Client) -> None:
    order = shipped(scayle)
    send(scayle, *units(order))
    assert codes(scayle, order) == ("shipping_returned", "billing_refunded")
    assert scayle.get(f"{ORDERS}/{order['id']}").json()["status"] == "invoice_completed"


def test_units_of_two_orders_get_a_credit_note_each(scayle: httpx.Client) -> None:
    first, second = shipped(scayle, 1), shipped(scayle, 1)
    send(scayle, *units(first), *units(second))
    assert [entry["orderId"] for entry in books(scayle)["correctiveInvoices"]] == [first["id"], second["id"]]


def test_return_keys_follow_the_shipment(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1, returnKeyPrefix="WH-")
    unit = units(order)[0]
    switch(scayle, return_key_by_item_id=False)
    assert send(scayle, unit).status_code == 404
    assert send(scayle, f"WH-{unit}").status_code == 204
    assert books(scayle)["returns"][0]["orderItemId"] == int(unit)


def test_the_plain_item_id_resolves_by_default(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1, returnKeyPrefix="WH-")
    assert send(scayle, units(order)[0]).status_code == 204


@pytest.mark.parametrize("status", [404, 400])
def test_an_unknown_key_answers_what_the_switch_says(scayle: httpx.Client, status: int) -> None:
    switch(scayle, unknown_return_key=status)
    answer = send(scayle, "nobody")
    assert answer.status_code == status
    assert answer.json()["errors"][0]["errorKey"] == "RETURN_KEY_NOT_FOUND"


def test_a_repeat_has_no_second_effect(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    assert [send(scayle, *units(order)).status_code for _ in range(3)] == [204, 204, 204]
    written = books(scayle)
    assert (len(written["returns"]), len(written["refunds"]), len(written["correctiveInvoices"])) == (1, 1, 1)


def test_a_repeat_can_be_a_conflict(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    switch(scayle, already_returned="conflict")
    assert [send(scayle, *units(order)).status_code for _ in range(2)] == [204, 409]


def test_a_repeat_can_refund_twice(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    switch(scayle, already_returned="repeat")
    send(scayle, *units(order))
    send(scayle, *units(order))
    assert [entry["amount"] for entry in books(scayle)["refunds"]] == [1999, 1999]


@pytest.mark.parametrize("status", [409, 400])
def test_what_was_not_shipped_cannot_come_back(scayle: httpx.Client, status: int) -> None:
    order = shipped(scayle, 1, ship=False)
    switch(scayle, not_returnable=status)
    assert send(scayle, *units(order)).status_code == status
    assert books(scayle)["returns"] == []


@pytest.mark.parametrize(
    ("mode", "status", "returned"), [("all_or_nothing", 404, 0), ("good_then_error", 404, 1), ("good_silently", 204, 1)]
)
def test_a_partly_bad_array(scayle: httpx.Client, mode: str, status: int, returned: int) -> None:
    order = shipped(scayle)
    switch(scayle, partly_bad_array=mode)
    assert send(scayle, units(order)[0], "nobody").status_code == status
    assert len(books(scayle)["refunds"]) == returned


def test_a_wholly_bad_array_is_an_error_in_every_mode(scayle: httpx.Client) -> None:
    switch(scayle, partly_bad_array="good_silently")
    assert send(scayle, "nobody").status_code == 404


def test_a_key_named_twice_counts_once(scayle: httpx.Client) -> None:
    unit = units(shipped(scayle))[0]
    assert send(scayle, unit, unit).status_code == 204
    assert len(books(scayle)["refunds"]) == 1


def test_a_key_named_twice_can_be_refused(scayle: httpx.Client) -> None:
    unit = units(shipped(scayle))[0]
    switch(scayle, duplicate_key_in_array="refuse")
    assert send(scayle, unit, unit).status_code == 400
    assert books(scayle)["returns"] == []


@pytest.mark.parametrize("body", [{}, [], [{}], [{"returnKey": 5, "received": RECEIVED}], ["x"], None])
def test_a_malformed_body_is_400(scayle: httpx.Client, body: Any) -> None:
    assert scayle.post(RETURN, json=body).status_code == 400


def test_received_is_required_unless_switched(scayle: httpx.Client) -> None:
    unit = units(shipped(scayle))[0]
    assert scayle.post(RETURN, json=[{"returnKey": unit}]).status_code == 400
    assert scayle.post(RETURN, json=[{"returnKey": unit, "received": "yesterday"}]).status_code == 400
    switch(scayle, received_required=False)
    assert scayle.post(RETURN, json=[{"returnKey": unit}]).status_code == 204


def test_the_merchant_must_be_that_of_the_unit(scayle: httpx.Client) -> None:
    unit = units(shipped(scayle))[0]
    assert send(scayle, unit, merchantReferenceKey="somebody").status_code == 400
    assert send(scayle, unit, merchantReferenceKey="default").status_code == 204


def test_one_call_speaks_of_one_merchant(scayle: httpx.Client) -> None:
    scayle.post("/_sim/variants", json={"variants": [{"sku": "A", "stock": {"main-warehouse": 9}}]})
    person = scayle.get(f"/_sim/orders/{shipped(scayle)['id']}").json()
    item = {"variant": {"referenceKey": "A"}, "price": {"withTax": 100}}
    body = {
        "items": [item, {**item, "merchant": {"referenceKey": "other"}}],
        "currencyCode": "EUR",
        "address": person["address"],
        "customer": person["customer"],
    }
    order = scayle.post(ORDERS, json=body).json()
    scayle.post(f"/_sim/orders/{order['id']}/ship")
    assert send(scayle, *units(order)).status_code == 400
    assert send(scayle, units(order)[1]).status_code == 204


def test_refunds_can_be_switched_off(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    switch(scayle, refund_on_return=False)
    send(scayle, *units(order))
    assert codes(scayle, order) == ("shipping_returned", "billing_completed")
    written = books(scayle)
    assert (written["refunds"], len(written["correctiveInvoices"])) == ([], 1)


def test_a_failed_refund_moves_no_money(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    switch(scayle, refund_succeeds=False)
    send(scayle, *units(order))
    written = books(scayle)
    assert (written["refunds"], [entry["amount"] for entry in written["failedRefunds"]]) == ([], [1999])
    assert codes(scayle, order) == ("shipping_returned", "billing_completed")


def test_credit_notes_can_be_switched_off(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    switch(scayle, corrective_invoice_on_return=False)
    send(scayle, *units(order))
    assert (books(scayle)["correctiveInvoices"], len(books(scayle)["refunds"])) == ([], 1)


@pytest.mark.parametrize(("on", "quantity"), [(False, 4), (True, 5)])
def test_returned_units_go_back_on_stock_only_when_switched(scayle: httpx.Client, on: bool, quantity: int) -> None:
    order = shipped(scayle, 1)
    scayle.post("/_sim/stock", json={"variant": "TEE-S", "quantity": 4})
    switch(scayle, restock_on_return=on)
    send(scayle, *units(order))
    assert books(scayle)["stock"][0]["quantity"] == quantity


def test_the_money_can_follow_later(scayle: httpx.Client) -> None:
    order = shipped(scayle, 1)
    switch(scayle, settle_after_seconds=30)
    send(scayle, *units(order))
    assert codes(scayle, order) == ("shipping_returned", "billing_completed")
    assert books(scayle)["refunds"] == []
    scayle.post("/_sim/clock", json={"advance_seconds": 31})
    assert codes(scayle, order) == ("shipping_returned", "billing_refunded")
    assert len(books(scayle)["refunds"]) == 1


@pytest.mark.parametrize(("suppresses", "refunds"), [(True, 0), (False, 1)])
def test_an_override_may_suppress_the_refund(scayle: httpx.Client, suppresses: bool, refunds: int) -> None:
    order = shipped(scayle, 1)
    switch(scayle, billing_override_suppresses_refund=suppresses)
    items = [{"id": int(units(order)[0]), "code": "billing_refunded"}]
    scayle.patch(f"{ORDERS}/{order['id']}/billing-status", json={"code": "billing_refunded", "items": items})
    send(scayle, *units(order))
    assert len(books(scayle)["refunds"]) == refunds
