"""A return as the switches have it shown: names, spellings and shapes nobody has published (reveni.md 2.1, 3.1)."""

from __future__ import annotations

import re
from typing import Any

from .records import Json
from .switches import Switches

_FRACTION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z")


def spelled(switches: Switches, status: str) -> str:
    """The status as the API shows it; four vocabularies disagree (reveni.md 2.1)."""
    status = switches.shown_status or status
    return status.upper() if switches.status_spelling == "upper" else status


def shown(switches: Switches, resource: Json) -> Json:
    """A version of a return as the API shows it."""
    body: dict[str, Any] = {**resource, "status": spelled(switches, resource["status"])}
    if body.get("type") == "mixed":
        body["type"] = switches.mixed_type
    if "return_items" in body:
        body["return_items"] = [_item(switches, item) for item in body["return_items"]]
    if switches.time_format == "seconds":
        body = {name: _whole_seconds(value) for name, value in body.items()}
    if switches.extra_fields:
        body["portal_theme"] = "default"
    return {name: value for name, value in body.items() if name not in switches.absent_fields}


def _item(switches: Switches, item: Json) -> Json:
    exchange = item["exchange"]
    if switches.exchange_shape == "sku" and isinstance(exchange, dict):
        exchange = exchange.get("sku")
    absent = [name.removeprefix("return_items.") for name in switches.absent_fields if name.startswith("return_items.")]
    return {name: value for name, value in {**item, "exchange": exchange}.items() if name not in absent}


def _whole_seconds(value: Any) -> Any:
    return _FRACTION.sub(r"\1Z", value) if isinstance(value, str) else value
