"""What stands in the database and in memory at the moment somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from ..connectors.breaker import BreakerState
from ..delivery.ledger import EffectState
from ..delivery.store.port import EventState, Status
from ..runner import AsyncRunner


class Gauges:
    """Figures of one moment. `found` is None while the database does not answer: then it has none of them."""

    def __init__(self, runner: AsyncRunner, found: Status | None, audits: Mapping[str, datetime | None]) -> None:
        self._runner, self._found, self._audits = runner, found, audits

    def collect(self) -> Iterator[Metric]:
        """The families, each with its samples."""
        yield _info(self._runner)
        yield _one("retoure_worker_running", "1 while this process works off what is stored", self._runner.working)
        yield _one("retoure_store_up", "1 when the database answered just now", self._found is not None)
        yield from _breakers(self._runner)
        if self._found is not None:
            yield from self._stored(self._found)

    def _stored(self, found: Status) -> Iterator[Metric]:
        events, effects = _all(EventState, found.events), _all(EffectState, found.effects)
        queues = {**dict.fromkeys(self._runner.program.queues, 0), **found.queues}
        yield _by("retoure_stored_events", "Events in the database, by state", "state", events)
        yield _by("retoure_stored_effects", "Calls in the database, by state", "state", effects)
        yield _by("retoure_open_holds", "Questions that wait for a person, by team", "team", found.holds)
        yield _by("retoure_queue_letters", "Letters in each dead-letter queue", "queue", queues)
        yield _one("retoure_kept_messages", "Messages that were not taken, repetitions counted", found.rejected)
        stuck = {one.mapping: one.returns for one in found.stuck}
        help = "Returns that wait for a worker which can run their mapping version"
        yield _by("retoure_stuck_returns", help, "mapping", stuck)
        yield _one("retoure_paced_replays", "Replays that wait for their turn", found.paced)
        waiting = self._seconds(found.oldest_waiting)
        yield _one("retoure_oldest_waiting_seconds", "Age of what waits longest, 0 when nothing does", waiting)
        last = {name: at.timestamp() for name, at in self._audits.items() if at is not None}
        help = "When the last audit that came to its end began"
        yield _by("retoure_last_audit_timestamp_seconds", help, "audit", last)

    def _seconds(self, since: datetime | None) -> float:
        return 0.0 if since is None else max((self._runner.clock.now() - since).total_seconds(), 0.0)


def _info(runner: AsyncRunner) -> Metric:
    about = {"version": version("retoure"), "mapping": runner.program.identity}
    return InfoMetricFamily("retoure", "The release and the mapping at work", value=about)


def _breakers(runner: AsyncRunner) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "retoure_breaker_state", "1 for the state each system's circuit breaker is in", labels=("system", "state")
    )
    since = GaugeMetricFamily(
        "retoure_breaker_since_timestamp_seconds", "Since when it is in that state", labels=("system",)
    )
    for system, breaker in runner.breakers().items():
        for one in BreakerState:
            state.add_metric((system, one.value), float(one is breaker.state))
        since.add_metric((system,), breaker.since.timestamp())
    yield from (state, since)


def _all(states: type[EventState] | type[EffectState], found: Mapping[str, int]) -> dict[str, int]:
    """Every state, those without a row too: a series that comes and goes is hard to draw and to alert on."""
    return {state.value: found.get(state.value, 0) for state in states}


def _one(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help, value=float(value))


def _by(name: str, help: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), float(value))
    return family
