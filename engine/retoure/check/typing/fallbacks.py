"""Fallbacks and conversions: `default`, `on error`, `as`, `if … then … else`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ...diagnostics import replaced, warning
from ...language import nodes as n
from ...runtime.convert import ConversionFailed, How, convert
from ...source import Span
from ...types.kinds import DAY, TEXT, Anything, Integer, MoneyType, Number, Optional, Type
from .base import Base
from .conversions import CONVERSIONS, ROUNDINGS, Conversion, accepts
from .fit import UNSURE, bare, common, optional
from .scope import Scope
from .words import a

ROUNDABLE = (Integer, Number, MoneyType)


class Fallbacks(Base):
    """Types values that may be missing, and conversions that may fail."""

    def _Default(self, node: n.Default, scope: Scope, expected: Type | None) -> Type:
        found = self.infer(node.operand, scope, expected)
        fallback = self.infer(node.fallback, scope, bare(found))
        if not isinstance(found, UNSURE):
            span, label = node.operand.span, "required in the schema"
            message, help = "`default` stands after a value that is never missing", "leave `default` out"
            fix = replaced(Span(node.operand.span.end, node.span.end), "", safe=True)
            self.report(warning("redundant-default", message, span, label, help=help, fix=fix))
        return self._either(node.fallback.span, bare(found), fallback, "`default`")

    def _OnError(self, node: n.OnError, scope: Scope, expected: Type | None) -> Type:
        self.guards.append(False)
        found = self.infer(node.operand, scope, expected)
        if not self.guards.pop() and not isinstance(found, Anything):
            message, help = "`on error` stands after something that cannot fail", "leave `on error` out"
            fix = replaced(Span(node.operand.span.end, node.span.end), "", safe=True)
            self.report(warning("redundant-on-error", message, node.operand.span, "cannot fail", help=help, fix=fix))
        fallback = self.infer(node.fallback, scope, bare(found))
        return self._either(node.fallback.span, found, fallback, "`on error`")

    def _Choose(self, node: n.Choose, scope: Scope, expected: Type | None) -> Type:
        self.condition(node.condition, scope, "`if`")
        then = self.infer(node.then, self.where(node.condition, scope), expected)
        otherwise = self.infer(node.otherwise, self.where(node.condition, scope, holds=False), expected)
        return self._either(node.otherwise.span, then, otherwise, "`else`")

    def _either(self, span: Span, left: Type, right: Type, use: str) -> Type:
        found = common((left, right))
        if found is None:
            return self.say("wrong-type", f"{use} gives {a(bare(right))} where {a(bare(left))} stands", span)
        return found

    def _Convert(self, node: n.Convert, scope: Scope, expected: Type | None) -> Type:
        found = self.infer(node.operand, scope)
        source = bare(found)
        conversion = CONVERSIONS.get(node.to.text)
        if conversion is None:
            help = self.meant(node.to.text, CONVERSIONS)
            return self.say("unknown-conversion", f"there is no conversion to `{node.to}`", node.to.span, help=help)
        if not accepts(conversion, source):
            help = "write `start_of_date(…)` and the same zone" if (source, node.to.text) == (DAY, "datetime") else None
            return self.say("wrong-type", f"{a(source)} cannot be converted to {node.to}", node.operand.span, help=help)
        if isinstance(source, Anything):
            self.caught()
            return source
        self._rounding(node)
        self._within(node, conversion, source, scope)
        if self._may_fail(node, conversion, source):
            self._fallible(node, conversion)
        return optional(conversion.result) if isinstance(found, Optional) else conversion.result

    def _may_fail(self, node: n.Convert, conversion: Conversion, source: Type) -> bool:
        """Whether a conversion may fail. One of a text that stands in the file is tried now."""
        if isinstance(node.operand, n.TextLiteral) and node.operand.constant and _alone(node):
            self._try(node, node.operand.constant)
            return False
        other_currency = isinstance(source, MoneyType) and node.within is not None
        rounded = node.rounded is not None and isinstance(source, ROUNDABLE)
        return conversion.fails(source) and (other_currency or not rounded)

    def _try(self, node: n.Convert, written: str) -> None:
        rounded = node.rounded.text if node.rounded else None
        try:
            convert(written, node.to.text, How(rounded=rounded))
        except ConversionFailed as problem:
            self.caught()
            self.say("wrong-type", str(problem), node.operand.span, "fails each time")

    def _rounding(self, node: n.Convert) -> None:
        if node.rounded is not None and node.rounded.text not in ROUNDINGS:
            help = self.meant(node.rounded.text, ROUNDINGS)
            self.say("unknown-word", f"there is no rounding `{node.rounded}`", node.rounded.span, help=help)

    def _within(self, node: n.Convert, conversion: Conversion, source: Type, scope: Scope) -> None:
        zoned = conversion.within == "a zone"
        if node.within is not None:
            self.require(node.within, scope, TEXT, f"`in` of `as {node.to}`")
            if zoned:
                self._known_zone(node.within)
        elif zoned and (node.pattern is not None or conversion.within_needed(source)):
            help = 'write `in "Europe/Berlin"`, or the zone that is meant'
            self.say("no-zone", f"`as {node.to}` needs a zone", node.to.span, "not said here", help=help)
        elif conversion.within_needed(source):
            help = "write `in` and the currency"
            self.say("no-currency", f"`as {node.to}` needs a currency", node.to.span, "not said here", help=help)

    def _known_zone(self, within: n.Expression) -> None:
        zone = within.constant if isinstance(within, n.TextLiteral) else None
        if zone is None:
            return
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            self.say("unknown-zone", f"there is no time zone `{zone}`", within.span, help='for example "Europe/Berlin"')

    def _fallible(self, node: n.Convert, conversion: Conversion) -> None:
        if self.caught():
            return
        rounded = ", or say how to round: `rounded half_up`" if conversion.rounds else ""
        help = f'add `on error` and a value, or `on error hold "why" for TEAM`{rounded}'
        message = f"`as {node.to}` can fail, and nothing says what then"
        self.say("unhandled-failure", message, node.to.span, "can fail", help=help)


def _alone(node: n.Convert) -> bool:
    """Whether a conversion needs nothing but the text: neither a zone nor a currency."""
    known = node.rounded is None or node.rounded.text in ROUNDINGS
    bare_text = known and node.within is None and node.pattern is None
    return bare_text and node.to.text in ("integer", "decimal", "date", "instant")
