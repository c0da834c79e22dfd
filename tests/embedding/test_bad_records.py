"""Records of another shape than promised: the return is held, naming the field, and no money moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retoure import Runner

from .shop import SECRETS, shop, webhook

Damage = Callable[[Any], object]


class Damaged:
    """SCAYLE, whose orders come damaged."""

    def __init__(self, app: ASGIApp, damage: Damage) -> None:
        self._app, self._damage = app, damage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        spoils = scope["type"] == "http" and scope["method"] == "GET" and "/orders/" in scope["path"]
        await self._app(scope, receive, keep if spoils else send)
        if spoils:
            order = json.loads(b"".join(message.get("body", b"") for message in told))
            self._damage(order)
            body = json.dumps(order).encode()
            kept = [pair for pair in told[0]["headers"] if pair[0].lower() != b"content-length"]
            await send({**told[0], "headers": [*kept, (b"content-length", str(len(body)).encode())]})
            await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(
    ("damage", "field"),
    [
        (lambda order: order["items"][0].update(id="seventy"), "items[0].id"),
        (lambda order: order.pop("currencyCode"), "currencyCode"),
        (lambda order: order.update(items={"0": 1}), "items"),
        (lambda order: order["items"][0].update(shippedAt="yesterday"), "items[0].shippedAt"),
        (lambda order: order["items"][0]["price"].update(withTax=12.5), "items[0].price.withTax"),
        (lambda order: order.update(id=True), "id"),
    ],
    ids=("another type", "missing", "no list", "no time", "half a cent", "yes for a number"),
)
def test_a_record_that_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Damage, field: str
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with shop(tmp_path, before=lambda app: Damaged(app, damage)) as running:
        made = running.returned(running.ordered())
        with Runner.from_deployment(running.file) as runner:
            runner.accept("reveni", *webhook(made))
            runner.drain()
            holds = runner.store.holds()
        assert running.refunds() == []
    assert holds
    assert all(field in hold.reason for hold in holds)


def test_more_than_was_promised_is_let_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def more(order: Any) -> None:
        order.update(brandNew={"deep": [1, {"x": None}]}, voucher=None)
        order["items"][0].update(color="blue")

    with shop(tmp_path, before=lambda app: Damaged(app, more)) as running:
        made = running.returned(running.ordered())
        with Runner.from_deployment(running.file) as runner:
            runner.accept("reveni", *webhook(made))
            runner.drain()
        assert len(running.refunds()) == 1
