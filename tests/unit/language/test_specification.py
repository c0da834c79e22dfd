"""The examples in grammar/README.md: checked, and their tests played, inside the small mapping of the golden cases."""

from __future__ import annotations

import re
from pathlib import Path

from retoure import Source, check_source, compile_mapping, format_source
from retoure.language.blocks import block_spans
from retoure.testing import run_tests

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "grammar/README.md"
BASE = ROOT / "tests/golden/base.rmap"
FENCED = re.compile(r"^```rmap\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = FENCED.findall(PAGE.read_text(encoding="utf-8"))


def blocks(text: str) -> dict[str, str]:
    """Blocks by their first two words: `rule annotate`."""
    parts = (text[span.start : span.end] for span in block_spans(text))
    return {" ".join(part.split()[:2]): part for part in parts if not part.lstrip().startswith("#")}


def whole() -> Source:
    """The base with all examples in it; an example replaces the block of its name."""
    found = blocks(BASE.read_text(encoding="utf-8"))
    for example in EXAMPLES:
        found |= blocks(example)
    return Source("grammar/README.md", "\n".join(found.values()))


def test_the_examples_are_right() -> None:
    assert [finding.message for finding in check_source(whole()).errors] == []


def test_the_examples_are_written_as_fmt_writes_them() -> None:
    for example in EXAMPLES:
        assert format_source(Source("example", example)) == example


def test_the_tests_in_the_examples_pass() -> None:
    results = list(run_tests(compile_mapping(whole()), ROOT))
    assert results
    assert [(result.name, result.error, result.failures) for result in results if not result.passed] == []
