"""The other direction: orders of SCAYLE into Reveni, over real sockets and from a deployment file."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure import AsyncRunner, Runner

from ..plain import PLAIN
from .shop import DEPLOYMENT, KEY, MAPPING, TOKEN, Shop, shop

PURCHASES = MAPPING.parents[1] / "scayle_to_reveni" / "purchases.rmap"
BOTH_WAYS = (
    DEPLOYMENT.replace("{mapping}", str(PURCHASES))
    .replace("env:SCAYLE_TOKEN", "env:SCAYLE_TOKEN, webhook_user: env:HOOK_USER, webhook_password: env:HOOK")
    .replace("options: {{store: sim-store}}", "options: {{store: sim-store, undocumented: true}}")
    + "settings: {{purchases: pushed, exchanges: told}}\n"
)


@pytest.fixture
def selling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    secrets = {"SCAYLE_TOKEN": TOKEN, "REVENI_TOKEN": KEY, "HOOK_USER": "hooks", "HOOK": "hooks-password"}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    with shop(tmp_path, BOTH_WAYS) as running:
        yield running


def told(running: Shop, order: Any, kind: str = "order-invoiced") -> None:
    """SCAYLE's webhook about the order, and all that follows from it."""
    body = {"key": f"{order['id']}-{kind}", "type": kind, "occurredAt": order["updatedAt"], "payload": order}
    login = base64.b64encode(b"hooks:hooks-password").decode()
    with Runner.from_deployment(running.file) as runner:
        runner.accept("scayle", json.dumps(body).encode(), {"Authorization": f"Basic {login}"})
        runner.drain()
        assert runner.status().holds == {}


def known_to_reveni(running: Shop) -> Any:
    return httpx.get(f"{running.reveni}/_sim/books", verify=PLAIN).raise_for_status().json()["orders"]


def test_what_was_shipped_is_known_to_reveni(selling: Shop) -> None:
    order = selling.ordered(quantity=2)
    told(selling, order)
    pushed = known_to_reveni(selling)[str(order["id"])]
    assert [item["external_id"] for item in pushed["items"]] == [str(item["id"]) for item in order["items"]]
    assert pushed["customer"]["email"] == order["customer"]["email"]


def test_the_order_of_an_exchange_gets_back_to_its_return(selling: Shop) -> None:
    wanted = {"sku": "TEE-M", "quantity": 1, "price": "10.0000"}
    line = {"sku": "TEE-S", "quantity": 1, "price": "10.0000", "exchange": wanted}
    exchange = selling.returned(selling.ordered(), "in_progress", items=[line])
    lines = [{"sku": "TEE-M", "quantity": 1}]
    order = selling.admin(selling.scayle, "/orders", {"lines": lines, "referenceKey": f"REV-{exchange['id']}"})
    told(selling, order, "order-confirmed")
    seen = httpx.get(f"{selling.reveni}/_sim/returns/{exchange['id']}", verify=PLAIN).raise_for_status().json()
    assert seen["exchange"]["order"]["external_id"] == str(order["id"])


def test_an_order_is_found_by_number_and_address(selling: Shop) -> None:
    lines = [{"sku": "TEE-S", "quantity": 1}]
    order = selling.admin(selling.scayle, "/orders", {"lines": lines, "ship": True, "referenceKey": "SC-1"})
    email = order["customer"]["email"]
    found = asyncio.run(asked(selling, ("SC-1", email), ("SC-1", "other@shopper.example"), ("SC-2", email)))
    assert found[0]["external_id"] == str(order["id"])
    assert found[1:] == [None, None]


async def asked(running: Shop, *questions: tuple[str, str]) -> list[Any]:
    async with AsyncRunner.from_deployment(running.file) as runner:
        values = [{"number": number, "email": email} for number, email in questions]
        return [(await runner.ask_question("order_lookup", one)).body for one in values]
