"""Code for `default`, `on error`, `if … then … else`, `as` and texts. What ends in an outcome gives up."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ..language import nodes as n
from ..runtime.convert import TARGETS, How, clock_format
from ..runtime.values import shown
from ..types.kinds import Enum, Instant, Integer, Text
from .base import Unsupported, is_atom
from .operators import WORDS, Operators


class Fallbacks(Operators):
    """Values that may be missing, conversions, and what is written into texts."""

    def _EndingNode(self, node: n.EndingNode) -> str:
        self.give_up()
        return "None"

    def _Default(self, node: n.Default) -> str:
        value = self.name(node.operand)
        if not self.may_miss(node.operand):
            return value
        with self.branch() as lines:
            fallback = self.expr(node.fallback)
            if not lines:
                return f"({fallback} if {value} is None else {value})"
            if isinstance(node.fallback, n.EndingNode):
                found = value
            else:
                found = self.out.fresh()
                self.out.line(f"{found} = {fallback}")
        if found != value:
            self.out.line(f"{found} = {value}")
        self.out.line(f"if {value} is None:")
        self.out.place(lines)
        return found

    def _OnError(self, node: n.OnError) -> str:
        """The operand: a conversion that fails raises, and the interpreter answers."""
        return self.expr(node.operand)

    def _Choose(self, node: n.Choose) -> str:
        condition = self.truth(node.condition)
        with self.branch() as chosen:
            then = self.expr(node.then)
        with self.branch() as rejected:
            otherwise = self.expr(node.otherwise)
        if not chosen and not rejected:
            return f"({then} if {condition} else {otherwise})"
        found = self.out.fresh()
        for head, lines, value in ((f"if {condition}:", chosen, then), ("else:", rejected, otherwise)):
            self.out.line(head)
            self.out.place(lines)
            with self.out.indented():
                self.out.line(f"{found} = {value}")
        return found

    # ---- conversions

    def _Convert(self, node: n.Convert) -> str:
        value = self.expr(node.operand)
        if node.to.text == "text" and self.kind(node.operand) in WORDS:
            return value
        missing = self.may_miss(node.operand)
        held = value if is_atom(value) or not missing else self.out.keep(value)
        converted = self._clock(node, held) or self._by_target(node, held)
        return f"(None if {held} is None else {converted})" if missing else converted

    def _by_target(self, node: n.Convert, value: str) -> str:
        return f"{self.out.bind(TARGETS[node.to.text])}({value}, {self._how(node)})"

    def _how(self, node: n.Convert) -> str:
        rounded = node.rounded.text if node.rounded else None
        known, within = self._within(node)
        if known:
            return self.out.bind(How(node.pattern, within, rounded))
        assert node.within is not None
        return f"{self.out.bind(How)}({node.pattern!r}, {self.expr(node.within)}, {rounded!r})"

    def _within(self, node: n.Convert) -> tuple[bool, str | None]:
        """Whether what stands after `in` is known now, and what it is."""
        within = node.within
        if within is None:
            return True, None
        if isinstance(within, n.TextLiteral):
            return within.constant is not None, within.constant
        if isinstance(within, n.Member) and self.is_setting(within):
            return True, self.definitions.settings.get(within.name.text)
        return False, None

    def _clock(self, node: n.Convert, value: str) -> str:
        """What a clock in a known zone shows; empty for other conversions."""
        known, zone = self._within(node)
        if node.to.text != "datetime" or not known or self.kind(node.operand) is not Instant:
            return ""
        try:
            place = ZoneInfo(zone or "UTC")
        except (KeyError, ValueError, OSError) as problem:
            raise Unsupported(f"zone {zone}") from problem
        text, fields = clock_format(node.pattern or "")
        local = self.out.keep(f"{value}.astimezone({self.out.bind(place)})")
        return f"({text!r} % ({''.join(f'{local}.{field}, ' for field in fields)}))"

    # ---- texts

    def _TextLiteral(self, node: n.TextLiteral) -> str:
        if node.constant is not None:
            return repr(node.constant)
        pieces = [repr(part) if isinstance(part, str) else self._piece(part) for part in node.parts]
        return pieces[0] if len(pieces) == 1 else f"({' + '.join(pieces)})"

    def _piece(self, node: n.Expression) -> str:
        kind, missing = self.kind(node), self.may_miss(node)
        if kind in (Text, Enum) and missing:
            value = self.name(node)
            return f"('' if {value} is None else {value})"
        value = self.expr(node)
        if kind in (Text, Enum):
            return value
        return f"str({value})" if kind is Integer and not missing else f"{self.out.bind(shown)}({value})"
