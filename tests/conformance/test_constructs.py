"""Is every construct of the grammar in the conformance suite?"""

from __future__ import annotations

from pathlib import Path

from lark import Lark
from lark.exceptions import UnexpectedInput

from retoure import data_folder

CASES = Path(__file__).parent / "cases"


def test_every_construct_has_a_case() -> None:
    text = (data_folder("grammar") / "retoure.lark").read_text(encoding="utf-8")
    grammar = Lark(text, parser="lalr", lexer="contextual")
    named = (str(rule.alias or rule.origin.name) for rule in grammar.rules if rule.alias or not rule.options.expand1)
    constructs = {name for name in named if not name.startswith("_")}
    assert sorted(constructs - {name for file in CASES.rglob("*.rmap") for name in _constructs(grammar, file)}) == []


def _constructs(grammar: Lark, file: Path) -> set[str]:
    try:
        return {str(tree.data) for tree in grammar.parse(file.read_text(encoding="utf-8")).iter_subtrees()}
    except UnexpectedInput:  # a case about syntax
        return set()
