"""Any text at all gives findings, and never a traceback."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retoure.checked import check_source
from retoure.diagnostics import CompileFailed
from retoure.diagnostics.codes import CODES
from retoure.diagnostics.render import as_data, concise, rendered
from retoure.language.printer import format_source
from retoure.source import Source, SourceUnreadable

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = (ROOT / "mappings/reveni_to_scayle/returns.rmap").read_text(encoding="utf-8").partition('\ntest "')[0]
BASE = (ROOT / "tests/golden/base.rmap").read_text(encoding="utf-8")
WORDS = sorted(set(re.findall(r'"([^"\s]+)"', (ROOT / "grammar/retoure.lark").read_text(encoding="utf-8"))))
TOKEN = re.compile(r'\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"|\w+|.', re.DOTALL)
ANY = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=50)


def told(text: str) -> list[str]:
    """The codes found in a text; every finding can be shown in every form."""
    source = Source("any.rmap", text)
    findings = check_source(source).findings
    rendered(findings, source)
    for finding in findings:
        concise(finding, source)
        as_data(finding, source)
        assert finding.code in CODES
    with suppress(CompileFailed):
        format_source(source)
    return [finding.code for finding in findings]


@ANY
@given(st.text(max_size=300))
def test_random_text(text: str) -> None:
    assert told(text)


@ANY
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(["x", "return", "1", "1h", '"{a}"', "\n"]))))
def test_random_words_of_the_language(words: list[str]) -> None:
    assert told(" ".join(words))


@ANY
@given(st.binary(max_size=300))
def test_random_bytes(raw: bytes) -> None:
    text = None
    with suppress(SourceUnreadable):
        text = Source.decoded("any.rmap", raw).text
    assert text is None or told(text)


@settings(ANY, max_examples=40)
@given(st.data())
def test_pieces_of_mappings_put_together(data: st.DataObject) -> None:
    pieces = []
    for _ in range(data.draw(st.integers(1, 4))):
        text = data.draw(st.sampled_from([SHIPPED, BASE]))
        start = data.draw(st.integers(0, len(text)))
        pieces.append(text[start : start + data.draw(st.integers(0, 2000))])
    told("".join(pieces))


@ANY
@given(st.data())
def test_a_mapping_with_tokens_deleted_doubled_or_swapped(data: st.DataObject) -> None:
    tokens = TOKEN.findall(data.draw(st.sampled_from([SHIPPED, BASE])))
    for _ in range(data.draw(st.integers(1, 3))):
        _damage(tokens, data)
    told("".join(tokens))


@ANY
@given(st.data())
def test_a_mapping_with_lines_deleted_doubled_or_swapped(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from([SHIPPED, BASE])).splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        _damage(lines, data)
    told("".join(lines))


@ANY
@given(
    st.data(),
    st.sampled_from(["\0", "\ufeff", "\r", "\u00a0", "\u2028", "\u202e", "а", "“", "\x1b[2J", "{", '"', "{{"]),
)
def test_a_mapping_with_a_strange_character_in_it(data: st.DataObject, char: str) -> None:
    at = data.draw(st.integers(0, len(BASE)))
    told(BASE[:at] + char + BASE[at:])


def _damage(parts: list[str], data: st.DataObject) -> None:
    first, second = (data.draw(st.integers(0, len(parts) - 1)) for _ in range(2))
    how = data.draw(st.sampled_from(["delete", "double", "swap"]))
    if how == "delete":
        parts[first] = " "
    elif how == "double":
        parts.insert(first, parts[first])
    else:
        parts[first], parts[second] = parts[second], parts[first]


DEEP = 10_000
HEAD = 'gate g(return : reveni.Return) { otherwise hold "{failed}" for desk require '


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "(" * DEEP + "true" + ")" * DEEP + " }",
        HEAD + "not " * DEEP + "true }",
        HEAD + "-" * DEEP + "1 > 0 }",
        HEAD + "true and " * DEEP + "true }",
        HEAD + "1" + " + 1" * DEEP + " > 0 }",
        HEAD + "return" + ".a" * DEEP + " exists }",
        HEAD + "return" + "[1]" * DEEP + " exists }",
        HEAD + "if true then " * DEEP + "true" + " else true" * DEEP + " }",
        HEAD + "1" + " default 1" * DEEP + " > 0 }",
        "map m() -> scayle.Order { a = " + "{ a = " * DEEP + "1" + " }" * DEEP + " }",
    ],
    ids=["parentheses", "not", "minus", "and", "sum", "fields", "lookups", "if", "default", "records"],
)
def test_deep_nesting_is_a_finding(text: str) -> None:
    assert "syntax" in told(text)


@pytest.mark.parametrize("deep", [20, 40, 50, 55, 58])
def test_nesting_that_is_allowed_can_be_checked(deep: int) -> None:
    """Whatever the parser lets through, everything that walks the tree has enough stack for."""
    text = BASE.replace(
        "order.invoicedAt exists", "not (" * (deep // 2) + "order.invoicedAt exists" + ")" * (deep // 2)
    )
    assert "RecursionError" not in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1_000_000,
        '"' * 1_000_001,
        "a b c " * 170_000,
        "# " + "x" * 1_000_000,
        "\n" * 1_000_000,
        "mapping a {" * 90_000,
    ],
    ids=["parentheses", "quotes", "words", "comment", "lines", "blocks"],
)
def test_a_large_file_is_a_finding(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_mean_nothing(end: str) -> None:
    assert told(BASE.replace("\n", end)) == []
