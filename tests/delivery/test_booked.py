"""What has become of what was added: netted by thing, held against all that was added to it by anybody here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest

from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, CallFailed, Json
from retoure.delivery.booked import booked
from retoure.runner import AsyncRunner
from retoure.types.manifest import Kind, Operation

from .conftest import Bench

BOOKED = Operation("stock.booked", Kind.READ, books="stock.add")


class Stock(MemoryConnector):
    """Numbers its plans, and answers with what it was asked about."""

    def __init__(self) -> None:
        super().__init__("shop")
        self._marks = count(1)

    async def plan(self, call: Call) -> Json:
        return {"mark": next(self._marks)} if call.operation == "stock.add" else None

    async def stood(self, call: Call, own: Json, plans: Sequence[Json]) -> Json:
        assert call.body is not None
        return {"sku": call.body["sku"], "booked": call.body["quantity"], "own": own, "plans": list(plans)}


def found(bench: Bench, subject: str) -> Any:
    async def story(runner: AsyncRunner) -> Json:
        return await booked(runner._context, "shop.stock.booked", BOOKED, subject)

    return bench.run(story)["bookings"]  # type: ignore[call-overload, index]


def test_additions_are_netted_and_held_against_all_plans_for_the_thing(bench: Bench) -> None:
    bench.shop = Stock()
    bench.deliver(bench.returned("r1", stock={"A": 3, "B": 1}))
    bench.deliver(bench.returned("r2", stock={"A": 5}))
    bench.deliver(bench.returned("r1", version=2, stock={"A": 2, "B": 0}))
    (only,) = found(bench, "r1")
    marks = [plan["mark"] for plan in only["plans"]]
    assert (only["sku"], only["booked"], len(marks)) == ("A", 2, 3)
    assert only["own"]["mark"] == max(marks)
    assert found(bench, "r2") == [{"sku": "A", "booked": 5, "own": only["plans"][1], "plans": only["plans"]}]
    assert found(bench, "r3") == []


def test_a_connector_that_cannot_tell_says_so(bench: Bench) -> None:
    bench.deliver(bench.returned("r1", stock={"A": 3}))
    assert bench.effects() == ["applied"]
    assert found(bench, "r1") == [], "without a plan there is nothing to tell"
    bench.shop = Stock()
    bench.deliver(bench.returned("r1", version=2, stock={"A": 4}))
    bench.shop = MemoryConnector("shop")
    with pytest.raises(CallFailed, match="can tell what has become of shop"):
        found(bench, "r1")
