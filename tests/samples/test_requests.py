"""The published requests, sent over real sockets to the simulators. Ids a sample makes up become ids that exist."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from retoure.types import json_text
from retoure.types.lift import lift
from retoure.types.load import load_system

from .shelf import ABSENT, sample

pytestmark = ABSENT

ORDERS = "/shops/ms/countries/de/orders"


def furnish(client: httpx.Client, what: str, body: Any) -> Any:
    """Something the platform's staff or shoppers would do."""
    answer = client.post(str(client.base_url.copy_with(path=f"/_sim/{what}")), json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def send(client: httpx.Client, method: str, path: str, body: Any) -> httpx.Response:
    return client.request(method, path, json=_plain(body))


def _plain(value: Any) -> Any:
    """JSON with exact decimals, as the client can write it."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else float(value)


@pytest.fixture
def order(scayle: httpx.Client) -> Any:
    """An order of two units that nobody has shipped."""
    furnish(scayle, "variants", {"variants": [{"sku": "TEE", "id": 123, "price": 1500}]})
    return furnish(scayle, "orders", {"lines": [{"sku": "TEE", "quantity": 2}]})


def shipped(scayle: httpx.Client, order: Any) -> str:
    """Ships the first unit as the sample has it; the key under which it can come back."""
    body = sample("scayle-samples/shipment.create.request")
    body["orderId"], body["items"][0]["orderItemId"] = order["id"], order["items"][0]["id"]
    assert send(scayle, "POST", "/fulfillment/shipments", body).status_code == 204
    return str(body["items"][0]["returnKey"])


def status(scayle: httpx.Client, order: Any) -> list[str]:
    return [item["status"] for item in scayle.get(f"{ORDERS}/{order['id']}").json()["items"]]


def test_a_shipment(scayle: httpx.Client, order: Any) -> None:
    shipped(scayle, order)
    assert status(scayle, order) == ["delivered", "available"]


def test_a_cancellation(scayle: httpx.Client, order: Any) -> None:
    body = sample("scayle-samples/cancellation.send.request")
    body["orderId"], body["items"][0]["orderItemId"] = order["id"], order["items"][1]["id"]
    assert send(scayle, "POST", "/fulfillment/cancellations", body).status_code == 204
    assert status(scayle, order) == ["available", "cancelled"]


def test_returned_units_named_twice_count_once(scayle: httpx.Client, order: Any) -> None:
    key = shipped(scayle, order)
    body = [{**entry, "returnKey": key} for entry in sample("scayle-samples/return-items.send.request")]
    assert send(scayle, "POST", "/fulfillment/return-items", body).status_code == 204
    assert status(scayle, order) == ["returned", "available"]
    books = scayle.get(str(scayle.base_url.copy_with(path="/_sim/books"))).json()
    assert [entry["orderItemId"] for entry in books["refunds"]] == [order["items"][0]["id"]]
    for entry in sample("scayle-samples/return-items.send.request"):
        command = {"order": order["id"], "unit": order["items"][0]["id"], **entry}
        assert lift(command, load_system("scayle/admin-v1").types["ReturnUnit"])[1] == ()


def test_a_billing_status(scayle: httpx.Client, order: Any) -> None:
    shipped(scayle, order)
    body = sample("scayle-samples/order.billing-status.update.request")
    body["items"][0]["id"] = order["items"][0]["id"]
    answer = send(scayle, "PATCH", f"{ORDERS}/{order['id']}/billing-status", body)
    assert answer.status_code == 200
    assert answer.json()["detailedStatus"]["billing"]["code"] == body["code"]


def test_a_reference_key(scayle: httpx.Client, order: Any) -> None:
    body = sample("scayle-samples/order.reference-key.update.request")
    assert (
        send(scayle, "PUT", f"{ORDERS}/{order['id']}/reference-key", body).json()["referenceKey"]
        == body["referenceKey"]
    )


def test_a_new_order(scayle: httpx.Client) -> None:
    body = sample("scayle-samples/order.create.request")
    numbers = {item["variant"]["id"] for item in body["items"] if "id" in item["variant"]}
    skus = {item["variant"]["referenceKey"] for item in body["items"] if "referenceKey" in item["variant"]}
    variants = [{"sku": f"V-{number}", "id": number, "stock": {"main-warehouse": 9}} for number in numbers]
    variants += [{"sku": sku, "stock": {"main-warehouse": 9}} for sku in skus]
    furnish(scayle, "variants", {"variants": variants})
    answer = send(scayle, "POST", ORDERS, body)
    assert answer.status_code == 201, answer.text
    made = json_text.parse(answer.content)
    assert (made["referenceKey"], len(made["items"])) == (body["referenceKey"], len(body["items"]))
    assert lift(made, load_system("scayle/admin-v1").types["Order"])[1] == ()


def test_stock(scayle: httpx.Client, order: Any) -> None:
    body = sample("scayle-samples/variant-stock.create.request")
    furnish(scayle, "warehouses", {"referenceKey": body["warehouseReferenceKey"]})
    answer = send(scayle, "POST", "/variants/123/stocks", body)
    assert (answer.status_code, answer.json()) == (200, sample("scayle-samples/variant-stock.create.response"))


def test_a_bulk_request(scayle: httpx.Client, order: Any) -> None:
    body = sample("scayle-samples/variant-stock.bulk-create.request")
    (operation,) = body["operations"]
    furnish(scayle, "warehouses", {"referenceKey": operation["body"]["warehouseReferenceKey"]})
    answer = send(scayle, "POST", "/variants/stocks/bulk-requests", body)
    assert (answer.status_code, answer.json()) == (200, sample("scayle-samples/variant-stock.bulk-create.response"))
    for _ in range(2):
        status = scayle.get(f"/bulk-requests/{answer.json()['key']}/status").json()
    assert set(status) == set(sample("scayle-samples/bulk-request.status.response"))
    assert status["status"] == "processed"
    assert scayle.get("/variants/123/stocks").json()["entities"][0]["quantity"] == operation["body"]["quantity"]


def test_a_voucher(scayle: httpx.Client) -> None:
    body = sample("scayle-samples/voucher.create.request")
    answer = send(scayle, "POST", "/shops/ms/countries/de/vouchers", body)
    assert (answer.status_code, answer.json()["code"]) == (201, body["code"])


def test_reservations_of_which_some_fail(scayle: httpx.Client) -> None:
    body = sample("scayle-samples/reservation.create.request")
    place = body[0]["warehouseReferenceKey"]
    furnish(scayle, "warehouses", {"referenceKey": place})
    furnish(scayle, "variants", {"variants": [{"sku": "TEE", "id": body[0]["variant"]["id"], "stock": {place: 9}}]})
    entities = send(scayle, "POST", "/reservations", body).json()["entities"]
    published = sample("scayle-samples/error.per-item.reservation.response")["entities"]
    assert entities[0] == published[0]
    assert set(entities[1]) == set(published[1])
    assert entities[1]["error"]["errorKey"] == published[1]["error"]["errorKey"]
    given = {"reservations": body}
    assert lift(given, load_system("scayle/admin-v1").types["NewReservations"])[1] == ()


def test_a_subscription_of_the_newer_kind(scayle: httpx.Client) -> None:
    body = sample("scayle-samples/webhook-producer-subscription.create.request")
    answer = send(scayle, "POST", "/webhooks/producers/customers/subscriptions", body)
    assert (answer.status_code, answer.json()) == (
        201,
        sample("scayle-samples/webhook-producer-subscription.create.response"),
    )
    asked = {"producer": "customers", **body}
    assert lift(asked, load_system("scayle/admin-v1").types["NewProducerSubscription"])[1] == ()


def test_stock_without_a_quantity_is_refused(scayle: httpx.Client, order: Any) -> None:
    body = sample("scayle-samples/variant-stock.sellable-without-stock.request")
    assert send(scayle, "POST", "/variants/123/stocks", body).status_code == 400


def test_a_subscription_to_an_event_of_returns(scayle: httpx.Client) -> None:
    """The sample subscribes to customers, whose events the simulator does not send; the rest is as published."""
    body = {**sample("scayle-samples/webhook-subscription.create.request"), "event": "order-item-returned"}
    answer = send(scayle, "POST", "/webhooks/subscriptions", body)
    published = sample("scayle-samples/webhook-subscription.create.response")
    assert answer.status_code == 201, answer.text
    assert {**answer.json(), "id": published["id"], "event": published["event"]} == published


@pytest.mark.parametrize(
    ("name", "path"), [("warehouse.list.response", "/warehouses"), ("webhook-event.list.response", "/webhooks/events")]
)
def test_lists_have_the_fields_that_are_published(scayle: httpx.Client, name: str, path: str) -> None:
    published = sample(f"scayle-samples/{name}")
    listed = scayle.get(path).json()
    assert set(published) <= set(listed)
    assert set(published["entities"][0]) <= set(listed["entities"][0])


def test_a_rate_limit_answers_as_published(scayle: httpx.Client, order: Any) -> None:
    limits = str(scayle.base_url.copy_with(path="/_sim/limits"))
    assert scayle.put(limits, json={"ordersRead": 1}).status_code == 200
    answers = [scayle.get(f"{ORDERS}/{order['id']}") for _ in range(2)]
    published = sample("scayle-samples/error.429.response")
    assert answers[-1].status_code == 429
    assert answers[-1].json()["errors"][0]["errorKey"] == published["errors"][0]["errorKey"]


# ---- Reveni


def test_a_new_return(reveni: httpx.Client) -> None:
    answer = send(reveni, "POST", "/returns", sample("reveni-samples/constructed-create-return-request"))
    published = sample("reveni-samples/constructed-create-return-response")
    assert answer.status_code == 201
    assert (set(answer.json()), answer.json()["status"]) == (set(published), published["status"])
    listed = reveni.get("/returns").json()
    page = sample("reveni-samples/constructed-list-returns-page")
    assert set(page) == set(listed)
    assert set(page["results"][0]) <= set(listed["results"][0])


def test_a_verdict(reveni: httpx.Client) -> None:
    lines = [{"sku": "SOCK", "quantity": 3, "price": "12.5000"}, {"sku": "SHOE", "quantity": 1, "price": "119.0000"}]
    made = furnish(reveni, "returns", {"order": {"external_id": "1"}, "items": lines, "status": "received"})
    body = sample("reveni-samples/constructed-partial-validate-request")
    published = list(dict.fromkeys(item["item_id"] for item in body["items"]))
    ids = dict(zip(published, (line["id"] for line in made["return_items"]), strict=True))
    given = {"items": [{**item, "item_id": ids[item["item_id"]]} for item in body["items"]]}
    answer = send(reveni, "POST", f"/returns/{made['id']}/partial_validate", given)
    verdicts = [(item["quantity"], item["status"], item["reject_reason"]) for item in answer.json()["return_items"]]
    assert verdicts == [(item["quantity"], item["status"], item["reject_reason"]) for item in body["items"]]
    assert lift({"return_id": made["id"], **given}, load_system("reveni/merchants-v0").types["Validation"])[1] == ()


def test_the_published_verdict_on_nothing_is_refused_with_a_reason(reveni: httpx.Client) -> None:
    made = furnish(
        reveni, "returns", {"order": {"external_id": "1"}, "items": [{"sku": "A", "quantity": 1, "price": "1"}]}
    )
    body = sample("reveni-samples/real-partial-validate-request")
    answer = send(reveni, "POST", f"/returns/{made['id']}/partial_validate", body)
    assert answer.status_code == 400
    assert set(answer.json()) == set(sample("reveni-samples/constructed-errors")["400"])


def test_a_subscription(reveni: httpx.Client) -> None:
    answer = send(reveni, "POST", "/webhooks", sample("reveni-samples/real-webhook-subscribe-request"))
    published = sample("reveni-samples/constructed-webhook-subscribe-response")
    assert (answer.status_code, {**answer.json(), "id": published["id"]}) == (201, published)


def test_errors_are_worded_as_published(reveni: httpx.Client) -> None:
    published = sample("reveni-samples/constructed-errors")
    assert reveni.get(f"/returns/{'0' * 32}").json() == published["404"]
    assert reveni.get("/returns", headers={"Authorization": ""}).json() == published["401"]
