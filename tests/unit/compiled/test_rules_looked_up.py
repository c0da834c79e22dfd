"""Rules are found in dictionaries: what is generated for them, which are left out, and what is made only when read."""

from __future__ import annotations

import ast
from collections.abc import Set
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retoure.compile import CompiledMapping, Interpreted, compile_mapping
from retoure.compiled import following
from retoure.compiled.functions import Generated
from retoure.compiled.reviewed import Reviewed
from retoure.compiled.rulesets import START
from retoure.delivery.store.codec import dump
from retoure.runtime.decide import Followed, Plan, Scene, follow_all
from retoure.runtime.decision import Decision, Entry, Occurrence, State
from retoure.runtime.later import Later
from retoure.runtime.stages import Now
from retoure.source import Source

from ...property.programs import HEAD, SCHEMAS, TAIL
from ..test_compiled_shape import calls, reads

NOW = datetime(2026, 5, 1, tzinfo=UTC)
RECORD: dict[str, Any] = {"id": "r1", "status": "new", "updated_at": "2026-04-01T10:00:00Z", "lines": []}


def rule(name: str, *conditions: str, end: str = 'skip "acts"', when: str = "becomes open") -> str:
    ifs = "".join(f"  if {condition}\n" for condition in conditions)
    return f"rule {name} {{\n  when return {when}\n{ifs}  {end}\n}}\n"


def compiled(*rules: str, **settings: object) -> CompiledMapping:
    text = f"{HEAD}\n{''.join(rules)}{TAIL.replace('becomes arrived', 'becomes open, approved, arrived')}"
    return compile_mapping(Source("rules.rmap", text), settings, schemas=SCHEMAS)


def shops(count: int) -> CompiledMapping:
    asked = 'return.note is "shop {}" and return.pieces is {} and return.reason is small'
    return compiled(*(rule(f"r{number}", asked.format(number % 4, number // 4)) for number in range(count)))


def decided(program: CompiledMapping, state: State | None = None, **fields: Any) -> Decision:
    return program.decide(Occurrence({**RECORD, **fields}, NOW), state or State())


def opened(program: CompiledMapping) -> Generated:
    return next(each for each in program.code.all() if each.what == "rules when return becomes open")


def stopped(decision: Decision) -> list[str]:
    return [stop.rule for stop in decision.stops if stop.rule != "others"]


# ---- what is generated


def test_many_rules_are_one_look_into_a_dictionary() -> None:
    few, many = opened(shops(8)), opened(shops(80))
    assert few.text == many.text
    tree = ast.parse(many.text)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.For | ast.While | ast.Compare)]
    assert calls(tree) == []
    assert reads(tree) == {"a1 'note'": 1, "a1 'pieces'": 1, "a1 'reason'": 1, "b1 (v1, v2, v3)": 1}
    (rules,) = [each for each in many.bound.values() if isinstance(each, dict)]
    assert set(map(len, rules.values())) == {1}
    assert len(rules) == 80


def test_a_path_is_read_once_for_all_rules() -> None:
    program = compiled(
        rule("one", "return.order.number exists and return.pieces exists", "return.pieces default 0 > 3"),
        rule("two", "return.order.number is missing or return.pieces default 0 > 4"),
    )
    tree = ast.parse(opened(program).text)
    assert dict(reads(tree)) == {"a1 'order'": 1, "v1 'number'": 1, "a1 'pieces'": 1}
    assert calls(tree) == ["v4.append", "v4.append", "v4.append", "v4.append"]


def test_every_line_leads_to_the_rule_it_is_for() -> None:
    program = compiled(rule("one", "return.pieces default 0 > 3"), rule("two", "return.pieces default 0 > 4"))
    lines = {program.source.line(line.span).strip() for line in opened(program).lines if "if " in line.text}
    assert lines == {"if return.pieces default 0 > 3", "if return.pieces default 0 > 4"}


# ---- which rules are left out

NO_NUMBER = 'return.note as integer on error hold "no number" for desk'


@pytest.mark.parametrize(
    "conditions",
    [
        [f"({NO_NUMBER}) is 3 and return.reason is small"],
        [f"({NO_NUMBER}) is 3", "return.reason is small"],
        ["return.pieces is 1", f"({NO_NUMBER}) is 3", "return.reason is small"],
        ['(return.order.number default hold "no order" for desk) is "a" and return.reason is small'],
        ["return.reason is broken", f"({NO_NUMBER}) is 3"],
        ['(return.updated_at as datetime "yyyy" in setting.zone) is "2026"', "return.reason is broken"],
    ],
)
def test_a_rule_that_ends_before_its_question_is_never_left_out(conditions: list[str]) -> None:
    others = (rule("s", "return.reason is small"), rule("t", "return.reason is big"))
    program = compiled(rule("r", *conditions), *others, zone="No/Where")
    decision = decided(program, note="x", pieces=1, reason="broken")
    assert stopped(decision) == ["r"]
    assert decision == decided(Interpreted(program.facts, program.settings), note="x", pieces=1, reason="broken")


def test_a_trigger_that_no_function_can_ask_is_asked_by_the_interpreter() -> None:
    unknown_zone = 'becomes open and (return.updated_at as datetime "yyyy" in setting.zone) is "2026"'
    program = compiled(rule("r", when=unknown_zone), zone="No/Where")
    (stop,) = [stop for stop in decided(program).stops if stop.rule == "r"]
    assert "No/Where" in stop.outcome.reason


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"note": "a", "pieces": 1}, ["both", "note", "one_of"]),
        ({"note": "a"}, ["note", "one_of"]),
        ({"note": "b", "urgent": True}, ["one_of", "urgent"]),
        ({"pieces": 1}, ["pieces"]),
        ({"note": "x", "pieces": 10**27}, []),
        ({"note": None, "urgent": False}, ["calm"]),
    ],
)
def test_rules_that_ask_for_some_of_the_fields(fields: dict[str, Any], expected: list[str]) -> None:
    program = compiled(
        rule("both", 'return.note is "a"', "return.pieces is 1"),
        rule("note", 'return.note is "a"'),
        rule("one_of", 'return.note is one of ("a", "b", "a")'),
        rule("pieces", "1 is return.pieces and return.note is missing"),
        rule("urgent", "return.urgent is true"),
        rule("calm", "return.urgent is false"),
    )
    assert stopped(decided(program, **fields)) == expected


