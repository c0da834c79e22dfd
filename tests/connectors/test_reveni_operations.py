"""Every operation of Reveni's manifest over real sockets; those nobody has published only when they are let."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from retoure.connectors.port import Call, CallFailed, Json
from retoure.connectors.reveni import ReveniConnector
from retoure.connectors.simulators import ReveniSimulator
from retoure.types.lift import lift
from retoure.types.load import load_system

from .conftest import ReveniPlatform

REVENI = load_system("reveni/merchants-v0")
GUESSED: dict[str, Any] = {"undocumented": True, "instant_check": "instant-check"}
PURCHASE: dict[str, Json] = {
    "external_id": "70001",
    "currency": "EUR",
    "items": [{"sku": "TEE-S", "quantity": 1, "price": "15.0000"}],
}


def ask(platform: ReveniPlatform, operation: str, *arguments: str, **fields: Any) -> Any:
    return asyncio.run(_ask(platform.connector(**GUESSED), Call(operation, arguments, fields or None)))


async def _ask(connector: ReveniConnector, call: Call) -> Json:
    try:
        answer = await connector.send(call)
    finally:
        await connector.aclose()
    output = REVENI.operations[call.operation].output
    if output is not None:
        assert lift(answer, output)[1] == ()
    return answer


def made(platform: ReveniPlatform, **fields: Any) -> Any:
    line = {"sku": "TEE-S", "quantity": 1, "price": "15.0000", **fields}
    order = {"external_id": "70001"}
    return platform.admin("POST", "/returns", {"order": order, "items": [line], "status": "in_progress"})


def test_a_subscription(reveni: ReveniPlatform) -> None:
    hook = ask(reveni, "webhooks.create", event_types=["return.updated"], url="http://127.0.0.1:1/hook")
    assert ask(reveni, "webhooks.delete", id=hook["id"]) is None
    with pytest.raises(CallFailed, match="NOT_FOUND"):
        ask(reveni, "webhooks.delete", id=hook["id"])


def test_a_verdict(reveni: ReveniPlatform) -> None:
    given = made(reveni)
    verdict = {"item_id": given["return_items"][0]["id"], "quantity": 1, "status": "accepted"}
    ask(reveni, "returns.partial_validate", return_id=given["id"], items=[verdict])
    assert ask(reveni, "returns.get", given["id"])["return_items"][0]["status"] == "accepted"


def test_returns_page_by_page(reveni: ReveniPlatform) -> None:
    reveni.admin("PATCH", "/switches", {"page_size": 2})
    wanted = {made(reveni)["id"] for _ in range(3)}
    pages = [ask(reveni, "returns.list", "", "", page) for page in ("", "2")]
    assert {row["id"] for page in pages for row in page["results"]} == wanted
    assert [bool(page.get("next")) for page in pages] == [True, False]


def test_a_new_return_without_the_token_of_its_shopper(reveni: ReveniPlatform) -> None:
    items = [{"sku": "TEE-S", "quantity": 1}]
    started = ask(reveni, "returns.create", currency="EUR", order=PURCHASE, items=items)
    assert "token" not in started
    assert ask(reveni, "returns.get", started["return_id"])["status"] == "incomplete"


def test_whether_money_may_go_out_at_once(reveni: ReveniPlatform) -> None:
    assert ask(reveni, "returns.instant_offer", "70001") == {"instant": True}


def test_a_purchase_is_pushed_as_often_as_one_likes(reveni: ReveniPlatform) -> None:
    first = ask(reveni, "purchases.push", **PURCHASE)
    assert ask(reveni, "purchases.push", **PURCHASE) == first


def test_the_order_of_an_exchange_gets_back(reveni: ReveniPlatform) -> None:
    given = made(reveni, exchange={"sku": "TEE-M", "quantity": 1, "price": "15.0000"})
    report = {"return_id": given["id"], "order": {"external_id": "70002"}}
    ask(reveni, "returns.report_exchange", **report)
    told = ask(reveni, "returns.get", given["id"])
    assert told["exchange"]["order"] == {"external_id": "70002"}
    ask(reveni, "returns.report_exchange", **report)
    assert ask(reveni, "returns.get", given["id"])["updated_at"] == told["updated_at"]
    ask(reveni, "returns.report_exchange", return_id=given["id"], order={"name": "cancelled"})
    assert ask(reveni, "returns.get", given["id"])["exchange"]["order"] is None


@pytest.mark.parametrize("operation", [name for name, one in REVENI.operations.items() if one.undocumented])
def test_what_nobody_has_published_is_refused_until_it_is_let(reveni: ReveniPlatform, operation: str) -> None:
    with pytest.raises(CallFailed) as caught:
        asyncio.run(_ask(reveni.connector(), Call(operation, ("1",), {"return_id": "1", "external_id": "1"})))
    assert (caught.value.error, caught.value.outcome_unknown) == ("INVALID", False)
    assert "set `undocumented: true` in the options of `reveni`" in caught.value.message


@pytest.mark.parametrize(
    ("switch", "operation", "fields"),
    [
        ("orders_push_supported", "purchases.push", PURCHASE),
        ("exchange_report_supported", "returns.report_exchange", {"return_id": "1", "order": {"external_id": "2"}}),
        ("create_supported", "returns.create", {"currency": "EUR", "order": PURCHASE, "items": []}),
    ],
)
def test_a_guess_that_was_wrong(reveni: ReveniPlatform, switch: str, operation: str, fields: Any) -> None:
    reveni.admin("PATCH", "/switches", {switch: False})
    with pytest.raises(CallFailed) as caught:
        ask(reveni, operation, **fields)
    assert (caught.value.error, caught.value.outcome_unknown) == ("NOT_FOUND", False)


def test_the_simulator_has_a_route_for_every_request() -> None:
    rules = {(rule.method, _shape(rule.path.partition("{store}")[2])) for rule in ReveniSimulator.rules}
    requests = [operation.http for operation in REVENI.operations.values() if operation.http]
    assert {(http.method, _shape(http.path)) for http in requests} - rules == {("GET", "/*")}
    assert ("GET", "/instant-check") in rules


def _shape(path: str) -> str:
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))
