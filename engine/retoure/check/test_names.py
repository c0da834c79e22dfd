"""Do the tests name events, operations, settings, queues and teams that exist?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..connectors.port import ErrorClass
from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts
from .policy_names import error_classes
from .rule_types import unknown_operation
from .settings_fit import literal_problem
from .typing.suggest import did_you_mean


def test_names(facts: Facts) -> Iterator[Finding]:
    for test in facts.module.of(n.TestNode):
        for step in test.steps:
            yield from _step(facts, step)
        if not any(type(step).__name__.startswith("Expect") for step in test.steps):
            help = "add `expect …`"
            yield Finding(
                "test-empty", f'test "{test.name}" expects nothing, so it cannot fail', Label(test.span), help=help
            )


def _step(facts: Facts, step: n.TestStep) -> Iterator[Finding]:
    if isinstance(step, n.GivenEvent):
        yield from _event(facts, step.operation)
    elif isinstance(step, n.AnswerFrom | n.AnswerError | n.ExpectNone | n.ExpectEffect):
        if facts.operation(step.operation) is None:
            yield unknown_operation(facts, step.operation)
        if isinstance(step, n.AnswerError):
            yield from _one_of(step.error, sorted({*error_classes(facts), *ErrorClass}), "unknown-error", "error class")
            yield from _one_of(step.how_often, ["always", "once"], "unknown-word", "way to answer")
    elif isinstance(step, n.GivenSetting):
        yield from _setting(facts, step)
    elif isinstance(step, n.ExpectQueue):
        yield from _one_of(step.queue, facts.queues, "unknown-queue", "queue")
    elif isinstance(step, n.ExpectStage):
        yield from _one_of(step.stage, facts.stages, "unknown-stage", "stage")
    elif isinstance(step, n.ExpectHold) and step.team is not None:
        yield from _one_of(step.team, facts.teams, "unknown-team", "team")


def _event(facts: Facts, path: n.Path) -> Iterator[Finding]:
    system, _, name = str(path).partition(".")
    events = {f"{key}.{event}" for key, manifest in facts.manifests.items() for event in manifest.events}
    if f"{system}.{name}" not in events:
        help = did_you_mean(str(path), events)
        yield Finding("unknown-event", f"there is no event `{path}`", Label(path.span), help=help)


def _setting(facts: Facts, step: n.GivenSetting) -> Iterator[Finding]:
    node = facts.settings.get(step.name.text)
    if node is None:
        yield from _one_of(step.name, facts.settings, "unknown-setting", "setting")
        return
    problem = literal_problem(node, step.value)
    if problem:
        yield Finding("wrong-type", f"setting `{step.name}` {problem}", Label(step.value.span))


def _one_of(name: n.Name, known: Iterable[str], code: str, word: str) -> Iterator[Finding]:
    names = list(known)
    if name.text not in names:
        yield Finding(code, f"there is no {word} `{name}`", Label(name.span), help=did_you_mean(name.text, names))
