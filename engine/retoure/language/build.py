"""From the words of a rule of the grammar to a node of ours. One method a rule; knows no meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ..source import Source, Span
from . import nodes as n
from .comments import one_line
from .reading import Maker
from .scanning import Token
from .text import BadText, pieces

T = TypeVar("T")
Placeholder = Callable[[int, int], n.Expression]
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


class Clause(Struct, frozen=True):
    """A piece of a block that is no node of ours: the rule it was read by, its place and what stands in it."""

    rule: str
    span: Span
    items: Sequence[Any]


class Builder:
    """Makes the nodes of one source, the inner ones first; `placeholder` reads the expression of a `{placeholder}`.

    A method is called with the place of what its rule read, and what stands in it: tokens, nodes, clauses, tuples of
    them, None for what is optional and not there.
    """

    def __init__(self, source: Source, placeholder: Placeholder) -> None:
        self._source = source
        self._placeholder = placeholder
        self._enclosed: dict[int, tuple[n.Expression, int]] = {}
        """Where the parentheses around a node end, by its identity."""

    def maker(self, rule: str) -> Maker:
        """What makes a node of a rule of the grammar: a method of its name, else it stays a clause."""
        return getattr(self, f"_{rule}", None) or partial(Clause, rule)

    def _start(self, span: Span, items: Sequence[Any]) -> tuple[n.Block, ...]:
        return tuple(items)

    # ---- words and texts

    def _names(self, span: Span, items: Sequence[Any]) -> tuple[n.Name, ...]:
        return tuple(_name(item) for item in items)

    def _words(self, span: Span, items: Sequence[Any]) -> tuple[Any, ...]:
        return _all(items)

    _paths = _row_keys = _parameters = _arguments = _words

    def _word(self, span: Span, items: Sequence[Any]) -> n.Name:
        return n.Name(_unquoted(items[0]), items[0].span)

    def _path(self, span: Span, items: Sequence[Any]) -> n.Path:
        return n.Path(tuple(_name(item) for item in items), span)

    _operation = _path

    def _text(self, span: Span, items: Sequence[Any]) -> n.TextLiteral:
        return self._quoted(items[0])

    def _quoted(self, token: Token) -> n.TextLiteral:
        span = token.span
        try:
            found = list(pieces(self._source.text, span.start + 1, span.end - 1))
        except BadText as problem:
            raise SyntaxProblem(Span(problem.at, problem.at + 1), problem.message) from problem
        parts = [piece if isinstance(piece, str) else self._placeholder(*piece) for piece in found]
        return n.TextLiteral(tuple(parts), span)

    # ---- mapping

    def _mapping(self, span: Span, items: Sequence[Any]) -> n.MappingNode:
        said = _single(_clauses(items), "language", "version", "owner")
        return n.MappingNode(
            name=_name(items[0]),
            language=Decimal(said["language"][0].text) if "language" in said else None,
            version=_constant(said, "version"),
            owner=_constant(said, "owner"),
            systems=_of(n.SystemNode, items),
            owns=_of(n.OwnsNode, items),
            teams=tuple(team for clause in _clauses(items).get("teams", []) for team in clause.items[0]),
            settings=_of(n.SettingNode, items),
            assumes=_of(n.AssumeNode, items),
            span=span,
        )

    def _library(self, span: Span, items: Sequence[Any]) -> n.MappingNode:
        return replace(self._mapping(span, items), library=True)

    def _import_file(self, span: Span, items: Sequence[Any]) -> n.ImportNode:
        return n.ImportNode(_unquoted(items[0]), span)

    def _tests_for(self, span: Span, items: Sequence[Any]) -> n.TestsForNode:
        return n.TestsForNode(_unquoted(items[0]), span)

    def _system(self, span: Span, items: Sequence[Any]) -> n.SystemNode:
        return n.SystemNode(_name(items[0]), _unquoted(items[1]), span)

    def _owns(self, span: Span, items: Sequence[Any]) -> n.OwnsNode:
        return n.OwnsNode(_name(items[0]), items[1], span)

    def _setting(self, span: Span, items: Sequence[Any]) -> n.SettingNode:
        name, kind, default = items
        options = kind.items[1] if kind.rule == "choice_type" else ()
        parameters = kind.items[0] if kind.rule == "template_type" else ()
        word = _name(kind.items[0]) if kind.rule == "plain_type" else n.Name(kind.rule.removesuffix("_type"), kind.span)
        return n.SettingNode(_name(name), word, options, parameters, default, span)

    def _assume(self, span: Span, items: Sequence[Any]) -> n.AssumeNode:
        return n.AssumeNode(_name(items[0]), _name(items[1]), _name(items[2]), span)

    # ---- track

    def _track(self, span: Span, items: Sequence[Any]) -> n.TrackNode:
        said = _single(_clauses(items), "track_key", "track_newest", "stages", "moves")
        stage_from, *lines = said.get("stages", [None])
        unknown = _of(n.EndingNode, lines)
        if len(unknown) > 1:
            raise SyntaxProblem(unknown[1].span, "`unknown` is given twice")
        return n.TrackNode(
            name=_name(items[0]),
            type=items[1],
            key=said["track_key"][0] if "track_key" in said else None,
            newest=said["track_newest"][0] if "track_newest" in said else None,
            stage_from=stage_from,
            stages=_of(n.StageNode, lines),
            unknown=unknown[0] if unknown else None,
            moves=tuple(said.get("moves", ())),
            span=span,
        )

    def _stage(self, span: Span, items: Sequence[Any]) -> n.StageNode:
        return n.StageNode(_name(items[0]), items[1], span)

    def _only(self, span: Span, items: Sequence[Any]) -> Any:
        return items[0]

    _unknown_stage = _ending = _ending_value = _only

    def _move(self, span: Span, items: Sequence[Any]) -> n.MoveNode:
        return n.MoveNode(_name(items[0]), _all(items[1:]), span)

    def _move_target(self, span: Span, items: Sequence[Any]) -> n.MoveTarget:
        return n.MoveTarget(_name(items[0]), tuple(_name(item) for item in items[1:]), span)

    # ---- tables, maps, gates

    def _table(self, span: Span, items: Sequence[Any]) -> n.TableNode:
        *keys, result = _of(n.TypeRef, items)
        files = _of(Token, items[1:])
        file, at = (_unquoted(files[0]), files[0].span) if files else ("", None)
        return n.TableNode(_name(items[0]), tuple(keys), result, _of(n.RowNode, items), span, file, at)

    def _row(self, span: Span, items: Sequence[Any]) -> n.RowNode:
        return n.RowNode(_all(items[:-1]), items[-1], span)

    def _otherwise_row(self, span: Span, items: Sequence[Any]) -> n.RowNode:
        return n.RowNode((), items[0], span)

    def _map(self, span: Span, items: Sequence[Any]) -> n.MapNode:
        name, parameters, target, like, *assignments = items
        return n.MapNode(_name(name), parameters, target, _all(assignments), span, like)

    def _like(self, span: Span, items: Sequence[Any]) -> n.Like:
        return n.Like(_name(items[0]), items[1] or (), span)

    def _template(self, span: Span, items: Sequence[Any]) -> n.TemplateNode:
        token = items[2]
        at = token.span
        file = _unquoted(token) if token.kind == "STRING" else ""
        inside = at if file else Span(at.start + 3, at.end - 3)
        return n.TemplateNode(_name(items[0]), items[1], inside, file, span)

    def _parameter(self, span: Span, items: Sequence[Any]) -> n.Parameter:
        return n.Parameter(_name(items[0]), items[1], span)

    def _type_ref(self, span: Span, items: Sequence[Any]) -> n.TypeRef:
        listed, *names = items
        return n.TypeRef(".".join(name.text for name in names if name), listed is not None, span)

    def _assignment(self, span: Span, items: Sequence[Any]) -> n.Assignment:
        return n.Assignment(_name(items[0]), items[1], span)

    def _gate(self, span: Span, items: Sequence[Any]) -> n.GateNode:
        requires = tuple(item for item in items[2:-1])
        return n.GateNode(_name(items[0]), items[1], requires, items[-1], span)

    def _require(self, span: Span, items: Sequence[Any]) -> n.RequireNode:
        return n.RequireNode(self._label(*items), items[1], span)

    def _label(self, given: Token | None, condition: n.Expression) -> str:
        """What a condition is called: its label, or itself, the same however it is laid out."""
        if given is not None:
            return _unquoted(given)
        return one_line(self._source.text[condition.span.start : condition.span.end])

    # ---- rules

    def _rule(self, span: Span, items: Sequence[Any]) -> n.RuleNode:
        name, purpose, trigger, *steps = items
        said = _unquoted(purpose) if purpose is not None else ""
        return n.RuleNode(_name(name), said, trigger, _all(steps), span)

    def _watch(self, span: Span, items: Sequence[Any]) -> n.RuleNode:
        return replace(self._rule(span, items), watch=True)

    def _trigger(self, span: Span, items: Sequence[Any]) -> n.TriggerNode:
        track, event, condition = items
        lists = _of(tuple, event.items)
        longer = _duration(event.items[-1]) if event.rule == "stays" else None
        paths = lists[-1] if event.rule == "changes" else ()
        stages = () if event.rule == "changes" else lists[-1]
        origins = lists[0] if event.rule == "goes_back" else ()
        return n.TriggerNode(_name(track), event.rule, stages, origins, condition, span, longer, paths)

    def _read(self, span: Span, items: Sequence[Any]) -> n.ReadStep:
        name, operation, arguments, policy = items
        return n.ReadStep(_name(name), operation, arguments, policy, span)

    def _for_each(self, span: Span, items: Sequence[Any]) -> n.ForEachStep:
        return n.ForEachStep(self._loop(span, items[1:]), span)

    def _pick(self, span: Span, items: Sequence[Any]) -> n.PickStep:
        _, name, count, source, where, otherwise = items
        return n.PickStep(_name(name), count, source, where, otherwise, span)

    def _condition(self, span: Span, items: Sequence[Any]) -> n.IfStep:
        return n.IfStep(items[0], span)

    def _only_if(self, span: Span, items: Sequence[Any]) -> n.GateStep:
        return n.GateStep(_name(items[1]), items[2], span)

    def _do(self, span: Span, items: Sequence[Any]) -> n.EffectStep:
        operation, use, named, _, keys, _, change, policy = items
        return n.EffectStep(
            "do", operation, use, keys or (), change, None,
            policy, span, _maybe_name(named),
        )  # fmt: skip

    def _keep(self, span: Span, items: Sequence[Any]) -> n.EffectStep:
        operation, use, keys, undo, policy = items
        return n.EffectStep(
            "keep", operation, use, keys or (), None, undo,
            policy, span,
        )  # fmt: skip

    def _follow(self, span: Span, items: Sequence[Any]) -> n.Name:
        return _name(items[1])

    def _use(self, span: Span, items: Sequence[Any]) -> n.Use:
        return n.Use(_name(items[0]), items[1], span)

    def _hold(self, span: Span, items: Sequence[Any]) -> n.EndingNode:
        return n.EndingNode("hold", self._quoted(items[0]), _maybe_name(items[1]), span)

    _policy_hold = _hold

    def _skip(self, span: Span, items: Sequence[Any]) -> n.EndingNode:
        return n.EndingNode("skip", self._quoted(items[0]), None, span)

    _policy_skip = _skip

    def _fail(self, span: Span, items: Sequence[Any]) -> n.EndingNode:
        return n.EndingNode("fail", self._quoted(items[0]), None, span)

    # ---- failures

    def _policy(self, span: Span, items: Sequence[Any]) -> n.PolicyNode:
        return n.PolicyNode(_name(items[0]), _maybe_name(items[1]), _all(items[2:]), span)

    def _on_arm(self, span: Span, items: Sequence[Any]) -> n.ArmNode:
        return n.ArmNode(items[0], _all(items[1:]), span)

    def _otherwise_arm(self, span: Span, items: Sequence[Any]) -> n.ArmNode:
        return n.ArmNode((), _all(items), span)

    def _retry(self, span: Span, items: Sequence[Any]) -> n.RetryStep:
        return n.RetryStep(_whole(items[0]), _duration(items[1]), _duration(items[2]), span)

    def _check(self, span: Span, items: Sequence[Any]) -> n.CheckStep:
        return n.CheckStep(span)

    def _instead(self, span: Span, items: Sequence[Any]) -> n.InsteadStep:
        operation, use, _, keys = items
        return n.InsteadStep(operation, use, keys if keys else (), span)

    def _to_queue(self, span: Span, items: Sequence[Any]) -> n.QueueStep:
        return n.QueueStep(_name(items[0]), span)

    def _raise_alert(self, span: Span, items: Sequence[Any]) -> n.AlertStep:
        return n.AlertStep(_name(items[0]), span)

    def _queue(self, span: Span, items: Sequence[Any]) -> n.QueueNode:
        said = _each_once(items[1:])
        keep = _duration(said["keep_for"][0]) if "keep_for" in said else None
        order = said["replay_in_order"][0] if "replay_in_order" in said else None
        return n.QueueNode(_name(items[0]), keep, "replay_by_hand" in said, order, span)

    def _alert(self, span: Span, items: Sequence[Any]) -> n.AlertNode:
        said = _each_once(items[1:])
        quiet = _duration(said["quiet"][0]) if "quiet" in said else None
        return n.AlertNode(_name(items[0]), tuple(said.get("alert_when", ())), quiet, span)

    def _threshold(self, span: Span, items: Sequence[Any]) -> n.ThresholdNode:
        within = _duration(items[2]) if items[2] is not None else None
        return n.ThresholdNode(_whole(items[0]), _name(items[1]), within, span)

    # ---- audits and answers

    def _audit(self, span: Span, items: Sequence[Any]) -> n.AuditNode:
        clauses = _clauses(items)
        said = _single(clauses, "pair", "different", "stalled", "missing_run", "missing_outcome")
        pair = clauses["pair"][0] if "pair" in clauses else None
        stalled = clauses["stalled"][0] if "stalled" in clauses else None
        return n.AuditNode(
            name=_name(items[0]),
            every=_duration(items[1]),
            over=_duration(items[2]),
            subject=_name(pair.items[0]) if pair else None,
            other=n.ReadStep(_name(pair.items[1]), pair.items[2], pair.items[3], None, pair.span) if pair else None,
            agrees=_of(n.AgreeNode, items),
            missing_runs="missing_run" in said,
            missing=said.get("missing_outcome", [None])[0],
            different=said.get("different", [None])[0],
            stalled=n.StalledNode(_duration(stalled.items[0]), stalled.items[1].alert, stalled.span)
            if stalled
            else None,
            span=span,
        )

    def _agree(self, span: Span, items: Sequence[Any]) -> n.AgreeNode:
        label, left, right, within = items
        tolerance = Decimal(within.text) if within is not None else None
        return n.AgreeNode(self._label(label, left), left, right, tolerance, span)

    def _answer(self, span: Span, items: Sequence[Any]) -> n.AnswerNode:
        name, parameters, result, *steps, give = items
        return n.AnswerNode(_name(name), parameters, result, _all(steps), give, span)

    # ---- tests

    def _test(self, span: Span, items: Sequence[Any]) -> n.TestNode:
        return n.TestNode(_unquoted(items[0]), items[1], _all(items[2:]), span)

    def _cases(self, span: Span, items: Sequence[Any]) -> n.Cases:
        return n.Cases(items[0], _all(items[1:]), span)

    def _case(self, span: Span, items: Sequence[Any]) -> n.Case:
        return n.Case(_all(items), span)

    def _given_event(self, span: Span, items: Sequence[Any]) -> n.GivenEvent:
        file = _unquoted(items[1]) if items[1] is not None else None
        return n.GivenEvent(items[0], file, items[2], span)

    def _given_again(self, span: Span, items: Sequence[Any]) -> n.GivenAgain:
        return n.GivenAgain(span)

    def _given_setting(self, span: Span, items: Sequence[Any]) -> n.GivenSetting:
        return n.GivenSetting(_name(items[0]), items[1], span)

    def _given_now(self, span: Span, items: Sequence[Any]) -> n.GivenNow:
        return n.GivenNow(_unquoted(items[0]), span)

    def _given_after(self, span: Span, items: Sequence[Any]) -> n.GivenAfter:
        return n.GivenAfter(_duration(items[0]), span)

    def _given_audit(self, span: Span, items: Sequence[Any]) -> n.GivenAudit:
        return n.GivenAudit(_name(items[0]), span)

    def _given_question(self, span: Span, items: Sequence[Any]) -> n.GivenQuestion:
        return n.GivenQuestion(_name(items[0]), items[1], span)

    def _expect_answer(self, span: Span, items: Sequence[Any]) -> n.ExpectAnswer:
        return n.ExpectAnswer(items[0], True, span)

    def _expect_no_answer(self, span: Span, items: Sequence[Any]) -> n.ExpectAnswer:
        return n.ExpectAnswer(None, False, span)

    def _answers_from(self, span: Span, items: Sequence[Any]) -> n.AnswersFrom:
        return n.AnswersFrom(_unquoted(items[0]), span)

    def _answer_from(self, span: Span, items: Sequence[Any]) -> n.AnswerFrom:
        return n.AnswerFrom(items[0], _unquoted(items[1]), span)

    def _answer_error(self, span: Span, items: Sequence[Any]) -> n.AnswerError:
        return n.AnswerError(items[0], _name(items[1]), _name(items[2]), span)

    def _expect_no_hold(self, span: Span, items: Sequence[Any]) -> n.ExpectNoHold:
        return n.ExpectNoHold(span)

    def _expect_none(self, span: Span, items: Sequence[Any]) -> n.ExpectNone:
        return n.ExpectNone(items[0], span)

    def _expect_hold(self, span: Span, items: Sequence[Any]) -> n.ExpectHold:
        return n.ExpectHold(_maybe_name(items[0]), _unquoted(items[1]) if items[1] is not None else None, span)

    def _expect_queue(self, span: Span, items: Sequence[Any]) -> n.ExpectQueue:
        return n.ExpectQueue(_name(items[0]), _whole(items[1]), span)

    def _expect_stage(self, span: Span, items: Sequence[Any]) -> n.ExpectStage:
        return n.ExpectStage(_name(items[0]), span)

    def _expect_effect(self, span: Span, items: Sequence[Any]) -> n.ExpectEffect:
        verb, operation, times, body = items
        count = _whole(times) if times is not None else None
        return n.ExpectEffect(verb.text, operation, count, body, span)

    def _literal_text(self, span: Span, items: Sequence[Any]) -> n.Literal:
        return n.Literal(_unquoted(items[0]), span)

    def _literal_number(self, span: Span, items: Sequence[Any]) -> n.Literal:
        return n.Literal(_exact(items[0]), span)

    def _literal_word(self, span: Span, items: Sequence[Any]) -> n.Literal:
        return n.Literal(items[0].text, span, word=True)

    def _literal_list(self, span: Span, items: Sequence[Any]) -> n.Literal:
        return n.Literal(_all(items), span)

    def _literal_record(self, span: Span, items: Sequence[Any]) -> n.Literal:
        fields: dict[str, n.Literal] = {}
        for name, value in zip(items[::2], items[1::2], strict=True):
            if name.text in fields:
                raise SyntaxProblem(name.span, f"`{name.text}` is given twice")
            fields[name.text] = value
        return n.Literal(fields, span)

    # ---- expressions

    def _name(self, span: Span, items: Sequence[Any]) -> n.NameRef:
        return n.NameRef(items[0].text, span)

    def _number(self, span: Span, items: Sequence[Any]) -> n.NumberLiteral:
        return n.NumberLiteral(_exact(items[0]), span)

    def _parenthesis(self, span: Span, items: Sequence[Any]) -> n.Expression:
        expression: n.Expression = items[0]
        self._enclosed[id(expression)] = expression, span.end
        return expression

    def _member(self, span: Span, items: Sequence[Any]) -> n.Member:
        return n.Member(items[0], _name(items[1]), span)

    def _lookup(self, span: Span, items: Sequence[Any]) -> n.Lookup:
        return n.Lookup(items[0], _all(items[1:]), span)

    def _call(self, span: Span, items: Sequence[Any]) -> n.CallExpr:
        return n.CallExpr(items[0], items[1], span)

    def _aggregate(self, span: Span, items: Sequence[Any]) -> n.Aggregate:
        function = items[0]
        if not isinstance(function, n.NameRef):
            raise SyntaxProblem(function.span, "only a function such as sum, count or every takes a `for each`")
        loop = self._loop(Span(items[2].span.start, span.end), items[3:])
        return n.Aggregate(n.Name(function.name, function.span), items[1], loop, span)

    def _loop(self, span: Span, items: Sequence[Any]) -> n.Loop:
        return n.Loop(_name(items[0]), items[1], items[2], span)

    def _record(self, span: Span, items: Sequence[Any]) -> n.RecordLiteral:
        return n.RecordLiteral(_all(items), span)

    def _for_each_record(self, span: Span, items: Sequence[Any]) -> n.ForEachRecord:
        return n.ForEachRecord(self._loop(span, items[1:4]), items[4], items[5], span)

    def _chain_of(self, operator: str, span: Span, items: Sequence[Any]) -> n.Expression:
        left: n.Expression = items[0]
        for right in items[1:]:
            left = n.Binary(operator, left, right, self._up_to(span, right))
        return left

    def _up_to(self, span: Span, operand: n.Expression) -> Span:
        """From the start of a chain to the end of an operand, the parentheses around it included."""
        _, end = self._enclosed.get(id(operand), (operand, operand.span.end))
        return Span(span.start, end)

    def _disjunction(self, span: Span, items: Sequence[Any]) -> n.Expression:
        return self._chain_of("or", span, items)

    def _conjunction(self, span: Span, items: Sequence[Any]) -> n.Expression:
        return self._chain_of("and", span, items)

    def _negate(self, span: Span, items: Sequence[Any]) -> n.Unary:
        return n.Unary("not", items[0], span)

    def _minus(self, span: Span, items: Sequence[Any]) -> n.Unary:
        return n.Unary("-", items[0], span)

    def _equal(self, span: Span, items: Sequence[Any]) -> n.Binary:
        return n.Binary("is", items[0], items[1], span)

    def _unequal(self, span: Span, items: Sequence[Any]) -> n.Binary:
        return n.Binary("is not", items[0], items[2], span)

    def _ordered(self, span: Span, items: Sequence[Any]) -> n.Binary:
        return n.Binary(items[1].text, items[0], items[2], span)

    def _among(self, span: Span, items: Sequence[Any]) -> n.Among:
        return n.Among(items[0], _all(items[2:]), span)

    def _missing(self, span: Span, items: Sequence[Any]) -> n.Presence:
        return n.Presence(items[0], False, span)

    def _exists(self, span: Span, items: Sequence[Any]) -> n.Presence:
        return n.Presence(items[0], True, span)

    def _has_reached(self, span: Span, items: Sequence[Any]) -> n.Reached:
        return n.Reached(items[0], _name(items[1]), span)

    def _default(self, span: Span, items: Sequence[Any]) -> n.Default:
        return n.Default(items[0], items[1], span)

    def _on_error(self, span: Span, items: Sequence[Any]) -> n.OnError:
        return n.OnError(items[0], items[2], span)

    def _convert(self, span: Span, items: Sequence[Any]) -> n.Convert:
        operand, to, pattern, within, rounded = items
        said = _unquoted(pattern) if pattern is not None else None
        return n.Convert(operand, _name(to), said, within, _maybe_name(rounded), span)

    def _convert_pattern(self, span: Span, items: Sequence[Any]) -> n.Convert:
        operand, to, pattern, within = items
        return n.Convert(operand, _name(to), _unquoted(pattern), within, None, span)

    def _choose(self, span: Span, items: Sequence[Any]) -> n.Choose:
        return n.Choose(items[0], items[1], items[2], span)

    def _infix(self, span: Span, items: Sequence[Any]) -> n.Expression:
        left: n.Expression = items[0]
        for operator, right in zip(items[1::2], items[2::2], strict=True):
            left = n.Binary(operator.text, left, right, self._up_to(span, right))
        return left

    _sum = _infix
    _product = _infix


def _clauses(items: Iterable[Any]) -> dict[str, list[Clause]]:
    """The clauses of a block by their rule."""
    found: dict[str, list[Clause]] = {}
    for item in items:
        if isinstance(item, Clause):
            found.setdefault(item.rule, []).append(item)
    return found


def _single(clauses: dict[str, list[Clause]], *rules: str) -> dict[str, Sequence[Any]]:
    """What stands in the clause of each of these rules, as far as there is one. Raises SyntaxProblem for a second."""
    for rule in rules:
        if len(clauses.get(rule, ())) > 1:
            raise SyntaxProblem(clauses[rule][1].span, f"`{rule.replace('_', ' ')}` is given twice")
    return {rule: clauses[rule][0].items for rule in rules if rule in clauses}


def _each_once(clauses: Iterable[Clause]) -> dict[str, Sequence[Any]]:
    """What stands in each clause, by its rule. Raises SyntaxProblem when one is given twice."""
    said: dict[str, Sequence[Any]] = {}
    for clause in clauses:
        if clause.rule in said:
            raise SyntaxProblem(clause.span, "this is given twice")
        said[clause.rule] = clause.items
    return said


def _of(kind: type[T], items: Iterable[Any]) -> tuple[T, ...]:
    return tuple(item for item in items if isinstance(item, kind))


def _all(items: Iterable[Any]) -> tuple[Any, ...]:
    """Those that are there."""
    return tuple(item for item in items if item is not None)


def _name(token: Token) -> n.Name:
    return n.Name(token.text, Span(token.start, token.end))


def _maybe_name(token: Token | None) -> n.Name | None:
    return None if token is None else _name(token)


def _constant(said: dict[str, Sequence[Any]], name: str) -> str:
    return _unquoted(said[name][0]) if name in said else ""


def _unquoted(token: Token) -> str:
    """The text of a STRING without placeholders, or any other token as it stands."""
    text = token.text
    if token.kind != "STRING":
        return text
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1])


def _whole(token: Token) -> int:
    number = Decimal(token.text)
    if len(token.text) > LONGEST_NUMBER or number != number.to_integral_value():
        raise SyntaxProblem(token.span, f"`{token.text}` must be a whole number")
    return int(number)


def _exact(token: Token) -> Decimal:
    if len(token.text) > MOST_DIGITS:
        raise SyntaxProblem(token.span, TOO_MANY_DIGITS)
    return Decimal(token.text)


def _duration(token: Token) -> timedelta:
    number, unit = token.text[:-1], token.text[-1]
    if len(number) > LONGEST_NUMBER or int(number) > MOST[unit]:
        raise SyntaxProblem(token.span, f"`{token.text[:LONGEST_NUMBER]}` is longer than ten years")
    return timedelta(**{UNITS[unit]: int(number)})
