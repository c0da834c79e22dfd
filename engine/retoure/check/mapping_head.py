"""Does the file say what it is: one mapping, its language, its systems, and one thing to follow?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..source import Span
from .facts import Facts

LANGUAGE = 1


def mapping_head(facts: Facts) -> Iterator[Finding]:
    start = Label(Span(0, 1))
    mapping = facts.mapping
    if mapping is None:
        yield Finding(
            "no-mapping", "this file has no `mapping` block", start, help="begin it with `mapping NAME { … }`"
        )
        return
    yield from _only_one(facts)
    if mapping.language != LANGUAGE:
        said = (
            "no language version is given" if mapping.language is None else f"language {mapping.language} is not known"
        )
        yield Finding("language-version", said, Label(mapping.name.span), help=f"write `language {LANGUAGE}`")
    if not mapping.version:
        help = 'write `version "1.0.0"`, so that every decision names the version that took it'
        yield Finding("no-version", f"mapping `{mapping.name}` has no version", Label(mapping.name.span), help=help)
    if facts.track is None:
        help = "add `track NAME : SYSTEM.TYPE { … }`"
        yield Finding("no-track", "this mapping follows nothing", Label(mapping.name.span), help=help)


def _only_one(facts: Facts) -> Iterator[Finding]:
    for kind, name in ((n.MappingNode, "mapping"), (n.TrackNode, "track")):
        found = facts.module.of(kind)
        for extra in found[1:]:
            first = Label(found[0].span, "the first one")
            yield Finding("one-only", f"a file has one `{name}` block", Label(extra.name.span, "another one"), (first,))
