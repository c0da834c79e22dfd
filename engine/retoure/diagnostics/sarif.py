"""Findings as SARIF 2.1.0, the format in which code hosts and editors exchange what analysers found.

Columns count UTF-16 code units, as the format's readers do. A file is named by a relative URI when it was given so.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from ..source import Source, Span
from .codes import CODES, WARNINGS, Code
from .finding import Edit, Finding, Fix, Label

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A finding with the source its places are in; `reason` and `comment` when the file allows it."""

    finding: Finding
    source: Source
    reason: str = ""
    comment: Span | None = None


def sarif(told: Iterable[Told], version: str) -> Json:
    """One SARIF log with one run."""
    rules = {code: index for index, code in enumerate(CODES)}
    driver = {"name": "retoure", "semanticVersion": version, "rules": [_rule(code) for code in CODES.values()]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(item, rules[item.finding.code]) for item in told],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: Code) -> Json:
    return {
        "id": code.name,
        "name": "".join(word.capitalize() for word in code.name.split("-")),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.why},
        "help": {"text": code.remedy},
        "defaultConfiguration": {"level": "warning" if code.name in WARNINGS else "error"},
        "properties": {"tags": ["retoure", *([code.check] if code.check else [])]},
    }


def _result(told: Told, rule: int) -> Json:
    finding, source = told.finding, told.source
    result: Json = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "locations": [_location(source, finding.at)],
        "partialFingerprints": {"retoureFinding/v1": _fingerprint(finding, source)},
        "suppressions": [_suppression(source, told.reason, told.comment)] if told.comment else [],
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(source, label)} for number, label in enumerate(finding.related, 1)
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(source, finding.fix, finding.help or "")]
    return result


def _message(finding: Finding) -> str:
    said = [f"{finding.message}."] if not finding.message.endswith(".") else [finding.message]
    return "\n".join([*said, *finding.notes, *([f"Help: {finding.help}"] if finding.help else [])])


def _location(source: Source, label: Label) -> Json:
    place: Json = {"physicalLocation": _physical(source, label.span)}
    return place | ({"message": {"text": label.text}} if label.text else {})


def _physical(source: Source, span: Span) -> Json:
    return {"artifactLocation": _artifact(source, span), "region": _region(source, span)}


def _artifact(source: Source, span: Span) -> Json:
    path = PurePath(os.path.normpath(source.part(span).name))  # readers look for it in the repository, and know no `..`
    return {"uri": Path(path).as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))}


def _region(source: Source, span: Span) -> Json:
    (line, column), (last, end) = _point(source, span.start), _point(source, max(span.start, span.end))
    return {"startLine": line, "startColumn": column, "endLine": last, "endColumn": end}


def _point(source: Source, offset: int) -> tuple[int, int]:
    at = Span(min(offset, len(source)), min(offset, len(source)))
    before = source.text[source.line_span(at).start : at.start]
    return source.place(at).line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1


def _fingerprint(finding: Finding, source: Source) -> str:
    """The same for the same finding when lines move: made of the code, the message and the text of the line."""
    text = f"{finding.code}\n{finding.message}\n{source.line(finding.at.span).strip()}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _suppression(source: Source, reason: str, comment: Span) -> Json:
    location = {"physicalLocation": _physical(source, comment)}
    return {"kind": "inSource", "justification": reason, "location": location}


def _fix(source: Source, fix: Fix, help: str) -> Json:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(source.part(edit.span).name, []).append(edit)
    changes = [_change(source, edits) for edits in by_file.values()]
    return {"description": {"text": help or "make this edit"}, "artifactChanges": changes}


def _change(source: Source, edits: Sequence[Edit]) -> Json:
    replacements = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.replacement}} for edit in edits
    ]
    return {"artifactLocation": _artifact(source, edits[0].span), "replacements": replacements}
