"""Makes the edits that findings carry: which go together, and what the files read afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..source import Source, Span
from .finding import Edit, Finding


@dataclass(frozen=True)
class Fixed:
    """What the edits of some findings make: the new text of every file they change, by its name."""

    findings: tuple[Finding, ...]
    texts: Mapping[str, str]


def fixed(source: Source, findings: Iterable[Finding]) -> Fixed:
    """Makes the edits of findings in the order given; what overlaps an edit made before is left for another time."""
    made: list[Finding] = []
    edits: list[Edit] = []
    for finding in findings:
        if finding.fix is not None and finding.fix.edits and not _overlap(finding.fix.edits, edits):
            made.append(finding)
            edits += finding.fix.edits
    return Fixed(tuple(made), _texts(source, edits))


def safe(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings whose edit may be made without asking."""
    return tuple(finding for finding in findings if finding.fix is not None and finding.fix.safe)


def _overlap(new: Sequence[Edit], made: Sequence[Edit]) -> bool:
    return any(_touch(one.span, other.span) for one in new for other in made)


def _touch(one: Span, other: Span) -> bool:
    """Edits side by side count too: which of the two comes first would be a guess."""
    return one.start <= other.end and other.start <= one.end


def _texts(source: Source, edits: Sequence[Edit]) -> dict[str, str]:
    names = {source.part(edit.span).name for edit in edits}
    return {name: _text(source, name, edits) for name in names}


def _text(source: Source, name: str, edits: Sequence[Edit]) -> str:
    part = source.part_span(name)
    own = (edit for edit in edits if source.part(edit.span).name == name)
    text, end = "", part.start
    for edit in sorted(own, key=lambda edit: edit.span):
        text += source.text[end : edit.span.start] + edit.replacement
        end = edit.span.end
    return text + source.text[end : part.end]
