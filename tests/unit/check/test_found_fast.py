"""What is looked for fast first finds all that would be found slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retoure.check.allowed import COMMENT, comments
from retoure.check.secrets import CLUE, HOST, LONG, SECRET
from retoure.letters import HIDDEN
from retoure.source import Source
from retoure.types.load import load_system

SCHEMAS = Path(__file__).resolve().parents[2] / "conformance/schemas"
PIECES = ("#", "allow", "# allow unused: x", "#allow\tunused", " ", "\t", "\n", "\r\n", "\r", ":", "x", '"')
KEYS = st.text("aZ0+/", min_size=24, max_size=40).map(lambda word: f"aZ0{word}")
SUSPICIOUS = st.one_of(
    st.from_regex(HOST),
    st.from_regex(re.compile(SECRET.pattern.replace("(?=", "(?:"), SECRET.flags)),  # keys of all kinds are made below
    KEYS,
)


@settings(deadline=None)
@given(SUSPICIOUS, st.text(max_size=5))
def test_every_secret_and_host_has_a_clue_or_is_long(written: str, before: str) -> None:
    text = f"{before} {written}"
    if SECRET.search(text) or HOST.search(text):
        assert CLUE.search(text) or LONG.search(text)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_every_comment_that_allows_something_is_found_by_its_word(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert [found.span() for found in comments(Source("x", text))] == [found.span() for found in COMMENT.finditer(text)]


def test_what_is_hidden_cannot_be_printed() -> None:
    hidden = HIDDEN.findall("".join(map(chr, range(0x110000))))
    assert len(hidden) > 70
    assert not any(char.isprintable() for char in hidden)


@pytest.mark.parametrize("version", ["reveni/merchants-v0", "scayle/admin-v1"])
def test_a_manifest_knows_every_personal_field(version: str) -> None:
    manifest = load_system(version)
    assert manifest.personal == set(_personal(manifest.schemas))


def test_a_manifest_knows_which_words_tell_records_apart() -> None:
    assert load_system("returns/v1", SCHEMAS).telling == {"kind"}
    assert load_system("shop/v1", SCHEMAS).telling == {"way"}
    assert load_system("reveni/merchants-v0").telling == frozenset()


def _personal(schema: Any) -> Iterator[str]:
    """The names of the properties that a schema marks, wherever they stand in it."""
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from _personal(part)
    elif hasattr(schema, "items"):
        marked = schema.get("properties", {})
        yield from (name for name, field in marked.items() if isinstance(field, dict) and field.get("x-personal"))
        for part in schema.values():
            yield from _personal(part)
