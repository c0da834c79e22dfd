"""Formatting keeps meaning and comments, and formatting twice is formatting once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retoure import CompileFailed, Source, format_source
from retoure.language.comments import COMMENT
from retoure.language.parse import parse
from retoure.language.walk import field_names
from retoure.source import Span

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(ROOT.glob("mappings/*/*.rmap"))
FILES = [*SHIPPED, ROOT / "tests/golden/base.rmap", *sorted(ROOT.glob("tests/golden/check/*.rmap"))]
READABLE = [path for path in FILES if not parse(Source.read(path)).findings]


def shape(node: Any) -> Any:
    """A tree without its places."""
    if isinstance(node, Span | Source):
        return None
    if names := field_names(type(node)):
        return type(node).__name__, [shape(getattr(node, name)) for name in names]
    if isinstance(node, Mapping):
        return {name: shape(part) for name, part in node.items()}
    return [shape(part) for part in node] if isinstance(node, tuple | list) else node


def tree(text: str) -> Any:
    parsed = parse(Source("any.rmap", text))
    assert parsed.findings == ()
    return shape(parsed.module.blocks)


def comments(text: str) -> Counter[str]:
    return Counter(found[0].rstrip() for found in COMMENT.finditer(text))


def assert_kept(text: str) -> None:
    formatted = format_source(Source("any.rmap", text))
    assert tree(formatted) == tree(text)
    assert comments(formatted) == comments(text)
    assert format_source(Source("any.rmap", formatted)) == formatted


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.stem)
def test_meaning_and_comments_stay(path: Path) -> None:
    assert_kept(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_mappings_are_formatted(path: Path) -> None:
    source = Source.read(path)
    assert format_source(source) == source.text


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(SHIPPED), st.data())
def test_a_comment_after_any_line_stays(path: Path, data: st.DataObject) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number in sorted(data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=4)), reverse=True):
        own_line = data.draw(st.booleans())
        lines[number : number + 1] = (
            [lines[number], f"# note {number}"] if own_line else [f"{lines[number]}  # by {number}"]
        )
    text = "\n".join(lines) + "\n"
    if not parse(Source("any.rmap", text)).findings:
        assert_kept(text)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(SHIPPED), st.data())
def test_any_text_is_formatted_or_refused(path: Path, data: st.DataObject) -> None:
    """A file with a line too many or too few is left alone, or keeps its meaning."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at : at + 1] = data.draw(st.sampled_from([[], [lines[at], lines[at]], [lines[at].strip()]]))
    text = "".join(lines)
    if not parse(Source("any.rmap", text)).findings:
        assert_kept(text)
        return
    with pytest.raises(CompileFailed):
        format_source(Source("any.rmap", text))
