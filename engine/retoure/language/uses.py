"""Which declared names a piece of a mapping uses."""

from __future__ import annotations

from collections.abc import Iterator

from . import nodes as n
from .walk import walk

Use = tuple[str, str]
"""Kind and name: `("gate", "refund_ok")`."""

_TELLING = {
    *(n.EndingNode, n.ExpectHold, n.Member, n.Lookup, n.Like, n.Use, n.CallExpr, n.GateStep, n.QueueStep, n.AlertStep),
    *(n.StalledNode, n.EffectStep, n.ReadStep, n.PolicyNode),
}


def uses(node: object) -> Iterator[Use]:
    """Every use in a node and below. Where a call may mean a map or a template, both are given."""
    for item in walk(node):
        if type(item) in _TELLING:
            yield from _used(item)


def _used(node: object) -> list[Use]:
    match node:
        case n.EndingNode(team=n.Name(text)) | n.ExpectHold(team=n.Name(text)):
            return [("team", text)]
        case n.Member(of=n.NameRef(name="setting"), name=n.Name(text)):
            return [("setting", text)]
        case n.Lookup(of=n.NameRef(name=text)):
            return [("table", text)]
        case n.Like(base=n.Name(text)):
            return [("map", text), ("template", text)]
        case n.Use(map=n.Name(text)) | n.CallExpr(callee=n.NameRef(name=text)):
            return [("map", text), ("template", text)]
        case n.GateStep(gate=n.Name(text)):
            return [("gate", text)]
        case n.QueueStep(queue=n.Name(text)):
            return [("queue", text)]
        case n.AlertStep(alert=n.Name(text)) | n.StalledNode(alert=n.Name(text)):
            return [("alert", text)]
        case n.EffectStep(policy=n.Name(text)) | n.ReadStep(policy=n.Name(text)) | n.PolicyNode(extends=n.Name(text)):
            return [("policy", text)]
    return []
