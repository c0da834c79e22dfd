"""Are the tables those of the grammar, and does reading by them give what Lark gives?"""

from __future__ import annotations

import random
import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from retoure.language import trees
from retoure.language.reading import Unexpected
from retoure.source import Span

ROOT = Path(__file__).resolve().parents[3]
GRAMMAR = ROOT / "grammar"
FILES = sorted(file for folder in ("mappings", "tests/golden", "engine") for file in (ROOT / folder).rglob("*.rmap"))
JUNK = ('"', '"""', "{", "}", "(", "if", "=", "&&", "é", "->", "=>", "#", "12", "3m", ".", " not ", " for each ")
EXPRESSIONS = ("a", "(a or b) and (c or d) and e", "-a - -3", "a is not missing", "thenx", "a is", "", "f(a) b", "a -3")


def test_the_tables_are_those_of_the_grammar() -> None:
    tables = runpy.run_path(str(GRAMMAR / "tables.py"))
    made = tables["written"](tables["worked_out"](tables["GRAMMAR"].read_text(encoding="utf-8")))
    assert made == tables["TABLES"].read_text(encoding="utf-8"), "run `make grammar`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_files_are_read_as_lark_reads_them(file: Path) -> None:
    text = file.read_text(encoding="utf-8", errors="replace")
    assert ours(text, "start") == of_lark(text, "start")


def test_damaged_files_are_read_as_lark_reads_them() -> None:
    chance = random.Random(5)
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in FILES]
    for _ in range(150):
        text = damaged(chance.choice(texts), chance)
        assert ours(text, "start") == of_lark(text, "start"), text


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_are_read_as_lark_reads_them(text: str) -> None:
    assert ours(text, "expression") == of_lark(text, "expression")


def test_every_word_and_sign_is_in_the_whole_tree() -> None:
    text = (ROOT / "mappings/reveni_to_scayle/returns.rmap").read_text(encoding="utf-8")
    parser = Lark.open(str(GRAMMAR / "retoure.lark"), parser="lalr", keep_all_tokens=True, maybe_placeholders=False)
    words = [str(token) for token in parser.parse(text).scan_values(lambda item: isinstance(item, Token))]
    assert [word.text for word in trees.tokens(trees.tree(text, Span(0, len(text)), "start", every=True))] == words


def damaged(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    rest = text[start + chance.choice((0, 0, 1, 5)) :]
    return text[:start] + chance.choice(("", *JUNK)) + (rest if chance.random() < 0.9 else "")


def ours(text: str, goal: str) -> Any:
    """The tree as plain data, or where and why there is none."""
    try:
        return plain(trees.tree(text, Span(0, len(text)), goal))
    except Unexpected as problem:
        return problem.at, problem.found, set(problem.expected)


def plain(item: trees.Tree | object) -> Any:
    if not isinstance(item, trees.Tree):
        return item and str(getattr(item, "text", None))
    place = (item.span.start, item.span.end) if item.children else None
    return item.rule, place, [plain(child) for child in item.children]


def of_lark(text: str, goal: str) -> Any:
    try:
        return plain_lark(lark().parse(text, start=goal))
    except UnexpectedToken as problem:
        end = problem.token.type == "$END"
        return (
            len(text) if end else problem.token.start_pos,
            str(problem.token),
            set(problem.accepts or problem.expected),
        )
    except UnexpectedCharacters as problem:
        return problem.pos_in_stream, None, set(problem.allowed or ())


def plain_lark(item: Tree[Any] | Token | None) -> Any:
    if not isinstance(item, Tree):
        return item and str(item)
    place = (item.meta.start_pos, item.meta.end_pos) if item.children and not item.meta.empty else None
    return str(item.data), place, [plain_lark(child) for child in item.children]


@cache
def lark() -> Lark:
    grammar = (GRAMMAR / "retoure.lark").read_text(encoding="utf-8")
    return Lark(
        grammar, parser="lalr", start=["start", "expression"], propagate_positions=True, maybe_placeholders=True
    )
