"""Operations of the manifests as requests, and unknown outcomes settled by reading."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import pytest

from retoure.connectors.budget import RateBudget
from retoure.connectors.check import judge, settle
from retoure.connectors.places import PlaceMissing, fill, fill_path, segment
from retoure.connectors.port import Call, CallFailed, Json, Request, Settled
from retoure.connectors.rest import RestConnector
from retoure.types.load import load_system
from retoure.types.manifest import OutcomeCheck

from .conftest import ReveniPlatform, ScaylePlatform

T = TypeVar("T")
SCAYLE = load_system("scayle/admin-v1")


def run(connector: RestConnector, use: Callable[[RestConnector], Awaitable[T]]) -> T:
    async def whole() -> T:
        try:
            return await use(connector)
        finally:
            await connector.aclose()

    return asyncio.run(whole())


def send(connector: RestConnector, call: Call) -> Json:
    return run(connector, lambda made: made.send(call))


def failing(connector: RestConnector, call: Call) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        send(connector, call)
    return caught.value


def returned(order: Any, **fields: Json) -> Call:
    unit = order["items"][0]["id"]
    body: dict[str, Json] = {"order": order["id"], "unit": unit, "returnKey": str(unit)}
    return Call("return_items.send", body={**body, "received": "2026-03-02 10:00:00", **fields})


# -- paths and bodies -------------------------------------------------------------------------------------------------


def test_places_are_one_segment_each() -> None:
    assert fill_path("/orders/{order}", {"order": "key=A/1 ü"}) == "/orders/key%3DA%2F1%20%C3%BC"
    assert (segment(".."), segment("a.b"), segment("")) == ("%2E%2E", "a.b", "")
    assert fill("key={a.b}", {"a": {"b": 7}}) == "key=7"


@pytest.mark.parametrize("value", [None, "", True, {}, []])
def test_a_place_without_a_value_is_refused(value: Json) -> None:
    with pytest.raises(PlaceMissing):
        fill("{x}", {"x": value})


def test_what_would_be_sent_to_scayle(scayle: ScaylePlatform) -> None:
    connector = scayle.connector()
    body: dict[str, Json] = {"order": 1, "unit": 2, "returnKey": "2", "received": "2026-03-02 10:00:00"}
    body["returnReason"] = None
    sent = connector.render(Call("return_items.send", body=body))
    assert [(r.method, r.path, r.body) for r in sent] == [
        ("POST", "/fulfillment/return-items", [{"returnKey": "2", "received": "2026-03-02 10:00:00"}])
    ]
    (read,) = connector.render(Call("orders.get", ("key=A/1",)))
    assert (read.method, read.path) == ("GET", "/shops/ms/countries/DE/orders/key%3DA%2F1?with=legacyCustomData")
    (page,) = connector.render(Call("orders.list", ("5", "")))
    assert page.path == "/shops/ms/countries/DE/orders?filters[minId]=5"
    assert isinstance(page, Request)
    assert page.body is None


def test_what_cannot_be_sent_is_invalid(scayle: ScaylePlatform) -> None:
    connector = scayle.connector()
    for call in (Call("orders.get"), Call("orders.burn"), Call("orders.billing_status", body={"code": "x"})):
        with pytest.raises(CallFailed) as caught:
            connector.render(call)
        assert caught.value.error == "INVALID"


# -- against the simulators -------------------------------------------------------------------------------------------


def test_an_order_is_read_by_id_and_by_key(scayle: ScaylePlatform) -> None:
    made = scayle.order(referenceKey="A/1 ü")
    for identifier in (str(made["id"]), "key=A/1 ü"):
        found = send(scayle.connector(), Call("orders.get", (identifier,)))
        assert isinstance(found, Mapping)
        assert found["id"] == made["id"]


def test_a_unit_is_returned_and_the_answer_is_empty(scayle: ScaylePlatform) -> None:
    order = scayle.order()
    assert send(scayle.connector(), returned(order)) is None
    assert scayle.admin("GET", f"/orders/{order['id']}")["items"][0]["returnedAt"]


def test_errors_of_the_platform_are_sorted(scayle: ScaylePlatform) -> None:
    order = scayle.order()
    assert failing(scayle.connector("wrong-token"), Call("orders.get", ("1",))).error == "UNAUTHORIZED"
    missing = failing(scayle.connector(), Call("orders.get", ("1",)))
    assert (missing.error, missing.status) == ("NOT_FOUND", 404)
    assert missing.message.startswith("ORDER_NOT_FOUND: ")
    assert failing(scayle.connector(), returned(order, returnKey="nobody")).error == "RETURN_KEY_UNKNOWN"
    assert failing(scayle.connector(), returned(order, received="")).error == "INVALID"


def test_a_business_code(scayle: ScaylePlatform) -> None:
    scayle.admin("PATCH", "/switches", {"already_returned": "conflict"})
    order = scayle.order()
    send(scayle.connector(), returned(order))
    failed = failing(scayle.connector(), returned(order))
    assert (failed.error, failed.outcome_unknown) == ("ALREADY_RETURNED", False)


def test_a_rate_limit_tells_the_wait_and_holds_back_the_next_call(scayle: ScaylePlatform) -> None:
    scayle.admin("PUT", "/limits", {"ordersRead": 1})
    order = scayle.order()
    asked = Call("orders.get", (str(order["id"]),))

    async def thrice(connector: RestConnector) -> list[float | None]:
        waits: list[float | None] = []
        await connector.send(asked)
        for _ in range(2):
            with pytest.raises(CallFailed) as caught:
                await connector.send(asked)
            assert caught.value.error == "RATE_LIMITED"
            waits.append(caught.value.retry_after)
        await connector.send(returned(order))
        return waits

    waits = run(scayle.connector(budget=RateBudget(patience=0.0)), thrice)
    assert all(wait is not None and 0 < wait <= 60 for wait in waits)


def test_a_429_with_the_header_of_scayle(scayle: ScaylePlatform) -> None:
    scayle.fault("status", path="orders", status=429, headers={"X-RateLimit-Reset": "17"})
    failed = failing(scayle.connector(), Call("orders.get", ("1",)))
    assert (failed.error, failed.retry_after, failed.status) == ("RATE_LIMITED", 17.0, 429)


@pytest.mark.parametrize(
    ("fault", "error", "happened", "settled"),
    [
        ({"kind": "timeout_before"}, "TIMEOUT", False, Settled.NOT_APPLIED),
        ({"kind": "timeout_after"}, "TIMEOUT", True, Settled.APPLIED),
        ({"kind": "drop_after"}, "TIMEOUT", True, Settled.APPLIED),
        ({"kind": "html_502"}, "UNAVAILABLE", False, Settled.NOT_APPLIED),
        ({"kind": "status", "status": 500}, "UNAVAILABLE", False, Settled.NOT_APPLIED),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_an_unknown_outcome_is_settled_by_reading(
    scayle: ScaylePlatform, fault: dict[str, Any], error: str, happened: bool, settled: Settled
) -> None:
    order = scayle.order()
    scayle.fault(path="return-items", **fault)
    connector = scayle.connector(read_timeout=0.3 if "timeout" in fault["kind"] else 5.0)

    async def whole(made: RestConnector) -> Settled:
        with pytest.raises(CallFailed) as caught:
            await made.send(returned(order))
        assert (caught.value.error, caught.value.outcome_unknown) == (error, True)
        return await made.settle(returned(order))

    assert run(connector, whole) is settled
    assert bool(scayle.admin("GET", f"/orders/{order['id']}")["items"][0].get("returnedAt")) is happened


def test_an_html_page_is_summarised(scayle: ScaylePlatform) -> None:
    scayle.fault("html_502", path="orders")
    failed = failing(scayle.connector(), Call("orders.get", ("1",)))
    assert (failed.message, failed.outcome_unknown) == ("an HTML page: 502 Bad Gateway", False)


def test_a_created_order_is_found_again(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 3)
    old = scayle.order()
    items = [{"variant": {"referenceKey": "TEE-S"}, "price": {"withTax": 1000}}]
    body: dict[str, Json] = {"referenceKey": "REV-1", "currencyCode": "EUR", "items": items}  # type: ignore[dict-item]
    body |= {"customer": old["customer"], "address": old["address"]}
    call = Call("orders.create", body=body)
    assert run(scayle.connector(), lambda made: made.settle(call)) is Settled.NOT_APPLIED
    send(scayle.connector(), call)
    assert run(scayle.connector(), lambda made: made.settle(call)) is Settled.APPLIED


def test_a_return_of_reveni_is_read_below_its_store(reveni: ReveniPlatform) -> None:
    body = {"order": {"external_id": "1"}, "items": [{"sku": "TEE-S", "quantity": 1, "price": "9.9900"}]}
    made = reveni.admin("POST", "/returns", body)
    found = send(reveni.connector(), Call("returns.get", (made["id"],)))
    assert isinstance(found, Mapping)
    assert found["id"] == made["id"]
    assert failing(reveni.connector(store="other"), Call("returns.get", (made["id"],))).error == "NOT_FOUND"
    wrong = failing(reveni.connector("wrong"), Call("returns.get", (made["id"],)))
    assert (wrong.error, wrong.message) == ("UNAUTHORIZED", "Invalid token.")


def test_without_a_check_the_outcome_stays_unknown(reveni: ReveniPlatform) -> None:
    call = Call("returns.partial_validate", body={"return_id": "x", "items": []})
    assert run(reveni.connector(), lambda made: made.settle(call)) is Settled.UNKNOWN


# -- judging what was read --------------------------------------------------------------------------------------------

UNITS = OutcomeCheck("orders.get", ("{order}",), "items", {"id": "unit"}, "returnedAt")


@pytest.mark.parametrize(
    ("check", "found", "settled"),
    [
        (UNITS, {"items": [{"id": 1}, {"id": 2, "returnedAt": "x"}]}, Settled.APPLIED),
        (UNITS, {"items": [{"id": "2", "returnedAt": "x"}]}, Settled.APPLIED),
        (UNITS, {"items": [{"id": 2}]}, Settled.NOT_APPLIED),
        (UNITS, {"items": [{"id": 2, "returnedAt": None}]}, Settled.NOT_APPLIED),
        (UNITS, {"items": [{"id": 1, "returnedAt": "x"}]}, Settled.UNKNOWN),
        (UNITS, {"items": []}, Settled.UNKNOWN),
        (UNITS, {}, Settled.UNKNOWN),
        (OutcomeCheck("r", (), "", {}, ""), {"id": 1}, Settled.APPLIED),
        (OutcomeCheck("r", (), "", {}, ""), {}, Settled.NOT_APPLIED),
        (OutcomeCheck("r", (), "", {}, "paidAt"), {"id": 1}, Settled.NOT_APPLIED),
        (OutcomeCheck("r", (), "list", {"id": "unit"}), {"list": [{"id": 2}]}, Settled.APPLIED),
        (OutcomeCheck("r", (), "list", {"id": "unit"}), {"list": [{"id": 3}]}, Settled.NOT_APPLIED),
        (OutcomeCheck("r", (), "list", {"id": "absent"}), {"list": [{"other": 3}]}, Settled.NOT_APPLIED),
    ],
)
def test_judging(check: OutcomeCheck, found: Json, settled: Settled) -> None:
    assert judge(check, found, {"unit": 2}) is settled


def test_settling_reads_what_the_manifest_says() -> None:
    asked: list[Call] = []

    async def read(call: Call) -> Json:
        asked.append(call)
        raise CallFailed("NOT_FOUND", "no")

    create, send_back = SCAYLE.operations["orders.create"], SCAYLE.operations["return_items.send"]
    call = Call("orders.create", body={"referenceKey": "R1"})
    assert asyncio.run(settle(read, create, call)) is Settled.NOT_APPLIED
    assert asked == [Call("orders.get", ("key=R1",))]
    assert asyncio.run(settle(read, send_back, Call("return_items.send", body={"order": 1}))) is Settled.UNKNOWN
    assert asyncio.run(settle(read, create, Call("orders.create", body={}))) is Settled.UNKNOWN
    assert len(asked) == 2


def test_a_read_that_fails_settles_nothing() -> None:
    async def read(call: Call) -> Json:
        raise CallFailed("UNAVAILABLE", "no")

    call = Call("orders.create", body={"referenceKey": "R1"})
    with pytest.raises(CallFailed, match="UNAVAILABLE"):
        asyncio.run(settle(read, SCAYLE.operations["orders.create"], call))