def test_rules_act_in_the_order_of_the_mapping() -> None:
    program = compiled(
        rule("a", "return.pieces is 1"), rule("b"), rule("c", "return.pieces is 1", when="becomes open, arrived"),
        rule("d", "return.pieces default 0 < 3"), rule("e", "return.pieces is 1", when="reached open"), rule("f"),
    )  # fmt: skip
    assert stopped(decided(program, pieces=1)) == ["a", "b", "c", "d", "e", "f"]


def test_a_move_is_remembered_and_time_is_not() -> None:
    program = compiled(rule("late", when="stays open for more than 48h"), rule("other", "return.pieces is 1"))
    opened = decided(program)
    assert opened.entry is not None
    state = State(opened.version, (opened.entry,))
    for hours, expected in ((1, []), (49, ["late"]), (2, [])):
        occurrence = Occurrence(RECORD, NOW + timedelta(hours=hours))
        assert stopped(program.decide(occurrence, state)) == expected


def test_where_the_function_gives_up_every_rule_is_asked() -> None:
    group = shops(8).code.rules.groups[0]
    now = Now(Entry(None, ("open",), "1", NOW), frozenset({"open"}), NOW)
    assert [acting.at for acting in group.acting(now, None)] == [START] * 8


# ---- what is made when it is read


def test_notes_are_made_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    program, asked = shops(8), list[Set[str]]()

    def counted(plan: Plan, scene: Scene, without: Set[str]) -> Followed:
        asked.append(without)
        return follow_all(plan, scene, without)

    monkeypatch.setattr(following, "follow_all", counted)
    decision = decided(program, note="shop 1", pieces=0, reason="small")
    assert stopped(decision) == ["r1"]
    assert asked == []
    told = [note.text for note in decision.notes if note.rule == "r2"]
    assert told == ["its `if` does not hold (return.note is shop 1)"]
    assert len(decision.notes) == len(tuple(decision.notes)) == 7
    assert asked == [{"r1", "others"}]


def test_later_asks_once_and_is_like_a_tuple() -> None:
    waiting = [[1, 2, 3]]
    later = Later(waiting.pop)
    assert len(waiting) == 1
    assert (len(later), later[1], later[:2], list(later)) == (3, 2, (1, 2), [1, 2, 3])
    assert later == (1, 2, 3)
    assert later == (1, 2, 3)
    assert later != (1, 2)
    assert (repr(later), hash(later)) == ("(1, 2, 3)", hash((1, 2, 3)))


def test_the_names_of_reviewed_rules_are_like_a_set() -> None:
    names = Reviewed((frozenset({"a", "b"}), frozenset({"c"})), {"b"})
    same: Set[str] = frozenset({"a", "c"})
    assert names == same
    assert same == names
    assert [name in names for name in ("a", "b", "c", "d")] == [True, False, True, False]
    assert (len(names), sorted(names), hash(names)) == (2, ["a", "c"], hash(frozenset({"a", "c"})))
    assert names | {"d"} == {"a", "c", "d"}
    assert {"a"} <= names
    assert {"a", "b"} & names == {"a"}


def test_a_decision_is_stored_as_the_interpreter_has_it() -> None:
    program = shops(8)
    fields: dict[str, Any] = {"note": "shop 1", "pieces": 0, "reason": "small"}
    interpreted = Interpreted(program.facts, program.settings)
    assert dump(decided(program, **fields)) == dump(decided(interpreted, **fields))
