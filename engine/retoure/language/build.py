"""From Lark's tree to our nodes. One method a grammar rule; knows no meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lark import Token, Tree
from lark.tree import Meta
from msgspec.structs import replace

from ..source import Source, Span
from . import nodes as n
from .comments import one_line
from .text import BadText, pieces

Placeholder = Callable[[Source, int, int], n.Expression]
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MOST = {"s": 315_360_000, "m": 5_256_000, "h": 87_600, "d": 3650}
LONGEST_NUMBER = 12
MOST_DIGITS = 60
TOO_MANY_DIGITS = f"a number has at most {MOST_DIGITS} digits"


class SyntaxProblem(Exception):
    """Text that fits the grammar and still cannot be read (a bad escape, a clause given twice)."""

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.span = span
        self.message = message


class Builder:
    """Builds the nodes of one source; `placeholder` reads the expression of a `{placeholder}`."""

    def __init__(self, source: Source, placeholder: Placeholder) -> None:
        self._source = source
        self._placeholder = placeholder

    def node(self, tree: Tree[Any]) -> Any:
        """The node of a block or an expression."""
        return self._node(tree)

    def _node(self, item: Any) -> Any:
        if item is None or isinstance(item, Token):
            return item
        return getattr(self, f"_{item.data}")(_span(item.meta), item.children)

    def _nodes(self, items: list[Any]) -> tuple[Any, ...]:
        return tuple(self._node(item) for item in items if item is not None)

    # ---- words and texts

    def _names(self, span: Span, items: list[Any]) -> tuple[n.Name, ...]:
        return tuple(_name(item) for item in items)

    _words = _names

    def _word(self, span: Span, items: list[Any]) -> n.Name:
        return n.Name(_unquoted(items[0]), _token_span(items[0]))

    def _path(self, span: Span, items: list[Any]) -> n.Path:
        return n.Path(tuple(_name(item) for item in items), span)

    _operation = _path

    def _paths(self, span: Span, items: list[Any]) -> tuple[n.Path, ...]:
        return self._nodes(items)

    def _text(self, span: Span, items: list[Any]) -> n.TextLiteral:
        return self._quoted(items[0])

    def _quoted(self, token: Token) -> n.TextLiteral:
        span = _token_span(token)
        try:
            found = list(pieces(self._source.text, span.start + 1, span.end - 1))
        except BadText as problem:
            raise SyntaxProblem(Span(problem.at, problem.at + 1), problem.message) from problem
        parts = [piece if isinstance(piece, str) else self._placeholder(self._source, *piece) for piece in found]
        return n.TextLiteral(tuple(parts), span)

    # ---- mapping

    def _mapping(self, span: Span, items: list[Any]) -> n.MappingNode:
        parts: dict[str, list[Any]] = {}
        for item in items[1:]:
            parts.setdefault(item.data, []).append(item)
        self._once(parts, "language", "version", "owner")
        return n.MappingNode(
            name=_name(items[0]),
            language=Decimal(parts["language"][0].children[0]) if "language" in parts else None,
            version=_constant(parts, "version"),
            owner=_constant(parts, "owner"),
            systems=self._nodes(parts.get("system", [])),
            owns=self._nodes(parts.get("owns", [])),
            teams=tuple(team for item in parts.get("teams", []) for team in self._node(item)),
            settings=self._nodes(parts.get("setting", [])),
            assumes=self._nodes(parts.get("assume", [])),
            span=span,
        )

    def _library(self, span: Span, items: list[Any]) -> n.MappingNode:
        return replace(self._mapping(span, items), library=True)

    def _import_file(self, span: Span, items: list[Any]) -> n.ImportNode:
        return n.ImportNode(_unquoted(items[0]), span)

    def _tests_for(self, span: Span, items: list[Any]) -> n.TestsForNode:
        return n.TestsForNode(_unquoted(items[0]), span)

    def _once(self, parts: dict[str, list[Any]], *names: str) -> None:
        for name in names:
            if len(parts.get(name, ())) > 1:
                raise SyntaxProblem(_span(parts[name][1].meta), f"`{name.replace('_', ' ')}` is given twice")

    def _system(self, span: Span, items: list[Any]) -> n.SystemNode:
        return n.SystemNode(_name(items[0]), _unquoted(items[1]), span)

    def _owns(self, span: Span, items: list[Any]) -> n.OwnsNode:
        return n.OwnsNode(_name(items[0]), self._node(items[1]), span)

    def _teams(self, span: Span, items: list[Any]) -> tuple[n.Name, ...]:
        names: tuple[n.Name, ...] = self._node(items[0])
        return names

    def _setting(self, span: Span, items: list[Any]) -> n.SettingNode:
        name, kind, default = items
        options = self._node(kind.children[1]) if kind.data == "choice_type" else ()
        parameters = self._node(kind.children[0]) if kind.data == "template_type" else ()
        kinds = {
            "choice_type": n.Name("choice", _span(kind.meta)),
            "template_type": n.Name("template", _span(kind.meta)),
        }
        word = kinds.get(kind.data) or _name(kind.children[0])
        return n.SettingNode(_name(name), word, options, parameters, self._node(default), span)

    def _assume(self, span: Span, items: list[Any]) -> n.AssumeNode:
        return n.AssumeNode(_name(items[0]), _name(items[1]), _name(items[2]), span)

    # ---- track

    def _track(self, span: Span, items: list[Any]) -> n.TrackNode:
        parts: dict[str, list[Any]] = {}
        for item in items[2:]:
            parts.setdefault(item.data, []).append(item)
        self._once(parts, "track_key", "track_newest", "stages", "moves")
        stages = parts["stages"][0].children if "stages" in parts else [None]
        lines = [self._node(item) for item in stages[1:]]
        unknown = [line for line in lines if isinstance(line, n.EndingNode)]
        if len(unknown) > 1:
            raise SyntaxProblem(unknown[1].span, "`unknown` is given twice")
        return n.TrackNode(
            name=_name(items[0]),
            type=self._node(items[1]),
            key=self._node(parts["track_key"][0].children[0]) if "track_key" in parts else None,
            newest=self._node(parts["track_newest"][0].children[0]) if "track_newest" in parts else None,
            stage_from=self._node(stages[0]),
            stages=tuple(line for line in lines if isinstance(line, n.StageNode)),
            unknown=unknown[0] if unknown else None,
            moves=self._nodes(parts["moves"][0].children) if "moves" in parts else (),
            span=span,
        )

    def _stage(self, span: Span, items: list[Any]) -> n.StageNode:
        return n.StageNode(_name(items[0]), tuple(self._node(word) for word in items[1].children), span)

    def _unknown_stage(self, span: Span, items: list[Any]) -> n.EndingNode:
        ending: n.EndingNode = self._node(items[0])
        return ending

    def _move(self, span: Span, items: list[Any]) -> n.MoveNode:
        return n.MoveNode(_name(items[0]), self._nodes(items[1:]), span)

    def _move_target(self, span: Span, items: list[Any]) -> n.MoveTarget:
        return n.MoveTarget(_name(items[0]), tuple(_name(item) for item in items[1:]), span)

    # ---- tables, maps, gates

    def _table(self, span: Span, items: list[Any]) -> n.TableNode:
        types = [self._node(item) for item in items[1:] if isinstance(item, Tree) and item.data == "type_ref"]
        rows = [self._node(item) for item in items[1:] if isinstance(item, Tree) and item.data != "type_ref"]
        files = [item for item in items[1:] if isinstance(item, Token)]
        file, at = (_unquoted(files[0]), _token_span(files[0])) if files else ("", None)
        return n.TableNode(_name(items[0]), tuple(types[:-1]), types[-1], tuple(rows), span, file, at)

    def _row(self, span: Span, items: list[Any]) -> n.RowNode:
        return n.RowNode(self._nodes(items[:-1]), self._node(items[-1]), span)

    def _row_keys(self, span: Span, items: list[Any]) -> tuple[n.Name, ...]:
        return self._nodes(items)

    def _otherwise_row(self, span: Span, items: list[Any]) -> n.RowNode:
        return n.RowNode((), self._node(items[0]), span)

    def _map(self, span: Span, items: list[Any]) -> n.MapNode:
        name, parameters, target, like, *assignments = items
        return n.MapNode(
            _name(name), self._node(parameters), self._node(target), self._nodes(assignments), span, self._node(like)
        )

    def _like(self, span: Span, items: list[Any]) -> n.Like:
        return n.Like(_name(items[0]), self._node(items[1]) or (), span)

    def _template(self, span: Span, items: list[Any]) -> n.TemplateNode:
        token = items[2]
        at = _token_span(token)
        file = _unquoted(token) if token.type == "STRING" else ""
        inside = at if file else Span(at.start + 3, at.end - 3)
        return n.TemplateNode(_name(items[0]), self._node(items[1]), inside, file, span)

    def _parameters(self, span: Span, items: list[Any]) -> tuple[n.Parameter, ...]:
        return self._nodes(items)

    def _parameter(self, span: Span, items: list[Any]) -> n.Parameter:
        return n.Parameter(_name(items[0]), self._node(items[1]), span)

    def _type_ref(self, span: Span, items: list[Any]) -> n.TypeRef:
        listed, *names = items
        return n.TypeRef(".".join(name for name in names if name), listed is not None, span)

    def _assignment(self, span: Span, items: list[Any]) -> n.Assignment:
        return n.Assignment(_name(items[0]), self._node(items[1]), span)

    def _gate(self, span: Span, items: list[Any]) -> n.GateNode:
        requires = tuple(self._node(item) for item in items[2:-1])
        return n.GateNode(_name(items[0]), self._node(items[1]), requires, self._node(items[-1]), span)

    def _require(self, span: Span, items: list[Any]) -> n.RequireNode:
        return n.RequireNode(self._label(*items), self._node(items[1]), span)

    def _label(self, given: Token | None, tree: Tree[Any]) -> str:
        """What a condition is called: its label, or itself, the same however it is laid out."""
        if given is not None:
            return _unquoted(given)
        while tree.data == "parenthesis":
            tree = tree.children[0]
        span = _span(tree.meta)
        return one_line(self._source.text[span.start : span.end])

    # ---- rules

    def _rule(self, span: Span, items: list[Any]) -> n.RuleNode:
        name, purpose, trigger, *steps = items
        said = _unquoted(purpose) if purpose is not None else ""
        return n.RuleNode(_name(name), said, self._node(trigger), self._nodes(steps), span)

    def _watch(self, span: Span, items: list[Any]) -> n.RuleNode:
        return replace(self._rule(span, items), watch=True)

    def _trigger(self, span: Span, items: list[Any]) -> n.TriggerNode:
        track, event, condition = items
        lists = [self._node(child) for child in event.children if isinstance(child, Tree)]
        longer = _duration(event.children[-1]) if event.data == "stays" else None
        paths = lists[-1] if event.data == "changes" else ()
        stages = () if event.data == "changes" else lists[-1]
        origins = lists[0] if event.data == "goes_back" else ()
        return n.TriggerNode(_name(track), event.data, stages, origins, self._node(condition), span, longer, paths)

    def _read(self, span: Span, items: list[Any]) -> n.ReadStep:
        name, operation, arguments, policy = items
        return n.ReadStep(_name(name), self._node(operation), self._node(arguments), self._node(policy), span)

    def _for_each(self, span: Span, items: list[Any]) -> n.ForEachStep:
        return n.ForEachStep(self._loop(span, items[1:]), span)

    def _pick(self, span: Span, items: list[Any]) -> n.PickStep:
        _, name, count, source, where, otherwise = items
        return n.PickStep(
            _name(name), self._node(count), self._node(source), self._node(where), self._node(otherwise), span
        )

    def _condition(self, span: Span, items: list[Any]) -> n.IfStep:
        return n.IfStep(self._node(items[0]), span)

    def _only_if(self, span: Span, items: list[Any]) -> n.GateStep:
        return n.GateStep(_name(items[1]), self._node(items[2]), span)

    def _do(self, span: Span, items: list[Any]) -> n.EffectStep:
        operation, use, named, _, keys, _, change, policy = items
        return n.EffectStep(
            "do", self._node(operation), self._node(use), self._node(keys) or (), self._node(change), None,
            self._node(policy), span, _maybe_name(named),
        )  # fmt: skip

    def _keep(self, span: Span, items: list[Any]) -> n.EffectStep:
        operation, use, keys, undo, policy = items
        return n.EffectStep(
            "keep", self._node(operation), self._node(use), self._node(keys) or (), None, self._node(undo),
            self._node(policy), span,
        )  # fmt: skip

    def _follow(self, span: Span, items: list[Any]) -> n.Name:
        return _name(items[1])

    def _use(self, span: Span, items: list[Any]) -> n.Use:
        return n.Use(_name(items[0]), self._node(items[1]), span)

    def _hold(self, span: Span, items: list[Any]) -> n.EndingNode:
        return n.EndingNode("hold", self._quoted(items[0]), _maybe_name(items[1]), span)

    _policy_hold = _hold

    def _skip(self, span: Span, items: list[Any]) -> n.EndingNode:
        return n.EndingNode("skip", self._quoted(items[0]), None, span)

    _policy_skip = _skip

    def _fail(self, span: Span, items: list[Any]) -> n.EndingNode:
        return n.EndingNode("fail", self._quoted(items[0]), None, span)

    def _ending(self, span: Span, items: list[Any]) -> n.EndingNode:
        ending: n.EndingNode = self._node(items[0])
        return ending

    _ending_value = _ending

    # ---- failures

    def _policy(self, span: Span, items: list[Any]) -> n.PolicyNode:
        return n.PolicyNode(_name(items[0]), _maybe_name(items[1]), self._nodes(items[2:]), span)

    def _on_arm(self, span: Span, items: list[Any]) -> n.ArmNode:
        return n.ArmNode(self._node(items[0]), self._nodes(items[1:]), span)

    def _otherwise_arm(self, span: Span, items: list[Any]) -> n.ArmNode:
        return n.ArmNode((), self._nodes(items), span)

    def _retry(self, span: Span, items: list[Any]) -> n.RetryStep:
        return n.RetryStep(_whole(items[0]), _duration(items[1]), _duration(items[2]), span)

    def _check(self, span: Span, items: list[Any]) -> n.CheckStep:
        return n.CheckStep(span)

    def _instead(self, span: Span, items: list[Any]) -> n.InsteadStep:
        operation, use, _, keys = items
        return n.InsteadStep(self._node(operation), self._node(use), self._node(keys) if keys else (), span)

    def _to_queue(self, span: Span, items: list[Any]) -> n.QueueStep:
        return n.QueueStep(_name(items[0]), span)

    def _raise_alert(self, span: Span, items: list[Any]) -> n.AlertStep:
        return n.AlertStep(_name(items[0]), span)

    def _queue(self, span: Span, items: list[Any]) -> n.QueueNode:
        parts = self._items(items[1:])
        keep = _duration(parts["keep_for"][0]) if "keep_for" in parts else None
        order = self._node(parts["replay_in_order"][0]) if "replay_in_order" in parts else None
        return n.QueueNode(_name(items[0]), keep, "replay_by_hand" in parts, order, span)

    def _alert(self, span: Span, items: list[Any]) -> n.AlertNode:
        parts = self._items(items[1:])
        quiet = _duration(parts["quiet"][0]) if "quiet" in parts else None
        return n.AlertNode(_name(items[0]), self._nodes(parts.get("alert_when", [])), quiet, span)

    def _items(self, items: list[Any]) -> dict[str, list[Any]]:
        """The children of each item of a block by the item's rule. Raises SyntaxProblem when one is given twice."""
        parts: dict[str, list[Any]] = {}
        for item in items:
            if item.data in parts:
                raise SyntaxProblem(_span(item.meta), "this is given twice")
            parts[item.data] = item.children
        return parts

    def _threshold(self, span: Span, items: list[Any]) -> n.ThresholdNode:
        within = _duration(items[2]) if items[2] is not None else None
        return n.ThresholdNode(_whole(items[0]), _name(items[1]), within, span)

    # ---- audits and answers

    def _audit(self, span: Span, items: list[Any]) -> n.AuditNode:
        parts: dict[str, list[Any]] = {}
        for item in items[3:]:
            parts.setdefault(str(item.data), []).append(item)
        self._once(parts, "pair", "different", "stalled", "missing_run", "missing_outcome")
        pair = parts["pair"][0] if "pair" in parts else None
        return n.AuditNode(
            name=_name(items[0]),
            every=_duration(items[1]),
            over=_duration(items[2]),
            subject=_name(pair.children[0]) if pair else None,
            other=self._pair(_span(pair.meta), pair.children) if pair else None,
            agrees=self._nodes(parts.get("agree", [])),
            missing_runs="missing_run" in parts,
            missing=self._first(parts, "missing_outcome"),
            different=self._first(parts, "different"),
            stalled=self._first(parts, "stalled"),
            span=span,
        )

    def _first(self, parts: dict[str, list[Any]], name: str) -> Any:
        return self._node(parts[name][0]) if name in parts else None

    def _pair(self, span: Span, items: list[Any]) -> n.ReadStep:
        return n.ReadStep(_name(items[1]), self._node(items[2]), self._node(items[3]), None, span)

    def _agree(self, span: Span, items: list[Any]) -> n.AgreeNode:
        label, left, right, within = items
        tolerance = Decimal(within) if within is not None else None
        return n.AgreeNode(self._label(label, left), self._node(left), self._node(right), tolerance, span)

    def _ending_of(self, span: Span, items: list[Any]) -> n.EndingNode:
        ending: n.EndingNode = self._node(items[0])
        return ending

    _missing_outcome = _ending_of
    _different = _ending_of

    def _stalled(self, span: Span, items: list[Any]) -> n.StalledNode:
        return n.StalledNode(_duration(items[0]), self._node(items[1]).alert, span)

    def _answer(self, span: Span, items: list[Any]) -> n.AnswerNode:
        name, parameters, result, *steps, give = items
        return n.AnswerNode(
            _name(name), self._node(parameters), self._node(result), self._nodes(steps), self._node(give), span
        )

    # ---- tests

    def _test(self, span: Span, items: list[Any]) -> n.TestNode:
        return n.TestNode(_unquoted(items[0]), self._node(items[1]), self._nodes(items[2:]), span)

    def _cases(self, span: Span, items: list[Any]) -> n.Cases:
        return n.Cases(self._node(items[0]), self._nodes(items[1:]), span)

    def _case(self, span: Span, items: list[Any]) -> n.Case:
        return n.Case(self._nodes(items), span)

    def _given_event(self, span: Span, items: list[Any]) -> n.GivenEvent:
        file = _unquoted(items[1]) if items[1] is not None else None
        return n.GivenEvent(self._node(items[0]), file, self._node(items[2]), span)

    def _given_again(self, span: Span, items: list[Any]) -> n.GivenAgain:
        return n.GivenAgain(span)

    def _given_setting(self, span: Span, items: list[Any]) -> n.GivenSetting:
        return n.GivenSetting(_name(items[0]), self._node(items[1]), span)

    def _given_now(self, span: Span, items: list[Any]) -> n.GivenNow:
        return n.GivenNow(_unquoted(items[0]), span)

    def _given_after(self, span: Span, items: list[Any]) -> n.GivenAfter:
        return n.GivenAfter(_duration(items[0]), span)

    def _given_audit(self, span: Span, items: list[Any]) -> n.GivenAudit:
        return n.GivenAudit(_name(items[0]), span)

    def _given_question(self, span: Span, items: list[Any]) -> n.GivenQuestion:
        return n.GivenQuestion(_name(items[0]), self._node(items[1]), span)

    def _expect_answer(self, span: Span, items: list[Any]) -> n.ExpectAnswer:
        return n.ExpectAnswer(self._node(items[0]), True, span)

    def _expect_no_answer(self, span: Span, items: list[Any]) -> n.ExpectAnswer:
        return n.ExpectAnswer(None, False, span)

    def _answers_from(self, span: Span, items: list[Any]) -> n.AnswersFrom:
        return n.AnswersFrom(_unquoted(items[0]), span)

    def _answer_from(self, span: Span, items: list[Any]) -> n.AnswerFrom:
        return n.AnswerFrom(self._node(items[0]), _unquoted(items[1]), span)

    def _answer_error(self, span: Span, items: list[Any]) -> n.AnswerError:
        return n.AnswerError(self._node(items[0]), _name(items[1]), _name(items[2]), span)

    def _expect_no_hold(self, span: Span, items: list[Any]) -> n.ExpectNoHold:
        return n.ExpectNoHold(span)

    def _expect_none(self, span: Span, items: list[Any]) -> n.ExpectNone:
        return n.ExpectNone(self._node(items[0]), span)

    def _expect_hold(self, span: Span, items: list[Any]) -> n.ExpectHold:
        return n.ExpectHold(_maybe_name(items[0]), _unquoted(items[1]) if items[1] is not None else None, span)

    def _expect_queue(self, span: Span, items: list[Any]) -> n.ExpectQueue:
        return n.ExpectQueue(_name(items[0]), _whole(items[1]), span)

    def _expect_stage(self, span: Span, items: list[Any]) -> n.ExpectStage:
        return n.ExpectStage(_name(items[0]), span)

    def _expect_effect(self, span: Span, items: list[Any]) -> n.ExpectEffect:
        verb, operation, times, body = items
        count = _whole(times) if times is not None else None
        return n.ExpectEffect(str(verb), self._node(operation), count, self._node(body), span)

    def _literal_text(self, span: Span, items: list[Any]) -> n.Literal:
        return n.Literal(_unquoted(items[0]), span)

    def _literal_number(self, span: Span, items: list[Any]) -> n.Literal:
        return n.Literal(_exact(items[0]), span)

    def _literal_word(self, span: Span, items: list[Any]) -> n.Literal:
        return n.Literal(str(items[0]), span, word=True)

    def _literal_list(self, span: Span, items: list[Any]) -> n.Literal:
        return n.Literal(self._nodes(items), span)

    def _literal_record(self, span: Span, items: list[Any]) -> n.Literal:
        fields: dict[str, n.Literal] = {}
        for name, value in zip(items[::2], items[1::2], strict=True):
            if str(name) in fields:
                raise SyntaxProblem(_token_span(name), f"`{name}` is given twice")
            fields[str(name)] = self._node(value)
        return n.Literal(fields, span)

    # ---- expressions

    def _name(self, span: Span, items: list[Any]) -> n.NameRef:
        return n.NameRef(str(items[0]), span)

    def _number(self, span: Span, items: list[Any]) -> n.NumberLiteral:
        return n.NumberLiteral(_exact(items[0]), span)

    def _parenthesis(self, span: Span, items: list[Any]) -> n.Expression:
        expression: n.Expression = self._node(items[0])
        return expression

    def _member(self, span: Span, items: list[Any]) -> n.Member:
        return n.Member(self._node(items[0]), _name(items[1]), span)

    def _lookup(self, span: Span, items: list[Any]) -> n.Lookup:
        return n.Lookup(self._node(items[0]), self._nodes(items[1:]), span)

    def _call(self, span: Span, items: list[Any]) -> n.CallExpr:
        return n.CallExpr(self._node(items[0]), self._node(items[1]), span)

    def _arguments(self, span: Span, items: list[Any]) -> tuple[n.Expression, ...]:
        return self._nodes(items)

    def _aggregate(self, span: Span, items: list[Any]) -> n.Aggregate:
        function = self._node(items[0])
        if not isinstance(function, n.NameRef):
            raise SyntaxProblem(function.span, "only a function such as sum, count or every takes a `for each`")
        loop = self._loop(Span(_token_span(items[2]).start, span.end), items[3:])
        return n.Aggregate(n.Name(function.name, function.span), self._node(items[1]), loop, span)

    def _loop(self, span: Span, items: list[Any]) -> n.Loop:
        return n.Loop(_name(items[0]), self._node(items[1]), self._node(items[2]), span)

    def _record(self, span: Span, items: list[Any]) -> n.RecordLiteral:
        return n.RecordLiteral(self._nodes(items), span)

    def _for_each_record(self, span: Span, items: list[Any]) -> n.ForEachRecord:
        return n.ForEachRecord(self._loop(span, items[1:4]), self._node(items[4]), self._node(items[5]), span)

    def _chain_of(self, operator: str, items: list[Any]) -> n.Expression:
        left: n.Expression = self._node(items[0])
        for item in items[1:]:
            right = self._node(item)
            left = n.Binary(operator, left, right, _from_to(items[0], item))
        return left

    def _disjunction(self, span: Span, items: list[Any]) -> n.Expression:
        return self._chain_of("or", items)

    def _conjunction(self, span: Span, items: list[Any]) -> n.Expression:
        return self._chain_of("and", items)

    def _negate(self, span: Span, items: list[Any]) -> n.Unary:
        return n.Unary("not", self._node(items[0]), span)

    def _minus(self, span: Span, items: list[Any]) -> n.Unary:
        return n.Unary("-", self._node(items[0]), span)

    def _equal(self, span: Span, items: list[Any]) -> n.Binary:
        return n.Binary("is", self._node(items[0]), self._node(items[1]), span)

    def _unequal(self, span: Span, items: list[Any]) -> n.Binary:
        return n.Binary("is not", self._node(items[0]), self._node(items[2]), span)

    def _ordered(self, span: Span, items: list[Any]) -> n.Binary:
        return n.Binary(str(items[1]), self._node(items[0]), self._node(items[2]), span)

    def _among(self, span: Span, items: list[Any]) -> n.Among:
        return n.Among(self._node(items[0]), self._nodes(items[2:]), span)

    def _missing(self, span: Span, items: list[Any]) -> n.Presence:
        return n.Presence(self._node(items[0]), False, span)

    def _exists(self, span: Span, items: list[Any]) -> n.Presence:
        return n.Presence(self._node(items[0]), True, span)

    def _has_reached(self, span: Span, items: list[Any]) -> n.Reached:
        return n.Reached(self._node(items[0]), _name(items[1]), span)

    def _default(self, span: Span, items: list[Any]) -> n.Default:
        return n.Default(self._node(items[0]), self._node(items[1]), span)

    def _on_error(self, span: Span, items: list[Any]) -> n.OnError:
        return n.OnError(self._node(items[0]), self._node(items[2]), span)

    def _convert(self, span: Span, items: list[Any]) -> n.Convert:
        operand, to, pattern, within, rounded = items
        said = _unquoted(pattern) if pattern is not None else None
        return n.Convert(self._node(operand), _name(to), said, self._node(within), _maybe_name(rounded), span)

    def _convert_pattern(self, span: Span, items: list[Any]) -> n.Convert:
        operand, to, pattern, within = items
        return n.Convert(self._node(operand), _name(to), _unquoted(pattern), self._node(within), None, span)

    def _choose(self, span: Span, items: list[Any]) -> n.Choose:
        return n.Choose(self._node(items[0]), self._node(items[1]), self._node(items[2]), span)

    def _infix(self, span: Span, items: list[Any]) -> n.Expression:
        left: n.Expression = self._node(items[0])
        for i in range(1, len(items), 2):
            right = self._node(items[i + 1])
            left = n.Binary(str(items[i]), left, right, _from_to(items[0], items[i + 1]))
        return left

    _sum = _infix
    _product = _infix


