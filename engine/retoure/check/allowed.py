"""Which findings has somebody allowed, in writing, on the line above?

`# allow CODE: reason` silences the findings of that code on the next line that is no such comment. What keeps money,
goods and returns safe (U1 to U12), and all but a few errors, cannot be allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..diagnostics import Finding, Severity, Silenced, correction, did_you_mean, error, nearest, replaced, warning
from ..diagnostics.codes import CODES
from ..language import nodes as n
from ..source import Source, Span

COMMENT = re.compile(
    r"(?<![^\r\n])[ \t]*(?P<comment>#[ \t]*allow[ \t]+(?P<code>[\w-]+)[ \t]*(?::[ \t]*(?P<reason>[^\r\n]*?))?)"
    r"[ \t]*(?![^\r\n])"
)
MARK = re.compile(r"#[ \t]*allow[ \t]")
"""Each of the comments has it, and it is found much faster than they."""
GUESSES = frozenset({"host-in-file", "secret-in-file"})
"""Errors that are raised on the look of a text, and may be wrong about it."""


@dataclass(frozen=True)
class _Allow:
    code: str
    reason: str
    span: Span
    code_span: Span
    line: Span


def allowed(module: n.Module, found: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Silenced, ...]]:
    """The findings that are left, with those about the comments themselves; and the silenced ones.

    What a comment without a reason, or with a misspelt code, is meant for is not told beside it: one cause.
    """
    allows = list(_allows(module))
    by_place = {(allow.code, allow.line): allow for allow in allows if _problem(allow) is None}
    meant = {(nearest(allow.code, CODES), allow.line) for allow in allows if _problem(allow) is not None}
    left: list[Finding] = []
    silenced: list[Silenced] = []
    for finding in found:
        place = (finding.code, module.source.line_span(finding.at.span))
        allow = by_place.get(place)
        if allow is not None and may_be_allowed(finding.code, finding.severity):
            silenced.append(Silenced(finding, allow.reason, allow.span))
        elif place not in meant or not may_be_allowed(finding.code, finding.severity):
            left.append(finding)
    used = {item.comment for item in silenced}
    return (*left, *_about(module.source, allows, used, left)), tuple(silenced)


def may_be_allowed(code: str, severity: Severity) -> bool:
    """Whether a written reason silences a finding: warnings, and errors that are only guesses."""
    return severity is Severity.WARNING or code in GUESSES


def _about(source: Source, allows: Sequence[_Allow], used: set[Span], left: Sequence[Finding]) -> Iterator[Finding]:
    broken = any(finding.severity is Severity.ERROR for finding in left)
    for allow in allows:
        problem = _problem(allow) or _refused(source, allow, left)
        if problem is not None:
            yield problem
        elif allow.span not in used and not broken:
            message = f"nothing here needs `allow {allow.code}`"
            fix = replaced(_whole_line(source, allow.span), "", safe=True)
            yield warning("allow-unused", message, allow.span, help="remove the comment", fix=fix)


def _problem(allow: _Allow) -> Finding | None:
    if allow.code not in CODES:
        fix = correction(allow.code, CODES, allow.code_span, safe=True)
        help = did_you_mean(allow.code, CODES)
        return error("allow-refused", f"there is no code `{allow.code}`", allow.code_span, help=help, fix=fix)
    if not allow.reason:
        help = f"write why: `# allow {allow.code}: …`"
        return error("allow-without-reason", f"`{allow.code}` is allowed without a reason", allow.span, help=help)
    return None


def _refused(source: Source, allow: _Allow, left: Sequence[Finding]) -> Finding | None:
    """The finding for a comment above an error that nobody can allow."""
    for finding in left:
        if finding.code == allow.code and source.line_span(finding.at.span) == allow.line:
            message = f"`{allow.code}` cannot be allowed"
            check = CODES[allow.code].check
            note = f"it belongs to {check}: what the language promises holds without exception" if check else ""
            notes = (note,) if note else ()
            return error("allow-refused", message, allow.code_span, help="mend what it tells of", notes=notes)
    return None


def _allows(module: n.Module) -> Iterator[_Allow]:
    source = module.source
    texts = [block.text_span for block in module.of(n.TemplateNode)]
    for written in comments(source):
        if not any(text.start <= written.start() < text.end for text in texts):
            comment, code = (Span(*written.span(name)) for name in ("comment", "code"))
            yield _Allow(written["code"], written["reason"] or "", comment, code, _spoken_of(source, comment))


def comments(source: Source) -> Iterator[re.Match[str]]:
    """The comments that allow something: those at the start of a line."""
    for mark in MARK.finditer(source.text):
        written = COMMENT.match(source.text, source.line_span(Span(*mark.span())).start)
        if written is not None and written.start("comment") == mark.start():
            yield written


def _spoken_of(source: Source, comment: Span) -> Span:
    """The next line below a comment that is no such comment itself."""
    line: Span | None = source.line_span(comment)
    while line is not None and COMMENT.match(source.text, line.start, line.end):
        line = source.line_below(line)
    return line or comment


def _whole_line(source: Source, span: Span) -> Span:
    """The line of a place with its line end."""
    line = source.line_span(span)
    below = source.line_below(line)
    return Span(line.start, below.start if below is not None else line.end)
