"""Returns that are listed in another shape than assumed are an error, not an empty list."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from retoure.connectors.port import CallFailed, Event

from .conftest import ReveniPlatform


def polled(reveni: ReveniPlatform) -> Sequence[Event]:
    async def run() -> Sequence[Event]:
        connector = reveni.connector(undocumented=True)
        try:
            return await connector.listed_since(date(2026, 1, 1))
        finally:
            await connector.aclose()

    return asyncio.run(run())


def test_a_page_without_results_is_refused(reveni: ReveniPlatform) -> None:
    body = {"order": {"external_id": "1"}, "items": [{"sku": "TEE-S", "quantity": 1}], "status": "in_progress"}
    made = reveni.admin("POST", "/returns", body)
    assert [event.subject for event in polled(reveni)] == [made["id"]]
    reveni.admin("PATCH", "/switches", {"page_shape": "bare"})
    with pytest.raises(CallFailed, match=r"INVALID.*has no list `results`"):
        polled(reveni)
