"""Where blocks begin and end in a text that does not parse as a whole, so that the others can still be read."""

from __future__ import annotations

import re
from itertools import pairwise

from ..source import Span

KINDS = (
    *("mapping", "library", "import", "track", "table", "map", "template", "gate", "rule", "watch"),
    *("policy", "queue", "alert", "audit", "answer", "test"),
)
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_START = re.compile(
    rf"""^(?:
      (?:mapping|library|queue|alert)[ \t]+{_NAME}[ \t]*\{{   # in a policy, `queue NAME` stands without a brace
    | (?:track|table)[ \t]+{_NAME}[ \t]*:
    | (?:map|gate|template|answer)[ \t]+{_NAME}[ \t]*\(
    | (?:rule|watch|policy)[ \t]+{_NAME}\b
    | audit[ \t]+{_NAME}[ \t]+every\b
    | (?:test|import)[ \t]+"
    | (?<=\}}\n){_NAME}[ \t]+{_NAME}[^\n]*\{{         # a misspelt keyword after the end of a block
    )""",
    re.VERBOSE | re.MULTILINE,
)
_WORD = re.compile(rf"\s*({_NAME})")


def block_spans(text: str) -> list[Span]:
    """The pieces of a text, each from the start of a block to the start of the next."""
    starts = [found.start() for found in _START.finditer(text)]
    edges = [0, *starts[1:], len(text)] if starts else [0, len(text)]
    return [Span(start, end) for start, end in pairwise(edges)]


def block_kind(text: str, span: Span) -> str:
    """The keyword a piece begins with, empty when it is none."""
    for line in text[span.start : span.end].splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            word = _WORD.match(line)
            return word[1] if word and word[1] in KINDS else ""
    return ""
