"""Are a gate's requirements conditions, and does it say what happens when one fails?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..types.kinds import Text
from .facts import Facts
from .map_targets import parameter_scope
from .typing import Typer


def gate_conditions(facts: Facts) -> Iterator[Finding]:
    for gate in facts.gates.values():
        found: list[Finding] = []
        typer = Typer(facts, found.append)
        scope = parameter_scope(facts, gate.parameters)
        for require in gate.requires:
            typer.condition(require.condition, scope, "`require`")
        if gate.otherwise is not None:
            typer.infer(gate.otherwise, scope.having("failed", Text()))
        yield from found
        if gate.otherwise is None:
            help = 'add `otherwise hold "… {failed}" for TEAM`'
            yield Finding(
                "gate-open",
                f"gate `{gate.name}` does not say what happens when it fails",
                Label(gate.name.span),
                help=help,
            )
        if not gate.requires:
            help = "add `require CONDITION`"
            yield Finding("gate-empty", f"gate `{gate.name}` requires nothing", Label(gate.name.span), help=help)
