"""Does an answer end in a map of its type, and use only steps that change nothing?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..types.kinds import ANYTHING
from .facts import Facts
from .map_targets import parameter_scope
from .rule_scopes import scope_after, steps_from
from .rule_types import Desk, step_types
from .typing import Typer
from .unknown import unknown

READING = (n.ReadStep, n.IfStep, n.GateStep, n.EndingNode)


def answers(facts: Facts) -> Iterator[Finding]:
    for node in facts.answers.values():
        found: list[Finding] = []
        desk = Desk(facts, Typer(facts, found.append), found.append)
        for inside in steps_from(facts, desk.typer, node.steps, parameter_scope(facts, node.parameters)):
            if isinstance(inside.step, READING):
                step_types(desk, inside)
            else:
                found.append(_changes(node, inside.step))
        _give(desk, node)
        yield from found


def _changes(node: n.AnswerNode, step: n.Step) -> Finding:
    message = f"answer `{node.name}` would do more than answer"
    help = "an answer reads, checks and gives: do this in a rule"
    return error("not-in-answer", message, step.span, "nothing is changed by a question", help=help)


def _give(desk: Desk, node: n.AnswerNode) -> None:
    if node.give is None:
        message = f"answer `{node.name}` gives nothing"
        desk.say(error("no-answer", message, node.name.span, help="end it with `give MAP(…)`"))
        return
    made = desk.facts.maps.get(node.give.map.text)
    if made is None:
        desk.say(unknown("unknown-map", "map", node.give.map, desk.facts.maps))
        return
    scope = parameter_scope(desk.facts, node.parameters)
    inner = scope_after(desk.facts, node.steps, scope)
    wanted = desk.facts.type_of(node.result) or ANYTHING
    desk.typer.made(made, node.give, node.give.span, inner, wanted, f"answer `{node.name}`")
