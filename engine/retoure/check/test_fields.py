"""Do the tests give and expect only fields that there are? One that is misspelt would go unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..language.cases import expanded
from ..types.kinds import ListOf, Record, Type
from .facts import Facts
from .typing.fit import bare


def test_fields(facts: Facts) -> Iterator[Finding]:
    for test in facts.module.of(n.TestNode):
        for step in (step for case in expanded(test) for step in case.steps):
            yield from _step(facts, step)


def _step(facts: Facts, step: n.TestStep) -> Iterator[Finding]:
    if isinstance(step, n.GivenEvent) and step.changes is not None:
        yield from _fields(step.changes, _event_record(facts, step.operation))
    elif isinstance(step, n.ExpectEffect) and step.body is not None:
        operation = facts.operation(step.operation)
        yield from _fields(step.body, operation.input if operation else None)
    elif isinstance(step, n.GivenQuestion) and step.answer.text in facts.answers:
        yield from _question(step, facts.answers[step.answer.text])


def _event_record(facts: Facts, path: n.Path) -> Record | None:
    """The record that an event brings, None when there is no such event."""
    system, _, name = str(path).partition(".")
    manifest = facts.manifests.get(system)
    event = manifest.events.get(name) if manifest else None
    return manifest.types.get(event.record) if manifest and event else None


def _fields(given: n.Literal, kind: Type | None) -> Iterator[Finding]:
    """The fields of a record that is written out which its type does not have."""
    inner = bare(kind) if kind is not None else None
    if isinstance(given.value, dict) and isinstance(inner, Record):
        for name, value in given.value.items():
            if name in inner.fields:
                yield from _fields(value, inner.fields[name].type)
            else:
                yield _unknown(f"{inner} has no field `{name}`", name, value, inner.fields)
    elif isinstance(given.value, tuple) and isinstance(inner, ListOf):
        for value in given.value:
            yield from _fields(value, inner.item)


def _question(step: n.GivenQuestion, answer: n.AnswerNode) -> Iterator[Finding]:
    asked = step.values.value if isinstance(step.values.value, dict) else {}
    parameters = {item.name.text: item for item in answer.parameters}
    for name, value in asked.items():
        if name not in parameters:
            yield _unknown(f"answer `{answer.name}` is not asked with `{name}`", name, value, parameters)


def _unknown(message: str, name: str, value: n.Literal, known: Mapping[str, object]) -> Finding:
    return error("unknown-field", message, value.span, help=did_you_mean(name, known))
