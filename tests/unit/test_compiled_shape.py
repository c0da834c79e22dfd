"""What generated functions look like: few reads, no calls, nothing of the mapping as code, a place for every line."""

from __future__ import annotations

import ast
import re
from collections import Counter

from hypothesis import HealthCheck, assume, given, settings

from retoure.compile import CompiledMapping, compile_mapping
from retoure.compiled.functions import Generated
from retoure.diagnostics import CompileFailed
from retoure.source import Source

from ..property.programs import HEAD, SCHEMAS, TAIL, programs

OWN_NAMES = re.compile(r"[abv][0-9]+|now|reached|variables|function|str|len|min|max")
ATTRIBUTES = {"get", "append", "astimezone", "call", "year", "month", "day", "hour", "minute", "second", "microsecond"}


def compiled(values: str, head: str = HEAD) -> CompiledMapping:
    rule = """rule put {
  when return becomes open, approved
  keep shop.values.put with values(return) per return.id on error follow plain
}"""
    made = f"map values(return : returns.Return) -> shop.Values {{\n{values}\n}}"
    return compile_mapping(Source("shape.rmap", f"{head}\n{made}\n{rule}\n{TAIL}"), schemas=SCHEMAS)


def of(program: CompiledMapping, what: str = "map values") -> Generated:
    return next(generated for generated in program.code.all() if generated.what == what)


def reads(tree: ast.AST) -> Counter[str]:
    """How often each field of each variable is read."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            found[f"{ast.unparse(node.value)} {ast.unparse(node.slice)}"] += 1
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            found[f"{ast.unparse(node.func.value)} {ast.unparse(node.args[0])}"] += 1
    return found


def calls(tree: ast.AST) -> list[str]:
    """Everything that is called, but the reads of fields that may be missing."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [ast.unparse(each) for each in called if not (isinstance(each, ast.Attribute) and each.attr == "get")]


def test_a_path_is_read_once_and_calls_nothing() -> None:
    program = compiled(
        """  name = "{return.id}-{return.order.number default "none"}"
  text = if return.order.number exists and return.reason is small then return.id else return.order.number default "-"
  integer = return.pieces default 1
  instant = return.updated_at
  flag = return.pieces default 0 > 3
  currency = return.currency"""
    )
    tree = ast.parse(of(program).text)
    assert set(reads(tree).values()) == {1}
    assert len(reads(tree)) == len({"id", "order", "number", "reason", "pieces", "updated_at", "currency"})
    assert calls(tree) == []


def test_what_is_the_same_for_all_elements_is_read_before_the_loop() -> None:
    generated = of(
        compiled("  name = return.id\n  items = for each line in return.lines { sku = line.sku text = return.id }")
    )
    (loop,) = [node for node in ast.walk(ast.parse(generated.text)) if isinstance(node, ast.For)]
    (made,) = loop.body
    assert list(reads(made)) == ["v3 'sku'"]
    assert calls(made) == ["v2.append"]


def test_a_table_is_a_dictionary() -> None:
    generated = of(compiled("  name = return.id\n  size = judged[open]"))
    (rows,) = [each for each in generated.bound.values() if isinstance(each, dict)]
    assert rows["accepted"] == "S"


def test_every_line_leads_back_to_the_mapping() -> None:
    program = compiled('  name = return.id\n  text = return.note\n             default\n             "none"')
    lines = of(program).lines
    first = program.source.text[: program.source.text.index("map values")].count("\n") + 1
    places = [program.place(line.span) for line in lines]
    assert {place.file for place in places} == {"shape.rmap"}
    assert places[0].line == first
    assert {place.line for place in places} <= set(range(first, first + 6))
    note = next(line for line in lines if "'note'" in line.text)
    assert program.source.text[note.span.start : note.span.end] == "return.note"


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)
@given(programs())
def test_nothing_of_a_mapping_becomes_code(text: str) -> None:
    try:
        program = compile_mapping(Source("hostile.rmap", text), schemas=SCHEMAS)
    except CompileFailed:
        assume(False)
        raise
    for generated in program.code.all():
        assert_own(ast.parse(generated.text))


def test_names_that_python_knows_do_not_become_names() -> None:
    hostile = ["__import__", "eval", "exec", "lambda", "None", "function", "b1", "v1", "a1", "str"]
    for name in hostile:
        head = HEAD.replace("  setting most ", f'  setting {name} : text default "x"\n  setting most ', 1)
        values = f"  name = setting.{name}\n  integer = sum({name}.quantity for each {name} in return.lines)"
        generated = of(compiled(values, head))
        assert_own(ast.parse(generated.text))
        record = {"id": "r", "lines": [{"quantity": 2}, {"quantity": 3}]}
        assert generated.made()(None, frozenset(), record) == {"name": "x", "integer": 5}


def assert_own(tree: ast.Module) -> None:
    """One function, whose names, attributes and statements are ours."""
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    for node in ast.walk(tree):
        assert not isinstance(
            node, ast.Import | ast.ImportFrom | ast.Lambda | ast.Global | ast.ClassDef | ast.JoinedStr
        )
        if isinstance(node, ast.Name):
            assert OWN_NAMES.fullmatch(node.id), node.id
        if isinstance(node, ast.Attribute):
            assert node.attr in ATTRIBUTES, node.attr


def test_functions_are_shown_with_what_they_stand_for_and_where() -> None:
    program = compiled('  name     = "{return.id}!"\n  currency = "EUR"\n  short    = "x"\n  integer  = 1')
    shown = program.generated()
    at = program.source.text[: program.source.text.index("  name   ")].count("\n") + 1
    lines = [line.split("  # ") for line in shown.splitlines() if line.startswith("  ") and "': " in line]
    assert [(code.strip(), place) for code, place in lines] == [
        ("'name': (a1['id'] + '!'),", f"shape.rmap:{at}"),
        ("'currency': 'EUR',", f"shape.rmap:{at + 1}"),
        ("'short': 'x',", f"shape.rmap:{at + 2}"),
        ("'integer': 1,", f"shape.rmap:{at + 3}"),
    ]
    assert "# map values\n" in shown
