"""What a condition says about which of several records a value is: `payment.kind is card`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...language import nodes as n
from ...types.kinds import Optional, Record, Type, Variants
from .fit import bare, optional
from .scope import Scope, path_of

TypeOf = Callable[[n.Expression, Scope], Type]


def narrowed(condition: n.Expression, scope: Scope, type_of: TypeOf, *, holds: bool = True) -> Scope:
    """The scope where a condition holds, or where it does not."""
    match condition:
        case n.Unary("not"):
            return narrowed(condition.operand, scope, type_of, holds=not holds)
        case n.Binary("and" | "or") if (condition.operator == "and") is holds:
            left = narrowed(condition.left, scope, type_of, holds=holds)
            return narrowed(condition.right, left, type_of, holds=holds)
        case n.Binary("is" | "is not"):
            return _told(condition.left, (condition.right,), scope, type_of, (condition.operator == "is") is holds)
        case n.Among():
            return _told(condition.left, condition.options, scope, type_of, holds)
    return scope


def _told(by: n.Expression, options: tuple[n.Expression, ...], scope: Scope, type_of: TypeOf, is_one: bool) -> Scope:
    """The scope where the field `by` is one of the options, or none of them."""
    if not isinstance(by, n.Member) or not path_of(by.of):
        return scope
    found = type_of(by.of, scope)
    record = bare(found)
    if not isinstance(record, Variants) or by.name.text != record.by:
        return scope
    words = [word_of(option, scope) for option in options]
    if None in words:
        return scope
    left = record.narrowed([word for word in record.choices if (word in words) is is_one])
    return scope.knowing(path_of(by.of), optional(left) if isinstance(found, Optional) and not is_one else left)


def word_of(node: n.Alternative, scope: Scope) -> str | None:
    """A word that is written out; None for a value that may be any."""
    if isinstance(node, n.TextLiteral):
        return node.constant
    return node.name if isinstance(node, n.NameRef) and node.name not in scope.variables else None


def chosen(items: Iterable[n.Assignment], wanted: Variants) -> Record | None:
    """The record that assignments make, by the word they set; None when that is left open."""
    value = next((item.value for item in items if item.target.text == wanted.by), None)
    word = word_of(value, Scope()) if isinstance(value, n.NameRef | n.TextLiteral) else None
    return wanted.choice(word)
