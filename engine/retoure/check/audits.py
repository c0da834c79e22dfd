"""Does an audit pair the followed record with another, compare like with like, and say what to do?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..types.kinds import ANYTHING, TEXT, Anything, Integer, MoneyType, Number
from .facts import Facts
from .rule_scopes import track_scope
from .rule_types import Desk, called
from .typing import Scope, Typer
from .typing.fit import bare, comparable
from .typing.words import a
from .unknown import unknown

AMOUNTS = (Integer, Number, MoneyType, Anything)


def audits(facts: Facts) -> Iterator[Finding]:
    for audit in facts.audits.values():
        found: list[Finding] = []
        typer = Typer(facts, found.append)
        yield from _pair(facts, audit)
        scope = _scope(Desk(facts, typer, found.append), audit)
        for agree in audit.agrees if audit.other is not None else ():
            found += _agree(typer, agree, scope)
        yield from _endings(facts, typer, audit, scope)
        yield from found


def _pair(facts: Facts, audit: n.AuditNode) -> Iterator[Finding]:
    if audit.other is None or audit.subject is None:
        help = "add `pair RECORD with OTHER from SYSTEM.OPERATION(…)`"
        yield error("audit-incomplete", f"audit `{audit.name}` compares nothing", audit.name.span, help=help)
        return
    if facts.track is not None and audit.subject.text != facts.track.name.text:
        yield unknown("unknown-track", "followed record", audit.subject, [facts.track.name.text])


def _scope(desk: Desk, audit: n.AuditNode) -> Scope:
    scope = track_scope(desk.facts)
    if audit.other is None:
        return scope
    called(desk, audit.other.operation, audit.other.arguments, scope)
    operation = desk.facts.operation(audit.other.operation)
    kind = (operation.output if operation else None) or ANYTHING
    return scope.reading(audit.other.name.text, kind, str(audit.other.operation))


def _agree(typer: Typer, agree: n.AgreeNode, scope: Scope) -> Iterator[Finding]:
    left = typer.infer(agree.left, scope)
    right = typer.infer(agree.right, scope, left)
    if not comparable(left, right):
        message = f"{a(bare(left))} and {a(bare(right))} never agree"
        yield error("wrong-comparison", message, agree.span, "different types")
    elif agree.within is not None and not isinstance(bare(left), AMOUNTS):
        yield error("wrong-comparison", "`within` is for numbers and money", agree.span, help="leave `within` out")


def _endings(facts: Facts, typer: Typer, audit: n.AuditNode, scope: Scope) -> Iterator[Finding]:
    told = scope.having("field", TEXT).having("left", TEXT).having("right", TEXT)
    if audit.agrees and audit.different is None:
        help = 'add `different hold "{field}: {left} here, {right} there" for TEAM`'
        message = f"audit `{audit.name}` does not say what to do with a difference"
        yield error("audit-incomplete", message, audit.name.span, help=help)
    if audit.other is not None and not audit.agrees and audit.different is not None:
        help = "add `agree LEFT with RIGHT`, or leave `different` out"
        message = f"audit `{audit.name}` says what to do with a difference, and compares nothing"
        yield error("audit-incomplete", message, audit.name.span, help=help)
    if audit.other is not None and audit.missing is None and not audit.missing_runs:
        help = 'add `missing run`, or `missing hold "…" for TEAM`'
        message = f"audit `{audit.name}` does not say what to do when `{audit.other.name}` is not there"
        yield error("audit-incomplete", message, audit.name.span, help=help)
    if audit.different is not None:
        typer.infer(audit.different, told)
    if audit.missing is not None:
        typer.infer(audit.missing, track_scope(facts))
    if audit.stalled is not None and audit.stalled.alert.text not in facts.alerts:
        yield unknown("unknown-alert", "alert", audit.stalled.alert, facts.alerts, safe=True)
