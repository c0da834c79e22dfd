"""Where values came from, in words: origins of fields, and the values that led to a hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

AMOUNT = {"amount", "currency"}
"""What an amount of money consists of where the journal keeps one."""


def version_shown(text: str) -> str:
    """A moment to the second where it has no smaller part, anything else as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment_shown(moment) if moment.tzinfo else text


def moment_shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ')} UTC"


def origin_shown(origin: Any) -> str:
    value = value_shown(origin.value)
    if origin.kind in ("constant", "word"):
        return str(origin.what)
    if origin.kind == "whole":
        return f"{origin.what}, as it is"
    if origin.kind == "table row":
        return f"{origin.what} = {value} (row in line {origin.place.line})"
    if origin.kind == "on error":
        return f"{origin.what}, so `on error` applies"
    if origin.kind == "default":
        return "so the default applies"
    return f"{origin.what} is missing" if origin.value is None else f"{origin.what} = {value}"


def value_shown(value: Any) -> str:
    """A value as it is read aloud."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment_shown(value)
    if isinstance(value, Mapping) and value.keys() == AMOUNT:
        return f"{value['amount']} {value['currency']}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def reason_shown(origins: Any) -> str:
    """The values that led to a hold; of a correction, what was sent and what is wanted instead."""
    values = {origin["what"]: origin.get("value") for origin in origins}
    if [origin.get("kind") for origin in origins] == ["ledger", "decision"]:
        return _correction(*values.values())
    told = (origin for origin in origins if origin.get("kind") in ("input", "setting"))
    return ", ".join(dict.fromkeys(f"{origin['what']} is {value_shown(origin.get('value'))}" for origin in told))


def _correction(sent: Any, wanted: Any) -> str:
    if not isinstance(sent, Mapping) or not isinstance(wanted, Mapping):
        return "it was sent before and is not wanted any more"
    names = [name for name in {**sent, **wanted} if sent.get(name) != wanted.get(name)]
    told = (
        f"{name} was sent as {value_shown(sent.get(name))} and is now {value_shown(wanted.get(name))}" for name in names
    )
    return ", ".join(told)
