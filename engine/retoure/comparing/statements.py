"""A block as a list of statements that can be compared one by one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from ..language import nodes as n
from ..language.uses import Use
from ..language.walk import field_names
from ..source import Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a block says. `topic` and `name` find it in the other mapping: `field`, `returnKey`.

    `node` is what it means, compared without places; `text` is how it is written. `under` is the title of the
    statement it belongs to: when that one is new or gone, this one goes without saying. `about` names what its change
    puts at risk, where that is not the block.
    """

    topic: str
    name: str
    text: str
    node: object
    span: Span
    under: str = ""
    about: Use | None = None

    @property
    def title(self) -> str:
        """What it is called: `field returnKey`."""
        said = f"{self.topic} {self.name}".strip()
        return f"{self.under}: {said}" if self.under else said

    @property
    def meaning(self) -> Hashable:
        """Equal when two statements mean the same."""
        return meaning(self.node)


@dataclass(frozen=True, slots=True)
class Described:
    """A block: its statements, and what it holds that is compared only to recognise it under another name.

    A file has one head and one track: these are found without their names, which are statements.
    """

    kind: str
    name: str
    span: Span
    statements: tuple[Statement, ...] = ()
    rest: object = None
    ordered: bool = False

    @property
    def shown(self) -> str:
        """What people call it."""
        return self.name or next((item.text for item in self.statements if item.topic == "name"), "")

    @property
    def contents(self) -> Hashable:
        """All it says, but not its name."""
        said = [(item.title, item.meaning) for item in self.statements]
        return (self.kind, tuple(said) if self.ordered else frozenset(said), meaning(self.rest))


def meaning(node: object) -> Hashable:
    """A node without its places. What stands in another order and means the same is the same."""
    match node:
        case n.Among(left, options):
            return ("among", meaning(left), frozenset(map(meaning, options)))
        case n.RecordLiteral(assignments):
            return ("record", frozenset(map(meaning, assignments)))
        case frozenset():
            return frozenset(map(meaning, node))
        case tuple() | list():
            return tuple(map(meaning, node))
        case dict():
            return frozenset((name, meaning(value)) for name, value in node.items())
    if names := field_names(type(node)):
        parts = (getattr(node, name) for name in names)
        return (type(node).__name__, *(meaning(part) for part in parts if not isinstance(part, Span)))
    assert isinstance(node, Hashable)
    return node
