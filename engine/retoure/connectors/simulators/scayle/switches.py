"""Everything SCAYLE leaves undocumented, as named switches with safe defaults; docs/platforms.md has a row for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """One answer to every open question; `changed(switches, {...})` in `knobs` makes another set.

    Return calls: `unknown_return_key` and `not_returnable` are HTTP statuses; `already_returned` `repeat` refunds a
    second time; `partly_bad_array` `good_then_error` processes the good entries and still answers the error.
    Times are seconds; money is integer cents.
    """

    validation_status: int = 400
    error_context: Literal["mixed", "object", "array"] = "mixed"
    error_key_case: Literal["mixed", "lower", "upper"] = "mixed"
    retry_after: bool = False
    last_page: Literal["null", "absent"] = "null"
    stale_read_seconds: float = 0.0
    optional_fields: Literal["shown", "left_out"] = "shown"
    extra_fields: bool = True
    order_filters: Literal["honoured", "ignored"] = "honoured"
    delivered_item_status: Literal["delivered", "deliverable", "shipped", "partially_shipped"] = "delivered"

    unknown_return_key: int = 404
    not_returnable: int = 409
    already_returned: Literal["accept", "conflict", "repeat"] = "accept"
    partly_bad_array: Literal["all_or_nothing", "good_then_error", "good_silently"] = "all_or_nothing"
    duplicate_key_in_array: Literal["one", "refuse"] = "one"
    return_key_by_item_id: bool = True
    received_required: bool = True
    fulfilment_success: int = 204
    already_shipped: Literal["accept", "conflict"] = "conflict"
    cancel_shipped: Literal["accept", "conflict"] = "accept"
    late_capture: bool = False

    settle_after_seconds: float = 0.0
    refund_on_return: bool = True
    refund_succeeds: bool = True
    corrective_invoice_on_return: bool = True
    mail_on_return: bool = True
    return_costs: int = 0
    restock_on_return: bool = False
    force_close_after_days: int = 14

    billing_override_suppresses_refund: bool = False
    billing_override_repeated: Literal["accept", "conflict"] = "accept"
    billing_override_transitions: Literal["any", "forward"] = "any"
    billing_override_items: Literal["free", "must_agree"] = "free"
    billing_override_moves_money: bool = False
    billing_override_event: bool = False

    order_create_honours_reference_key: bool = True
    order_create_needs_stock: bool = True
    order_create_out_of_stock: int = 409
    order_create_required: tuple[str, ...] = ("items", "currencyCode", "address", "customer")
    order_create_success: int = 201
    created_order_code: Literal["order_confirmed", "order_delegated", "order_imported"] = "order_confirmed"

    equal_changed_at: Literal["accept", "ignore"] = "accept"
    future_changed_at: Literal["accept", "refuse"] = "accept"
    unknown_variant: int = 404
    unknown_warehouse: int = 404
    stock_blockers: bool = True
    bulk_polls: int = 1
    bulk_cap: int | None = None
    bulk_outcome: Literal["processed", "failed", "aborted"] = "processed"

    cancelled_spelling: Literal["british", "american"] = "british"
    event_version: int = 1
    item_events_list_items: bool = True
    webhook_envelope: Literal["new", "old"] = "new"
    webhook_order: Literal["random", "as_happened"] = "random"
    webhook_duplicates: bool = False
    webhook_lost: bool = False
    webhook_delay_seconds: float = 0.0
    webhook_attempts: int = 6
    webhook_backoff_seconds: float = 0.5
    webhook_timeout_seconds: float = 5.0
    webhook_longest_wait_seconds: float = 3600.0
    webhook_senders: int = 1
    webhook_success: Literal["2xx", "200"] = "2xx"
    retry_keeps_key: bool = True
    duplicate_subscription: Literal["accept", "conflict"] = "accept"
