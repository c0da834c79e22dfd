"""`/metrics` of real services, against the books of the platforms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain_text

from ..embedding.shop import DEPLOYMENT, Shop, shop, until, webhook
from ..plain import PLAIN
from .conftest import Served, served

TENANTED: Final = DEPLOYMENT + "telemetry: {{tenant: acme}}\n"
CLUSTERED: Final = DEPLOYMENT.replace("{{path: retoure.db}}", "{{url: env:RETOURE_DATABASE_URL}}")
UNITS: Final = (
    *("_total", "_seconds", "_bytes", "_info", "_state", "_events", "_effects", "_holds", "_letters"),
    *("_replays", "_returns"),
)
LABELS: Final = frozenset(
    {
        "system",
        "tenant",
        "operation",
        "outcome",
        "cause",
        "step",
        "state",
        "team",
        "queue",
        "audit",
        "kind",
        "alert",
        "le",
    }
)


@dataclass(frozen=True)
class Figures:
    """What was scraped: `figures("retoure_effects_total", operation="stock.add")` adds up what fits."""

    families: Mapping[str, Any]

    @classmethod
    def of(cls, service: Served) -> Figures:
        answer = service.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        return cls({family.name: family for family in plain_text(answer.text)})

    @property
    def samples(self) -> Iterable[Any]:
        return (sample for family in self.families.values() for sample in family.samples)

    def __call__(self, name: str, **labels: str) -> float:
        found = (one for one in self.samples if one.name == name and labels.items() <= one.labels.items())
        return float(sum(one.value for one in found))


def idle(service: Served) -> bool:
    found = service.get("/status").json()
    return not any(found[what].get(state) for what in ("events", "effects") for state in ("waiting", "sending"))


def booked(found: Shop) -> Any:
    """What SCAYLE has in its books."""
    return httpx.get(f"{found.scayle}/_sim/books", verify=PLAIN).raise_for_status().json()


def test_the_figures_agree_with_the_books_of_the_platforms(tmp_path: Path) -> None:
    with shop(tmp_path, TENANTED) as found, served(found) as service:
        returns = [found.returned(found.ordered()) for _ in range(3)]
        unknown = found.returned({"id": 4711})
        assert [service.post(made) for made in (*returns, unknown)] == [202] * 4
        twice = webhook(returns[0], "again")
        assert [service.send(*twice), service.send(*twice)] == [202, 202]
        assert httpx.post(f"{service.address}/webhooks/reveni", content=b"{}", verify=PLAIN).status_code == 401
        until(lambda: idle(service), "the first returns")
        found.fault(found.scayle, kind="status", status=400, path="return-items", times=1)
        refused = found.returned(found.ordered())
        assert service.post(refused) == 202
        until(lambda: idle(service) and bool(service.get("/status").json()["queues"]), "the letter")
        until(lambda: Figures.of(service)("retoure_queue_letters") == 1, "figures that were not counted before")
        figures, books = Figures.of(service), booked(found)

    assert len(books["refunds"]) == 3
    assert figures("retoure_effects_total", operation="return_items.send", outcome="applied") == len(books["refunds"])
    assert figures("retoure_effects_total", operation="return_items.send", outcome="queued") == 1
    tries = {"operation": "return_items.send", "step": "send"}
    assert figures("retoure_call_tries_total", **tries, outcome="failed", cause="INVALID") == 1
    assert figures("retoure_call_tries_total", **tries) == 4
    assert figures("retoure_events_accepted_total", outcome="new") == 6
    assert figures("retoure_events_accepted_total", outcome="duplicate") == 1
    assert figures("retoure_messages_rejected_total", cause="signature") == figures("retoure_kept_messages") == 1
    decided = figures("retoure_decisions_total", cause="event", outcome="done")
    assert figures("retoure_event_wait_seconds_count") == decided in (5, 6)  # two of one return may go together
    assert figures("retoure_stored_events", state="done") == 6
    assert figures("retoure_queue_letters") == figures("retoure_queue_letters", queue="failed_refunds") == 1
    assert figures("retoure_open_holds", team="returns desk") >= 1
    assert figures("retoure_oldest_waiting_seconds") == 0
    assert figures("retoure_call_duration_seconds_count", **tries, outcome="ok") == 3
    for system in ("scayle", "reveni"):
        assert figures("retoure_breaker_state", system=system, state="closed") == 1
        assert figures("retoure_breaker_state", system=system) == 1
    assert figures("retoure_worker_running") == figures("retoure_store_up") == 1
    ids = {made["id"] for made in (*returns, unknown, refused)}
    check_shape(figures, ids, "acme")


def check_shape(figures: Figures, ids: set[str], tenant: str) -> None:
    """Names with units, known labels, the tenant everywhere, and no id of a return anywhere."""
    ours = [one for one in figures.samples if one.name.startswith("retoure_")]
    for one in figures.samples:
        assert one.labels.get("tenant") == tenant, one
        assert not ids & set(one.labels.values()), one
    for one in ours:
        assert set(one.labels) <= LABELS | {"version", "mapping"}, one
        name = one.name.removesuffix("_count").removesuffix("_sum").removesuffix("_bucket")
        assert name.endswith((*UNITS, "_running", "_up", "_messages")), name
    assert len(ours) < 500


def test_openmetrics_where_it_is_asked_for(running_shop: Shop) -> None:
    with served(running_shop) as service:
        answer = service.get("/metrics", accept="application/openmetrics-text; version=1.0.0")
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        names = {family.name for family in openmetrics(answer.text)}  # type: ignore[no-untyped-call]  # it has no types
    assert {"retoure_effects", "retoure_oldest_waiting_seconds", "process_resident_memory_bytes"} <= names


def test_an_outage_shows_in_the_breaker_and_in_the_age_of_what_waits(running_shop: Shop) -> None:
    with served(running_shop) as service:
        running_shop.fault(running_shop.scayle, kind="status", status=503, path="orders", times=1000)
        for _ in range(6):
            assert service.post(running_shop.returned(running_shop.ordered())) == 202
        until(lambda: Figures.of(service)("retoure_breaker_state", system="scayle", state="closed") == 0, "the breaker")
        figures = Figures.of(service)
        assert figures("retoure_breaker_state", system="scayle", state="open") == 1
        assert figures("retoure_breaker_state", system="reveni", state="closed") == 1
        assert figures("retoure_oldest_waiting_seconds") > 0
        assert figures("retoure_call_duration_seconds_count", system="scayle", outcome="failed") >= 5


def counted(service: Served) -> float:
    """Refunds that this process has counted."""
    return Figures.of(service)("retoure_effects_total", operation="return_items.send", outcome="applied")


def done(service: Served) -> float:
    return Figures.of(service)("retoure_stored_events", state="done")


def test_workers_of_one_database_share_gauges_and_count_for_themselves(tmp_path: Path, postgres: str) -> None:
    with (
        shop(tmp_path, CLUSTERED) as found,
        served(found, RETOURE_DATABASE_URL=postgres) as one,
        served(found, "run", "--listen", "127.0.0.1:0", name="run", RETOURE_DATABASE_URL=postgres) as other,
    ):
        assert other.post(found.returned(found.ordered())) == 404
        for _ in range(8):
            assert one.post(found.returned(found.ordered())) == 202
        until(lambda: counted(one) + counted(other) == 8, "all returns")
        until(lambda: [done(one), done(other)] == [8, 8], "figures that are counted anew")
        figures = [Figures.of(service) for service in (one, other)]
        books = booked(found)
        ready = other.get("/readyz").status_code
    assert len(books["refunds"]) == 8
    assert [each("retoure_stored_events", state="done") for each in figures] == [8, 8]
    assert [each("retoure_events_accepted_total") for each in figures] == [8, 0]
    assert ready == 200
