"""What rules, watches, answers and audits say, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from ..language import nodes as n
from ..language.wording import duration, parameters, type_words, wording, written
from ..source import Source, Span
from .statements import Described, Statement

Clause = n.Use | n.Name | n.EndingNode | tuple[n.Path, ...]


def rule(source: Source, node: n.RuleNode) -> Described:
    """When it starts, and its steps in their order."""
    said = [Statement("purpose", "", node.purpose, node.purpose, node.name.span)]
    if node.trigger:
        said.append(Statement("when", "", written(source, node.trigger.span), _trigger(node.trigger), node.span))
    said += _steps(source, node.steps)
    kind = "watch" if node.watch else "rule"
    return Described(kind, node.name.text, node.span, tuple(said), ordered=True)


def _trigger(node: n.TriggerNode) -> object:
    """What starts a rule; the order of stages means nothing."""
    paths = frozenset(map(str, node.paths))
    return (node.event, frozenset(node.stages), frozenset(node.origins), node.longer, paths, node.condition)


def _steps(source: Source, steps: tuple[n.Step, ...]) -> Iterator[Statement]:
    for step in steps:
        text = written(source, step.span)
        match step:
            case n.ReadStep():
                yield from _read(source, step)
            case n.ForEachStep(loop):
                yield Statement("for each", loop.variable.text, text, step, step.span)
            case n.PickStep():
                yield Statement("for each", step.variable.text, text, step, step.span)
            case n.IfStep():
                yield Statement("if", "", wording(source, step.condition), step, step.span)
            case n.GateStep():
                yield Statement("only if", step.gate.text, text, step, step.span)
            case n.EffectStep():
                yield from _effect(source, step)
            case n.EndingNode():
                yield Statement("ends in", "", text, step, step.span)


def _read(source: Source, step: n.ReadStep) -> Iterator[Statement]:
    text = f"{step.operation}({', '.join(wording(source, item) for item in step.arguments)})"
    said = Statement("read", step.name.text, text, (step.operation, step.arguments), step.span)
    yield said
    if step.policy:
        yield Statement("on error follow", "", step.policy.text, step.policy, step.policy.span, said.title)


def _effect(source: Source, step: n.EffectStep) -> Iterator[Statement]:
    about = ("operation", str(step.operation))
    said = Statement("effect", str(step.operation), written(source, step.span), step.verb, step.span, about=about)
    yield said
    for topic, node, text in _clauses(source, step):
        yield Statement(topic, "", text, node, _span(node), said.title, about)


def _clauses(source: Source, step: n.EffectStep) -> Iterator[tuple[str, Clause, str]]:
    yield "with", step.use, wording(source, step.use)
    if step.named:
        yield "as", step.named, step.named.text
    if step.key:
        yield ("once per" if step.verb == "do" else "per"), step.key, ", ".join(map(str, step.key))
    if step.undo:
        yield "undo with", step.undo, wording(source, step.undo)
    if step.on_change:
        yield "on change", step.on_change, wording(source, step.on_change)
    if step.policy:
        yield "on error follow", step.policy, step.policy.text


def _span(clause: Clause) -> Span:
    return clause[0].span.to(clause[-1].span) if isinstance(clause, tuple) else clause.span


def answer(source: Source, node: n.AnswerNode) -> Described:
    """What is asked, what is read, and what is given."""
    said = [
        Statement("takes", "", parameters(node.parameters), node.parameters, node.name.span),
        Statement("makes", "", type_words(node.result), node.result, node.result.span),
        *_steps(source, node.steps),
    ]
    if node.give:
        said.append(Statement("give", "", wording(source, node.give), node.give, node.give.span))
    return Described("answer", node.name.text, node.span, tuple(said), ordered=True)


def audit(source: Source, node: n.AuditNode) -> Described:
    """When it runs, what must agree, and what follows when it does not."""
    said = [
        Statement("every", "", duration(node.every), node.every, node.name.span),
        Statement("over", "", duration(node.over), node.over, node.name.span),
    ]
    if node.other:
        said += _read(source, node.other)
    for item in node.agrees:
        left, right = wording(source, item.left), wording(source, item.right)
        within = f" within {item.within}" if item.within is not None else ""
        name = "" if item.label == left else f'"{item.label}"'
        parts = (item.left, item.right, item.within)
        said.append(Statement("agree", name, f"{left} with {right}{within}", parts, item.span))
    return Described("audit", node.name.text, node.span, (*said, *_found(source, node)))


def _found(source: Source, node: n.AuditNode) -> Iterator[Statement]:
    if node.missing_runs:
        yield Statement("missing", "", "run", "run", node.name.span)
    for topic, ending in (("missing", node.missing), ("different", node.different)):
        if ending:
            yield Statement(topic, "", wording(source, ending), ending, ending.span)
    if node.stalled:
        text = f"after {duration(node.stalled.after)} alert {node.stalled.alert}"
        yield Statement("stalled", "", text, node.stalled, node.stalled.span)


def test(source: Source, node: n.TestNode) -> Described:
    """A test is its name; its steps only tell whether it is the same under another one."""
    return Described("test", node.name, node.span, rest=(node.cases, node.steps))
