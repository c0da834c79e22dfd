"""One cause gives one finding: which findings are only consequences of another one?

A finding that says that something is not there, or not used, is left out when a block that could not be read may hold
it; without the mapping or the track every type is unknown, and only the syntax errors are told. A name that is wrong in
many places is told once, with the other places beside it. What is not used is told when nothing else is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..diagnostics import Finding, Fix, Label, Severity
from ..source import Span

NEEDED = {"mapping", "track"}
FOOLED: Mapping[str, set[str]] = {
    "table": {"unknown-table"},
    "map": {"unknown-map"},
    "gate": {"unknown-gate", "refund-before-approval"},
    "rule": {"stage-without-rule"},
    "policy": {"unknown-policy", "conflict-unhandled", "error-unhandled"},
    "queue": {"unknown-queue"},
    "alert": {"unknown-alert"},
    "audit": {"unknown-audit"},
    "answer": {"unknown-answer"},
    "import": {"unknown-team", "unknown-setting", "unknown-system", "unknown-queue", "unknown-alert"}
    | {"unknown-table", "unknown-map", "unknown-gate", "unknown-policy"},
}
FOLLOWS: Mapping[str, set[str]] = {
    "arm-unreachable": {"error-unhandled"},
    "hidden-character": {"no-mapping"},
    "like-parameters": {"unknown-name", "wrong-count"},
    "map-circle": {"required-not-set", "unknown-target"},
    "name-twice": {"unknown-table", "unknown-map", "unknown-gate", "unknown-policy", "unknown-queue", "unknown-alert"},
    "no-mapping": {"unknown-system", "unknown-team", "unknown-setting"},
    "no-trigger": {"stage-without-rule"},
    "not-shared": {"unknown-system", "unknown-stage", "track-incomplete", "one-only"},
    "one-only": {"unknown-system", "unknown-team", "unknown-setting"},
    "policy-circle": {"policy-open", "conflict-unhandled", "error-unhandled"},
    "refund-before-approval": {"approval-passed-by"},
    "unknown-fact": {"fact-unstated"},
    "unknown-error": {"conflict-unhandled", "error-unhandled"},
    "unknown-stage": {"stage-without-rule", "stage-unreachable", "refund-before-approval", "move-broken", "rule-never"},
    "unknown-status": {"status-nowhere", "refund-before-approval"},
    "unknown-system": {
        "unknown-data",
        "unknown-error",
        "unknown-event",
        "unknown-operation",
        "pick-source",
        "no-currency",
        "owned-elsewhere",
    },
}
FOLLOWS_ANY_ERROR = {"unused"}
SAME_PLACE: Mapping[str, set[str]] = {
    "key-too-coarse": {"maybe-missing"},
    "key-too-fine": {"key-too-coarse", "maybe-missing"},
    "stage-unreachable": {"stage-without-rule"},
    "unknown-status": {"maybe-missing"},
}
"""What else is said of the very words that a finding is about, and adds nothing to it."""
SHOWN = 3


def causes(found: Sequence[Finding], damaged: tuple[str, ...]) -> list[Finding]:
    """The findings without those that only follow from others. `damaged` has the keywords of blocks not read."""
    codes = {finding.code for finding in found}
    if NEEDED & set(damaged) or ("" in damaged and codes & {"no-mapping", "no-track"}):
        return []
    kinds = {*(set(FOOLED) - {"import"} if "" in damaged else ()), *damaged}
    left_out = set[str]().union(*(FOOLED.get(kind, set()) for kind in kinds))
    left_out |= set[str]().union(*(follow for code, follow in FOLLOWS.items() if code in codes))
    if damaged or any(finding.severity is Severity.ERROR for finding in found):
        left_out |= FOLLOWS_ANY_ERROR
    return _told_once(_one_a_place([finding for finding in found if finding.code not in left_out]))


def _one_a_place(found: list[Finding]) -> list[Finding]:
    """The findings without those that say less than another one about the same words."""
    said = {(finding.at.span, less) for finding in found for less in SAME_PLACE.get(finding.code, ())}
    return [finding for finding in found if (finding.at.span, finding.code) not in said]


def _told_once(found: list[Finding]) -> list[Finding]:
    """Findings in the order of the text; those of one unknown name, or of one place, that say the same become one."""
    alike: dict[tuple[str, str, Span | None], list[Finding]] = {}
    for finding in sorted(found, key=lambda finding: finding.at.span):
        anywhere = finding.code.startswith("unknown-")
        same = (finding.code, finding.message, None if anywhere else finding.at.span)
        alike.setdefault(same, []).append(finding)
    return [_merged(first, others) for first, *others in alike.values()]


def _merged(first: Finding, others: list[Finding]) -> Finding:
    """The first finding, with the other places it speaks of."""
    named = {label.span for label in first.related}
    related = (label for other in others if other.at.span == first.at.span for label in other.related)
    spans = dict.fromkeys(label.span for label in related if label.span not in named)
    spans |= dict.fromkeys(other.at.span for other in others if other.at.span != first.at.span)
    return _and_there(replace(first, fix=_joined(first, others)), list(spans))


def _joined(first: Finding, others: list[Finding]) -> Fix | None:
    """The edits of all places as one, since mending the first alone would leave the finding; only that one's where
    another place has none."""
    fixes = [finding.fix for finding in (first, *others) if finding.fix is not None]
    if len(fixes) <= len(others):
        return first.fix
    edits = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
    return Fix(tuple(edits), safe=all(fix.safe for fix in fixes))


def _and_there(first: Finding, spans: list[Span]) -> Finding:
    places = tuple(Label(span, "and here") for span in spans[:SHOWN])
    more = len(spans) - SHOWN
    notes = (f"and in {more} more place{'s' if more != 1 else ''}",) if more > 0 else ()
    return replace(first, related=(*first.related, *places), notes=(*first.notes, *notes))
