"""Every operation of SCAYLE's manifest over real sockets, its answer fitting the type the manifest names for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from retoure.connectors.port import Call, CallFailed, Json, Settled
from retoure.connectors.scayle import ScayleConnector
from retoure.connectors.scayle.bulk import Pace
from retoure.connectors.secret import Secret
from retoure.connectors.simulators import ScayleSimulator, SimulatorServer
from retoure.types.lift import lift
from retoure.types.load import load_system

from .conftest import WEBHOOK_PASSWORD, WEBHOOK_USER, ScaylePlatform

SCAYLE = load_system("scayle/admin-v1")
QUICK = Pace(chunk=2, first=0.001, longest=0.001, patience=1.0)
HOOK = "https://retoure.example/webhooks/scayle"


@pytest.fixture(scope="module")
def shop() -> Iterator[ScaylePlatform]:
    with SimulatorServer(ScayleSimulator(seed=3)) as server:
        platform = ScaylePlatform(server.url)
        platform.stocked("TEE-S", 5)
        yield platform


def ask(platform: ScaylePlatform, operation: str, *arguments: str, **fields: Any) -> Any:
    return asyncio.run(_ask(platform.connector(pace=QUICK), Call(operation, arguments, fields or None)))


async def _ask(connector: ScayleConnector, call: Call) -> Json:
    try:
        answer = await connector.send(call, await connector.plan(call))
    finally:
        await connector.aclose()
    _fits(call.operation, answer)
    return answer


def _fits(operation: str, answer: Json) -> None:
    output = SCAYLE.operations[operation].output
    if output is not None:
        assert lift(answer, output)[1] == ()
    else:
        assert answer is None


def failing(platform: ScaylePlatform, operation: str, **fields: Any) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        ask(platform, operation, **fields)
    return caught.value


def settled(platform: ScaylePlatform, operation: str, **fields: Any) -> Settled:
    async def run() -> Settled:
        connector = platform.connector()
        try:
            return await connector.settle(Call(operation, body=fields))
        finally:
            await connector.aclose()

    return asyncio.run(run())


def ids(order: Any) -> list[int]:
    return [item["id"] for item in order["items"]]


# -- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_gets_a_key_and_is_found_by_it(shop: ScaylePlatform) -> None:
    order = shop.order()
    key = f"A/{order['id']} ü"
    assert ask(shop, "orders.set_reference_key", order=order["id"], referenceKey=key)["referenceKey"] == key
    assert ask(shop, "orders.get", f"key={key}")["id"] == order["id"]
    assert ask(shop, "orders.status", f"key={key}")["detailedStatus"]["order"]["code"] == "order_invoiced"
    other = shop.order()
    assert failing(shop, "orders.set_reference_key", order=other["id"], referenceKey=key).error == "DUPLICATE"


def test_orders_are_listed_page_by_page(shop: ScaylePlatform) -> None:
    wanted = [shop.order()["id"] for _ in range(3)]
    page = ask(shop, "orders.list", str(wanted[0]), "1")
    assert [entry["id"] for entry in page["entities"]] == wanted[1:]
    assert page["cursor"]["next"] is None


def test_papers_of_an_order(shop: ScaylePlatform) -> None:
    number = str(shop.order()["id"])
    assert [entry["type"] for entry in ask(shop, "orders.invoices", number)["entities"]] == ["invoice"]
    assert [entry["format"] for entry in ask(shop, "orders.documents", number)["entities"]] == ["eml"]


# -- custom data of one unit ------------------------------------------------------------------------------------------


def unit_data(platform: ScaylePlatform) -> Any:
    return platform.admin("GET", "/books")["customDataWrites"][-1]


def test_an_entry_of_one_unit_leaves_the_others_alone(shop: ScaylePlatform) -> None:
    order = shop.order(quantity=2)
    unit = ids(order)[1]
    body = {"order": order["id"], "unit": unit, "name": "return-1", "status": "received"}
    ask(shop, "order_items.annotate", **body)
    assert unit_data(shop)["orderItemId"] == unit
    ask(shop, "order_items.annotate", **{**body, "name": "return-2", "status": "open"})
    assert unit_data(shop)["data"]["retoure"] == {"return-1": {"status": "received"}, "return-2": {"status": "open"}}
    ask(shop, "order_items.annotate", **{**body, "remove": True})
    assert unit_data(shop)["data"] == {"retoure": {"return-2": {"status": "open"}}}


def test_an_entry_of_a_unit_that_is_not_in_the_order(shop: ScaylePlatform) -> None:
    failed = failing(shop, "order_items.annotate", order=shop.order()["id"], unit=7, name="r", status="open")
    assert (failed.error, failed.message.endswith("has no unit 7")) == ("NOT_FOUND", True)


# -- fulfilment -------------------------------------------------------------------------------------------------------


def parcel(order: Any, *units: int) -> dict[str, Any]:
    return {
        "orderId": order["id"],
        "shipmentKey": f"P-{order['id']}-{units[0]}",
        "carrier": "DHL",
        "deliveryDate": "2026-03-02T10:00:00+00:00",
        "items": [{"orderItemId": unit, "returnKey": str(unit)} for unit in units],
    }


def test_a_parcel_and_how_its_unknown_outcome_is_settled(shop: ScaylePlatform) -> None:
    order = shop.order(quantity=2, ship=False)
    sent = parcel(order, ids(order)[0])
    assert settled(shop, "shipments.create", **sent) is Settled.NOT_APPLIED
    ask(shop, "shipments.create", **sent)
    assert settled(shop, "shipments.create", **sent) is Settled.APPLIED
    assert [item["status"] for item in ask(shop, "orders.get", str(order["id"]))["items"]] == ["delivered", "available"]


def test_cancelled_units(shop: ScaylePlatform) -> None:
    order = shop.order(quantity=2, ship=False)
    body = {"order": order["id"], "units": [{"unit": ids(order)[0]}]}
    assert settled(shop, "cancellations.send", **body) is Settled.NOT_APPLIED
    assert ask(shop, "cancellations.send", **body) == {"sent": [[ids(order)[0]]]}
    assert settled(shop, "cancellations.send", **body) is Settled.APPLIED
    assert failing(shop, "cancellations.send", **body).error == "CONFLICT"


def returned(*units: int, merchant: str = "default") -> list[dict[str, Any]]:
    entry = {"received": "2026-03-02 10:00:00", "merchantReferenceKey": merchant}
    return [{"unit": unit, "returnKey": str(unit), **entry} for unit in units]


def test_returned_units_go_in_one_request_for_each_merchant(shop: ScaylePlatform) -> None:
    order = shop.order(quantity=3)
    first, second, third = ids(order)
    units = [*returned(first), *returned(second, merchant="other"), *returned(third)]
    call = Call("return_items.send_all", body={"order": order["id"], "units": units})
    requests = shop.connector().render(call)
    assert [(request.method, request.path) for request in requests] == [("POST", "/fulfillment/return-items")] * 2
    bodies: Any = [request.body for request in requests]
    assert [[entry["returnKey"] for entry in body] for body in bodies] == [[str(first), str(third)], [str(second)]]
    assert "unit" not in bodies[0][0]


def test_returned_units_are_all_or_none(shop: ScaylePlatform) -> None:
    order = shop.order(quantity=3)
    first, second, third = ids(order)
    both = {"order": order["id"], "units": returned(first, second)}
    assert settled(shop, "return_items.send_all", **both) is Settled.NOT_APPLIED
    assert ask(shop, "return_items.send_all", **both) == {"sent": [[first, second]]}
    assert settled(shop, "return_items.send_all", **both) is Settled.APPLIED
    more = {"order": order["id"], "units": returned(second, third)}
    assert settled(shop, "return_items.send_all", **more) is Settled.UNKNOWN
    failed = failing(shop, "return_items.send_all", **more)
    assert (failed.error, failed.message) == ("ALREADY_RETURNED", f"unit {second} has returnedAt already")
    assert len(shop.admin("GET", "/books")["returns"]) == 2


def test_half_reported_units_are_left_open() -> None:
    with SimulatorServer(ScayleSimulator(seed=4)) as server:
        platform = ScaylePlatform(server.url)
        order = platform.order(quantity=2)
        first, second = ids(order)
        units = [*returned(first), *returned(second, merchant="other")]
        units[1]["returnKey"] = "nobody's"
        failed = failing(platform, "return_items.send_all", order=order["id"], units=units)
        assert (failed.error, failed.outcome_unknown) == ("RETURN_KEY_UNKNOWN", True)
        assert settled(platform, "return_items.send_all", order=order["id"], units=units) is Settled.UNKNOWN


@pytest.mark.parametrize("units", [[], returned(1, 1), [{"unit": "x"}]])
def test_units_that_make_no_sense(shop: ScaylePlatform, units: list[Any]) -> None:
    assert failing(shop, "return_items.send_all", order=1, units=units).error == "INVALID"


# -- catalogue and stock ----------------------------------------------------------------------------------------------


def test_a_variant_and_its_product(shop: ScaylePlatform) -> None:
    number = shop.order()["items"][0]["product"]["id"]
    product = ask(shop, "products.get", str(number))
    assert "TEE-S" in [variant["referenceKey"] for variant in product["variants"]]
    assert ask(shop, "variants.get", f"key=P-{number}", "key=TEE-S")["stocks"][0]["warehouseReferenceKey"]


def test_a_variant_is_sold_without_stock(shop: ScaylePlatform) -> None:
    place = {"variant": "key=TEE-S", "warehouseReferenceKey": "main-warehouse"}
    ask(shop, "stock.sellable_without_stock", **place, sellableWithoutStock=True)
    assert ask(shop, "stock.get", "key=TEE-S")["entities"][0]["sellableWithoutStock"] is True
    ask(shop, "stock.sellable_without_stock", **place, sellableWithoutStock=False)


def test_reading_who_and_where(shop: ScaylePlatform) -> None:
    assert "main-warehouse" in [held["referenceKey"] for held in ask(shop, "warehouses.list")["entities"]]
    assert ask(shop, "merchants.get", "key=default")["id"] == 1
    assert ask(shop, "merchants.return_addresses", "1")["entities"][0]["countryCode"] == "DE"


# -- many stocks at once ----------------------------------------------------------------------------------------------


def levels(*skus: str, quantity: int = 9) -> list[dict[str, Any]]:
    common = {"warehouseReferenceKey": "main-warehouse", "quantity": quantity, "changedAt": "2026-03-05T10:00:00+00:00"}
    return [{"variant": f"key={sku}", **common} for sku in skus]


def test_many_stocks_go_in_chunks_of_one_request(shop: ScaylePlatform) -> None:
    skus = [f"BULK-{n}/ü" for n in range(5)]
    shop.admin("POST", "/variants", {"variants": [{"sku": sku} for sku in skus]})
    state = ask(shop, "stock.set_many", levels=levels(*skus))
    assert (state["status"], state["progress"]["totalOperations"]) == ("processed", 5)
    assert ask(shop, "stock.get", f"key={skus[4]}")["entities"][0]["quantity"] == 9
    assert ask(shop, "bulk_requests.status", str(state["key"])) == state
    assert state in ask(shop, "bulk_requests.list")["entities"]


def test_what_was_refused_among_many_is_named(shop: ScaylePlatform) -> None:
    failed = failing(shop, "stock.set_many", levels=levels("TEE-S", "NOWHERE"))
    assert (failed.error, failed.outcome_unknown) == ("INVALID", False)
    assert "1 refused, first 1:key=NOWHERE: 404 VARIANT_NOT_FOUND" in failed.message


def test_many_stocks_that_take_too_long(shop: ScaylePlatform) -> None:
    shop.admin("PATCH", "/switches", {"bulk_polls": 10_000})
    try:
        call = Call("stock.set_many", body={"levels": levels("TEE-S")})
        impatient = shop.connector(pace=Pace(first=0.001, longest=0.001, patience=0.005))
        with pytest.raises(CallFailed) as caught:
            asyncio.run(_ask(impatient, call))
    finally:
        shop.admin("PATCH", "/switches", {"bulk_polls": 1})
    assert (caught.value.error, caught.value.outcome_unknown) == ("TIMEOUT", True)
    assert "is still `processing`" in caught.value.message


def test_no_stocks_at_all(shop: ScaylePlatform) -> None:
    assert failing(shop, "stock.set_many", levels=[]).error == "INVALID"


def test_what_would_be_sent_for_many(shop: ScaylePlatform) -> None:
    call = Call("stock.set_many", body={"levels": levels("A", "B", "C")})
    bodies: Any = [request.body for request in shop.connector(pace=QUICK).render(call)]
    assert [body["callbacks"]["requestStatus"] for body in bodies] == ["incomplete", "complete"]
    assert bodies[0]["operations"][0]["url"] == "/variants/key%3DA/stocks"


# -- promises ---------------------------------------------------------------------------------------------------------


def test_a_voucher(shop: ScaylePlatform) -> None:
    voucher = {"code": "CREDIT-1", "name": "credit", "type": "absolute", "value": 1999, "status": "active"}
    assert ask(shop, "vouchers.create", **voucher)["code"] == "CREDIT-1"
    assert failing(shop, "vouchers.create", **voucher).error == "DUPLICATE"
    assert [held["code"] for held in ask(shop, "vouchers.list")["entities"]] == ["CREDIT-1"]


def reservation(sku: str) -> dict[str, Any]:
    return {"referenceKey": f"r-{sku}", "warehouseReferenceKey": "main-warehouse", "variant": {"referenceKey": sku}}


def test_a_reservation(shop: ScaylePlatform) -> None:
    made = ask(shop, "reservations.create", reservations=[reservation("TEE-S")])
    assert made["entities"][0]["referenceKey"] == "r-TEE-S"


@pytest.mark.parametrize(("skus", "unknown"), [(("GONE",), False), (("TEE-S", "GONE"), True)])
def test_an_error_inside_a_success_is_an_error(shop: ScaylePlatform, skus: tuple[str, ...], unknown: bool) -> None:
    failed = failing(shop, "reservations.create", reservations=[reservation(sku) for sku in skus])
    assert (failed.error, failed.outcome_unknown) == ("SKU_DISCONTINUED", unknown)
    assert failed.message.startswith(f"1 of {len(skus)} were refused: VARIANT_NOT_FOUND")


# -- subscriptions ----------------------------------------------------------------------------------------------------


def test_a_subscription_carries_the_credentials_of_the_deployment(shop: ScaylePlatform) -> None:
    events = [entry["event"] for entry in ask(shop, "webhook_events.list")["entities"]]
    assert "order-item-returned" in events
    made = ask(shop, "webhook_subscriptions.create", event="order-item-returned", url=HOOK)
    assert made["url"] == HOOK.replace("https://", "https://***:***@")
    moved = ask(shop, "webhook_subscriptions.update", id=made["id"], url=f"{HOOK}/2")
    assert ask(shop, "webhook_subscriptions.get", str(made["id"])) == moved
    assert moved in ask(shop, "webhook_subscriptions.list")["entities"]
    ask(shop, "webhook_subscriptions.delete", id=made["id"])
    assert ask(shop, "webhook_subscriptions.list")["entities"] == []


def test_a_subscription_of_the_newer_kind(shop: ScaylePlatform) -> None:
    wanted = {"producer": "orders", "eventName": "order-invoiced", "url": HOOK, "target": {"shopKey": "ms"}}
    made = ask(shop, "producer_subscriptions.create", **wanted)
    assert made["auth"] == {"username": WEBHOOK_USER, "password": WEBHOOK_PASSWORD}
    replaced = ask(shop, "producer_subscriptions.update", **wanted, id=made["id"], enabled=False)
    assert ask(shop, "producer_subscriptions.list", "orders")["entities"] == [replaced]
    ask(shop, "producer_subscriptions.delete", producer="orders", id=made["id"])


def test_what_is_shown_of_a_subscription_holds_no_credentials(shop: ScaylePlatform) -> None:
    call = Call("webhook_subscriptions.create", body={"event": "order-invoiced", "url": HOOK})
    (request,) = shop.connector().render(call)
    assert request.body == {"event": "order-invoiced", "url": HOOK}
    failed = failing(shop, "webhook_subscriptions.create", event="no-such-event", url=HOOK)
    assert WEBHOOK_PASSWORD not in str(failed)


def test_without_credentials_nothing_is_subscribed(shop: ScaylePlatform) -> None:
    places = {"shop": "ms", "country": "DE"}
    connector = ScayleConnector(SCAYLE, shop.connector().client.options, Secret("sim-token"), places)
    call = Call("webhook_subscriptions.create", body={"event": "order-invoiced", "url": HOOK})
    with pytest.raises(CallFailed, match="webhook_user"):
        asyncio.run(_ask(connector, call))


# -- the whole manifest -----------------------------------------------------------------------------------------------


def test_the_simulator_has_a_route_for_every_request() -> None:
    rules = {(rule.method, _shape(rule.path.removeprefix("/api/admin/v1"))) for rule in ScayleSimulator.rules}
    requests = [operation.http for operation in SCAYLE.operations.values() if operation.http]
    assert {(http.method, _shape(http.path)) for http in requests} - rules == set()


def _shape(path: str) -> str:
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))
