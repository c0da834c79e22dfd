"""When an alert goes off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from retoure.delivery.alerts import rings, text_if_due
from retoure.delivery.store.port import Signal
from retoure.runtime.program import Alert, Threshold

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALERT = Alert("oncall", (Threshold(1, "queued"), Threshold(20, "held", HOUR)), quiet=timedelta(minutes=30))


def counts(queued: int = 0, held: int = 0) -> dict[str, int]:
    return {"queued": queued, "held": held}


def text(found: dict[str, int], last: datetime | None = None) -> str:
    return text_if_due(ALERT, lambda threshold: found[threshold.kind], last, NOW)


def test_the_first_letter_rings() -> None:
    assert text(counts(queued=1)) == "1 queued waiting"


def test_a_threshold_is_met_at_its_count() -> None:
    assert text(counts(held=19)) == ""
    assert text(counts(held=20)) == "20 held within 1:00:00"


def test_an_alert_is_quiet_for_its_time() -> None:
    assert text(counts(queued=1), NOW - timedelta(minutes=29)) == ""
    assert text(counts(queued=1), NOW - timedelta(minutes=30)) != ""


def test_letters_ring_the_alert_they_name_and_holds_all_that_count_them() -> None:
    finance = Alert("finance", (Threshold(1, "queued"),))
    assert rings(ALERT, Signal("oncall", "queued"))
    assert not rings(finance, Signal("oncall", "queued"))
    assert rings(ALERT, Signal("", "held"))
    assert not rings(finance, Signal("", "held"))
