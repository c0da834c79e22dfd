"""`reply`: answers a question at once, or says that there is no answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..language import nodes as n
from ..types.kinds import Type
from ..types.lift import lift
from ..types.lower import lower
from .convert import ConversionFailed
from .decide import Plan
from .decision import Ending, Occurrence, Outcome, Reply, State, Stop
from .rules import Findings, RuleRun
from .scope import Ended, Env
from .values import Refused


class Answering(Plan, Protocol):
    """A compiled mapping as `reply` sees it."""

    def answer(self, name: str) -> n.AnswerNode: ...

    def type_of(self, reference: n.TypeRef) -> Type: ...


class ValuesInvalid(ValueError):
    """The values of a question do not fit its parameters; the message has a line for each."""


def reply(plan: Answering, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
    """The answer. Raises ValuesInvalid."""
    node = plan.answer(question)
    env = Env(_typed(plan, node, values), occurrence.now)
    out = Findings()
    given: list[Env] = []
    rule = n.RuleNode(node.name, "", None, node.steps, node.span)
    _Question(plan, rule, occurrence, State(), out, given).follow(env)
    if out.needs:
        return Reply(question, needs=tuple(out.needs))
    if not given:
        return Reply(question, outcome=_outcome(plan, out.stops))
    return _given(plan, node, given[0])


class _Question(RuleRun):
    """A rule without effects: `given` receives the environment at its end."""

    def __init__(
        self, plan: Answering, rule: n.RuleNode, occurrence: Occurrence, state: State, out: Findings, given: list[Env]
    ) -> None:
        super().__init__(plan, rule, occurrence, state, out, starts=True)
        self._given = given

    def _finished(self, env: Env) -> None:
        self._given.append(env)


def _typed(plan: Answering, node: n.AnswerNode, values: Mapping[str, Any]) -> dict[str, Any]:
    problems = [f"`{name}` is not asked for" for name in values if name not in {p.name.text for p in node.parameters}]
    typed: dict[str, Any] = {}
    for parameter in node.parameters:
        name = parameter.name.text
        value, found = lift(values.get(name), plan.type_of(parameter.type))
        problems += [f"`{name}`: {problem.message}" for problem in found]
        if value is None and not found:
            problems.append(f"`{name}` is missing")
        typed[name] = value
    if problems:
        raise ValuesInvalid("\n".join(problems))
    return typed


def _outcome(plan: Answering, stops: list[Stop]) -> Outcome:
    return stops[0].outcome if stops else Outcome(Ending.SKIP, "a condition does not hold")


def _given(plan: Answering, node: n.AnswerNode, env: Env) -> Reply:
    assert node.give is not None, "a checked answer gives something"
    evaluator = plan.evaluator()
    try:
        arguments = [evaluator.value(argument, env) for argument in node.give.arguments]
        made, _ = evaluator.made(plan.maps[node.give.map.text], arguments, env)
    except Ended as ended:
        return Reply(node.name.text, outcome=ended.outcome)
    except (ConversionFailed, Refused) as problem:
        return Reply(node.name.text, outcome=Outcome(Ending.HOLD, str(problem), plan.care))
    body, problems = lower(made, plan.type_of(node.result))
    if problems:
        return Reply(node.name.text, outcome=Outcome(Ending.HOLD, str(problems[0]), plan.care))
    return Reply(node.name.text, body=body)
