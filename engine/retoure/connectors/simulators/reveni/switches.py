"""Everything Reveni leaves undocumented, as named switches with a safe default (reveni.md 10, 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """One answer to every open question; `changed(switches, {...})` in `knobs` makes another set.

    Faults of transport (429, 500, timeouts on GET or partial_validate) are planned as faults, not switched here.
    """

    second_verdict: Literal["additive", "refused", "replace"] = "additive"
    validate_answer: Literal["return", "empty"] = "return"
    instant_cancel_refused: bool = True
    recompute_amount_on_verdict: bool = True
    deadline_days: int = 30
    deadline_outcome: Literal["accepted", "expired", "nothing"] = "accepted"
    auto_cancel_days: int | None = None

    create_supported: bool = True
    list_supported: bool = True
    instant_check_supported: bool = True
    instant_offered: bool = True
    orders_push_supported: bool = True
    exchange_report_supported: bool = True
    page_size: int = 20
    status_spelling: Literal["lower", "upper"] = "lower"
    shown_status: str | None = None
    extra_fields: bool = True

    object_content: Literal["snapshot", "empty", "missing", "stale"] = "snapshot"
    duplicate_delivery: bool = False
    late_delivery_seconds: float = 0.0
    reordered: bool = False
    hold_deliveries: bool = False
    lost_deliveries: bool = False
    retry_keeps_id: bool = True
    signature: Literal["valid", "wrong_key", "unknown_scheme", "two_schemes", "absent"] = "valid"
    clock_skew_seconds: float = 0.0
    webhook_attempts: int = 8
    webhook_backoff_seconds: float = 0.5
    webhook_timeout_seconds: float = 5.0
    webhook_longest_wait_seconds: float = 3600.0
