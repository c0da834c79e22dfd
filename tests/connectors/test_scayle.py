"""What is SCAYLE's own: adding to an absolute stock, one entry among others, two envelopes without a signature."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from retoure.connectors.budget import PATIENCE, RateBudget
from retoure.connectors.port import Call, CallFailed, Incoming, Json, Receiver, Rejected, Settled
from retoure.connectors.rest import RestConnector
from retoure.connectors.simulators import ScayleSimulator, SimulatorServer

from ..plain import PLAIN
from .conftest import WEBHOOK_PASSWORD, WEBHOOK_USER, ScaylePlatform

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 12, 0, 0, 400_000, tzinfo=UTC)
STORED = "2026-03-01T10:00:00+00:00"
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "reference" / "scayle-samples"


def adding(quantity: int = 1, changed_at: str | None = "2026-03-02T09:00:00Z", sku: str = "TEE-S") -> Call:
    body: dict[str, Json] = {"variant": f"key={sku}", "warehouse": "main-warehouse", "quantity": quantity}
    return Call("stock.add", body=body if changed_at is None else {**body, "changedAt": changed_at})


def run(connector: RestConnector, use: Callable[[RestConnector], Awaitable[T]]) -> T:
    async def whole() -> T:
        try:
            return await use(connector)
        finally:
            await connector.aclose()

    return asyncio.run(whole())


def failing(connector: RestConnector, use: Callable[[RestConnector], Awaitable[object]]) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        run(connector, use)
    return caught.value


def plan(platform: ScaylePlatform, call: Call) -> Mapping[str, Json]:
    planned = run(platform.connector(now=lambda: NOW), lambda made: made.plan(call))
    assert isinstance(planned, Mapping)
    return planned


class Meddling(httpx.AsyncHTTPTransport):
    """Lets `before` happen between a connector's decision to write and the write's arrival."""

    def __init__(self, before: Callable[[], None], after: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._before, self._after = before, after

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return await super().handle_async_request(request)
        await asyncio.to_thread(self._before)
        response = await super().handle_async_request(request)
        await response.aread()
        await asyncio.to_thread(self._after)
        return response


# -- stock.add --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "asked", "mark"),
    [
        (STORED, "2026-03-02T09:00:00Z", "2026-03-02T12:00:00+00:00"),
        (STORED, None, "2026-03-02T12:00:00+00:00"),
        (STORED, "2026-03-02T12:00:07.5+00:00", "2026-03-02T12:00:08+00:00"),
        (STORED, "2026-03-02T15:00:07+02:00", "2026-03-02T13:00:07+00:00"),
        ("2026-03-02T12:00:00+00:00", None, "2026-03-02T12:00:01+00:00"),
        ("2026-03-02T12:00:00.250000+00:00", None, "2026-03-02T12:00:01+00:00"),
        ("2026-03-05T00:00:00+00:00", None, "2026-03-05T00:00:01+00:00"),
    ],
)
def test_the_mark_is_after_the_stored_one_and_not_before_the_asked(
    scayle: ScaylePlatform, stored: str, asked: str | None, mark: str
) -> None:
    scayle.stocked("TEE-S", 5, stored)
    planned = plan(scayle, adding(2, asked))
    assert (planned["before"], planned["quantity"], planned["changedAt"]) == (5, 7, mark)
    assert datetime.fromisoformat(str(planned["beforeChangedAt"])) == datetime.fromisoformat(stored)


def test_a_plan_survives_being_stored(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    stored = json.loads(json.dumps(plan(scayle, adding(2))))
    answer = run(scayle.connector(), lambda made: made.send(adding(2), stored))
    assert isinstance(answer, Mapping)
    assert (answer["quantity"], answer["changedAt"]) == (7, "2026-03-02T12:00:00+00:00")
    assert [(w["quantity"], w["accepted"]) for w in scayle.writes()] == [(5, True), (7, True)]


def test_without_a_plan_it_plans_itself_and_a_first_stock_is_made(scayle: ScaylePlatform) -> None:
    scayle.admin("POST", "/variants", {"variants": [{"sku": "TEE-S"}]})
    run(scayle.connector(), lambda made: made.send(adding(3)))
    assert [w["quantity"] for w in scayle.writes()] == [3]


def test_what_a_write_would_clear_is_repeated(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    scayle.admin(
        "POST", "/stock", {"variant": "TEE-S", "quantity": 5, "changedAt": STORED, "sellableWithoutStock": True}
    )
    assert plan(scayle, adding())["fields"] == {"sellableWithoutStock": True, "merchantReferenceKey": "default"}


def test_taking_away_stops_at_zero(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 2)
    run(scayle.connector(), lambda made: made.send(adding(-2)))
    assert scayle.writes()[-1]["quantity"] == 0
    failed = failing(scayle.connector(), lambda made: made.send(adding(-1)))
    assert (failed.error, failed.outcome_unknown) == ("INVALID", False)


def test_a_discontinued_variant(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 2)
    scayle.admin("POST", "/variants/TEE-S/discontinue", {})
    for use in (lambda made: made.plan(adding()), lambda made: made.send(adding())):
        failed = failing(scayle.connector(), use)
        assert (failed.error, failed.status, failed.outcome_unknown) == ("SKU_DISCONTINUED", 404, False)


def test_a_stock_that_changed_since_the_plan_is_not_overwritten(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    planned = plan(scayle, adding())
    scayle.stock("TEE-S", 4, "2026-03-01T10:00:05+00:00")
    failed = failing(scayle.connector(), lambda made: made.send(adding(), planned))
    assert (failed.error, failed.outcome_unknown) == ("CONFLICT", False)
    assert scayle.writes()[-1]["quantity"] == 4


def test_a_lost_race_is_a_conflict(scayle: ScaylePlatform) -> None:
    """SCAYLE answers an overtaken write with success; only its content tells."""
    scayle.stocked("TEE-S", 5)
    race = Meddling(before=lambda: scayle.stock("TEE-S", 9, "2027-01-01T00:00:00+00:00"))
    failed = failing(scayle.connector(transport=race), lambda made: made.send(adding()))
    assert (failed.error, failed.outcome_unknown) == ("CONFLICT", False)
    assert [(w["quantity"], w["accepted"]) for w in scayle.writes()[-2:]] == [(9, True), (6, False)]


def test_our_own_mark_with_another_quantity_is_left_to_a_person(scayle: ScaylePlatform) -> None:
    """Sales may have come in between, or another writer chose the same second: a repeat could add twice."""
    scayle.stocked("TEE-S", 5)
    scayle.admin("PATCH", "/switches", {"equal_changed_at": "ignore"})
    planned = plan(scayle, adding())
    race = Meddling(before=lambda: scayle.stock("TEE-S", 4, "2026-03-02T12:00:00+00:00"))
    failed = failing(scayle.connector(transport=race), lambda made: made.send(adding(), planned))
    assert (failed.error, failed.outcome_unknown) == ("CONFLICT", True)
    assert [(w["quantity"], w["accepted"]) for w in scayle.writes()[-2:]] == [(4, True), (6, False)]


def test_an_addition_overwritten_at_once_is_left_to_a_person(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    race = Meddling(before=lambda: None, after=lambda: scayle.stock("TEE-S", 6, "2027-01-01T00:00:00+00:00"))
    failed = failing(scayle.connector(transport=race), lambda made: made.send(adding()))
    assert (failed.error, failed.outcome_unknown) == ("CONFLICT", True)


def test_a_read_back_that_fails_leaves_the_outcome_open(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    scayle.fault("status", method="GET", path="stocks", status=503, skip=1)
    failed = failing(scayle.connector(), lambda made: made.send(adding()))
    assert (failed.error, failed.outcome_unknown, failed.status) == ("UNAVAILABLE", True, 503)


def test_a_read_back_waits_for_a_limit_that_is_used_up(scayle: ScaylePlatform) -> None:
    """The outcome would be unknown, and covered by the next addition to the same stock."""
    scayle.stocked("TEE-S", 5)
    scayle.admin("PUT", "/limits", {"stocksRead": 1})
    slept = [0.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.to_thread(scayle.admin, "PUT", "/limits", {"stocksRead": 100})

    budget = RateBudget(clock=lambda: sum(slept), sleep=sleep)
    answer = run(scayle.connector(budget=budget), lambda made: made.send(adding()))
    assert isinstance(answer, Mapping)
    assert (answer["quantity"], len(slept)) == (6, 2)
    assert slept[-1] > PATIENCE


def test_additions_at_the_same_time_do_not_swallow_each_other(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 0)

    async def ten(made: RestConnector) -> None:
        await asyncio.gather(*(made.send(adding()) for _ in range(10)))

    run(scayle.connector(), ten)
    assert scayle.writes()[-1]["quantity"] == 10


def test_two_plans_of_one_moment_do_not_look_alike(scayle: ScaylePlatform) -> None:
    """Else the one that was written would prove the other, which was not."""
    scayle.stocked("TEE-S", 5)

    async def both(made: RestConnector) -> tuple[Json, Json]:
        return await made.plan(adding()), await made.plan(adding())

    first, second = run(scayle.connector(now=lambda: NOW), both)
    run(scayle.connector(), lambda made: made.send(adding(), first))
    assert run(scayle.connector(), lambda made: made.settle(adding(), first)) is Settled.APPLIED
    assert run(scayle.connector(), lambda made: made.settle(adding(), second)) is Settled.NOT_APPLIED


def test_a_lost_answer_is_looked_up_at_once(scayle: ScaylePlatform) -> None:
    """Later another addition to the same stock would have covered the trace."""
    scayle.stocked("TEE-S", 5)
    scayle.fault("drop_after", method="POST", path="stocks")
    answer = run(scayle.connector(now=lambda: NOW), lambda made: made.send(adding()))
    assert answer == {"quantity": 6, "changedAt": "2026-03-02T12:00:00+00:00"}
    assert [w["quantity"] for w in scayle.writes()] == [5, 6]


def test_settled_as_applied(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    planned = plan(scayle, adding())
    scayle.fault("drop_after", method="POST", path="stocks")
    scayle.fault("status", method="GET", path="stocks", skip=1)
    failed = failing(scayle.connector(), lambda made: made.send(adding(), planned))
    assert (failed.error, failed.outcome_unknown) == ("TIMEOUT", True)
    assert run(scayle.connector(), lambda made: made.settle(adding(), planned)) is Settled.APPLIED


def test_settled_as_not_applied(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    planned = plan(scayle, adding())
    scayle.fault("timeout_before", method="POST", path="stocks")
    failed = failing(scayle.connector(read_timeout=0.3), lambda made: made.send(adding(), planned))
    assert (failed.error, failed.outcome_unknown) == ("TIMEOUT", True)
    assert run(scayle.connector(), lambda made: made.settle(adding(), planned)) is Settled.NOT_APPLIED


@pytest.mark.parametrize(
    ("quantity", "changed_at"),
    [(6, "2026-03-02T12:00:01+00:00"), (8, "2026-03-02T12:00:00+00:00"), (5, "2026-03-02T12:00:00+00:00")],
)
def test_settled_as_unknown(scayle: ScaylePlatform, quantity: int, changed_at: str) -> None:
    scayle.stocked("TEE-S", 5)
    planned = plan(scayle, adding())
    scayle.stock("TEE-S", quantity, changed_at)
    assert run(scayle.connector(), lambda made: made.settle(adding(), planned)) is Settled.UNKNOWN
    assert run(scayle.connector(), lambda made: made.settle(adding(), None)) is Settled.UNKNOWN


@pytest.mark.parametrize(
    "broken",
    [{"quantity": "1.5"}, {"quantity": None}, {"variant": None, "quantity": True}, {"changedAt": "yesterday"}],
)
def test_a_body_that_makes_no_sense(scayle: ScaylePlatform, broken: dict[str, Json]) -> None:
    call = adding()
    failed = failing(scayle.connector(), lambda made: made.plan(replace(call, body={**(call.body or {}), **broken})))
    assert failed.error == "INVALID"


def test_a_plan_of_something_else_is_refused(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    assert failing(scayle.connector(), lambda made: made.send(adding(), {"quantity": 3})).error == "INVALID"
    assert len(scayle.writes()) == 1


def test_a_dry_run_shows_both_requests(scayle: ScaylePlatform) -> None:
    read, write = scayle.connector().render(adding(-2))
    assert (read.method, read.path) == ("GET", "/variants/key%3DTEE-S/stocks")
    assert (write.method, write.body) == (
        "POST",
        {"warehouseReferenceKey": "main-warehouse", "quantity": "(stored) -2"},
    )


# -- orders.annotate --------------------------------------------------------------------------------------------------


def noting(order: Any, entry: str = "ret-1", **fields: Json) -> Call:
    return Call("orders.annotate", body={"order": order["id"], "name": entry, **fields})


def data_of(platform: ScaylePlatform, order: Any) -> Any:
    return platform.admin("GET", f"/orders/{order['id']}").get("legacyCustomData")


def annotate(platform: ScaylePlatform, call: Call) -> None:
    assert run(platform.connector(), lambda made: made.send(call)) is None


def test_entries_of_others_are_kept(scayle: ScaylePlatform) -> None:
    order = scayle.order(legacyCustomData={"erp": {"id": 7}, "flag": True})
    annotate(scayle, noting(order, status="open", text="label made"))
    annotate(scayle, noting(order, "ret-2", status="received"))
    annotate(scayle, noting(order, status="approved"))
    entries = {"ret-1": {"status": "approved"}, "ret-2": {"status": "received"}}
    assert data_of(scayle, order) == {"erp": {"id": 7}, "flag": True, "retoure": entries}


@pytest.mark.parametrize("undo", [{"remove": True}, {"status": None}, {"remove": True, "status": "open"}])
def test_an_entry_is_removed_and_our_room_with_the_last_one(scayle: ScaylePlatform, undo: dict[str, Json]) -> None:
    order = scayle.order(legacyCustomData={"erp": 1})
    annotate(scayle, noting(order, status="open"))
    annotate(scayle, noting(order, "ret-2", status="open"))
    annotate(scayle, noting(order, "ret-1", **undo))
    assert data_of(scayle, order) == {"erp": 1, "retoure": {"ret-2": {"status": "open"}}}
    annotate(scayle, noting(order, "ret-2", **undo))
    assert data_of(scayle, order) == {"erp": 1}


@pytest.mark.parametrize("empty", [None, {}, []])
def test_an_order_without_data(scayle: ScaylePlatform, empty: Json) -> None:
    order = scayle.order(legacyCustomData=empty)
    annotate(scayle, noting(order, status="open"))
    assert data_of(scayle, order) == {"retoure": {"ret-1": {"status": "open"}}}


@pytest.mark.parametrize("foreign", ["a text", {"retoure": "taken"}, [1]])
def test_foreign_data_that_cannot_be_merged_is_not_overwritten(scayle: ScaylePlatform, foreign: Json) -> None:
    order = scayle.order(legacyCustomData=foreign)
    assert failing(scayle.connector(), lambda made: made.send(noting(order, status="open"))).error == "INVALID"
    assert data_of(scayle, order) == foreign


def test_an_entry_that_is_right_already_is_not_written(scayle: ScaylePlatform) -> None:
    order = scayle.order()
    annotate(scayle, noting(order, status="open"))
    scayle.fault("status", method="PUT", status=500, times=None)
    annotate(scayle, noting(order, status="open"))
    failed = failing(scayle.connector(), lambda made: made.send(noting(order, status="closed")))
    assert (failed.error, failed.outcome_unknown) == ("UNAVAILABLE", False)


def test_an_entry_swept_away_is_a_conflict(scayle: ScaylePlatform) -> None:
    order = scayle.order()

    def sweep() -> None:
        url = f"{scayle.url}/api/admin/v1/shops/ms/countries/DE/orders/{order['id']}/legacy-custom-data"
        httpx.put(url, json={"erp": 1}, headers={"x-access-token": "sim-token"}, verify=PLAIN).raise_for_status()

    race = Meddling(before=lambda: None, after=sweep)
    failed = failing(scayle.connector(transport=race), lambda made: made.send(noting(order, status="open")))
    assert (failed.error, failed.outcome_unknown) == ("CONFLICT", False)


def test_entries_written_at_the_same_time_do_not_sweep_each_other_away(scayle: ScaylePlatform) -> None:
    order = scayle.order()
    names = [f"ret-{number}" for number in range(8)]

    async def all_at_once(made: RestConnector) -> None:
        await asyncio.gather(*(made.send(noting(order, name, status="open")) for name in names))

    run(scayle.connector(), all_at_once)
    assert sorted(data_of(scayle, order)["retoure"]) == names


def test_an_annotation_settles_by_reading(scayle: ScaylePlatform) -> None:
    order = scayle.order()
    call = noting(order, status="open")
    assert run(scayle.connector(), lambda made: made.settle(call)) is Settled.NOT_APPLIED
    annotate(scayle, call)
    assert run(scayle.connector(), lambda made: made.settle(call)) is Settled.APPLIED
    assert run(scayle.connector(), lambda made: made.settle(noting(order, remove=True))) is Settled.NOT_APPLIED


def test_an_annotation_without_order_or_name(scayle: ScaylePlatform) -> None:
    bodies: list[dict[str, Json]] = [{"name": "x", "status": "y"}, {"order": 1, "status": "y"}]
    for body in bodies:
        with pytest.raises(CallFailed, match="INVALID"):
            scayle.connector().render(Call("orders.annotate", body=body))


# -- the company header -----------------------------------------------------------------------------------------------


def test_the_company_goes_with_fulfilment_calls_only() -> None:
    seen: dict[str, str | None] = {}

    class Watching(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen[request.url.path.rpartition("/")[2]] = request.headers.get("x-company-id")
            return httpx.Response(200, json={})

    connector = ScaylePlatform("https://acme.test").connector(company="42", transport=Watching())
    body: dict[str, Json] = {"order": 1, "unit": 2, "returnKey": "2", "received": "2026-03-02 10:00:00"}

    async def both(made: RestConnector) -> None:
        await made.send(Call("orders.get", ("1",)))
        await made.send(Call("return_items.send", body=body))

    run(connector, both)
    assert seen == {"1": None, "return-items": "42"}


# -- webhooks ---------------------------------------------------------------------------------------------------------


def basic(user: str = WEBHOOK_USER, password: str = WEBHOOK_PASSWORD) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def envelope(kind: str | None, payload: Json, **more: Json) -> bytes:
    head: dict[str, Json] = {"key": "k-1", "occurredAt": "2026-03-02T10:00:00+01:00", "payload": payload, **more}
    return json.dumps(head if kind is None else {**head, "type": kind}).encode()


def accept(body: bytes, headers: Mapping[str, str] | None = None, **fields: Any) -> Any:
    connector = ScaylePlatform("https://acme.test").connector(**fields)
    assert isinstance(connector, Receiver)
    return connector.accept(Incoming(body, basic() if headers is None else headers), NOW)


def rejected(body: bytes, headers: Mapping[str, str] | None = None, **fields: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        accept(body, headers, **fields)
    return caught.value


ORDER: dict[str, Json] = {"id": 901, "status": "invoice_completed"}
ITEMS: Json = [{"id": 5, "status": "returned"}]


@pytest.mark.parametrize(
    ("wire", "payload", "kind"),
    [
        ("order-item-returned", {"order": ORDER, "items": ITEMS}, "order_item_returned"),
        ("order-corrective-invoiced", ORDER, "order_corrective_invoiced"),
        ("payment-refund", {**ORDER, "transaction": {"operationStatus": "failed"}}, "payment_refund"),
        ("order-cancelled", ORDER, "order_cancelled"),
        ("order-canceled", ORDER, "order_cancelled"),
        ("ORDER-CANCELED", {"order": ORDER}, "order_cancelled"),
    ],
)
def test_the_new_envelope(wire: str, payload: Json, kind: str) -> None:
    body = envelope(wire, payload, version=2)
    event = accept(body)
    assert (event.system, event.kind, event.id, event.subject, event.raw) == ("scayle", kind, "k-1", "901", body)
    assert event.record["id"] == 901
    assert event.at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_old_envelope_is_told_by_its_payload() -> None:
    returned = accept(envelope(None, {"order": ORDER, "items": ITEMS}, locale={"appId": 1}))
    cancelled = accept(envelope(None, {**ORDER, "status": "cancellation_completed"}))
    assert (returned.kind, returned.subject, cancelled.kind) == ("order_item_returned", "901", "order_cancelled")
    assert rejected(envelope(None, ORDER)).reason == "unknown"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b"{", "malformed"),
        (b"[" * 5000, "malformed"),
        (envelope("order-cancelled", None), "malformed"),
        (envelope("order-cancelled", {}), "malformed"),
        (envelope("order-cancelled", {"id": True}), "malformed"),
        (envelope("order-imagined", ORDER), "unknown"),
        (b" " * 2000, "too large"),
    ],
)
def test_what_is_not_taken(body: bytes, reason: str) -> None:
    assert rejected(body, max_webhook_bytes=1500 if reason == "too large" else 1_000_000).reason == reason


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(password="wrong"),
        basic(user=""),
        {"authorization": "Basic not-base64!"},
        {"authorization": "Bearer " + basic()["authorization"][6:]},
    ],
)
def test_wrong_credentials_are_refused_before_the_body_is_read(headers: dict[str, str]) -> None:
    assert rejected(b"{", headers).reason == "signature"


def test_without_configured_credentials_everything_is_refused() -> None:
    connector = ScaylePlatform("https://acme.test").connector()
    connector._webhook = None
    with pytest.raises(Rejected, match="no user name and password"):
        connector.accept(Incoming(envelope("order-cancelled", ORDER), basic()), NOW)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of the platform are not beside this checkout")
@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("order-item-returned.new-envelope", "order_item_returned"),
        ("order-item-returned.old-envelope", "order_item_returned"),
        ("order-corrective-invoiced.new-envelope", "order_corrective_invoiced"),
        ("order-cancelled.new-envelope", "order_cancelled"),
    ],
)
def test_the_samples(sample: str, kind: str) -> None:
    event = accept((SAMPLES / f"webhook-delivery.{sample}.composed.json").read_bytes())
    assert (event.kind, event.subject, event.record["id"]) == (kind, "901", 901)


@pytest.mark.parametrize("generation", ["new", "old"])
def test_webhooks_of_the_simulator_are_understood(generation: str) -> None:
    taken: list[Incoming] = []

    async def receive(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        body = (await receive())["body"]
        taken.append(Incoming(body, {name.decode(): value.decode() for name, value in scope["headers"]}))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with SimulatorServer(receive) as receiver, SimulatorServer(ScayleSimulator(seed=1)) as server:
        platform = ScaylePlatform(server.url)
        platform.admin("PATCH", "/switches", {"webhook_envelope": generation})
        target = receiver.url.replace("http://", f"http://{WEBHOOK_USER}:{WEBHOOK_PASSWORD}@")
        subscription = {"event": "order-item-returned", "version": 1, "url": target, "filters": []}
        answer = httpx.post(
            f"{server.url}/api/admin/v1/webhooks/subscriptions",
            json=subscription,
            headers={"x-access-token": "sim-token"},
            verify=PLAIN,
        )
        answer.raise_for_status()
        order = platform.order()
        unit = order["items"][0]["id"]
        call = Call("return_items.send", body={"returnKey": str(unit), "received": "2026-03-02 10:00:00"})
        run(platform.connector(), lambda made: made.send(call))
        platform.admin("POST", "/webhooks/wait", {"seconds": 5})
    events = [ScaylePlatform("https://acme.test").connector().accept(incoming, NOW) for incoming in taken]
    assert [(event.kind, event.subject) for event in events] == [("order_item_returned", str(order["id"]))]
    assert events[0].id


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


# -- whether what was added is still there ----------------------------------------------------------------------------


def stood(platform: ScaylePlatform, own: Json, *plans: Json) -> Mapping[str, Json]:
    found = run(platform.connector(now=lambda: NOW), lambda made: made.stood(adding(), own, (own, *plans)))  # type: ignore[attr-defined]
    assert isinstance(found, Mapping)
    return found


def booked(platform: ScaylePlatform) -> Mapping[str, Json]:
    """A unit added, with the plan of that."""
    planned = plan(platform, adding())
    run(platform.connector(now=lambda: NOW), lambda made: made.send(adding(), planned))
    return planned


def test_a_unit_stands_while_nobody_else_sets_the_stock_and_sales_do_not(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    own = booked(scayle)
    assert stood(scayle, own) == {
        "variant": "key=TEE-S",
        "warehouse": "main-warehouse",
        "booked": 1,
        "standing": 1,
        "setAt": None,
    }
    scayle.admin("POST", "/orders", {"lines": [{"sku": "TEE-S"}]})
    later = booked(scayle)
    assert stood(scayle, own, later)["standing"] == stood(scayle, later, own)["standing"] == 1


@pytest.mark.parametrize("quantity", [5, 6, 9])
def test_an_import_after_the_booking_shows_whatever_it_sets(scayle: ScaylePlatform, quantity: int) -> None:
    scayle.stocked("TEE-S", 5)
    own = booked(scayle)
    scayle.stock("TEE-S", quantity, "2026-03-02T18:00:00+00:00")
    assert (stood(scayle, own)["standing"], stood(scayle, own)["setAt"]) == (0, "2026-03-02T18:00:00+00:00")


def test_an_import_between_two_bookings_concerns_the_first_alone(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    first = booked(scayle)
    scayle.stock("TEE-S", 5, "2026-03-02T18:00:00+00:00")
    second = booked(scayle)
    assert stood(scayle, first, second)["standing"] == 0
    assert stood(scayle, second, first)["standing"] == 1


def test_an_import_that_scayle_ignores_as_old_changes_nothing(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    own = booked(scayle)
    scayle.stock("TEE-S", 5, "2026-03-02T08:00:00+00:00")
    assert stood(scayle, own)["standing"] == 1


def test_of_a_variant_that_left_the_catalogue_nothing_is_said(scayle: ScaylePlatform) -> None:
    scayle.stocked("TEE-S", 5)
    own = booked(scayle)
    scayle.admin("POST", "/variants/TEE-S/discontinue", {})
    assert stood(scayle, own)["standing"] == 1
