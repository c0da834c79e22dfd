"""Is a result rounded before it is written: one that may have no end, or fractions of the smallest unit of money?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...language import nodes as n
from ...types.kinds import Integer, MoneyType, Number, Type
from .base import Base
from .fit import bare
from .scope import Scope

WRITABLE = Number | MoneyType
NUMBER_HELP = "round it: `rounded(…, 2, half_up)`, or `… as integer rounded half_up`"
MONEY_HELP = 'round it: `rounded_money(…, half_up) on error hold "…" for TEAM`'


class Rounding(Base):
    """Looks at what is written into a field or a text."""

    def rounding_said(self, node: n.Alternative, wanted: Type, scope: Scope, use: str) -> None:
        """Reports a division that may have no end, and an amount that may have fractions of a cent."""
        money = isinstance(bare(wanted), MoneyType)
        for part in _parts(node):
            if money and self._fraction(part, scope):
                message = f"{use} may get fractions of the smallest unit, and nothing says how to round"
                self.say("no-rounding", message, part.span, "exact, and perhaps not whole in cents", help=MONEY_HELP)
                return
            if not money and _endless(part):
                message = f"{use} may get a number without an end, and nothing says how to round"
                self.say("no-rounding", message, part.span, "1 / 3 has no end", help=NUMBER_HELP)
                return

    def _fraction(self, node: n.Expression, scope: Scope) -> bool:
        if isinstance(node, n.CallExpr):
            return isinstance(node.callee, n.NameRef) and node.callee.name == "percent_of"
        if not isinstance(node, n.Binary) or node.operator not in "*/":
            return False
        return node.operator == "/" or not any(
            isinstance(bare(self.silently(side, scope)), Integer) for side in (node.left, node.right)
        )


def writable(kind: Type) -> bool:
    """Whether a field or text may hold a number as it is."""
    return isinstance(bare(kind), WRITABLE)


def _parts(node: n.Alternative) -> Iterator[n.Expression]:
    """The calculations whose result is the value, or goes into it unrounded."""
    match node:
        case n.Binary():
            yield node
            yield from (*_parts(node.left), *_parts(node.right))
        case n.Choose():
            yield from (*_parts(node.then), *_parts(node.otherwise))
        case n.Default() | n.OnError():
            yield from (*_parts(node.operand), *_parts(node.fallback))
        case n.Unary():
            yield from _parts(node.operand)
        case n.Convert() if node.rounded is None and node.to.text in ("text", "decimal"):
            yield from _parts(node.operand)
        case n.Aggregate() if node.function.text in ("sum", "min", "max", "first"):
            yield from _parts(node.value)
        case n.CallExpr():
            yield node
        case _:
            return


def _endless(node: n.Expression) -> bool:
    """Whether a division may have no end: halves, tenths and hundredths have one."""
    if not isinstance(node, n.Binary) or node.operator != "/":
        return False
    return not (isinstance(node.right, n.NumberLiteral) and _ends(node.right.value))


def _ends(divisor: Decimal) -> bool:
    whole = int(divisor.scaleb(max(0, -int(divisor.as_tuple().exponent))))
    for factor in (2, 5):
        while whole and whole % factor == 0:
            whole //= factor
    return abs(whole) == 1
