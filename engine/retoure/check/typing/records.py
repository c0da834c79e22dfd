"""Records: are the fields that are set known, set once, of the right type, and none forgotten?"""

from __future__ import annotations

from collections.abc import Sequence

from ...diagnostics import Label, error, nearest
from ...language import nodes as n
from ...source import Span
from ...types.kinds import Field, Optional, Record, Type, Variants
from ...types.problem import listed
from .bounds import Bounds
from .fit import bare, fits
from .narrowing import chosen, word_of
from .rounding import Rounding, writable
from .scope import Scope


class Records(Bounds, Rounding):
    """Types `{ field = value }`, and the body of a map."""

    def _RecordLiteral(self, node: n.RecordLiteral, scope: Scope, expected: Type | None) -> Type:
        wanted = bare(expected) if expected is not None else None
        if isinstance(wanted, Record):
            self.assignments(node.assignments, wanted, scope, Span(node.span.start, node.span.start + 1))
            return wanted
        fields = {item.target.text: Field(self.infer(item.value, scope), True) for item in node.assignments}
        return Record("", fields)

    def assignments(self, items: Sequence[n.Assignment], target: Record, scope: Scope, span: Span) -> None:
        """Checks the fields set in a record against its type; `span` is the place to say what is lacking."""
        if isinstance(target, Variants):
            self._variant(items, target, scope, span)
            return
        lacking = _lacking(items, target)
        first: dict[str, n.Assignment] = {}
        for item in items:
            earlier = first.setdefault(item.target.text, item)
            if earlier is not item:
                self._again(item, earlier, scope, _meant(lacking))
            elif item.target.text in target.fields:
                self._assignment(item, target, scope)
            else:
                self._no_field(item, target, scope, lacking)
        for name in lacking:
            message, help = f"{target} needs `{name}`, and nothing sets it", f"add `{name} = …`"
            description = target.fields[name].description
            notes = [f"`{name}`: {description}"] if description else []
            self.say("required-not-set", message, span, "not complete", help=help, notes=notes)

    def _variant(self, items: Sequence[n.Assignment], target: Variants, scope: Scope, span: Span) -> None:
        """Checks a record that may be one of several, which the word it sets tells apart."""
        record = chosen(items, target)
        if record is not None:
            self.assignments(items, record, scope, span)
            return
        telling = next((item for item in items if item.target.text == target.by), None)
        help = f"set `{target.by}` to one of {listed(target.choices)}"
        if telling is None:
            message = f"{target} needs `{target.by}`, which says what it is, and nothing sets it"
            self.say("required-not-set", message, span, "not complete", help=help)
            return
        wanted = target.fields[target.by].type
        fitting = fits(self.require(telling.value, scope, wanted, f"`{target.by}`"), wanted)
        if fitting and word_of(telling.value, scope) is None:
            message = f"`{target.by}` says which fields {target} has, so it is written out"
            self.say("wrong-type", message, telling.value.span, "may be any word", help=help)

    def _again(self, item: n.Assignment, earlier: n.Assignment, scope: Scope, notes: Sequence[str]) -> None:
        related = [Label(earlier.target.span, "first set here")]
        message, help = f"`{item.target}` is set twice", "keep one of the two lines"
        at = item.target.span
        self.report(error("set-twice", message, at, "set again here", related=related, help=help, notes=notes))
        self.infer(item.value, scope)

    def _no_field(self, item: n.Assignment, target: Record, scope: Scope, lacking: list[str]) -> None:
        name = item.target.text
        help = self.meant(name, target.fields)
        notes = () if nearest(name, target.fields) else _meant(lacking)
        self.say("unknown-target", f"{target} has no field `{name}`", item.target.span, help=help, notes=notes)
        self.infer(item.value, scope)

    def _assignment(self, item: n.Assignment, target: Record, scope: Scope) -> None:
        name = item.target.text
        field = target.fields[name]
        wanted = field.type if field.required else Optional(field.type)
        self.require(item.value, scope, wanted, f"`{name}` of {target}")
        if writable(field.type):
            self.rounding_said(item.value, field.type, scope, f"`{name}`")
        self.bounded(item.value, field.type, scope, name)


def _lacking(items: Sequence[n.Assignment], target: Record) -> list[str]:
    """The required fields that no line sets, and that no misspelt name is near to."""
    given = {item.target.text for item in items}
    meant = {nearest(name, target.fields) for name in given if name not in target.fields}
    return [name for name, field in target.fields.items() if field.required and name not in given | meant]


def _meant(lacking: list[str]) -> Sequence[str]:
    """A note about the first field that lacks: a line that sets a wrong one was probably meant for it."""
    return (f"`{lacking.pop(0)}` is needed, and nothing else sets it",) if lacking else ()
