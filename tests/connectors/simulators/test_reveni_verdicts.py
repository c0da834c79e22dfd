"""Verdicts per item and quantity, over the API and by hand."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.connectors.simulators import Reveni
from retoure.connectors.simulators.reveni.errors import Refused
from retoure.connectors.simulators.reveni.verdicts import partial_validate

RETURNS = "/merchants/v0/stores/sim-store/returns"


@pytest.fixture
def made(reveni: httpx.Client) -> dict[str, Any]:
    """A received return of three pairs of socks and one shoe."""
    items = [{"sku": "SOCK", "quantity": 3, "price": "12.5000"}, {"sku": "SHOE", "quantity": 1, "price": "119.0000"}]
    body = {"order": {"external_id": "100307"}, "items": items, "status": "received"}
    answer: dict[str, Any] = reveni.post("/_sim/returns", json=body).json()
    return answer


def verdict(item: dict[str, Any], quantity: int, status: str, **fields: Any) -> dict[str, Any]:
    return {"item_id": item["id"], "quantity": quantity, "status": status, **fields}


def validate(reveni: httpx.Client, made: dict[str, Any], *items: dict[str, Any]) -> httpx.Response:
    return reveni.post(f"{RETURNS}/{made['id']}/partial_validate", json={"items": list(items)})


def lines(answer: httpx.Response) -> list[tuple[str, int, str]]:
    return [(item["sku"], item["quantity"], item["status"]) for item in answer.json()["return_items"]]


def test_a_line_splits_into_accepted_and_rejected(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks, shoe = made["return_items"]
    missing = {"reject_reason": "missing", "reject_reason_text": "one pair was not in the parcel"}
    answer = validate(
        reveni,
        made,
        verdict(socks, 2, "accepted"),
        verdict(socks, 1, "rejected", **missing),
        verdict(shoe, 1, "accepted"),
    )
    assert answer.status_code == 200
    assert lines(answer) == [("SOCK", 2, "accepted"), ("SOCK", 1, "rejected"), ("SHOE", 1, "accepted")]
    kept, split, _ = answer.json()["return_items"]
    assert (kept["id"], split["id"] != socks["id"], len(split["id"])) == (socks["id"], True, 32)
    assert (kept["reject_reason"], split["reject_reason"]) == (None, "missing")
    assert split["reject_reason_text"] == missing["reject_reason_text"]
    assert (answer.json()["status"], answer.json()["amount"]) == ("partly_accepted", "144.0000")
    assert [refund["amount"] for refund in answer.json()["refunds"]] == ["144.0000"]


def test_the_verdicts_are_booked(reveni: httpx.Client, made: dict[str, Any]) -> None:
    items = [verdict(made["return_items"][1], 1, "accepted")]
    validate(reveni, made, *items)
    noted = reveni.get("/_sim/books").json()["verdicts"]
    assert [(entry["return_id"], entry["source"], entry["body"]["items"]) for entry in noted] == [
        (made["id"], "api", items)
    ]


def test_what_is_not_judged_stays_pending(reveni: httpx.Client, made: dict[str, Any]) -> None:
    answer = validate(reveni, made, verdict(made["return_items"][0], 1, "accepted"))
    assert lines(answer) == [("SOCK", 1, "accepted"), ("SOCK", 2, "pending"), ("SHOE", 1, "pending")]
    assert (answer.json()["status"], answer.json()["refunds"]) == ("received", [])


@pytest.mark.parametrize(("statuses", "wanted"), [("accepted", "accepted"), ("rejected", "rejected")])
def test_one_verdict_for_all_is_the_status(
    reveni: httpx.Client, made: dict[str, Any], statuses: str, wanted: str
) -> None:
    socks, shoe = made["return_items"]
    answer = validate(reveni, made, verdict(socks, 3, statuses), verdict(shoe, 1, statuses))
    assert answer.json()["status"] == wanted


def test_a_second_call_adds_to_the_first(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks, shoe = made["return_items"]
    validate(reveni, made, verdict(socks, 1, "accepted"))
    answer = validate(reveni, made, verdict(socks, 2, "rejected"), verdict(shoe, 1, "accepted"))
    assert lines(answer) == [("SOCK", 1, "accepted"), ("SOCK", 2, "rejected"), ("SHOE", 1, "accepted")]


def test_repeating_the_same_call_is_refused_once_nothing_is_pending(reveni: httpx.Client, made: dict[str, Any]) -> None:
    items = [verdict(made["return_items"][0], 3, "accepted")]
    assert [validate(reveni, made, *items).status_code for _ in range(2)] == [200, 400]
    problem = validate(reveni, made, *items).json()
    assert problem == {"items": [{"quantity": ["Ensure this value is less than or equal to 0."]}]}


def test_a_second_call_can_be_refused(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks, shoe = made["return_items"]
    reveni.patch("/_sim/switches", json={"second_verdict": "refused"})
    assert validate(reveni, made, verdict(socks, 3, "accepted")).status_code == 200
    assert validate(reveni, made, verdict(shoe, 1, "accepted")).status_code == 400


def test_a_second_call_can_replace_the_first(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks, shoe = made["return_items"]
    reveni.patch("/_sim/switches", json={"second_verdict": "replace"})
    validate(reveni, made, verdict(socks, 2, "accepted"), verdict(socks, 1, "rejected"), verdict(shoe, 1, "accepted"))
    answer = validate(reveni, made, verdict(socks, 3, "rejected"))
    assert lines(answer) == [("SOCK", 3, "rejected"), ("SHOE", 1, "accepted")]
    assert answer.json()["return_items"][0]["id"] == socks["id"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"item_id": "nobody"}, "item_id"),
        ({"quantity": 4}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": "1"}, "quantity"),
        ({"status": "refunded"}, "status"),
        ({"status": "for_review"}, "status"),
    ],
)
def test_a_bad_verdict_names_item_and_field(
    reveni: httpx.Client, made: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    socks, shoe = made["return_items"]
    answer = validate(reveni, made, verdict(shoe, 1, "accepted"), {**verdict(socks, 3, "accepted"), **change})
    assert answer.status_code == 400
    fine, wrong = answer.json()["items"]
    assert (fine, list(wrong)) == ({}, [field])
    after = reveni.get(f"{RETURNS}/{made['id']}").json()
    assert [item["status"] for item in after["return_items"]] == ["pending", "pending"], "all or nothing"


def test_quantities_of_one_item_are_summed(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks = made["return_items"][0]
    answer = validate(reveni, made, verdict(socks, 2, "accepted"), verdict(socks, 2, "rejected"))
    assert answer.json()["items"][1] == {"quantity": ["Ensure this value is less than or equal to 1."]}


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": {}}, [], {"items": ["x"]}])
def test_a_malformed_body_is_400(reveni: httpx.Client, made: dict[str, Any], body: Any) -> None:
    assert reveni.post(f"{RETURNS}/{made['id']}/partial_validate", json=body).status_code == 400


def test_a_cancelled_return_cannot_be_judged(reveni: httpx.Client, made: dict[str, Any]) -> None:
    reveni.post(f"/_sim/returns/{made['id']}/move", json={"status": "cancelled"})
    assert validate(reveni, made, verdict(made["return_items"][0], 3, "accepted")).status_code == 400


def test_the_answer_may_be_empty(reveni: httpx.Client, made: dict[str, Any]) -> None:
    reveni.patch("/_sim/switches", json={"validate_answer": "empty"})
    assert validate(reveni, made, verdict(made["return_items"][0], 3, "accepted")).json() == {}


def test_an_instant_deal_is_not_paid_again(reveni: httpx.Client) -> None:
    items = [{"sku": "SOCK", "quantity": 1, "price": "12.5000"}]
    body = {"order": {"external_id": "1"}, "items": items, "instant": True, "status": "received"}
    made = reveni.post("/_sim/returns", json=body).json()
    answer = validate(reveni, made, verdict(made["return_items"][0], 1, "accepted"))
    assert [refund["method"] for refund in answer.json()["refunds"]] == ["bank_transfer"]


def test_a_review_by_hand_is_not_final(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks, shoe = made["return_items"]
    body = {"items": [verdict(socks, 3, "for_review"), verdict(shoe, 1, "accepted")]}
    assert reveni.post(f"/_sim/returns/{made['id']}/validate", json=body).json()["status"] == "for_review"
    assert validate(reveni, made, verdict(socks, 3, "accepted")).json()["status"] == "accepted"


def test_a_verdict_can_be_corrected_after_acceptance(reveni: httpx.Client, made: dict[str, Any]) -> None:
    socks, shoe = made["return_items"]
    validate(reveni, made, verdict(socks, 3, "rejected"), verdict(shoe, 1, "accepted"))
    path = f"/_sim/returns/{made['id']}/correct"
    after = reveni.post(path, json={"item_id": socks["id"], "status": "accepted"}).json()
    assert (after["status"], after["amount"]) == ("accepted", "156.5000")
    assert [refund["amount"] for refund in after["refunds"]] == ["119.0000", "37.5000"]
    back = reveni.post(path, json={"item_id": shoe["id"], "status": "rejected", "reject_reason": "defect"}).json()
    assert (back["status"], len(back["refunds"])) == ("partly_accepted", 2), "money that went out stays out"
    sources = [entry["source"] for entry in reveni.get("/_sim/books").json()["verdicts"]]
    assert sources == ["api", "correction", "correction"]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4), st.booleans()), max_size=6))
def test_units_are_neither_lost_nor_made(steps: list[tuple[int, int, bool]]) -> None:
    state = Reveni()
    items = [{"sku": "SOCK", "quantity": 4, "price": "1.0000"}, {"sku": "SHOE", "quantity": 2, "price": "1.0000"}]
    made = state.create({"order": {"external_id": "1"}, "items": items})
    state.move(made, "received")
    ids = [line.id for line in made.lines]
    for which, quantity, good in steps:
        entry = {"item_id": ids[which], "quantity": quantity, "status": "accepted" if good else "rejected"}
        with suppress(Refused):
            partial_validate(state, made, {"items": [entry]})
    counted = [sum(line.quantity for line in made.lines if line.sku == sku) for sku in ("SOCK", "SHOE")]
    assert counted == [4, 2]
    assert all(line.quantity > 0 for line in made.lines)
    assert len({line.id for line in made.lines}) == len(made.lines)
