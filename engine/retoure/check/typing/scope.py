"""What an expression may name, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ...language import nodes as n
from ...types.kinds import Type


class Scope(Struct, frozen=True):
    """Variables with their types; `reads` maps a variable to the operation it was read from, `known` a path to the
    type that conditions around have found it to be.
    """

    variables: Mapping[str, Type] = {}
    reads: Mapping[str, str] = {}
    known: Mapping[str, Type] = {}

    def having(self, name: str, kind: Type) -> Scope:
        known = {path: type_ for path, type_ in self.known.items() if path.partition(".")[0] != name}
        return Scope({**self.variables, name: kind}, self.reads, known)

    def knowing(self, path: str, kind: Type) -> Scope:
        return Scope(self.variables, self.reads, {**self.known, path: kind})

    def reading(self, name: str, kind: Type, operation: str) -> Scope:
        inner = self.having(name, kind)
        return Scope(inner.variables, {**self.reads, name: operation}, inner.known)


def path_of(node: object) -> str:
    """`return.order.external_id` of names with dots between them, empty for anything else."""
    if isinstance(node, n.NameRef):
        return node.name
    before = path_of(node.of) if isinstance(node, n.Member) else ""
    return f"{before}.{node.name.text}" if before and isinstance(node, n.Member) else ""
