"""Do the tests name events, operations, settings, queues and teams that exist, and does each expect something?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..connectors.port import ErrorClass
from ..diagnostics import Finding, error
from ..language import nodes as n
from ..language.cases import expanded
from ..source import Span
from ..types.manifest import Kind
from .facts import Facts
from .policy_names import error_classes
from .rule_types import unknown_operation
from .settings_fit import literal_problem
from .unknown import unknown

EXPECTATIONS = (
    n.ExpectNoHold,
    n.ExpectNone,
    n.ExpectHold,
    n.ExpectQueue,
    n.ExpectStage,
    n.ExpectEffect,
    n.ExpectAnswer,
)
WAYS_TO_ANSWER = ("always", "once")


def test_names(facts: Facts) -> Iterator[Finding]:
    for test in facts.module.of(n.TestNode):
        for step in (step for case in expanded(test) for step in case.steps):
            yield from _step(facts, step)
        if not any(isinstance(step, EXPECTATIONS) for step in test.steps):
            message = f'test "{test.name}" expects nothing, so it cannot fail'
            yield error("test-empty", message, Span(test.span.start, test.span.start + 4), help="add `expect …`")


def _step(facts: Facts, step: n.TestStep) -> Iterator[Finding]:
    if isinstance(step, n.GivenEvent):
        yield from _event(facts, step.operation)
    elif isinstance(step, n.GivenSetting):
        yield from _setting(facts, step)
    elif isinstance(step, n.GivenAudit | n.GivenQuestion):
        yield from _asked(facts, step)
    elif isinstance(step, n.AnswerFrom | n.AnswerError | n.ExpectNone | n.ExpectEffect):
        yield from _operation(facts, step)
    else:
        yield from _expectation(facts, step)


def _expectation(facts: Facts, step: n.TestStep) -> Iterator[Finding]:
    if isinstance(step, n.ExpectQueue):
        yield from _known("unknown-queue", "queue", step.queue, facts.queues)
    elif isinstance(step, n.ExpectStage):
        yield from _known("unknown-stage", "stage", step.stage, facts.stages)
    elif isinstance(step, n.ExpectHold) and step.team is not None:
        yield from _known("unknown-team", "team", step.team, facts.teams)


def _operation(facts: Facts, step: n.AnswerFrom | n.AnswerError | n.ExpectNone | n.ExpectEffect) -> Iterator[Finding]:
    operation = facts.operation(step.operation)
    if operation is None:
        yield unknown_operation(facts, step.operation)
    elif operation.kind is Kind.READ and isinstance(step, n.ExpectNone | n.ExpectEffect):
        message = f"`{step.operation}` only reads, and what is expected are calls that write"
        yield error("not-an-effect", message, step.operation.span, help="expect an operation that a rule sends")
    if isinstance(step, n.AnswerError):
        yield from _known("unknown-error", "error class", step.error, sorted({*error_classes(facts), *ErrorClass}))
        yield from _known("unknown-word", "way to answer", step.how_often, WAYS_TO_ANSWER)


def _asked(facts: Facts, step: n.GivenAudit | n.GivenQuestion) -> Iterator[Finding]:
    if isinstance(step, n.GivenAudit) and step.audit.text not in facts.audits:
        yield unknown("unknown-audit", "audit", step.audit, facts.audits, safe=True)
    if isinstance(step, n.GivenQuestion) and step.answer.text not in facts.answers:
        yield unknown("unknown-answer", "answer", step.answer, facts.answers, safe=True)


def _event(facts: Facts, path: n.Path) -> Iterator[Finding]:
    known = [f"{system}.{event}" for system, manifest in facts.manifests.items() for event in manifest.events]
    if path.names[0].text not in facts.manifests:
        yield unknown("unknown-system", "system", path.names[0], facts.manifests, safe=True)
    elif str(path) not in known:
        yield unknown("unknown-event", "event", path, known, safe=True)


def _setting(facts: Facts, step: n.GivenSetting) -> Iterator[Finding]:
    node = facts.settings.get(step.name.text)
    problem = literal_problem(node, step.value) if node is not None else None
    if node is None:
        yield unknown("unknown-setting", "setting", step.name, facts.settings, safe=True)
    elif problem:
        yield error("wrong-type", f"setting `{step.name}` {problem}", step.value.span)


def _known(code: str, word: str, name: n.Name, known: Iterable[str]) -> Iterator[Finding]:
    names = list(known)
    if name.text not in names:
        yield unknown(code, word, name, names, safe=True)
