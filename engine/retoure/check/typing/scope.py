"""What an expression may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...types.kinds import Type


@dataclass(frozen=True)
class Scope:
    """Variables with their types; `reads` maps a variable to the operation it was read from."""

    variables: Mapping[str, Type] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)

    def having(self, name: str, kind: Type) -> Scope:
        return replace(self, variables={**self.variables, name: kind})

    def reading(self, name: str, kind: Type, operation: str) -> Scope:
        return replace(self.having(name, kind), reads={**self.reads, name: operation})