def _span(meta: Meta) -> Span:
    return Span(0, 0) if meta.empty else Span(meta.start_pos, meta.end_pos)


def _from_to(first: Tree[Any], last: Tree[Any]) -> Span:
    """From one operand to another, the parentheses around them included."""
    return _span(first.meta).to(_span(last.meta))


def _token_span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


def _name(token: Token) -> n.Name:
    return n.Name(str(token), _token_span(token))


def _maybe_name(token: Token | None) -> n.Name | None:
    return None if token is None else _name(token)


def _constant(parts: dict[str, list[Any]], name: str) -> str:
    return _unquoted(parts[name][0].children[0]) if name in parts else ""


def _unquoted(token: Token) -> str:
    """The text of a STRING without placeholders, or any other token as it stands."""
    text = str(token)
    if token.type != "STRING":
        return text
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1])


def _whole(token: Token) -> int:
    number = Decimal(token)
    if len(token) > LONGEST_NUMBER or number != number.to_integral_value():
        raise SyntaxProblem(_token_span(token), f"`{token}` must be a whole number")
    return int(number)


def _exact(token: Token) -> Decimal:
    if len(token) > MOST_DIGITS:
        raise SyntaxProblem(_token_span(token), TOO_MANY_DIGITS)
    return Decimal(token)


def _duration(token: Token) -> timedelta:
    number, unit = token[:-1], token[-1]
    if len(number) > LONGEST_NUMBER or int(number) > MOST[unit]:
        raise SyntaxProblem(_token_span(token), f"`{token[:LONGEST_NUMBER]}` is longer than ten years")
    return timedelta(**{UNITS[unit]: int(number)})
