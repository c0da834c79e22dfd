"""The samples beside the fact sheets fit the schemas. They are not part of the project, so this runs where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retoure.types.json_text import parse
from retoure.types.lift import lift
from retoure.types.load import load_system
from retoure.types.validate import problems

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "reference"
REVENI, SCAYLE = load_system("reveni/merchants-v0"), load_system("scayle/admin-v1")

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the platforms' samples are not on this machine")


def found(pattern: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(SAMPLES.glob(pattern))] or [
        pytest.param(None, marks=pytest.mark.skip(reason="the platforms' samples are not on this machine"))
    ]


def fits(document: Any, system: Any, name: str) -> None:
    assert problems(document, system, name) == ()
    assert lift(document, system.types[name])[1] == ()


@pytest.mark.parametrize("path", found("reveni-samples/constructed-return-*.json"))
def test_returns(path: Path) -> None:
    fits(parse(path.read_bytes()), REVENI, "Return")


@pytest.mark.parametrize("path", found("reveni-samples/*webhook-return-*.json"))
def test_webhooks(path: Path) -> None:
    event = parse(path.read_bytes())
    fits(event, REVENI, "WebhookEvent")
    # The published sample elides the record.
    if event["data"]["object"]:
        fits(event["data"]["object"], REVENI, "Return")


@pytest.mark.parametrize("path", found("reveni-samples/constructed-list-returns-page.json"))
def test_pages_of_returns(path: Path) -> None:
    fits(parse(path.read_bytes()), REVENI, "ReturnPage")


@pytest.mark.parametrize("path", found("reveni-samples/constructed-partial-validate-request.json"))
def test_verdicts(path: Path) -> None:
    fits({"return_id": "r1", **parse(path.read_bytes())}, REVENI, "Validation")


@pytest.mark.parametrize("path", found("scayle-samples/webhook-delivery.*.json"))
def test_orders_inside_webhooks(path: Path) -> None:
    payload = parse(path.read_bytes())["payload"]
    fits(payload.get("order", payload), SCAYLE, "Order")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("order.get.response", "Order"),
        ("order.create.request", "NewOrder"),
        ("order.status.response", "OrderState"),
        ("order.invoices.response", "InvoiceList"),
        ("variant-stock.create.response", "Stock"),
    ],
)
def test_answers_and_requests_of_scayle(file: str, name: str) -> None:
    fits(parse((SAMPLES / "scayle-samples" / f"{file}.json").read_bytes()), SCAYLE, name)


@pytest.mark.parametrize("path", found("scayle-samples/order-item.response.json"))
def test_an_item_takes_its_currency_from_the_order(path: Path) -> None:
    item = SCAYLE.types["OrderItem"]
    assert lift(parse(path.read_bytes()), item, root={"currencyCode": "EUR"})[1] == ()


@pytest.mark.parametrize("path", found("scayle-samples/order.billing-status.update.request.json"))
def test_billing_states(path: Path) -> None:
    fits({"order": 1, **parse(path.read_bytes())}, SCAYLE, "BillingStatus")


@pytest.mark.parametrize("path", found("scayle-samples/return-items.send.request.json"))
def test_returned_units(path: Path) -> None:
    for unit in parse(path.read_bytes()):
        fits({"order": 1, "unit": 1, **unit}, SCAYLE, "ReturnUnit")
