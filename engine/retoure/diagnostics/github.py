"""Findings as commands of a GitHub workflow, which shows them beside the lines of a change."""

from __future__ import annotations

from os.path import normpath
from pathlib import PurePath

from ..source import Source, Span
from .finding import Finding


def github(finding: Finding, source: Source) -> str:
    """One line: `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=CODE::MESSAGE`."""
    span = finding.at.span
    start = source.place(span)
    end = source.place(Span(max(span.start, span.end), span.end))
    where = {
        "file": PurePath(normpath(start.file)).as_posix(),  # GitHub knows no `..`
        "line": start.line,
        "col": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "title": finding.code,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
    help = f"\nhelp: {finding.help}" if finding.help else ""
    return f"::{finding.severity} {properties}::{_data(finding.message + help)}"


def _data(text: str) -> str:
    """Text as a command takes it; other control characters are left out, for the log is shown on terminals."""
    kept = "".join(char for char in text if char >= " " or char in "\r\n\t")
    return kept.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
