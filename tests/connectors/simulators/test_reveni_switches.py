"""What Reveni does not document, one switch after the other, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure import data_folder
from retoure.connectors.simulators.clock import wall_clock
from retoure.connectors.simulators.reveni.signing import HEADER, signature
from retoure.settlement import read_invoice
from retoure.source import Source
from retoure.types import json_text

from . import shared
from .conftest import Inbox
from .shared import Platform

DAY = 86400.0
NUMBERS = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Platform]:
    with shared.reveni() as client:
        yield client


@pytest.fixture
def reveni(server: Platform) -> Iterator[Platform]:
    server.admin("PUT", "/switches", {"webhook_backoff_seconds": 0.01})
    yield server
    for hook in getattr(server, "hooks", []):
        server.delete(f"/webhooks/{hook}")


def made(reveni: Platform, status: str = "received", **fields: Any) -> Any:
    items = fields.pop("items", [{"sku": "TEE-S", "quantity": 1, "price": "40"}])
    body = {"order": {"external_id": f"S{next(NUMBERS)}"}, "items": items, "status": status, **fields}
    return reveni.admin("POST", "/returns", body)


def read(reveni: Platform, ret: Any) -> Any:
    return reveni.get(f"/returns/{ret['id']}").json()


def judge(reveni: Platform, ret: Any, status: str = "accepted", **fields: Any) -> httpx.Response:
    items = [{"item_id": line["id"], "quantity": line["quantity"], "status": status} for line in ret["return_items"]]
    return reveni.post(f"/returns/{ret['id']}/partial_validate", json={"items": [{**item, **fields} for item in items]})


def subscribe(reveni: Platform, inbox: Inbox) -> None:
    hook = reveni.post("/webhooks", json={"url": inbox.url, "event_types": ["return.created", "return.updated"]})
    vars(reveni).setdefault("hooks", []).append(hook.json()["id"])


def paid(ret: Any) -> list[str]:
    return [refund["amount"] for refund in ret["refunds"]]


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "body"), [("django", {"detail": "Not found."}), ("message", {"message": "Not found."}), ("empty", {})]
)
def test_error_body(reveni: Platform, shape: str, body: Any) -> None:
    reveni.switch(error_body=shape)
    answer = reveni.get("/returns/nobody")
    assert (answer.status_code, answer.json()) == (404, body)


def test_requests_per_minute(reveni: Platform) -> None:
    ret = made(reveni)
    reveni.pass_time(60)
    reveni.switch(requests_per_minute=1)
    answers = [reveni.get(f"/returns/{ret['id']}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    reveni.pass_time(int(answers[1].headers["Retry-After"]))
    assert reveni.get(f"/returns/{ret['id']}").status_code == 200


def test_stale_read_seconds(reveni: Platform) -> None:
    reveni.switch(stale_read_seconds=30.0)
    ret = made(reveni)
    before = read(reveni, ret)
    judge(reveni, ret)
    assert read(reveni, ret) == before
    reveni.pass_time(30)
    assert read(reveni, ret)["status"] == "accepted"


@pytest.mark.parametrize("status", [404, 403])
def test_foreign_store(reveni: Platform, status: int) -> None:
    """The key of the sandbox at the store of production, or the other way about."""
    reveni.switch(foreign_store=status)
    assert reveni.get(str(reveni.base_url.copy_with(path="/merchants/v0/stores/other/returns"))).status_code == status


def test_page_shape(reveni: Platform) -> None:
    ret = made(reveni)
    assert ret["id"] in [row["id"] for row in reveni.get("/returns").json()["results"]]
    reveni.switch(page_shape="bare")
    assert ret["id"] in [row["id"] for row in reveni.get("/returns").json()]


def test_time_format(reveni: Platform) -> None:
    ret = made(reveni)
    assert "." in read(reveni, ret)["updated_at"]
    reveni.switch(time_format="seconds")
    assert read(reveni, ret)["created_at"] == f"{ret['created_at'].partition('.')[0]}Z"


def test_extra_fields(reveni: Platform) -> None:
    ret = made(reveni)
    assert "portal_theme" in read(reveni, ret)
    reveni.switch(extra_fields=False)
    assert "portal_theme" not in read(reveni, ret)


@pytest.mark.parametrize("word", ["mixed", "refund", "exchange"])
def test_mixed_type(reveni: Platform, word: str) -> None:
    reveni.switch(mixed_type=word)
    lines = [{"sku": "A", "price": "1"}, {"sku": "B", "price": "1", "exchange": {"sku": "B-L", "quantity": 1}}]
    assert read(reveni, made(reveni, items=lines))["type"] == word


@pytest.mark.parametrize(("shape", "exchange"), [("object", {"sku": "B-L", "quantity": 1}), ("sku", "B-L")])
def test_exchange_shape(reveni: Platform, shape: str, exchange: Any) -> None:
    reveni.switch(exchange_shape=shape)
    lines = [{"sku": "B", "price": "1", "exchange": {"sku": "B-L", "quantity": 1}}]
    assert read(reveni, made(reveni, items=lines))["return_items"][0]["exchange"] == exchange


def test_absent_fields(reveni: Platform) -> None:
    ret = made(reveni)
    reveni.switch(absent_fields=["instant", "updated_at", "return_items.price"])
    shown = read(reveni, ret)
    assert {"instant", "updated_at"}.isdisjoint(shown)
    assert ("price" in shown["return_items"][0], shown["return_items"][0]["sku"]) == (False, "TEE-S")


# -- verdicts, money, goods --------------------------------------------------------------------------------------------


def test_reject_reasons(reveni: Platform) -> None:
    reveni.switch(reject_reasons=["defect", "missing"])
    ret = made(reveni)
    refused = judge(reveni, ret, "rejected", reject_reason="worn")
    assert (refused.status_code, list(refused.json()["items"][0])) == (400, ["reject_reason"])
    assert judge(reveni, ret, "rejected", reject_reason="defect").status_code == 200


@pytest.mark.parametrize(("again", "amount"), [(True, "0.0000"), (False, "40.0000")])
def test_recompute_amount_on_verdict(reveni: Platform, again: bool, amount: str) -> None:
    reveni.switch(recompute_amount_on_verdict=again)
    assert judge(reveni, made(reveni), "rejected").json()["amount"] == amount


@pytest.mark.parametrize(("shown", "amount"), [("deducted", "36.5000"), ("included", "40.0000")])
@pytest.mark.parametrize("instant", [True, False])
def test_return_fee_and_fee_in_amount(reveni: Platform, shown: str, amount: str, instant: bool) -> None:
    reveni.switch(return_fee="3.5", fee_in_amount=shown)
    ret = judge(reveni, made(reveni, instant=instant)).json()
    assert (ret["amount"], paid(ret)) == (amount, ["36.5000"])


def test_restock_on_approval(reveni: Platform) -> None:
    without = made(reveni)
    judge(reveni, without)
    reveni.switch(restock_on_approval=True)
    ret = made(reveni, items=[{"sku": "TEE-S", "quantity": 2, "price": "1"}])
    judge(reveni, ret)
    judge(reveni, made(reveni), "rejected")
    assert [(entry["return_id"], entry["quantity"]) for entry in reveni.books()["restocks"]] == [(ret["id"], 2)]


@pytest.mark.parametrize(("choice", "status"), [("awaited", "pending"), ("created", "completed"), ("failed", "failed")])
@pytest.mark.parametrize("instant", [True, False])
def test_exchange_order(reveni: Platform, choice: str, status: str, instant: bool) -> None:
    reveni.switch(exchange_order=choice)
    ret = made(reveni, items=[{"sku": "B", "price": "1", "exchange": {"sku": "B-L"}}], instant=instant)
    assert read(reveni, ret)["exchange"]["status"] == (status if instant else "pending")
    exchange = judge(reveni, ret).json()["exchange"]
    assert (exchange["status"], exchange["order"] is not None) == (status, choice == "created")


@pytest.mark.parametrize("outcome", ["accepted", "expired", "nothing"])
def test_deadline_days_and_deadline_outcome(reveni: Platform, outcome: str) -> None:
    reveni.switch(deadline_days=3, deadline_outcome=outcome)
    ret = made(reveni, "in_progress", instant=True)
    reveni.pass_time(3 * DAY + 60)
    assert read(reveni, ret)["status"] == ("in_progress" if outcome == "nothing" else outcome)


@pytest.mark.parametrize(("choice", "left"), [("kept", "incomplete"), ("expired", "expired"), ("deleted", None)])
def test_abandoned_draft_and_draft_days(reveni: Platform, choice: str, left: str | None) -> None:
    reveni.switch(abandoned_draft=choice, draft_days=3)
    ret = made(reveni, "incomplete")
    reveni.pass_time(3 * DAY + 60)
    assert read(reveni, ret).get("status") == left


# -- calls nobody has seen ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "status", "same"), [("another", 201, False), ("same", 201, True)])
def test_create_repeated(reveni: Platform, choice: str, status: int, same: bool) -> None:
    reveni.switch(create_repeated=choice)
    body = {"order": {"external_id": f"R-{choice}"}, "items": [{"sku": "A", "quantity": 1}]}
    first, second = reveni.post("/returns", json=body), reveni.post("/returns", json=body)
    assert second.status_code == status
    assert (first.json()["return_id"] == second.json()["return_id"]) == same


def test_create_repeated_can_be_refused(reveni: Platform) -> None:
    reveni.switch(create_repeated="refused")
    body = {"order": {"external_id": "R-refused"}, "items": [{"sku": "A", "quantity": 1}]}
    assert [reveni.post("/returns", json=body).status_code for _ in range(2)] == [201, 409]
    other = {**body, "items": [{"sku": "A", "quantity": 2}]}
    assert reveni.post("/returns", json=other).status_code == 201


def test_instant_check_supported_and_instant_offered(reveni: Platform) -> None:
    assert reveni.get("/instant-check", params={"order": "1"}).json() == {"instant": True}
    reveni.switch(instant_offered=False)
    assert reveni.get("/instant-check", params={"order": "1"}).json() == {"instant": False}
    reveni.switch(instant_check_supported=False)
    assert reveni.get("/instant-check", params={"order": "1"}).status_code == 404


# -- the invoice -------------------------------------------------------------------------------------------------------


def billed(reveni: Platform, ret: Any) -> list[tuple[str, str]]:
    lines = reveni.admin("GET", "/invoice")["lines"]
    return [(line["concept"], line["amount"]) for line in lines if line["transaction_id"] == ret["id"]]


FEE = ("Instant transaction fee", "1.5300")
ADVANCED = ("Disbursements on behalf of the customer", "40.0000")


@pytest.mark.parametrize(("twice", "times"), [(False, 1), (True, 2)])
def test_double_billing(reveni: Platform, twice: bool, times: int) -> None:
    reveni.switch(double_billing=twice)
    ret = made(reveni, instant=True)
    assert billed(reveni, ret) == [FEE, *[ADVANCED] * times]
    assert billed(reveni, made(reveni)) == []


def test_a_disbursement_of_one_return_alone_is_billed_twice_by_hand(reveni: Platform) -> None:
    ret, other = made(reveni, instant=True), made(reveni, instant=True)
    reveni.admin("POST", f"/returns/{ret['id']}/by-hand", {"billings": 2})
    assert billed(reveni, ret) == [FEE, ADVANCED, ADVANCED]
    assert billed(reveni, other) == [FEE, ADVANCED]


@pytest.mark.parametrize(("choice", "credit"), [("credited", [("Credit", "-40.0000")]), ("billed", [])])
def test_rejected_instant(reveni: Platform, choice: str, credit: list[Any]) -> None:
    reveni.switch(rejected_instant=choice)
    ret = made(reveni, instant=True)
    judge(reveni, ret, "rejected")
    assert billed(reveni, ret) == [FEE, ADVANCED, *credit]


def test_the_invoice_is_read_by_the_shipped_map(reveni: Platform, tmp_path: Path) -> None:
    judge(reveni, ret := made(reveni, instant=True), "rejected")
    file = tmp_path / "invoice.json"
    file.write_text(json_text.dump(reveni.admin("GET", "/invoice")["lines"]), encoding="utf-8")
    invoice = read_invoice([file], Source.read(data_folder("mappings") / "reveni_invoice" / "invoice.rmap"))
    assert [line.kind for line in invoice.lines if line.subject == ret["id"]] == [
        "instant_fee",
        "disbursement",
        "credit",
    ]


# -- webhooks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "tries"), [("2xx", 1), ("200_or_201", 2)])
def test_webhook_success(reveni: Platform, inbox: Inbox, choice: str, tries: int) -> None:
    reveni.switch(webhook_success=choice)
    subscribe(reveni, inbox)
    inbox.answers = [204]
    made(reveni, "incomplete")
    assert len(reveni.told(inbox)) == tries


@pytest.mark.parametrize("anew", [True, False])
def test_retry_signs_anew(inbox: Inbox, anew: bool) -> None:
    """On a clock that runs: each attempt has a time of its own, or all have that of the first."""
    with shared.reveni(wall_clock) as reveni:
        reveni.switch(retry_signs_anew=anew, webhook_backoff_seconds=0.01)
        subscribe(reveni, inbox)
        inbox.answers = [500]
        made(reveni, "incomplete")
        reveni.told(inbox)
    first, second = [headers[HEADER.lower()] for headers, _ in inbox.received]
    assert (first != second) == anew


def test_signature_with_the_previous_key(reveni: Platform, inbox: Inbox) -> None:
    """The webhooks of a store whose key was changed a moment ago may still be signed with the old one."""
    subscribe(reveni, inbox)
    reveni.switch(signature="previous_key")
    reveni.admin("PUT", "/api-key", {"api_key": "new-key"})
    made(reveni, "incomplete")
    reveni.told(inbox)
    reveni.admin("PUT", "/api-key", {"api_key": "sim-api-key"})
    ((headers, raw),) = inbox.received
    at = reveni.admin("GET", "/clock")["now"]
    assert headers[HEADER.lower()] == signature("sim-api-key", raw, datetime.fromisoformat(at))


def test_webhook_timeout_seconds(reveni: Platform, inbox: Inbox) -> None:
    reveni.switch(webhook_timeout_seconds=0.0, webhook_attempts=1)
    subscribe(reveni, inbox)
    made(reveni, "incomplete")
    reveni.told(inbox)
    assert reveni.books()["deliveries"][-1]["answer"] == 0


def test_webhook_longest_wait_seconds(reveni: Platform, inbox: Inbox) -> None:
    reveni.switch(webhook_backoff_seconds=3600.0, webhook_longest_wait_seconds=0.01)
    subscribe(reveni, inbox)
    inbox.answers = [500, 500]
    made(reveni, "incomplete")
    assert len(reveni.told(inbox)) == 3
