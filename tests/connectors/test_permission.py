"""What a call that may no longer be made still reads, and does not write any more."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from retoure.connectors import permission
from retoure.connectors.port import Call

from .conftest import ScaylePlatform


class Taken(Exception):
    """Another one does the work."""


def refuse() -> None:
    raise Taken


def note(order: int) -> Call:
    return Call("orders.annotate", body={"order": order, "name": "return-1", "status": "open", "text": "hello"})


def addition() -> Call:
    return Call("stock.add", body={"variant": "key=TEE-S", "warehouse": "main-warehouse", "quantity": 2})


def send(scayle: ScaylePlatform, call: Call) -> None:
    async def sent() -> None:
        connector = scayle.connector()
        try:
            await connector.send(call)
        finally:
            await connector.aclose()

    asyncio.run(sent())


def test_a_call_that_begins_with_reads_asks_again_before_it_writes(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    for call in (note(scayle.order()["id"]), addition()):
        with permission.given_by(refuse), pytest.raises(Taken):
            send(scayle, call)
    books = scayle.admin("GET", "/books")
    assert ([write["quantity"] for write in books["stockWrites"]], books["customDataWrites"]) == ([5], [])


def test_it_is_asked_once_for_a_write_and_never_for_a_read(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    asked: Counter[str] = Counter()
    with permission.given_by(lambda: asked.update(["asked"])):
        send(scayle, Call("orders.get", (str(scayle.order()["id"]),)))
        assert asked.total() == 0
        send(scayle, addition())
    assert asked.total() == 1
    assert [write["quantity"] for write in scayle.writes()] == [5, 7]
