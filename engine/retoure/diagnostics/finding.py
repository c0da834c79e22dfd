"""A finding: what is wrong, where, why there, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from ..source import Source, Span
from .codes import CODES


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Label(Struct, frozen=True):
    """A place and the words that stand under its caret."""

    span: Span
    text: str = ""


class Edit(Struct, frozen=True):
    """A text to put in the place of a span; an empty span inserts, an empty text removes."""

    span: Span
    replacement: str


class Fix(Struct, frozen=True):
    """Edits that do what the help of a finding says, to be made together.

    A safe one may be made without asking: money, goods, policies, gates and keys are the same afterwards.
    """

    edits: tuple[Edit, ...]
    safe: bool = False


class Finding(Struct, frozen=True):
    """One finding. `code` is in the register; `message` is the one line to show if only one can be shown."""

    code: str
    message: str
    at: Label
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: Severity = Severity.ERROR
    fix: Fix | None = None


class Silenced(Struct, frozen=True):
    """A finding that is not shown, why, and the comment that says so."""

    finding: Finding
    reason: str
    comment: Span


def replaced(span: Span, text: str, *, safe: bool = False) -> Fix:
    """The fix that puts a text in the place of a span."""
    return Fix((Edit(span, text),), safe)


def inserted(at: int, text: str, *, safe: bool = False) -> Fix:
    """The fix that writes a text at an offset."""
    return replaced(Span(at, at), text, safe=safe)


def error(
    code: str,
    message: str,
    span: Span,
    label: str = "",
    *,
    help: str | None = None,
    related: Sequence[Label] = (),
    notes: Sequence[str] = (),
    fix: Fix | None = None,
) -> Finding:
    """A finding that keeps the mapping from compiling."""
    return Finding(code, message, Label(span, label), tuple(related), tuple(notes), help or _remedy(code), fix=fix)


def warning(
    code: str,
    message: str,
    span: Span,
    label: str = "",
    *,
    help: str | None = None,
    related: Sequence[Label] = (),
    notes: Sequence[str] = (),
    fix: Fix | None = None,
) -> Finding:
    """A finding that is only shown."""
    said = help or _remedy(code)
    return Finding(code, message, Label(span, label), tuple(related), tuple(notes), said, Severity.WARNING, fix)


def _remedy(code: str) -> str | None:
    """What the register says to do, as a help; what cannot be read has its help in the label."""
    remedy = CODES[code].remedy if code in CODES and code != "syntax" else ""
    return f"{remedy[0].lower()}{remedy[1:].rstrip('.')}" if remedy else None


class CompileFailed(Exception):
    """A mapping has errors; `findings` holds all of them in the order of the text, `source` the text."""

    def __init__(self, source: Source, findings: tuple[Finding, ...]) -> None:
        self.source = source
        self.findings = findings
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        super().__init__(f"{source.name} has {errors} error{'s' if errors != 1 else ''}: {findings[0].message}")
