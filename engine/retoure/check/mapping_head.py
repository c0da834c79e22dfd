"""Does the file say what it is: one mapping, its language, its version, its systems, and one thing to follow?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from ..source import Span
from .facts import Facts

LANGUAGE = 1


def mapping_head(facts: Facts) -> Iterator[Finding]:
    mapping = facts.mapping
    for library in facts.libraries:
        yield from _versions(library)
    if mapping is None:
        message = "this file has no `mapping` block"
        yield error("no-mapping", message, Span(0, 1), help="begin it with `mapping NAME { … }`")
        return
    own = [head for head in facts.module.of(n.MappingNode) if facts.module.own(head.span)]
    yield from _only_one(own, "library" if mapping.library else "mapping")
    yield from _only_one(facts.module.of(n.TrackNode), "track")
    yield from _versions(mapping)
    if facts.track is None and not mapping.library:
        message, help = "this mapping follows nothing", "add `track NAME : SYSTEM.TYPE { … }`"
        yield error("no-track", message, mapping.name.span, help=help)


def _versions(mapping: n.MappingNode) -> Iterator[Finding]:
    if mapping.language != LANGUAGE:
        given = mapping.language
        said = "no language version is given" if given is None else f"language {given} is not known"
        yield error("language-version", said, mapping.name.span, help=_remedy(given))
    if not mapping.version:
        help = 'write `version "1.0.0"`, so that every decision names the version that took it'
        yield error("no-version", f"mapping `{mapping.name}` has no version", mapping.name.span, help=help)


def _remedy(language: Decimal | None) -> str:
    """A later language is for a later retoure; what is written in it may mean something else here."""
    later = language is not None and language > LANGUAGE
    return f"install a newer retoure: this one knows language {LANGUAGE}" if later else f"write `language {LANGUAGE}`"


def _only_one(blocks: Sequence[n.MappingNode] | Sequence[n.TrackNode], word: str) -> Iterator[Finding]:
    for extra in blocks[1:]:
        related = [Label(blocks[0].name.span, "the first one")]
        yield error("one-only", f"a file has one `{word}` block", extra.name.span, "another one", related=related)
