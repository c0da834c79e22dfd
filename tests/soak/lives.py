"""The mapping of the drills: each version of a return wants one more step of the shop, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from retoure.connectors.port import Event
from retoure.runtime.decision import Comparison, Decision, Occurrence, Reply, State, Wanted
from retoure.runtime.policy import Arm, Policy, Retry, Step
from retoure.runtime.program import Alert, Audit, Queue, Tracked
from retoure.source import Place
from retoure.types.manifest import EventKind, Kind, Manifest, Operation

PLACE = Place("drill.rmap", 1)
PATIENT = Step("retry", retry=Retry(10_000, 2, 60))
FAILED = Step("queue", "failed")
POLICY = Policy("patient", (Arm(("TIMEOUT",), (Step("check"), PATIENT, FAILED)), Arm((), (PATIENT, FAILED))))


class Lives:
    """Implements Program. Version 3 of a return wants steps 1, 2 and 3."""

    identity = "drill 1.0.0 00000000"
    tracked = Tracked("return", "desk", "desk.Return", "id", "version")
    queues: Mapping[str, Queue] = {"failed": Queue("failed", timedelta(days=1))}
    alerts: Mapping[str, Alert] = {}
    audits: Mapping[str, Audit] = {}
    questions: tuple[str, ...] = ()
    manifests: Mapping[str, Manifest] = {
        "desk": Manifest("desk", "1", "", {}, {}, {"noted": EventKind("noted", (), "Return", "id", "")}, {}),
        "shop": Manifest("shop", "1", "", {}, {"step": Operation("step", Kind.CREATE, settles_itself=True)}, {}, {}),
    }

    def compare(self, audit: str, occurrence: Occurrence, state: State) -> Comparison:
        raise NotImplementedError

    def reply(self, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
        raise NotImplementedError

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        subject, version = occurrence.record["id"], occurrence.record["version"]
        stale = state.version is not None and version < int(state.version)
        wanted = () if stale else tuple(_step(subject, step) for step in range(1, version + 1))
        rules = frozenset({"step"})
        return Decision(subject, str(version), self.identity, stale=stale, wanted=wanted, reviewed=rules)


def _step(subject: str, step: int) -> Wanted:
    body = {"return": int(subject[1:]), "step": step}
    return Wanted("do", "shop.step", (subject, str(step)), body, "step", PLACE, POLICY)


def event(number: int, version: int) -> Event:
    """The platform says that a return has a new version; the same words each time it says so."""
    subject = f"r{number}"
    return Event("desk", "noted", f"{subject}-{version}", subject, b"", {"id": subject, "version": version})
