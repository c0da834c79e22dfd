"""Three workers on one PostgreSQL database and a platform with a small rate limit, which it never sees exceeded."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..embedding.shop import until
from ..plain import PLAIN
from .test_workers import Gate, cluster

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")]


@dataclass
class Counting(Gate):
    """Stands in front of SCAYLE and counts the answers to each kind of request."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            async def told(message: Message) -> None:
                if message["type"] == "http.response.start" and "/_sim" not in scope["path"]:
                    self.answers[scope["method"], message["status"]] += 1
                await send(message)

            await app(scope, receive, told)

        return counted


def test_three_workers_together_keep_within_the_limits_of_a_platform(tmp_path: Path, postgres: str) -> None:
    gate = Counting()
    with cluster(tmp_path, postgres, gate) as found:
        httpx.put(f"{found.shop.scayle}/_sim/limits", json={"fulfillmentWrite": 7}, verify=PLAIN).raise_for_status()
        for _ in range(3):
            found.worker()
        found.accept(24)
        until(lambda: len(found.refunded()) >= 7, "the refunds the limit allows")
        until(lambda: found.effects().get("sending", 0) == 0, "calls in flight")
        assert found.refunded() == [1] * 7
        refused = {status: number for (_, status), number in gate.answers.items() if status == 429}
        assert refused == {}
