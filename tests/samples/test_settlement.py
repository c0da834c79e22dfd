"""The settlement invoice among the samples, read by a map that names its columns as a consultant would."""

from __future__ import annotations

from decimal import Decimal

from retoure.settlement import read_invoice
from retoure.source import Source

from .shelf import ABSENT, SAMPLES

pytestmark = ABSENT

MAP = '''
library reveni_invoice {
  language 1
  version  "1.0.0"
  owner    "finance"
  system   invoice schema "invoice/rows-v1"
  system   settlement schema "settlement/lines-v1"
}

table line_kind : text -> settlement.Kind {
  "instant_transaction_fee"            => instant_fee
  "return_exchange_transaction_fee"    => return_fee
  "reverse_logistics_fee"              => logistics_fee
  "disbursement_on_behalf_of_customer" => disbursement
  "returns_premium_plan"               => plan
  otherwise                            => fail "the kind of line \\"{key}\\" is not known: add it to table line_kind"
}

## The ids stand as a list of one.
template only_id(row : invoice.Row) """{{ row.return_ids | default("") | replace('["', '') | replace('"]', '') }}"""

map line(row : invoice.Row) -> settlement.Line {
  kind     = line_kind[row.concept default skip "a row without a concept is no line"]
  return   = only_id(row)
  amount   = row.net default fail "the row has no amount" as decimal on error fail "the amount is no number"
  currency = "EUR"
  text     = row.concept
}
'''


def test_every_line_of_the_invoice_is_accepted() -> None:
    file = SAMPLES / "reveni-samples" / "constructed-settlement-invoice.json"
    invoice = read_invoice([file], Source("invoice.rmap", MAP))
    found = [(line.kind, line.amount.amount, line.subject) for line in invoice.lines]
    assert found == [
        ("instant_fee", Decimal("1.5300"), ""),
        ("return_fee", Decimal("2.7000"), ""),
        ("logistics_fee", Decimal("9.8000"), ""),
        ("disbursement", Decimal("76.4800"), "ee2e27dfb02799320d4fb59dc601c0db"),
        ("plan", Decimal("249.0000"), ""),
    ]
    assert invoice.skipped == 0
