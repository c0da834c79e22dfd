"""Reveni's returns over HTTP: reading, starting, and what time and people do to them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ...plain import PLAIN

STORE = "/merchants/v0/stores/sim-store"
RETURNS = f"{STORE}/returns"


def created(reveni: httpx.Client, **fields: Any) -> dict[str, Any]:
    body = {
        "order": {"external_id": "100234"},
        "items": [
            {"sku": "TEE-S", "quantity": 2, "price": "39.9900", "return_reason": "too_small"},
            {"sku": "BAG", "quantity": 1, "price": "36.4900"},
        ],
        **fields,
    }
    answer = reveni.post("/_sim/returns", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def move(reveni: httpx.Client, made: dict[str, Any], status: str, **fields: Any) -> httpx.Response:
    return reveni.post(f"/_sim/returns/{made['id']}/move", json={"status": status, **fields})


def read(reveni: httpx.Client, made: dict[str, Any]) -> Any:
    return reveni.get(f"{RETURNS}/{made['id']}").json()


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Token sim-api-key", "Bearer"])
def test_the_key_is_needed(reveni: httpx.Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = httpx.get(f"{reveni.base_url}{RETURNS}", headers=headers, trust_env=False, verify=PLAIN)
    assert answer.status_code == 401
    assert isinstance(answer.json()["detail"], str)


def test_another_store_is_not_found(reveni: httpx.Client) -> None:
    answer = reveni.get("/merchants/v0/stores/other/returns")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert reveni.get(f"{RETURNS}/{'0' * 32}").json() == {"detail": "Not found."}


def test_a_rotated_key_opens_at_once(reveni: httpx.Client) -> None:
    reveni.put("/_sim/api-key", json={"api_key": "fresh"})
    assert reveni.get(RETURNS).status_code == 401
    assert reveni.get(RETURNS, headers={"Authorization": "Bearer fresh"}).status_code == 200


def test_the_resource_has_its_fields(reveni: httpx.Client) -> None:
    made = read(reveni, created(reveni))
    assert len(made["id"]) == len(made["order"]["id"]) == 32
    assert (made["status"], made["type"], made["instant"], made["currency"]) == ("incomplete", "refund", False, "EUR")
    assert (made["amount"], made["return_items"][0]["price"]) == ("116.4700", "39.9900")
    assert (made["created_at"], made["updated_at"]) == ("2026-03-02T10:15:42.118820Z", "2026-03-02T10:15:42.118820Z")
    assert (made["order"]["external_id"], made["refunds"], made["exchange"]) == ("100234", [], None)
    assert [item["status"] for item in made["return_items"]] == ["pending", "pending"]


def test_returns_of_one_order_share_its_id(reveni: httpx.Client) -> None:
    first, second, other = created(reveni), created(reveni), created(reveni, order={"external_id": 5})
    assert first["order"]["id"] == second["order"]["id"] != other["order"]["id"]
    assert (first["id"] != second["id"], other["order"]["external_id"]) == (True, "5")


def test_starting_over_the_api_answers_ids_and_a_token(reveni: httpx.Client) -> None:
    order = {"external_id": "77", "items": [{"sku": "TEE-S", "price": "10.0000"}]}
    body = {"order": order, "items": [{"sku": "TEE-S", "quantity": 2}]}
    answer = reveni.post(RETURNS, json=body)
    assert (answer.status_code, set(answer.json())) == (201, {"order_id", "return_id", "token", "status"})
    made = reveni.get(f"{RETURNS}/{answer.json()['return_id']}").json()
    assert (made["status"], made["amount"], made["order"]["id"]) == ("incomplete", "20.0000", answer.json()["order_id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": []}, "order"),
        ({"order": {}}, "order"),
        ({"order": {"external_id": "1"}}, "items"),
        ({"order": {"external_id": "1"}, "items": [{"sku": "A", "quantity": 0}]}, "items"),
        ({"order": {"external_id": "1"}, "items": [{"sku": "A", "price": "much"}]}, "price"),
        ({"order": {"external_id": "1"}, "items": [], "amount": 1.5}, "amount"),
    ],
)
def test_a_bad_start_names_the_field(reveni: httpx.Client, body: dict[str, Any], field: str) -> None:
    answer = reveni.post(RETURNS, json=body)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_undocumented_calls_can_be_taken_away(reveni: httpx.Client) -> None:
    reveni.patch("/_sim/switches", json={"list_supported": False, "create_supported": False})
    assert reveni.get(RETURNS).status_code == 404
    assert reveni.post(RETURNS, json={}).status_code == 404


def test_the_list_is_paged_and_filtered(reveni: httpx.Client) -> None:
    reveni.patch("/_sim/switches", json={"page_size": 2})
    made = [created(reveni, order={"external_id": str(number), "name": f"SC-{number}"}) for number in range(3)]
    reveni.post("/_sim/clock", json={"advance_seconds": 60})
    move(reveni, made[0], "in_progress")
    page = reveni.get(RETURNS).json()
    assert (page["count"], page["previous"], page["results"][0]["id"]) == (3, None, made[0]["id"])
    assert "return_items" not in page["results"][0]
    rest = reveni.get(page["next"]).json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    assert rest["previous"] == f"{reveni.base_url}{RETURNS}?page=1"
    assert reveni.get(RETURNS, params={"status": "IN_PROGRESS,shipped"}).json()["count"] == 1
    assert reveni.get(RETURNS, params={"search": "sc-2"}).json()["count"] == 1
    assert reveni.get(RETURNS, params={"created_from": "2026-03-03"}).json()["count"] == 0
    assert reveni.get(RETURNS, params={"created_from": "", "status": "", "page": ""}).json()["count"] == 3
    assert reveni.get(RETURNS, params={"page": 3}).status_code == 404


def test_every_move_is_a_version(reveni: httpx.Client) -> None:
    made = created(reveni)
    for status in ("in_progress", "in_progress", "shipped", "received", "for_review"):
        assert move(reveni, made, status).status_code == 200
    versions = reveni.get("/_sim/books").json()["returns"][0]["versions"]
    wanted = ["incomplete", "in_progress", "in_progress", "shipped", "received", "for_review"]
    assert [version["status"] for version in versions] == wanted
    stamps = [version["updated_at"] for version in versions]
    assert stamps == sorted(set(stamps)), "strictly growing although the clock stands still"


def test_shipping_brings_a_tracking_number(reveni: httpx.Client) -> None:
    made = created(reveni)
    move(reveni, made, "shipped", tracking_number="TRACK-1")
    assert read(reveni, made)["delivery_option"]["tracking_number"] == "TRACK-1"


def test_an_instant_return_is_paid_before_the_goods(reveni: httpx.Client) -> None:
    made = created(reveni, instant=True)
    assert made["refunds"] == []
    move(reveni, made, "in_progress")
    move(reveni, made, "in_progress")
    refunds = read(reveni, made)["refunds"]
    assert [(refund["method"], refund["status"], refund["amount"]) for refund in refunds] == [
        ("bank_transfer", "completed", "116.4700")
    ]
    move(reveni, made, "accepted")
    assert read(reveni, made)["refunds"] == refunds


def test_a_return_that_is_not_instant_is_paid_at_acceptance(reveni: httpx.Client) -> None:
    made = created(reveni, status="in_progress")
    assert made["refunds"] == []
    move(reveni, made, "accepted")
    after = read(reveni, made)
    assert [(refund["method"], refund["amount"]) for refund in after["refunds"]] == [
        ("original_payment_method", "116.4700")
    ]
    assert [item["status"] for item in after["return_items"]] == ["accepted", "accepted"]


def test_a_rejected_return_pays_nothing_unless_it_was_instant(reveni: httpx.Client) -> None:
    plain, instant = created(reveni), created(reveni, instant=True, status="in_progress")
    for made in (plain, instant):
        assert move(reveni, made, "rejected").json()["status"] == "rejected"
    assert (read(reveni, plain)["refunds"], len(read(reveni, instant)["refunds"])) == ([], 1)


def test_cancelling_an_instant_return_is_refused_unless_switched(reveni: httpx.Client) -> None:
    made = created(reveni, instant=True, status="in_progress")
    assert move(reveni, made, "cancelled").status_code == 409
    reveni.patch("/_sim/switches", json={"instant_cancel_refused": False})
    assert move(reveni, made, "cancelled").status_code == 200


def test_a_final_state_holds_unless_forced(reveni: httpx.Client) -> None:
    made = created(reveni, status="in_progress")
    move(reveni, made, "accepted")
    assert move(reveni, made, "received").status_code == 409
    assert move(reveni, made, "completed").status_code == 200
    assert move(reveni, made, "received", force=True).status_code == 200


def test_an_unknown_status_needs_force(reveni: httpx.Client) -> None:
    made = created(reveni)
    assert move(reveni, made, "teleported").status_code == 409
    assert move(reveni, made, "teleported", force=True).json()["status"] == "teleported"
    assert read(reveni, made)["status"] == "teleported"


def test_statuses_can_be_spelled_or_shown_otherwise(reveni: httpx.Client) -> None:
    made = created(reveni, status="in_progress")
    reveni.patch("/_sim/switches", json={"status_spelling": "upper", "extra_fields": False})
    assert read(reveni, made)["status"] == "IN_PROGRESS"
    assert "portal_theme" not in read(reveni, made)
    reveni.put("/_sim/switches", json={"shown_status": "quarantined"})
    assert read(reveni, made)["status"] == "quarantined"


def test_a_changed_amount_is_what_is_paid(reveni: httpx.Client) -> None:
    made = created(reveni, status="received")
    reveni.post(f"/_sim/returns/{made['id']}/amount", json={"amount": "100.0000"})
    move(reveni, made, "accepted")
    assert (read(reveni, made)["amount"], read(reveni, made)["refunds"][0]["amount"]) == ("100.0000", "100.0000")


@pytest.mark.parametrize(
    ("outcome", "status"), [("accepted", "accepted"), ("expired", "expired"), ("nothing", "received")]
)
def test_the_cover_of_an_instant_deal_runs_out(reveni: httpx.Client, outcome: str, status: str) -> None:
    reveni.patch("/_sim/switches", json={"deadline_outcome": outcome})
    made = created(reveni, instant=True, status="received")
    reveni.post("/_sim/clock", json={"advance_seconds": 30 * 86400})
    assert read(reveni, made)["status"] == status


def test_a_return_without_goods_is_cancelled_when_switched(reveni: httpx.Client) -> None:
    reveni.patch("/_sim/switches", json={"auto_cancel_days": 14})
    waiting, arrived = created(reveni, status="shipped"), created(reveni, status="received")
    reveni.post("/_sim/clock", json={"advance_seconds": 14 * 86400})
    assert (read(reveni, waiting)["status"], read(reveni, arrived)["status"]) == ("cancelled", "received")


def test_exchanges_give_the_type_and_wait_for_an_order(reveni: httpx.Client) -> None:
    swap = {"sku": "TEE-S", "quantity": 1, "price": "20.0000", "exchange": {"sku": "TEE-M", "quantity": 1}}
    plain = {"sku": "BAG", "quantity": 1, "price": "5.0000"}
    exchange, mixed = created(reveni, items=[swap]), created(reveni, items=[swap, plain])
    assert (exchange["type"], exchange["amount"], mixed["type"], mixed["amount"]) == (
        "exchange",
        "0.0000",
        "mixed",
        "5.0000",
    )
    assert exchange["exchange"] == {"status": "pending", "order": None, "price_difference": "0.0000"}
    move(reveni, exchange, "accepted")
    assert read(reveni, exchange)["refunds"] == []
    done = {"status": "completed", "order": {"external_id": "900", "name": "SC-900"}}
    reveni.post(f"/_sim/returns/{exchange['id']}/exchange", json=done)
    assert read(reveni, exchange)["exchange"]["order"]["external_id"] == "900"


def test_a_return_may_have_no_items_sku_or_price(reveni: httpx.Client) -> None:
    assert created(reveni, items=[])["return_items"] == []
    item = created(reveni, items=[{"quantity": 1}])["return_items"][0]
    assert (item["sku"], item["price"]) == (None, None)
