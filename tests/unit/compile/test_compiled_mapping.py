"""What a compiled mapping answers: tables, templates, names, and that nothing unchecked is run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from retoure.checked import check_source
from retoure.compile import CompiledMapping, compile_mapping
from retoure.diagnostics import CompileFailed
from retoure.language import nodes as n
from retoure.source import Source

from ..runtime.small import HEAD, TAIL, Small

TABLES = """
table truth : boolean -> text { true => "T"  false => "F" }
table number : integer -> text { 7 => "seven"  otherwise => "other" }
table rate : decimal -> text { 1.50 => "one and a half"  otherwise => "other" }
table word : reveni.ReturnReason -> text { too_small, Too_Big => "size"  otherwise => "other" }
table two : reveni.ReturnReason, integer -> text { too_small and 1 => "one small"  otherwise => "other" }
"""


@pytest.fixture(scope="module")
def tables() -> CompiledMapping:
    return Small(TABLES).program


@pytest.mark.parametrize(
    ("table", "keys", "value"),
    [
        ("truth", [True], "T"),
        ("truth", [False], "F"),
        ("number", [7], "seven"),
        ("number", [8], "other"),
        ("rate", [Decimal("1.5")], "one and a half"),
        ("rate", [Decimal("1.5000")], "one and a half"),
        ("rate", [Decimal("15")], "other"),
        ("word", ["too_small"], "size"),
        ("word", ["TOO_BIG"], "size"),
        ("word", ["moth_holes"], "other"),
        ("two", ["too_small", 1], "one small"),
        ("two", ["too_small", 2], "other"),
    ],
)
def test_rows_are_found_by_values(tables: CompiledMapping, table: str, keys: list[Any], value: str) -> None:
    found = tables.row(table, keys).value
    assert isinstance(found, n.TextLiteral)
    assert found.constant == value


def test_templates_are_read_once() -> None:
    program = Small("").program
    assert program.template("label") is program.template("label")
    names, text = program.template("label")
    assert (names, len(text.parts)) == (("item",), 3)


def test_the_identity_changes_with_the_text() -> None:
    one, two = Small("").program, Small("# a remark\n").program
    assert one.identity.rsplit(" ", 1)[0] == "small 1"
    assert one.identity != two.identity
    assert one.identity == Small("").program.identity


def test_the_team_that_cares_is_the_one_for_unknown_statuses() -> None:
    assert Small("").program.care == "care"
    to_boss = HEAD.replace('unknown status {status}" for care', 'unknown status {status}" for boss')
    assert compile_mapping(Source("small.rmap", to_boss + TAIL), {"boss": "Ada"}).care == "Ada"


@pytest.mark.parametrize(
    "text", ["", "# nothing", HEAD.partition("track")[0], "track return : reveni.Return { key id }"]
)
def test_what_has_not_passed_the_checks_is_not_run(text: str) -> None:
    source = Source("small.rmap", text)
    with pytest.raises(CompileFailed):
        compile_mapping(source)
    with pytest.raises(ValueError, match="a mapping with errors cannot be run"):
        CompiledMapping(check_source(source).facts, {})
