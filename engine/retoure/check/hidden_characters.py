"""Does the file hold characters that nobody sees, so that it says something else than it seems to?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..diagnostics import Edit, Finding, Fix, error
from ..language import nodes as n
from ..letters import HIDDEN, LINE_ENDS, named
from ..source import Span
from .facts import Facts
from .secrets import QUOTED


def hidden_characters(facts: Facts) -> Iterator[Finding]:
    """Looks into texts, comments, rows and templates; anywhere else the parser stops at them. One finding a character.

    Only comments are mended without asking: what stands in a text may be sent.
    """
    text = facts.module.source.text
    if text.replace("\n", "").isprintable():
        return
    comments = frozenset(_in(text, (span for span in _written(text) if text[span.start] == "#")))
    places: dict[str, list[Span]] = {}
    for place in sorted(comments.union(_in(text, _written(text)), _in(text, _attached(facts)))):
        places.setdefault(text[place.start], []).append(place)
    for char, spans in places.items():
        yield _told(char, spans, safe=comments.issuperset(spans))


def _told(char: str, spans: Sequence[Span], *, safe: bool) -> Finding:
    ends_line = char in LINE_ENDS
    message = f"{named(char)} cannot be seen here" + (" and ends a line only for some programs" if ends_line else "")
    others = len(spans) - 1
    notes = [f"it stands in {others} more place{'s' if others > 1 else ''}"] if others else []
    help = "begin a new line in its place" if ends_line else "take it out"
    edits = tuple(Edit(span, "\n" if ends_line else "") for span in spans)
    fix = Fix(edits, safe=safe and not ends_line)
    return error("hidden-character", message, spans[0], notes=notes, help=help, fix=fix)


def _written(text: str) -> Iterator[Span]:
    return (Span(*found.span()) for found in QUOTED.finditer(text))


def _attached(facts: Facts) -> Iterator[Span]:
    """Templates and rows, which may stand in files of their own."""
    yield from (node.text_span for node in facts.module.of(n.TemplateNode))
    yield from (row.span for node in facts.module.of(n.TableNode) for row in node.rows)


def _in(text: str, spans: Iterator[Span]) -> Iterator[Span]:
    return (Span(*found.span()) for span in spans for found in HIDDEN.finditer(text, span.start, span.end))
