"""Every published sample is met somewhere here, or it is said why not; and those with a schema fit it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retoure.types.lift import lift
from retoure.types.load import load_system

from .shelf import ABSENT, SAMPLES, named, sample

pytestmark = ABSENT

REVENI, SCAYLE = "reveni-samples", "scayle-samples"

TYPES: dict[str, str] = {
    f"{REVENI}/constructed-list-returns-page": "ReturnPage",
    f"{SCAYLE}/order.get.response": "Order",
    f"{SCAYLE}/order.status.response": "OrderState",
    f"{SCAYLE}/order.invoices.response": "InvoiceList",
    f"{SCAYLE}/variant-stock.create.response": "Stock",
    f"{SCAYLE}/order.create.request": "NewOrder",
    f"{SCAYLE}/bulk-request.status.response": "BulkState",
    f"{SCAYLE}/merchant-return-address.get.response": "ReturnAddress",
    f"{SCAYLE}/product.get.response": "Product",
    f"{SCAYLE}/variant.get.response": "Variant",
    f"{SCAYLE}/voucher.create.request": "NewVoucher",
    f"{SCAYLE}/webhook-producer-subscription.create.response": "ProducerSubscription",
}
"""Answers and requests as they stand; returns and webhooks are in `test_events`, other requests in `test_requests`, the
invoice in `test_settlement`."""

EVENTS = (f"{REVENI}/constructed-return-*", f"{REVENI}/*-webhook-return-*", f"{SCAYLE}/webhook-delivery.*")
ELSEWHERE = (
    "reveni-samples/constructed-signed-delivery",
    "scayle-samples/order-item.response",
    "scayle-samples/return-items.send.request",
    "scayle-samples/shipment.create.request",
    "scayle-samples/cancellation.send.request",
    "scayle-samples/order.billing-status.update.request",
    "scayle-samples/order.reference-key.update.request",
    "scayle-samples/variant-stock.create.request",
    "scayle-samples/variant-stock.bulk-create.request",
    "scayle-samples/variant-stock.sellable-without-stock.request",
    "scayle-samples/variant-stock.bulk-create.response",
    "scayle-samples/error.per-item.reservation.response",
    "scayle-samples/reservation.create.request",
    "scayle-samples/webhook-producer-subscription.create.request",
    "scayle-samples/webhook-subscription.create.request",
    "scayle-samples/webhook-subscription.create.response",
    "scayle-samples/warehouse.list.response",
    "scayle-samples/webhook-event.list.response",
    "scayle-samples/error.429.response",
    "reveni-samples/constructed-create-return-request",
    "reveni-samples/constructed-create-return-response",
    "reveni-samples/constructed-partial-validate-request",
    "reveni-samples/real-partial-validate-request",
    "reveni-samples/real-webhook-subscribe-request",
    "reveni-samples/constructed-webhook-subscribe-response",
    "reveni-samples/constructed-errors",
    "reveni-samples/constructed-settlement-invoice",
)
NOT_MET = {
    "reveni-samples/real-jssdk-init-arguments": "arguments of a script in the shop's pages, not of an API",
    "reveni-samples/real-webhook-signature-header": "a header without the body and the secret it was made with",
    "scayle-samples/order-delegation.request.composed": "delegated orders go to a merchant's own system",
    "scayle-samples/order.create-subscription.request": "subscription orders are not created",
}


def test_every_sample_is_met_or_it_is_said_why_not() -> None:
    met = {*TYPES, *ELSEWHERE, *named(*EVENTS)}
    everything = set(named("*/*"))
    assert everything - met - set(NOT_MET) == set()
    assert (met | set(NOT_MET)) - everything == set()
    assert met & set(NOT_MET) == set()


@pytest.mark.parametrize(("name", "type_"), TYPES.items())
def test_answers_and_requests_fit_their_schemas(name: str, type_: str) -> None:
    system = load_system("reveni/merchants-v0" if name.startswith(REVENI) else "scayle/admin-v1")
    value, problems = lift(sample(name), system.types[type_])
    assert problems == ()
    assert value


def test_a_unit_takes_its_currency_from_the_order() -> None:
    unit: Any = load_system("scayle/admin-v1").types["OrderItem"]
    value, problems = lift(sample("scayle-samples/order-item.response"), unit, root={"currencyCode": "EUR"})
    assert problems == ()
    assert value["price"]["withTax"].currency == "EUR"


def test_the_samples_are_not_in_the_project() -> None:
    project = Path(__file__).resolve().parents[2]
    names = {path.name for path in SAMPLES.rglob("*.json")}
    assert [path for path in (project / "mappings").rglob("*.json") if path.name in names] == []
