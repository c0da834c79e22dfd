"""Names, paths, settings and constants."""

from __future__ import annotations

from ...language import nodes as n
from ...types.kinds import (
    ANYTHING,
    BOOLEAN,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    Anything,
    Enum,
    ListOf,
    Optional,
    Record,
    Type,
)
from ..facts import PLAIN
from .fit import WHOLES, bare, optional
from .rounding import Rounding
from .scope import Scope, path_of
from .words import a

CONSTANTS: dict[str, Type] = {
    "now": INSTANT,
    "true": BOOLEAN,
    "false": BOOLEAN,
    "nothing": ListOf(ANYTHING),
}


def setting_type(node: n.SettingNode) -> Type:
    """The type of a setting's value."""
    if node.kind.text == "choice":
        return Enum("", tuple(option.text for option in node.options))
    return PLAIN.get(node.kind.text, TEXT)


class Names(Rounding):
    """Types what stands alone or after a dot."""

    def _NameRef(self, node: n.NameRef, scope: Scope, expected: Type | None) -> Type:
        if node.name in scope.variables:
            return scope.known.get(node.name, scope.variables[node.name])
        wanted = bare(expected) if expected is not None else None
        if isinstance(wanted, Enum) and node.name not in CONSTANTS:
            return self._word(node, wanted)
        if node.name in CONSTANTS:
            return CONSTANTS[node.name]
        if isinstance(wanted, Anything):
            return wanted
        help = self.meant(node.name, [*scope.variables, *CONSTANTS, "setting"])
        return self.say("unknown-name", f"`{node.name}` is not known here", node.span, help=help)

    def _word(self, node: n.NameRef, wanted: Enum) -> Type:
        if node.name in wanted.values:
            return wanted
        help = self.meant(node.name, wanted.values)
        return self.say("unknown-word", f"`{node.name}` is not one of the values of {wanted}", node.span, help=help)

    def _Member(self, node: n.Member, scope: Scope, expected: Type | None) -> Type:
        if isinstance(node.of, n.NameRef) and node.of.name == "setting" and "setting" not in scope.variables:
            return self._setting(node.name)
        known = scope.known.get(path_of(node)) if scope.known else None
        if known is not None:
            return known
        base = self.infer(node.of, scope)
        found = self._field(bare(base), node.name)
        return optional(found) if isinstance(base, Optional) else found

    def _field(self, base: Type, name: n.Name) -> Type:
        if isinstance(base, Anything):
            return base
        if not isinstance(base, Record):
            help = "go through a list with `for each`, or take its `first(…)`" if isinstance(base, ListOf) else None
            return self.say("unknown-field", f"{a(base)} has no field `{name}`", name.span, help=help)
        field = base.fields.get(name.text)
        if field is None:
            help = self.meant(name.text, base.fields)
            return self.say("unknown-field", f"{base} has no field `{name}`", name.span, help=help)
        return field.type if field.required else optional(field.type)

    def _setting(self, name: n.Name) -> Type:
        node = self.facts.settings.get(name.text)
        if node is None:
            help = self.meant(name.text, self.facts.settings)
            return self.say("unknown-setting", f"there is no setting `{name}`", name.span, help=help)
        if node.kind.text == "template":
            shown = ", ".join(parameter.name.text for parameter in node.parameters)
            help = f"write `setting.{name}({shown})`"
            return self.say("wrong-type", f"setting `{name}` is a template", name.span, help=help)
        return setting_type(node)

    def _TextLiteral(self, node: n.TextLiteral, scope: Scope, expected: Type | None) -> Type:
        for part in node.parts:
            if not isinstance(part, str):
                self._placeholder(part, scope)
        wanted = bare(expected) if expected is not None else None
        if isinstance(wanted, Enum) and node.constant is not None and self._meant(node.constant, wanted):
            return self._word(n.NameRef(node.constant, node.span), wanted)
        return TEXT

    def _meant(self, written: str, words: Enum) -> bool:
        """Whether a text must be one of the words. Quotes may name one that an open set does not know yet."""
        return not words.open or words.canonical(written) in words.values

    def _placeholder(self, part: n.Expression, scope: Scope) -> None:
        found = self.infer(part, scope)
        if isinstance(bare(found), WHOLES):
            message = f"a text cannot hold {a(bare(found))}"
            self.say("wrong-type", message, part.span, help="name one of its fields")
        elif isinstance(found, Optional):
            self.maybe_missing(part.span, "a text")
        else:
            self.rounding_said(part, NUMBER, scope, "this text")

    def _NumberLiteral(self, node: n.NumberLiteral, scope: Scope, expected: Type | None) -> Type:
        return INTEGER if node.whole and "E" not in str(node.value) else NUMBER

    def _EndingNode(self, node: n.EndingNode, scope: Scope, expected: Type | None) -> Type:
        self.infer(node.reason, scope)
        return ANYTHING
