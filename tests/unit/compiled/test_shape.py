"""What generated functions look like: quick because they read every shared path once and call nobody for it."""

from __future__ import annotations

import ast
import runpy
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retoure.checked import check_source
from retoure.compile import Expressions
from retoure.compiled.base import GiveUp
from retoure.source import Source

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
FIELDS = runpy.run_path(str(BENCHMARKS / "fields.py"))


@pytest.fixture(scope="module")
def program() -> Expressions:
    checked = check_source(Source("fields.rmap", FIELDS["MAPPING"]), BENCHMARKS / "schemas")
    assert not checked.errors
    return Expressions(checked.facts, {})


@pytest.fixture(scope="module")
def function(program: Expressions) -> ast.FunctionDef:
    """The function of the map of 25 fields that is measured."""
    made = {each.what: each.text for each in program.code.all()}
    (found,) = ast.parse(made["map fields"]).body
    assert isinstance(found, ast.FunctionDef)
    return found


def test_calls_are_for_what_may_be_missing_for_tables_and_lists_only(function: ast.FunctionDef) -> None:
    called = Counter(ast.unparse(each.func).split(".")[-1] for each in ast.walk(function) if isinstance(each, ast.Call))
    counted = {name: times for name, times in called.items() if name in ("get", "copy", "append")}
    assert counted == {"get": 4 + 3, "copy": 1, "append": 1}
    assert called.total() - sum(counted.values()) == 2  # how many lines there are, and how many items were made


def test_a_shared_path_is_read_once(function: ast.FunctionDef) -> None:
    read = Counter(
        ast.unparse(each)
        for each in ast.walk(function)
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Load)
    )
    assert read["a1['address']"] == read["a1['customer']"] == read["a1['lines']"] == 1
    assert [path for path, times in read.items() if times > 1] == []


def test_a_record_of_many_fields_is_filled_in_place(function: ast.FunctionDef) -> None:
    stored = [
        each for each in ast.walk(function) if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store)
    ]
    assert len(stored) == 25


def test_a_record_is_a_new_one_each_time(program: Expressions) -> None:
    make, now, order = program.maker("fields"), datetime(2026, 5, 1, tzinfo=UTC), FIELDS["order"](3)
    first = make(now, order)
    first["state"] = first["items"] = "somebody else's"
    assert make(now, order) == FIELDS["by_hand"](order)


def test_products_that_are_too_long_are_left_to_the_interpreter(program: Expressions) -> None:
    order = FIELDS["order"](1)
    order["lines"][0] |= {"price": 10**27, "quantity": 9}
    make, now = program.maker("fields"), datetime(2026, 5, 1, tzinfo=UTC)
    assert make(now, order)["items"][0]["amount"] == 9 * 10**27
    function = program.code.map("fields")
    assert function is not None
    order["lines"][0]["quantity"] = 10
    with pytest.raises(GiveUp):
        function(now, frozenset(), order)
    assert make(now, order)["items"][0]["amount"] == 10**28
