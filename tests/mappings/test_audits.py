"""What the audits of the shipped mapping make of records that are unusual, and right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from retoure import CompiledMapping, Source, check_source, data_folder
from retoure.compile import bind
from retoure.runtime.decision import Answer, Occurrence, State
from retoure.types import json_text

NOW: Final = datetime(2026, 4, 20, tzinfo=UTC)
FOLDER: Final = data_folder("mappings") / "reveni_to_scayle"
FACTS: Final = check_source(Source.read(FOLDER / "returns.rmap")).facts
MAPPING: Final = CompiledMapping(FACTS, bind(FACTS, {}))


def read(name: str) -> Any:
    return json_text.parse((FOLDER / "fixtures" / name).read_text(encoding="utf-8"))


def differences(audit: str, record: Any, order: Any) -> list[tuple[str, str, str]]:
    """What does not agree when the return has picked the first unit of its order."""
    picked = State(picks={"a line": (str(order["items"][0]["id"]),)})
    asked = MAPPING.compare(audit, Occurrence(record, NOW), picked)
    answers = {need.read.key: Answer(order) for need in asked.needs}
    found = MAPPING.compare(audit, Occurrence(record, NOW, answers), picked)
    return [(each.label, each.left, each.right) for each in found.differences]


def order(billing: str) -> Any:
    found = read("answers/scayle.orders.get/70002.json")
    found["detailedStatus"]["billing"]["code"] = billing
    return {**found, "creditNotes": 0, "notes": [{"name": f"return-{read('instant-rejected.json')['id']}"}]}


@pytest.mark.parametrize(
    ("record", "billing", "said"),
    [
        ("instant-accepted.json", "billing_refunded", False),
        ("instant-accepted.json", "billing_completed", True),
        ("instant-rejected.json", "billing_refunded", False),
        ("instant-rejected.json", "billing_completed", False),
    ],
)
def test_a_refund_is_expected_on_record_while_something_is_accepted(record: str, billing: str, said: bool) -> None:
    labels = [label for label, *_ in differences("orders", read(record), order(billing))]
    assert ("refunds on record" in labels) is said


@pytest.mark.parametrize(("amount", "said"), [("119.0000", []), ("129.0000", [("amount", "129.00 EUR", "119.00 EUR")])])
def test_a_refund_is_what_a_voucher_of_the_order_has_left_of_the_price(amount: str, said: list[Any]) -> None:
    found = order("billing_refunded")
    found["items"][0] |= {"returnedAt": "2026-04-12T08:00:00+00:00"}
    found["items"][0]["price"]["absoluteVoucherReducedPrice"] = {"withTax": 11900, "withOutTax": 10000}
    assert differences("amounts", {**read("instant-accepted.json"), "amount": amount}, found) == said
