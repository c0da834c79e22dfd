"""Finds the type of every expression. One method a kind of node; each mistake gives one finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...diagnostics import Finding, Label
from ...language import nodes as n
from ...source import Span
from ...types.kinds import (
    Anything,
    Boolean,
    Enum,
    Field,
    Instant,
    Integer,
    ListOf,
    MoneyType,
    Number,
    Opaque,
    Optional,
    Record,
    Text,
    Type,
)
from .conversions import CONVERSIONS, ROUNDINGS, Conversion, accepts
from .fit import bare, common, comparable, fits, optional, ordered
from .scope import Scope
from .suggest import did_you_mean

if TYPE_CHECKING:
    from ..facts import Facts

ROOTS = ("now", "true", "false", "nothing", "setting")
NUMERIC = (Integer, Number)


class Typer:
    """Types expressions of one module. `report` takes each finding as it comes up."""

    def __init__(self, facts: Facts, report: Callable[[Finding], None]) -> None:
        self._facts = facts
        self._report = report
        self._guarded = 0

    # ---- entrances

    def infer(self, node: n.Alternative, scope: Scope, expected: Type | None = None) -> Type:
        """The type of an expression; `expected` lends meaning to words and records."""
        method = getattr(self, "_" + type(node).__name__)
        found: Type = method(node, scope, expected)
        return found

    def require(self, node: n.Alternative, scope: Scope, wanted: Type, use: str) -> Type:
        """Types `node` and reports when it does not fit `wanted` or may be missing. `use` names the place it goes."""
        found = self.infer(node, scope, wanted)
        self.check_fit(found, wanted, node.span, use)
        return found

    def check_fit(self, found: Type, wanted: Type, span: Span, use: str) -> None:
        """Reports a type that does not fit, or a value that may be missing where one is needed."""
        if not fits(found, wanted):
            self._wrong(span, f"{use} takes {_a(bare(wanted))}, and this is {_a(bare(found))}", wanted, found)
        elif isinstance(found, Optional) and not isinstance(wanted, Optional):
            self._maybe_missing(span, use)

    def condition(self, node: n.Expression, scope: Scope, use: str) -> None:
        """Types a condition."""
        self.require(node, scope, Boolean(), use)

    # ---- findings

    def _say(
        self, code: str, message: str, span: Span, label: str = "", help: str | None = None, notes: Sequence[str] = ()
    ) -> Type:
        self._report(Finding(code, message, Label(span, label), help=help, notes=tuple(notes)))
        return Anything()

    def _wrong(self, span: Span, message: str, wanted: Type, found: Type) -> None:
        self._say("wrong-type", message, span, f"{bare(found)} here", _conversion_help(bare(found), bare(wanted)))

    def _maybe_missing(self, span: Span, use: str) -> None:
        self._say(
            "maybe-missing", f"{use} needs a value, and this one may be missing", span, "optional in the schema",
            'write `default` and a value, or `default hold "why" for TEAM`',
        )  # fmt: skip

    # ---- names and paths

    def _NameRef(self, node: n.NameRef, scope: Scope, expected: Type | None) -> Type:
        if node.name in scope.variables:
            return scope.variables[node.name]
        if node.name == "now":
            return Instant()
        if node.name in ("true", "false"):
            return Boolean()
        if node.name == "nothing":
            return ListOf(Anything())
        wanted = bare(expected) if expected is not None else None
        if isinstance(wanted, Enum):
            return self._word(node, wanted)
        known = [*scope.variables, *ROOTS]
        return self._say(
            "unknown-name", f"`{node.name}` is not known here", node.span, "", did_you_mean(node.name, known)
        )

    def _word(self, node: n.NameRef, wanted: Enum) -> Type:
        if wanted.canonical(node.name) in wanted.values:
            return wanted
        return self._say(
            "unknown-word", f"`{node.name}` is not one of the values of {wanted}", node.span, "",
            did_you_mean(node.name, wanted.values),
        )  # fmt: skip

    def _Member(self, node: n.Member, scope: Scope, expected: Type | None) -> Type:
        if isinstance(node.of, n.NameRef) and node.of.name == "setting" and "setting" not in scope.variables:
            return self._setting(node.name)
        base = self.infer(node.of, scope)
        found = self._field(bare(base), node.name)
        return optional(found) if isinstance(base, Optional) else found

    def _field(self, base: Type, name: n.Name) -> Type:
        if isinstance(base, Anything):
            return base
        if not isinstance(base, Record):
            note = "a list has no fields: use `for each`, or `first(…)`" if isinstance(base, ListOf) else ""
            return self._say("unknown-field", f"{_a(base)} has no field `{name}`", name.span, "", note or None)
        field = base.fields.get(name.text)
        if field is None:
            return self._say(
                "unknown-field", f"{base} has no field `{name}`", name.span, "", did_you_mean(name.text, base.fields)
            )
        return field.type if field.required else optional(field.type)

    def _setting(self, name: n.Name) -> Type:
        node = self._facts.settings.get(name.text)
        if node is None:
            return self._say(
                "unknown-setting", f"there is no setting `{name}`", name.span, "",
                did_you_mean(name.text, self._facts.settings),
            )  # fmt: skip
        if node.kind.text == "template":
            shown = ", ".join(parameter.name.text for parameter in node.parameters)
            return self._say(
                "wrong-type", f"setting `{name}` is a template", name.span, "", f"write `setting.{name}({shown})`"
            )
        return setting_type(node)

    # ---- literals

    def _TextLiteral(self, node: n.TextLiteral, scope: Scope, expected: Type | None) -> Type:
        for part in node.parts:
            if not isinstance(part, str):
                self._placeholder(part, scope)
        wanted = bare(expected) if expected is not None else None
        if isinstance(wanted, Enum) and node.constant is not None and not wanted.open:
            return self._word(n.NameRef(node.constant, node.span), wanted)
        return Text()

    def _placeholder(self, part: n.Expression, scope: Scope) -> None:
        found = self.infer(part, scope)
        if isinstance(bare(found), Record | ListOf | Opaque):
            self._say("wrong-type", f"a text cannot hold {_a(bare(found))}", part.span, "", "name one of its fields")
        elif isinstance(found, Optional):
            self._maybe_missing(part.span, "a text")

    def _NumberLiteral(self, node: n.NumberLiteral, scope: Scope, expected: Type | None) -> Type:
        return Integer() if node.whole and "E" not in str(node.value) else Number()

    def _EndingNode(self, node: n.EndingNode, scope: Scope, expected: Type | None) -> Type:
        self.infer(node.reason, scope)
        return Anything()

    # ---- lookups and calls

    def _Lookup(self, node: n.Lookup, scope: Scope, expected: Type | None) -> Type:
        table = self._facts.tables.get(node.of.name) if isinstance(node.of, n.NameRef) else None
        if table is None:
            return self._say(
                "unknown-table", "only a table is looked up with `[ ]`", node.of.span, "not a table",
                did_you_mean(getattr(node.of, "name", ""), self._facts.tables),
            )  # fmt: skip
        if len(node.keys) != len(table.keys):
            return self._say("wrong-count", f"table `{table.name}` has {len(table.keys)} keys", node.span)
        for key, reference in zip(node.keys, table.keys, strict=True):
            self.require(key, scope, self._facts.type_of(reference) or Anything(), f"table `{table.name}`")
        return self._facts.type_of(table.result) or Anything()

    def _CallExpr(self, node: n.CallExpr, scope: Scope, expected: Type | None) -> Type:
        callee = node.callee
        if isinstance(callee, n.Member) and isinstance(callee.of, n.NameRef) and callee.of.name == "setting":
            return self._template_call(node, callee.name, scope)
        if isinstance(callee, n.NameRef):
            if callee.name == "count":
                return self._count(node, scope)
            if callee.name in self._facts.maps:
                return self.use(self._facts.maps[callee.name], node.arguments, node.span, scope)
        known = [*self._facts.maps, "count"]
        name = getattr(callee, "name", "")
        return self._say(
            "unknown-name", "this is not a map or a function", callee.span, "", did_you_mean(str(name), known)
        )

    def _count(self, node: n.CallExpr, scope: Scope) -> Type:
        for argument in node.arguments:
            found = self.infer(argument, scope)
            if not isinstance(bare(found), ListOf | Anything):
                self._say("wrong-type", f"count takes a list, and this is {_a(bare(found))}", argument.span)
        if len(node.arguments) != 1:
            self._say("wrong-count", "count takes one list", node.span)
        return Integer()

    def _template_call(self, node: n.CallExpr, name: n.Name, scope: Scope) -> Type:
        setting = self._facts.settings.get(name.text)
        if setting is None or setting.kind.text != "template":
            known = [key for key, value in self._facts.settings.items() if value.kind.text == "template"]
            return self._say(
                "unknown-setting",
                f"there is no template setting `{name}`",
                name.span,
                "",
                did_you_mean(name.text, known),
            )
        self.arguments(setting.parameters, node.arguments, node.span, scope, f"setting `{name}`")
        return Text()

    def use(self, node: n.MapNode, arguments: Sequence[n.Expression], span: Span, scope: Scope) -> Type:
        """The type a map gives, its arguments checked."""
        self.arguments(node.parameters, arguments, span, scope, f"map `{node.name}`")
        return self._facts.type_of(node.target) or Anything()

    def arguments(
        self, parameters: Sequence[n.Parameter], given: Sequence[n.Expression], span: Span, scope: Scope, of: str
    ) -> None:
        """Checks the arguments of a map, gate or template."""
        if len(parameters) != len(given):
            shown = ", ".join(f"{parameter.name} : {parameter.type.text}" for parameter in parameters)
            self._say("wrong-count", f"{of} takes {len(parameters)} values ({shown}), given are {len(given)}", span)
        for parameter, argument in zip(parameters, given, strict=False):
            wanted = self._facts.type_of(parameter.type) or Anything()
            self.require(argument, scope, wanted, f"`{parameter.name}` of {of}")

    # ---- loops

    def loop(self, node: n.Loop, scope: Scope) -> Scope:
        """The scope inside a loop."""
        inner = scope.having(node.variable.text, self.element(node.source, scope))
        if node.where is not None:
            self.condition(node.where, inner, "`where`")
        return inner

    def element(self, source: n.Expression, scope: Scope) -> Type:
        """The type of the elements of a list."""
        found = self.infer(source, scope)
        if isinstance(found, Optional):
            self._maybe_missing(source.span, "`for each`")
        inner = bare(found)
        if isinstance(inner, ListOf):
            return inner.item
        if not isinstance(inner, Anything):
            self._say("wrong-type", f"`for each` goes through a list, and this is {_a(inner)}", source.span)
        return Anything()

    def _Aggregate(self, node: n.Aggregate, scope: Scope, expected: Type | None) -> Type:
        inner = self.loop(node.loop, scope)
        name = node.function.text
        if name in ("any", "every"):
            self.condition(node.value, inner, f"`{name}`")
            return Boolean()
        value = self.infer(node.value, inner)
        if name == "count":
            return Integer()
        if name == "first":
            return optional(value)
        if name in ("sum", "min", "max"):
            return self._total(name, value, node)
        known = ("any", "every", "count", "first", "sum", "min", "max")
        return self._say(
            "unknown-name", f"there is no `{name}(… for each …)`", node.function.span, "", did_you_mean(name, known)
        )

    def _total(self, name: str, value: Type, node: n.Aggregate) -> Type:
        allowed = (*NUMERIC, MoneyType, Anything) if name == "sum" else (*NUMERIC, MoneyType, Instant, Anything)
        if not isinstance(bare(value), allowed):
            return self._say("wrong-type", f"{name} cannot be taken of {_a(bare(value))}", node.value.span)
        if isinstance(value, Optional):
            self._maybe_missing(node.value.span, f"`{name}`")
        empty_is_missing = name != "sum" or isinstance(bare(value), MoneyType)
        return optional(bare(value)) if empty_is_missing else bare(value)

    def _ForEachRecord(self, node: n.ForEachRecord, scope: Scope, expected: Type | None) -> Type:
        inner = self.loop(node.loop, scope)
        if node.times is not None:
            self.require(node.times, inner, Integer(), "`repeated`")
        wanted = bare(expected) if expected is not None else None
        item = wanted.item if isinstance(wanted, ListOf) else None
        return ListOf(self.infer(node.record, inner, item))

    def _RecordLiteral(self, node: n.RecordLiteral, scope: Scope, expected: Type | None) -> Type:
        wanted = bare(expected) if expected is not None else None
        if isinstance(wanted, Record):
            self.assignments(node.assignments, wanted, scope, node.span)
            return wanted
        fields = {item.target.text: Field(self.infer(item.value, scope), True) for item in node.assignments}
        return Record("", fields)

    # ---- records

    def assignments(self, items: Sequence[n.Assignment], target: Record, scope: Scope, span: Span) -> None:
        """Checks the fields set in a record against its type: known, set once, required ones set, types fit."""
        first: dict[str, n.Assignment] = {}
        for item in items:
            self._assignment(item, target, scope, first)
        lacking = [name for name, field in target.fields.items() if field.required and name not in first]
        for name in lacking:
            head = Span(span.start, span.start + 1)
            self._say(
                "required-not-set", f"{target} needs `{name}`, and nothing sets it", head, "this record is not complete",
                f"add a line `{name} = …`", [target.fields[name].description] if target.fields[name].description else (),
            )  # fmt: skip

    def _assignment(self, item: n.Assignment, target: Record, scope: Scope, first: dict[str, n.Assignment]) -> None:
        name = item.target.text
        field = target.fields.get(name)
        if name in first:
            twice = Finding(
                "set-twice", f"`{name}` is set twice", Label(item.target.span, "set again here"),
                (Label(first[name].target.span, "first set here"),), help="keep one of the two lines",
            )  # fmt: skip
            self._report(twice)
        first.setdefault(name, item)
        if field is None:
            self._say(
                "unknown-target",
                f"{target} has no field `{name}`",
                item.target.span,
                "",
                did_you_mean(name, target.fields),
            )
            self.infer(item.value, scope)
            return
        self.require(item.value, scope, field.type if field.required else Optional(field.type), f"`{name}` of {target}")

    # ---- operators

    def _Binary(self, node: n.Binary, scope: Scope, expected: Type | None) -> Type:
        if node.operator in ("and", "or"):
            self.condition(node.left, scope, f"`{node.operator}`")
            self.condition(node.right, scope, f"`{node.operator}`")
            return Boolean()
        if node.operator in ("is", "is not"):
            return self._equality(node, scope)
        if node.operator in ("<", "<=", ">", ">="):
            return self._order(node, scope)
        return self._arithmetic(node, scope)

    def _pair(self, node: n.Binary, scope: Scope) -> tuple[Type, Type]:
        left = self.infer(node.left, scope)
        return left, self.infer(node.right, scope, left)

    def _equality(self, node: n.Binary, scope: Scope) -> Type:
        left, right = self._pair(node, scope)
        if not comparable(left, right):
            self._say(
                "wrong-comparison", f"{_a(bare(left))} is never {_a(bare(right))}", node.span, "different types",
                _conversion_help(bare(right), bare(left)),
            )  # fmt: skip
        elif node.operator == "is not":
            self._certain(node, left, right)
        return Boolean()

    def _order(self, node: n.Binary, scope: Scope) -> Type:
        left, right = self._pair(node, scope)
        if not ordered(left, right):
            message = f"{_a(bare(left))} and {_a(bare(right))} have no order"
            self._say("wrong-comparison", message, node.span, "compared here", _conversion_help(bare(left), Number()))
        else:
            self._certain(node, left, right)
        return Boolean()

    def _certain(self, node: n.Binary, left: Type, right: Type) -> None:
        for side, kind in ((node.left, left), (node.right, right)):
            if isinstance(kind, Optional):
                self._say(
                    "test-on-missing", f"`{node.operator}` on a value that may be missing", side.span,
                    "optional in the schema", "write `default` and the value that stands for a missing one",
                )  # fmt: skip

    def _arithmetic(self, node: n.Binary, scope: Scope) -> Type:
        left, right = self.infer(node.left, scope), self.infer(node.right, scope)
        for side, kind in ((node.left, left), (node.right, right)):
            if isinstance(kind, Optional):
                self._maybe_missing(side.span, f"`{node.operator}`")
        return self._result(node, bare(left), bare(right))

    def _result(self, node: n.Binary, left: Type, right: Type) -> Type:
        if isinstance(left, Anything) or isinstance(right, Anything):
            return Anything()
        if isinstance(left, NUMERIC) and isinstance(right, NUMERIC):
            whole = isinstance(left, Integer) and isinstance(right, Integer) and node.operator != "/"
            return Integer() if whole else Number()
        money = (isinstance(left, MoneyType), isinstance(right, MoneyType))
        if node.operator in "+-" and all(money):
            return MoneyType()
        if node.operator == "*" and any(money) and isinstance(left if money[1] else right, NUMERIC):
            return MoneyType()
        if node.operator == "/" and money[0] and isinstance(right, NUMERIC):
            return MoneyType()
        return self._say("wrong-type", f"`{node.operator}` does not go between {left} and {right}", node.span)

    def _Unary(self, node: n.Unary, scope: Scope, expected: Type | None) -> Type:
        if node.operator == "not":
            self.condition(node.operand, scope, "`not`")
            return Boolean()
        found = self.infer(node.operand, scope)
        if not isinstance(bare(found), (*NUMERIC, MoneyType, Anything)):
            return self._say("wrong-type", f"`-` goes before a number, and this is {_a(bare(found))}", node.span)
        return found

    def _Among(self, node: n.Among, scope: Scope, expected: Type | None) -> Type:
        left = self.infer(node.left, scope)
        for option in node.options:
            kind = self.infer(option, scope, left)
            if not comparable(left, kind):
                self._say("wrong-comparison", f"{_a(bare(left))} is never {_a(bare(kind))}", option.span)
        return Boolean()

    def _Presence(self, node: n.Presence, scope: Scope, expected: Type | None) -> Type:
        self.infer(node.operand, scope)
        return Boolean()

    def _Reached(self, node: n.Reached, scope: Scope, expected: Type | None) -> Type:
        track = self._facts.track
        name = node.operand.name if isinstance(node.operand, n.NameRef) else ""
        if track is None or name != track.name.text:
            return self._say("unknown-track", "only the followed thing reaches stages", node.operand.span)
        if node.stage.text not in self._facts.stages:
            self._say(
                "unknown-stage", f"`{name}` has no stage `{node.stage}`", node.stage.span, "",
                did_you_mean(node.stage.text, self._facts.stages),
            )  # fmt: skip
        return Boolean()

    # ---- fallbacks and conversions

    def _Default(self, node: n.Default, scope: Scope, expected: Type | None) -> Type:
        found = self.infer(node.operand, scope, expected)
        fallback = self.infer(node.fallback, scope, bare(found))
        if not isinstance(found, Optional | Anything):
            redundant = Finding(
                "redundant-default", "this value is never missing", Label(node.operand.span, "required in the schema"),
                help="leave `default` out",
            )  # fmt: skip
            self._report(_warning(redundant))
        return self._either(node.span, bare(found), fallback, "`default`")

    def _either(self, span: Span, left: Type, right: Type, use: str) -> Type:
        found = common((left, right))
        if found is None:
            return self._say("wrong-type", f"{use} gives {_a(bare(right))} where {_a(bare(left))} stands", span)
        return found

    def _OnError(self, node: n.OnError, scope: Scope, expected: Type | None) -> Type:
        self._guarded += 1
        found = self.infer(node.operand, scope, expected)
        self._guarded -= 1
        fallback = self.infer(node.fallback, scope, bare(found))
        return self._either(node.span, found, fallback, "`on error`")

    def _Convert(self, node: n.Convert, scope: Scope, expected: Type | None) -> Type:
        source = self.infer(node.operand, scope)
        conversion = CONVERSIONS.get(node.to.text)
        if conversion is None:
            return self._say(
                "unknown-conversion", f"there is no conversion to `{node.to}`", node.to.span, "",
                did_you_mean(node.to.text, CONVERSIONS),
            )  # fmt: skip
        if not accepts(conversion, bare(source)):
            return self._say("wrong-type", f"{_a(bare(source))} cannot be converted to {node.to}", node.span)
        self._within(node, conversion, bare(source), scope)
        if conversion.fails(bare(source)) and not (node.rounded and isinstance(bare(source), (*NUMERIC, MoneyType))):
            self._fallible(node, conversion)
        return optional(conversion.result) if isinstance(source, Optional) else conversion.result

    def _within(self, node: n.Convert, conversion: Conversion, source: Type, scope: Scope) -> None:
        if node.rounded is not None and node.rounded.text not in ROUNDINGS:
            self._say("unknown-word", f"there is no rounding `{node.rounded}`", node.rounded.span, "",
                      did_you_mean(node.rounded.text, ROUNDINGS))  # fmt: skip
        needed = conversion.within_needed(source) or (node.pattern is not None and conversion.within == "a zone")
        if node.within is None:
            if needed:
                code = "no-zone" if conversion.within == "a zone" else "no-currency"
                self._say(code, f"`as {node.to}` needs {conversion.within}", node.to.span, "not said here",
                          'write `in "Europe/Berlin"`' if code == "no-zone" else "write `in` and the currency")  # fmt: skip
            return
        self.require(node.within, scope, Text(), f"`in` of `as {node.to}`")
        self._known_zone(node.within, conversion)

    def _known_zone(self, within: n.Expression, conversion: Conversion) -> None:
        if conversion.within != "a zone" or not isinstance(within, n.TextLiteral) or within.constant is None:
            return
        try:
            ZoneInfo(within.constant)
        except (ValueError, OSError):
            self._say(
                "unknown-zone",
                f"there is no time zone `{within.constant}`",
                within.span,
                "",
                'for example "Europe/Berlin"',
            )

    def _fallible(self, node: n.Convert, conversion: Conversion) -> None:
        if self._guarded:
            return
        self._say(
            "unhandled-failure", f"`as {node.to}` can fail, and nothing says what then", node.span, "can fail",
            'add `on error` and a value, or `on error hold "why" for TEAM`'
            + (", or say how to round: `rounded half_up`" if conversion.rounds else ""),
        )  # fmt: skip

    def _Choose(self, node: n.Choose, scope: Scope, expected: Type | None) -> Type:
        self.condition(node.condition, scope, "`if`")
        then = self.infer(node.then, scope, expected)
        return self._either(node.span, then, self.infer(node.otherwise, scope, expected), "`else`")


def setting_type(node: n.SettingNode) -> Type:
    """The type of a setting's value."""
    if node.kind.text == "choice":
        return Enum("", tuple(option.text for option in node.options))
    from ..facts import PLAIN

    return PLAIN.get(node.kind.text, Text())


def _warning(finding: Finding) -> Finding:
    from dataclasses import replace

    from ...diagnostics import Severity

    return replace(finding, severity=Severity.WARNING)


def _a(kind: Type) -> str:
    words = str(kind)
    if words == "anything":
        return words
    return (
        words if words.startswith(("list", "one of", "value", "yes")) or "." in words else f"{_article(words)} {words}"
    )


def _article(words: str) -> str:
    return "an" if words[0] in "aeiou" else "a"


def _conversion_help(found: Type, wanted: Type) -> str | None:
    for name, conversion in CONVERSIONS.items():
        same = type(conversion.result) is type(wanted) or (isinstance(wanted, Number) and name == "decimal")
        if same and isinstance(found, conversion.sources) and type(found) is not type(wanted) and name != "cents":
            return f"convert it: `as {name}`"
    return None
