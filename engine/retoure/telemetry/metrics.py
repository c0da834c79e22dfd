"""The figures of a runner for Prometheus: what this process did since it began, and what stands in the database.

No label ever holds an id. Its values come from the mapping, the manifests, and fixed lists; what fits none of them is
counted as `other`, so that the number of series is bounded whatever a platform answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from ..connectors.port import ErrorClass
from ..delivery.errors import StoreError
from ..delivery.facts import AlertFired, DecisionMade, EventTaken, Fact, MessageRejected, PlatformAsked, TryEnded
from ..delivery.ledger import EffectState
from ..runner import AsyncRunner
from ..runtime.program import Program
from .exposition import Source, exposition
from .gauges import Gauges

OTHER: Final = "other"
CALL_SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
WAIT_SECONDS: Final = (0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43200, 86400)
INSIDE: Final = "INTERNAL"  # the error of a try that failed on our side


class Metrics:
    """Counts what a runner does from now on; `text` adds what the database said a few seconds ago at most.

    The runner's tenant is put on every sample, when it has one. Make one for each runner, in the runner's event loop.
    """

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner
        self._causes = _causes(runner.program)
        self._taken: dict[tuple[str, str], Counter] = {}
        self._registry = CollectorRegistry()
        self._make()
        runner.observe(self.count)

    def _make(self) -> None:
        accepted = "Webhooks and events taken; outcome: new, duplicate or conflict"
        self._accepted = self._counter("retoure_events_accepted_total", accepted, "system", "outcome")
        rejected = "Messages that were not taken, by cause"
        self._rejected = self._counter("retoure_messages_rejected_total", rejected, "system", "cause")
        decided = "Decisions by what set them off (event, wake, answer, audit) and outcome"
        self._decided = self._counter("retoure_decisions_total", decided, "cause", "outcome")
        tries = "Tries of calls that change something, by step, outcome and cause"
        self._tries = self._counter(
            "retoure_call_tries_total", tries, "system", "operation", "step", "outcome", "cause"
        )
        ended = "Calls that came to an end: applied, queued, held, skipped or replaced"
        self._ended = self._counter("retoure_effects_total", ended, "system", "operation", "outcome")
        self._holds = self._counter("retoure_holds_opened_total", "Questions put to people, by kind", "kind")
        self._alerts = self._counter("retoure_alerts_fired_total", "Alerts that went off", "alert")
        waited = "Seconds from the acceptance of an event to its decision"
        self._waited = Histogram("retoure_event_wait_seconds", waited, buckets=WAIT_SECONDS, registry=self._registry)
        asked = "Seconds a connector took, reads included; step: read, plan, send or settle"
        self._asked = Histogram(
            "retoure_call_duration_seconds",
            asked,
            ("system", "operation", "step", "outcome"),
            buckets=CALL_SECONDS,
            registry=self._registry,
        )

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(name, help, labels, registry=self._registry)

    async def text(self, accept: str = "") -> tuple[bytes, str]:
        """All figures as Prometheus reads them, and the content type; OpenMetrics where the `Accept` header asks."""
        return exposition({self._runner.tenant: await self.sources()}, accept)

    async def sources(self) -> Sequence[Source]:
        """The same for a page that shows those of several tenants."""
        return self._registry, await self._gauges()

    async def _gauges(self) -> Gauges:
        """With a database that does not answer, the figures of the process are told all the same."""
        runner = self._runner
        try:
            found = await runner.recent_status()
            audits = {name: await runner.ask(runner.store.last_audit, name) for name in runner.program.audits}
        except StoreError:
            found, audits = None, {}
        return Gauges(runner, found, audits)

    def count(self, fact: Fact) -> None:
        """Counts a fact."""
        _COUNTING[type(fact)](self, fact)

    def _cause(self, error: str) -> str:
        return error if not error or error in self._causes else OTHER

    def _system(self, name: str) -> str:
        return name if name in self._runner.program.manifests else OTHER

    def _of_event(self, fact: EventTaken) -> None:
        accepted = fact.accepted
        outcome = "conflict" if accepted.conflict else "duplicate" if accepted.duplicate else "new"
        labels = (self._system(fact.event.system), outcome)
        counter = self._taken.get(labels) or self._taken.setdefault(labels, self._accepted.labels(*labels))
        counter.inc()

    def _of_rejection(self, fact: MessageRejected) -> None:
        self._rejected.labels(self._system(fact.system), fact.reason).inc()

    def _of_decision(self, fact: DecisionMade) -> None:
        self._decided.labels(fact.cause, fact.outcome.value).inc()
        if fact.seconds is not None:
            self._waited.observe(fact.seconds)
        for hold in fact.holds:
            self._holds.labels(hold.kind).inc()

    def _of_try(self, fact: TryEnded) -> None:
        attempt, conclusion = fact.attempt, fact.conclusion
        system, _, operation = fact.effect.operation.partition(".")
        cause = self._cause(attempt.error)
        self._tries.labels(system, operation, attempt.step, attempt.outcome, cause).inc()
        if conclusion.state is not EffectState.WAITING:
            self._ended.labels(system, operation, conclusion.state.value).inc()
        if conclusion.hold is not None:
            self._holds.labels(conclusion.hold.kind).inc()

    def _of_asking(self, fact: PlatformAsked) -> None:
        system, _, operation = fact.operation.partition(".")
        outcome = "failed" if fact.error else "ok"
        self._asked.labels(system, operation, fact.step, outcome).observe(fact.seconds)

    def _of_alert(self, fact: AlertFired) -> None:
        self._alerts.labels(fact.fired.alert).inc()


_COUNTING: Final[Mapping[type[Fact], Callable[[Metrics, Any], None]]] = {
    EventTaken: Metrics._of_event,
    MessageRejected: Metrics._of_rejection,
    DecisionMade: Metrics._of_decision,
    TryEnded: Metrics._of_try,
    PlatformAsked: Metrics._of_asking,
    AlertFired: Metrics._of_alert,
}


def _causes(program: Program) -> frozenset[str]:
    """Every error a call can end with: the classes, and the codes that manifests declare."""
    operations = (operation for manifest in program.manifests.values() for operation in manifest.operations.values())
    declared = (error.code for operation in operations for error in operation.errors)
    return frozenset({INSIDE, *map(str, ErrorClass), *declared})
