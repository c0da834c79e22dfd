"""Are a gate's requirements conditions, and does it say what happens when one fails?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..types.kinds import TEXT
from .facts import Facts
from .map_targets import parameter_scope
from .typing import Typer


def gate_conditions(facts: Facts) -> Iterator[Finding]:
    for gate in facts.gates.values():
        yield from _typed(facts, gate)
        if gate.otherwise is None:
            message = f"gate `{gate.name}` does not say what happens when it fails"
            yield error("gate-open", message, gate.name.span, help='add `otherwise hold "… {failed}" for TEAM`')
        if not gate.requires:
            message = f"gate `{gate.name}` requires nothing, so it is always open"
            yield error("gate-empty", message, gate.name.span, help="add `require CONDITION`")


def _typed(facts: Facts, gate: n.GateNode) -> list[Finding]:
    found: list[Finding] = []
    typer = Typer(facts, found.append)
    scope = parameter_scope(facts, gate.parameters)
    for require in gate.requires:
        typer.condition(require.condition, scope, "`require`")
    if gate.otherwise is not None:
        typer.infer(gate.otherwise, scope.having("failed", TEXT))
    return found
