"""Where blocks begin and end in a text that does not parse as a whole, so that the others can still be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..source import Span

KINDS = (
    *("mapping", "library", "import", "track", "table", "map", "template", "gate", "rule", "watch"),
    *("policy", "queue", "alert", "audit", "answer", "test", "tests"),
)
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_START = re.compile(
    rf"""^(?:
      (?:mapping|library|queue|alert)[ \t]+{_NAME}[ \t]*\{{   # in a policy, `queue NAME` stands without a brace
    | (?:track|table)[ \t]+{_NAME}[ \t]*:
    | (?:map|gate|template|answer)[ \t]+{_NAME}[ \t]*\(
    | (?:rule|watch|policy)[ \t]+{_NAME}\b
    | audit[ \t]+{_NAME}[ \t]+every\b
    | (?:test|import|tests[ \t]+for)[ \t]+"
    )""",
    re.VERBOSE | re.MULTILINE,
)
_LINE = re.compile(r"[^\n]*\n?")
_END = re.compile(r"""(?:.*\}|(?:import|tests[ \t]+for)[ \t]+"[^"]*")$""")
"""How the last line of a block ends."""
_LIKE_A_START = re.compile(rf"{_NAME}[ \t]+\S+.*\{{")
_WORD = re.compile(rf"\s*({_NAME})")


def block_spans(text: str, within: Span | None = None) -> list[Span]:
    """The pieces of a text or of a part of it, each from the start of a block to the start of the next."""
    part = within or Span(0, len(text))
    starts = [start for start in _starts(text, part) if text[part.start : start].strip()]
    edges = [part.start, *starts, part.end]
    return [Span(start, end) for start, end in pairwise(edges)]


def _starts(text: str, part: Span) -> Iterator[int]:
    """Where a block starts by its keyword, or, where the keyword is misspelt, by standing after the end of a block."""
    known = {found.start() for found in _START.finditer(text, part.start, part.end)}
    ended = False
    for line in _LINE.finditer(text, part.start, part.end):
        words = line[0].strip()
        if line.start() in known or (ended and _LIKE_A_START.match(words) and not line[0][:1].isspace()):
            yield line.start()
        if words and not words.startswith("#"):
            ended = _END.match(words) is not None


def block_kind(text: str, span: Span) -> str:
    """The keyword a piece begins with, empty when it is none."""
    for line in text[span.start : span.end].splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            word = _WORD.match(line)
            return word[1] if word and word[1] in KINDS else ""
    return ""
