"""What a call that may no longer be made still reads, and does not write any more."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from retoure.connectors import permission
from retoure.connectors.failures import Effect
from retoure.connectors.http import Ask, HttpClient, HttpOptions
from retoure.connectors.port import Call

from .conftest import ScaylePlatform
from .raw_server import http, serving


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


def test_a_call_that_was_stopped_behind_the_head_of_its_request_does_not_send_the_body() -> None:
    """As a process that is stopped between both, and goes on when another one does its work."""
    asked: list[int] = []

    def once() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Taken

    with serving(lambda _: [http(b"{}")]) as platform:
        client = HttpClient(HttpOptions(platform.url()), dict)
        ask = Ask("POST", "/orders", body={"order": 7}, effect=Effect.ONCE)
        with permission.given_by(once), pytest.raises(Taken):
            asyncio.run(client.exchange(ask))
    assert len(asked) == 2
    assert all(request.endswith(b"\r\n\r\n") for request in platform.requests)


def test_it_is_asked_before_both_parts_of_a_write_and_never_for_a_read(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    asked: Counter[str] = Counter()
    with permission.given_by(lambda: asked.update(["asked"])):
        send(scayle, Call("orders.get", (str(scayle.order()["id"]),)))
        assert asked.total() == 0
        send(scayle, addition())
    assert asked.total() == 2
    assert [write["quantity"] for write in scayle.writes()] == [5, 7]
