"""Everything Reveni leaves undocumented, as named switches with safe defaults; docs/platforms.md has a row for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """One answer to every open question; `changed(switches, {...})` in `knobs` makes another set.

    Faults of transport (429, 500, timeouts on GET or partial_validate) are planned as faults, not switched here. Money
    is a decimal as text, times are seconds or days as their names say.
    """

    error_body: Literal["django", "message", "empty"] = "django"
    requests_per_minute: int | None = None
    stale_read_seconds: float = 0.0
    foreign_store: int = 404
    page_shape: Literal["counted", "bare"] = "counted"
    page_size: int = 20
    time_format: Literal["microseconds", "seconds"] = "microseconds"
    status_spelling: Literal["lower", "upper"] = "lower"
    shown_status: str | None = None
    mixed_type: Literal["mixed", "refund", "exchange"] = "mixed"
    exchange_shape: Literal["object", "sku"] = "object"
    absent_fields: tuple[str, ...] = ()
    extra_fields: bool = True

    second_verdict: Literal["additive", "refused", "replace"] = "additive"
    validate_answer: Literal["return", "empty"] = "return"
    reject_reasons: tuple[str, ...] = ()
    instant_cancel_refused: bool = True
    recompute_amount_on_verdict: bool = True
    return_fee: str = "0"
    fee_in_amount: Literal["included", "deducted"] = "deducted"
    restock_on_approval: bool = False
    exchange_order: Literal["awaited", "created", "failed"] = "awaited"
    deadline_days: int = 30
    deadline_outcome: Literal["accepted", "expired", "nothing"] = "accepted"
    auto_cancel_days: int | None = None
    abandoned_draft: Literal["kept", "expired", "deleted"] = "kept"
    draft_days: int = 30

    create_supported: bool = True
    create_repeated: Literal["another", "same", "refused"] = "another"
    list_supported: bool = True
    instant_check_supported: bool = True
    instant_offered: bool = True
    orders_push_supported: bool = True
    exchange_report_supported: bool = True

    double_billing: bool = False
    rejected_instant: Literal["credited", "billed"] = "credited"

    object_content: Literal["snapshot", "empty", "missing", "stale"] = "snapshot"
    duplicate_delivery: bool = False
    late_delivery_seconds: float = 0.0
    reordered: bool = False
    hold_deliveries: bool = False
    lost_deliveries: bool = False
    retry_keeps_id: bool = True
    retry_signs_anew: bool = True
    signature: Literal["valid", "wrong_key", "previous_key", "unknown_scheme", "two_schemes", "absent"] = "valid"
    clock_skew_seconds: float = 0.0
    webhook_success: Literal["2xx", "200_or_201"] = "2xx"
    webhook_attempts: int = 8
    webhook_backoff_seconds: float = 0.5
    webhook_timeout_seconds: float = 5.0
    webhook_longest_wait_seconds: float = 3600.0
    webhook_senders: int = 1
