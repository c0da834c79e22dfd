"""What the contract suite tries the connector of SCAYLE on: the simulator, with an order and a stock."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from ...types.load import load_system
from ..contract.subject import Specimen, Trials
from ..http import trusted
from ..port import Call, Incoming, Json
from ..simulators import ScayleSimulator

TOKEN, USER, PASSWORD = "scayle-token-5d20", "scayle-hooks-31", "scayle-word-b8f4"


def specimen() -> Specimen:
    """A fresh shop."""
    return Specimen(
        load_system("scayle/admin-v1"),
        _trials,
        _books,
        ScayleSimulator(seed=1, tokens={TOKEN: None}),
        path="/api/admin/v1",
        options={"shop": "ms", "country": "DE"},
        secrets={"token": TOKEN, "webhook_user": USER, "webhook_password": PASSWORD},
    )


def _trials(url: str) -> Trials:
    order: Any = _admin(url, "/orders", {"lines": [{"sku": "TEE-S", "quantity": 2}], "ship": True})
    _admin(url, "/stock", {"variant": "TEE-S", "quantity": 5, "changedAt": "2026-03-01T10:00:00+00:00"})
    number, unit = order["id"], order["items"][0]["id"]
    returned: dict[str, Json] = {
        "order": number,
        "unit": unit,
        "returnKey": str(unit),
        "received": "2026-03-02 10:00:00",
    }
    returned["received"] = "2026-03-02 10:00:00"
    added: dict[str, Json] = {"variant": "key=TEE-S", "warehouse": "main-warehouse", "quantity": 1}
    noted: dict[str, Json] = {"order": number, "name": "return-1", "status": "received"}
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    event = f'{{"key": "1", "type": "order-item-returned", "payload": {{"order": {{"id": {number}}}}}}}'
    return Trials(
        Call("orders.get", (str(number),)),
        (
            Call("return_items.send", body=returned, key="unit-1"),
            Call("stock.add", body=added, key="stock-1"),
            Call("orders.annotate", body=noted, key="note-1"),
        ),
        Call("orders.get", ("1",)),
        webhook=Incoming(event.encode(), {"authorization": f"Basic {login}"}),
    )


def _books(url: str) -> object:
    """What the shop holds of that order and that stock."""
    found = httpx.get(f"{url}/_sim/books", verify=trusted()).raise_for_status().json()
    writes = [(write["quantity"], write["accepted"]) for write in found["stockWrites"]]
    order = httpx.get(f"{url}/_sim/orders/{found['orders'][0]['id']}", verify=trusted()).raise_for_status().json()
    units = [unit.get("returnedAt") is not None for unit in order["items"]]
    return units, writes, order.get("legacyCustomData"), len(found["refunds"])


def _admin(url: str, path: str, body: object) -> object:
    return httpx.post(f"{url}/_sim{path}", json=body, verify=trusted()).raise_for_status().json()
