"""What the contract suite tries the connector of Reveni on: the simulator, with a return that waits for a verdict."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx

from ...types.load import load_system
from ..contract.subject import Specimen, Trials
from ..http import trusted
from ..port import Call, Incoming
from ..simulators import ReveniSimulator
from .signature import digest

KEY, OLD_KEY, STORE = "reveni-key-9c41", "reveni-key-0b17", "sim-store"


def specimen() -> Specimen:
    """A fresh store."""
    return Specimen(
        load_system("reveni/merchants-v0"),
        _trials,
        _books,
        ReveniSimulator(seed=1, store=STORE, api_key=KEY),
        options={"store": STORE},
        secrets={"token": KEY, "previous_token": OLD_KEY},
    )


def _trials(url: str) -> Trials:
    item = {"sku": "TEE-S", "quantity": 1, "price": "10.0000", "return_reason": "too_small"}
    body = {"order": {"external_id": "70001"}, "items": [item], "status": "received"}
    made: Any = httpx.post(f"{url}/_sim/returns", json=body, verify=trusted()).raise_for_status().json()
    line = {"item_id": made["return_items"][0]["id"], "quantity": 1, "status": "accepted"}
    return Trials(
        Call("returns.get", (made["id"],)),
        (Call("returns.partial_validate", body={"return_id": made["id"], "items": [line]}, key="verdict-1"),),
        Call("returns.get", ("00000000000000000000000000000000",)),
        webhook=_webhook(made),
    )


def _books(url: str) -> object:
    """The verdicts that were given."""
    return httpx.get(f"{url}/_sim/books", verify=trusted()).raise_for_status().json()["verdicts"]


def _webhook(made: Any) -> Incoming:
    now = datetime.now(UTC)
    data = {"resource": "return", "resource_id": made["id"], "object": made}
    body = {"id": "1", "event": "return.updated", "created": int(now.timestamp()), "data": data}
    raw, moment = json.dumps(body).encode(), f"{now.timestamp():.0f}"
    return Incoming(raw, {"x-reveni-signature": f"t={moment},v1={digest(KEY, moment, raw)}"})
