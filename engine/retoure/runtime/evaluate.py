"""Runs expressions on run-time values and notes where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from ..functions import FUNCTIONS, Function, NoAnswer, OutOfBounds
from ..language import nodes as n
from ..source import Place, Span
from .convert import ConversionFailed, How, convert
from .decision import Ending, FieldTrace, Origin, Outcome
from .scope import Ended, Env
from .values import RECORD, Refused, before, combine, equal, extreme, shown, total

CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "nothing": ()}
MOST_REPEATED = 10_000
"""How many records one `repeated` may make: a slip in a quantity must not fill the memory."""


class Definitions(Protocol):
    """What expressions refer to by name."""

    @property
    def maps(self) -> Mapping[str, n.MapNode]: ...

    @property
    def settings(self) -> Mapping[str, Any]: ...

    @property
    def money_sums(self) -> frozenset[n.Aggregate]:
        """The sums of money: of no elements they are missing, other sums are 0."""
        ...

    @property
    def texts(self) -> Mapping[str, tuple[tuple[str, ...], str, Span]]:
        """Parameter names, text and place of each template."""
        ...

    def row(self, table: str, keys: Sequence[Any]) -> n.RowNode:
        """The row that answers for the keys."""
        ...

    def template(self, setting: str) -> tuple[tuple[str, ...], n.TextLiteral]:
        """Parameter names and text of a template setting."""
        ...

    def place(self, span: Span) -> Place: ...


@dataclass
class Notes:
    """Where values came from, gathered while one field is evaluated; and the traces of whole fields."""

    origins: list[Origin] = field(default_factory=list)
    fields: list[FieldTrace] = field(default_factory=list)


class Evaluator:
    """Evaluates expressions of one program. `notes` collects origins; start with a fresh one per effect."""

    def __init__(self, definitions: Definitions, notes: Notes | None = None) -> None:
        self._definitions = definitions
        self.notes = notes or Notes()

    def value(self, node: n.Alternative, env: Env) -> Any:
        """The value of an expression, None when missing. Raises Ended, ConversionFailed, Refused."""
        method = getattr(self, "_" + type(node).__name__)
        return method(node, env)

    def truth(self, node: n.Expression, env: Env) -> bool:
        return self.value(node, env) is True

    def outcome(self, node: n.EndingNode, env: Env) -> Outcome:
        """An ending with its text and team filled in."""
        team = node.team.text if node.team else ""
        team = str(self._definitions.settings.get(team, team))
        return Outcome(Ending(node.ending), self.value(node.reason, env), team)

    def record(self, items: Sequence[n.Assignment], env: Env, at: str = "") -> dict[str, Any]:
        """The record that assignments make, each field traced under its path."""
        made: dict[str, Any] = {}
        for item in items:
            path = f"{at}.{item.target}" if at else item.target.text
            made[item.target.text] = self._field(item, env, path)
        return {name: value for name, value in made.items() if value is not None}

    def apply(self, node: n.MapNode, arguments: Sequence[Any], env: Env) -> dict[str, Any]:
        """The record a map makes of its arguments."""
        names = [parameter.name.text for parameter in node.parameters]
        inner = Env(dict(zip(names, arguments, strict=True)), env.now, env.reached)
        return self.record(node.assignments, inner)

    def holds(self, node: n.Expression, env: Env) -> bool:
        """Whether a condition holds. Where it does not, the notes say what it looked at."""
        return self.truth(node, env)

    def made(self, node: n.MapNode, arguments: Sequence[Any], env: Env) -> tuple[dict[str, Any], Sequence[FieldTrace]]:
        """The record a map makes of its arguments, and the trace of each field."""
        earlier = len(self.notes.fields)
        record = self.apply(node, arguments, env)
        return record, tuple(self.notes.fields[earlier:])

    def _field(self, item: n.Assignment, env: Env, path: str) -> Any:
        if isinstance(item.value, n.RecordLiteral):
            return self.record(item.value.assignments, env, path)
        if isinstance(item.value, n.ForEachRecord):
            return self._records(item.value, env, path)
        earlier = len(self.notes.origins)
        value = self.value(item.value, env)  # where this ends in an outcome, its origins stay: they say why
        if isinstance(value, dict | list) and len(self.notes.origins) == earlier:
            self._note("whole", path_text(item.value), None)
        origins = tuple(self.notes.origins[earlier:])
        del self.notes.origins[earlier:]
        self.notes.fields.append(FieldTrace(path, self._definitions.place(item.span), origins))
        return value

    # ---- names and paths

    def _note(self, kind: str, what: str, value: Any, span: Span | None = None) -> None:
        place = self._definitions.place(span) if span else None
        self.notes.origins.append(Origin(kind, what, value, place))

    def _NameRef(self, node: n.NameRef, env: Env) -> Any:
        if node.name in env.variables:
            return env.variables[node.name]
        if node.name == "now":
            self._note("clock", "now", env.now)
            return env.now
        if node.name not in CONSTANTS:
            self._note("word", node.name, node.name)
        return CONSTANTS.get(node.name, node.name)

    def _Member(self, node: n.Member, env: Env) -> Any:
        if isinstance(node.of, n.NameRef) and node.of.name == "setting" and "setting" not in env.variables:
            value = self._definitions.settings.get(node.name.text)
            self._note("setting", f"setting.{node.name}", value)
            return value
        value = self._at(node, env)
        if not isinstance(value, dict | list):
            self._note("input", path_text(node), value)
        return value

    def _at(self, node: n.Expression, env: Env) -> Any:
        if not isinstance(node, n.Member):
            return self.value(node, env)
        base = self._at(node.of, env)
        return base.get(node.name.text) if isinstance(base, RECORD) else None

    # ---- literals

    def _TextLiteral(self, node: n.TextLiteral, env: Env) -> str:
        if node.constant is not None:
            self._note("constant", f'"{node.constant}"', node.constant)
        return "".join(part if isinstance(part, str) else shown(self.value(part, env)) for part in node.parts)

    def _NumberLiteral(self, node: n.NumberLiteral, env: Env) -> int | Decimal:
        value = int(node.value) if node.whole else node.value
        self._note("constant", shown(value), value)
        return value

    def _EndingNode(self, node: n.EndingNode, env: Env) -> Any:
        raise Ended(self.outcome(node, env), node.span.start)

    # ---- lookups and calls

    def _Lookup(self, node: n.Lookup, env: Env) -> Any:
        keys = [self.value(key, env) for key in node.keys]
        table = node.of.name if isinstance(node.of, n.NameRef) else ""
        row = self._definitions.row(table, keys)
        words = ", ".join(map(shown, keys))
        kept = len(self.notes.origins)
        value = self.value(row.value, Env({"key": words}, env.now, env.reached))
        if isinstance(row.value, n.TextLiteral | n.NumberLiteral | n.NameRef):
            del self.notes.origins[kept:]
        self._note("table row", f"{table}[{words}]", value, row.span)
        return value

    def _CallExpr(self, node: n.CallExpr, env: Env) -> Any:
        if isinstance(node.callee, n.Member):
            return self._template(node, node.callee.name.text, env)
        name = node.callee.name if isinstance(node.callee, n.NameRef) else ""
        arguments = [self.value(argument, env) for argument in node.arguments]
        if name in FUNCTIONS:
            return _answer(FUNCTIONS[name], arguments)
        if name == "picked":
            return _those_in(env.picked, arguments[0])
        if name == "picked_elsewhere":
            return _those_in(env.claimed, arguments[0])
        if name in self._definitions.texts:
            return self._long_text(name, arguments)
        return self.apply(self._definitions.maps[name], arguments, env)

    def _long_text(self, name: str, arguments: Sequence[Any]) -> str:
        from ..templating import TemplateFailed, render

        names, text, span = self._definitions.texts[name]
        try:
            value = render(text, dict(zip(names, arguments, strict=True)))
        except TemplateFailed as problem:
            raise Refused(f"template `{name}`: {problem}") from problem
        self._note("template", f"template {name}", value, span)
        return value

    def _template(self, node: n.CallExpr, setting: str, env: Env) -> str:
        names, text = self._definitions.template(setting)
        arguments = [self.value(argument, env) for argument in node.arguments]
        inner = Env(dict(zip(names, arguments, strict=True)), env.now, env.reached)
        value: str = self.value(text, inner)
        self._note("setting", f"setting.{setting}", value)
        return value

    # ---- loops

    def each(self, loop: n.Loop, env: Env) -> Iterator[Env]:
        """The environment inside the loop for each element, those too that do not pass `where`."""
        for place, element in enumerate(self.value(loop.source, env) or ()):
            yield env.within(loop.variable.text, element, identity(element, place))

    def elements(self, loop: n.Loop, env: Env) -> Iterator[Env]:
        """The environment inside the loop for each element that passes `where`."""
        for inner in self.each(loop, env):
            if loop.where is None or self._quietly(loop.where, inner):
                yield inner

    def _quietly(self, condition: n.Expression, env: Env) -> bool:
        kept = len(self.notes.origins)
        passed = self.truth(condition, env)
        del self.notes.origins[kept:]
        return passed

    def _Aggregate(self, node: n.Aggregate, env: Env) -> Any:
        inner = self.elements(node.loop, env)
        name = node.function.text
        if name == "any":
            return any(self.truth(node.value, each) for each in inner)
        if name == "every":
            return all(self.truth(node.value, each) for each in inner)
        if name == "count":
            return sum(1 for _ in inner)
        values = (self.value(node.value, each) for each in inner)
        return next(values, None) if name == "first" else self._total(node, list(values))

    def _total(self, node: n.Aggregate, values: list[Any]) -> Any:
        if node.function.text != "sum":
            return extreme({"min": min, "max": max}[node.function.text], values)
        return None if not values and node in self._definitions.money_sums else total(values)

    def _records(self, node: n.ForEachRecord, env: Env, at: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        earlier = len(self.notes.origins)
        for inner in self.elements(node.loop, env):
            times = self.value(node.times, inner) if node.times is not None else 1
            del self.notes.origins[earlier:]
            if len(made) + times > MOST_REPEATED:
                raise Refused(f"`repeated {times} times` makes more than {MOST_REPEATED} records")
            for _ in range(times):
                made.append(self.record(node.record.assignments, inner, f"{at}[{len(made)}]"))
        return made

    def _ForEachRecord(self, node: n.ForEachRecord, env: Env) -> list[dict[str, Any]]:
        return self._records(node, env, "")

    def _RecordLiteral(self, node: n.RecordLiteral, env: Env) -> dict[str, Any]:
        return self.record(node.assignments, env)

    # ---- operators

    def _Binary(self, node: n.Binary, env: Env) -> Any:
        if node.operator == "and":
            return self.truth(node.left, env) and self.truth(node.right, env)
        if node.operator == "or":
            return self.truth(node.left, env) or self.truth(node.right, env)
        left, right = self.value(node.left, env), self.value(node.right, env)
        if node.operator in ("is", "is not"):
            return equal(left, right) is (node.operator == "is")
        if node.operator in ("<", "<=", ">", ">="):
            return before(node.operator, left, right)
        return combine(node.operator, left, right)

    def _Unary(self, node: n.Unary, env: Env) -> Any:
        if node.operator == "not":
            return not self.truth(node.operand, env)
        value = self.value(node.operand, env)
        return None if value is None else combine("*", value, -1)

    def _Among(self, node: n.Among, env: Env) -> bool:
        left = self.value(node.left, env)
        return any(equal(left, self.value(option, env)) for option in node.options)

    def _Presence(self, node: n.Presence, env: Env) -> bool:
        return (self.value(node.operand, env) is not None) is node.wanted

    def _Reached(self, node: n.Reached, env: Env) -> bool:
        return node.stage.text in env.reached

    # ---- fallbacks and conversions

    def _Default(self, node: n.Default, env: Env) -> Any:
        value = self.value(node.operand, env)
        if value is not None:
            return value
        self._note("default", "default", None, node.fallback.span)
        return self.value(node.fallback, env)

    def _OnError(self, node: n.OnError, env: Env) -> Any:
        try:
            return self.value(node.operand, env)
        except ConversionFailed as problem:
            self._note("on error", str(problem), None, node.fallback.span)
            return self.value(node.fallback, env)

    def _Convert(self, node: n.Convert, env: Env) -> Any:
        value = self.value(node.operand, env)
        within = self.value(node.within, env) if node.within is not None else None
        return convert(value, node.to.text, How(node.pattern, within, node.rounded.text if node.rounded else None))

    def _Choose(self, node: n.Choose, env: Env) -> Any:
        return self.value(node.then if self.truth(node.condition, env) else node.otherwise, env)


def _those_in(units: frozenset[str], listed: Sequence[Any] | None) -> list[Any]:
    return [item for place, item in enumerate(listed or ()) if identity(item, place) in units]


def _answer(function: Function, arguments: Sequence[Any]) -> Any:
    """What a built-in function answers. Raises ConversionFailed where it declares that it fails, and Refused."""
    try:
        return function.call(arguments)
    except NoAnswer as problem:
        raise ConversionFailed(str(problem)) from problem
    except OutOfBounds as problem:
        raise Refused(str(problem)) from problem


def identity(element: Any, place: int) -> str:
    """What tells an element of a list from the others: its `id`, else its place."""
    if isinstance(element, RECORD) and element.get("id") is not None:
        return shown(element["id"])
    return f"#{place}"


def path_text(node: n.Alternative) -> str:
    """A path as the author wrote it."""
    if isinstance(node, n.Member):
        return f"{path_text(node.of)}.{node.name}"
    return node.name if isinstance(node, n.NameRef) else "…"
