"""Findings as text: one function a format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..letters import HIDDEN
from ..source import Source
from .finding import Finding, Fix, Label

SIGNS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
UNSEEN = "\ufffd"
WIDEST = 200
BEFORE = 80


def full(finding: Finding, source: Source) -> str:
    """Headline, place with caret, related places, notes and help."""
    lines = [f"{finding.severity}[{finding.code}]: {finding.message}"]
    width = max(len(str(source.place(label.span).line)) for label in (finding.at, *finding.related))
    for arrow, label in [("-->", finding.at), *((":::", other) for other in finding.related)]:
        lines += _excerpt(source, label, arrow, width)
    lines += [f"{' ' * width} = note: {note}" for note in finding.notes]
    if finding.help:
        lines.append(f"{' ' * width} = help: {finding.help}")
    return _printable("\n".join(lines))


def concise(finding: Finding, source: Source) -> str:
    """One line: place, severity, code, headline."""
    place = source.place(finding.at.span)
    headline = f"{finding.severity}[{finding.code}]: {finding.message}"
    return _printable(f"{place.file}:{place.line}:{place.column}: {headline}")


def as_data(finding: Finding, source: Source) -> dict[str, Any]:
    """The finding as a JSON object with 1-based lines and columns."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        **_label_data(finding.at, source),
        "related": [_label_data(label, source) for label in finding.related],
        "notes": list(finding.notes),
        "help": finding.help,
        "fix": _fix_data(finding.fix, source) if finding.fix else None,
    }


def rendered(findings: Iterable[Finding], source: Source) -> str:
    """All findings in full, a blank line between them."""
    return "\n\n".join(full(finding, source) for finding in findings)


def _printable(text: str) -> str:
    """Hidden characters as signs for them: what a file holds must not steer the terminal it is shown on."""
    return HIDDEN.sub(UNSEEN, text.translate(SIGNS))


def _label_data(label: Label, source: Source) -> dict[str, Any]:
    place = source.place(label.span)
    return {"file": place.file, "line": place.line, "column": place.column, "label": label.text}


def _fix_data(fix: Fix, source: Source) -> dict[str, Any]:
    edits = [
        {
            "at": _label_data(Label(edit.span), source),
            "length": edit.span.end - edit.span.start,
            "text": edit.replacement,
        }
        for edit in fix.edits
    ]
    return {"safe": fix.safe, "edits": edits}


def _excerpt(source: Source, label: Label, arrow: str, width: int) -> list[str]:
    place = source.place(label.span)
    text, column = _window(source.line(label.span), place.column)
    length = max(1, min(label.span.end - label.span.start, len(text) - column + 1))
    indent = "".join("\t" if char == "\t" else " " for char in text[: column - 1])
    return [
        f"{' ' * width}{arrow} {place.file}:{place.line}:{place.column}",
        f"{place.line:>{width}} | {text}",
        f"{' ' * width} | {indent}{'^' * length} {label.text}".rstrip(),
    ]


def _window(text: str, column: int) -> tuple[str, int]:
    """The part of a very long line around a column, and the column in that part."""
    if len(text) <= WIDEST:
        return text, column
    start = max(0, column - 1 - BEFORE)
    shown = text[start : start + WIDEST]
    head, tail = "… " if start else "", " …" if start + WIDEST < len(text) else ""
    return head + shown + tail, column - start + len(head)
