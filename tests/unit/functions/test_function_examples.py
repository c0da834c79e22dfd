"""Every example of every function, through the parser, the checker and the evaluator; and the pages made of them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from retoure.check.typing.conversions import ROUNDINGS
from retoure.functions import AGGREGATES, FAMILIES, FUNCTIONS, Aggregate, Function
from retoure.functions.declare import Example
from retoure.functions.exact import ROUNDING
from retoure.functions.page import described, overview, reference
from retoure.runtime.convert import ROUNDING as ROUNDING_OF_CONVERSIONS
from retoure.runtime.values import shown

from .conftest import Run

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/reference/functions.md"
ALL: list[Function | Aggregate] = [*FUNCTIONS.values(), *AGGREGATES.values()]
EXAMPLES = [pytest.param(example, id=example.text) for each in ALL for example in each.examples]


def printed(value: Any) -> str:
    """A value as it stands in a text; a list in brackets."""
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    return "missing" if value is None else shown(value)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_comes_out_as_it_says(example: Example, ran: Run) -> None:
    seen = ran(example.text, example.given)
    assert [finding.message for finding in seen.findings] == []
    assert printed(seen.value()) == example.result


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.signature)
def test_every_function_has_an_example_that_calls_it(each: Any) -> None:
    assert any(f"{each.name}(" in example.text for example in each.examples)


@pytest.mark.parametrize("each", FUNCTIONS.values(), ids=lambda each: each.name)
def test_everything_about_a_function_is_said_in_sentences(each: Any) -> None:
    assert each.summary.endswith(".")
    assert each.parameters, "a function without arguments is a constant"
    assert all(parameter.meaning.endswith(".") for parameter in each.parameters)
    assert not each.fails.endswith(".")
    assert not each.refuses.endswith(".")


def test_no_name_is_declared_twice() -> None:
    names = [each.name for family in FAMILIES for each in family.functions]
    assert sorted(names) == sorted(set(names))


def test_the_reference_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `python -m retoure.functions`"


def test_the_module_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "reference" / "functions.md"
    subprocess.run([sys.executable, "-m", "retoure.functions", str(page)], check=True)
    assert page.read_text(encoding="utf-8") == reference()


def test_the_overview_names_everything() -> None:
    assert [signature for _, signature, _ in overview()] == [each.signature for each in ALL]


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, *AGGREGATES}))
def test_a_page_of_one_function_has_its_examples(name: str) -> None:
    examples = [example for each in ALL if each.name == name for example in each.examples]
    assert all(example.text in described(name) for example in examples)


def test_there_is_no_page_of_an_unknown_function() -> None:
    with pytest.raises(KeyError):
        described("uper")


def test_all_speak_of_rounding_with_the_same_words() -> None:
    assert ROUNDINGS == tuple(ROUNDING) == tuple(ROUNDING_OF_CONVERSIONS)
    assert ROUNDING == ROUNDING_OF_CONVERSIONS


def test_no_function_is_written_with_floats() -> None:
    for path in (ROOT / "engine/retoure/functions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path.name
            assert not (isinstance(node, ast.Name) and node.id == "float"), path.name
            assert not isinstance(node, ast.Div), path.name
