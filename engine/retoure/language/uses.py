"""Which declared names a piece of a mapping uses."""

from __future__ import annotations

from collections.abc import Iterator

from . import nodes as n
from .index import Index

Use = tuple[str, str]
"""Kind and name: `("gate", "refund_ok")`."""

_NAMING = (
    *((n.EndingNode, "team", "team"), (n.ExpectHold, "team", "team")),
    *((n.GateStep, "gate", "gate"), (n.QueueStep, "queue", "queue")),
    *((n.AlertStep, "alert", "alert"), (n.StalledNode, "alert", "alert")),
    *((n.EffectStep, "policy", "policy"), (n.ReadStep, "policy", "policy"), (n.PolicyNode, "extends", "policy")),
)
"""Nodes with a field that is the name of something, or None; and the kind of what it names."""


def uses(nodes: Index) -> Iterator[Use]:
    """Every use in nodes. Where a call may mean a map or a template, both are given."""
    for kind, field, word in _NAMING:
        names: Iterator[n.Name | None] = (getattr(node, field) for node in nodes.of(kind))
        yield from ((word, name.text) for name in names if name is not None)
    for member in nodes.of(n.Member):
        if isinstance(member.of, n.NameRef) and member.of.name == "setting":
            yield "setting", member.name.text
    yield from (("table", node.of.name) for node in nodes.of(n.Lookup) if isinstance(node.of, n.NameRef))
    for name in _maps(nodes):
        yield from (("map", name), ("template", name))


def _maps(nodes: Index) -> Iterator[str]:
    """The names of maps, or perhaps of templates."""
    yield from (like.base.text for like in nodes.of(n.Like))
    yield from (use.map.text for use in nodes.of(n.Use))
    yield from (call.callee.name for call in nodes.of(n.CallExpr) if isinstance(call.callee, n.NameRef))
